"""`shmtool list`: everything in /dev/shm, arrays and others.

The oracle is the directory /dev/shm, and for the columns the text itself.
"""

import contextlib
import os

import pytest

from cli_checks import ask, needs_shmtool, refused
from helpers import PREFIX, SHM, shmtool, unique_name

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]

# Other programs may have arrays there at the same time: only ours are looked at.


def ours(entries):
    return [entry for entry in entries if entry["name"].startswith(PREFIX)]


def test_arrays_and_others():
    with contextlib.ExitStack() as stack:
        b, a, junk, link, folder = (stack.enter_context(unique_name(suffix)) for suffix in ["b", "a", "", "", ""])
        shmtool("create", b, "--shape", "3,5", "--dtype", "int8", "--mode", "0644", check=0)
        shmtool("create", a, "--shape", "7", check=0)
        (SHM / junk).write_bytes(b"junk")
        (SHM / link).symlink_to(SHM / a)
        (SHM / folder).mkdir()
        answer = ask("list", "list")
        arrays = ours(answer["arrays"])
        assert [x["name"] for x in arrays] == sorted([a, b])
        (found,) = [x for x in arrays if x["name"] == b]
        wanted = ask("array", "info", b)
        del wanted["attachments"]
        assert found == wanted
        others = ours(answer["others"])
        assert sorted(x["name"] for x in others) == sorted([junk, link, folder])
        assert {x["code"] for x in others} == {5}


def test_the_table():
    with unique_name() as name, unique_name("höhe") as other, unique_name() as junk:
        shmtool("create", name, "--shape", "3,5", "--dtype", "int8", "--mode", "0644", check=0)
        shmtool("create", other, "--shape", "1000000", check=0)
        (SHM / junk).write_bytes(b"junk")
        done = shmtool("list", check=0)
        head, *rows = done.stdout.splitlines()
        assert head.split() == ["NAME", "DTYPE", "SHAPE", "SIZE", "OWNER", "MODE", "CREATED"]
        (row,) = [row for row in rows if row.startswith(name + " ")]
        assert row[head.index("DTYPE") :].startswith("int8 ")
        assert row[head.index("SHAPE") :].startswith("(3, 5) ")
        assert row[: head.index("SIZE") + 4].endswith(" 15 B")
        assert row[head.index("MODE") :].startswith("0644  20")
        # Columns are counted in characters, not bytes.
        (row,) = [row for row in rows if row.startswith(other + " ")]
        assert row[: head.index("SIZE") + 4].endswith("  7.63 MiB")
        assert f"shmtool list: '{junk}' is not an array" in done.stderr
        assert all(line == line.rstrip() for line in done.stdout.splitlines())
        assert junk not in shmtool("list", "--quiet", check=0).stderr


def test_nothing():
    if any(not name.startswith(".") for name in os.listdir(SHM)):
        pytest.skip("there is something in /dev/shm")
    done = shmtool("list", check=0)
    assert (done.stdout, done.stderr) == ("", "no arrays; `shmtool create NAME --shape 3,5` makes one\n")
    done = shmtool("list", "-q", check=0)
    assert (done.stdout, done.stderr) == ("", "")
    assert ask("list", "list") == {"schema": "shmkit.list/1", "arrays": [], "others": []}


def test_wrong_words():
    refused(2, "list", "frames", says="unexpected word 'frames'", hint="`shmtool list --help`")
    refused(2, "list", "--jsno", says="unknown option '--jsno'", hint="did you mean '--json'?")
