"""How results are compared with an oracle, and how many were, kernel by kernel; conftest.py tells it at the end."""

import collections

import numpy as np

_counts = collections.Counter()


def compared(kernel, results=1):
    _counts[kernel] += results


def ulp(values):
    """One unit in the last place of each; np.spacing is NaN for the longdouble just below a power of two."""
    sizes = np.abs(values)
    if sizes.dtype.kind in "biu":
        sizes = sizes.astype("f8")
    kind = np.finfo(sizes.dtype)
    units = np.ldexp(kind.eps, np.frexp(sizes)[1] - 1)
    return np.where(sizes < kind.tiny, kind.smallest_subnormal, units)[()]


def summary():
    """One sentence; empty if there were none."""
    kernels = ", ".join(f"{kernel} {count}" for kernel, count in sorted(_counts.items()))
    return f"{sum(_counts.values())} comparisons: {kernels}" if _counts else ""
