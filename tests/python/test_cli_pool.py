"""`shmtool pool` and `run --pool`: named pools as their users meet them, rightly and wrongly used, alive and killed.

The oracles: a job on a pool gives what the same job gives without one; after every end, however it came, nothing of the
pool is left in /dev/shm and no process of it is alive. test_pool_hostile.py has pools whose bytes are damaged.
"""

import json
import os
import random
import re
import signal
import subprocess
import time

import numpy as np
import pytest

from cli_checks import COLUMNS, ask, needs_shmtool, refused, require_schema
from helpers import SHM, TIMEOUT_S, shmtool, shmtool_json, unique_name
from pools import (AS_NOBODY, NOBODY, ROOT, SANITIZED, adopting, alive, client, end_pool, kill, leaves,
                   members, new_name, no_pool_left, running_pool, start_client, status, tell, wait_for_job,
                   wait_until)  # fmt: skip
from processes import kill_child

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left", "no_pool_left")]

SLOW = 10 if SANITIZED else 1


@pytest.fixture
def ramp():
    """An array 0, 1, ..., 99999 of float64."""
    with unique_name() as name:
        shmtool("create", name, "--shape", "100,1000", "--fill", "arange", check=0)
        yield name


@pytest.fixture(scope="module")
def large():
    """An array over which a repeated sum takes as long as one likes."""
    with unique_name("-large") as name:
        shmtool("create", name, "--shape", 8 * 2**20, "--fill", "random:42", check=0)
        yield name


FOR_EVER = ("--repeat", 1_000_000)


def all_dead(pids, most_s=30):
    wait_until(lambda: not any(alive(pid) for pid in pids), most_s)
    return True


# Words


def test_a_pool_from_start_to_stop(ramp):
    pool = new_name()
    done = shmtool("pool", "start", pool, "-w", "3", "-v", check=0)
    assert re.fullmatch(rf"pool {pool}: 3 workers, supervisor \d+\n", done.stdout)
    assert done.stderr == "workers: 3, because of --workers\n"
    supervisor, workers = members(pool)
    assert f"supervisor {supervisor}\n" in done.stdout and len(set(workers)) == 3
    assert all(alive(pid) for pid in [supervisor, *workers])
    done = shmtool("run", "sum", ramp, "--pool", pool, "-v", check=0)
    assert done.stdout == "4999950000.0\n"
    assert re.fullmatch(rf"workers: 3, because of pool {pool}\ntook .*\n", done.stderr)
    found = wait_until(lambda: (now := status(pool))["jobs"] == [] and now)
    assert (found["state"], found["deaths"], found["jobs_done"], found["name"]) == ("ready", 0, 1, pool)
    assert sum(worker["chunks"] for worker in found["workers"]) == 2
    assert abs(found["started"] - time.time()) < 120
    assert shmtool("pool", "stop", pool, check=0).stdout == f"pool {pool} has ended\n"
    assert leaves(pool) == [] and all_dead([supervisor, *workers])
    refused(3, "pool", "status", pool, says=f"there is no pool '{pool}'", hint="pool start")


def test_json_of_every_verb():
    pool = new_name()
    found = ask("pool_start", "pool", "start", pool, "-w", "2")
    assert (found["name"], found["workers"], found["workers_reason"]) == (pool, 2, "--workers")
    assert found["supervisor"]["pid"] == members(pool)[0]
    assert pool in [other["name"] for other in ask("pool_list", "pool", "list")["pools"]]
    assert ask("pool_stop", "pool", "stop", pool)["name"] == pool
    assert pool not in [other["name"] for other in ask("pool_list", "pool", "list")["pools"]]


