"""Jobs on named pools: many at once, one after another, over arrays that change, too slow ones.

The oracle: a job on a pool gives what the same job gives without one.
"""

import json
import signal
import subprocess
import time

import numpy as np
import pytest

from cli_checks import ask, needs_shmtool, refused
from helpers import SHM, TIMEOUT_S, shmtool, shmtool_json, unique_name
from pools import (FOR_EVER, SANITIZED, client, large, leaves, members, no_pool_left, ramp, running_pool,
                   start_client, status, tell, wait_for_job, wait_until)  # fmt: skip

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left", "no_pool_left")]

SLOW = 10 if SANITIZED else 1

ARGUMENTS = {"fill": ["value=1"], "linspace": ["start=-1", "stop=1"], "random": ["seed=7"], "arange": ["start=1"],
             "scale": ["factor=3"], "axpy": ["a=2"], "cast": ["dtype=int16"], "taylor_exp": ["terms=20"],
             "primes": ["start=100", "stop=200"], "fib": ["n=10", "times=20"], "pi": ["n=1000"],
             "sleep": ["seconds=0", "times=20"]}  # fmt: skip
DTYPES = ["bool", "int8", "uint16", "int64", "uint64", "float16", "float32", "float64", "longdouble", "complex64",
          "complex128"]  # fmt: skip
if SANITIZED:
    DTYPES = ["int8", "float16", "float64", "longdouble"]  # There it takes minutes.


@pytest.fixture(scope="module")
def pool_of_3():
    with running_pool(3) as pool:
        yield pool


def bytes_that_count(content, dtype):
    """All of them; of long doubles of ten bytes not what fills them up to sixteen."""
    if dtype != "longdouble" or np.finfo("longdouble").nmant != 63:
        return content
    return b"".join(content[at : at + 10] for at in range(0, 16 * 7 * 1001, 16)) + content[16 * 7 * 1001 :]


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_pool_gives_what_run_gives(pool_of_3, dtype):
    """Every kernel that takes the dtype; generators are compared by the bytes they leave."""
    with unique_name() as name:
        shmtool("create", name, "--shape", "7,17" if dtype == "int8" else "7,1001", "--dtype", dtype, "--fill", "random:5", check=0)
        before = (SHM / name).read_bytes()
        compared = 0
        for row in ask("kernels", "kernels")["kernels"]:
            kernel = row["name"]
            arguments = [word for given in ARGUMENTS.get(kernel, []) for word in ("--arg", given)]
            words = ["run", kernel, *[name] * row["arrays"], "-c", 13, "-n", 2, *arguments]
            (SHM / name).open("r+b").write(before)
            alone = shmtool(*words, "--json")
            if alone.returncode == 5:
                refused(5, *words, "--pool", pool_of_3, says=f"kernel {kernel}")
                continue
            left = (SHM / name).read_bytes()
            (SHM / name).open("r+b").write(before)
            found = ask("run", *words, "--pool", pool_of_3)
            expected = json.loads(alone.stdout)
            for key in ["result", "result_dtype", "chunks", "dtype", "shape", "failures"]:
                assert found[key] == expected[key], (kernel, key)
            assert (found["workers"], found["via"], len(found["seconds"])) == (3, "process", 2)
            assert bytes_that_count((SHM / name).read_bytes(), dtype) == bytes_that_count(left, dtype), kernel
            compared += 1
        assert compared >= 8


def test_jobs_of_any_size_one_after_another(pool_of_3):
    with unique_name() as name:
        for size, chunks in [(1, 1), (0, 1), (3, 5), (2**20, 2**19), (17, 2), (2**20, 1)]:
            shmtool("create", name, "--shape", size, "--dtype", "int32", "--replace", "--fill", "1", check=0)
            found = ask("run", "run", "sum", name, "--pool", pool_of_3, "-c", chunks, "-n", "3")
            assert (found["result"], found["chunks"]) == (size, min(chunks, max(size, 1)))


