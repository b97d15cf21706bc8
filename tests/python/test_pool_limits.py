"""Named pools where something is scarce: descriptors, processes, address space, file size, shared memory.

The oracle: a command does what it does elsewhere, or says what is missing and exits with a documented code, in bounded
time; nothing is left in /dev/shm, and no process.
"""

import os
import subprocess

import pytest

from cli_checks import needs_shmtool
from helpers import TIMEOUT_S, shmtool, unique_name
from pools import AS_NOBODY, NOBODY, ROOT, SANITIZED, adopting, end_pool, leaves, new_name, no_pool_left, running_pool

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left", "no_pool_left")]

RESULT = "49995000.0\n"
KIB = 1024
MIB = 1024 * KIB


@pytest.fixture(scope="module")
def array():
    with unique_name("-limits") as name:
        shmtool("create", name, "--shape", 10_000, "--fill", "arange", "--mode", "0644", check=0)
        yield name


def starts_at_all(prefix):
    """Whether a program of this size comes as far as main() under a limit."""
    return shmtool("--version", prefix=prefix).returncode == 0


def tried(*words, codes, **options):
    """Runs shmtool. Who fails says so, in our words."""
    done = shmtool(*words, **options)
    assert done.returncode in {0, *codes}, done
    if done.returncode != 0:
        head, *rest = done.stderr.splitlines()
        assert head.startswith(f"shmtool {words[0]}: ") and len(rest) <= 1, done.stderr
    return done


def live(array, prefix, codes, workers=3, user=None):
    """Start, job and end of a pool under a limit. How far it came: 0, 1, 2; and the first thing that was said."""
    pool = new_name()
    with adopting() as orphans:
        started = tried("pool", "start", pool, "-w", workers, prefix=prefix, codes=codes)
        come, said = 0, started.stderr
        if started.returncode == 0:
            done = tried("run", "sum", array, "--pool", pool, prefix=prefix, codes=codes)
            assert done.returncode != 0 or done.stdout == RESULT
            come, said = (2, "") if done.returncode == 0 else (1, done.stderr)
        end_pool(pool, prefix if user is not None else ())
        assert orphans(10) == [] and leaves(pool, user) == []
    return come, said


# LeakSanitizer starts a process, and the check of virtual calls opens pipes.
bare = pytest.mark.skipif(SANITIZED, reason="a sanitizer needs descriptors, processes and terabytes of addresses")


@bare
def test_few_descriptors(array):
    come = {}
    for limit in [4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 20, 24, 32]:
        prefix = ["prlimit", f"--nofile={limit}"]
        if starts_at_all(prefix):
            come[limit], said = live(array, prefix, {1, 8})
            assert come[limit] == 2 or any(word in said for word in ("ulimit", "files", "try again")), said
    assert come[32] == 2 and 0 in come.values()


@bare
def test_a_client_with_few_descriptors(array):
    with running_pool(2) as pool:
        codes = []
        for limit in range(4, 16):
            prefix = ["prlimit", f"--nofile={limit}"]
            if starts_at_all(prefix):
                done = tried("run", "sum", array, "--pool", pool, prefix=prefix, codes={1})
                assert done.returncode == 0 or "Too many open files" in done.stderr
                codes.append(done.returncode)
        assert codes[-1] == 0
        assert shmtool("run", "sum", array, "--pool", pool, check=0).stdout == RESULT


@bare
def test_few_processes(array):
    if not ROOT:
        pytest.skip("needs to become somebody whose processes are limited")
    if subprocess.run([*AS_NOBODY, "test", "-x", os.environ["SHMTOOL"]], check=False).returncode != 0:
        pytest.skip("nobody cannot run the program under test")
    for limit in range(1, 9):
        come, said = live(array, [*AS_NOBODY, "prlimit", f"--nproc={limit}"], {1}, workers=4, user=NOBODY)
        assert come == 2 or "could be started" in said or "limit on processes" in said, said
    assert live(array, [*AS_NOBODY, "prlimit", "--nproc=500"], {}, workers=4, user=NOBODY)[0] == 2


@bare
def test_little_address_space(array):
    come = {}
    for mib in [*range(5, 24), 32, 64, 256, 1024]:
        prefix = ["prlimit", f"--as={mib * MIB}"]
        if starts_at_all(prefix):
            come[mib], _ = live(array, prefix, {1, 6, 8})
    assert come[1024] == 2