def test_text_fits_the_screen_and_says_what_json_says(large):
    with running_pool(3) as pool, client("run", "sum", large, "--pool", pool, *FOR_EVER) as process:
        (job,) = wait_for_job(pool)
        assert (job["client"]["pid"], job["kernel"], job["array"]) == (process.pid, "sum", f"shm://{large}")
        assert 0 <= job["done"] <= job["chunks"] == 128
        text = shmtool("pool", "status", pool, check=0).stdout
        assert f"\n{process.pid:>6}  " in text and "running" in text and "/128" in text
        for pid in members(pool)[1]:
            assert f"{pid}  " in text
        assert all(len(line) <= COLUMNS for line in text.splitlines()[1:])
        listed = shmtool("pool", "list", check=0).stdout
        assert re.search(rf"^{pool}  +ready +3 +[0-3] +1 +0 +\d+$", listed, re.MULTILINE)


@pytest.mark.parametrize(
    "words, says, hint",
    [
        ([], "too few words", "usage: shmtool pool start|stop|status|list"),
        (["sart", "p"], "'sart' is nothing that can be done with a pool", "did you mean 'start'?"),
        (["statsu", "p"], "'statsu'", "did you mean 'status'?"),
        (["lst"], "'lst'", "did you mean 'list'?"),
        (["frobnicate", "p"], "'frobnicate'", "start, stop, status or list"),
        (["start"], "the name of the pool is missing", "`shmtool pool start p`"),
        (["stop"], "the name of the pool is missing", "`shmtool pool stop p`"),
        (["status"], "the name of the pool is missing", "`shmtool pool status p`"),
        (["list", "p"], "unexpected word 'p'", ""),
        (["start", "p", "q"], "unexpected word 'q'", "--help"),
        (["start", ""], "'' cannot be the name of a pool", "1 to 100 characters"),
        (["start", "a/b"], "'a/b' cannot be the name of a pool", "no slash"),
        (["start", "../x"], "'../x' cannot be the name", "no slash"),
        (["start", "a\nb"], "'a\nb' cannot be the name", "no control character"),
        (["start", 101 * "x"], "xxx' cannot be the name of a pool", "1 to 100"),
        (["stop", "a/b"], "'a/b' cannot be the name of a pool", ""),
        (["status", ""], "'' cannot be the name of a pool", ""),
        (["start", "p", "-w", "0"], "--workers '0' is not a number between 1 and 1024", ""),
        (["start", "p", "-w", "1025"], "--workers '1025' is not a number between 1 and 1024", ""),
        (["start", "p", "-w", "-1"], "--workers '-1' is not a number", ""),
        (["start", "p", "-w", "two"], "--workers 'two' is not a number", ""),
        (["start", "p", "-w"], "--workers", ""),
        (["start", "p", "--wrokers", "2"], "unknown option '--wrokers'", "did you mean '--workers'?"),
        (["stop", "p", "--timeout", "soon"], "--timeout 'soon'", ""),
        (["stop", "p", "--timeout", "-1"], "--timeout '-1'", ""),
    ],
)
def test_wrong_words(words, says, hint):
    plain = shmtool("pool", *words, check=2)
    shown = says.replace("\n", "\\x0a")
    assert plain.stdout == "" and shown in plain.stderr, plain.stderr
    if words[-1:] != ["-w"]:  # That would take --json for its number.
        error = require_schema(json.loads(shmtool("pool", *words, "--json", check=2).stdout), "error")["error"]
        assert says in error["message"] and hint in error["hint"]


def test_pools_that_are_not_there():
    pool = new_name()
    for verb in ["status", "stop"]:
        refused(3, "pool", verb, pool, says=f"there is no pool '{pool}'", hint="`shmtool pool start`")
    with unique_name() as name:
        shmtool("create", name, "--shape", "3", check=0)
        refused(3, "run", "sum", name, "--pool", pool, says=f"there is no pool '{pool}'", hint="`shmtool pool start`")
        refused(2, "run", "sum", name, "--pool", "a/b", says="'a/b' cannot be the name of a pool")
        refused(2, "run", "sum", name, "--pool", "", says="'' cannot be the name of a pool")


def test_a_pool_that_is_there_already():
    with running_pool(1) as pool:
        before = members(pool)
        refused(4, "pool", "start", pool, "-w", "1", says=f"there is a pool '{pool}' already", hint="pool stop")
        assert members(pool) == before


