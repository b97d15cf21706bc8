"""`shmtool map`: one command per chunk, line or integer; outputs, failures, joblogs, and who survives which kill.

Oracles: what the same commands write one by one; files that commands leave behind, one per run.
"""

import http.server
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

from cli_checks import needs_shmtool, refused, require_schema
from helpers import TIMEOUT_S, shmtool, shmtool_json, unique_name
from processes import children, kill_child, reaping_orphans, stat

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]

HEADER = "index\tstart\tseconds\texit\tsignal\tattempts\toutcome\titem"


def sh(script):
    """A command that a shell runs."""
    return ["--", "sh", "-c", script]


def lines_of(*words, check=0, **options):
    """What the commands write, sorted."""
    return sorted(shmtool("map", *words, check=check, **options).stdout.splitlines())


def rows(joblog):
    """The joblog as a list of dictionaries; fails unless it is well formed."""
    text = pathlib.Path(joblog).read_text(encoding="utf-8")
    assert text.endswith("\n")
    header, *rest = text.splitlines()
    assert header == HEADER
    found = [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in rest]
    for row in found:
        assert re.fullmatch(r"\d+\.\d{3}|-", row["start"]) and re.fullmatch(r"\d+\.\d{6}|-", row["seconds"])
    return found


def wait_until(condition, what):
    end = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.002)


class Running:
    """A `shmtool map` in the background; killed at the end if it still runs.

    LeakSanitizer looks for leaks from a child of its own and waits for it for ever: killed in place of a worker, it hangs.
    """

    def __init__(self, *words, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
                   "env": {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}, **options}  # fmt: skip
        self.process = subprocess.Popen([os.environ["SHMTOOL"], "map", *map(str, words)], **options)

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


# --- Items ---


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


# --- Outputs ---


def test_outputs_are_never_mixed():
    script = "for i in 1 2 3 4 5 6 7 8; do echo $1 $i; echo $1 $i >&2; done"
    done = shmtool("map", "-j4", "--range", "0:40", *sh(script), "sh", check=0)
    for text in [done.stdout, done.stderr]:
        lines = text.splitlines()
        blocks = [lines[at : at + 8] for at in range(0, len(lines), 8)]
        assert sorted(blocks, key=lambda block: int(block[0].split()[0])) == \
            [[f"{item} {i}" for i in range(1, 9)] for item in range(40)]  # fmt: skip


def test_order_is_kept_where_asked_for():
    done = shmtool("map", "-j8", "-k", "--range", "0:24", *sh("sleep 0.0$((7 - $1 % 8)); echo $1; echo $1 >&2"), "sh", check=0)
    assert done.stdout.split() == done.stderr.split() == [str(i) for i in range(24)]


def test_standard_output_comes_before_standard_error_also_into_one_file(tmp_path):
    with open(tmp_path / "both", "wb") as file:
        command = [os.environ["SHMTOOL"], "map", "-k", "-j2", "--range", "0:20", *sh("echo e$1 >&2; echo o$1"), "sh"]
        subprocess.run(command, stdout=file, stderr=file, check=True, stdin=subprocess.DEVNULL)
    assert (tmp_path / "both").read_text().split() == [f"{kind}{i}" for i in range(20) for kind in "oe"]


def test_binary_and_large_outputs(tmp_path):
    blob = random.Random(1).randbytes(3 << 20)
    (tmp_path / "blob").write_bytes(blob)
    done = shmtool("map", "-k", "-j2", "--range", "0:4", "--", "sh", "-c", f"echo {{}}; cat {tmp_path}/blob", text=False, check=0)
    assert done.stdout == b"".join(b"%d\n" % i + blob for i in range(4))


def test_a_hundred_megabytes_of_one_command_take_no_memory():
    size = 100 << 20
    shell = f'ulimit -v 400000; exec "$@" | wc -c'
    command = ["sh", "-c", shell, "sh", os.environ["SHMTOOL"], "map", "--range", "0:1", *sh(f"head -c {size} /dev/zero")]
    if os.environ.get("SHMKIT_SANITIZE"):
        pytest.skip("sanitizers map terabytes")
    assert int(subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL).stdout) == size


def test_what_stays_in_the_background_neither_hangs_us_nor_writes_among_others(tmp_path):
    # It lives until this test lets it go, and then finds that nobody listens.
    script = f'(until [ -e {tmp_path}/go ]; do sleep 0.01; done; echo late; echo $? > {tmp_path}/status.$1) & echo now $1'
    assert lines_of("-j2", "--range", "0:4", *sh(script), "sh") == [f"now {i}" for i in range(4)]
    (tmp_path / "go").touch()
    for i in range(4):
        wait_until(lambda i=i: (tmp_path / f"status.{i}").exists() or late_writers_are_gone(tmp_path), "late writers")
    assert all(file.read_text() != "0\n" for file in tmp_path.glob("status.*"))


