"""The maximum of 300 million doubles in 100 chunks, in every way: shmkit's, and Python's where NumPy is there.

Usage: main_job.py SHMTOOL ELEMENTS

The experiment max_3e8 of the benchmark suite, alone. The array is deleted at the end, however it comes.
"""

import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "bench"))
from suite.experiments import max_3e8, tables
from suite.experiments.bench import Bench, Unavailable


def main():
    shmtool, elements = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    bench = Bench(str(shmtool), shmtool.parent, quick=False, say=lambda text: print(text, file=sys.stderr))
    groups = [group.document() for group in max_3e8.run(bench, elements)]
    print(tables(groups))
    if not all(row["verified"] for row in groups[0]["rows"] if row["shmkit"] is not None):
        raise SystemExit("some answers are wrong")


if __name__ == "__main__":
    try:
        main()
    except Unavailable as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        sys.exit(130)
