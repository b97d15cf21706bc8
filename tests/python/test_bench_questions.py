"""shmkit_bench: its names, that its subjects give right results, and what is left of it.

Its times are nobody's business here. The program says itself that a result is wrong, in error_message, and ends with 1.
"""

import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import time

import pytest

from helpers import SHM, TIMEOUT_S, delete, shmtool

BENCH = pathlib.Path(os.environ["SHMKIT_BUILD_DIR"]) / "bench" / "shmkit_bench"
pytestmark = pytest.mark.skipif(not BENCH.exists(), reason="shmkit_bench was not built (SHMKIT_BENCH)")

NAME = re.compile(r"(?P<question>[a-z][a-z0-9_]*)/(?P<subject>[A-Za-z][A-Za-z0-9_]*)(/(?P<parameter>\d+))?")
GOOGLES_OWN = re.compile(r"/(real_time|manual_time|iterations:\d+|min_time:[\d.]+)")
GIGABYTE = 10**9


def names():
    done = subprocess.run([BENCH, "--benchmark_list_tests"], capture_output=True, text=True, check=True, timeout=TIMEOUT_S)
    return [GOOGLES_OWN.sub("", line) for line in done.stdout.split()]


def measure(pattern, **options):
    """Rows of the JSON report of one short repetition."""
    command = [BENCH, f"--benchmark_filter={pattern}", "--benchmark_min_time=0.001", "--benchmark_format=json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)["benchmarks"]


def subjects_of(question):
    return {found["subject"] for found in map(NAME.fullmatch, names()) if found["question"] == question}


def test_every_name_is_question_subject_and_perhaps_a_number():
    assert names()
    assert [name for name in names() if not NAME.fullmatch(name)] == []
    assert len(set(names())) == len(names())


@pytest.mark.parametrize("question", ["reduce_max", "reduce_sum", "reduce_dot", "floor", "kernels_one_core", "speed_up"])
def test_what_memory_decides_has_a_floor(question):
    assert "load_only" in subjects_of(question)


def test_every_way_to_move_bytes_delivers_them():
    rows = measure("^move/[a-z_]+/(1024|262144)/")
    assert {(row["name"], row.get("error_message")) for row in rows if not was_skipped(row)} >= {
        (f"move/{subject}/{size}", None)
        for subject in ("pipe", "unix_socket", "memcpy", "attach", "attach_and_read")
        for size in (1024, 262144)
    }


def was_skipped(row):
    return row.get("error_message", "").startswith("skipped: ")


def test_names_in_the_report_are_those_that_were_given():
    assert [row["name"] for row in measure("^(attach/shmkit|spawn/fork_10MB|metg/shmkit/4)/")] == [
        "attach/shmkit", "metg/shmkit/4", "spawn/fork_10MB"]  # fmt: skip


def test_a_process_that_may_not_become_large_is_a_skipped_subject_and_no_failure():
    limit = (4 * GIGABYTE, 4 * GIGABYTE)
    (row,) = measure("^spawn/fork_8GB/", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit))
    assert row["error_occurred"] and was_skipped(row)


def names_of(pid):
    return [leaf for leaf in os.listdir(SHM) if leaf.startswith(f"shmkit-bench-{pid}-")]


def wait_until(condition, what):
    end = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < end, f"{what}: not after {TIMEOUT_S} s"
        time.sleep(0.01)


def test_what_a_killed_run_leaves_can_be_taken_back_by_gc():
    """For as long as a benchmark of ours has an array with a name; most have none. Others may want what gc takes."""
    command = [BENCH, "--benchmark_filter=^attach/shmkit/", "--benchmark_min_time=600"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as bench:
        try:
            wait_until(lambda: names_of(bench.pid), "the array is there")
        finally:
            bench.send_signal(signal.SIGKILL)
    try:
        (name,) = names_of(bench.pid)
        assert name in shmtool("gc", "--dry-run", check=0).stdout
    finally:
        for leaf in names_of(bench.pid):
            delete(leaf)
