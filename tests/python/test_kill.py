"""shmtool run while its workers are killed at random, and when it is killed itself.

The oracle is the run that nobody disturbs: the same result and exit code 0, whatever dies. Signals go through pidfds,
and only to children of the shmtool that this test has started.
"""

import json
import os
import random
import select
import signal
import subprocess
import time

import pytest

from helpers import TIMEOUT_S, our_segments, shmtool, shmtool_json, unique_name
from processes import children, kill_child, reaping_orphans

SANITIZED = bool(os.environ.get("SHMKIT_SANITIZE"))
RUNS = 20 if SANITIZED else 200
MIB = 64

pytestmark = pytest.mark.usefixtures("nothing_left")


@pytest.fixture(scope="module")
def array():
    with unique_name("-kill") as name:
        shmtool("create", name, "--shape", MIB * 2**17, "--fill", "random:42", check=0)
        yield name


@pytest.fixture
def dice():
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")
    return random.Random(seed)


def start(*words):
    command = [os.environ["SHMTOOL"], *(str(word) for word in words)]
    # LeakSanitizer looks for leaks from a child of its own and waits for it for ever: killed in place of a worker, it hangs.
    environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


MOST_KILLS = 8


def torment(process, dice, pause_s):
    """Kills its children, one after another, at most MOST_KILLS; then waits for its end. How many were hit.

    Bounded, because on a busy machine a worker may need longer to start than the next kill takes to come.
    """
    kills = 0
    pidfd = os.pidfd_open(process.pid)
    end = time.monotonic() + TIMEOUT_S
    try:
        while not select.select([pidfd], [], [], dice.uniform(0, pause_s))[0]:
            assert time.monotonic() < end, "shmtool hangs"
            workers = children(process.pid) if kills < MOST_KILLS else []
            if workers and kill_child(process.pid, dice.choice(workers)):
                kills += 1
    finally:
        os.close(pidfd)
        if time.monotonic() >= end:
            process.kill()
    return kills


@pytest.mark.parametrize("via", ["process", "copy"])
@pytest.mark.parametrize("kernel", ["max", "sum"])
def test_killed_workers_change_no_result(array, dice, kernel, via):
    expected = {}
    for chunks in (100, 200, 400):
        expected[chunks] = shmtool_json("run", kernel, array, "--chunks", chunks)["result"]
    runs = RUNS if via == "process" else RUNS // 10
    kills = retries = 0
    with reaping_orphans() as orphans:
        for _ in range(runs):
            chunks = dice.choice(list(expected))
            workers = dice.randint(2, 4)
            words = ("--via", via, "--chunks", chunks, "--workers", workers, "--retries", 30, "--json")
            process = start("run", kernel, array, *words)
            kills += torment(process, dice, 0.005)
            out, err = process.communicate(timeout=TIMEOUT_S)
            assert process.returncode == 0, err
            report = json.loads(out)
            assert report["result"] == expected[chunks]
            retries += report["retries"]
            assert orphans(0) == []
    print(f"{kernel} via {via}: {runs} runs, {kills} kills, {retries} chunks ran again")
    assert kills >= runs / 4
    assert retries > 0


@pytest.mark.parametrize("via", ["process", "copy", "thread"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_client_and_workers(array, dice, number, via):
    segments = our_segments()
    for _ in range(2 if SANITIZED else 5):
        with reaping_orphans() as orphans:
            process = start("run", "sum", array, "--via", via, "--workers", 3, "--repeat", 1_000_000)
            workers = 0 if via == "thread" else 3
            end = time.monotonic() + TIMEOUT_S
            while len(children(process.pid)) < workers:
                assert time.monotonic() < end and process.poll() is None
                time.sleep(0.001)
            time.sleep(dice.uniform(0.05, 0.15))
            sent = time.monotonic()
            process.send_signal(number)
            process.communicate(timeout=TIMEOUT_S)
            assert process.returncode == -number
            assert orphans(5) == []
            assert time.monotonic() - sent < (20 if SANITIZED else 2)
    assert our_segments() == segments


def test_control_c_goes_to_the_whole_group(array, dice):
    """As a terminal does it: client and workers get SIGINT together, and the client decides."""
    with reaping_orphans() as orphans:
        command = [os.environ["SHMTOOL"], "run", "sum", array, "--workers", "3", "--repeat", "1000000"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        time.sleep(dice.uniform(0.2, 0.4))
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(TIMEOUT_S) == -signal.SIGINT
        assert orphans(5) == []


def test_a_killed_creation_leaves_all_or_nothing(array, dice):
    """The name appears when the array is complete; a creator that dies before leaves nothing, however much was filled."""
    before = our_segments()
    expected = None
    died = 0
    for _ in range(4 if SANITIZED else 30):
        with unique_name() as name, reaping_orphans() as orphans:
            process = start("create", name, "--shape", 2**22, "--fill", "random:1")
            time.sleep(dice.uniform(0, 0.05))
            process.kill()
            process.communicate()
            assert orphans(5) == []
            died += process.returncode != 0
            if name in our_segments():
                result = shmtool_json("run", "sum", name)["result"]
                expected = expected or result
                assert result == expected
                assert sorted([*before, name]) == our_segments()
            else:
                assert process.returncode == -signal.SIGKILL
                assert our_segments() == before
    assert died > 0
