"""Python's side: clocks, and pools whose workers end with this process and leave Ctrl-C to it."""

import contextlib
import ctypes
import multiprocessing
import multiprocessing.pool
import signal
import time

from suite import signals
from suite.timing import clock

from .group import Measured

# Workers get functions and large inputs with the fork, as in the lessons.
FORK = multiprocessing.get_context("fork")
LOCK = "threads take turns (interpreter lock)"
_PR_SET_PDEATHSIG = 1


def end_with_parent():
    """What processes of ours do first: they die with the parent, end when asked to, and leave Ctrl-C to it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # As it is under nohup.
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signals.hear()


def measure(function, right, scale=1.0):
    seconds, result = clock(function)
    return Measured(seconds, right(result), scale)


@contextlib.contextmanager
def processes(workers):
    """A multiprocessing.Pool."""
    with contextlib.ExitStack() as stack:
        with signals.deaf():
            pool = stack.enter_context(FORK.Pool(workers, initializer=end_with_parent))
        yield pool
        pool.close()
        pool.join()


@contextlib.contextmanager
def threads(workers):
    with multiprocessing.pool.ThreadPool(workers) as pool:
        yield pool


def measure_pool(make_pool, workers, job, right, scale=1.0):
    """job(pool), as (first, again): with the start of the workers, and once more on the same workers."""
    start = time.perf_counter()
    with make_pool(workers) as pool:
        result = job(pool)
        first = Measured(time.perf_counter() - start, right(result), scale)
        return first, measure(lambda: job(pool), right, scale)
