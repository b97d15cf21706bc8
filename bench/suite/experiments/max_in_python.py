"""The maximum in Python, over an array that is there: the ways that the lesson tried.

The array is read where it lies, through numpy.memmap; "copied" chunks are pickled on their way to the workers.
"""

import concurrent.futures

import numpy

from suite import signals
from suite.limits import cpus

from . import in_python
from .group import Measured


def _open(path, elements):
    # As a plain array: iterating over a memmap costs three times as much.
    return numpy.asarray(numpy.memmap(path, dtype="<f8", mode="r", shape=(elements,)))


def _max_of(chunk):
    return float(max(chunk))


def _max_attached(job):
    path, elements, begin, end = job
    return float(max(_open(path, elements)[begin:end]))


class MaxInPython:
    """Where all chunks would take longer than seconds_per_job in a loop, some are done and the time is scaled."""

    def __init__(self, path, elements, chunks, scale, seconds_per_job):
        """scale: what times are multiplied with in any case."""
        array = _open(path, elements)
        self.best = float(array.max())
        self.one_call = in_python.measure(lambda: float(array.max()), lambda best: best == self.best, scale)
        bounds = [(elements * i // chunks, elements * (i + 1) // chunks) for i in range(chunks)]
        self._chunks = [array[begin:end] for begin, end in bounds]
        seconds, _ = in_python.clock(lambda: _max_of(self._chunks[0]))
        self.done = max(1, min(chunks, int(seconds_per_job / seconds)))
        self._chunks = self._chunks[:self.done]
        self._jobs = [(path, elements, begin, end) for begin, end in bounds[:self.done]]
        self._scale = scale * chunks / self.done
        self._best_of_done = float(max(chunk.max() for chunk in self._chunks))

    def loop(self):
        return self._measure(lambda: max(map(_max_of, self._chunks)))

    def threads(self):
        with_threads = concurrent.futures.ThreadPoolExecutor
        return self._measure(lambda: self._pool(with_threads(cpus()), _max_of, self._chunks))

    def processes_copied(self):
        return self._measure(lambda: self._pool(self._processes(), _max_of, self._chunks))

    def processes_attached(self):
        return self._measure(lambda: self._pool(self._processes(), _max_attached, self._jobs))

    def _measure(self, function):
        seconds, result = in_python.clock(function)
        return Measured(seconds, result == self._best_of_done, self._scale)

    @staticmethod
    def _processes():
        return concurrent.futures.ProcessPoolExecutor(cpus(), in_python.FORK, in_python.end_with_parent)

    @staticmethod
    def _pool(pool, function, jobs):
        with pool:
            with signals.deaf():
                results = pool.map(function, jobs)
            return max(results)
