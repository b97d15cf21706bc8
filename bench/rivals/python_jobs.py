"""The job of kill_test.py on Python's pools.

Usage: python_jobs.py POOL TASKS WORKERS MICROSECONDS_PER_TASK

As message_queue_worker: prints "ready" when the workers are there, waits for a line, runs the job, prints the sum of
the squares of all task numbers. Exit code 3 if the pool reports an error instead, 4 if POOL is not installed.
"""

import concurrent.futures
import functools
import multiprocessing
import sys
import time

NOT_INSTALLED = 4
ERROR = 3


def task(seconds, number):
    time.sleep(seconds)
    return number * number


def serve(run, tasks, workers):
    """run(numbers) gives their squares."""
    list(run(range(4 * workers)))  # Now every worker is there.
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        total = sum(run(range(tasks)))
    except Exception as e:  # Whatever the pool says when a worker dies.
        print(f"{type(e).__name__}: {e}", file=sys.stderr)
        raise SystemExit(ERROR) from e
    print(total, flush=True)


def multiprocessing_pool(work, tasks, workers):
    with multiprocessing.Pool(workers) as pool:
        serve(lambda numbers: pool.map(work, numbers, chunksize=1), tasks, workers)


def process_pool_executor(work, tasks, workers):
    with concurrent.futures.ProcessPoolExecutor(workers) as pool:
        serve(lambda numbers: pool.map(work, numbers), tasks, workers)


def joblib(work, tasks, workers):
    try:
        from joblib import Parallel, delayed
    except ImportError:
        raise SystemExit(NOT_INSTALLED) from None
    with Parallel(workers, batch_size=1) as parallel:
        serve(lambda numbers: parallel(delayed(work)(number) for number in numbers), tasks, workers)


POOLS = {function.__name__: function for function in (multiprocessing_pool, process_pool_executor, joblib)}


def main():
    tasks, workers, microseconds = map(int, sys.argv[2:])
    POOLS[sys.argv[1]](functools.partial(task, microseconds / 1e6), tasks, workers)


if __name__ == "__main__":
    main()
