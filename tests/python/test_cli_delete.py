"""`shmtool delete`: names go, data of holders stays, what is no array is spared.

The oracle is the directory /dev/shm itself.
"""

import json
import mmap

import pytest

from cli_checks import ask, needs_shmtool, refused, require_schema
from helpers import SHM, shmtool, unique_name

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]


def make(*names):
    for name in names:
        shmtool("create", name, "--shape", "3", "--fill", "1", check=0)


def test_several_at_once():
    with unique_name() as a, unique_name() as b:
        make(a, b)
        done = shmtool("delete", a, b, check=0)
        assert (done.stdout, done.stderr) == (f"deleted {a}\ndeleted {b}\n", "")
        assert not (SHM / a).exists() and not (SHM / b).exists()


def test_holders_keep_the_data():
    with unique_name() as name:
        make(name)
        with open(SHM / name, "r+b") as file:
            held = mmap.mmap(file.fileno(), 24)
        shmtool("delete", "-q", name, check=0)
        held[0] = 5
        assert held[6:8] == b"\xf0\x3f"


def test_one_that_fails_does_not_stop_the_others():
    with unique_name() as a, unique_name() as missing, unique_name() as junk, unique_name() as b:
        make(a, b)
        (SHM / junk).write_bytes(b"junk")
        done = shmtool("delete", a, missing, junk, b)
        assert done.returncode == 3  # The first failure decides.
        assert done.stdout == f"deleted {a}\ndeleted {b}\n"
        assert f"'{missing}'" in done.stderr and f"'{junk}' is not an array" in done.stderr and "--force" in done.stderr
        make(a, b)
        done = shmtool("delete", "--json", junk, a, missing, b)
        answer = require_schema(json.loads(done.stdout), "delete")
        assert done.returncode == 5
        assert answer["deleted"] == [a, b]
        assert [(e["name"], e["code"]) for e in answer["errors"]] == [(junk, 5), (missing, 3)]
        assert (SHM / junk).read_bytes() == b"junk"


def test_dry_run_deletes_nothing_and_knows_what_would_fail():
    with unique_name() as name, unique_name() as missing, unique_name() as junk, unique_name() as folder:
        make(name)
        (SHM / junk).write_bytes(b"junk")
        (SHM / folder).mkdir()
        for dry in ["--dry-run", "-n"]:
            done = shmtool("delete", dry, name, missing, junk)
            assert (done.returncode, done.stdout) == (3, f"would delete {name}\n")
            done = shmtool("delete", "--force", dry, name, missing, junk, folder)
            assert (done.returncode, done.stdout) == (3, f"would delete {name}\nwould delete {junk}\n")
        answer = ask("delete", "delete", "-n", name)
        assert answer["dry_run"] and answer["deleted"] == [name]
        assert (SHM / name).exists() and (SHM / junk).exists()
        # What the dry run says is what happens.
        done = shmtool("delete", "--force", name, missing, junk, folder)
        assert (done.returncode, done.stdout) == (3, f"deleted {name}\ndeleted {junk}\n")


def test_what_is_no_array_needs_force(tmp_path):
    with unique_name() as junk, unique_name() as empty, unique_name() as link, unique_name() as folder:
        (SHM / junk).write_bytes(b"junk")
        (SHM / empty).touch()
        target = tmp_path / "target"
        target.write_bytes(b"precious")
        (SHM / link).symlink_to(target)
        (SHM / folder).mkdir()
        for name in [junk, empty, link, folder]:
            done = shmtool("delete", name, check=5)
            assert done.stdout == "" and "--force" in done.stderr
        shmtool("delete", "--force", junk, empty, link, check=0)
        assert not (SHM / junk).exists() and not (SHM / empty).exists() and not (SHM / link).is_symlink()
        assert target.read_bytes() == b"precious"
        shmtool("delete", "--force", folder, check=5)


def test_a_name_given_twice_is_gone_the_second_time():
    with unique_name() as name:
        make(name)
        done = shmtool("delete", name, name, check=3)
        assert done.stdout == f"deleted {name}\n"


def test_did_you_mean():
    with unique_name("-frames") as name:
        make(name)
        done = shmtool("delete", name.replace("frames", "farmes"), check=3)
        assert f"did you mean '{name}'?" in done.stderr


def test_wrong_words():
    refused(2, "delete", says="too few words", hint="usage: shmtool delete NAME...")
    refused(2, "delete", "x", "--froce", says="unknown option '--froce'", hint="did you mean '--force'?")
    assert shmtool("delete", "a/b", check=2).stderr.startswith("shmtool delete: 'a/b' is not a name")
