"""concurrent.futures: ProcessPoolExecutor.map, as it is and with chunks."""

from concurrent.futures import ProcessPoolExecutor

from suite import trivial_tasks
from suite.trivial_tasks import WORKERS, add_one

QUESTION = "map"
NAME = "process_pool_executor"


def available():
    return None


def measure(context):
    with ProcessPoolExecutor(WORKERS) as pool:
        yield from trivial_tasks.measure(lambda numbers: pool.map(add_one, numbers), context, NAME)
        yield from trivial_tasks.measure(lambda numbers: pool.map(add_one, numbers, chunksize=1000), context,
                                         f"{NAME}_chunks_of_1000")  # fmt: skip