def late_writers_are_gone(folder):
    """SIGPIPE ends them before they can say anything."""
    done = subprocess.run(["pgrep", "-f", f"{folder}/status"], capture_output=True, check=False)
    return done.returncode == 1


def test_json_is_the_only_thing_on_standard_output():
    done = shmtool("map", "--range", "0:3", "-k", "--json", "--", "echo", check=0)
    found = require_schema(json.loads(done.stdout), "map")
    assert (found["items"], found["done"], found["failed"], found["unfinished"]) == (3, 3, 0, 0)
    assert done.stderr == "0\n1\n2\n"
    done = shmtool("map", "--json", "--range", "0:3", "-j1", *sh("exit $1"), "sh", check=7)
    found = require_schema(json.loads(done.stdout), "map")
    assert (found["done"], found["failed"], found["error"]["code"]) == (1, 2, 7)
    assert found["failures"] == [{"index": 1, "item": "1", "attempts": 1, "reason": "exit code 1"},
                                 {"index": 2, "item": "2", "attempts": 1, "reason": "exit code 2"}]  # fmt: skip


def test_a_full_standard_output_is_a_failure():
    with open("/dev/full", "w", encoding="utf-8") as full:
        command = [os.environ["SHMTOOL"], "map", "--range", "0:100", "--", "echo"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 1 and "cannot write to standard output: No space left" in done.stderr
    done = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *command], stderr=subprocess.PIPE, text=True, check=False,
                          stdin=subprocess.DEVNULL)  # fmt: skip
    assert done.returncode == 1 and "cannot write to standard output" in done.stderr


def test_a_reader_that_goes_away_ends_us_by_sigpipe():
    with reaping_orphans() as orphans:
        with Running("-j2", "--range", "0:100000", "--", "echo") as process:
            process.stdout.read(5)
            process.stdout.close()
            assert process.wait(TIMEOUT_S) == -signal.SIGPIPE
        with Running("--range", "0:100000", "--", "echo", preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN)) as process:
            process.stdout.close()
            assert process.wait(TIMEOUT_S) == 1
            assert b"its reader has gone" in process.stderr.read()
        assert orphans(5) == []


def test_a_reader_that_waits_stops_neither_commands_for_long_nor_ctrl_c(tmp_path):
    script = f"echo $1 >> {tmp_path}/ran; head -c 100000 /dev/zero"
    with Running("-j2", "--range", "0:1000", *sh(script), "sh") as process:
        wait_until(lambda: (tmp_path / "ran").exists() and len((tmp_path / "ran").read_text().split()) > 60, "commands")
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT_S) == -signal.SIGINT
        # Workers lay down 64 results at most before somebody takes one.
        assert len((tmp_path / "ran").read_text().split()) < 300


def test_no_room_for_outputs(tmp_path):
    refused_words = ["map", "--range", "0:3", *sh("head -c 1000000 /dev/zero")]
    done = shmtool(*refused_words, prefix=["prlimit", "--fsize=200000"], check=6)
    assert "cannot write 'output of a command'" in done.stderr and "TMPDIR" in done.stderr
    done = shmtool(*refused_words, env={"TMPDIR": str(tmp_path / "none")}, check=1)
    assert "none" in done.stderr and "TMPDIR" in done.stderr


def test_a_full_tmpdir(tmp_path):
    shell = 'mount -t tmpfs -o size=1m none "$0" || exit 99; TMPDIR="$0" "$@"; code=$?; rm -f x; umount "$0"; exit $code'
    unshare = ["unshare", *([] if os.geteuid() == 0 else ["-r"]), "-m", "sh", "-c", shell, tmp_path]
    log = pathlib.Path(f"{tmp_path}.log")
    done = shmtool("map", "-j1", "--joblog", log, "--range", "0:3", *sh("echo $1; head -c ${1}000000 /dev/zero"), "sh",
                   prefix=unshare, text=False)  # fmt: skip
    if done.returncode == 99 or b"unshare" in done.stderr:
        pytest.skip("mount namespaces are not permitted here")
    assert done.returncode == 6 and b"No space left" in done.stderr and b"TMPDIR" in done.stderr
    assert [row["item"] for row in rows(log)] == ["0", "1"]


# --- What commands find ---


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


# --- Failures ---


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


# --- Joblogs ---


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


