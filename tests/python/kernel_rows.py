"""What the tests of every kernel share: the rows of `shmtool kernels`, arrays to work on, refusals that change nothing.

A kernel that is new in the table is tested by itself.
"""

import contextlib
import json
import os

import numpy as np
import pytest

from helpers import SHM, our_segments, shmtool, shmtool_json, unique_name

ROWS = shmtool_json("kernels")["kernels"] if "SHMTOOL" in os.environ else []
NUMERIC = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64",
           "longdouble", "complex64", "complex128"]  # fmt: skip
OPAQUE = ["S8", "U4", "V3", "datetime64[ns]", "timedelta64[s]", "datetime64"]
SHAPES = ["()", "3,2", "6", "2,3,1", "0,3", "3,0"]
# Arguments that must be given, where 1 is no good, or that make work short.
QUICK = {"dtype": "float32", "start": "1", "stop": "3", "seconds": "0.001", "times": "2", "n": "10", "terms": "5"}


def rows(**wanted):
    """Parametrizes a test with the rows that have these values."""
    found = [row for row in ROWS if all(row[key] == value for key, value in wanted.items())]
    return pytest.mark.parametrize("row", found, ids=[row["name"] for row in found])


def given(row, **instead):
    """The arguments that a kernel needs, and those that make it quick, as words; None leaves one away."""
    values = {argument["name"]: QUICK.get(argument["name"], "1") for argument in row["arguments"]
              if argument["required"] or argument["name"] in QUICK}  # fmt: skip
    return [word for name, value in {**values, **instead}.items() if value is not None for word in ("--arg", f"{name}={value}")]


def some(values, row, count):
    """A few of the values, others for each kernel: what is the same code for all needs no more than all kernels together."""
    values = list(values)
    first = [other["name"] for other in ROWS].index(row["name"]) * count
    return [values[(first + i) % len(values)] for i in range(count)]


def numpy_dtype(name):
    return np.dtype({"longdouble": "g"}.get(name, name))


def name_of(dtype):
    return dtype.name.replace("float128", "longdouble")


class Arrays:
    """Arrays: of every dtype one of the shape (2, 3), numbers being ones, and of float64 some of other shapes."""

    def __init__(self, stack):
        self._names = {}
        for dtype, shape in [*((dtype, "2,3") for dtype in NUMERIC + OPAQUE), *(("float64", shape) for shape in SHAPES)]:
            self._names[dtype, shape] = name = stack.enter_context(unique_name())
            fill = [] if dtype in OPAQUE else ["--fill", "1"]
            shmtool("create", name, "--shape", shape, "-d", dtype, *fill, "-q", check=0)
        self._bytes = {SHM / name: (SHM / name).read_bytes() for name in self._names.values()}

    def __call__(self, dtype="float64", shape="2,3"):
        return self._names[dtype, shape]

    def unchanged(self):
        return all(path.read_bytes() == content for path, content in self._bytes.items())

    def restore(self):
        for path, content in self._bytes.items():
            with path.open("r+b") as file:
                file.write(content)


@pytest.fixture(scope="module")
def arrays():
    with contextlib.ExitStack() as stack:
        yield Arrays(stack)


def run(row, *words):
    """`shmtool run` of a kernel in one loop."""
    return shmtool("run", row["name"], *words, "--via", "serial", "--json")


def answer(row, *words):
    done = run(row, *words)
    assert done.returncode == 0, (done.args, done.stderr)
    return json.loads(done.stdout)


def require_refusal(done, code, *names):
    """One sentence that names the culprit, perhaps one hint, and the same in JSON."""
    assert done.returncode == code, (done.args, done.returncode, done.stdout, done.stderr)
    error = json.loads(done.stdout)["error"]
    sentence, *hint = done.stderr.removesuffix("\n").split("\n")
    assert list(error) == ["code", "message", "hint"] and error["code"] == code and sentence.startswith("shmtool run: "), done
    assert hint == ([f"  hint: {error['hint']}"] if error["hint"] else []), done
    assert (sentence + "".join(hint)).isprintable() and len(sentence) < 200, done
    assert all(word not in done.stderr for word in ("terminate", "std::", "what()", "exception")), done
    assert all(name in sentence for name in names), (names, done.stderr)
    return error


@pytest.fixture
def refuse(arrays):
    """refuse(code, row, *words, names=...): fails unless these are refused, and nothing is made or changed by it."""

    def check(code, row, *words, names=()):
        before = our_segments()
        error = require_refusal(run(row, *words), code, *names)
        assert our_segments() == before and arrays.unchanged(), words
        return error

    return check