def test_what_contradicts_a_pool(ramp):
    with running_pool(1) as pool:
        for way in ["process", "thread", "serial", "copy"]:
            refused(2, "run", "sum", ramp, "--pool", pool, "--via", way, says="--pool and --via contradict each other")
        refused(2, "run", "sum", ramp, "--pool", pool, "-w", "2", says="--pool and --workers contradict each other")
        refused(2, "run", "sun", ramp, "--pool", pool, says="there is no kernel 'sun'", hint="did you mean 'sum'?")
        refused(2, "run", "fill", ramp, "--pool", pool, says="kernel fill needs the argument 'value'")
        refused(3, "run", "sum", "no-such-array", "--pool", pool, says="'no-such-array'")
        refused(2, "run", "sum", ramp, "--pool", pool, "--timeout", "0x", says="--timeout '0x'")
        assert status(pool)["jobs_done"] == 0
    refused(2, "run", "sum", ramp, "--via", "thread", "--timeout", "3", says="--timeout needs --via process, or --pool")
    refused(2, "run", "sum", ramp, "--via", "serial", "--chunk-timeout", "3", says="--chunk-timeout needs --via process")


@pytest.mark.parametrize("suffix", [" with  spaces ", ".1.2", "..", "-*?[$'\"\\", "é☃", "\udcff\udc9b"])
def test_strange_names_are_names(suffix, ramp):
    pool = new_name(suffix)
    try:
        first = shmtool("pool", "start", pool, "-w", "1", check=0)
        assert "\udc9b" not in first.stdout
        assert shmtool("run", "sum", ramp, "--pool", pool, "-v", check=0).stdout == "4999950000.0\n"
        name = pool.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        assert status(pool)["name"] == name
        assert name in [other["name"] for other in ask("pool_list", "pool", "list")["pools"]]
        shown = shmtool("pool", "list", check=0).stdout + shmtool("pool", "status", pool, check=0).stdout
        assert "\udc9b" not in shown + shmtool("pool", "stop", pool, check=0).stdout
    finally:
        end_pool(pool)
    assert leaves(pool) == []


def test_the_longest_name(ramp):
    with running_pool(1, suffix="x" * (100 - len(new_name()))) as pool:
        assert len(pool) in (99, 100, 101)
        assert shmtool("run", "max", ramp, "--pool", pool, check=0).stdout == "99999.0\n"


def test_a_pool_whose_name_is_the_beginning_of_another(ramp):
    with running_pool(1) as pool, running_pool(1, suffix="") as other:
        longer = f"{pool}.0.1"
        shmtool("pool", "start", longer, "-w", "1", check=0)
        try:
            for one in [pool, longer, other]:
                shmtool("run", "sum", ramp, "--pool", one, check=0)
            shmtool("pool", "stop", pool, check=0)
            assert shmtool("run", "sum", ramp, "--pool", longer, check=0).stdout == "4999950000.0\n"
        finally:
            end_pool(longer)
        assert leaves(longer) == []


def test_who_says_how_many_workers():
    pool = new_name()
    one_cpu = ["taskset", "-c", str(min(os.sched_getaffinity(0)))]
    for words, env, workers, reason in [
        ([], {"SLURM_CPUS_PER_TASK": None}, 1, "CPU affinity (1)"),
        ([], {"SLURM_CPUS_PER_TASK": "5"}, 1, "CPU affinity (1)"),
        (["-w", "3"], {"SLURM_CPUS_PER_TASK": "5"}, 3, "--workers"),
    ]:
        try:
            found = ask("pool_start", "pool", "start", pool, *words, prefix=one_cpu, env=env)
            assert (found["workers"], found["workers_reason"]) == (workers, reason)
            assert len(status(pool)["workers"]) == workers
        finally:
            end_pool(pool)
    if len(os.sched_getaffinity(0)) > 1:
        try:
            done = shmtool("pool", "start", pool, "-v", env={"SLURM_CPUS_PER_TASK": "1"}, check=0)
            assert done.stderr == "workers: 1, because of SLURM_CPUS_PER_TASK (1)\n"
        finally:
            end_pool(pool)


