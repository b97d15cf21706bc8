"""multiprocessing: Pool.map with a task for each chunk, numpy.max over an array that the workers inherit."""

import multiprocessing
import time

from suite.installed import lacks_module
from suite.samples import Sample, require

QUESTION = "metg"
NAME = "multiprocessing_pool"
WORKERS = 2
MOST_ELEMENTS = 1 << 24
MOST_TASKS = 2000
SWEEP = [1 << power for power in range(10, 21)]  # Smaller tasks would take as long: the pool decides.

_data = None


def available():
    return lacks_module("numpy", "python3-numpy")


def _maximum(place):
    begin, end = place
    return float(_data[begin:end].max())


def _granularity_ns(pool, elements, most_tasks):
    tasks = min(most_tasks, MOST_ELEMENTS // elements)
    places = [(task * elements, (task + 1) * elements) for task in range(tasks)]
    start = time.perf_counter()
    answers = pool.map(_maximum, places, chunksize=1)
    seconds = time.perf_counter() - start
    require(answers == [float(end - 1) for _, end in places], "a wrong maximum")
    return seconds * WORKERS / tasks * 1e9


def measure(context):
    import numpy

    global _data  # The workers inherit it: no element is pickled.
    _data = numpy.arange(MOST_ELEMENTS, dtype="f8")
    most_tasks = MOST_TASKS // 10 if context.quick else MOST_TASKS
    with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
        _granularity_ns(pool, SWEEP[0], most_tasks)
        for _ in range(context.repetitions):
            for elements in SWEEP[::2] if context.quick else SWEEP:
                yield Sample(_granularity_ns(pool, elements, most_tasks), elements)