def test_small_files(array):
    for limit, expected in [(0, 0), (KIB, 0), (20 * KIB, 0), (64 * MIB, 2)]:
        come, said = live(array, ["prlimit", f"--fsize={limit}"], {6})
        assert come == expected and (come == 2 or "the file size limit is" in said), said
    with running_pool(1) as pool:
        for limit in [0, KIB, 60 * KIB]:
            done = tried("run", "sum", array, "--pool", pool, prefix=["prlimit", f"--fsize={limit}"], codes={6})
            assert done.returncode == 6 and "the file size limit is" in done.stderr
        assert shmtool("run", "sum", array, "--pool", pool, check=0).stdout == RESULT


def in_small_shm(options, script, folder):
    """A shell script in a mount namespace with a /dev/shm of its own; what it prints, by lines."""
    words = ["unshare", *([] if ROOT else ["-r"]), "-m", "sh", "-c"]
    mounted = f"mount -t tmpfs -o {options} tmpfs /dev/shm || exit 99\n{script}"
    done = subprocess.run([*words, mounted], capture_output=True, text=True, timeout=TIMEOUT_S, check=False, cwd=folder)
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("mount namespaces are not permitted here")
    return done.stdout.splitlines(), done.stderr


SCRIPT = """
s() { timeout 60 "$SHMTOOL" "$@"; echo "$1 $2 $?"; }
"""


def test_a_small_shared_memory(tmp_path):
    shmtool("create", "file://x", "--shape", 2**20, "--dtype", "int8", "--fill", "1", cwd=tmp_path, check=0)
    script = """
s pool start big -w 1024 -q
ls -A /dev/shm
s pool start p -w 2 -q
s run sum file://x --pool p -c 1000000
ls -A /dev/shm
s run sum file://x --pool p -c 100
s create y --shape 10,1000,1000
s run sum file://x --pool p -c 100
s pool stop p -q
ls -A /dev/shm
"""
    out, err = in_small_shm("size=1m", SCRIPT + script, tmp_path)
    user = os.geteuid() if ROOT else 0
    expected = ["pool start 6", "pool start 0", "run sum 6", f"shmkit-pool.{user}.p", "1048576", "run sum 0",
                "create y 6", "1048576", "run sum 0", "pool stop 0"]  # fmt: skip
    assert out == expected, err
    assert "no space for 'big'" in err and "no space for 'job memory'" in err and "/dev/shm" in err


def test_a_shared_memory_that_is_full(tmp_path):
    """Filled while the pool lives: its own memory was reserved when it was made."""
    shmtool("create", "file://x", "--shape", 1000, "--dtype", "int8", "--fill", "1", cwd=tmp_path, check=0)
    script = """
s pool start p -w 4 -q
head -c 10000000 /dev/zero > /dev/shm/full 2>/dev/null
s run sum file://x --pool p
s pool start q -w 4 -q
s pool status p > /dev/null
kill -9 $("$SHMTOOL" pool status p --json | sed -n 's/^      "pid": \\([0-9]*\\).*/\\1/p' | head -1)
rm /dev/shm/full
s run sum file://x --pool p
s pool stop p -q
ls -A /dev/shm
"""
    out, err = in_small_shm("size=512k", SCRIPT + script, tmp_path)
    assert out == ["pool start 0", "run sum 6", "pool start 6", "1000", "run sum 0", "pool stop 0"], (out, err)


def test_few_inodes(tmp_path):
    shmtool("create", "file://x", "--shape", 1000, "--dtype", "int8", "--fill", "1", cwd=tmp_path, check=0)
    script = """
s pool start p -w 2 -q
s run sum file://x --pool p
s pool stop p -q
ls -A /dev/shm
"""
    out, err = in_small_shm("size=4m,nr_inodes=1", SCRIPT + script, tmp_path)
    assert out == ["pool start 6", "run sum 3", "pool stop 3"], err
    out, err = in_small_shm("size=4m,nr_inodes=2", SCRIPT + script, tmp_path)
    assert out == ["pool start 0", "run sum 6", "pool stop 0"], err
    out, err = in_small_shm("size=4m,nr_inodes=3", SCRIPT + script, tmp_path)
    assert out == ["pool start 0", "1000", "run sum 0", "pool stop 0"], err


def test_a_shared_memory_that_cannot_be_written(tmp_path):
    out, err = in_small_shm("ro", SCRIPT + "s pool start p -w 2\ns pool list\ns pool status p\ns pool stop p", tmp_path)
    assert out == ["pool start 1", "pool list 0", "pool status 3", "pool stop 3"], err
    assert "shmtool pool: cannot create 'p': Read-only file system" in err
    if not ROOT:
        return
    script = f'n="{" ".join(AS_NOBODY)}"\n$n "$SHMTOOL" pool start p -w 2; echo $?; ls -A /dev/shm'
    out, err = in_small_shm("mode=0755", script, tmp_path)
    if "failed to execute" not in err:
        assert out == ["1"] and "cannot create 'p': Permission denied" in err, err
