"""`shmtool info`: what an array is, without touching its data.

The oracle is stat(2).
"""

import os
import pwd
import re
import stat
import time

import pytest

from cli_checks import COLUMNS, ask, needs_shmtool, refused
from helpers import SHM, shmtool, unique_name

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]


def test_json_says_what_stat_says():
    with unique_name() as name:
        before = time.time()
        shmtool("create", name, "--shape", "300,5", "--dtype", "float32", "--mode", "0640", check=0)
        found = ask("array", "info", name)
        status = os.stat(SHM / name)
        assert found["file_bytes"] == status.st_size == 6000 + 548
        assert found["stored_bytes"] == status.st_blocks * 512
        assert (found["device"], found["inode"]) == (status.st_dev, status.st_ino)
        assert found["mode"] == f"{stat.S_IMODE(status.st_mode):04o}" == "0640"
        assert found["owner_uid"] == status.st_uid
        assert found["owner"] == pwd.getpwuid(status.st_uid).pw_name
        assert (found["url"], found["path"]) == (f"shm://{name}", f"/dev/shm/{name}")
        assert (found["offset"], found["trailer"], found["attachments"]) == (0, "dual", [])
        made = time.mktime(time.strptime(found["created"] + "UTC", "%Y-%m-%dT%H:%M:%SZ%Z")) - time.timezone
        assert int(before) - 1 <= made <= time.time() + 1


def test_text():
    with unique_name() as name:
        shmtool("create", name, "--shape", "300,5", "--dtype", "float32", check=0)
        shown = shmtool("info", name, check=0)
        lines = shown.stdout.splitlines()
        assert shown.stderr == "" and lines[0] == name
        labels = [line[:14].strip() for line in lines[1:]]
        assert labels == ["dtype", "shape", "size", "path", "owner", "created", "file", "opened by", "attached"]
        assert "  size        5.86 KiB (1500 elements)" in lines
        assert all(len(line) <= COLUMNS for line in lines)
        assert re.fullmatch(r"  created     \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", lines[6])


def test_the_data_is_not_read():
    # A hole stays a hole.
    with unique_name() as name:
        shmtool("create", name, "--shape", "1000000", check=0)
        trailer = (SHM / name).read_bytes()[8000000:]
        with open(SHM / name, "wb") as file:
            file.seek(8000000)
            file.write(trailer)
        stored = ask("array", "info", name)["stored_bytes"]
        assert stored == os.stat(SHM / name).st_blocks * 512 < 100000


def test_a_file(tmp_path):
    shmtool("create", f"file://{tmp_path}/x.arr", "--shape", "3", check=0)
    assert ask("array", "info", f"file://{tmp_path}/x.arr")["url"] == f"file://{tmp_path}/x.arr"
    assert ask("array", "info", "file://x.arr", cwd=tmp_path)["path"] == f"{tmp_path}/x.arr"
    (tmp_path / "x.arr").write_text("junk")
    refused(5, "info", "file://x.arr", says="'file://x.arr' is not an array", cwd=tmp_path)


def test_did_you_mean():
    with unique_name("-weights") as name:
        shmtool("create", name, "--shape", "3", check=0)
        refused(3, "info", name.replace("weights", "wieghts"), hint=f"did you mean '{name}'?")
        refused(3, "info", "quite-another-name-than-any", hint="`shmtool list` shows what there is")


def test_wrong_words():
    refused(2, "info", says="too few words", hint="usage: shmtool info NAME [options]")
    refused(2, "info", "a", "b", says="unexpected word 'b'")
    refused(2, "info", "a", "--slice", "0", says="unknown option '--slice'")