def test_quiet_says_nothing():
    pool = new_name()
    for words in [["start", pool, "-w", "1"], ["stop", pool]]:
        done = shmtool("pool", *words, "-q", check=0)
        assert (done.stdout, done.stderr) == ("", "")


# Jobs

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


# Ends


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_to_a_client(large, number):
    with running_pool(2) as pool, unique_name() as out:
        shmtool("create", out, "--shape", "1000000", check=0)
        with client("run", "sum", large, "--pool", pool, *FOR_EVER) as other:
            for words in [["sum", large], ["fill", out, "-a", "value=1"]]:
                with client("run", *words, "--pool", pool, *FOR_EVER) as process:
                    wait_for_job(pool, 2)
                    before = leaves(pool)
                    process.send_signal(number)
                    assert process.wait(TIMEOUT_S) == -number
                    wait_until(lambda: len(status(pool)["jobs"]) == 1 and len(leaves(pool)) == 2, SLOW)
                    assert len(before) == 3
            assert other.poll() is None
            done = status(pool)["jobs_done"]
            wait_until(lambda: status(pool)["jobs_done"] > done, 30)
        assert status(pool)["deaths"] == 0


def test_stop_lets_jobs_come_to_their_end(large):
    expected = shmtool("run", "sum", large, check=0).stdout
    pool = new_name()
    shmtool("pool", "start", pool, "-w", "2", check=0)
    try:
        with client("run", "sum", large, "--pool", pool, "-c", "2") as process:
            workers = members(pool)[1]
            def running():
                return process.poll() is None and any(job["state"] == "running" for job in status(pool)["jobs"])

            wait_until(lambda: process.poll() is not None or running())
            for pid in workers:
                tell(pid, signal.SIGSTOP)
            time.sleep(0.1)  # A client whose chunks were all done has noticed by now.
            caught = running()
            if caught:
                words = ["pool", "stop", pool, "--timeout", "0.2"]
                refused(124, *words, says="still runs: it has jobs to finish", hint="--now")
                assert status(pool)["state"] == "stopping"
                refused(8, "run", "sum", large, "--pool", pool, says="it is being stopped")
            for pid in workers:
                tell(pid, signal.SIGCONT)
            out, err = process.communicate(timeout=TIMEOUT_S)
            assert (process.returncode, out) == (0, expected), err
        if not caught:
            shmtool("pool", "stop", pool, check=0)
    finally:
        end_pool(pool)
    assert leaves(pool) == [] and all_dead(workers)


def test_stop_now_does_not(large):
    with running_pool(2) as pool:
        supervisor, workers = members(pool)
        with client("run", "sum", large, "--pool", pool, *FOR_EVER) as process:
            wait_for_job(pool)
            shmtool("pool", "stop", pool, "--now", check=0)
            assert leaves(pool) == [] and all_dead([supervisor, *workers])
            _, err = process.communicate(timeout=TIMEOUT_S)
            assert process.returncode == 8 and f"pool '{pool}' is lost" in err and "pool start" in err


def test_a_polite_signal_to_the_supervisor_ends_the_pool():
    for number in [signal.SIGTERM, signal.SIGINT]:
        with running_pool(2) as pool:
            everybody = [members(pool)[0], *members(pool)[1]]
            os.kill(everybody[0], number)
            assert all_dead(everybody) and leaves(pool) == []


