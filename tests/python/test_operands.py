"""Jobs over parts of arrays, along axes, over two arrays, and into new ones.

The oracle is NumPy: the same expression over the same bytes. Every case runs in a way, with a number of workers and
chunks, that is drawn anew each time; SHMKIT_SEED repeats a run.
"""

import itertools
import os

import numpy as np
import pytest

from cli_checks import ask, elements, needs_shmtool, refused
from helpers import SHM, shmtool, unique_name
from pools import running_pool
from test_numpy_oracle import decode, same

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]

SEED = int(os.environ.get("SHMKIT_SEED") or np.random.SeedSequence().generate_state(1)[0])
SLICES = ["::2", "1:, ::-1", "..., 1", "2", "-1, 0", ":, 1:3", "1:1", "::-1, ::-2", "0:2"]
AXES = [(shape, axis) for shape in [(7,), (5, 6), (4, 1, 3), (1, 9), (300, 4), (3, 70000), (2, 3, 4, 5)]
        for axis in range(len(shape))]


@pytest.fixture
def rng():
    print("SHMKIT_SEED =", SEED)
    return np.random.default_rng(SEED)


@pytest.fixture(scope="module", autouse=True)
def pool():
    with running_pool(2) as name:
        yield name


def ways(rng, pool, copy=False):
    choices = [["--via", "serial"], ["--via", "thread", "-w", "3"], ["-w", str(rng.integers(1, 5))], ["--pool", pool]]
    words = choices[rng.integers(len(choices))]
    return words + (["--chunks", str(rng.integers(1, 40))] if rng.random() < 0.6 else [])


def make(name, values):
    shape = ",".join(map(str, values.shape)) or "()"
    shmtool("create", name, "--shape", shape, "-d", values.dtype.name, "--replace", "-q", check=0)
    if values.size:
        elements(name, values.dtype, values.shape, "r+")[...] = values


def numpy_index(text):
    return eval(f"np.s_[{text}]", {"np": np})


@pytest.mark.parametrize("dtype", ["float64", "int16", "complex64", "bool"])
def test_a_slice_is_reduced_as_numpy_does(rng, pool, dtype):
    values = rng.integers(0, 90, (5, 6)).astype(dtype)
    with unique_name() as name:
        make(name, values)
        for text in SLICES:
            part = values[numpy_index(text)]
            if part.size == 0:
                assert ask("run", "run", "sum", name, "--slice", text)["result"] in (0, [0.0, 0.0])
                refused(2, "run", "max", name, "--slice", text, says="zero-size array")
                continue
            for kernel, wanted in [("max", part.max()), ("sum", part.sum()), ("argmin", np.int64(part.argmin()))]:
                answer = ask("run", "run", kernel, name, "--slice", text, *ways(rng, pool))
                assert same(decode(answer["result"], wanted.dtype), wanted), (text, kernel)


@pytest.mark.parametrize("shape, axis", AXES)
def test_an_axis_is_reduced_as_numpy_does(rng, pool, shape, axis):
    dtype = str(rng.choice(["float64", "float32", "int32", "uint8", "complex128"]))
    values = rng.integers(-50 if dtype != "uint8" else 0, 50, shape).astype(dtype)
    with unique_name() as name, unique_name() as out:
        make(name, values)
        for kernel, wanted in [("max", values.max(axis)), ("sum", values.sum(axis)), ("argmax", values.argmax(axis)),
                               ("mean", values.mean(axis, dtype="f8" if values.dtype.kind in "iu" else None))]:
            where = axis if rng.random() < 0.5 else axis - len(shape)
            answer = ask("run", "run", kernel, name, "--axis", where, "--out", out, "--replace", *ways(rng, pool))
            assert answer["result"] is None and answer["out"]["shape"] == list(wanted.shape)
            found = elements(out, answer["out"]["dtype"], wanted.shape)
            if kernel == "mean":
                np.testing.assert_allclose(found, wanted, rtol=1e-5 if dtype == "float32" else 1e-14)
            else:
                assert found.dtype == wanted.dtype
                np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint32", "float16", "float32", "float64", "complex64", "complex128", "longdouble"])
def test_moments_norms_and_dots_along_an_axis(rng, pool, dtype):
    values = np.asarray(rng.integers(0, 9, (40, 30))).astype(dtype)
    real = np.zeros(0, dtype).real.dtype if np.dtype(dtype).kind in "fc" else np.dtype("f8")
    wide = values.astype("clongdouble" if values.dtype.kind == "c" else "longdouble")
    with unique_name() as name, unique_name() as out:
        make(name, values)
        for kernel, wanted in [("var", wide.var(0)), ("std", wide.std(0)), ("norm", np.sqrt((abs(wide) ** 2).sum(0))),
                               ("prod", values.prod(0)), ("any", values.any(0)), ("count_nonzero", np.count_nonzero(values, 0))]:
            words = ("run", kernel, name, "--axis", 0, "--out", out, "--replace", *ways(rng, pool))
            answer = ask("run", *words)
            found = elements(out, answer["out"]["dtype"], (30,))
            if kernel in ("var", "std", "norm"):
                assert found.dtype == real
                np.testing.assert_allclose(found, wanted.astype(real), rtol=4 * np.finfo(real).eps)
            elif kernel != "prod" or values.dtype.kind in "iub":
                np.testing.assert_array_equal(found, wanted)
        answer = ask("run", "run", "dot", name, name, "--axis", 1, "--out", out, "--replace", *ways(rng, pool))
        wanted = (wide * wide).sum(1) if values.dtype.kind in "fc" else np.array([np.dot(row, row) for row in values])
        np.testing.assert_allclose(elements(out, answer["out"]["dtype"], (40,)), wanted.astype(values.dtype), rtol=1e-3 if dtype == "float16" else 1e-6)


