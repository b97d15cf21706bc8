"""format_array() and slice() print what NumPy prints.

The oracle is NumPy: for random arrays of every dtype, str(a) must equal, character by character, what the C++
driver tests/tools/format_driver.cpp answers for the same bytes. The environment variable SHMKIT_FORMAT_DRIVER
names the driver.
"""

import os
import subprocess
import unicodedata
import warnings

import numpy as np
import pytest

# Another NumPy prints other things (2.0 changed scalars); the format promised is that of 1.24.
pytestmark = [
    pytest.mark.skipif("SHMKIT_FORMAT_DRIVER" not in os.environ, reason="SHMKIT_FORMAT_DRIVER is not set"),
    pytest.mark.skipif(np.__version__.split(".")[0] != "1", reason="the oracle is NumPy 1.x"),
]

FLOATS = {"float16": "f2", "float32": "f4", "float64": "f8", "longdouble": "g"}
COMPLEXES = {"complex64": "f4", "complex128": "f8", "clongdouble": "g"}
INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"]
SHAPES = [(), (1,), (2,), (7,), (40,), (1000,), (1001,), (3000,), (0,), (0, 3), (3, 0), (2, 3), (5, 12),
          (1, 1, 1), (2, 3, 4), (2, 2, 2, 3), (7, 8, 20), (200, 7), (2, 900), (4, 1, 6, 60), (1, 2000),
          (2000, 1), (7,) * 4]  # fmt: skip
SMALL_SHAPES = [(), (1,), (2,), (3,), (5,), (11,), (2, 3), (4, 7), (2, 2, 3)]


def answers(requests):
    """The driver's answers to (name of the dtype, array, index or "")."""
    text = b"".join(
        f"{name}\n{','.join(map(str, array.shape)) or '()'}\n{index}\n".encode() + array.tobytes()
        for name, array, index in requests
    )
    driver = os.environ["SHMKIT_FORMAT_DRIVER"]
    reply = subprocess.run([driver], input=text, stdout=subprocess.PIPE, check=True).stdout
    found = []
    while reply:
        length, _, rest = reply.partition(b"\n")
        found.append(rest[: int(length)].decode())
        reply = rest[int(length) + 1 :]
    return found


def compare(requests, expected):
    found = answers(requests)
    assert len(found) == len(expected) > 0
    wrong = [
        f"{name} {array.shape} [{index}]\nNumPy:\n{want}\nshmkit:\n{got}"
        for (name, array, index), want, got in zip(requests, expected, found)
        if want != got
    ]
    assert not wrong, f"{len(wrong)} of {len(expected)} differ\n" + "\n".join(wrong[:5])


def check(arrays):
    """`arrays` yields (name of the dtype, array)."""
    requests = [(name, array, "") for name, array in arrays]
    with np.errstate(all="ignore"):
        compare(requests, [str(array) for _, array, _ in requests])


def shapes(rng, count):
    for number in range(count):
        yield SHAPES[number] if number < len(SHAPES) else SMALL_SHAPES[rng.integers(len(SMALL_SHAPES))]


def cast(values, typestr):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(values).astype(typestr)


def decimals(rng, shape):
    """Numbers that people write: few digits, magnitudes close to each other."""
    scale = 10.0 ** rng.integers(-6, 9)
    return np.round(rng.standard_normal(shape) * 1000) * scale / 10.0 ** rng.integers(0, 7)


def spread(rng, shape):
    """Magnitudes of one random range within 1e-300 to 1e300."""
    low, high = np.sort(rng.uniform(-300, 300, 2) * rng.choice([1, 0.1, 0.02]))
    return 10.0 ** rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape)


def bounds(rng, shape):
    """The numbers around which NumPy changes its mind."""
    marks = [1e8, 99999999.5, 1e-4, 0.00099999, 1000.0, 1.0, 1e16, 9.99999999e15, 0.1, 123456.789, 2.0**-44,
             5e-324, 65504.0, 6e-8, 3.4028235e38, 1.7976931348623157e308, 9.5, 0.999999995, 8388608.0, 0.0,
             -0.0]  # fmt: skip
    with np.errstate(over="ignore"):
        return rng.choice(marks, shape) * rng.choice([1.0, 1.0, -1.0, 1.0000001, 0.9999999], shape)


def patterns(rng, shape):
    """Random bits of a double."""
    return rng.integers(0, 2**64, shape, dtype=np.uint64).view("f8").reshape(shape)


def normals(rng, shape):
    return rng.standard_normal(shape) * 10.0 ** rng.integers(-3, 4)


def reals(rng, shape):
    make = [decimals, spread, bounds, patterns, normals][rng.integers(5)]
    values = np.array(make(rng, shape), dtype="f8").reshape(shape)
    if rng.random() < 0.3:
        special = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0, -np.nan], shape)
        values = np.where(rng.random(shape) < rng.choice([0.1, 0.5, 1.0]), special, values)
    return values


