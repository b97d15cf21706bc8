"""x * x - x + 1, over and over: every step needs the one before, and no number of workers helps."""

import re

from . import in_python
from .bench import Unavailable
from .group import Group, Measured

NAME = "iterate"
STEPS = {True: 1_000_000, False: 10_000_000}
WORKERS = 4
PRIME = 2_147_483_647  # The numbers would double their digits with every step.
WHY = "each step needs the one before"


def iterate(x, steps):
    for _ in range(steps):
        x = (x * x - x + 1) % PRIME
    return x


def shmkit(bench, steps):
    """(the answer, measurements of the three ways)"""
    ways, output = bench.example("iterate", steps)
    return int(re.search(r"^(\d+)\. ", output, re.MULTILINE)[1]), [Measured(seconds) for _, seconds in ways]


def run(bench, steps=None):
    steps = steps or STEPS[bench.quick]
    bench.say("iterate")
    answer = iterate(2, steps)
    try:
        ours_answer, ours = shmkit(bench, steps)
        ours = [Measured(measured.value, ours_answer == answer) for measured in ours]
        note = ""
    except Unavailable as missing:
        ours, note = [None] * 3, f"shmkit: {missing}"

    def right(result):
        return result == answer

    def one_task(pool):
        return pool.apply(iterate, (2, steps))

    group = Group(NAME, f"{steps:,} steps of x * x - x + 1", footnote="Python and C++ compute the same number. By "
                  "Amdahl's law a program without a parallel part gains nothing.", needs_cpus=False)
    group.row("one loop", python=in_python.measure(lambda: iterate(2, steps), right), shmkit=ours[0], note=note)
    for way, make_pool, our in (("threads", in_python.threads, ours[1]), ("processes", in_python.processes, ours[2])):
        theirs = in_python.measure_pool(make_pool, WORKERS, one_task, right)[0]
        group.row(f"{WORKERS} {way}", python=theirs, shmkit=our, workers=WORKERS, why={"python": WHY, "shmkit": WHY})
    return [group]
