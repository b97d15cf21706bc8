"""`shmtool pool`: what its verbs say, in text and in JSON, and how they refuse wrong words; names of pools.

test_pool_*.py have the jobs of pools, their users, their ends, and pools whose bytes are damaged.
"""

import json
import os
import re
import time

import pytest

from cli_checks import COLUMNS, ask, needs_shmtool, refused, require_schema
from helpers import shmtool, unique_name
from pools import (FOR_EVER, alive, all_dead, client, end_pool, large, leaves, members, new_name, no_pool_left,
                   ramp, running_pool, status, wait_for_job, wait_until)  # fmt: skip

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left", "no_pool_left")]


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
