"""exp of 5000 integers by 1000 terms of its series: map() for one argument, starmap() for more."""

import functools
import itertools
import math

from suite.limits import cpus

from . import in_python
from .bench import Unavailable
from .group import Group, Measured

NAME = "taylor_exp"
SIZE = 5000
TERMS = 1000


def taylor_exp(x, terms):
    total = term = 1.0
    for n in range(1, terms):
        term *= x / n
        total += term
    return total


def is_exp(values):
    """Beyond what a double holds, both are infinite."""
    def near(x, value):
        try:
            return math.isclose(value, math.exp(x), rel_tol=1e-11)
        except OverflowError:
            return math.isinf(value)
    return len(values) == SIZE and all(map(near, range(SIZE), values))


def shmkit(bench):
    """By way. The example checks its values against the C library's exp."""
    try:
        ways, _ = bench.example("taylor_exp", SIZE, TERMS)
        return {way: Measured(seconds) for way, seconds in ways}, ""
    except Unavailable as missing:
        return {}, f"shmkit: {missing}"


def run(bench):
    workers = cpus()
    numbers = range(SIZE)
    group = Group(NAME, f"exp of {SIZE} integers, {TERMS} terms", footnote="Workers are there when the clock starts.")
    bench.say("taylor_exp")
    ours, note = shmkit(bench)
    group.row("one loop", 10.82, in_python.measure(lambda: [taylor_exp(x, TERMS) for x in numbers], is_exp),
              ours.get("a loop"), note=note)
    jobs = (
        ("map", 5.35, lambda pool: pool.map(functools.partial(taylor_exp, terms=TERMS), numbers)),
        ("starmap", 5.08, lambda pool: pool.starmap(taylor_exp, zip(numbers, itertools.repeat(TERMS)))),
    )
    for kind, make_pool in (("processes", in_python.processes), ("threads", in_python.threads)):
        for name, published, job in jobs:
            bench.say(f"taylor_exp: {workers} {kind}, {name}")
            _, warm = in_python.measure_pool(make_pool, workers, job, is_exp)
            threads = kind == "threads"
            group.row(f"{workers} {kind}, {name}", None if threads else published, warm, ours.get(f"{kind}, {name}"),
                      workers, why={"python": in_python.LOCK} if threads else None)
    return [group]
