"""joblib.Parallel, which makes its batches as large as it sees fit."""

from suite import trivial_tasks
from suite.installed import lacks_module
from suite.trivial_tasks import WORKERS, add_one

QUESTION = "map"
NAME = "joblib"


def available():
    return lacks_module("joblib", "python3-joblib")


def measure(context):
    import joblib

    call = joblib.delayed(add_one)
    with joblib.Parallel(WORKERS) as parallel:
        yield from trivial_tasks.measure(lambda numbers: parallel(map(call, numbers)), context, NAME)
