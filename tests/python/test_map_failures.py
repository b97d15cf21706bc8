"""`shmtool map`: commands that fail, retries, time-outs, and joblogs to resume from.

The oracle: files that commands leave behind, one per run.
"""

import json

import pytest

from cli_checks import needs_shmtool, refused, require_schema
from helpers import shmtool, shmtool_json
from maps import rows, sh
from processes import reaping_orphans

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]


def test_retries_run_a_command_again_and_show_its_last_output(tmp_path):
    script = f"echo x >> {tmp_path}/$1; n=$(wc -l < {tmp_path}/$1); echo $1 run $n; [ $n -gt $1 ]"
    log = tmp_path / "log"
    done = shmtool("map", "-k", "--range", "0:4", "--retries", "2", "--joblog", log, "--json", *sh(script), "sh", check=7)
    assert done.stderr.splitlines()[:4] == ["0 run 1", "1 run 2", "2 run 3", "3 run 3"]
    found = require_schema(json.loads(done.stdout), "map")
    assert (found["done"], found["failed"], found["retries"]) == (3, 1, 5)
    assert {row["item"]: (row["attempts"], row["outcome"]) for row in rows(log)} == \
        {"0": ("1", "done"), "1": ("2", "done"), "2": ("3", "done"), "3": ("3", "failed")}  # fmt: skip


def test_a_time_out_kills_the_whole_process_group(tmp_path):
    log = tmp_path / "log"
    with reaping_orphans() as orphans:
        script = f"[ $1 = 0 ] && exit; sleep 1000 & echo $! > {tmp_path}/pid; sleep 1000"
        done = shmtool("map", "--range", "0:2", "--timeout", "2", "--joblog", log, *sh(script), "sh", check=7)
        assert orphans(5) == []
    assert "took longer than 2 s" in done.stderr
    assert {(row["item"], row["exit"], row["signal"], row["outcome"]) for row in rows(log)} == \
        {("0", "0", "-", "done"), ("1", "-", "-", "timeout")}  # fmt: skip
    assert 2 <= float(rows(log)[1]["seconds"]) < 60


def test_a_killed_command_has_failed_by_the_signal(tmp_path):
    log = tmp_path / "log"
    done = shmtool("map", "--range", "0:3", "--joblog", log, *sh("kill -$((9 + 6 * ($1 % 2))) $$"), "sh", check=7)
    assert "killed by signal 9 (Killed)" in done.stderr or "killed by signal 15" in done.stderr
    assert {(row["item"], row["exit"], row["signal"], row["outcome"]) for row in rows(log)} == \
        {("0", "-", "9", "killed"), ("1", "-", "15", "killed"), ("2", "-", "9", "killed")}  # fmt: skip


def test_halt_soon_starts_no_more_and_halt_now_ends_the_others(tmp_path):
    with reaping_orphans() as orphans:
        script = f"echo $1 >> {tmp_path}/ran; [ $1 != 0 ] || exit 1; sleep $2; echo end"
        found = shmtool_json("map", "-j2", "--range", "0:100", "--halt", "soon", *sh(script), "sh", "{}", "0.3", check=7)
        ran = len((tmp_path / "ran").read_text().split())
        assert ran < 10 and (found["done"], found["failed"], found["unfinished"]) == (ran - 1, 1, 100 - ran)
        log = tmp_path / "log"
        done = shmtool("map", "-j2", "--range", "0:100", "--halt", "now", "--joblog", log, *sh(script), "sh", "{}", "1000", check=7)
        assert done.stdout == "" and "99 were not run to their end" in done.stderr
        assert [row["item"] for row in rows(log)] == ["0"]
        assert orphans(5) == []


def test_resume_does_what_is_left(tmp_path):
    log = tmp_path / "log"
    words = ["--range", "0:10", "--joblog", log]
    script = f"echo $1 >> {tmp_path}/ran; echo $1; [ $1 -lt 5 ] || [ -e {tmp_path}/better ]"
    shmtool("map", *words, *sh(script), "sh", check=7)
    assert {row["item"] for row in rows(log) if row["outcome"] == "done"} == {str(i) for i in range(5)}
    refused(4, "map", *words, *sh(script), "sh", says="there is a joblog", hint="--resume")
    (tmp_path / "better").touch()
    done = shmtool("map", "--resume", "--json", "-k", *words, *sh(script), "sh", check=0)
    found = require_schema(json.loads(done.stdout), "map")
    assert (found["skipped"], found["done"]) == (5, 5) and done.stderr.split() == ["5", "6", "7", "8", "9"]
    found = shmtool_json("map", "--resume", *words, *sh(script), "sh")
    assert (found["skipped"], found["done"], found["workers"]) == (10, 0, 0)
    ran = (tmp_path / "ran").read_text().split()
    assert sorted(ran) == sorted(str(i) for i in [*range(10), *range(5, 10)])
    refused(2, "map", "--resume", "--range", "1:11", "--joblog", log, *sh(script), says="is of another item")


def test_items_of_a_joblog_may_hold_anything(tmp_path):
    log = tmp_path / "log"
    items = b"a\tb\0c\nd\0\\t\0\xff\xfe\0\0"
    shmtool("map", "-0", "-j1", "--joblog", log, "--", "true", input=items, check=0)
    assert log.read_bytes().splitlines()[1].endswith(b"\tdone\ta\\tb")
    done = shmtool("map", "-0", "--joblog", log, "--resume", "--json", "--", "false", input=items, check=0)
    assert json.loads(done.stdout)["skipped"] == 5


def test_a_full_disk_under_the_joblog_is_said(tmp_path):
    (tmp_path / "full").symlink_to("/dev/full")
    refused(2, "map", "--range", "0:3", "--joblog", tmp_path / "full", "--", "true", says="not an ordinary file")