def test_a_list_has_no_axis():
    with unique_name() as name:
        make(name, np.arange(6.0).reshape(2, 3))
        for kernel in ("minmax", "histogram"):
            refused(2, "run", kernel, name, "--axis", 0, says="does not reduce to one number")


def test_a_lane_gives_what_the_kernel_gives_for_it_alone(rng, pool):
    # Bit for bit: documented. Strides and lanes longer than a chunk included.
    values = rng.standard_normal((200_000, 3)) * 10.0 ** rng.integers(-9, 9, (200_000, 3))
    with unique_name() as name, unique_name() as lane, unique_name() as out:
        make(name, values)
        shmtool("run", "sum", name, "--axis", 0, "--out", out, "-q", check=0)
        for column in range(3):
            make(lane, np.ascontiguousarray(values[:, column]))
            assert ask("run", "run", "sum", lane)["result"] == elements(out, "f8", (3,))[column]


def test_slices_and_axes_together(rng, pool):
    values = rng.integers(0, 1000, (6, 7, 8)).astype("int64")
    with unique_name() as name:
        make(name, values)
        for text, axis in itertools.product(["::2", ":, 1:5, ::-1", "..., 3", "1"], [0, -1]):
            wanted = values[numpy_index(text)].max(axis)
            answer = ask("run", "run", "max", name, "--slice", text, "--axis", axis, *ways(rng, pool))
            assert answer["out"] == {"dtype": "int64", "shape": list(wanted.shape), "values": wanted.tolist()}


def test_generators_and_maps_in_place_change_the_slice_alone(rng, pool):
    for text in ["::2", ":, 1", "1:3", "..., ::-3", "-1, 2:4"]:
        values = rng.integers(0, 9, (5, 6)).astype("float32")
        with unique_name() as name:
            make(name, values)
            words = ways(rng, pool)
            shmtool("run", "scale", name, "--arg", "factor=3", "--slice", text, *words, check=0)
            values[numpy_index(text)] *= 3
            np.testing.assert_array_equal(elements(name, "f4", (5, 6)), values)
            shmtool("run", "arange", name, "--slice", text, *words, check=0)
            part = values[numpy_index(text)]
            values[numpy_index(text)] = np.arange(part.size).reshape(part.shape)
            np.testing.assert_array_equal(elements(name, "f4", (5, 6)), values)


def test_out_makes_an_array_and_leaves_the_input_alone(rng, pool):
    values = rng.integers(0, 9, (50, 60)).astype("float64")
    with unique_name() as name, unique_name() as out:
        make(name, values)
        for _ in range(4):
            words = ("run", "scale", name, "--arg", "factor=2", "--slice", "::-2", "--out", out, "--replace")
            answer = ask("run", *words, *ways(rng, pool))
            assert answer["out"]["name"] == out and answer["out"]["shape"] == [25, 60]
            np.testing.assert_array_equal(elements(out, "f8", (25, 60)), values[::-2] * 2)
            np.testing.assert_array_equal(elements(name, "f8", (50, 60)), values)
        refused(4, "run", "scale", name, "--arg", "factor=2", "--out", out, says=out)
        np.testing.assert_array_equal(elements(out, "f8", (25, 60)), values[::-2] * 2)


def test_a_job_that_is_refused_makes_nothing():
    with unique_name() as name, unique_name() as out:
        make(name, np.arange(6.0).reshape(2, 3))
        refused(2, "run", "max", name, "--out", out, says="nothing to write", hint="--axis")
        refused(2, "run", "fill", name, "--arg", "value=1", "--out", out, says="nothing to write")
        refused(2, "run", "max", name, "--axis", 2, "--out", out, says="there is no axis 2")
        refused(2, "run", "max", name, "--axis", -3, "--out", out, says="there is no axis -3")
        refused(2, "run", "max", name, "--axis", "one", "--out", out, says="--axis")
        refused(2, "run", "scale", name, "--arg", "factor=1", "--axis", 0, "--out", out, says="does not reduce")
        refused(2, "run", "max", name, "--slice", "0, 0, 0", says="too many indices")
        refused(2, "run", "max", name, "--replace", says="--replace needs --out")
        refused(2, "run", "max", name, "--axis", 0, "--via", "copy", says="via copy")
        refused(2, "run", "max", name, "--slice", "0", "--via", "copy", says="whole array")
        refused(2, "run", "max", says="takes one array, not 0", hint="shmtool run max")
        refused(2, "run", "max", name, name, says="takes one array, not 2")
        assert not (SHM / out).exists()


def test_an_axis_of_a_scalar_and_of_nothing():
    with unique_name() as name:
        make(name, np.array(3.0))
        refused(2, "run", "max", name, "--axis", 0, says="in 0 dimensions")
        make(name, np.zeros((0, 3)))
        assert ask("run", "run", "sum", name, "--axis", 0)["out"]["values"] == [0, 0, 0]
        assert ask("run", "run", "sum", name, "--axis", 1)["out"]["values"] == []
        refused(2, "run", "max", name, "--axis", 0, says="zero-size array")
