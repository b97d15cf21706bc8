"""How named pools and their clients end: politely, killed, asleep, while others work.

The oracle: after every end, however it came, nothing of the pool is left in /dev/shm and no process of it is alive.
"""

import json
import os
import random
import signal
import time

import pytest

from cli_checks import ask, needs_shmtool, refused, require_schema
from helpers import TIMEOUT_S, shmtool, shmtool_json, unique_name
from pools import (FOR_EVER, SANITIZED, all_dead, client, end_pool, kill, large, leaves, members, new_name,
                   no_pool_left, running_pool, start_client, status, tell, wait_for_job,
                   wait_until)  # fmt: skip
from processes import kill_child

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left", "no_pool_left")]

SLOW = 10 if SANITIZED else 1


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
                    wait_until(lambda: len(status(pool)["jobs"]) == 1 and len(leaves(pool)) == 2, 10)
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