@pytest.mark.parametrize("then", ["start", "stop", "stop --now"])
def test_a_supervisor_that_is_killed(large, then):
    with running_pool(2) as pool, unique_name() as out:
        shmtool("create", out, "--shape", "1000000", check=0)
        supervisor, workers = members(pool)
        words = [["sum", large], ["fill", out, "-a", "value=1"], ["max", large]]
        processes = [start_client("run", *w, "--pool", pool, *FOR_EVER, "--json") for w in words]
        wait_for_job(pool, 2)
        begun = time.monotonic()
        kill(supervisor)
        assert all_dead(workers)
        for process in processes:
            reply, err = process.communicate(timeout=TIMEOUT_S)
            assert process.returncode == 8, err
            assert f"pool '{pool}' is lost: its supervisor has ended" in err and f"shmtool pool start '{pool}'" in err
            assert require_schema(json.loads(reply), "error")["error"]["code"] == 8
        assert time.monotonic() - begun < 5 * SLOW
        found = status(pool)
        assert found["state"] == "lost" and {w["state"] for w in found["workers"]} == {"vacant"}
        assert "lost" in shmtool("pool", "list", check=0).stdout
        refused(8, "run", "sum", large, "--pool", pool, says=f"pool '{pool}' is lost: its supervisor has ended")
        shmtool("pool", *then.split(), pool, check=0)
        if then == "start":
            assert status(pool)["state"] == "ready" and len(leaves(pool)) == 1
            ask("run", "run", "sum", large, "--pool", pool)
        else:
            assert leaves(pool) == []


def test_a_client_that_sleeps_while_its_pool_is_replaced(large):
    """It wakes up, finds its pool lost, and takes nothing from the next one of that name."""
    with running_pool(1) as pool, client("run", "sum", large, "--pool", pool, *FOR_EVER) as process:
        wait_for_job(pool)
        process.send_signal(signal.SIGSTOP)
        kill(members(pool)[0])
        shmtool("pool", "start", pool, "-w", "1", check=0)
        with client("run", "max", large, "--pool", pool, *FOR_EVER) as other:
            wait_for_job(pool)
            process.send_signal(signal.SIGCONT)
            assert process.wait(TIMEOUT_S) == 8
            done = status(pool)["jobs_done"]
            wait_until(lambda: status(pool)["jobs_done"] > done, 30)
            assert other.poll() is None and len(leaves(pool)) == 2


def test_a_client_that_sleeps_while_its_pool_is_stopped(large):
    with running_pool(1) as pool, client("run", "sum", large, "--pool", pool, *FOR_EVER) as process:
        wait_for_job(pool)
        process.send_signal(signal.SIGSTOP)
        kill(members(pool)[0])
        shmtool("pool", "stop", pool, check=0)
        refused(3, "pool", "status", pool, says=f"there is no pool '{pool}'")
        process.send_signal(signal.SIGCONT)
        assert process.wait(TIMEOUT_S) == 8
        assert leaves(pool) == []


def test_status_and_jobs_while_workers_die(large):
    expected = shmtool_json("run", "sum", large)["result"]
    dice = random.Random(7)
    with running_pool(3) as pool, client("run", "sum", large, "--pool", pool, *FOR_EVER, "--retries", 30) as other:
        killed = 0
        for _ in range(20 if SANITIZED else 60):
            supervisor, workers = members(pool)
            if workers and kill_child(supervisor, dice.choice(workers)):
                killed += 1
            found = status(pool)
            assert len(found["workers"]) == 3
            time.sleep(dice.uniform(0, 0.02))
        assert shmtool_json("run", "sum", large, "--pool", pool, "--retries", 30)["result"] == expected
        assert other.poll() is None
        found = wait_until(lambda: len((now := status(pool))["workers"]) == 3 and len(members(pool)[1]) == 3 and now)
        assert 0 < found["deaths"] <= killed


# How it starts


