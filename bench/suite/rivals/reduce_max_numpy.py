"""numpy.max, one core."""

from suite import numpy_reductions
from suite.numpy_reductions import NAME, available

__all__ = ["NAME", "QUESTION", "available", "measure"]

QUESTION = "reduce_max"


def measure(context):
    yield from numpy_reductions.measure(context, lambda x: x.max(), 1, lambda n: (n - 1) / n)
