"""NumPy's function of each kernel's name, over as many doubles as bench/kernels_one_core.hpp has, on one core."""

import os

from suite.installed import lacks_module
from suite.samples import Sample, require
from suite.timing import median_s

QUESTION = "kernels_one_core"
NAME = "numpy"
ELEMENTS = 10_000_000


def available():
    return lacks_module("numpy", "python3-numpy")


def _reductions(np, x, y):
    return {"max": x.max, "minmax": lambda: (x.min(), x.max()), "argmax": x.argmax, "sum": x.sum, "mean": x.mean,
            "prod": x.prod, "var": x.var, "std": x.std, "norm": lambda: np.linalg.norm(x), "dot": lambda: x.dot(y),
            "count_nonzero": lambda: np.count_nonzero(x), "all": x.all,
            "histogram": lambda: np.histogram(x, 10)[0]}  # fmt: skip


def _maps(np, x, y, out):
    return {"copy": lambda: np.copyto(out, x), "abs": lambda: np.abs(x, out=out), "sqrt": lambda: np.sqrt(x, out=out),
            "exp": lambda: np.exp(x, out=out), "log": lambda: np.log(x, out=out),
            "scale": lambda: np.multiply(x, 2.5, out=out), "add": lambda: np.add(x, y, out=out),
            "mul": lambda: np.multiply(x, y, out=out)}  # fmt: skip


def _require_sane(np, x, y, out, reductions):
    """They are what others are compared with; this makes sure that it is they who ran, over these arrays."""
    require(reductions["max"]() == max(x[:1000].max(), x[1000:].max()), "wrong maximum")
    require(np.isclose(reductions["dot"](), float((x * y).sum())), "wrong dot product")
    np.add(x, y, out=out)
    require(float(out[-1]) == float(x[-1]) + float(y[-1]), "wrong sum of two arrays")


def measure(context):
    for library in ("OPENBLAS", "MKL", "BLIS", "OMP"):
        os.environ[f"{library}_NUM_THREADS"] = "1"  # Read when NumPy is loaded: dot would take all cores.
    import numpy as np

    generator = np.random.default_rng(1)
    x, y, out = (generator.random(ELEMENTS) for _ in range(3))
    reductions, maps = _reductions(np, x, y), _maps(np, x, y, out)
    _require_sane(np, x, y, out, reductions)
    # Bytes that count are those that must be read and written: each array once.
    passes = {name: 1 for name in reductions} | {name: 2 for name in maps} | {"dot": 2, "add": 3, "mul": 3}
    seconds = context.seconds / context.repetitions / len(passes)
    for _ in range(context.repetitions):
        for name, function in {**reductions, **maps}.items():
            yield Sample(passes[name] * x.nbytes / median_s(function, seconds) / 1e9, subject=f"{NAME}_{name}")
