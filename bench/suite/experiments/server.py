"""A web server on this machine that takes its time, in a process of its own that ends with the experiment."""

import contextlib
import hashlib
import http.server
import time
import urllib.request

from suite import signals

from .in_python import FORK, end_with_parent

# No proxy stands between us and ourselves.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
TIMEOUT_S = 60


def body(number, size):
    """What the server answers to /number: bytes that no other number has."""
    return hashlib.shake_128(str(number).encode()).digest(size)


def get(url):
    with _opener.open(url, timeout=TIMEOUT_S) as answer:
        return answer.read()


def curl(*words):
    return ["curl", "--silent", "--show-error", "--fail", "--noproxy", "*", "--max-time", str(TIMEOUT_S), *words]


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def _handler(delay_s, size):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            time.sleep(delay_s)
            answer = body(self.path.lstrip("/"), size)
            self.send_response(http.HTTPStatus.OK)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    return Handler


def _serve(server):
    end_with_parent()
    server.serve_forever()


@contextlib.contextmanager
def serving(delay_s, size):
    """The address of a server that waits before each answer of `size` bytes; it listens before this returns."""
    server = _Server(("127.0.0.1", 0), _handler(delay_s, size))
    process = FORK.Process(target=_serve, args=(server,), daemon=True)
    try:
        with signals.deaf():
            process.start()
        server.socket.close()
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.socket.close()
        if process.pid:
            process.kill()
            process.join()
