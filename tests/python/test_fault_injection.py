"""Every system call of a pool's life fails once: of the start, of a job, of the end, in all processes that take part.

tests/tools/fail_nth.cpp makes call number N of one function in the whole process tree fail; N goes from 1 up to the number
of calls that there are. The oracle: every command either does what it does undisturbed, or says what failed and exits
with a documented code, in bounded time. Afterwards nothing is left: no name in /dev/shm, no process, and what an
undisturbed command does next works.
"""

import contextlib
import errno
import os
import struct
import time

import pytest

from cli_checks import needs_shmtool
from helpers import our_segments, shmtool, unique_name
from pools import adopting, leaves, new_name, no_pool_left, running_pool, status, wait_until

LIBRARY = os.environ.get("SHMKIT_FAIL_NTH")

pytestmark = [
    needs_shmtool,
    pytest.mark.usefixtures("nothing_left", "no_pool_left"),
    pytest.mark.skipif(bool(os.environ.get("SHMKIT_SANITIZE")), reason="a sanitizer must be the first library loaded"),
    pytest.mark.skipif(LIBRARY is None, reason="SHMKIT_FAIL_NTH is not set"),
]

# What each function may fail with. One that keeps failing forever is another test's matter (test_pool_limits.py).
FAULTS = [
    ("access", errno.EACCES), ("close_range", errno.ENOSYS), ("dup2", errno.EBUSY), ("dup3", errno.EMFILE),
    ("eventfd", errno.EMFILE), ("fchmod", errno.EPERM), ("fcntl", errno.EMFILE), ("fcntl", errno.ENOLCK), ("fcntl", errno.EINTR),
    ("fork", errno.EAGAIN), ("fork", errno.ENOMEM), ("fstat", errno.ENOMEM), ("fstatfs", errno.ENOSYS),
    ("fstatvfs", errno.EINTR), ("ftruncate", errno.ENOSPC), ("futex", errno.EINTR), ("getrlimit", errno.EPERM),
    ("linkat", errno.ENOSPC), ("linkat", errno.ENOMEM), ("lstat", errno.ENOMEM), ("madvise", errno.ENOMEM),
    ("memfd_create", errno.ENOMEM), ("memfd_create", errno.EMFILE), ("mmap", errno.ENOMEM), ("open", errno.EMFILE),
    ("open", errno.ENOSPC), ("open", errno.EINTR), ("open", errno.EOPNOTSUPP), ("pidfd_open", errno.EMFILE),
    ("pidfd_open", errno.ENOMEM), ("pipe2", errno.EMFILE), ("poll", errno.EINTR),
    ("poll", errno.ENOMEM), ("posix_fallocate", errno.ENOSPC), ("posix_fallocate", errno.EINTR), ("prctl", errno.EPERM),
    ("pread", errno.EINTR), ("pread", errno.EIO), ("read", errno.EINTR), ("read", errno.EIO), ("sched_getaffinity", errno.EPERM),
    ("setsid", errno.EPERM), ("sigaction", errno.EINVAL), ("unlink", errno.EPERM), ("waitid", errno.EINTR),
    ("waitpid", errno.EINTR), ("write", errno.EINTR),
]  # fmt: skip
NAMES = [f"{call}-{errno.errorcode[error]}" for call, error in FAULTS]
# What waits in a loop makes as many calls as it has time for.
MOST = 40
CODES = {0, 1, 5, 6, 8}


class Fault:
    """The environment in which call number `nth` fails, and how many calls there were."""

    def __init__(self, folder, call, error):
        self._file = folder / "count"
        self._call, self._error = call, error
        self._nth = 0

    @contextlib.contextmanager
    def at(self, nth):
        self._file.write_bytes(bytes(8))
        self._nth = nth
        yield {"LD_PRELOAD": LIBRARY, "FAIL_CALL": self._call, "FAIL_NTH": str(nth), "FAIL_ERRNO": str(self._error),
               "FAIL_COUNT": str(self._file)}  # fmt: skip

    def count(self):
        return struct.unpack("Q", self._file.read_bytes())[0]