# --- Signals and kills ---


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_goes_to_the_commands_and_then_ends_us(tmp_path, number):
    log = tmp_path / "log"
    script = f"trap 'touch {tmp_path}/got.$1; exit 3' INT TERM HUP; touch {tmp_path}/up.$1; [ $1 = 0 ] && exit; " \
             "while :; do sleep 0.01; done"
    with reaping_orphans() as orphans:
        with Running("-j2", "--range", "0:50", "--joblog", log, "--json", *sh(script), "sh") as process:
            wait_until(lambda: (tmp_path / "up.1").exists() and (tmp_path / "up.2").exists(), "commands")
            process.send_signal(number)
            out, err = process.communicate(timeout=TIMEOUT_S)
        assert process.returncode == -number
        assert orphans(5) == []
    assert {path.name for path in tmp_path.glob("got.*")} == {"got.1", "got.2"}
    assert [(row["item"], row["outcome"]) for row in rows(log)] == [("0", "done")]
    found = require_schema(json.loads(out), "map")
    assert (found["done"], found["failed"], found["unfinished"]) == (1, 0, 49)
    assert found["error"]["code"] == 128 + number and b"1 of 50 commands are done" in err


def test_a_second_signal_kills_what_does_not_want_to_end(tmp_path):
    script = f"trap '' INT; touch {tmp_path}/up; while :; do sleep 0.01; done"
    with reaping_orphans() as orphans:
        with Running("--range", "0:1", *sh(script)) as process:
            wait_until((tmp_path / "up").exists, "the command")
            process.send_signal(signal.SIGINT)
            time.sleep(0.1)
            assert process.poll() is None
            process.send_signal(signal.SIGINT)
            assert process.wait(TIMEOUT_S) == -signal.SIGINT
        assert orphans(5) == []


def test_ignored_signals_stay_ignored(tmp_path):
    script = f"touch {tmp_path}/up; until [ -e {tmp_path}/go ]; do sleep 0.01; done; echo end"
    with Running("--range", "0:1", *sh(script), preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) as process:
        wait_until((tmp_path / "up").exists, "the command")
        process.send_signal(signal.SIGINT)
        (tmp_path / "go").touch()
        assert process.communicate(timeout=TIMEOUT_S)[0] == b"end\n" and process.returncode == 0


@pytest.mark.parametrize("stopped_worker", [False, True])
def test_when_we_are_killed_nothing_is_left_and_resume_goes_on(tmp_path, stopped_worker):
    log = tmp_path / "log"
    # The shell is not alone in its group.
    script = f"[ $1 -lt 5 ] || [ -e {tmp_path}/better ] || {{ touch {tmp_path}/up.$1; sleep 1000; }}; echo $1"
    with reaping_orphans() as orphans:
        with Running("-j2", "--range", "0:8", "--joblog", log, *sh(script), "sh") as process:
            wait_until(lambda: (tmp_path / "up.5").exists() and (tmp_path / "up.6").exists(), "commands")
            wait_until(lambda: len(rows(log)) == 5, "the joblog")
            if stopped_worker:
                os.kill(children(process.pid)[0], signal.SIGSTOP)
            process.kill()
            process.wait()
            assert orphans(10) == []
    (tmp_path / "better").touch()
    done = shmtool("map", "-k", "--resume", "--range", "0:8", "--joblog", log, *sh(script), "sh", check=0)
    assert done.stdout.split() == ["5", "6", "7"]
    assert sorted(row["item"] for row in rows(log)) == [str(i) for i in range(8)]


def test_a_killed_worker_costs_its_command_and_nobody_else(tmp_path):
    log = tmp_path / "log"
    script = f"echo $1 begins; [ $1 != 3 ] || {{ touch {tmp_path}/up; sleep 1000; }}; echo $1 ends"
    with reaping_orphans() as orphans:
        with Running("-k", "-j1", "--range", "0:6", "--joblog", log, *sh(script), "sh") as process:
            wait_until((tmp_path / "up").exists, "the command")
            assert kill_child(process.pid, children(process.pid)[0])
            out, err = process.communicate(timeout=TIMEOUT_S)
        assert orphans(5) == []
    assert process.returncode == 7
    assert out.decode().split("\n")[:-1] == [f"{i} {what}" for i in [0, 1, 2, 4, 5] for what in ["begins", "ends"]]
    assert b"number 3 ('3') after 1 attempt, its worker ended: killed by signal 9 (Killed)" in err
    assert [(row["attempts"], row["outcome"]) for row in rows(log) if row["item"] == "3"] == [("1", "lost")]


