"""`shmtool map`: signals and kills of the command, of its workers, and of what they run.

The oracle: files that commands leave behind, one per run.
"""

import json
import os
import random
import signal
import threading
import time

import pytest

from cli_checks import needs_shmtool, require_schema
from helpers import TIMEOUT_S, shmtool
from maps import Running, rows, sh, wait_until
from processes import children, kill_child, reaping_orphans

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]


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
