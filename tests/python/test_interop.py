"""Nobody needs shmkit to get at the data: plain Boost.Interprocess, multiprocessing.shared_memory and np.memmap read and
write the arrays that shmtool makes, and shmtool those that Python makes.

The oracle is arithmetic on small whole numbers, exact in any order. SHMKIT_PLAIN_BOOST_READER names the C++ program.
"""

import contextlib
import mmap
import os
import struct
import subprocess
from multiprocessing import resource_tracker, shared_memory

import numpy as np
import pytest

from helpers import SHM, shm_unchanged, shmtool, shmtool_json, unique_name

COUNT = 1000
SUM = COUNT * (COUNT - 1) / 2


@pytest.fixture
def numbers():
    """The name of an array that holds 0.0, 1.0 ... 999.0."""
    with shm_unchanged(), unique_name() as name:
        shmtool("create", name, "--shape", "10,100", "--fill", "arange", check=0)
        yield name


def sum_by_shmtool(name):
    return float(shmtool_json("run", "sum", name)["result"])


@contextlib.contextmanager
def python_segment(name):
    """multiprocessing's view of it, kept out of the resource tracker, which would unlink it when Python exits."""
    segment = shared_memory.SharedMemory(name)
    resource_tracker.unregister(segment._name, "shared_memory")
    try:
        yield segment
    finally:
        segment.close()


def test_plain_boost_interprocess(numbers):
    reader = os.environ["SHMKIT_PLAIN_BOOST_READER"]

    def run(*words):
        return float(subprocess.run([reader, numbers, str(COUNT), *words], capture_output=True, check=True).stdout)

    assert run() == SUM
    assert run("3") == 3 * SUM
    assert sum_by_shmtool(numbers) == 3 * SUM


def test_multiprocessing_shared_memory(numbers):
    with python_segment(numbers) as segment:
        assert segment.size == 8 * COUNT + 548
        values = np.ndarray((10, 100), np.float64, buffer=segment.buf)
        assert values.sum() == SUM and values[3, 7] == 307
        values *= 2
        assert sum_by_shmtool(numbers) == 2 * SUM
        shmtool("run", "fill", numbers, "--arg", "value=1", check=0)
        assert values.sum() == COUNT
        del values


def test_numpy_memmap(numbers):
    values = np.memmap(SHM / numbers, np.float64, "r+", shape=(10, 100))
    assert values.sum() == SUM and values[3, 7] == 307
    values[:] += 1
    assert sum_by_shmtool(numbers) == SUM + COUNT
    shmtool("run", "fill", numbers, "--arg", "value=2", check=0)
    assert values.sum() == 2 * COUNT
    assert "308" not in shmtool("attach", numbers, check=0).stdout


def test_numpy_memmap_sees_a_file_on_disk(tmp_path):
    path = tmp_path / "a.arr"
    shmtool("create", f"file://{path}", "--shape", "10,100", "--fill", "arange", check=0)
    values = np.memmap(path, np.float64, "r+", shape=(10, 100))
    assert values.sum() == SUM
    values[:] = 5
    assert sum_by_shmtool(f"file://{path}") == 5 * COUNT


def test_a_command_gets_the_array_on_a_descriptor(numbers):
    script = ("import mmap, os, struct; e = os.environ; n = int(e['SHMTOOL_NBYTES']); fd = int(e['SHMTOOL_FD']); "
              "m = mmap.mmap(fd, n); m[8 * 307:8 * 308] = struct.pack('d', 307.5); "
              "print(e['SHMTOOL_NAME'], e['SHMTOOL_PATH'], e['SHMTOOL_DTYPE'], e['SHMTOOL_SHAPE'], n)")
    told = shmtool("attach", numbers, "--", "/usr/bin/python3", "-c", script, check=0).stdout.split()
    assert told == [numbers, f"/dev/shm/{numbers}", "float64", "10,100", "8000"]
    assert sum_by_shmtool(numbers) == SUM + 0.5
    read_only = shmtool("attach", numbers, "--read-only", "--", "/usr/bin/python3", "-c", script)
    assert read_only.returncode == 1 and "PermissionError" in read_only.stderr


def trailer(slots, typenum, itemsize, shape):
    """SharedArray's own, for a build against NumPy 1 (32 slots) or NumPy 2 (64)."""
    dims = [*shape, *[0] * (slots - len(shape))]
    size = itemsize * int(np.prod(shape))
    return struct.pack(f"<16sQiii{slots}q", b"[SharedArray]", size, typenum, itemsize, len(shape), *dims)


@pytest.mark.parametrize("slots", [32, 64])
def test_shmtool_reads_and_writes_what_python_makes(slots):
    with shm_unchanged(), unique_name() as name:
        block = trailer(slots, np.dtype(np.float64).num, 8, (10, 100))
        segment = shared_memory.SharedMemory(name, create=True, size=8 * COUNT + len(block))
        resource_tracker.unregister(segment._name, "shared_memory")
        segment.buf[8 * COUNT :] = block
        values = np.ndarray((10, 100), np.float64, buffer=segment.buf)
        values[:] = np.arange(COUNT).reshape(10, 100)
        assert sum_by_shmtool(name) == SUM
        shmtool("run", "fill", name, "--arg", "value=3", check=0)
        assert values.sum() == 3 * COUNT
        del values
        segment.close()
        shmtool("delete", name, check=0)


def test_a_mapping_outlives_the_name(numbers):
    with open(SHM / numbers, "r+b") as file, mmap.mmap(file.fileno(), 8 * COUNT) as mapped:
        shmtool("delete", numbers, check=0)
        assert not (SHM / numbers).exists()
        assert np.frombuffer(mapped[:], np.float64).sum() == SUM
        shmtool("create", numbers, "--shape", "3", check=0)
        assert np.frombuffer(mapped[:], np.float64).sum() == SUM