def test_workers_and_commands_that_are_killed_at_random_change_nothing(tmp_path):
    """With enough retries every item is done; its output appears once, whole, and no command runs too often."""
    seed = random.randrange(1 << 30)
    print("seed", seed)
    generator = random.Random(seed)
    script = f"echo x >> {tmp_path}/$1; for i in 1 2 3 4 5; do echo $1 $i; done; sleep 0.00$(($1 % 10))"
    kills = 0
    with reaping_orphans() as orphans:
        with Running("-j3", "--range", "0:250", "--retries", "30", *sh(script), "sh") as process:
            output = []
            reader = threading.Thread(target=lambda: output.append(process.stdout.read()))
            reader.start()
            while process.poll() is None:
                time.sleep(generator.uniform(0, 0.01))
                workers = [pid for pid in children(process.pid)]
                if kills >= 100:
                    continue  # On a slow machine every attempt would meet a kill, up to the last one.
                victims = [(process.pid, pid) for pid in workers]
                victims += [(pid, command) for pid in workers for command in children(pid)]
                kills += bool(victims) and kill_child(*generator.choice(victims))
            reader.join()
            error = process.stderr.read()
        assert orphans(5) == []
    assert process.returncode == 0, error
    lines = output[0].decode().splitlines()
    blocks = [tuple(lines[at : at + 5]) for at in range(0, len(lines), 5)]
    assert sorted(blocks) == sorted(tuple(f"{item} {i}" for i in range(1, 6)) for item in range(250))
    assert kills > 20
    assert all(1 <= len((tmp_path / str(i)).read_text().split()) <= 31 for i in range(250))


def test_without_retries_nothing_runs_twice_whoever_is_killed(tmp_path):
    generator = random.Random(7)
    script = f"echo x >> {tmp_path}/$1; sleep 0.00$(($1 % 10))"
    log = tmp_path / "log"
    with reaping_orphans() as orphans:
        with Running("-j3", "--range", "0:150", "--joblog", log, "--json", *sh(script), "sh") as process:
            while process.poll() is None:
                time.sleep(generator.uniform(0, 0.02))
                workers = children(process.pid)
                if workers:
                    kill_child(process.pid, generator.choice(workers))
            found = require_schema(json.loads(process.stdout.read()), "map")
        assert orphans(5) == []
    runs = {path.name: len(path.read_text().split()) for path in tmp_path.iterdir() if path != log}
    assert set(runs.values()) <= {0, 1}  # 0: killed when the file was open.
    assert found["done"] + found["failed"] == 150 and found["deaths"] > 0
    assert sorted(int(row["item"]) for row in rows(log)) == list(range(150))
    assert all(runs[row["item"]] == 1 for row in rows(log) if row["outcome"] == "done")


def test_no_descriptor_and_no_file_is_left(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    shmtool("map", "-j4", "--range", "0:20", "--", "echo", env={"TMPDIR": str(scratch)}, check=0)
    assert list(scratch.iterdir()) == []


def test_a_progress_bar_on_a_terminal_only_and_never_in_the_output():
    leader, follower = os.openpty()
    try:
        command = [os.environ["SHMTOOL"], "map", "--range", "0:5", "-j1", "-k", *sh("echo $1; sleep 0.05"), "sh"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=follower, check=True, stdin=subprocess.DEVNULL)
        drawn = os.read(leader, 100_000)
    finally:
        os.close(leader)
        os.close(follower)
    assert done.stdout.split() == [b"0", b"1", b"2", b"3", b"4"]
    assert b"map " in drawn and b"\r" in drawn
    assert shmtool("map", "--range", "0:5", "--", "true", check=0).stderr == ""


# --- Downloads, and requests that wait ---


@pytest.fixture
def server():
    """A server on loopback: /file/N gives N thousand bytes, /sleep waits. Counts how many wait at once."""

    class Handler(http.server.BaseHTTPRequestHandler):
        waiting = 0
        most = 0
        lock = threading.Lock()
        all_here = threading.Event()

        def do_GET(self):
            if self.path.startswith("/sleep"):
                with Handler.lock:
                    Handler.waiting += 1
                    Handler.most = max(Handler.most, Handler.waiting)
                    if Handler.waiting == 10:
                        Handler.all_here.set()
                Handler.all_here.wait(TIMEOUT_S)
                body = b"slept\n"
            else:
                number = int(self.path.rpartition("/")[2])
                body = bytes([number]) * 1000 * number
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as found:
        found.handler = Handler
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def get(server, path, output):
    """A command that downloads."""
    url = f"http://127.0.0.1:{server.server_address[1]}{path}"
    if shutil.which("curl"):
        return ["curl", "-sS", "--noproxy", "*", "-o", output, url]
    return [sys.executable, "-c", "import sys, urllib.request as u; open(sys.argv[1], 'wb').write(u.urlopen(sys.argv[2]).read())",
            output, url]  # fmt: skip


def test_sixteen_downloads(server, tmp_path):
    shmtool("map", "-j8", "--range", "0:16", "--", *get(server, "/file/{}", f"{tmp_path}/{{}}"), check=0)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == \
        {str(i): bytes([i]) * 1000 * i for i in range(16)}  # fmt: skip


def test_ten_requests_to_a_server_that_sleeps_sleep_at_once(server):
    # It answers nobody until all ten are there.
    assert lines_of("-j10", "--range", "0:10", "--", *get(server, "/sleep/{}", "/dev/stdout")) == ["slept"] * 10
    assert server.handler.most == 10
