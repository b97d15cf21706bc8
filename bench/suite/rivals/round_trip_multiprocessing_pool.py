"""multiprocessing: Pool.apply."""

import multiprocessing

from suite import trips

QUESTION = "round_trip"
NAME = "multiprocessing_pool"


def available():
    return None


def measure(context):
    with multiprocessing.Pool(1) as pool:
        yield from trips.measure(lambda number: pool.apply(trips.echo, (number,)), context, NAME)
