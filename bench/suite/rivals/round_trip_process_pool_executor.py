"""concurrent.futures: submit(...).result()."""

from concurrent.futures import ProcessPoolExecutor

from suite import trips

QUESTION = "round_trip"
NAME = "process_pool_executor"


def available():
    return None


def measure(context):
    with ProcessPoolExecutor(1) as pool:
        yield from trips.measure(lambda number: pool.submit(trips.echo, number).result(), context, NAME)
