"""`shmtool bench` end to end: one cheap question for real, mistakes, Ctrl-C, an installed tree.

The oracle: both subjects of `attach` are measured so many times, their ratio is that of the medians, nothing is left.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest

from cli_checks import COLUMNS, needs_shmtool, require_schema
from helpers import shmtool
from processes import children

BUILD = pathlib.Path(os.environ.get("SHMKIT_BUILD_DIR", "/nowhere"))
WAIT_S = 60

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]
needs_programs = pytest.mark.skipif(not (BUILD / "bench/shmkit_bench").exists(), reason="built without benchmarks")


def left_by(pids):
    """What programs of the suite call their own, of these processes: other runs may be under way."""
    found = [(name, re.search(r"bench-(\d+)-", name)) for name in os.listdir("/dev/shm")]
    return sorted(name for name, match in found if match and int(match[1]) in pids)


@needs_programs
def test_a_question_is_measured_told_and_written(tmp_path):
    file = tmp_path / "attach.json"
    done = shmtool("bench", "attach", "--quick", "--rounds", "2", "--pin", "--json", file, check=0)
    value = require_schema(json.loads(file.read_text()), "bench")
    rows = {row["subject"]: row for row in value["rows"]}
    expected = {("attach", "shmkit", "us", 4), ("attach", "bare_system_calls", "us", 4),
                ("control", "additions", "ms", 2), ("control", "copy_32MiB", "ms", 2)}  # fmt: skip
    assert {(row["question"], row["subject"], row["unit"], row["n"]) for row in value["rows"]} == expected
    assert value["pinned"] and value["mode"] == "quick"
    assert all(0 < row["p10"] <= row["median"] <= row["p90"] for row in value["rows"])
    assert rows["shmkit"]["ratio_to"] == "bare_system_calls"
    assert rows["shmkit"]["ratio"] == pytest.approx(rows["shmkit"]["median"] / rows["bare_system_calls"]["median"])
    assert [line for line in done.stdout.splitlines() if len(line) > COLUMNS] == []
    assert re.search(r"^shmkit +[\d.]+ +[\d.]+ +[\d.]+ +4 +[\d.]+$", done.stdout, re.M)
    assert done.stderr == "bench: round 1: attach\nbench: round 2: attach\n"
    assert os.listdir(tmp_path) == ["attach.json"]


@needs_programs
def test_a_report_has_the_timeline_of_a_job(tmp_path):
    shmtool("bench", "attach", "--quick", "--rounds", "1", "-q", "--report", tmp_path / "report", check=0)
    value = require_schema(json.loads((tmp_path / "report/bench.json").read_text()), "bench")
    assert sum(event["name"] == "run" or event.get("cat") == "run" for event in value["trace"]["traceEvents"]) == 64
    assert "A job, worker by worker" in (tmp_path / "report/report.html").read_text()


@needs_programs
def test_json_on_standard_output_is_all_there():
    done = shmtool("bench", "attach", "--quick", "--rounds", "1", "-q", "--json", "-", check=0)
    assert require_schema(json.loads(done.stdout), "bench")["rows"] and done.stderr == ""


def test_the_list_names_every_question():
    text = shmtool("bench", "--list", check=0).stdout
    names = [line.split()[0] for line in text.splitlines()]
    assert {"attach", "move", "metg", "speed_up", "map_commands", "experiments"} <= set(names)
    assert all(len(line) <= COLUMNS for line in text.splitlines())


@pytest.mark.parametrize(("words", "says", "hint"), [
    (["atach"], "there is no question 'atach'", "did you mean 'attach'?"),
    (["--quik"], "unknown option '--quik'", "did you mean '--quick'?"),
    (["attach", "experiments"], "the word 'experiments' comes first", "--experiments"),
    (["--rounds", "0"], "--rounds '0' is no number", ""),
    (["experiments", "primez"], "there is no experiment 'primez'", "did you mean 'primes'?"),
])  # fmt: skip
def test_mistakes_are_usage_errors(words, says, hint):
    done = shmtool("bench", *words, check=2)
    assert done.stdout == "" and done.stderr.startswith("shmtool bench: ")
    assert says in done.stderr and hint in done.stderr


def test_a_mistake_is_told_as_json_too():
    done = shmtool("bench", "atach", "--json", "-", check=2)
    assert require_schema(json.loads(done.stdout), "error")["error"]["code"] == 2


def test_a_file_that_cannot_be_written_is_refused_before_anything_is_measured(tmp_path):
    for place in (tmp_path, tmp_path / "missing" / "file.json"):
        start = time.monotonic()
        done = shmtool("bench", "attach", "--json", place, check=1)
        assert "cannot write" in done.stderr and done.stdout == "" and time.monotonic() - start < WAIT_S


@needs_programs
def test_a_full_disk_has_an_exit_code_of_its_own():
    done = shmtool("bench", "attach", "--quick", "--rounds", "1", "-q", "--json", "/dev/full", check=6)
    assert "no room" in done.stderr and "attach" in done.stdout
    assert not pathlib.Path("/dev/full").is_file()


@needs_programs
def test_files_are_written_although_nobody_reads_standard_output(tmp_path):
    command = [os.environ["SHMTOOL"], "bench", "attach", "--quick", "--rounds", "1", "-q", "--json", tmp_path / "attach.json"]
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as pipe:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=subprocess.PIPE, text=True,
                              timeout=WAIT_S, check=False)
    assert done.returncode == 1 and "standard output" in done.stderr
    assert require_schema(json.loads((tmp_path / "attach.json").read_text()), "bench")["rows"]


@needs_programs
def test_ctrl_c_ends_the_children_and_tells_what_there_is():
    """Pools and arrays are in use when it comes: of `attach` there are figures, of `recovery` it is too early."""
    command = [os.environ["SHMTOOL"], "bench", "attach", "recovery", "--quick", "--rounds", "1"]
    bench = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    pids = {bench.pid}
    try:
        end = time.monotonic() + WAIT_S
        while not (seen := any("shmkit-pool" in name for name in left_by(pids))) and time.monotonic() < end:
            time.sleep(0.01)
            pids.update(children(bench.pid))
        assert seen
        bench.send_signal(signal.SIGINT)
        out, err = bench.communicate(timeout=WAIT_S)
    finally:
        bench.kill()
        bench.wait()
    assert bench.returncode == 130, err
    assert re.search(r"^shmkit +[\d.]+", out, re.M) and "shmkit_pool" not in out
    assert left_by(pids) == []


@needs_programs
def test_a_run_under_nohup_goes_on_when_its_terminal_goes(tmp_path):
    command = [os.environ["SHMTOOL"], "bench", "attach", "--quick", "--rounds", "1"]
    bench = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    try:
        assert bench.stderr.readline() == "bench: round 1: attach\n"  # It hears what it will hear.
        bench.send_signal(signal.SIGHUP)
        out, err = bench.communicate(timeout=WAIT_S)
    finally:
        bench.kill()
        bench.wait()
    assert bench.returncode == 0 and re.search(r"^shmkit +[\d.]+", out, re.M), err


@needs_programs
def test_an_installed_tree_measures_wherever_it_is_moved_to(tmp_path):
    subprocess.run(["cmake", "--install", BUILD, "--prefix", tmp_path / "first"], check=True, capture_output=True)
    moved = (tmp_path / "first").rename(tmp_path / "second")
    command = [moved / "bin/shmtool", "bench", "attach", "--quick", "--rounds", "1", "-q"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WAIT_S, check=True)
    assert re.search(r"^shmkit +[\d.]+", done.stdout, re.M)
    assert list(moved.rglob("__pycache__")) == []


def test_without_the_suite_the_next_step_is_told(tmp_path):
    alone = tmp_path / "shmtool"
    shutil.copy(os.environ["SHMTOOL"], alone)
    done = subprocess.run([alone, "bench"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WAIT_S,
                          check=False)
    assert done.returncode == 1 and "the benchmark suite" in done.stderr and "hint: " in done.stderr


@needs_programs
def test_rivals_run_in_the_python_that_runs_the_suite(tmp_path):
    """Whatever `python3` comes first in PATH: this one runs nothing."""
    other = tmp_path / "python3"
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    if not pathlib.Path("/usr/bin/python3").exists():
        pytest.skip("there is no /usr/bin/python3")
    done = shmtool("bench", "map_commands", "--quick", "--rounds", "1", "-q", "--json", "-", check=0,
                   env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    rows = {row["subject"]: row for row in json.loads(done.stdout)["rows"]}
    assert {"posix_spawn_loop", "shmkit_map", "shmkit_map_cpu"} <= set(rows)
    assert rows["shmkit_map"]["ratio_to"] == "posix_spawn_loop" and rows["shmkit_map"]["n"] == 2
