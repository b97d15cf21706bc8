"""A full /dev/shm is an error, never a SIGBUS; and whoever dies while making an array leaves nothing.

Each test has a /dev/shm of its own: a tmpfs of 8 MiB and 64 inodes in a mount namespace, held by a sleeping process,
which can be looked into from outside through /proc/PID/root. So the oracles are a directory listing that nobody else
disturbs, and statvfs: what is not named must not be stored either.
"""

import contextlib
import json
import os
import pathlib
import random
import signal
import struct
import subprocess
import time

import numpy as np
import pytest

from helpers import TIMEOUT_S

MIB = 1 << 20
SIZE = 8 * MIB
SANITIZED = bool(os.environ.get("SHMKIT_SANITIZE"))
KILLS = 60 if SANITIZED else 300


class SmallSharedMemory:
    """A mount namespace whose /dev/shm is small."""

    def __init__(self):
        root = os.geteuid() == 0
        mount = f"mount -t tmpfs -o size={SIZE},nr_inodes=64 none /dev/shm && echo ready && exec sleep 1000"
        self._holder = subprocess.Popen(["unshare", "-m" if root else "-Urm", "sh", "-c", mount],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self._holder.stdout.readline() != "ready\n":
            self.close()
            pytest.skip("mount namespaces are not permitted here: " + self._holder.stderr.read().strip())
        user = [] if root else ["-U", "--preserve-credentials"]
        self._enter = ["nsenter", "-t", str(self._holder.pid), "-m", *user, "--"]
        self.path = pathlib.Path(f"/proc/{self._holder.pid}/root/dev/shm")

    def close(self):
        self._holder.kill()
        self._holder.wait()

    def start(self, *words, command=None, **options):
        """A running shmtool in there. Its pid is that of the process: nsenter becomes what it runs."""
        return subprocess.Popen([*self._enter, *(command or [os.environ["SHMTOOL"]]), *map(str, words)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def shmtool(self, *words, check=None, **options):
        done = self.run(*words, **options)
        assert check is None or done.returncode == check, (words, done)
        return done

    def run(self, *words, command=None, input=None):
        stdin = subprocess.DEVNULL if input is None else subprocess.PIPE
        with self.start(*words, command=command, stdin=stdin) as process:
            out, err = process.communicate(input, timeout=TIMEOUT_S)
        return subprocess.CompletedProcess(words, process.returncode, out.decode(), err.decode())

    def names(self):
        return sorted(os.listdir(self.path))

    def stored(self):
        """Bytes and files that the file system holds, named or not."""
        fs = os.statvfs(self.path)
        return (fs.f_blocks - fs.f_bfree) * fs.f_frsize, fs.f_files - fs.f_ffree


@pytest.fixture
def shm():
    space = SmallSharedMemory()
    try:
        yield space
    finally:
        space.close()


@contextlib.contextmanager
def nothing_left(shm):
    names, stored = shm.names(), shm.stored()
    yield
    assert shm.names() == names
    assert settled(shm, stored), (shm.stored(), stored)


def settled(shm, stored):
    """The kernel frees what a killed process held a moment after its death."""
    for _ in range(500):
        if shm.stored() == stored:
            return True
        time.sleep(0.01)
    return False


def make_sparse(path, count, slots=64):
    """As SharedArray does: the length set, nothing allocated but the page of the trailer."""
    dims = struct.pack(f"<{slots}q", count, *[0] * (slots - 1))
    with open(path, "wb") as file:
        file.truncate(8 * count)
        file.seek(8 * count)
        file.write(struct.pack("<16sQiii", b"[SharedArray]", 8 * count, 12, 8, 1) + dims)


def has_holes(shm, name):
    info = json.loads(shm.shmtool("info", name, "--json", check=0).stdout)
    return info["stored_bytes"] < info["file_bytes"]


def npy(count):
    return npy_header(count) + np.arange(float(count)).tobytes()


def npy_header(count):
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({count},), }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


def expect_no_space(done, *words):
    assert done.returncode == 6, done
    first = done.stderr.splitlines()[0]
    assert first.startswith("shmtool ") and all(word in first for word in words), done.stderr


def test_an_array_larger_than_the_file_system(shm):
    with nothing_left(shm):
        for words in ([], ["--fill", "7"], ["--replace"], ["--if-absent"]):
            done = shm.shmtool("create", "x", "--shape", 1 * MIB + 1, *words)
            expect_no_space(done, "'x'", f"needs {8 * (MIB + 1) + 548} bytes", f"has {SIZE} bytes free")
            assert "file://" in done.stderr


def test_an_array_larger_than_what_is_left(shm):
    shm.shmtool("create", "first", "--shape", 5 * MIB, "--dtype", "u1", check=0)
    with nothing_left(shm):
        expect_no_space(shm.shmtool("create", "second", "--shape", 4 * MIB, "--dtype", "u1"), "'second'", "bytes free")
    shm.shmtool("create", "third", "--shape", 2 * MIB, "--dtype", "u1", check=0)


def test_replacing_needs_space_for_both_and_keeps_the_old_one(shm):
    shm.shmtool("create", "x", "--shape", "5000000", "--dtype", "u1", "--fill", "1", check=0)
    with nothing_left(shm):
        expect_no_space(shm.shmtool("create", "x", "--shape", "5000000", "--dtype", "u1", "--replace"))
    assert "5000000" in shm.shmtool("run", "sum", "x", check=0).stdout


def test_no_inode_left(shm):
    for i in range(63):
        (shm.path / f"file{i}").touch()
    with nothing_left(shm):
        expect_no_space(shm.shmtool("create", "x", "--shape", "3"), "'x'")


def test_the_space_of_an_array_is_there(shm):
    """A full file system afterwards does not matter to it."""
    shm.shmtool("create", "x", "--shape", "500000", check=0)
    fill_up(shm)
    shm.shmtool("run", "fill", "x", "--arg", "value=1", check=0)
    assert "500000" in shm.shmtool("run", "sum", "x", check=0).stdout


def fill_up(shm):
    with open(shm.path / "filler", "wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(4096))


@pytest.mark.parametrize("slots", [32, 64])
def test_a_sparse_array_on_a_full_file_system(shm, slots):
    make_sparse(shm.path / "sparse", 300_000, slots)
    fill_up(shm)
    with nothing_left(shm):
        for words in (["attach", "sparse"], ["attach", "sparse", "--read-only"], ["attach", "sparse", "--", "true"],
                      ["attach", "sparse", "--read-only", "--", "true"], ["run", "sum", "sparse"],
                      ["run", "sum", "sparse", "--via", "thread"], ["run", "fill", "sparse", "--arg", "value=1"],
                      ["export", "sparse", "/dev/null"]):
            expect_no_space(shm.shmtool(*words), "'sparse'")
        assert has_holes(shm, "sparse")
        shm.shmtool("list", check=0)
    shm.shmtool("delete", "sparse", check=0)


def test_a_sparse_array_with_space_enough(shm):
    make_sparse(shm.path / "sparse", 300_000)
    assert has_holes(shm, "sparse")
    shm.shmtool("run", "sum", "sparse", check=0)
    assert not has_holes(shm, "sparse")
    fill_up(shm)
    shm.shmtool("run", "fill", "sparse", "--arg", "value=1", check=0)


def test_a_sparse_array_that_no_machine_can_hold(shm):
    make_sparse(shm.path / "sparse", 1 << 40)
    for words in (["attach", "sparse"], ["attach", "sparse", "--read-only"], ["run", "sum", "sparse"]):
        expect_no_space(shm.shmtool(*words), "'sparse'")


def test_the_file_size_limit(shm):
    limited = ["sh", "-c", 'ulimit -f 100; exec "$0" "$@"', os.environ["SHMTOOL"]]
    with nothing_left(shm):
        for words in (["create", "x", "--shape", "100000"], ["create", "x", "--shape", "100000", "--fill", "1"]):
            done = shm.run(*words, command=limited)
            expect_no_space(done, "'x'", "file size limit")
            assert "ulimit" in done.stderr
        expect_no_space(shm.run("import", "-", "x", command=limited, input=npy(100_000)), "'x'")


class TestImport:
    def test_of_more_than_the_file_system_holds(self, shm):
        with nothing_left(shm):
            expect_no_space(shm.shmtool("import", "-", "x", input=npy(1_100_000)), "'x'")

    def test_of_a_truncated_file(self, shm, tmp_path):
        (tmp_path / "a.npy").write_bytes(npy(1000)[:-1])
        with nothing_left(shm):
            assert shm.shmtool("import", tmp_path / "a.npy", "x").returncode == 5
            for cut in (0, 3, 20, 200, 4000):
                assert shm.shmtool("import", "-", "x", input=npy(1000)[:cut]).returncode == 5

    def test_keeps_what_it_should_have_replaced(self, shm):
        shm.shmtool("create", "x", "--shape", "3", check=0)
        with nothing_left(shm):
            assert shm.shmtool("import", "-", "x", "--replace", input=npy(1000)[:-1]).returncode == 5
        assert "(3,)" in shm.shmtool("info", "x", check=0).stdout

    @pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
    def test_that_a_signal_ends(self, shm, ending):
        """The writer is slow: half of the data is there when the signal comes."""
        with nothing_left(shm):
            before = shm.stored()
            process = shm.start("import", "-", "x", stdin=subprocess.PIPE)
            process.stdin.write(npy(500_000)[:2_000_000])
            process.stdin.flush()
            while shm.stored() == before:
                time.sleep(0.01)
            process.send_signal(ending)
            assert process.wait(timeout=TIMEOUT_S) in (-ending, 128 + ending)
            process.stdin.close()


class Killer:
    """Starts creators and kills them at random moments of their lives."""

    def __init__(self, shm, *words):
        self._shm, self._words, self._random = shm, words, random.Random(1)
        begin = time.monotonic()
        shm.shmtool("create", "whole", *words, check=0)
        self._life = 1.3 * (time.monotonic() - begin)
        shm.shmtool("delete", "whole", check=0)

    def kill_one(self):
        """Whether it was killed before it was done."""
        process = self._shm.start("create", "x", *self._words)
        time.sleep(self._random.uniform(0, self._life))
        process.kill()
        process.communicate()
        assert process.returncode in (-signal.SIGKILL, 0)
        return process.returncode != 0


def test_creators_killed_at_random_moments(shm):
    """A name is absent or complete."""
    stored = shm.stored()
    killer = Killer(shm, "--shape", "100000", "--fill", "3")
    killed = complete = 0
    for _ in range(KILLS):
        killed += killer.kill_one()
        assert shm.names() in ([], ["x"])
        if shm.names() == ["x"]:
            complete += 1
            assert (np.fromfile(shm.path / "x", np.float64, 100_000) == 3).all()
            shm.shmtool("delete", "x", check=0)
    assert settled(shm, stored), "what was killed still holds space"
    assert killed > KILLS // 10 and complete > 0, f"{killed} killed, {complete} complete: nothing was tried"


def test_replacers_killed_at_random_moments(shm):
    """A name leads to the old array or to the new one, complete. One killed just between link and rename may leave a
    hidden name with a complete array (os/unnamed_file.hpp)."""
    killer = Killer(shm, "--shape", "100000", "--fill", "3", "--replace")
    shm.shmtool("create", "x", "--shape", "100000", "--fill", "3", check=0)
    stored = shm.stored()
    for _ in range(KILLS):
        killer.kill_one()
        for leaf in shm.names():
            assert leaf == "x" or leaf.startswith(".x.shmkit-")
            assert (np.fromfile(shm.path / leaf, np.float64, 100_000) == 3).all()
            if leaf != "x":
                shm.shmtool("delete", leaf, check=0)
    assert settled(shm, stored)