def long_doubles(rng, values):
    """Uses the bits that a double lacks, and magnitudes beyond those of a double."""
    wide = np.asarray(values).astype("g")
    choice = rng.integers(4)
    with np.errstate(all="ignore"):
        if choice == 0:
            wide = wide / 3
        elif choice == 1:
            wide = wide * np.longdouble("1e400") ** rng.integers(-5, 6)
    return np.asarray(wide, dtype="g")


@pytest.mark.parametrize("name", FLOATS)
def test_floats(name):
    rng = np.random.default_rng(1)

    def arrays():
        for shape in shapes(rng, 4000):
            values = reals(rng, shape)
            yield name, long_doubles(rng, values) if name == "longdouble" else cast(values, FLOATS[name])

    check(arrays())


def test_every_float16_alone():
    numbers = np.arange(65536, dtype=np.uint16).view("f2")
    check(("float16", np.array(number)) for number in numbers)


def test_every_float16_in_an_array():
    numbers = np.random.default_rng(2).permutation(65536).astype(np.uint16).view("f2")
    check(("float16", row) for row in numbers.reshape(-1, 4))
    check(("float16", row) for row in np.sort(numbers).reshape(-1, 16))


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_floats_next_to_powers_of_two(name):
    # There the neighbours are at unequal distances, which makes the shortest digits hard.
    info = np.finfo(name)
    powers = np.ldexp(np.ones(1, name), np.arange(info.minexp - info.nmant, info.maxexp, dtype="i4"))
    neighbours = [np.nextafter(powers, end, dtype=name) for end in (0, np.inf)]
    numbers = np.concatenate([powers, *neighbours])
    check((name, np.array(number)) for number in numbers)
    # More digits than the shortest: as many as 1 / 3 and its like need.
    others = np.array([1 / 3, 0.34, 0.333, 0.3333, 0.33333, 0.333333], name) * np.dtype(name).type(1e-30)
    check((name, np.array([number, others[i % 6]])) for i, number in enumerate(numbers))


def test_long_doubles_alone():
    # Twenty digits of random numbers, and next to powers of two.
    rng = np.random.default_rng(12)
    exponents = rng.integers(-16000, 16000, 20000)
    numbers = np.ldexp(rng.random(20000).astype("g") + rng.random(20000).astype("g") * 2.0**-53, exponents)
    powers = np.ldexp(np.longdouble(1), np.arange(-16440, 16380, 7))
    numbers = np.concatenate([numbers, powers, np.nextafter(powers, np.longdouble(0))])
    check(("longdouble", np.array(number)) for number in numbers)


@pytest.mark.parametrize("name", COMPLEXES)
def test_complexes(name):
    rng = np.random.default_rng(3)

    def arrays():
        for shape in shapes(rng, 3000):
            parts = cast(np.stack([reals(rng, shape), reals(rng, shape)], axis=-1), COMPLEXES[name])
            yield name, np.ascontiguousarray(parts).view(name).reshape(shape)

    check(arrays())


@pytest.mark.parametrize("name", INTEGERS)
def test_integers(name):
    rng = np.random.default_rng(4)
    info = np.iinfo(name)

    def arrays():
        for shape in shapes(rng, 500):
            low, high = np.sort(rng.integers(info.min, info.max, 2, endpoint=True, dtype=name))
            if rng.random() < 0.5:
                low = max(info.min, -(10 ** int(rng.integers(4))))
                high = min(info.max, 10 ** int(rng.integers(5)))
            values = rng.integers(low, high, shape, endpoint=True, dtype=name)
            if rng.random() < 0.2:
                extremes = np.array([info.min, info.max], name)[rng.integers(0, 2, shape)]
                values = np.where(rng.random(shape) < 0.3, extremes, values)
            yield name, np.asarray(values, dtype=name)

    check(arrays())


def test_bools():
    rng = np.random.default_rng(5)
    check(("bool", np.asarray(rng.integers(0, 2, shape), dtype=bool)) for shape in shapes(rng, 200))


def test_bytes():
    rng = np.random.default_rng(6)

    def arrays():
        for shape in shapes(rng, 400):
            size = int(rng.choice([1, 2, 5, 20, 80]))
            raw = rng.integers(0, rng.choice([128, 256]), (*shape, size), dtype=np.uint8)
            special = rng.choice([0, 10, 34, 39, 92], raw.shape)
            raw = np.where(rng.random(raw.shape) < rng.choice([0, 0.1, 0.7]), special, raw)
            yield f"S{size}", np.frombuffer(raw.astype(np.uint8).tobytes(), f"S{size}").reshape(shape)

    check(arrays())


