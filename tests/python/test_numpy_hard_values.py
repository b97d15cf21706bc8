"""Kernels on values that are hard: NaN, infinities, zeros of both signs, extremes, subnormals, nothing at all.

The oracles: NumPy where it is exact (element by element, and casts); exact rational numbers for products, dots, norms
and variances, within the bounds of docs/kernels.md; for a cast of what does not fit the rule in docs/kernels.md.
"""

import fractions
import math

import numpy as np
import pytest

from cli_checks import ask, elements, needs_shmtool, refused
from comparisons import compared
from helpers import shmtool, unique_name
from test_numpy_kernels import DTYPES, equal, make, plain_options, rng
from test_numpy_oracle import FLOATS, decode, exact_sum, identical, options, patterns, real_patterns, same

pytestmark = [
    needs_shmtool,
    pytest.mark.usefixtures("nothing_left"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::numpy.ComplexWarning"),
]


def exact(values):
    """Reals as integers and one power of two below them all."""
    ratios = [value.as_integer_ratio() for value in values.astype("f8").ravel().tolist()]
    below = max((ratio[1] for ratio in ratios), default=1)
    return [above * (below // under) for above, under in ratios], below


def close_to(found, wanted, relative, dtype):
    """Within that share of a Fraction, and a unit in the last place of the dtype. An overflow is infinite."""
    info = np.finfo(dtype)
    most = fractions.Fraction(float(info.max))
    if not math.isfinite(found):
        return not math.isnan(found) and abs(wanted) * (1 + relative) > most and (found > 0) == (wanted > 0)
    exponent = max(math.frexp(float(found))[1] - 1 if found else info.minexp, info.minexp) - info.nmant
    return abs(fractions.Fraction(float(found)) - wanted) <= abs(wanted) * relative + fractions.Fraction(2) ** exponent


def root(number):
    """The square root of a Fraction, to far more bits than a double has."""
    shift = max(0, 2 * 200 + number.denominator.bit_length() - number.numerator.bit_length()) // 2 * 2
    return fractions.Fraction(math.isqrt((number.numerator << shift) // number.denominator), 1 << shift // 2)


def product_of(values):
    """Exact; a float where something is not finite."""
    values = values.ravel()
    if np.isnan(values).any() or (np.isinf(values).any() and (values == 0).any()):
        return math.nan
    if np.isinf(values).any():
        return -math.inf if np.signbit(values).sum() % 2 else math.inf
    numbers, below = exact(values)
    return fractions.Fraction(math.prod(numbers), below ** len(numbers))


def variance_of(values):
    if not np.isfinite(values).all():
        return math.nan
    numbers, below = exact(values)
    count = len(numbers)
    above = count * sum(number * number for number in numbers) - sum(numbers) ** 2
    return fractions.Fraction(above, (count * below) ** 2)


def norm_of(values):
    if not np.isfinite(values).all():
        return math.nan if np.isnan(values).any() else math.inf
    numbers, below = exact(values)
    return root(fractions.Fraction(sum(number * number for number in numbers), below * below))


def right(found, wanted, relative, dtype):
    if isinstance(wanted, float):
        return same(found, np.dtype(dtype).type(wanted))
    return close_to(found, wanted, fractions.Fraction(relative), dtype)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("size", [1, 7, 700])
def test_reductions_of_one_array(rng, dtype, size):
    with unique_name() as name:
        for pattern, values in real_patterns(rng, np.dtype(dtype), (size,)):
            make(name, values)
            variance = variance_of(values)
            deviation = variance if isinstance(variance, float) else root(variance)
            merged = (2 * math.log2(size) + 10) * 2.0**-53
            wanted = {"prod": (product_of(values), size * 2.0**-52), "norm": (norm_of(values), 0),
                      "var": (variance, merged), "std": (deviation, merged)}  # fmt: skip
            for kernel, (value, relative) in wanted.items():
                result = ask("run", "run", kernel, name, *options(rng, size))["result"]
                assert right(decode(result, dtype), value, relative, dtype), (kernel, pattern, values, result, value)
                compared(kernel)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("size", [1, 7, 700])
def test_dots(rng, dtype, size):
    """Products of float16 and float32 are exact; those of float64 overflow and underflow as NumPy's."""
    with unique_name() as x, unique_name() as y:
        columns = list(real_patterns(rng, np.dtype(dtype), (size,)))
        for pattern, a in columns:
            b = columns[rng.integers(len(columns))][1]
            make(x, a)
            make(y, b)
            result = ask("run", "run", "dot", x, y, *plain_options(rng, size, copy=False))["result"]
            terms = a.astype("f8") * b.astype("f8")
            if np.isfinite(terms).all():
                (above, below), (over, under) = exact(a), exact(b)
                products = [first * second for first, second in zip(above, over)]
                value = fractions.Fraction(sum(products), below * under)
                share = fractions.Fraction(sum(map(abs, products)), below * under) * max(size, 32) / 32
                slack = share * fractions.Fraction(2) ** (-53 if dtype != "float64" else -99)
                slack += size * fractions.Fraction(2) ** -1075  # What products lose that underflow.
                found = decode(result, dtype)
                near = not math.isfinite(found) or abs(fractions.Fraction(float(found)) - value) <= slack
                assert near or right(found, value, 2.0**-53, dtype), (pattern, a, b, result)
                if not math.isfinite(found):
                    assert right(found, value, 2.0**-53, dtype), (pattern, a, b, result)
            else:
                assert right(decode(result, dtype), exact_sum(terms), 0, dtype), (pattern, a, b, result)
            compared("dot")


@pytest.mark.parametrize("dtype", DTYPES)
def test_nothing(rng, dtype):
    """Sums, products and the like of no elements, and what refuses them."""
    with unique_name() as name, unique_name() as out:
        for shape in [(0,), (3, 0)]:
            make(name, np.zeros(shape, dtype))
            for kernel in ["max", "min", "argmax", "argmin"]:
                with pytest.raises(ValueError) as error:
                    getattr(np, kernel)(np.zeros(shape, dtype))
                refused(2, "run", kernel, name, says=str(error.value))
            for kernel in ["sum", "mean", "var", "std", "prod"]:
                found = ask("run", "run", kernel, name, *options(rng, 0))
                wanted = getattr(np, kernel)(np.zeros(shape, dtype))
                assert same(decode(found["result"], wanted.dtype), wanted), (kernel, found)
                compared(kernel)
            for words in [["scale", "-a", "factor=2"], ["copy"], ["cast", "-a", "dtype=int8"]]:
                if dtype != "bool" or words[0] != "scale":
                    assert ask("run", "run", words[0], name, *words[1:], "--out", out, "--replace")["out"]["shape"] == list(shape)
                    compared(words[0])


def any_pattern(rng, dtype, shape):
    found = list(patterns(rng, dtype, shape))
    return found[rng.integers(len(found))][1]


def agrees(found, wanted, inexact):
    """Complex products of NumPy may be fused; there only what is finite is compared, and nearly."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    if not inexact:
        return equal(found, wanted)
    finite = np.isfinite(wanted) & np.isfinite(found)
    gap = np.abs(found[finite] - wanted[finite])
    return bool((gap <= 8 * np.finfo(wanted.dtype).eps * np.abs(wanted[finite]) + np.finfo(wanted.dtype).tiny).all())


@pytest.mark.parametrize("dtype", DTYPES)
def test_maps(rng, dtype):
    with unique_name() as x, unique_name() as y, unique_name() as out:
        for shape in [(), (1,), (5, 7), (3000,)]:
            for _ in range(4):
                a, b = (np.asarray(any_pattern(rng, dtype, shape)) for _ in range(2))
                make(x, a)
                make(y, b)
                two = a.dtype.type(2 if dtype == "bool" else 3)
                jobs = {("add", x, y): a + b, ("mul", x, y): a * b, ("copy", x): a}
                if dtype != "bool":
                    jobs |= {("scale", x, "-a", "factor=3"): a * two, ("axpy", x, y, "-a", "a=3"): two * a + b}
                for words, wanted in jobs.items():
                    shmtool("run", *words, "--out", out, "--replace", "-q", *plain_options(rng, a.size, copy=False), check=0)
                    found = elements(out, a.dtype, shape)
                    inexact = a.dtype.kind == "c" and words[0] in ("mul", "scale")
                    if a.dtype.kind != "c" or words[0] != "axpy":
                        assert agrees(found, wanted, inexact), (words[0], a, b, found, wanted)
                        compared(words[0])


def cast_of(values, target):
    """NumPy's astype(), and for floats that become integers what docs/kernels.md says."""
    target = np.dtype(target)
    if values.dtype.kind not in "fc" or target.kind not in "iu":
        return values.astype(target)
    through = np.dtype("i8" if target.itemsize == 8 or target == "u4" else "i4")
    least = np.iinfo(through).min
    reals = np.trunc(values.real.astype("g"))
    half = np.longdouble(2**63) if target == "u8" else np.longdouble(0)
    high = (reals >= half) & (half > 0)
    reals = np.where(high, reals - half, reals)
    fits = np.isfinite(reals) & (reals >= least) & (reals < -np.longdouble(least))
    numbers = [int(real) if fit else least for real, fit in zip(reals.flat, fits.flat)]
    numbers = [number + 2**63 if more else number for number, more in zip(numbers, high.flat)]
    size = 8 * target.itemsize
    return np.array([number % 2**size for number in numbers], f"u{target.itemsize}").view(target).reshape(values.shape)


@pytest.mark.parametrize("dtype", DTYPES)
def test_casts(rng, dtype):
    with unique_name() as x, unique_name() as out:
        for target in DTYPES:
            for _ in range(2):
                values = np.asarray(any_pattern(rng, dtype, (300,)))
                make(x, values)
                shmtool("run", "cast", x, "-a", f"dtype={target}", "--out", out, "--replace", "-q", "-w", "2", check=0)
                found, wanted = np.asarray(elements(out, target, (300,))), cast_of(values, target)
                assert identical(found, wanted) if wanted.dtype.kind != "b" else equal(found, wanted), (target, values, found)
                compared("cast")


@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES if np.dtype(dtype).kind != "c"])
def test_histograms(rng, dtype):
    """What is not a number, or outside, is not counted; long doubles are rounded to doubles first."""
    with unique_name() as name:
        for size in [0, 1, 500]:
            for _ in range(3):
                values = np.asarray(any_pattern(rng, dtype, (size,))) if size else np.zeros(0, dtype)
                make(name, values)
                plain = values.astype("f8") if dtype == "longdouble" else values.astype("u1") if dtype == "bool" else values
                words = ["-a", "bins=7", "-a", "lo=-2", "-a", "hi=3"]
                counts, edges = ask("run", "run", "histogram", name, *words, *options(rng, size))["result"]
                wanted, wanted_edges = np.histogram(plain[~np.isnan(plain)], 7, (-2, 3))
                assert counts == wanted.tolist() and edges == wanted_edges.astype("f8").tolist(), (values, counts, wanted)
                compared("histogram")


@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES if np.dtype(dtype).kind != "c"])
def test_taylor_series(rng, dtype):
    with unique_name() as x, unique_name() as out:
        values = np.asarray(rng.integers(0, 2 if dtype == "bool" else 9, (4, 9))).astype(dtype)
        make(x, values)
        found = ask("run", "run", "taylor_exp", x, "-a", "terms=60", "--out", out, *plain_options(rng, 36, copy=False))["out"]
        wanted = np.exp(values.astype("f8" if values.dtype.kind in "biu" else dtype))
        assert found["dtype"] == wanted.dtype.name.replace("float128", "longdouble")
        epsilon = max(np.finfo(wanted.dtype).eps, np.finfo("f8").eps)
        np.testing.assert_allclose(elements(out, wanted.dtype, (4, 9)), wanted, rtol=8 * float(epsilon))
        compared("taylor_exp")
