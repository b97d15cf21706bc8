#!/usr/bin/env python3
"""What becomes of a job when one of its workers is killed?

Usage: kill_test.py [--build build/release] [--runs 200] [--minutes 5] [--json FILE]

Every run is a job of 200 tasks on 4 workers; at a random moment between a tenth and nine tenths of the time that the
job takes undisturbed, one worker gets SIGKILL. What counts is whether the job then ends with the right result within
10 s. Tasks sleep 2 ms and give a square; shmtool's are a 200th of an array each, which takes less. Runs whose job ended
before the signal came are done again.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import processes
import subjects

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLUMNS = ["right", "error", "hang", "wrong"]
TASKS = 200
WORKERS = 4
MICROSECONDS = 2000
LIMIT_S = 10
CALIBRATIONS = 5
MOST_MISSES = 20


def undisturbed_seconds(subject):
    """The median of some runs, which must be right."""
    samples = []
    for _ in range(CALIBRATIONS):
        job = subject.start()
        try:
            start = time.monotonic()
            job.has_result(subjects.START_S)
            samples.append(time.monotonic() - start)
            out, err = job.process.communicate(timeout=subjects.START_S)
        finally:
            job.end()
        if subject.verdict(job.process.returncode, out) not in ("right", "missed"):
            raise SystemExit(f"kill_test.py: {subject.name} fails undisturbed: {out}{err}")
    return statistics.median(samples)


def disturb(subject, delay_s, dice):
    """One run. right, error, hang, wrong; or missed, if the job had ended before."""
    job = subject.start()
    try:
        time.sleep(delay_s)
        workers = processes.workers(job.boss)
        if not workers or not processes.kill_child(job.boss, dice.choice(workers)):
            return "missed"
        if job.has_result():
            return "missed"
        try:
            out, _ = job.process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            return "hang"
        return subject.verdict(job.process.returncode, out)
    finally:
        job.end()


def one_run(subject, seconds, seed, deadline):
    dice = random.Random(seed)
    for _ in range(MOST_MISSES):
        if time.monotonic() > deadline:
            break
        outcome = disturb(subject, seconds * dice.uniform(0.1, 0.9), dice)
        if outcome != "missed":
            return outcome
    return None


def row(subject, arguments):
    """Outcomes of the runs there was time for."""
    seconds = undisturbed_seconds(subject)
    deadline = time.monotonic() + arguments.minutes * 60
    crew = concurrent.futures.ThreadPoolExecutor(subject.at_once)
    try:
        runs = [crew.submit(one_run, subject, seconds, f"{arguments.seed} {subject.name} {run}", deadline)
                for run in range(arguments.runs)]
        outcomes = collections.Counter(run.result() for run in runs)
    finally:
        crew.shutdown(cancel_futures=True)
    del outcomes[None]
    return {"subject": subject.name, "undisturbed_seconds": seconds, "runs": outcomes.total(),
            **{column: outcomes[column] for column in COLUMNS}}


def rows(arguments, scratch):
    jobs = subjects.all_subjects(arguments.build, TASKS, WORKERS, MICROSECONDS, arguments.mebibytes, scratch)
    for name, make in jobs:
        try:
            subject = make()
        except subjects.Missing as missing:
            print(f"{name:<30}(left out: {missing})")
            continue
        try:
            yield row(subject, arguments)
        except subjects.Missing as missing:
            print(f"{name:<30}(left out: {missing})")
        finally:
            subject.close()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path)
    parser.add_argument("--runs", default=200, type=int, help="per subject")
    parser.add_argument("--minutes", default=5, type=float, help="per subject; then no further run begins")
    parser.add_argument("--mebibytes", default=256, type=int, help="size of shmtool's array")
    parser.add_argument("--seed", default=1, type=int)
    parser.add_argument("--json", type=pathlib.Path, help="write the table there too")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    print(f"{TASKS} tasks, {WORKERS} workers, one of them killed; {LIMIT_S} s to end (seed {arguments.seed})\n")
    print(f"{'subject':<30}{'runs':>6}" + "".join(f"{column:>8}" for column in COLUMNS))
    table = []
    with tempfile.TemporaryDirectory() as scratch:
        for line in rows(arguments, scratch):
            table.append(line)
            cells = "".join(f"{line[column]:>8}" for column in COLUMNS)
            print(f"{line['subject']:<30}{line['runs']:>6}{cells}", flush=True)
    if arguments.json:
        text = json.dumps({"seed": arguments.seed, "rows": table}, indent=2) + "\n"
        arguments.json.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
