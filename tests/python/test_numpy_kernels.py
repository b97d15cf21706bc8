"""Every reduction, map and computation beside NumPy's function of the same name.

The oracle is NumPy itself, over dtypes, shapes and values (NaN, infinities, zeros of both signs, extremes); sums of
squares and products are held to the bounds of docs/kernels.md, everything else to equality. Ways, workers and chunks
are drawn anew each time; SHMKIT_SEED repeats a run.
"""

import os

import numpy as np
import pytest

from cli_checks import ask, elements, needs_shmtool, refused
from comparisons import compared, ulp
from helpers import shmtool, unique_name
from test_numpy_oracle import decode, options, patterns, same

pytestmark = [
    needs_shmtool,
    pytest.mark.usefixtures("nothing_left"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::numpy.ComplexWarning"),
]

SEED = int(os.environ.get("SHMKIT_SEED") or np.random.SeedSequence().generate_state(1)[0])
SHAPES = [(), (0,), (1,), (7,), (3, 5), (4, 300), (70000,)]
DTYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64",
          "float16", "float32", "float64", "longdouble", "complex64", "complex128"]  # fmt: skip
EXACT = {"count_nonzero": np.count_nonzero, "any": np.any, "all": np.all, "noop": np.size}


@pytest.fixture
def rng():
    print("SHMKIT_SEED =", SEED)
    return np.random.default_rng(SEED)


def make(name, values):
    shape = ",".join(map(str, values.shape)) or "()"
    dtype = values.dtype.name.replace("float128", "longdouble")
    shmtool("create", name, "--shape", shape, "-d", dtype, "--replace", "-q", check=0)
    if values.size:
        elements(name, values.dtype, values.shape, "r+")[...] = values


def some_patterns(rng, dtype, shape):
    """A few of them, the large ones rarely."""
    if 0 in shape:
        yield "nothing", np.zeros(shape, dtype)
        return
    for pattern, values in patterns(rng, dtype, shape):
        if rng.random() < (0.15 if values.size > 2000 else 0.5):
            yield pattern, np.asarray(values)


def plain_options(rng, size, copy=True):
    words = options(rng, size)
    return words if copy or "copy" not in words else ["-w", "2"]


def close(found, wanted, ulps):
    """Equal, or within so many units in the last place of the shorter type."""
    if same(found, wanted):
        return True
    if np.iscomplexobj(wanted):
        return bool(np.abs(found - wanted) <= ulps * ulp(wanted))
    return bool(np.isfinite(found) and np.isfinite(wanted) and abs(found - wanted) <= ulps * ulp(wanted))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble"])
def test_an_ulp_is_numpys_spacing(dtype):
    for value in np.array([0, 1e-7, 0.75, 1, 3, 60000], dtype):
        assert ulp(value) == np.spacing(value)
    below_one = np.nextafter(np.array(1, dtype), np.array(0, dtype))
    assert ulp(below_one) == np.finfo(dtype).epsneg and ulp(np.complex64(1)) == np.spacing(np.float32(1))


@pytest.mark.parametrize("dtype", DTYPES)
def test_counts_and_extremes(rng, dtype):
    with unique_name() as name:
        for shape in SHAPES:
            for pattern, values in some_patterns(rng, dtype, shape):
                make(name, values)
                for kernel, function in EXACT.items():
                    result = ask("run", "run", kernel, name, *options(rng, values.size))["result"]
                    assert result == function(values), (kernel, shape, pattern)
                    compared(kernel)
                if values.size == 0:
                    refused(2, "run", "minmax", name, says="zero-size array")
                    continue
                low, high = ask("run", "run", "minmax", name, *options(rng, values.size))["result"]
                assert same(decode(low, values.dtype), values.min()) and same(decode(high, values.dtype), values.max())
                compared("minmax")


def wide(values):
    """The same numbers where NumPy's own rounding does not show."""
    return values.astype("clongdouble" if values.dtype.kind == "c" else "longdouble")


# long doubles are compared with NumPy's, which are rounded no better than ours.
@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES if dtype != "longdouble"])
def test_variance_and_norm(rng, dtype):
    with unique_name() as name:
        for shape in SHAPES:
            values = rng.standard_normal(shape) * 50
            values = np.asarray(values + 1j * rng.standard_normal(shape) if np.dtype(dtype).kind == "c" else values)
            values = np.abs(values).astype(dtype) if np.dtype(dtype).kind in "ub" else values.astype(dtype)
            make(name, values)
            real = np.zeros(0, dtype).real.dtype if np.dtype(dtype).kind in "fc" else np.dtype("f8")
            for kernel, ddof in [("var", 0), ("std", 0), ("var", 1), ("norm", None)]:
                words = [] if ddof is None else ["--arg", f"ddof={ddof}"]
                answer = ask("run", "run", kernel, name, *words, *options(rng, values.size))
                assert answer["result_dtype"] == real.name
                if kernel == "norm":
                    wanted = np.sqrt((np.abs(wide(values)) ** 2).sum()).astype(real)
                else:
                    wanted = getattr(np, kernel)(wide(values), ddof=ddof).astype(real) if values.size > ddof else np.nan
                    wanted = real.type(getattr(np, kernel)(values.astype("c16" if np.dtype(dtype).kind == "c" else "f8"), ddof=ddof)) \
                        if values.size <= ddof else wanted
                assert close(decode(answer["result"], real), wanted, 4), (kernel, ddof, shape, answer["result"], wanted)
                compared(kernel)


