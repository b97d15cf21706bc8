#!/usr/bin/env python3
"""METG(50%): how small may the tasks of a job be before half of its time is lost?

Usage: metg.py [--bench build/release/bench/shmkit_bench] [--repetitions 5]

The granularity of a job is wall time x workers / tasks; its efficiency the elements per second, relative to the best
of the sweep. METG(50%) is the smallest granularity at which the efficiency is still one half (E. Slaughter et al.,
"Task Bench", SC'20), interpolated between the sweep's points on logarithmic axes. Every subject is compared with its
own best. Runs the benchmarks metg/* interleaved and prints the sweep and the METG of each subject.
"""

import argparse
import json
import math
import pathlib
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
HALF = 0.5


class Point:
    """One job of the sweep."""

    def __init__(self, elements, granularity_ns, per_second):
        self.elements = elements
        self.granularity_ns = granularity_ns
        self.per_second = per_second


def efficiencies(points):
    best = max(point.per_second for point in points)
    return [point.per_second / best for point in points]


def metg_ns(points):
    """METG(50%) in nanoseconds of points in ascending order of elements, and whether it is only a bound.

    A bound: the job is efficient down to the smallest task of the sweep.
    """
    shares = efficiencies(points)
    last = next(i for i, share in enumerate(shares) if share >= HALF)
    if last == 0:
        return points[0].granularity_ns, True
    low, high = points[last - 1], points[last]
    way = math.log(HALF / shares[last - 1]) / math.log(shares[last] / shares[last - 1])
    return low.granularity_ns * (high.granularity_ns / low.granularity_ns) ** way, False


def print_sweep(subject, points):
    print(f"\n{subject}\n{'elements':>10}{'granularity':>16}{'elements/s':>14}{'efficiency':>12}")
    for point, share in zip(points, efficiencies(points)):
        print(f"{point.elements:>10}{point.granularity_ns:>13,.0f} ns{point.per_second:>14.3g}{share:>12.1%}")
    nanoseconds, bound = metg_ns(points)
    print(f"METG(50%): {'at most ' if bound else ''}{nanoseconds:,.0f} ns")


def measure(bench, repetitions):
    """{subject: points}: the medians of interleaved repetitions."""
    command = [bench, "--benchmark_filter=^metg/", f"--benchmark_repetitions={repetitions}", "--benchmark_format=json",
               "--benchmark_enable_random_interleaving=true"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    jobs = {}
    for row in json.loads(done.stdout)["benchmarks"]:
        if row["run_type"] == "iteration":
            jobs.setdefault(row["run_name"], []).append((row["granularity_ns"], row["items_per_second"]))
    subjects = {}
    for name, samples in jobs.items():
        _, subject, elements = name.split("/")
        point = Point(int(elements), *map(statistics.median, zip(*samples)))
        subjects.setdefault(subject, []).append(point)
    return {subject: sorted(points, key=lambda p: p.elements) for subject, points in sorted(subjects.items())}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", default=ROOT / "build/release/bench/shmkit_bench", type=pathlib.Path)
    parser.add_argument("--repetitions", default=5, type=int)
    arguments = parser.parse_args()
    print("max over float64, 2 workers, at most 200,000 tasks a job")
    for subject, points in measure(arguments.bench, arguments.repetitions).items():
        print_sweep(subject, points)


if __name__ == "__main__":
    main()
