"""multiprocessing: Pool.map, which makes four chunks for each worker, and call by call."""

import multiprocessing

from suite import trivial_tasks
from suite.trivial_tasks import WORKERS, add_one

QUESTION = "map"
NAME = "multiprocessing_pool"


def available():
    return None


def measure(context):
    with multiprocessing.Pool(WORKERS) as pool:
        yield from trivial_tasks.measure(lambda numbers: pool.map(add_one, numbers), context, NAME)
        yield from trivial_tasks.measure(lambda numbers: pool.map(add_one, numbers, chunksize=1), context,
                                         f"{NAME}_chunks_of_1")  # fmt: skip
