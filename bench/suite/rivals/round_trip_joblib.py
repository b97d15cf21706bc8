"""joblib's executor, loky: submit(...).result()."""

from suite import trips
from suite.installed import lacks_module

QUESTION = "round_trip"
NAME = "joblib"


def available():
    return lacks_module("joblib", "python3-joblib")


def measure(context):
    from joblib.externals import loky

    with loky.ProcessPoolExecutor(1) as pool:
        yield from trips.measure(lambda number: pool.submit(trips.echo, number).result(), context, NAME)
