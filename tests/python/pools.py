"""What the tests of named pools share: pools that end with the test, a look at who lives in them."""

import contextlib
import os
import signal
import subprocess
import time

import pytest

from cli_checks import ask
from helpers import PREFIX, SHM, TIMEOUT_S, shmtool, unique_name
from processes import children, reaping_orphans

SANITIZED = bool(os.environ.get("SHMKIT_SANITIZE"))
ROOT = os.geteuid() == 0
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]

# Options of a job over `large` that ends when somebody ends it.
FOR_EVER = ("--repeat", 1_000_000)

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


def all_dead(pids, most_s=30):
    wait_until(lambda: not any(alive(pid) for pid in pids), most_s)
    return True


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


@contextlib.contextmanager
def adopting():
    """As reaping_orphans(), for daemons that are started inside; in the end everybody is killed."""
    orphans = None
    try:
        with reaping_orphans() as orphans:
            yield orphans
    finally:
        for pid in children(os.getpid()):
            os.kill(pid, signal.SIGKILL)
        if orphans:
            orphans(10)


@pytest.fixture
def no_pool_left():
    """Fails a test that leaves anything of one of our pools in /dev/shm."""

    def there():
        return sorted(leaf for leaf in os.listdir(SHM) if "shmkit-" in leaf and f".{PREFIX}pool" in leaf)

    before = there()
    yield
    assert there() == before


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