def each_fault(tmp_path, call, error, body):
    """body(environment) with call 1, 2, ... failing, until there are no more calls. How many there were."""
    fault = Fault(tmp_path, call, error)
    for nth in range(1, MOST + 1):
        with fault.at(nth) as environment:
            try:
                body(environment)
            except BaseException:
                print(f"{call} number {nth} of {fault.count()} failed with {errno.errorcode[error]}")
                raise
        if fault.count() < nth:
            return nth
    return MOST


def tried(*words, env, **options):
    """Runs shmtool; a documented exit code, and whoever fails says why."""
    begun = time.monotonic()
    done = shmtool(*words, env=env, **options)
    assert time.monotonic() - begun < 20
    assert done.returncode in CODES, (words, done)
    if done.returncode != 0:
        assert done.stderr.startswith(f"shmtool {words[0]}: "), (words, done)
        assert len(done.stderr.splitlines()) <= 2 and "terminate" not in done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def array():
    with unique_name("-fault") as name:
        shmtool("create", name, "--shape", 10_000, "--fill", "arange", check=0)
        yield name


RESULT = "49995000.0\n"
JOB = ("-c", "7")


def right_or_refused(done):
    assert done.returncode != 0 or done.stdout == RESULT, done


@pytest.mark.parametrize("call, error", FAULTS, ids=NAMES)
def test_a_job_on_a_private_pool(tmp_path, array, call, error):
    with adopting() as orphans:

        def run(env):
            before = our_segments()
            right_or_refused(tried("run", "sum", array, "-w", 2, *JOB, env=env))
            assert our_segments() == before and orphans(5) == []

        each_fault(tmp_path, call, error, run)
        assert shmtool("run", "sum", array, "-w", 2, check=0).stdout == RESULT


@pytest.mark.parametrize("call, error", FAULTS, ids=NAMES)
def test_a_client_of_a_pool(tmp_path, array, call, error):
    """The pool is sound. It takes the slot and the job memory of the client back, and goes on."""
    with running_pool(2) as pool:
        before = status(pool)["supervisor"]["pid"]

        def run(env):
            right_or_refused(tried("run", "sum", array, "--pool", pool, *JOB, env=env))

        each_fault(tmp_path, call, error, run)
        # A name that could not be deleted is deleted when the pool ends.
        wait_until(lambda: status(pool)["jobs"] == [] and (call == "unlink" or len(leaves(pool)) == 1), 5)
        found = status(pool)
        assert (found["supervisor"]["pid"], found["deaths"], found["state"]) == (before, 0, "ready")
        assert shmtool("run", "sum", array, "--pool", pool, check=0).stdout == RESULT


@pytest.mark.parametrize("call, error", FAULTS, ids=NAMES)
def test_the_life_of_a_pool(tmp_path, array, call, error):
    """Start, status, a job and stop, with the fault anywhere in them, in the supervisor or in a worker."""
    pool = new_name()
    with adopting() as orphans:

        def live(env):
            started = tried("pool", "start", pool, "-w", 2, env=env)
            if started.returncode == 0:
                tried("pool", "status", pool, env=env)
                right_or_refused(tried("run", "sum", array, "--pool", pool, *JOB, env=env))
                tried("pool", "stop", pool, env=env)
            # What the fault has kept from its end: found, and ended, by a command that nothing disturbs.
            assert shmtool("pool", "stop", pool, "--now", "--timeout", "5").returncode in (0, 3)
            assert orphans(5) == [] and leaves(pool) == []

        each_fault(tmp_path, call, error, live)
        shmtool("pool", "start", pool, "-w", 2, check=0)
        assert shmtool("run", "sum", array, "--pool", pool, check=0).stdout == RESULT
        shmtool("pool", "stop", pool, check=0)
        assert orphans(5) == [] and leaves(pool) == []
