"""Dask: a bag on processes, which it starts once."""

from concurrent.futures import ProcessPoolExecutor

from suite import trivial_tasks
from suite.installed import lacks_module
from suite.trivial_tasks import WORKERS, add_one

QUESTION = "map"
NAME = "dask"
PARTITIONS = 4 * WORKERS


def available():
    return lacks_module("dask.bag", "python3-dask")


def measure(context):
    import dask.bag

    with ProcessPoolExecutor(WORKERS) as pool:
        def run(numbers):
            bag = dask.bag.from_sequence(numbers, npartitions=PARTITIONS)
            return bag.map(add_one).compute(scheduler="processes", pool=pool)

        yield from trivial_tasks.measure(run, context, NAME)
