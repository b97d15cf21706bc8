#!/usr/bin/env python3
"""What starting a command costs: shmtool map beside xargs, GNU parallel and a bare loop of posix_spawn.

Usage: map.py [--build build/release] [--commands 1000] [--repetitions 9] [--workers 2] [--echo]

Runs `/bin/true NUMBER` (with --echo: `/bin/echo NUMBER`, and the output is verified) that many times, so many at once; all
subjects in turn, in every repetition. Prints medians per command of wall time and of CPU time (user and system, of all
processes), and the ratios to the floor. What is not installed or built is skipped, with a word.

Only GNU parallel and shmtool map keep the output of each command together.
"""

import argparse
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def subjects(build, workers, count, echo):
    """{name: command line}"""
    command = ["/bin/echo"] if echo else ["/bin/true"]
    found = {
        "posix_spawn loop (floor)": [build / "bench/spawn_loop", workers, count, *command],
        "shmtool map": [build / "tools/shmtool", "map", "-j", workers, "--", *command],
        "xargs -n1": ["xargs", f"-P{workers}", "-n1", *command],
        "GNU parallel": ["parallel", f"-j{workers}", *command],
    }
    for name, words in list(found.items()):
        if shutil.which(words[0]) is None:
            print(f"({words[0]} is missing: no row of {name})")
            del found[name]
    return found


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(words, lines, echo):
    """Wall and CPU seconds."""
    cpu = cpu_seconds()
    start = time.perf_counter()
    done = subprocess.run([str(word) for word in words], input=lines, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - start
    if echo and sorted(done.stdout.splitlines(), key=int) != lines.splitlines():
        raise SystemExit(f"map.py: wrong output of {words[0]}")
    return seconds, cpu_seconds() - cpu


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path)
    parser.add_argument("--commands", default=1000, type=int)
    parser.add_argument("--repetitions", default=9, type=int)
    parser.add_argument("--workers", default=2, type=int)
    parser.add_argument("--echo", action="store_true")
    arguments = parser.parse_args()
    os.environ["PARALLEL_HOME"] = "/nonexistent"  # No configuration of the user's.
    lines = "".join(f"{number}\n" for number in range(arguments.commands))
    found = subjects(arguments.build, arguments.workers, arguments.commands, arguments.echo)
    samples = {name: [] for name in found}
    for _ in range(arguments.repetitions):
        for name, words in found.items():
            samples[name].append(run(words, lines, arguments.echo))
    medians = {name: [statistics.median(column) / arguments.commands * 1e6 for column in zip(*values)]
               for name, values in samples.items()}
    floor = next(iter(medians.values()))
    print(f"{'us per command':<28}{'wall':>10}{'ratio':>8}{'CPU':>10}{'ratio':>8}")
    for name, (wall, cpu) in medians.items():
        print(f"{name:<28}{wall:>10.0f}{wall / floor[0]:>8.2f}{cpu:>10.0f}{cpu / floor[1]:>8.2f}")


if __name__ == "__main__":
    main()
