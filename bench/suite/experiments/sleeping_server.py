"""Ten and twenty requests to a server that takes two seconds for each: who waits needs no CPU."""

import hashlib
import shutil

from . import in_python
from .group import Group, Measured
from .server import body, curl, get, serving

NAME = "sleeping_server"
REQUESTS = 10
WORKERS = 10
SLEEP_S = {True: 0.2, False: 2.0}
SIZE = 64


def digest(data):
    return hashlib.sha256(data).hexdigest()


class Requests:
    def __init__(self, bench, url):
        self.bench = bench
        self.url = url

    def python(self, requests, workers):
        urls = [f"{self.url}/{number}" for number in range(requests)]

        def ask():
            if workers == 1:
                return list(map(get, urls))
            with in_python.processes(workers) as pool:
                return pool.map(get, urls, chunksize=1)

        return in_python.measure(ask, lambda answers: answers == [body(number, SIZE) for number in range(requests)])

    def shmkit(self, requests, workers):
        """curl for each request, and sha256sum of what came: text."""
        if not shutil.which("curl"):
            return None
        # A shell's words, none of which come from outside.
        command = " ".join(f"'{word}'" for word in curl(f"{self.url}/{{}}")) + " | sha256sum"
        seconds, out = self.bench.map("--range", f"0:{requests}", "-j", workers, "--", "sh", "-c", command)
        expected = [digest(body(number, SIZE)) for number in range(requests)]
        return Measured(seconds, [line.split()[0] for line in out.splitlines()] == expected)


def run(bench):
    sleep_s = SLEEP_S[bench.quick]
    shorter = f" ({sleep_s:g} s here: quick)" if bench.quick else ""
    curl_note = "" if shutil.which("curl") else "shmkit: curl is not installed"
    groups = []
    in_turn = None
    with serving(sleep_s, SIZE) as url:
        requests = Requests(bench, url)
        for times, together in ((1, 2.08), (2, 4.04)):
            count = times * REQUESTS
            group = Group(f"{NAME}_{count}", f"{count} requests, 2 s each{shorter}", needs_cpus=False,
                          footnote="shmkit: `shmtool map`, with curl for each request. Waiting needs no CPU.")
            if not in_turn:
                bench.say(f"sleeping_server: {count} in turn")
                in_turn = requests.python(count, 1), requests.shmkit(count, 1)
            scaled = [side and Measured(side.value, side.right, times) for side in in_turn]
            group.row("one after the other", 20.10 if times == 1 else None, *scaled, note=curl_note)
            bench.say(f"sleeping_server: {count}, {WORKERS} at once")
            at_once = requests.python(count, WORKERS), requests.shmkit(count, WORKERS)
            group.row(f"{WORKERS} processes", together, *at_once, WORKERS)
            groups.append(group)
    return groups
