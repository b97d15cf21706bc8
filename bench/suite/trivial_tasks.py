"""What the rivals of question `map` share: many calls of a function that adds 1, on two workers."""

import time

from suite.samples import Sample, require

WORKERS = 2
LEAST = 500
MOST = 1_000_000  # As bench/executor.cpp.


def add_one(number):
    return number + 1


def _seconds(run, tasks):
    start = time.perf_counter()
    answers = list(run(range(tasks)))
    seconds = time.perf_counter() - start
    require(answers == list(range(1, tasks + 1)), "wrong answers")
    return seconds


def measure(run, context, name):
    """Samples of run(numbers), which calls add_one for each: nanoseconds per call, of as many as there is time for."""
    _seconds(run, LEAST)  # Now every worker is there.
    per_task = _seconds(run, LEAST) / LEAST
    tasks = int(min(MOST, max(LEAST, context.seconds / context.repetitions / per_task)))
    for _ in range(context.repetitions):
        yield Sample(_seconds(run, tasks) / tasks * 1e9, subject=name)
