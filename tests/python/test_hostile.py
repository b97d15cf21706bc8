"""Whatever lies in /dev/shm: shmtool refuses it with a sentence and an exit code, never crashes, and goes on.

The oracle is the table of SharedArray's format, packed here by hand with fields that lie, and the kinds of file that
a directory can hold. Names of arrays with spaces and Unicode, and other users, are not hostile: they must work.
"""

import os
import socket
import struct
import subprocess

import numpy as np
import pytest

from helpers import SHM, TIMEOUT_S, shm_unchanged, shmtool, shmtool_json, unique_name

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not ROOT, reason="needs root, to become somebody else")


def trailer(slots=64, size=120, typenum=12, itemsize=8, ndims=2, dims=(3, 5), magic=b"[SharedArray]"):
    """The metadata of 3.1 and later; an honest one describes 15 doubles."""
    padded = [*dims, *[0] * (slots - len(dims))]
    return struct.pack(f"<16sQiii{slots}q", magic, size, typenum, itemsize, ndims, *padded)


def legacy(slots=32, size=120, typenum=12, ndims=2, dims=(3, 5)):
    padded = [*dims, *[0] * (slots - len(dims))]
    return struct.pack(f"<16sQii{slots}q", b"[SharedArray]", size, typenum, ndims, *padded)


DATA = bytes(120)
FILES = {
    "zero length": b"",
    "one byte": b"x",
    "text": b"no array\n" * 100,
    "zeros": bytes(4096),
    "magic only": b"[SharedArray]",
    "magic at the front only": b"[SharedArray]\0\0\0" + bytes(600),
    "truncated trailer": (DATA + trailer())[:-1],
    "truncated data": DATA[1:] + trailer(),
    "no data": trailer(),
    "slack": DATA + b"x" + trailer(),
    "grown": DATA + trailer() + b"x",
    "a page too long": DATA + bytes(4096) + trailer(),
    "negative rank": DATA + trailer(ndims=-1),
    "smallest rank": DATA + trailer(ndims=-(2**31)),
    "rank 65": DATA + trailer(ndims=65),
    "largest rank": DATA + trailer(ndims=2**31 - 1),
    "negative extent": DATA + trailer(dims=(-3, 5)),
    "two negative extents": DATA + trailer(dims=(-3, -5)),
    "smallest extent": DATA + trailer(dims=(-(2**63), 2)),
    "product overflows to 0": trailer(size=0, dims=(2**62, 4)),
    "product overflows to 15": DATA + trailer(dims=(2**60 + 1, 15), ndims=2),
    "bytes overflow to 120": DATA + trailer(dims=(1, 2**61 + 15)),
    "zero hides an overflow": trailer(size=0, ndims=3, dims=(0, 2**62, 4)),
    "size too small": DATA + trailer(size=112),
    "size too large": DATA + trailer(size=128),
    "size of all ones": DATA + trailer(size=2**64 - 1),
    "itemsize 0": DATA + trailer(itemsize=0),
    "itemsize 4": DATA + trailer(itemsize=4),
    "negative itemsize": DATA + trailer(itemsize=-8),
    "string of itemsize 0": trailer(size=0, typenum=18, itemsize=0),
    "string of itemsize -4": DATA + trailer(typenum=18, itemsize=-4),
    "half a character": DATA + trailer(typenum=19, itemsize=6, dims=(4, 5)),
    "objects": DATA + trailer(typenum=17),
    "type -1": DATA + trailer(typenum=-1),
    "type 24": DATA + trailer(typenum=24),
    "type 999": DATA + trailer(typenum=999),
    "StringDType": DATA + trailer(typenum=2056, itemsize=8),
    "no magic": DATA + trailer(magic=b"[SharedArrax]"),
    "292: negative extent": DATA + trailer(slots=32, dims=(-3, -5)),
    "292: type 999": DATA + trailer(slots=32, typenum=999),
    "292: rank 33": DATA + trailer(slots=32, ndims=33),
    "288: negative extent": DATA + legacy(dims=(-3, -5)),
    "288: objects": DATA + legacy(typenum=17),
    "160: rank 17": DATA + legacy(slots=16, ndims=17),
    "160: slack": DATA + b"x" + legacy(slots=16),
    "front: slack": legacy(slots=16) + DATA + b"x",
    "front: truncated": legacy(slots=16) + DATA[1:],
}


