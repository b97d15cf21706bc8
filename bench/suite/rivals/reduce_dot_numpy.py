"""numpy.dot on one core: the library behind it would take all of them."""

import os

from suite import numpy_reductions
from suite.numpy_reductions import NAME, available

__all__ = ["NAME", "QUESTION", "available", "measure"]

QUESTION = "reduce_dot"


def measure(context):
    for library in ("OPENBLAS", "MKL", "BLIS", "OMP"):
        os.environ[f"{library}_NUM_THREADS"] = "1"  # Read when NumPy is loaded.
    yield from numpy_reductions.measure(context, lambda x, y: x.dot(y), 2, lambda n: (n - 1) * (2 * n - 1) / (6 * n))
