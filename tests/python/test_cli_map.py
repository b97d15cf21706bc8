"""`shmtool map`: which commands it runs for which items, what they find, and how wrong words are refused.

The oracle: what the same commands write one by one.
"""

import os
import subprocess

import pytest

from cli_checks import needs_shmtool, refused
from helpers import shmtool, shmtool_json, unique_name
from maps import lines_of, rows, sh

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]


def test_lines_of_a_file_of_standard_input_and_of_find(tmp_path):
    expected = ["<a b>", "<>", "<c>"]
    (tmp_path / "items").write_text("a b\n\nc")
    show = ["-k", *sh('printf "<%s>\\n" "$1"'), "sh"]
    assert shmtool("map", "--lines", tmp_path / "items", *show, check=0).stdout.splitlines() == expected
    assert shmtool("map", "--lines", "-", *show, input="a b\n\nc\n", check=0).stdout.splitlines() == expected
    assert shmtool("map", *show, input="a b\n\nc\n", check=0).stdout.splitlines() == expected
    done = shmtool("map", "-0", *show, input=b"a b\0c\nd\0", check=0)
    assert done.stdout == b"<a b>\n<c\nd>\n"


def test_integers():
    assert shmtool("map", "-k", "--range", "8:12", "--", "echo", check=0).stdout.split() == ["8", "9", "10", "11"]
    assert shmtool("map", "-k", "-r", "3:-4:-3", "--", "echo", check=0).stdout.split() == ["3", "0", "-3"]
    assert shmtool("map", "-k", "--range=-2:1", "--", "echo", check=0).stdout.split() == ["-2", "-1", "0"]
    assert shmtool("map", "--range", "5:5", "--", "echo", check=0).stdout == ""


def test_chunks_of_an_array():
    with unique_name() as name:
        shmtool("create", name, "--shape", "10,10", "--fill", "arange", check=0)
        script = "import numpy as n, os; v = os.environ; a = n.memmap('{path}', v['SHMTOOL_DTYPE'], shape=({end},)); " \
                 "print(a[{begin}:].sum(), v['SHMTOOL_BEGIN'] == '{begin}', v['SHMTOOL_SHAPE'], v['SHMTOOL_NAME'])"
        found = shmtool("map", name, "--chunks", "4", "-k", "--", "/usr/bin/python3", "-c", script, check=0)
        sums = [sum(range(begin, begin + 25)) for begin in range(0, 100, 25)]
        assert found.stdout.splitlines() == [f"{float(value)} True 10,10 {name}" for value in sums]
        assert shmtool("map", name, "-k", "-c", "3", "--", "echo", check=0).stdout.split() == ["0:33", "33:66", "66:100"]
        assert shmtool("map", name, "--", "echo", "{}", "{nbytes}", check=0).stdout == "0:100 800\n"


def test_no_items_one_item_and_more_workers_than_items():
    found = shmtool_json("map", "-j", "5", "--", "false", input="")
    assert (found["items"], found["done"], found["workers"]) == (0, 0, 0)
    assert shmtool_json("map", "--range", "0:1", "-j", "5", "--", "true")["workers"] == 1
    assert shmtool_json("map", "--range", "0:3", "-j", "500", "--", "true")["workers"] == 3


def test_what_is_no_placeholder_stays_and_variables_are_set():
    words = ["--range", "7:8", "-j1", "--", "sh", "-c",
             'echo {nothing} ${SHMTOOL_ITEM}x "{ print }" {index} {worker} $SHMTOOL_INDEX $SHMTOOL_WORKER ${SHMTOOL_BEGIN-none}']
    done = shmtool("map", *words, env={"SHMTOOL_BEGIN": "5"}, check=0)
    assert done.stdout == "{nothing} 7x { print } 0 0 0 0 none\n"


def test_commands_start_in_the_order_of_their_items(tmp_path):
    shmtool("map", "-j1", "--range", "0:50", *sh(f"echo {{}} >> {tmp_path}/order"), check=0)
    assert (tmp_path / "order").read_text().split() == [str(i) for i in range(50)]


