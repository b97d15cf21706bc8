"""numpy.sum, one core, pairwise."""

from suite import numpy_reductions
from suite.numpy_reductions import NAME, available

__all__ = ["NAME", "QUESTION", "available", "measure"]

QUESTION = "reduce_sum"


def measure(context):
    yield from numpy_reductions.measure(context, lambda x: x.sum(), 1, lambda n: (n - 1) / 2)
