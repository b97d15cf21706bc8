"""Axes in words: times, sizes and counts on logarithmic scales."""

import math

from suite.wording import duration, number, size


def log_times(axis):
    """A logarithmic axis in seconds, labelled 1 us, 10 us, 100 us."""
    _log(axis, 10, lambda value: duration(value))


def log_numbers(axis):
    _log(axis, 10, number)


def log_sizes(axis):
    """A logarithmic axis in bytes, labelled 1 KiB, 32 KiB, 1 MiB."""
    _log(axis, 32, size)


def log_counts(axis, counts):
    """A logarithmic axis that names the counts that were measured: 1, 2, 4, 8 workers."""
    from matplotlib.ticker import FixedLocator, NullLocator

    _log(axis, 2, number)
    axis.set_major_locator(FixedLocator(thinned(counts)))
    axis.set_minor_locator(NullLocator())


def thinned(counts, most=12):
    """At most so many of them, first and last included, evenly spread in logarithms."""
    counts = sorted(set(counts))
    if len(counts) <= most:
        return counts
    step = math.log(counts[-1] / counts[0]) / (most - 1)
    wanted = [counts[0] * math.exp(step * i) for i in range(most)]
    return sorted({min(counts, key=lambda c, w=w: abs(math.log(c / w))) for w in wanted})


def _log(axis, base, words):
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    axis.set_major_locator(LogLocator(base=base, numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda value, _: words(value)))
    axis.set_minor_formatter(NullFormatter())