@pytest.mark.parametrize("dtype", DTYPES)
def test_products_and_dots(rng, dtype):
    kind = np.dtype(dtype).kind
    with unique_name() as x, unique_name() as y:
        for shape in SHAPES:
            a, b = (np.asarray(rng.integers(0 if kind in "ub" else -9, 9, shape)).astype(dtype) for _ in range(2))
            make(x, a)
            make(y, b)
            answer = ask("run", "run", "dot", x, y, *plain_options(rng, a.size, copy=False))
            wanted = np.dot(a.ravel(), b.ravel())
            if dtype == "float16":
                wanted = np.float16(np.dot(a.astype("f8").ravel(), b.astype("f8").ravel()))
            assert answer["result_dtype"] == wanted.dtype.name.replace("float128", "longdouble")
            assert same(decode(answer["result"], wanted.dtype), wanted), shape
            compared("dot")
            factors = a if kind in "iub" else (1 + rng.standard_normal(shape) / 100).astype(dtype)
            make(x, np.asarray(factors))
            answer = ask("run", "run", "prod", x, *options(rng, a.size))
            wanted = np.prod(np.asarray(factors))
            assert answer["result_dtype"] == wanted.dtype.name.replace("float128", "longdouble")
            found = decode(answer["result"], wanted.dtype)
            if kind in "iub":
                assert found == wanted
            else:
                exact = np.prod(wide(np.asarray(factors)))
                loss = 4 + factors.size * (1 if dtype in ("float64", "longdouble", "complex128", "complex64") else 2.0**-10)
                assert close(found, exact.astype(wanted.dtype), loss), (shape, found, exact)
            compared("prod")


@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES if np.dtype(dtype).kind not in "cb" and dtype != "longdouble"])
def test_histogram(rng, dtype):
    with unique_name() as name:
        for size in (1, 7, 3000, 70000):
            values = (np.abs(rng.standard_normal(size)) * 30).astype(dtype)
            make(name, values)
            for bins, limits in [(10, None), (1, None), (37, (2, 25)), (5, (200, 300))]:
                words = ["--arg", f"bins={bins}"] + ([] if limits is None else ["--arg", f"lo={limits[0]}", "--arg", f"hi={limits[1]}"])
                counts, edges = ask("run", "run", "histogram", name, *words, *options(rng, size))["result"]
                wanted, wanted_edges = np.histogram(values, bins, limits)
                assert counts == wanted.tolist(), (size, bins, limits)
                np.testing.assert_array_equal(edges, wanted_edges.astype("f8"))
                compared("histogram")
        make(name, np.array([1.0, np.nan]).astype(dtype) if np.dtype(dtype).kind == "f" else np.array([1, 2], dtype))
        if np.dtype(dtype).kind == "f":
            refused(2, "run", "histogram", name, says="histogram")


BINARY = {"add": np.add, "mul": np.multiply}
UNARY = {"abs": np.abs, "sqrt": np.sqrt, "exp": np.exp, "log": np.log, "copy": np.positive}


def equal(found, wanted):
    return found.dtype == wanted.dtype and np.array_equal(found, wanted, equal_nan=found.dtype.kind in "fc")


@pytest.mark.parametrize("dtype", DTYPES)
def test_maps_of_one_array(rng, dtype):
    with unique_name() as x, unique_name() as out:
        for shape in SHAPES:
            for pattern, values in some_patterns(rng, dtype, shape):
                make(x, values)
                for kernel, function in UNARY.items():
                    if kernel == "copy" and dtype == "bool" or rng.random() < 0.4:
                        continue
                    wanted = function(values)
                    answer = ask("run", "run", kernel, x, "--out", out, "--replace", *plain_options(rng, values.size, copy=False))
                    found = elements(out, answer["out"]["dtype"], shape)
                    assert found.dtype == wanted.dtype, (kernel, shape)
                    inexact = kernel in ("exp", "log") or (kernel in ("sqrt", "abs") and values.dtype.kind == "c")
                    if inexact and wanted.dtype.kind == "c":
                        finite = np.isfinite(wanted) & np.isfinite(found)
                        np.testing.assert_allclose(found[finite], wanted[finite], rtol=1e-5 if dtype == "complex64" else 1e-13)
                    elif inexact and wanted.size:
                        finite = np.isfinite(wanted) & np.isfinite(found)
                        assert np.array_equal(np.isnan(found), np.isnan(wanted))
                        gap = np.abs(found[finite] - wanted[finite])
                        assert (gap <= 4 * ulp(wanted[finite])).all(), (kernel, shape, pattern)
                    else:
                        assert equal(np.asarray(found), np.asarray(wanted)), (kernel, shape, pattern)
                    compared(kernel)


