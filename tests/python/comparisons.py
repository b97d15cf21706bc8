"""How many results were compared with an oracle, kernel by kernel; conftest.py tells it at the end."""

import collections

_counts = collections.Counter()


def compared(kernel, results=1):
    _counts[kernel] += results


def summary():
    """One sentence; empty if there were none."""
    kernels = ", ".join(f"{kernel} {count}" for kernel, count in sorted(_counts.items()))
    return f"{sum(_counts.values())} comparisons: {kernels}" if _counts else ""
