"""The maximum of 300 million doubles in 100 chunks, in every way: shmkit's, and Python's where NumPy is there.

Usage: main_job.py SHMTOOL ELEMENTS

The lesson that this comes from published its seconds (docs/benchmarking.md); they stand in the last column.
All results are compared; the array is deleted at the end, however it comes.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys

CHUNKS = 100
LEAST_ELEMENTS = 1_000_000
NO_SPACE = 6
REPEAT = 5


def shmtool(*words):
    """Runs shmtool and returns its JSON answer."""
    done = subprocess.run([SHMTOOL, *map(str, words), "--json"], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(done.returncode)
    return json.loads(done.stdout)


def create(name, elements):
    """As many of the elements as there is memory for."""
    while True:
        words = [SHMTOOL, "create", name, "--shape", str(elements), "--fill", "random:42", "--quiet"]
        done = subprocess.run(words, stderr=subprocess.PIPE, text=True)
        if done.returncode == 0:
            return elements
        if done.returncode != NO_SPACE or elements // 2 < LEAST_ELEMENTS:
            sys.stderr.write(done.stderr)
            raise SystemExit(done.returncode)
        print(f"memory is too short for {elements:,} doubles, trying {elements // 2:,}")
        elements //= 2


@contextlib.contextmanager
def pool(name):
    shmtool("pool", "start", name)
    try:
        yield name
    finally:
        subprocess.run([SHMTOOL, "pool", "stop", name, "--quiet"])


def shmkit_rows(name):
    """(way, seconds, published, result) of each way of shmkit."""
    rows = []

    def add(way, first, warm, published=None):
        report = shmtool("run", "max", name, "--chunks", CHUNKS, *way, "--repeat", REPEAT)
        n = report["workers"]
        rows.append((first.format(n), report["first_seconds"], published, report["result"]))
        if warm:
            rows.append((warm.format(n), report["median_seconds"], None, report["result"]))

    add(["--via", "serial"], "one loop", "one loop, again")
    add(["--via", "thread"], "{} threads", "{} threads, again")
    add(["--via", "copy"], "{} processes, chunks copied through pipes", "  the same workers again")
    add(["--via", "process"], "{} processes, fresh, array attached", "  the same workers again")
    with pool(name) as its_name:
        add(["--pool", its_name], "pool of {}, its first job", "  the same workers again")
    return rows


def python_rows(path, elements):
    try:
        import python_rivals
    except ImportError as missing:
        print(f"(no Python rows: {missing})")
        return []
    return python_rivals.rows(path, elements, CHUNKS)


def print_table(rows, nbytes):
    serial = rows[0][1]
    print(f"{'way':<42}{'seconds':>9}{'GB/s':>8}{'speed-up':>10}{'published':>11}")
    print("-" * 80)
    for way, seconds, published, _ in rows:
        rate = nbytes / seconds / 1e9
        print(f"{way:<42}{seconds:>9.3f}{rate:>8.2f}{serial / seconds:>9.2f}x{published or '':>11}".rstrip())


FOOTNOTES = """
Speed-up is over shmkit's one loop, first time. The first time pays the page
faults of a new mapping; "again" is the median of four more. ~ marks a time
scaled up from some of the chunks. Published seconds are the lesson's, for 3e8
doubles on its own machine; all its parallel runs read chunk 10 only (a bug),
so those maxima were 0.99999934 instead of 0.99999999634."""


def main():
    elements = int(sys.argv[2])
    name = f"quickstart-{os.getpid()}"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        elements = create(name, elements)
        info = shmtool("info", name)
        print(f"\nmaximum of {elements:,} random doubles ({info['nbytes'] / 1e9:.2f} GB) in {CHUNKS} chunks\n")
        rows = shmkit_rows(name) + python_rows(info["path"], elements)
        print_table(rows, info["nbytes"])
        results = {row[3] for row in rows}
        if len(results) != 1:
            raise SystemExit(f"the results differ: {sorted(results)}")
        print(f"\nall {len(rows)} ways agree: {results.pop()!r}")
        print(FOOTNOTES)
    finally:
        subprocess.run([SHMTOOL, "delete", name, "--quiet"], stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    SHMTOOL = sys.argv[1]
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