def test_unicode():
    rng = np.random.default_rng(7)
    alphabets = ["abc 'xyz\"\\", "äöüßéλжあ漢😀", "\t\n\r\x1b\x7f\xa0\xad\u2028\ufeff\ue000", "a\0b"]

    def arrays():
        for shape in shapes(rng, 400):
            size = int(rng.choice([1, 3, 10, 40]))
            alphabet = list("".join(rng.choice(alphabets, 2)))
            count = int(np.prod(shape))
            words = ["".join(rng.choice(alphabet, rng.integers(0, size + 1))) for _ in range(count)]
            yield f"U{size}", np.array(words, f"U{size}").reshape(shape)

    check(arrays())


def test_every_assigned_code_point():
    assigned = [
        chr(code) for code in range(1, 0x110000) if unicodedata.category(chr(code)) not in ("Cn", "Cs")
    ]
    if unicodedata.unidata_version != "14.0.0":
        pytest.skip(f"the table is that of Unicode 14, Python's of {unicodedata.unidata_version}")
    rows = [np.array(assigned[begin : begin + 900], "U1") for begin in range(0, len(assigned), 900)]
    check(("U1", row) for row in rows)


def test_voids():
    rng = np.random.default_rng(8)

    def arrays():
        for shape in shapes(rng, 200):
            size = int(rng.choice([1, 3, 12, 30]))
            raw = rng.integers(0, 256, (*shape, size), dtype=np.uint8)
            yield f"V{size}", np.frombuffer(raw.tobytes(), f"V{size}").reshape(shape)

    check(arrays())


@pytest.mark.parametrize("kind", ["datetime64", "timedelta64"])
@pytest.mark.parametrize("unit", UNITS)
def test_times(kind, unit):
    rng = np.random.default_rng(9)
    # Days and months reach the year 10^15 with these; further NumPy's own dates overflow.
    most = 10**17

    def arrays():
        for shape in shapes(rng, 150):
            dtype = f"{kind}[{rng.choice(['', '', '2', '25'])}{unit}]"
            high = int(10 ** rng.uniform(0, 17))
            counts = np.asarray(rng.integers(-high, min(high, most), shape, endpoint=True), dtype="i8")
            if rng.random() < 0.3:
                counts = np.where(rng.random(shape) < 0.2, np.iinfo("i8").min, counts)
            yield dtype, np.asarray(counts, dtype="i8").view(dtype)

    check(arrays())


def test_timedeltas_without_a_unit():
    rng = np.random.default_rng(10)
    counts = [np.asarray(rng.integers(-99, 999, shape), dtype="i8") for shape in shapes(rng, 50)]
    check(("timedelta64", array.view("m8")) for array in counts)


def random_index(rng, shape):
    """The text of an index that NumPy accepts or refuses."""
    number = lambda extent: int(rng.integers(-extent - 2, extent + 3))

    def item(extent):
        if rng.random() < 0.3:
            return str(number(extent) if rng.random() < 0.2 else int(rng.integers(-extent, max(extent, 1))))
        part = lambda: "" if rng.random() < 0.4 else str(number(extent))
        step = rng.choice(["", ":", ":1", ":2", ":-1", ":-3", ":7", ":-99999999999999999999", ":0"],
                          p=[0.3, 0.1, 0.1, 0.15, 0.15, 0.1, 0.05, 0.03, 0.02])  # fmt: skip
        return f"{part()}:{part()}{step}"

    items = [item(extent) for extent in shape]
    items = items[: rng.integers(0, len(items) + 1)] if rng.random() < 0.4 else items
    if rng.random() < 0.3 or not items:
        items.insert(int(rng.integers(len(items) + 1)), "...")
    if rng.random() < 0.03:
        items += ["..."] * 2 + ["0"] * len(shape)
    return rng.choice([",", ", ", " , "]).join(items)


def numpy_says(array, index):
    try:
        # asarray(): an integer for every axis makes a scalar, for us an array of rank 0.
        return str(np.asarray(eval(f"array[{index}]", {"array": array})))
    except (IndexError, ValueError) as error:
        return f"Error: {error}"


def test_slices():
    rng = np.random.default_rng(11)
    requests = []
    sliced = [(), (5,), (3, 4), (2000,), (40, 50), (2, 3, 4), (10, 11, 12), (0, 3), (4, 0, 2), (2, 1, 3, 2)]
    for _ in range(4000):
        shape = sliced[rng.integers(len(sliced))]
        name = rng.choice(["int16", "float64"])
        array = np.asarray(rng.integers(-999, 9999, shape), dtype=name)
        requests.append((name, array, random_index(rng, shape)))
    expected = [numpy_says(array, index) for _, array, index in requests]
    assert any(text.startswith("Error: index") for text in expected)
    compare(requests, expected)
