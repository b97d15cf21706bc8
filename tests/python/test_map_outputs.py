"""`shmtool map`: whose output comes when and where, whatever its size, and what happens when it has nowhere to go.

The oracle: what the same commands write one by one.
"""

import json
import os
import pathlib
import random
import signal
import subprocess

import pytest

from cli_checks import needs_shmtool, require_schema
from helpers import TIMEOUT_S, shmtool
from maps import Running, lines_of, rows, sh, wait_until
from processes import reaping_orphans

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]


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
