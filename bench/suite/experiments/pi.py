"""pi from random points: ten times 300,000, each of the ten a task."""

import math
import random

from suite.limits import cpus

from . import in_python
from .group import Group

NAME = "pi"
TASKS = 10
POINTS = 300_000


def inside(job):
    """How many of the points are within the circle."""
    points, seed = job
    draw = random.Random(seed).random
    return sum(1 for _ in range(points) if draw() ** 2 + draw() ** 2 <= 1)


def is_pi(points):
    """Six standard deviations: a right program fails it once in 500 million seeds."""
    deviation = math.sqrt(math.pi * (4 - math.pi) / points)
    return lambda estimate: abs(estimate - math.pi) < 6 * deviation


def run(bench, points=POINTS):
    workers = cpus()
    total = TASKS * points
    jobs = [(points, seed) for seed in range(TASKS)]
    right = is_pi(total)
    group = Group(NAME, f"pi, from {TASKS} x {points:,} random points")

    def with_pool(pool):
        return 4 * sum(pool.map(inside, jobs, chunksize=1)) / total

    def shmkit(*way):
        return bench.run(right, "pi", "--arg", f"n={total}", "--chunks", TASKS, *way, repeat=5)

    group.row("one loop", python=in_python.measure(lambda: 4 * sum(map(inside, jobs)) / total, right),
              shmkit=shmkit("--via", "serial")[0])
    for kind, make_pool, via in (("threads", in_python.threads, "thread"),
                                 ("processes", in_python.processes, "process")):
        bench.say(f"pi: {workers} {kind}")
        python = in_python.measure_pool(make_pool, workers, with_pool, right)
        ours = shmkit("--via", via, "-w", workers)
        why = {"python": in_python.LOCK} if kind == "threads" else None
        group.row(f"{workers} {kind}", python=python[0], shmkit=ours[0], workers=workers, why=why)
        group.row(f"{workers} {kind}, again", python=python[1], shmkit=ours[1], workers=workers, why=why)
    return [group]
