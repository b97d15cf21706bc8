"""Where an experiment runs: the programs it may use, how much time it has, who hears of its progress."""

import contextlib
import dataclasses
import itertools
import json
import os
import pathlib
import re
import subprocess
from collections.abc import Callable

from suite import signals

from .group import Measured

NO_SPACE = 6
LEAST_ELEMENTS = 1_000_000
_WAY = re.compile(r"^  (\S.*?) +([0-9.]+) s +[0-9.]+x$", re.MULTILINE)
_numbers = itertools.count()


class Unavailable(Exception):
    """Why an experiment, or a side of it, cannot run here."""


@dataclasses.dataclass(frozen=True)
class Bench:
    """programs: where shmkit_bench is; the examples are there too, or beside it in a build tree."""

    shmtool_path: str
    programs: pathlib.Path
    quick: bool
    say: Callable[[str], None]

    def shmtool(self, *words):
        """The JSON value that a command prints. Unavailable, with its message, if it fails."""
        done = _run([self.shmtool_path, *map(str, words), "--json"])
        if done.returncode != 0:
            raise Unavailable(done.stderr.strip() or f"shmtool {words[0]} ended with {done.returncode}")
        return json.loads(done.stdout)

    def run(self, right, *words, repeat=1, scale=1.0):
        """A job, as (first, warm): from the start of the workers on, and the median on the same workers.

        right(result) tells whether the result is.
        """
        report = self.shmtool("run", *words, "--repeat", repeat)
        is_right = right(report["result"])
        again = sorted(report["seconds"][1:]) or report["seconds"]
        warm = again[len(again) // 2]
        return Measured(report["first_seconds"], is_right, scale), Measured(warm, is_right, scale)

    def map(self, *words):
        """(seconds, what the commands wrote, in the order of the items) of `shmtool map`."""
        command = [self.shmtool_path, "map", "--keep-order", "--json", *map(str, words)]
        done = _run(command)
        if done.returncode != 0:
            raise Unavailable(done.stderr.strip())
        return json.loads(done.stdout)["seconds"], done.stderr

    def example(self, name, *arguments):
        """([(way, seconds)], all its output) of one of the examples, which check their answers themselves."""
        places = [self.programs, self.programs / "examples", self.programs.parent / "examples"]
        found = [path for place in places if (path := place / f"example_{name}").exists()]
        if not found:
            raise Unavailable(f"example_{name} is not there; build the target of this name")
        done = _run([found[0], *map(str, arguments)])
        if done.returncode != 0:
            raise Unavailable(f"{found[0].name}: {done.stderr.strip()}")
        return [(way, float(seconds)) for way, seconds in _WAY.findall(done.stdout)], done.stdout

    @contextlib.contextmanager
    def array(self, elements, dtype, fill):
        """(name, elements, path) of a new array, of half the elements as often as memory is too short."""
        name = unique_name()
        try:
            elements = self._create(name, elements, dtype, fill)
            yield name, elements, self.shmtool("info", name)["path"]
        finally:
            self.tidy("delete", name)

    def tidy(self, *words):
        """For what may or may not be there."""
        with contextlib.suppress(Unavailable):
            _run([self.shmtool_path, *words, "--quiet"])

    def _create(self, name, elements, dtype, fill):
        while True:
            words = ["create", name, "--shape", str(elements), "--dtype", dtype, "--fill", fill, "--quiet"]
            done = _run([self.shmtool_path, *words])
            if done.returncode == 0:
                return elements
            if done.returncode != NO_SPACE or elements // 2 < LEAST_ELEMENTS:
                raise Unavailable(done.stderr.strip())
            elements //= 2


def _start(command):
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                preexec_fn=signals.hear)
    except OSError as cannot:
        raise Unavailable(f"{command[0]}: {cannot.strerror}") from cannot


def _run(command):
    """It has ended when this returns, or raises: also what a signal finds half started."""
    process = None
    try:
        with signals.deaf():
            process = _start(command)
        out, err = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, out, err)
    finally:
        with signals.deaf():
            if process is not None and process.returncode is None:
                process.kill()
                process.communicate()


def unique_name():
    """For an array or a pool: the suite knows its names by the process."""
    return f"bench-{os.getpid()}-{next(_numbers)}"
