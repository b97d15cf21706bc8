"""`shmtool run` computes what NumPy computes.

The oracles: numpy.max, min, argmax, argmin, which must be met exactly; for sums and means of floating-point numbers
the exact rational number (of which math.fsum is the nearest double), within 1 ulp of the dtype; for integers Python's
own; for the generators numpy.full, arange, linspace, and Philox4x32-10 written out once more, below, after the paper.
A result must have the same bits however it is computed.
"""

import fractions
import math
import operator
import os

import numpy as np
import pytest

from cli_checks import elements, needs_shmtool
from comparisons import compared, ulp
from helpers import shmtool, shmtool_json, unique_name

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]

INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
FLOATS = ["float16", "float32", "float64"]
COMPLEXES = ["complex64", "complex128"]
DTYPES = ["bool", *INTEGERS, *FLOATS, "longdouble", *COMPLEXES]
SHAPES = [(), (1,), (2,), (17,), (5, 7, 3), (1000,), (70, 1003)]
WAYS = ["serial", "thread", "process", "copy"]
EXTREMA = {"max": np.max, "min": np.min, "argmax": np.argmax, "argmin": np.argmin}

# Another one each time; SHMKIT_SEED repeats one.
SEED = int(os.environ.get("SHMKIT_SEED") or np.random.SeedSequence().generate_state(1)[0])


@pytest.fixture
def rng():
    print("SHMKIT_SEED =", SEED)
    return np.random.default_rng(SEED)


def whole_range(rng, dtype, shape):
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max, shape, dtype, endpoint=True)