@pytest.mark.parametrize("dtype", DTYPES)
def test_maps_of_two_arrays(rng, dtype):
    others = [other for other in DTYPES if np.result_type(dtype, other) != np.dtype("clongdouble")]
    with unique_name() as x, unique_name() as y, unique_name() as out:
        for shape in SHAPES:
            other = str(rng.choice(others))
            a, b = (np.asarray(next(iter(patterns(rng, kind, shape)))[1]) if 0 not in shape else np.zeros(shape, kind) for kind in (dtype, other))
            make(x, a)
            make(y, b)
            for kernel, function in BINARY.items():
                answer = ask("run", "run", kernel, x, y, "--out", out, "--replace", *plain_options(rng, a.size, copy=False))
                wanted = function(a, b)
                found = elements(out, answer["out"]["dtype"], shape)
                if wanted.dtype.kind == "c" and kernel == "mul":
                    finite = np.isfinite(wanted) & np.isfinite(found)
                    np.testing.assert_allclose(np.asarray(found)[finite], np.asarray(wanted)[finite], rtol=1e-4, atol=0)
                else:
                    assert equal(np.asarray(found), np.asarray(wanted)), (kernel, dtype, other, shape)
                compared(kernel)
            if dtype != "bool":
                shmtool("run", "axpy", x, x, "--arg", "a=2", "--out", out, "--replace", "-q", check=0)
                wanted = (a.dtype.type(2) * a + a).astype(a.dtype)
                found = np.asarray(elements(out, a.dtype, shape))
                assert equal(found, np.asarray(wanted)) or a.dtype.kind == "c", shape
                compared("axpy")


@pytest.mark.parametrize("dtype", DTYPES)
def test_casts(rng, dtype):
    with unique_name() as x, unique_name() as out:
        for target in DTYPES:
            values = np.asarray(rng.integers(0, 100, (4, 50))).astype(dtype)
            make(x, values)
            words = ["--arg", f"dtype={target}", "--out", out, "--replace", *plain_options(rng, values.size, copy=False)]
            shmtool("run", "cast", x, *words, "-q", check=0)
            assert equal(np.asarray(elements(out, target, (4, 50))), values.astype(target)), target
            compared("cast")


def test_maps_in_place_hold_to_numpys_casting_rule(rng):
    with unique_name() as x, unique_name() as y:
        make(x, np.arange(5, dtype="i4"))
        make(y, np.arange(5.0))
        refused(5, "run", "sqrt", x, says="float64", hint="--out")
        refused(5, "run", "add", x, y, says="cannot hold")
        shmtool("run", "add", y, x, check=0)
        np.testing.assert_array_equal(elements(y, "f8", (5,)), np.arange(5.0) * 2)
        make(y, np.arange(6.0))
        refused(5, "run", "add", y, x, says="one shape")
        refused(2, "run", "add", y, says="takes two arrays, not 1")


def test_computations():
    # fib and primes: known numbers. pi: the same points by Philox, which test_random has checked against NumPy.
    assert ask("run", "run", "fib", "--arg", "n=24", "--arg", "times=3")["result"] == 46368
    assert ask("run", "run", "primes", "--arg", "start=0", "--arg", "stop=1000")["result"] == 168
    assert ask("run", "run", "primes", "--arg", "start=10000000000000", "--arg", "stop=10000000000200", "-w", "2")["result"] == 5
    estimates = {ask("run", "run", "pi", "--arg", "n=200000", "--arg", "seed=3", *way)["result"]
                 for way in (["-w", "1"], ["-w", "3", "--chunks", "77"], ["--via", "serial"], ["--via", "thread"], ["--via", "copy"])}  # fmt: skip
    assert len(estimates) == 1 and abs(estimates.pop() - np.pi) < 0.02
    answer = ask("run", "run", "sleep", "--arg", "times=8", "--arg", "seconds=0.05", "-w", "8")
    assert answer["result"] == 8 and answer["workers"] == 8
    refused(2, "run", "fib", "--arg", "n=51", says="fib")
    refused(2, "run", "pi", "--arg", "n=-1", says="pi")
    refused(2, "run", "primes", "--arg", "start=1", says="needs the argument 'stop'")
    refused(2, "run", "pi", "--slice", "0", says="no array")


def test_taylor_exp():
    with unique_name() as x, unique_name() as out:
        make(x, np.arange(50, dtype="i4"))
        shmtool("run", "taylor_exp", x, "--arg", "terms=200", "--out", out, "-q", check=0)
        np.testing.assert_allclose(elements(out, "f8", (50,)), np.exp(np.arange(50.0)), rtol=1e-13)
