"""What NumPy's rivals of the questions reduce_max, reduce_sum and reduce_dot share: one core, two arrays as large as
those of bench/reductions.cpp, of which one is read, or both."""

from suite.installed import lacks_module
from suite.limits import require_memory
from suite.samples import Sample, require
from suite.timing import median_s

NAME = "numpy_one_core"
ELEMENTS = 100_000_000
QUICK_ELEMENTS = 25_000_000


def available():
    return lacks_module("numpy", "python3-numpy")


def measure(context, function, arrays, expected):
    """function(x, or x and y) of 0, 1/n, 2/n, ...: gigabytes per second. expected(n): its result."""
    import numpy

    elements = QUICK_ELEMENTS if context.quick else ELEMENTS
    require_memory((arrays + 1) * 8 * elements)  # Once more while they are made.
    operands = [numpy.arange(elements, dtype="f8") for _ in range(arrays)]
    for operand in operands:
        operand /= elements
    wanted = expected(elements)
    require(abs(function(*operands) - wanted) <= 1e-9 * wanted, "wrong result")
    for _ in range(context.repetitions):
        seconds = median_s(lambda: function(*operands), context.seconds / context.repetitions)
        yield Sample(arrays * operands[0].nbytes / seconds / 1e9)
