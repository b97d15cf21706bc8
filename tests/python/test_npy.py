"""`shmtool import` and `export` exchange .npy with NumPy, byte for byte.

The oracle is NumPy: what np.lib.format.write_array writes must arrive as the same elements, and what `export`
writes must be exactly what NumPy would have written. The environment variable SHMTOOL names the command.
"""

import io
import os
import subprocess
import zlib

import numpy as np
import pytest

pytestmark = pytest.mark.skipif("SHMTOOL" not in os.environ, reason="SHMTOOL is not set")

DTYPES = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "g", "c8", "c16", "G",
          "S1", "S5", "U3", "V12", "M8[ns]", "m8[25s]", "M8[D]"]
SHAPES = [(), (3, 0, 2), (7,), (3, 5, 7), (70, 33)]
NAME = f"npy_test.{os.getpid()}"


def shmtool(*arguments, stdin=None):
    command = [os.environ["SHMTOOL"], *arguments]
    return subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


def succeed(*arguments, stdin=None):
    done = shmtool(*arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def random_array(dtype, shape):
    generator = np.random.default_rng(zlib.crc32(f"{dtype}{shape}".encode()))
    dtype, size = np.dtype(dtype), int(np.prod(shape))
    if dtype.kind == "U":
        return np.array(["".join(generator.choice(list("aβ漢z"), 3)) for _ in range(size)], dtype).reshape(shape)
    top = 2 if dtype.kind == "b" else 256
    return np.frombuffer(generator.integers(0, top, size * dtype.itemsize, np.uint8).tobytes(), dtype).reshape(shape)


def npy(array, version=(1, 0)):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version)
    return file.getvalue()


def in_shared_memory(nbytes):
    with open(f"/dev/shm/{NAME}", "rb") as file:
        return file.read(nbytes)


@pytest.fixture(autouse=True)
def no_leftovers():
    yield
    shmtool("delete", NAME)


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("dtype", DTYPES)
def test_round_trip_through_files_and_pipes(dtype, order, tmp_path):
    path = tmp_path / "x.npy"
    for shape in SHAPES:
        array = random_array(dtype, shape)
        for byte_order in "<>":
            turned = np.asarray(array.astype(array.dtype.newbyteorder(byte_order)), order=order)
            written = npy(turned)
            path.write_bytes(written)
            options = ["--order", order, "--byte-order", "big" if byte_order == ">" else "little"]

            succeed("import", str(path), NAME, "--replace")
            assert in_shared_memory(array.nbytes) == array.tobytes(), (shape, byte_order)
            assert succeed("export", NAME, "-", *options) == written, (shape, byte_order)

            succeed("import", "-", NAME, "--replace", stdin=written)
            assert in_shared_memory(array.nbytes) == array.tobytes(), (shape, byte_order)
            succeed("export", NAME, str(path), *options)
            assert path.read_bytes() == written, (shape, byte_order)


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_format(version):
    array = random_array("f4", (3, 5))
    succeed("import", "-", NAME, stdin=npy(array, version))
    assert in_shared_memory(array.nbytes) == array.tobytes()


def test_a_stream_larger_than_any_buffer_is_transposed():
    array = np.arange(5 * 1000 * 2500, dtype=np.int64).reshape(5, 1000, 2500)
    written = npy(np.asfortranarray(array))
    succeed("import", "-", NAME, stdin=written)
    assert in_shared_memory(array.nbytes) == array.tobytes()
    assert succeed("export", NAME, "-", "--order", "F") == written


@pytest.mark.parametrize(
    "array, reason",
    [
        (np.zeros(2, [("a", "f8"), ("b", "i4")]), "structured dtype"),
        (np.array([1, "two"], object), "Python objects"),
        (np.array(["", ""]).astype("U0"), "0 bytes"),
    ],
)
def test_what_cannot_be_shared_is_refused(array, reason):
    file = io.BytesIO()
    np.save(file, array)
    # NumPy writes U0 as U1.
    done = shmtool("import", "-", NAME, stdin=file.getvalue().replace(b"'<U1'", b"'<U0'"))
    assert done.returncode == 5
    assert reason in done.stderr.decode()
    assert not os.path.exists(f"/dev/shm/{NAME}")


def test_every_truncation_is_refused():
    written = npy(random_array("i2", (3, 5)))
    for size in range(len(written)):
        done = shmtool("import", "-", NAME, stdin=written[:size])
        assert done.returncode == 5, size
        assert not os.path.exists(f"/dev/shm/{NAME}")
