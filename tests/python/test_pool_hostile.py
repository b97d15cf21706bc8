"""Pools and job memory whose bytes are damaged: refused with a reason, or used as far as they make sense.

The oracle: no command is killed by a signal, hangs, or shoots at a process, whatever is in the files; every exit code is
documented. What is damaged while a job runs may cost workers and the job, but the client comes to an end.
"""

import contextlib
import json
import os
import random
import signal
import stat
import struct

import pytest

from cli_checks import needs_shmtool, refused
from helpers import SHM, TIMEOUT_S, delete, shmtool, unique_name
from pools import (ROOT, SANITIZED, adopting, client, end_pool, leaves, members, new_name, no_pool_left, running_pool, status,
                   wait_for_job, wait_until)  # fmt: skip

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left", "no_pool_left")]

# magic, build, workers, clients, pid of the supervisor, reserved, time of the start
IDENTITY = struct.Struct("<QQIIIIq")
RESULT = "499500.0\n"


@pytest.fixture(scope="module")
def array():
    with unique_name("-hostile") as name:
        shmtool("create", name, "--shape", 1000, "--fill", "arange", check=0)
        yield name


@pytest.fixture(scope="module")
def image(array):
    """The bytes of a pool that was alive and had a client with a job."""
    with running_pool(2) as pool, client("run", "sum", array, "--pool", pool, "-n", 1_000_000):
        wait_for_job(pool)
        return (SHM / leaves(pool)[-1]).read_bytes()


@contextlib.contextmanager
def planted(content):
    """A pool of which there is nothing but this file."""
    pool = new_name()
    leaf = f"shmkit-pool.{os.geteuid()}.{pool}"
    path = SHM / leaf
    path.write_bytes(content)
    path.chmod(0o600)
    try:
        yield pool, path
    finally:
        delete(leaf)


def look(pool, array):
    """All that can be done to a dead pool but starting it again; the exit codes."""
    codes = []
    for words in [["pool", "status", pool], ["pool", "list"], ["run", "sum", array, "--pool", pool]]:
        for json_option in [[], ["--json"]]:
            done = shmtool(*words, *json_option)
            assert done.returncode in {0, 1, 5, 8}, done
            if json_option:
                json.loads(done.stdout)
        codes.append(done.returncode)
    return codes


def test_a_sound_image_is_a_lost_pool(image, array):
    assert len(image) > IDENTITY.size
    with planted(image) as (pool, _):
        assert look(pool, array) == [0, 0, 8]
        assert status(pool)["state"] == "lost"


