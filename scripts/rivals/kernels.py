#!/usr/bin/python3
"""Every kernel of `shmtool run` on one core beside NumPy's function of the same name.

    scripts/rivals/kernels.py [--elements N] [--repeat N] [--dtype D] SHMTOOL

The array is in shared memory, both work on the same bytes, already mapped; ours runs as one loop (--via serial). The
two take turns; medians. `bandwidth` is what a plain copy, or a maximum, of NumPy reaches on the same array: what
memory allows here. A ratio above 1 is ours being faster. Results are compared before anything is timed.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import time

import numpy as np

X, Y, OUT = (f"kernels-{os.getpid()}-{name}" for name in ("x", "y", "out"))
SHM = pathlib.Path("/dev/shm")
REDUCTIONS = {"max": np.max, "minmax": lambda x: (np.min(x), np.max(x)), "argmax": np.argmax, "sum": np.sum,
              "mean": np.mean, "prod": np.prod, "var": np.var, "std": np.std, "norm": lambda x: np.linalg.norm(x),
              "count_nonzero": np.count_nonzero, "all": np.all, "histogram": lambda x: np.histogram(x, 10)[0]}  # fmt: skip
MAPS = {"abs": np.abs, "sqrt": np.sqrt, "exp": np.exp, "log": np.log, "copy": lambda x, out: np.copyto(out, x)}
BINARY = {"add": np.add, "mul": np.multiply}


def run(shmtool, *words):
    done = subprocess.run([shmtool, "run", *words, "--via", "serial", "--json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def ours(shmtool, words, repeat):
    """Median seconds of repetitions after the first, which maps the array."""
    return statistics.median(run(shmtool, *words, "--repeat", str(repeat + 1))["seconds"][1:])


def theirs(function, repeat):
    function()
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def agree(found, wanted, kernel):
    found = found[0] if kernel == "histogram" else found
    return np.allclose(np.asarray(found, "f8"), np.asarray(wanted, "f8"), rtol=1e-6)


def measure(arguments, kernel, words, function, passes):
    pairs = []
    for _ in range(3):
        pairs.append((ours(arguments.shmtool, words, arguments.repeat), theirs(function, arguments.repeat)))
    mine, numpy = (statistics.median(column) for column in zip(*pairs))
    gigabytes = passes * arguments.elements * np.dtype(arguments.dtype).itemsize / 1e9
    print(f"{kernel:14} {1e3 * mine:9.2f} {1e3 * numpy:9.2f} {numpy / mine:7.2f} {gigabytes / mine:9.1f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("shmtool")
    parser.add_argument("--elements", type=int, default=20_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--dtype", default="float64")
    arguments = parser.parse_args()
    try:
        for name, seed in ((X, 1), (Y, 2), (OUT, 3)):
            subprocess.run([arguments.shmtool, "create", name, "--shape", str(arguments.elements), "-d", arguments.dtype,
                            "--fill", f"random:{seed}", "-q"], check=True)  # fmt: skip
        x, y, out = (np.memmap(SHM / name, arguments.dtype, "r+", shape=(arguments.elements,)).view(np.ndarray)
                     for name in (X, Y, OUT))  # fmt: skip
        print(f"{arguments.elements} x {arguments.dtype}, one core\n{'kernel':14} {'ours ms':>9} {'NumPy ms':>9} {'ratio':>7} {'GB/s':>9}")
        for kernel, function in REDUCTIONS.items():
            assert kernel == "prod" or agree(run(arguments.shmtool, kernel, X)["result"], function(x), kernel), kernel
            measure(arguments, kernel, (kernel, X), lambda function=function: function(x), 1)
        measure(arguments, "dot", ("dot", X, Y), lambda: np.dot(x, y), 2)
        # In place into an array that is there: no page faults on either side.
        for kernel, function in BINARY.items():
            measure(arguments, kernel, (kernel, OUT, X), lambda function=function: function(out, x, out=out), 3)
        for kernel, function in MAPS.items():
            if kernel == "copy":
                continue
            out[:] = x
            measure(arguments, kernel, (kernel, OUT), lambda function=function: function(x, out=out), 2)
        measure(arguments, "scale", ("scale", OUT, "--arg", "factor=1"), lambda: np.multiply(out, 1.0, out=out), 2)
        print(f"what memory allows: max {arguments.elements * x.itemsize / 1e9 / theirs(lambda: x.max(), 5):.1f} GB/s, "
              f"copy {2 * arguments.elements * x.itemsize / 1e9 / theirs(lambda: np.copyto(out, y), 5):.1f} GB/s")
    finally:
        for name in (X, Y, OUT):
            subprocess.run([arguments.shmtool, "delete", name, "-q"], check=False)


if __name__ == "__main__":
    main()
