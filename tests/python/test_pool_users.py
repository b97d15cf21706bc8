"""Named pools of other users and in other PID namespaces: what they see of each other, and what they do not do.

The oracle: the pool of the one user goes on as if the other were not there.
"""

import os
import subprocess

import pytest

from cli_checks import ask, needs_shmtool, refused
from helpers import SHM, TIMEOUT_S, shmtool
from pools import (AS_NOBODY, FOR_EVER, NOBODY, ROOT, SANITIZED, client, end_pool, kill, large, leaves,
                   members, new_name, no_pool_left, ramp, running_pool, status, wait_for_job,
                   wait_until)  # fmt: skip

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left", "no_pool_left")]

SLOW = 10 if SANITIZED else 1


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
