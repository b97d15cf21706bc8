#!/usr/bin/env python3
"""How good predictions are: what shmtool advise expects beside what shmtool run takes.

Usage: advise.py [SHMTOOL] [--repetitions 5] [--max-bytes 800000000] [--json FILE]

For each kernel and size it asks `advise` once, makes an array of that size, and runs the job in one loop, on workers that are
started for it (the first repetition, without their end, which `run` does not count), and on warm ones (the median of the
others). Sizes beyond what advise can measure are among them. The error is |predicted / measured - 1|.

Prints a row per case, then the error's median and 90th percentile for each way. On a busy machine it tells little: advise
predicts for a quiet one.
"""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARRAY_KERNELS = ["max", "sum", "var", "exp", "argmax"]
ARRAY_SIZES = [1_000, 30_000, 1_000_000, 10_000_000, 100_000_000]
COMPUTE = [("pi", "n", 100_000), ("pi", "n", 10_000_000), ("pi", "n", 300_000_000), ("fib", "times", 16)]
NAME = f"advise-check-{os.getpid()}"


class Tool:
    def __init__(self, path):
        self.path = path

    def text(self, *words):
        return subprocess.run([str(self.path), *map(str, words)], stdout=subprocess.PIPE, check=True, text=True).stdout

    def json(self, *words):
        return json.loads(self.text(*words, "--json"))


@contextlib.contextmanager
def array(tool, size):
    tool.text("create", NAME, "--shape", size, "--fill", "random:1", "-q")
    try:
        yield NAME
    finally:
        tool.text("delete", NAME, "-q")


def run(tool, words, via, workers, chunks, repetitions):
    """Seconds: of the first repetition, and the median of the others."""
    way = ["--via", via] + (["-w", workers] if via != "serial" else [])
    first = []
    for _ in range(3 if via != "serial" else 1):
        found = tool.json("run", *words, *way, "--chunks", chunks, "--repeat", repetitions + 1)
        first.append(found["first_seconds"])
    return statistics.median(first), found["median_seconds"]


def out_words(kernel):
    return ["--out", f"{NAME}-out", "--replace"] if kernel == "exp" else []


def compare(tool, advice_words, run_words, repetitions):
    """Rows (way, workers, predicted, measured) of one kernel and size."""
    report = tool.json("advise", *advice_words)
    advice, costs = report["advice"], report["costs"]
    chunks = advice["chunks"]
    _, loop = run(tool, run_words, "serial", 1, chunks, repetitions)
    rows = [("loop", 1, advice["serial"]["predicted"], loop)]
    for times in advice["times"]:
        workers = times["workers"]
        ending = costs["end"]["first"] + costs["end"]["further"] * (workers - 1)
        first, warm = run(tool, run_words, "process", workers, chunks, repetitions)
        rows.append(("ephemeral", workers, times["ephemeral"]["predicted"] - ending, first))
        rows.append(("pooled", workers, times["pooled"]["predicted"], warm))
    return advice["busy"], rows


def cases(tool, most_bytes, repetitions):
    for size in ARRAY_SIZES:
        if size * 8 > most_bytes:
            continue
        with array(tool, size) as name:
            for kernel in ARRAY_KERNELS:
                yield kernel, size, compare(tool, [kernel, name], [kernel, name, *out_words(kernel)], repetitions)
                if kernel == "exp":
                    tool.text("delete", f"{NAME}-out", "-q")
    for kernel, argument, amount in COMPUTE:
        words = [kernel, "--arg", f"{argument}={amount}"]
        yield kernel, amount, compare(tool, words, words, repetitions)


def percentile(values, share):
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shmtool", nargs="?", default=ROOT / "build/release/tools/shmtool", type=pathlib.Path)
    parser.add_argument("--repetitions", default=5, type=int)
    parser.add_argument("--max-bytes", default=800_000_000, type=int)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    errors, records = {}, []
    print(f"{'kernel':<9}{'size':>13} {'way':<10}{'workers':>7}{'predicted':>16}{'measured':>16}{'p / m':>8}")
    for kernel, size, (busy, rows) in cases(Tool(arguments.shmtool), arguments.max_bytes, arguments.repetitions):
        for way, workers, predicted, measured in rows:
            ratio = predicted / measured
            errors.setdefault(way, []).append(abs(ratio - 1))
            records.append({"kernel": kernel, "size": size, "way": way, "workers": workers, "busy": busy,
                            "predicted": predicted, "measured": measured})  # fmt: skip
            print(f"{kernel:<9}{size:>13,} {way:<10}{workers:>7}{predicted * 1e6:>13,.1f} us{measured * 1e6:>13,.1f} us"
                  f"{ratio:>8.2f}", flush=True)
    print(f"\n{'error':<12}{'median':>9}{'p90':>9}{'cases':>7}")
    for way, values in [*errors.items(), ("all", sum(errors.values(), []))]:
        print(f"{way:<12}{statistics.median(values):>9.1%}{percentile(values, 0.9):>9.1%}{len(values):>7}")
    print(f"The largest share of time in which samples of advise waited for a CPU: {max(r['busy'] for r in records):.0%}")
    if arguments.json:
        arguments.json.write_text(json.dumps(records, indent=1) + "\n")


if __name__ == "__main__":
    main()