def test_an_array_that_is_made_again_under_its_name(pool_of_3):
    with unique_name() as name:
        for value in range(10):
            shmtool("create", name, "--shape", "1000", "--fill", value, "--replace", check=0)
            assert shmtool_json("run", "sum", name, "--pool", pool_of_3)["result"] == 1000.0 * value


def test_arrays_in_files_and_relative_names(pool_of_3, tmp_path):
    shmtool("create", "file://x", "--shape", "1000", "--fill", "2", cwd=tmp_path, check=0)
    for name, folder in [("file://x", tmp_path), (f"file://{tmp_path}/x", "/")]:
        assert shmtool("run", "sum", name, "--pool", pool_of_3, cwd=folder, check=0).stdout == "2000.0\n"


def test_many_clients_at_once(pool_of_3, ramp):
    processes = [start_client("run", "sum", ramp, "--pool", pool_of_3, "-n", 50, "-q") for _ in range(8)]
    for process in processes:
        out, err = process.communicate(timeout=TIMEOUT_S)
        assert (process.returncode, out, err) == (0, "4999950000.0\n", "")
    wait_until(lambda: status(pool_of_3)["jobs"] == [])
    assert len(leaves(pool_of_3)) == 1


def test_256_clients_and_no_more(ramp):
    """Clients that are stopped in the middle of a job keep their slots."""
    count = 32 if SANITIZED else 256
    with running_pool(1) as pool, unique_name("-256") as name:
        shmtool("create", name, "--shape", "64", check=0)
        processes = [start_client("run", "sum", name, "--pool", pool, *FOR_EVER, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) for _ in range(count)]  # fmt: skip
        try:
            wait_until(lambda: len(status(pool)["jobs"]) == count)
            if count == 256:
                refused(1, "run", "sum", ramp, "--pool", pool, says="has 256 clients already", hint="try again when")
            processes.pop().kill()
            wait_until(lambda: len(status(pool)["jobs"]) < count)
            for process in processes:
                process.send_signal(signal.SIGSTOP)
            assert shmtool("run", "sum", ramp, "--pool", pool, check=0).stdout == "4999950000.0\n"
        finally:
            for process in processes:
                process.kill()
                process.wait()
        wait_until(lambda: len(leaves(pool)) == 1 and status(pool)["jobs"] == [])


def test_time_outs(large):
    with running_pool(2) as pool:
        begun = time.monotonic()
        worker = members(pool)[1][0]
        tell(worker, signal.SIGSTOP)  # Alive: it keeps what it has, if it has anything.
        tell(members(pool)[1][1], signal.SIGSTOP)
        words = ["run", "sum", large, "--pool", pool, "--timeout", "0.3"]
        refused(124, *words, says="its time-out expired", hint="--timeout")
        assert time.monotonic() - begun < 20 * SLOW
        for pid in members(pool)[1]:
            tell(pid, signal.SIGCONT)
        expected = shmtool("run", "sum", large, check=0).stdout
        assert shmtool("run", "sum", large, "--pool", pool, "--timeout", 60, check=0).stdout == expected


def test_a_worker_that_is_stuck_in_a_chunk_is_replaced(large):
    expected = shmtool("run", "sum", large, check=0).stdout
    with running_pool(2) as pool:
        words = ["run", "sum", large, "--pool", pool, "-c", "4", *FOR_EVER, "--chunk-timeout", "0.5", "--timeout", "60"]
        with client(*words):
            wait_for_job(pool)
            busy = wait_until(lambda: [w["pid"] for w in status(pool)["workers"] if w["state"] == "busy"])
            tell(busy[0], signal.SIGSTOP)
            # Stopped between two chunks it holds nothing, and nobody minds.
            for pid in members(pool)[1]:
                tell(pid, signal.SIGSTOP)
            wait_until(lambda: status(pool)["deaths"] > 0, 30)
            for pid in members(pool)[1]:
                tell(pid, signal.SIGCONT)
        wait_until(lambda: status(pool)["jobs"] == [])
        assert shmtool("run", "sum", large, "--pool", pool, check=0).stdout == expected
