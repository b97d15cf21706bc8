"""The maximum of 300 million doubles in 100 chunks, in every way: the lesson's main job."""

import contextlib

from suite.limits import cpus

from .bench import unique_name
from .group import Group
from .in_python import LOCK

NAME = "max_3e8"
ELEMENTS = 300_000_000
QUICK_ELEMENTS = 10_000_000
CHUNKS = 100
REPEAT = 5
SECONDS_PER_JOB = 18.0
COPYING = "copying a chunk costs more than looking at it"
FIRST = "workers have to start, and to map the array"
FOOTNOTE = (
    'The first time pays the page faults of a new mapping; "again" is the median of four more, at most {rate:.1f} '
    "GB/s, beside the loop's. All published parallel maxima are of chunk 10 only, a bug of the lesson: 0.99999934 "
    "instead of 0.99999999634."
)


@contextlib.contextmanager
def pool(bench, workers):
    name = unique_name()
    try:
        bench.shmtool("pool", "start", name, "-w", workers)
        yield name
    finally:
        bench.tidy("pool", "stop", name)


class Rows:
    """Adds rows of pairs: the first time, and again on the same workers."""

    def __init__(self, bench, group, array, python, scale):
        self._bench, self._group, self._array, self._scale = bench, group, array, scale
        self._best = python and python.best
        self.fastest = float("inf")

    def add(self, way, options, published=None, python=None, workers=1, note="", why=None, first_why=None):
        """python: a function that measures, or None. first_why: reasons of the first time only."""
        self._bench.say(f"max_3e8: {way}")
        first, warm = self._bench.run(self._right, "max", self._array, "--chunks", CHUNKS, *options, repeat=REPEAT,
                                      scale=self._scale)
        theirs = python and python()
        self._group.row(way, published, theirs, first, workers, note, {**(why or {}), **(first_why or {})})
        self._group.row(f"{way}, again", shmkit=warm, workers=workers, why=why, base="one loop, again")
        self.fastest = min(self.fastest, warm.value)

    def _right(self, result):
        """NumPy's result, or the first there is, is what all others must be."""
        self._best = result if self._best is None else self._best
        return result == self._best


def python_side(path, elements, scale):
    """(MaxInPython, "") or (None, why not)."""
    try:
        from .max_in_python import MaxInPython
    except ImportError as missing:
        return None, f"Python: {missing}"
    return MaxInPython(path, elements, CHUNKS, scale, SECONDS_PER_JOB), ""


def notes(target, wanted, there, python, missing):
    parts = [missing] if missing else []
    if there != target:
        parts.append(f"{there:,} doubles{'' if there == wanted else ', as many as fit'}, scaled")
    if python and python.done != CHUNKS:
        parts.append(f"Python: {python.done} of {CHUNKS} chunks, scaled")
    return "; ".join(parts)


def add_rows(bench, rows, python, published, note):
    n = cpus()
    rows.add("one loop", ["--via", "serial"], published[0], python and python.loop, note=note)
    rows.add(f"{n} threads", ["--via", "thread", "-w", n], published[1], python and python.threads, n, why={"python": LOCK})
    rows.add(f"{n} processes, chunks copied", ["--via", "copy", "-w", n], published[2], python and python.processes_copied, n,
             why={"python": COPYING, "shmkit": COPYING})
    rows.add(f"{n} processes, attached", ["--via", "process", "-w", n], published[3],
             python and python.processes_attached, n, first_why={"shmkit": FIRST})
    with pool(bench, n) as name:
        rows.add("pool of its own", ["--pool", name], workers=n, first_why={"shmkit": "workers have to map it"})


def run(bench, elements=ELEMENTS):
    """elements: what the times are of; --quick does fewer."""
    published = (15.7, 16.2, 8.2, 6.7) if elements == ELEMENTS else (None,) * 4
    wanted = min(elements, QUICK_ELEMENTS) if bench.quick else elements
    bench.say(f"max_3e8: {wanted:,} random doubles")
    with bench.array(wanted, "float64", "random:42") as (name, there, path):
        scale = elements / there
        python, missing = python_side(path, there, scale)
        group = Group(NAME, f"max of {elements:,} doubles in {CHUNKS} chunks")
        rows = Rows(bench, group, name, python, scale)
        add_rows(bench, rows, python, published, notes(elements, wanted, there, python, missing))
    if published[0]:
        group.row("Dask", 7.1, note="published only")
    if python:
        group.row("one call of NumPy", 0.17 if published[0] else None, python.one_call)
    group.footnote = FOOTNOTE.format(rate=8 * there / rows.fastest / 1e9)
    return [group]