def test_truncated(image, array):
    for size in [0, 1, 7, 8, 16, 39, 40, 64, 4096, len(image) // 2, len(image) - 1]:
        with planted(image[:size]) as (pool, path):
            assert look(pool, array) == [5, 0, 5]
            refused(5, "pool", "stop", pool, says=f"'{pool}' is not a pool")
            # Nobody holds it: what it was is of no account to the next one.
            shmtool("pool", "start", pool, "-w", "1", check=0)
            assert shmtool("run", "sum", array, "--pool", pool, check=0).stdout == RESULT
            end_pool(pool)
            assert not path.exists()


@pytest.mark.parametrize(
    "field, value, says",
    [
        (0, 0, "it does not begin as one"),
        (0, 2**64 - 1, "it does not begin as one"),
        (1, 1, "it was started by another version of shmkit"),
        (2, 0, "it is damaged"),
        (2, 1025, "it is damaged"),
        (2, 2**32 - 1, "it is damaged"),
        (2, 1024, "it is damaged"),  # More than the file has room for.
        (3, 0, "it is damaged"),
        (3, 257, "it is damaged"),
        (3, 2**32 - 1, "it is damaged"),
    ],
)
def test_identities_that_make_no_sense(image, array, field, value, says):
    fields = list(IDENTITY.unpack_from(image))
    fields[field] = value
    with planted(IDENTITY.pack(*fields) + image[IDENTITY.size :]) as (pool, _):
        for words in [["pool", "status", pool], ["pool", "stop", pool], ["run", "sum", array, "--pool", pool]]:
            refused(5, *words, says=f"'{pool}' is not a pool: {says}")
        assert says in shmtool("pool", "list", check=0).stderr


def test_pids_that_are_somebody_elses(image, array):
    """They are for people: nobody is killed by number."""
    with adopting(), planted(image) as (pool, path):
        fields = list(IDENTITY.unpack_from(image))
        fields[4] = os.getpid()
        content = IDENTITY.pack(*fields) + image[IDENTITY.size :]
        path.write_bytes(content.replace(struct.pack("<I", members(pool)[0]), struct.pack("<I", os.getpid())))
        assert status(pool)["supervisor"]["pid"] == os.getpid()
        shmtool("pool", "stop", pool, "--now", check=0)
        assert not path.exists()


def test_flipped_bits_and_noise(image, array):
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    for _ in range(20 if SANITIZED else 100):
        content = bytearray(image)
        for _ in range(dice.choice([1, 10, 1000])):
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        with planted(content) as (pool, _):
            look(pool, array)
    for _ in range(5 if SANITIZED else 20):
        # Whole fields of noise behind a sound identity.
        content = image[: IDENTITY.size] + dice.randbytes(len(image) - IDENTITY.size)
        with planted(content) as (pool, path):
            assert look(pool, array) == [0, 0, 8]
            shmtool("pool", "stop", pool, "--timeout", "10", check=0)
            assert not path.exists()


def test_what_is_no_file(image, array):
    with planted(b"") as (pool, path):
        path.unlink()
        for make in [
            lambda: os.mkfifo(path, 0o600),
            lambda: path.mkdir(mode=0o700),
            lambda: path.symlink_to("/etc/hostname"),
            lambda: path.symlink_to("/nonexistent"),
        ]:
            make()
            for words in [["pool", "status", pool], ["pool", "stop", pool], ["run", "sum", array, "--pool", pool],
                          ["pool", "start", pool, "-w", "1"]]:  # fmt: skip
                refused(5, *words, says=f"'{pool}'")
            assert stat.S_IFMT(path.lstat().st_mode) != stat.S_IFREG
            delete(path.name)


def test_what_others_may_open(image, array):
    with planted(image) as (pool, path):
        for mode in [0o666, 0o640, 0o604, 0o601]:
            path.chmod(mode)
            for words in [["pool", "status", pool], ["pool", "stop", pool], ["run", "sum", array, "--pool", pool]]:
                refused(1, *words, says="others may open it", hint="another name")
        if ROOT:
            path.chmod(0o600)
            os.chown(path, 65534, 65534)
            refused(1, "pool", "status", pool, says="belongs to somebody else", hint="another name")


def test_job_memory_of_a_dead_pool_is_no_obstacle(image, array):
    """Left under names that clients may want, while the pool starts and while it lives."""
    pool = new_name()
    user = os.geteuid()
    planted_leaves = [f"shmkit-job.{user}.{pool}.{client}.{serial}" for client in (0, 255) for serial in range(1, 4)]
    try:
        for leaf in planted_leaves:
            (SHM / leaf).write_bytes(b"junk")
            (SHM / leaf).chmod(0o600)
        shmtool("pool", "start", pool, "-w", "1", check=0)
        (SHM / planted_leaves[0]).write_bytes(b"junk")
        assert shmtool("run", "sum", array, "--pool", pool, check=0).stdout == RESULT
    finally:
        end_pool(pool)
        for leaf in planted_leaves:
            delete(leaf)


@pytest.fixture(scope="module")
def large():
    with unique_name("-large") as name:
        shmtool("create", name, "--shape", 4 * 2**20, "--fill", "1", check=0)
        yield name


# A job that takes a second or two, and does not wait for ever for what cannot come any more.
LONG = ("-n", 500, "--timeout", "1")


def job_of(pool):
    wait_for_job(pool)
    (leaf,) = [leaf for leaf in leaves(pool) if leaf.startswith("shmkit-job")]
    return SHM / leaf


def comes_to_an_end(process, *codes):
    _, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode in {0, 1, 3, 5, 7, 8, 124, *codes}, (process.returncode, err)


def test_job_memory_that_is_cut_while_the_job_runs(large):
    """Only its own user can do that. It takes those along who look at it: SIGBUS."""
    for size in [0, 4096, 4300, 8192]:
        with running_pool(2) as pool, client("run", "sum", large, "--pool", pool, *LONG) as process:
            os.truncate(job_of(pool), size)
            comes_to_an_end(process, -signal.SIGBUS)
            assert shmtool("pool", "stop", pool).returncode in (0, 3)


def test_noise_in_the_memory_of_a_running_job(large):
    """Words that say nothing, in between those of the job: it ends somehow, by its time-out at the latest."""
    dice = random.Random(3)
    for _ in range(3 if SANITIZED else 10):
        with running_pool(2) as pool, client("run", "sum", large, "--pool", pool, *LONG) as process:
            with open(job_of(pool), "r+b", buffering=0) as file:
                for _ in range(200):
                    file.seek(dice.randrange(1024) * 8)
                    file.write(dice.randbytes(8))
            assert shmtool("pool", "status", pool).returncode in (0, 3)
            comes_to_an_end(process)


def test_noise_in_a_living_pool(large, image):
    """Hints and reports are noise: the pool may break, and then says so."""
    dice = random.Random(5)
    for _ in range(3 if SANITIZED else 10):
        with running_pool(2) as pool, client("run", "sum", large, "--pool", pool, *LONG) as process:
            wait_for_job(pool)
            with open(SHM / f"shmkit-pool.{os.geteuid()}.{pool}", "r+b", buffering=0) as file:
                for _ in range(dice.choice([5, 50, 500])):
                    file.seek(dice.randrange(IDENTITY.size, len(image) - 8))
                    file.write(dice.randbytes(8))
            assert shmtool("pool", "status", pool).returncode in (0, 3)
            comes_to_an_end(process)


def records_of(file, pool):
    """Where the records of a traced job that were written lie: they say who the worker was, 32 bytes apart."""
    who = {place << 48 | 1 << 32 | worker["pid"] for place, worker in enumerate(status(pool)["workers"])}
    file.seek(0)
    words = memoryview(file.read()).cast("Q")
    found = [i for i in range(len(words) - 4) if words[i] in who and words[i + 4] in who]
    return found and (found[0] * 8, found[-1] * 8 + 64)


def test_noise_in_the_trace_of_a_running_job(large, tmp_path):
    """Records and notes decide nothing: the result is right, and the file can be read."""
    dice = random.Random(7)
    path = tmp_path / "trace.json"
    chunks, notes_bytes = 64, 4096 * 48
    for _ in range(3):
        with running_pool(2) as pool:
            with client("run", "sum", large, "--pool", pool, "-c", chunks, "-n", 300, "-q", "--trace", path) as process:
                with open(job_of(pool), "r+b", buffering=0) as file:
                    begin, end = wait_until(lambda: records_of(file, pool))
                    for _ in range(2000):
                        file.seek(dice.randrange(begin - notes_bytes, end, 8))
                        file.write(dice.choice([dice.randbytes(8), b"\xff" * 8, bytes(8)]))
                out, _ = process.communicate(timeout=TIMEOUT_S)
            assert (process.returncode, out) == (0, "4194304.0\n")
        events = json.loads(path.read_text())["traceEvents"]
        assert all(e["ts"] >= 0 and e.get("dur", 0) >= 0 for e in events if e["ph"] != "M")
        assert sum(e["args"].get("chunks", 1) for e in events if e.get("cat") == "run") <= 300 * chunks