def test_pool_start_killed_at_any_moment():
    """Then there is no pool, or one that can be found and ended; and no process that nobody knows."""
    dice = random.Random(11)
    found = 0
    rounds = 10 if SANITIZED else 60
    for _ in range(rounds):
        pool = new_name()
        with adopting() as orphans:
            process = start_client("pool", "start", pool, "-w", "3", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(dice.uniform(0, 0.02 * SLOW))
            process.kill()
            process.wait()
            # A supervisor that nobody waits for any more finds out when it is ready.
            wait_until(lambda: leaves(pool) != [] or orphans() == [], 30)
            time.sleep(0.02)
            code = shmtool("pool", "stop", pool, "--now").returncode
            assert code in (0, 3)
            found += code == 0
            assert orphans(30) == [] and leaves(pool) == []
    print(f"{found} of {rounds} were there")


def test_a_pipe_at_the_starter_does_not_hang():
    """The pool holds no descriptor of whoever started it, whatever that had open."""
    pool = new_name()
    try:
        with open(os.devnull, "rb") as extra:
            line = f'"$SHMTOOL" pool start {pool} -w 2 5>&1; echo started'
            done = subprocess.run(["sh", "-c", f"({line}) | cat"], capture_output=True, text=True, timeout=30, check=True,
                                  pass_fds=[extra.fileno()])  # fmt: skip
        assert done.stdout.endswith("started\n") and done.stderr == ""
        supervisor, workers = members(pool)
        for pid in [supervisor, *workers]:
            targets = {int(fd): os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
            assert [targets[fd] for fd in range(3)] == 3 * ["/dev/null"]
            others = [target for fd, target in targets.items() if fd > 2]
            assert all(t.startswith(("/dev/shm/", "anon_inode:")) for t in others), others
            assert os.getsid(pid) == supervisor != os.getsid(0) and os.readlink(f"/proc/{pid}/cwd") == "/"
    finally:
        end_pool(pool)


def test_closed_standard_streams_at_the_start(ramp):
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"]:
        pool = new_name()
        try:
            line = ["sh", "-c", f'exec "$SHMTOOL" pool start {pool} -w 1 -q {closed}']
            assert subprocess.run(line, timeout=30, check=False).returncode == 0
            assert shmtool("run", "sum", ramp, "--pool", pool, check=0).stdout == "4999950000.0\n"
        finally:
            end_pool(pool)


def test_a_pool_survives_the_end_of_its_terminal(ramp):
    """A session with a terminal of its own starts the pool; then the terminal is closed: SIGHUP to all that is in it."""
    pool = new_name()
    ours, theirs = os.openpty()
    try:
        shell = f'"$SHMTOOL" pool start {pool} -w 2 & wait; echo ready; sleep 60'
        with subprocess.Popen(["setsid", "-c", "sh", "-c", shell], stdin=theirs, stdout=theirs, stderr=theirs) as process:
            os.close(theirs)
            text = b""
            while b"ready" not in text:
                text += os.read(ours, 1000)
            os.close(ours)
            assert process.wait(30) != 0
        time.sleep(0.1)
        supervisor, workers = members(pool)
        assert len(workers) == 2 and all(alive(pid) for pid in [supervisor, *workers])
        assert shmtool("run", "sum", ramp, "--pool", pool, check=0).stdout == "4999950000.0\n"
        assert status(pool)["deaths"] == 0
    finally:
        end_pool(pool)


# Others


@pytest.fixture
def nobody():
    if not ROOT:
        pytest.skip("needs to become somebody else")
    if subprocess.run([*AS_NOBODY, "test", "-x", os.environ["SHMTOOL"]], check=False).returncode != 0:
        pytest.skip("nobody cannot run the program under test")
    return AS_NOBODY


def test_every_user_has_pools_of_their_own(nobody, ramp):
    with running_pool(1) as pool:
        refused(3, "pool", "status", pool, says="there is no pool", prefix=nobody)
        refused(3, "pool", "stop", pool, says="there is no pool", prefix=nobody)
        assert pool not in shmtool("pool", "list", "--json", prefix=nobody, check=0).stdout
        try:
            shmtool("pool", "start", pool, "-w", "1", prefix=nobody, check=0)
            assert leaves(pool, NOBODY) == [f"shmkit-pool.{NOBODY}.{pool}"]
            assert os.stat(SHM / leaves(pool, NOBODY)[0]).st_uid == NOBODY
            assert members(pool)[0] != ask("pool_status", "pool", "status", pool, prefix=nobody)["supervisor"]["pid"]
            # What its workers may not open is said by them.
            done = shmtool("run", "sum", ramp, "--pool", pool, prefix=nobody)
            assert done.returncode == 1 and "Permission denied" in done.stderr
        finally:
            end_pool(pool, nobody)
        assert leaves(pool, NOBODY) == [] and len(leaves(pool)) == 1


def test_a_pool_file_of_somebody_else(nobody):
    """Put there under our name by another user: nothing that we trust."""
    pool = new_name()
    path = SHM / f"shmkit-pool.{os.geteuid()}.{pool}"
    path.write_bytes(bytes(200_000))
    try:
        os.chmod(path, 0o600)
        os.chown(path, NOBODY, NOBODY)
        for words in [["status", pool], ["stop", pool], ["start", pool, "-w", "1"]]:
            refused(1, "pool", *words, says="belongs to somebody else", hint="another name")
    finally:
        path.unlink()


def in_namespace(shell):
    """A shell in a PID namespace of its own, with SHMTOOL; its Popen."""
    words = ["unshare", *([] if ROOT else ["-r"]), "-p", "-f", "--mount-proc", "--kill-child", "sh", "-c", shell]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def namespaces():
    with in_namespace("true") as process:
        if process.wait(30) != 0:
            pytest.skip("PID namespaces are not permitted here")
    if not ROOT:
        pytest.skip("in a user namespace pools belong to another user id")


def test_a_client_in_another_pid_namespace(namespaces, large):
    expected = shmtool("run", "sum", large, check=0).stdout
    with running_pool(2) as pool:
        with in_namespace(f'"$SHMTOOL" run sum {large} --pool {pool}') as process:
            assert process.communicate(timeout=TIMEOUT_S) == (expected, "")
        # Ended with its namespace: nobody out here has ever seen its pid.
        job = f'"$SHMTOOL" run sum {large} --pool {pool} -n 1000000'
        with in_namespace(f"{job} & read line; kill -9 $!; read line") as process:
            (found,) = wait_for_job(pool)
            assert found["client"]["pid"] < 100
            process.stdin.write("now\n")
            process.stdin.flush()
            wait_until(lambda: status(pool)["jobs"] == [] and len(leaves(pool)) == 1, 5 * SLOW)
            assert process.poll() is None
            process.communicate("now\n", timeout=30)
        with in_namespace(job) as process:
            wait_for_job(pool)
            process.kill()
            process.communicate(timeout=30)
            wait_until(lambda: status(pool)["jobs"] == [] and len(leaves(pool)) == 1, 5 * SLOW)
        assert shmtool("run", "sum", large, "--pool", pool, check=0).stdout == expected


def test_a_pool_in_another_pid_namespace(namespaces, large):
    expected = shmtool("run", "sum", large, check=0).stdout
    pool = new_name()
    try:
        with in_namespace(f'"$SHMTOOL" pool start {pool} -w 2; read line') as process:
            assert process.stdout.readline().startswith(f"pool {pool}: 2 workers, supervisor ")
            assert status(pool)["supervisor"]["pid"] < 100
            assert shmtool("run", "sum", large, "--pool", pool, check=0).stdout == expected
            with client("run", "sum", large, "--pool", pool, *FOR_EVER) as user:
                wait_for_job(pool)
                user.kill()
                user.wait()
                wait_until(lambda: status(pool)["jobs"] == [], 5 * SLOW)
            with client("run", "sum", large, "--pool", pool, *FOR_EVER) as user:
                wait_for_job(pool)
                process.communicate("end\n", timeout=30)  # And the kernel kills all who live in it.
                _, err = user.communicate(timeout=TIMEOUT_S)
                assert user.returncode == 8, err
        assert status(pool)["state"] == "lost"
        # A new one out here takes its place, and nobody is shot by the number of its pid.
        shmtool("pool", "start", pool, "-w", "1", check=0)
        assert shmtool("run", "sum", large, "--pool", pool, check=0).stdout == expected
    finally:
        end_pool(pool)
    assert leaves(pool) == []
