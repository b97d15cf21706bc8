"""What the tests of named pools share: pools that end with the test, a look at who lives in them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time

import pytest

from cli_checks import ask
from helpers import PREFIX, SHM, TIMEOUT_S, shmtool

PR_SET_CHILD_SUBREAPER = 36
SANITIZED = bool(os.environ.get("SHMKIT_SANITIZE"))
ROOT = os.geteuid() == 0
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]

_numbers = iter(range(10**9))


def wait_until(condition, most_s=TIMEOUT_S):
    """The first true value of condition(). Fails after most_s."""
    end = time.monotonic() + most_s
    while not (found := condition()):
        assert time.monotonic() < end, "this took too long"
        time.sleep(0.002)
    return found


def alive(pid):
    """False for a zombie too: whoever adopted it may take its time."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def new_name(suffix=""):
    """A name for a pool that nobody else has."""
    return f"{PREFIX}pool{next(_numbers)}{suffix}"


def leaves(pool, user=None):
    """What a pool has in /dev/shm."""
    user = os.geteuid() if user is None else user
    file, jobs = f"shmkit-pool.{user}.{pool}", f"shmkit-job.{user}.{pool}."
    return sorted(leaf for leaf in os.listdir(SHM) if leaf == file or leaf.startswith((jobs, f".{file}", f".{jobs}")))


def status(pool, **options):
    return ask("pool_status", "pool", "status", pool, **options)


def members(pool):
    """Pids of the supervisor and of the workers."""
    found = status(pool)
    return found["supervisor"]["pid"], [worker["pid"] for worker in found["workers"] if worker["pid"]]


def end_pool(pool, prefix=()):
    """Ends a pool whatever state it is in; fails if anything of it is left."""
    for _ in range(3):
        if shmtool("pool", "stop", pool, "--now", "--timeout", "10", prefix=prefix).returncode in (0, 3):
            break


@contextlib.contextmanager
def running_pool(workers=2, suffix="", **options):
    """A pool. It is gone afterwards, and so is all that it had."""
    pool = new_name(suffix)
    try:
        shmtool("pool", "start", pool, "-w", workers, check=0, **options)
        yield pool
    finally:
        end_pool(pool, options.get("prefix", ()))
    assert leaves(pool) == []


def start_client(*words, **options):
    """shmtool in the background."""
    command = [*options.pop("prefix", ()), os.environ["SHMTOOL"], *(str(word) for word in words)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    return subprocess.Popen(command, **streams)


@contextlib.contextmanager
def client(*words, **options):
    """The same; killed if it is still there in the end."""
    process = start_client(*words, **options)
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=TIMEOUT_S)


def wait_for_job(pool, count=1, state="running"):
    """Waits until so many jobs are in that state; returns them."""
    return wait_until(lambda: len(jobs := [j for j in status(pool)["jobs"] if j["state"] == state]) >= count and jobs)


def kill(pid):
    """SIGKILL to a member of a pool that this test has started; returns when it is dead."""
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not alive(pid), 30)


def tell(pid, number):
    """A signal to a member of a pool that this test has started; it may have ended meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def kill_worker(supervisor, pid):
    """SIGKILL to a living child of that supervisor, and to nobody else. Whether there was one."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        if pid not in children(supervisor):
            return False
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(pidfd)


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


@contextlib.contextmanager
def adopting():
    """Daemons that are started inside become children of this process. Gives a function that returns those who are
    still alive after so many seconds; the dead are reaped, and in the end everybody is killed."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    assert prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0

    def orphans(wait_s=0):
        end = time.monotonic() + wait_s
        while True:
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0] != 0:
                    pass
            left = children(os.getpid())
            if not left or time.monotonic() > end:
                return left
            time.sleep(0.001)

    try:
        yield orphans
    finally:
        assert prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0) == 0
        for pid in children(os.getpid()):
            os.kill(pid, signal.SIGKILL)
        orphans(10)


@pytest.fixture
def no_pool_left():
    """Fails a test that leaves anything of one of our pools in /dev/shm."""

    def there():
        return sorted(leaf for leaf in os.listdir(SHM) if "shmkit-" in leaf and f".{PREFIX}pool" in leaf)

    before = there()
    yield
    assert there() == before