def real_patterns(rng, dtype, shape):
    """Arrays of a real floating-point dtype that are hard in one way each."""
    info = np.finfo(dtype)
    choose = lambda *values: rng.choice(np.array(values, dtype), shape)
    some = lambda array, *values: np.where(rng.random(shape) < 0.1, choose(*values), array).astype(dtype)
    normal = rng.standard_normal(shape).astype(dtype)
    yield "normal", normal
    yield "zeros of both signs", choose(0.0, -0.0)
    yield "ties", choose(1.0, -1.0, 2.0)
    yield "NaN", some(normal, np.nan)
    yield "infinity", some(normal, np.inf)
    yield "infinities", some(normal, np.inf, -np.inf)
    yield "everything", some(normal, np.inf, -np.inf, np.nan, 0.0, -0.0)
    yield "extremes", choose(info.max, -info.max, info.max / 4, info.tiny, -info.tiny, 1.0)
    yield "denormal", (choose(1.0, -3.0, 17.0) * info.smallest_subnormal).astype(dtype)
    with np.errstate(all="ignore"):
        exponents = rng.integers(info.minexp // 2, info.maxexp // 2, shape)
        wide = np.ldexp(rng.standard_normal(shape), exponents).astype(dtype)
    yield "cancelling", np.where(rng.random(shape) < 0.5, wide, -wide.ravel()[0]).astype(dtype)


def patterns(rng, dtype, shape):
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        yield "bits", rng.integers(0, 2, shape).astype(bool)
        yield "false", np.zeros(shape, bool)
    elif dtype.kind in "iu":
        yield "whole range", whole_range(rng, dtype, shape)
        yield "ties", rng.integers(0, 3, shape).astype(dtype)
        info = np.iinfo(dtype)
        yield "extremes", rng.choice(np.array([info.min, info.max], dtype), shape)
    elif dtype.kind == "f":
        yield from real_patterns(rng, dtype, shape)
    else:
        part = np.zeros(0, dtype).real.dtype
        reals, imaginaries = list(real_patterns(rng, part, shape)), list(real_patterns(rng, part, shape))
        for number in rng.choice(len(reals), 5, replace=False):
            values = np.empty(shape, dtype)
            values.real, values.imag = reals[number][1], imaginaries[rng.integers(len(imaginaries))][1]
            yield f"complex {reals[number][0]}", values


def decode(result, dtype):
    """A result in JSON as a NumPy scalar."""
    dtype = np.dtype(dtype)
    if dtype.kind == "c":
        part = np.zeros(0, dtype).real.dtype.type
        value = np.zeros((), dtype)
        value.real, value.imag = part(result[0]), part(result[1])
        return value[()]
    if dtype.kind in "iub":
        assert type(result) is (bool if dtype.kind == "b" else int), result
    return dtype.type(result)


def same(found, wanted):
    """Equal, NaN to NaN, and zeros of either sign: which of them is the larger NumPy leaves to the processor."""
    if np.iscomplexobj(wanted):
        return same(found.real, wanted.real) and same(found.imag, wanted.imag)
    return bool(found == wanted or (found != found and wanted != wanted))


def exact_sum(values):
    """The sum of reals as a Fraction, or the float that it is when some are not finite."""
    finite = np.isfinite(values)
    if not finite.all():
        with np.errstate(invalid="ignore"):
            return float(np.sum(values[~finite].astype("f8")))
    # Numerators over one power of two: much faster than a sum of Fractions.
    ratios = [operator.methodcaller("as_integer_ratio")(value) for value in values.ravel().tolist()]
    largest = max((below for _, below in ratios), default=1)
    return fractions.Fraction(sum(above * (largest // below) for above, below in ratios), largest)


def within_an_ulp(found, wanted, dtype):
    """`wanted` is what exact_sum() gives."""
    if isinstance(wanted, float):
        return same(found, dtype.type(wanted))
    info = np.finfo(dtype)
    most = fractions.Fraction(float(info.max))
    if not math.isfinite(found):  # Right when the sum rounds to more than there is, or is next to that.
        return not math.isnan(found) and abs(wanted) >= most and (found > 0) == (wanted > 0)
    exponent = max(math.frexp(float(found))[1] - 1, info.minexp) - info.nmant if found else info.minexp - info.nmant
    return abs(fractions.Fraction(float(found)) - wanted) <= fractions.Fraction(2) ** exponent


def as_fsum(total, count):
    """What math.fsum(values) / count gives, exactly. A sum beyond the largest double is infinite, as in NumPy."""
    if not isinstance(total, fractions.Fraction):
        return total / count
    if count > 1 and abs(total) >= 2**1024 - 2**970:
        return math.inf if total > 0 else -math.inf
    return total if count == 1 and abs(total) >= 2**1024 - 2**970 else fractions.Fraction(float(total) / count)


def check_sum(answer, values, kernel):
    dtype = values.dtype
    divisor = values.size if kernel == "mean" else 1
    if dtype.kind in "iub":
        total = sum(values.ravel().tolist())
        if kernel == "mean":
            assert answer["result_dtype"] == "float64"
            return within_an_ulp(np.float64(answer["result"]), fractions.Fraction(total, divisor), np.dtype("f8"))
        wide = np.dtype("u8" if dtype.kind == "u" else "i8")
        assert answer["result_dtype"] == wide.name
        return answer["result"] == int(np.array(total % 2**64, "u8").astype(wide))
    assert answer["result_dtype"] == dtype.name
    found = decode(answer["result"], dtype)
    parts = [(found.real, values.real), (found.imag, values.imag)] if dtype.kind == "c" else [(found, values)]
    return all(within_an_ulp(part, as_fsum(exact_sum(column), divisor), part.dtype) for part, column in parts)


def options(rng, size):
    """Any way, any number of workers and chunks, more workers than chunks and more chunks than elements among them."""
    words = ["--via", str(rng.choice(WAYS, p=[0.7, 0.1, 0.1, 0.1])), "-w", str(rng.integers(1, 6))]
    if rng.random() < 0.7:
        words += ["-c", str(rng.integers(1, min(2 * size, 200) + 3))]
    return words


# NumPy warns of the largest long double, though it reads it right.
@pytest.mark.filterwarnings("ignore:overflow encountered in conversion")
@pytest.mark.parametrize("dtype", DTYPES)
def test_reductions(rng, dtype):
    with unique_name() as name:
        for shape in SHAPES:
            shmtool("create", name, "--shape", ",".join(map(str, shape)) or "()", "-d", dtype, "--replace", check=0)
            stored = elements(name, dtype, shape, "r+")
            for pattern, values in patterns(rng, dtype, shape):
                if values.size > 2000 and rng.random() < 0.6:
                    continue
                stored[...] = values
                kernels = ["max", "min", "argmax", "argmin"] + (["sum", "mean"] if dtype != "longdouble" else [])
                for kernel in kernels:
                    answer = shmtool_json("run", kernel, name, *options(rng, values.size))
                    if kernel in EXTREMA:
                        wanted = EXTREMA[kernel](values)
                        assert answer["result_dtype"] == wanted.dtype.name.replace("float128", "longdouble")
                        right = same(decode(answer["result"], wanted.dtype), wanted)
                    else:
                        right = check_sum(answer, values, kernel)
                    assert right, (kernel, shape, pattern, answer, values)
                    compared(kernel)


def test_sums_of_long_doubles(rng):
    # Compensated, not exact: well below an ulp for numbers of like magnitude.
    with unique_name() as name:
        for size in [1, 2, 1000, 70000]:
            shmtool("create", name, "--shape", size, "--dtype", "longdouble", "--replace", check=0)
            values = rng.random(size).astype("g") + rng.random(size).astype("g") * np.longdouble(2.0**-53)
            elements(name, "g", (size,), "r+")[...] = values
            total = sum((fractions.Fraction(*value.as_integer_ratio()) for value in values), fractions.Fraction(0))
            for kernel, wanted in [("sum", total), ("mean", total / size)]:
                found = np.longdouble(shmtool_json("run", kernel, name, *options(rng, size))["result"])
                error = abs(fractions.Fraction(*found.as_integer_ratio()) - wanted)
                assert error <= fractions.Fraction(*ulp(found).as_integer_ratio()), (kernel, size)
                compared(kernel)
        assert shmtool_json("run", "mean", name, "--via", "serial")["result_dtype"] == "longdouble"


def test_means_of_long_doubles_are_rounded_once(rng):
    # 33 numbers just below 1/2: the sum lies just above 16 and the mean just below 1/2, where one that was rounded
    # twice is off by more than an ulp in one of ten such arrays.
    with unique_name() as name:
        shmtool("create", name, "--shape", 33, "--dtype", "longdouble", check=0)
        for _ in range(100):
            values = (0.49 + 0.01 * rng.random(33)).astype("g") + rng.random(33).astype("g") * np.longdouble(2.0**-53)
            elements(name, "g", (33,), "r+")[...] = values
            mean = sum((fractions.Fraction(*value.as_integer_ratio()) for value in values), fractions.Fraction(0)) / 33
            found = np.longdouble(shmtool_json("run", "mean", name, "--via", "serial")["result"])
            error = abs(fractions.Fraction(*found.as_integer_ratio()) - mean)
            assert error <= fractions.Fraction(*ulp(found).as_integer_ratio())
            compared("mean")


def test_the_zero_of_either_sign():
    # Documented: max prefers +0.0 and min -0.0; a sum of zeros is +0.0.
    with unique_name() as name:
        for dtype in ["float16", "float32", "float64", "longdouble"]:
            for values in [[0.0, -0.0], [-0.0, 0.0]]:
                shmtool("create", name, "--shape", "2", "--dtype", dtype, "--replace", check=0)
                elements(name, dtype, (2,), "r+")[...] = values
                found = [shmtool_json("run", kernel, name)["result"] for kernel in ("max", "min", "sum")]
                assert [math.copysign(1, zero) for zero in found] == [1, -1, 1]
            shmtool("create", name, "--shape", "2", "--dtype", dtype, "--fill", "-0.0", "--replace", check=0)
            assert shmtool("run", "sum", name, check=0).stdout == "0.0\n"
            assert shmtool("run", "max", name, check=0).stdout == "-0.0\n"


def test_bools_of_any_byte():
    # Another program may have stored 2 for true.
    with unique_name() as name:
        shmtool("create", name, "--shape", "300", "--dtype", "bool", check=0)
        elements(name, "u1", (300,), "r+")[...] = np.arange(300) % 256
        assert shmtool_json("run", "sum", name)["result"] == 298
        assert shmtool_json("run", "max", name)["result"] is True
        assert shmtool_json("run", "argmax", name)["result"] == 1
        assert shmtool_json("run", "argmin", name)["result"] == 0


def test_a_result_has_the_same_bits_however_it_is_computed(rng):
    with unique_name() as name:
        for dtype in ["float16", "float32", "float64", "longdouble", "complex64", "complex128", "int32"]:
            shmtool("create", name, "--shape", "300007", "--dtype", dtype, "--replace", check=0)
            stored = elements(name, dtype, (300007,), "r+")
            with np.errstate(all="ignore"):
                wide = (rng.standard_normal(300007) * 10.0 ** rng.uniform(-4, 4, 300007)).astype(dtype)
            stored[...] = wide
            for kernel in ["sum", "mean", "max", "argmin"]:
                for chunks in [[], ["-c", "7"], ["-c", "1000"]]:
                    ways = [("serial", 1), *((str(rng.choice(WAYS[1:])), w) for w in rng.integers(1, 9, 3))]
                    texts = {
                        shmtool("run", kernel, name, "--via", via, "-w", workers, *chunks, check=0).stdout
                        for via, workers in ways
                    }
                    assert len(texts) == 1, (dtype, kernel, chunks, texts)
                    compared(kernel, len(ways))


def generated(name, dtype, size, kernel, arguments, *more):
    """What a generator writes into a new array, by any way of running it."""
    shmtool("create", name, "--shape", size, "--dtype", dtype, "--replace", check=0)
    words = [word for key, value in arguments.items() for word in ("--arg", f"{key}={value}")]
    shmtool("run", kernel, name, *words, *more, check=0)
    return np.array(elements(name, dtype, (size,)))


def generator_options(rng, size):
    words = options(rng, size)
    return ["--via", "process", *words[2:]] if words[1] == "copy" else words


def identical(found, wanted):
    assert found.dtype == wanted.dtype
    both_nan = np.isnan(found) & np.isnan(wanted) if found.dtype.kind in "fc" else np.zeros(found.shape, bool)
    return bool((both_nan | (found == wanted)).all()) and (
        found.dtype.kind not in "f" or np.array_equal(np.signbit(found[~both_nan]), np.signbit(wanted[~both_nan]))
    )


def fill_texts(dtype):
    """Values of a dtype, as people type them."""
    kind = np.dtype(dtype).kind
    if kind in "iu":
        return [str(np.iinfo(dtype).min), "+77", str(np.iinfo(dtype).max)]
    return {"b": ["true", "0"], "f": ["-0.0", "nan", "-inf", "0.1", "6.1e-5"], "c": ["1-2j", "0.1", "nan+infj"]}[kind]


def test_fill(rng):
    with unique_name() as name:
        for dtype in DTYPES:
            for text in fill_texts(dtype):
                kind = np.dtype(dtype).kind
                value = int(text) if kind in "iu" else text == "true" if kind == "b" else text
                found = generated(name, dtype, 1001, "fill", {"value": text}, *generator_options(rng, 1001))
                assert identical(found, np.full(1001, value).astype(dtype)), (dtype, text, found)
                compared("fill")


def numpy_ramp(start, step, size, dtype):
    """numpy.arange, with a stop that leaves no doubt about the size."""
    if step == 0:
        return np.full(size, start, dtype)
    if np.dtype(dtype).kind != "c":
        return np.arange(start, start + step * (size + 2), step, dtype=dtype)[:size]
    # numpy.arange does the parts of complex numbers apart, too, but only for a real stop.
    part = np.zeros(0, dtype).real.dtype
    ramp = np.empty(size, dtype)
    ramp.real, ramp.imag = (numpy_ramp(a, b, size, part) for a, b in ((start.real, step.real), (start.imag, step.imag)))
    return ramp


def test_arange(rng):
    ramps = {
        "i": [("0", "1"), ("100", "-1"), ("5", "0")],
        "f": [("0", "1"), ("100", "-1"), ("0", "0.1"), ("-1.5", "0.3333333333333333"), ("1e3", "-0.7")],
        "c": [("0", "1"), ("0.5", "0.1"), ("1+2j", "0.1-0.3j")],
    }
    size = 101
    with unique_name() as name:
        for dtype in DTYPES[1:]:
            number = {"g": np.longdouble, "F": complex, "D": complex}.get(np.dtype(dtype).char, float)
            for start, step in ramps[np.dtype(dtype).kind.replace("u", "i")]:
                wanted = numpy_ramp(number(start), number(step), size, dtype)
                arguments = {"start": start, "step": step}
                found = generated(name, dtype, size, "arange", arguments, *generator_options(rng, size))
                assert np.array_equal(found, wanted), (dtype, start, step, found, wanted)
                compared("arange")


def test_linspace(rng):
    with unique_name() as name:
        for dtype in [*FLOATS, "longdouble", *COMPLEXES]:
            for size in [0, 1, 2, 3, 1001]:
                for ends in ["0 1", "-1 0.1", "3 -7", "5 5", "1e-3 1e3", "-0.0 1e4"]:
                    start, stop = ends.split()
                    number = np.longdouble if dtype == "longdouble" else complex if dtype.startswith("c") else float
                    wanted = np.linspace(number(start), number(stop), size).astype(dtype)
                    arguments = {"start": start, "stop": stop}
                    found = generated(name, dtype, size, "linspace", arguments, *generator_options(rng, size))
                    assert np.array_equal(found, wanted), (dtype, size, start, stop, found, wanted)
                    compared("linspace")


def philox_stream(seed, nbytes):
    """The blocks of Philox4x32-10 for counters 0, 1, ... and the key `seed`, as bytes."""
    count = nbytes // 16 + 1
    mask, counter = np.uint64(0xFFFFFFFF), np.arange(count, dtype=np.uint64)
    words = [counter & mask, counter >> np.uint64(32), np.zeros(count, np.uint64), np.zeros(count, np.uint64)]
    keys = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        first, second = words[0] * np.uint64(0xD2511F53), words[2] * np.uint64(0xCD9E8D57)
        words = [
            (second >> np.uint64(32)) ^ words[1] ^ np.uint64(keys[0]), second & mask,
            (first >> np.uint64(32)) ^ words[3] ^ np.uint64(keys[1]), first & mask,
        ]  # fmt: skip
        keys = [(keys[0] + 0x9E3779B9) & 0xFFFFFFFF, (keys[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return np.stack(words, axis=1).astype("<u4").tobytes()


def uniform(stream, dtype, size):
    """The stream as numbers of the dtype."""
    dtype = np.dtype(dtype)
    take = lambda code, count=size: np.frombuffer(stream, code)[:count]
    if dtype.kind == "b":
        return (take("u1") & 1).astype(bool)
    if dtype.kind in "iu":
        return take(dtype)
    if dtype.kind == "c":
        return uniform(stream, np.zeros(0, dtype).real.dtype, 2 * size).view(dtype)
    if dtype.char == "g":
        return take("u8").astype("g") * np.longdouble(2.0**-64)
    bits, code = {"e": (11, "u2"), "f": (24, "u4"), "d": (53, "u8")}[dtype.char]
    return np.ldexp((take(code) >> np.array(dtype.itemsize * 8 - bits, code)).astype("f8"), -bits).astype(dtype)


def test_random_is_philox(rng):
    # The first block for key 0, as published with the algorithm (Random123, kat_vectors).
    assert philox_stream(0, 0)[:16] == np.array([0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8], "<u4").tobytes()
    with unique_name() as name:
        for dtype in DTYPES:
            for size in [0, 1, 1001, 70003]:
                seed = int([0, 42, 2**64 - 1, int(rng.integers(2**63))][rng.integers(4)])
                wanted = uniform(philox_stream(seed, size * 16), dtype, size)
                found = generated(name, dtype, size, "random", {"seed": seed}, *generator_options(rng, size))
                assert np.array_equal(found, wanted), (dtype, size, seed)
                compared("random")