def expect_refusal(done, codes=(5,)):
    """One sentence that says what and why, and no crash (which would be a negative code)."""
    assert done.returncode in codes, (done.args, done.returncode, done.stdout, done.stderr)
    first = done.stderr.splitlines()[0]
    assert first.startswith("shmtool ") and ": " in first, done.stderr
    assert "terminate" not in done.stderr and "Sanitizer" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("shmtool")]) == 1, done.stderr


def expect_refused_everywhere(name, codes=(5,), mention=None):
    commands = [["info", name], ["attach", name], ["attach", name, "--read-only"], ["attach", name, "--", "true"],
                ["run", "sum", name], ["run", "fill", name, "--arg", "value=1"], ["export", name, "-"], ["delete", name]]
    for words in commands:
        done = shmtool(*words)
        expect_refusal(done, codes)
        assert (mention or name) in done.stderr.splitlines()[0], done.stderr
        assert done.stdout == "", done.stdout


def expect_list_goes_on(name):
    with unique_name() as good:
        shmtool("create", good, "--shape", "3", check=0)
        listed = shmtool("list", check=0)
        assert good in listed.stdout
        assert name not in listed.stdout
        assert name in listed.stderr
        value = shmtool_json("list")
        assert good in [entry["name"] for entry in value["arrays"]]
        assert [entry["code"] for entry in value["others"] if entry["name"] == name] == [5]


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_damaged_and_foreign_files(content):
    with shm_unchanged(), unique_name() as name:
        (SHM / name).write_bytes(content)
        expect_refused_everywhere(name)
        expect_list_goes_on(name)
        assert (SHM / name).read_bytes() == content
        for words in (["create", name, "--shape", "3"], ["create", name, "--shape", "3", "--replace"]):
            expect_refusal(shmtool(*words), codes=(4, 5))
        assert (SHM / name).read_bytes() == content
        shmtool("delete", name, "--force", check=0)


def test_the_honest_one_is_taken():
    for block in (trailer(), trailer(slots=32), legacy(), legacy(slots=16)):
        with unique_name() as name:
            (SHM / name).write_bytes(np.arange(15.0).tobytes() + block)
            assert float(shmtool_json("run", "sum", name)["result"]) == 105


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


OTHERS = {
    "directory": os.mkdir,
    "FIFO": os.mkfifo,
    "socket": make_socket,
    "link to an array": lambda path: os.symlink(SHM / "nowhere", path),
    "link to a file": lambda path: os.symlink("/etc/passwd", path),
    "link to itself": lambda path: os.symlink(path, path),
}


@pytest.mark.parametrize("make", OTHERS.values(), ids=OTHERS.keys())
def test_what_is_no_regular_file(make):
    with shm_unchanged(), unique_name() as name:
        make(SHM / name)
        expect_refused_everywhere(name)
        expect_list_goes_on(name)
        for words in (["create", name, "--shape", "3"], ["create", name, "--shape", "3", "--replace"]):
            expect_refusal(shmtool(*words), codes=(4, 5))
        assert os.path.lexists(SHM / name)


def test_a_link_in_shared_memory_leads_nowhere():
    with shm_unchanged(), unique_name() as target, unique_name() as link:
        shmtool("create", target, "--shape", "3", check=0)
        os.symlink(SHM / target, SHM / link)
        expect_refused_everywhere(link)
        assert shmtool_json("info", target)["shape"] == [3]


def test_a_file_that_shrinks_while_it_is_read_is_an_error_and_no_signal():
    """A rival truncates and restores it all the time; every answer is a value or a refusal."""
    with unique_name() as name:
        whole = np.arange(15.0).tobytes() + trailer()
        (SHM / name).write_bytes(whole)
        script = ("import sys\nwith open(sys.argv[1], 'r+b') as f:\n whole = f.read()\n"
                  " while True:\n  f.seek(0); f.truncate(7); f.seek(0); f.write(whole); f.flush()\n")
        with subprocess.Popen(["/usr/bin/python3", "-c", script, SHM / name]) as rival:
            try:
                codes = {shmtool("info", name).returncode for _ in range(60)}
            finally:
                rival.kill()
        assert codes <= {0, 5}


