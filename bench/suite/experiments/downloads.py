"""Sixteen files from a server on this machine that is as slow to answer as a distant one."""

import pathlib
import shutil
import tempfile

from . import in_python
from .group import Group, Measured
from .server import body, curl, get, serving

NAME = "downloads"
FILES = 16
SIZE = 1 << 20
WORKERS = 8
DELAY_S = {True: 0.1, False: 0.4}  # 0.4 s each is what the lesson's took.


def save(job):
    url, path = job
    path.write_bytes(get(url))


def right(directory):
    return all((directory / str(n)).read_bytes() == body(n, SIZE) for n in range(FILES))


def python(url, workers):
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        jobs = [(f"{url}/{n}", directory / str(n)) for n in range(FILES)]

        def download():
            if workers == 1:
                return list(map(save, jobs))
            with in_python.processes(workers) as pool:
                return pool.map(save, jobs, chunksize=1)

        return in_python.measure(download, lambda _: right(directory))


def shmkit(bench, url, workers):
    if not shutil.which("curl"):
        return None
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        command = curl("--output", str(directory / "{}"), f"{url}/{{}}")
        seconds, _ = bench.map("--range", f"0:{FILES}", "-j", workers, "--", *command)
        return Measured(seconds, right(directory))


def run(bench):
    delay_s = DELAY_S[bench.quick]
    group = Group(NAME, f"{FILES} downloads of 1 MiB, after {delay_s:g} s each", needs_cpus=False,
                  footnote="The server is on this machine, and waits. shmkit: `shmtool map`, curl for each file.")
    curl_note = "" if shutil.which("curl") else "shmkit: curl is not installed"
    with serving(delay_s, SIZE) as url:
        for workers, published in ((1, 6.47), (WORKERS, 0.83)):
            bench.say(f"downloads: {workers} at once")
            way = "one after the other" if workers == 1 else f"{workers} processes"
            group.row(way, published, python(url, workers), shmkit(bench, url, workers), workers, curl_note)
    return [group]
