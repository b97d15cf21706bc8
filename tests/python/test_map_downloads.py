"""`shmtool map`: downloads, and requests that wait, from a server here."""

import http.server
import shutil
import sys
import threading

import pytest

from cli_checks import needs_shmtool
from helpers import TIMEOUT_S, shmtool
from maps import lines_of

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]


@pytest.fixture
def server():
    """A server on loopback: /file/N gives N thousand bytes, /sleep waits. Counts how many wait at once."""

    class Handler(http.server.BaseHTTPRequestHandler):
        waiting = 0
        most = 0
        lock = threading.Lock()
        all_here = threading.Event()

        def do_GET(self):
            if self.path.startswith("/sleep"):
                with Handler.lock:
                    Handler.waiting += 1
                    Handler.most = max(Handler.most, Handler.waiting)
                    if Handler.waiting == 10:
                        Handler.all_here.set()
                Handler.all_here.wait(TIMEOUT_S)
                body = b"slept\n"
            else:
                number = int(self.path.rpartition("/")[2])
                body = bytes([number]) * 1000 * number
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as found:
        found.handler = Handler
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def get(server, path, output):
    """A command that downloads."""
    url = f"http://127.0.0.1:{server.server_address[1]}{path}"
    if shutil.which("curl"):
        return ["curl", "-sS", "--noproxy", "*", "-o", output, url]
    return [sys.executable, "-c", "import sys, urllib.request as u; open(sys.argv[1], 'wb').write(u.urlopen(sys.argv[2]).read())",
            output, url]  # fmt: skip


def test_sixteen_downloads(server, tmp_path):
    shmtool("map", "-j8", "--range", "0:16", "--", *get(server, "/file/{}", f"{tmp_path}/{{}}"), check=0)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == \
        {str(i): bytes([i]) * 1000 * i for i in range(16)}  # fmt: skip


def test_ten_requests_to_a_server_that_sleeps_sleep_at_once(server):
    # It answers nobody until all ten are there.
    assert lines_of("-j10", "--range", "0:10", "--", *get(server, "/sleep/{}", "/dev/stdout")) == ["slept"] * 10
    assert server.handler.most == 10
