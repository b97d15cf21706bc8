"""Timing one function of Python's."""

import itertools
import statistics
import time

MOST_RUNS = 1000


def clock(function):
    """(seconds, result)"""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def median_s(function, seconds):
    """The median time of calls: at least one, for about so many seconds."""
    samples = []
    end = time.perf_counter() + seconds
    for number in itertools.count():
        if number and (number >= MOST_RUNS or time.perf_counter() > end):
            return statistics.median(samples)
        samples.append(clock(function)[0])
