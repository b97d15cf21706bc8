#!/usr/bin/env python3
"""What Python's pools cost: a round trip, a trivial task, and METG(50%).

Usage: round_trip.py [--trips 2000] [--tasks 10000]

Beside shmkit_bench's round_trip, chunk_overhead and metg. Results are verified. What is not installed is skipped, with
a word.
"""

import argparse
import concurrent.futures
import multiprocessing
import statistics
import time

import metg

try:
    import joblib
    from joblib.externals import loky
except ImportError:
    joblib = None
try:
    import numpy
except ImportError:
    numpy = None

WORKERS = 2
PAUSE_S = 0.002
PAUSED_TRIPS = 500
MOST_ELEMENTS = 1 << 24
MOST_TASKS = 2000
METG_RUNS = 5
METG_SWEEP = [1 << power for power in range(10, 21)]


def echo(number):
    return number


def check(good):
    if not good:
        raise SystemExit("round_trip.py: a wrong result")


def percentile(samples, percent):
    return sorted(samples)[-(-len(samples) * percent // 100) - 1]


def round_trips(executor, trips, pause_s):
    """Seconds of each job of one task, done by the executor's one worker."""
    samples = []
    check(executor.submit(echo, -1).result() == -1)
    for number in range(trips):
        if pause_s:
            time.sleep(pause_s)
        start = time.perf_counter()
        answer = executor.submit(echo, number).result()
        samples.append(time.perf_counter() - start)
        check(answer == number)
    return samples


def print_round_trips(name, executor, trips):
    with executor:
        for kind, count, pause_s in [("back to back", trips, 0), ("after 2 ms", PAUSED_TRIPS, PAUSE_S)]:
            samples = [second * 1e6 for second in round_trips(executor, count, pause_s)]
            p50, p99 = percentile(samples, 50), percentile(samples, 99)
            print(f"{name:<38}{kind:<14}{p50:>10.1f}{p99:>10.1f}")


def per_task_us(function, tasks):
    """Microseconds of wall time per trivial task; the second of two runs."""
    for _ in range(2):
        start = time.perf_counter()
        answers = list(function(range(tasks)))
        seconds = time.perf_counter() - start
        check(answers == list(range(tasks)))
    return seconds / tasks * 1e6


def print_per_task(tasks):
    with multiprocessing.Pool(WORKERS) as pool:
        print(f"{'multiprocessing.Pool.map, chunksize 1':<42}"
              f"{per_task_us(lambda numbers: pool.map(echo, numbers, chunksize=1), tasks):>10.1f}")
    with concurrent.futures.ProcessPoolExecutor(WORKERS) as pool:
        print(f"{'ProcessPoolExecutor.map':<42}{per_task_us(lambda numbers: pool.map(echo, numbers), tasks):>10.1f}")
    if joblib:
        for batch in [1, "auto"]:
            with joblib.Parallel(WORKERS, batch_size=batch) as parallel:
                call = joblib.delayed(echo)
                cost = per_task_us(lambda numbers: parallel(map(call, numbers)), tasks)
            print(f"{f'joblib.Parallel, batch_size {batch}':<42}{cost:>10.1f}")


def maximum(place):
    begin, end = place
    return float(DATA[begin:end].max())


def metg_point(pool, elements):
    tasks = min(MOST_TASKS, MOST_ELEMENTS // elements)
    places = [(task * elements, (task + 1) * elements) for task in range(tasks)]
    samples = []
    for _ in range(METG_RUNS):
        start = time.perf_counter()
        answers = pool.map(maximum, places, chunksize=1)
        samples.append(time.perf_counter() - start)
        check(answers == [float(end - 1) for _, end in places])
    seconds = statistics.median(samples)
    return metg.Point(elements, seconds * WORKERS / tasks * 1e9, tasks * elements / seconds)


def print_metg():
    global DATA  # The workers inherit it: no element is pickled.
    DATA = numpy.arange(MOST_ELEMENTS, dtype="f8")
    with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
        metg.print_sweep("multiprocessing.Pool(2).map, chunksize 1, numpy.max over float64",
                         [metg_point(pool, elements) for elements in METG_SWEEP])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trips", default=2000, type=int)
    parser.add_argument("--tasks", default=10_000, type=int)
    arguments = parser.parse_args()
    if not joblib:
        print("(joblib is not installed: no rows of it)")
    print(f"{'submit(...).result(), one worker':<52}{'p50 us':>10}{'p99 us':>10}")
    print_round_trips("ProcessPoolExecutor", concurrent.futures.ProcessPoolExecutor(1), arguments.trips)
    if joblib:
        print_round_trips("joblib's loky", loky.ProcessPoolExecutor(1), arguments.trips)
    print(f"\n{f'{arguments.tasks:,} trivial tasks, {WORKERS} workers':<42}{'us a task':>10}")
    print_per_task(arguments.tasks)
    if numpy:
        print_metg()
    else:
        print("\n(NumPy is not installed: no METG)")


if __name__ == "__main__":
    main()
