"""What the tests of `shmtool map` share: commands of a shell, joblogs, a run in the background."""

import os
import pathlib
import re
import subprocess
import time

from helpers import TIMEOUT_S, shmtool

HEADER = "index\tstart\tseconds\texit\tsignal\tattempts\toutcome\titem"


def sh(script):
    """A command that a shell runs."""
    return ["--", "sh", "-c", script]


def lines_of(*words, check=0, **options):
    """What the commands write, sorted."""
    return sorted(shmtool("map", *words, check=check, **options).stdout.splitlines())


def rows(joblog):
    """The joblog as a list of dictionaries; fails unless it is well formed."""
    text = pathlib.Path(joblog).read_text(encoding="utf-8")
    assert text.endswith("\n")
    header, *rest = text.splitlines()
    assert header == HEADER
    found = [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in rest]
    for row in found:
        assert re.fullmatch(r"\d+\.\d{3}|-", row["start"]) and re.fullmatch(r"\d+\.\d{6}|-", row["seconds"])
    return found


def wait_until(condition, what):
    end = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.002)


class Running:
    """A `shmtool map` in the background; killed at the end if it still runs.

    LeakSanitizer looks for leaks from a child of its own and waits for it for ever: killed in place of a worker, it hangs.
    """

    def __init__(self, *words, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
                   "env": {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}, **options}  # fmt: skip
        self.process = subprocess.Popen([os.environ["SHMTOOL"], "map", *map(str, words)], **options)

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
