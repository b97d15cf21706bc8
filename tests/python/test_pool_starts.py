"""How named pools start: killed on the way, with closed streams, from a terminal that goes away.

The oracle: a pool is there, whole, or nothing of it is.
"""

import os
import random
import subprocess
import time

import pytest

from cli_checks import needs_shmtool
from helpers import shmtool
from pools import (SANITIZED, adopting, alive, end_pool, leaves, members, new_name, no_pool_left, ramp,
                   start_client, status, wait_until)  # fmt: skip

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left", "no_pool_left")]

SLOW = 10 if SANITIZED else 1


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