def test_names_that_are_no_text():
    """Bytes that are no UTF-8, line breaks and escape sequences, in names that exist and names that do not."""
    for suffix in (b"\xff\xfe", b"\x1b[2J", b"a\nb"):
        with unique_name() as stem:
            name = stem.encode() + suffix
            path = os.path.join(os.fsencode(SHM), name)
            try:
                for words in (["info", name], ["info", name, "--json"], ["run", "sum", name, "--json"]):
                    assert shmtool(*words).returncode == 3
                shmtool("create", name, "--shape", "3", check=0)
                for words in (["info", name], ["info", name, "--json"], ["list"], ["list", "--json"], ["attach", name]):
                    assert b"\x1b[2J" not in shmtool(*words, check=0, text=False).stdout
                shmtool("delete", name, check=0)
            finally:
                if os.path.lexists(path):
                    os.unlink(path)


@pytest.mark.parametrize("suffix", [" with spaces ", "größe-数", "-[]*?'\"$", ".x", "," + "y" * 200], ids=repr)
def test_names_with_spaces_and_unicode_work(suffix):
    with shm_unchanged(), unique_name(suffix) as name:
        cycle(name)


def cycle(name, prefix=()):
    """The life of an array."""
    def tool(*words):
        return shmtool(*words, check=0, prefix=prefix).stdout

    tool("create", name, "--shape", "3,4", "--fill", "arange")
    assert "[ 8.  9. 10. 11.]" in tool("attach", name)
    assert "66" in tool("run", "sum", name)
    assert name in tool("list")
    assert "(3, 4)" in tool("info", name)
    assert tool("attach", name, "--", "printenv", "SHMTOOL_NAME") == name + "\n"
    tool("run", "fill", name, "--arg", "value=2")
    assert "24" in tool("run", "sum", name, "--via", "copy")
    tool("create", name, "--shape", "5", "--replace")
    tool("delete", name)
    assert not (SHM / name).exists()


@needs_root
def test_everything_works_as_an_unprivileged_user():
    with shm_unchanged(), unique_name() as name:
        cycle(name, NOBODY)


@needs_root
def test_arrays_of_others_are_refused_with_the_reason():
    with shm_unchanged(), unique_name() as private, unique_name() as public:
        shmtool("create", private, "--shape", "3", check=0)
        shmtool("create", public, "--shape", "3", "--mode", "0644", "--fill", "7", check=0)
        for words in (["info", private], ["attach", private], ["attach", private, "--read-only"], ["run", "sum", private],
                      ["delete", private], ["export", private, "-"], ["attach", public],
                      ["attach", public, "--", "true"], ["run", "fill", public, "--arg", "value=1"]):
            done = shmtool(*words, prefix=NOBODY)
            expect_refusal(done, codes=(1,))
            assert "ermission denied" in done.stderr.splitlines()[0], done.stderr
        for words in (["delete", public], ["delete", public, "--force"], ["delete", private, "--force"],
                      ["create", public, "--shape", "3", "--replace"]):
            expect_refusal(shmtool(*words, prefix=NOBODY), codes=(1,))
        expect_refusal(shmtool("create", private, "--shape", "3", prefix=NOBODY), codes=(4,))
        assert "21" in shmtool("run", "sum", public, check=0, prefix=NOBODY).stdout
        assert "7" in shmtool("attach", public, "--read-only", check=0, prefix=NOBODY).stdout
        listed = shmtool("list", check=0, prefix=NOBODY)
        assert public in listed.stdout and private in listed.stderr
        assert shmtool_json("info", public)["shape"] == [3]


@needs_root
def test_a_directory_that_may_not_be_searched_is_named_as_the_reason(tmp_path):
    (tmp_path / "private").mkdir(mode=0o700)
    os.chmod(tmp_path, 0o755)
    for words in (["info"], ["create", "--shape", "3"], ["create", "--shape", "3", "--replace"]):
        done = shmtool(words[0], f"file://{tmp_path}/private/x", *words[1:], prefix=NOBODY)
        expect_refusal(done, codes=(1,))
        assert "ermission denied" in done.stderr


def test_modes_are_exact_whatever_the_umask():
    for mask in (0o000, 0o022, 0o077):
        for mode in ("0600", "0644", "0666", "0400"):
            with unique_name() as name:
                shmtool("create", name, "--shape", "3", "--mode", mode, check=0,
                        prefix=("sh", "-c", f'umask {mask:o}; exec "$@"', "sh"))
                assert f"{(SHM / name).stat().st_mode & 0o7777:04o}" == mode


def test_nothing_waits_for_a_fifo():
    with unique_name() as name:
        os.mkfifo(SHM / name)
        done = subprocess.run([os.environ["SHMTOOL"], "list"], capture_output=True, timeout=TIMEOUT_S // 2)
        assert done.returncode == 0