@pytest.mark.parametrize(
    "words, says, hint",
    [
        (["--range", "0:3"], "there is no command", "after '--'"),
        (["--range", "0:3", "--"], "there is no command", "after '--'"),
        (["--range", "0:3", "--lines", "x", "--", "echo"], "exclude each other", ""),
        (["x", "--range", "0:3", "--", "echo"], "exclude each other", ""),
        (["--range", "3", "--", "echo"], "--range '3' is not BEGIN:END", "0:100"),
        (["--range", "0:3:0", "--", "echo"], "a step of 0", ""),
        (["--range", "0:1:2:3", "--", "echo"], "--range '0:1:2:3'", ""),
        (["--range", "0:99999999999", "--", "echo"], "items are more than", ""),
        (["--range", "0:3", "--chunks", "3", "--", "echo"], "--chunks is for an array", ""),
        (["--range", "0:3", "-0", "--", "echo"], "--null is for lines", ""),
        (["--range", "0:3", "-w", "2", "-j", "2", "--", "echo"], "are the same", ""),
        (["--range", "0:3", "-j", "0", "--", "echo"], "--jobs '0'", ""),
        (["--range", "0:3", "--retries", "31", "--", "echo"], "--retries '31'", ""),
        (["--range", "0:3", "--timeout", "0", "--", "echo"], "--timeout '0'", ""),
        (["--range", "0:3", "--halt", "later", "--", "echo"], "--halt 'later' is unknown", "never, soon or now"),
        (["--range", "0:3", "--resume", "--", "echo"], "--resume needs --joblog", ""),
        (["--range", "0:3", "--", "echo", "{begin}"], "{begin} means nothing here", "{index}"),
        (["--range", "0:3", "--", "no-such-command"], "cannot run 'no-such-command'", "in PATH"),
        (["--range", "0:3", "--", ""], "cannot run ''", "in PATH"),
    ],
)  # fmt: skip
def test_wrong_words(words, says, hint):
    refused(2, "map", *words, says=says, hint=hint)


def test_what_cannot_be_read_or_executed(tmp_path):
    refused(3, "map", "--lines", tmp_path / "none", "--", "echo", says="No such file")
    refused(1, "map", "--lines", tmp_path, "--", "echo", says="Is a directory")
    refused(1, "map", "--range", "0:3", "--", tmp_path, says="Permission denied")
    (tmp_path / "plain").write_text("echo it is a script of no language $1\n")
    refused(1, "map", "--range", "0:3", "--", tmp_path / "plain", says="Permission denied")
    (tmp_path / "plain").chmod(0o755)  # As execvp(3) does it, a shell gets it.
    assert lines_of("--range", "0:2", "--", "plain", env={"PATH": f"/none:{tmp_path}:{os.environ['PATH']}"}) == \
        ["it is a script of no language 0", "it is a script of no language 1"]  # fmt: skip
    with unique_name() as name:
        refused(3, "map", name, "--", "echo", says=f"'{name}'")
    done = shmtool("map", "--", "echo", input=b"a\0b\n", check=2)
    assert b"null character" in done.stderr and b"--null" in done.stderr


def test_a_program_that_is_the_item(tmp_path):
    (tmp_path / "yes").write_text("#!/bin/sh\necho yes\n")
    (tmp_path / "yes").chmod(0o755)
    log = tmp_path / "log"
    done = shmtool("map", "--joblog", log, "-j1", "--", "{}", input=f"{tmp_path}/yes\nno-such\n{tmp_path}\n", check=7)
    assert done.stdout == "yes\n"
    assert [(row["exit"], row["outcome"]) for row in rows(log)] == [("0", "done"), ("127", "failed"), ("126", "failed")]
    assert "number 1 ('no-such') after 1 attempt, cannot be started: No such file" in done.stderr


def test_commands_find_the_world_as_we_did(tmp_path):
    script = "cat; pwd; umask; ls /proc/self/fd | tr '\\n' ' '; grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status; ulimit -n"
    options = {"cwd": tmp_path, "env": {"LC_ALL": "C"}, "input": "x\n"}
    alone = subprocess.run(["sh", "-c", script], capture_output=True, text=True, cwd=tmp_path, check=True, stdin=subprocess.DEVNULL)
    assert shmtool("map", *sh(script), "sh", check=0, **options).stdout == alone.stdout
    ignored = shmtool("map", *sh("trap - HUP; kill -HUP $$; echo alive"), prefix=["nohup"], check=0, **options).stdout
    assert ignored == "alive\n"


def test_a_long_item_is_an_argument_until_it_is_too_long():
    assert shmtool("map", *sh('echo ${#1}'), "sh", input="x" * 100_000, check=0).stdout == "100000\n"
    done = shmtool("map", "--", "echo", input="x" * 200_000, check=7)
    assert "cannot be started: Argument list too long" in done.stderr and len(done.stderr) < 500


def test_no_descriptor_and_no_file_is_left(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    shmtool("map", "-j4", "--range", "0:20", "--", "echo", env={"TMPDIR": str(scratch)}, check=0)
    assert list(scratch.iterdir()) == []
