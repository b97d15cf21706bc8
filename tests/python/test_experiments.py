"""The lessons' experiments of the benchmark suite: rows, arithmetic, oracles, and small runs of some.

The oracles: for the arithmetic, the definitions written down once more in the slowest way; for the runs, that each row
says itself that its answers are right, and that nothing is left.
"""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error

import jsonschema
import pytest

from cli_checks import SCHEMAS, needs_shmtool
from helpers import SHM, TIMEOUT_S

from suite import experiments
from suite.errors import USAGE, SuiteError
from suite.experiments import (amdahl, f_and_g, fib34, iterate, markdown, max_3e8, pi, primes, server,
                               sum_million_chunks, text)
from suite.experiments.bench import Bench
from suite.experiments.group import Group, Measured

SOURCE = pathlib.Path(os.environ.get("SHMKIT_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))

ROW_KEYS = {"way", "workers", "published", "python", "shmkit", "python_speed_up", "shmkit_speed_up", "scaled", "verified",
            "note"}


BUILD = pathlib.Path(os.environ.get("SHMKIT_BUILD_DIR", "/nowhere"))
needs_programs = pytest.mark.skipif(not (BUILD / "bench/shmkit_bench").exists(), reason="built without benchmarks")
needs_examples = pytest.mark.skipif(not (BUILD / "examples/example_iterate").exists(), reason="built without examples")


def loopback_is_down():
    try:
        socket.create_server(("127.0.0.1", 0)).close()
    except OSError:
        return True
    return False


needs_loopback = pytest.mark.skipif(loopback_is_down(), reason="there is no 127.0.0.1 to listen at")


class Silent:
    """A progress bar that shows nothing and remembers its steps."""

    def __init__(self):
        self.steps = []

    def step(self, label, seconds):
        self.steps.append((label, seconds))


def bench(said=None):
    return Bench(os.environ["SHMTOOL"], BUILD / "bench", quick=True, say=said.append if said is not None else lambda _: None)


def session_members(session):
    """The processes of a session, but those that have ended."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit():
                state, _, _, its_session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
                found += [folder.name] if int(its_session) == session and state != "Z" else []
    return found


def wait_until(condition):
    end = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def left(pid):
    return [leaf for leaf in os.listdir(SHM) if f"bench-{pid}-" in leaf]


def one_row(**sides):
    group = Group("name", "title")
    group.row("way", **sides)
    return group.document()["rows"][0]


def test_a_time_of_a_part_of_the_work_is_scaled_and_says_so():
    row = one_row(python=Measured(2.0, True, 5.0), shmkit=Measured(3.0))
    assert (row["python"], row["shmkit"], row["scaled"]) == (10.0, 3.0, ["python"])
    assert text.figure(row, "python") == "~10.00"
    assert text.figure(row, "shmkit") == "3.00"


def test_speed_ups_are_over_the_same_sides_first_row_or_the_row_that_is_named():
    group = Group("name", "title")
    group.row("loop", python=Measured(8.0), shmkit=Measured(1.0))
    group.row("again", shmkit=Measured(0.5))
    group.row("pool", python=Measured(4.0), shmkit=Measured(0.25), workers=2)
    group.row("pool, again", shmkit=Measured(0.25), workers=2, base="again")
    rows = group.document()["rows"]
    assert [row["python_speed_up"] for row in rows] == [None, None, 2.0, None]
    assert [row["shmkit_speed_up"] for row in rows] == [None, 2.0, 4.0, 2.0]


def test_where_workers_gain_nothing_the_row_tells_why():
    group = Group("name", "title")
    group.row("loop", python=Measured(8.0), shmkit=Measured(1.0))
    group.row("gain", python=Measured(4.0), shmkit=Measured(0.5), workers=2, why={"python": "the lock"})
    group.row("none", python=Measured(8.0), shmkit=Measured(0.5), workers=2, why={"python": "the lock"})
    group.row("both", python=Measured(8.0), shmkit=Measured(1.0), workers=2, why={"python": "x", "shmkit": "x"})
    notes = [row["note"] for row in group.document()["rows"]]
    assert notes == ["", "", "no gain for Python: the lock", "no gain: x"]


def test_a_reason_is_found_where_none_is_given():
    group = Group("name", "title")
    group.row("loop", shmkit=Measured(1.0))
    group.row("none", shmkit=Measured(1.0), workers=2)
    assert group.document()["rows"][1]["note"].startswith("no gain for shmkit: ")


def test_one_wrong_answer_is_told():
    document = {"experiment": "e", "title": "t", "unit": "s", "footnote": "",
                "rows": [one_row(python=Measured(1.0), shmkit=Measured(1.0, False))]}
    assert document["rows"][0]["verified"] is False
    assert "WRONG ANSWER" in text.tables([document])
    assert "right" not in text.tables([document])
    assert "**wrong**" in markdown.summary([document])


def test_what_did_not_run_is_neither_right_nor_wrong():
    row = one_row(published=1.0)
    assert row["verified"] is True
    assert text.verdict(row) is None


def test_tables_fit_eighty_columns():
    group = Group("sum_million_chunks", "x " * 40, footnote="a long footnote " * 20)
    group.row("16 processes, chunks copied, again", 123.45, Measured(4567.8, True, 3.0), Measured(0.0000123))
    group.row("y" * 34, 0.17, Measured(99.99, True, 3.0), Measured(12345.6, True, 2.0), 2, "a long note " * 20)
    assert max(map(len, text.tables([group.document()]).splitlines())) <= text.WIDTH


@pytest.mark.parametrize("value, shown", [(None, ""), (123.456, "123"), (12.345, "12.35"), (0.1234, "0.123"),
                                          (0.01234, "0.0123"), (0.0000123, "0.000012")])
def test_numbers_have_about_three_digits(value, shown):
    assert text.number(value) == shown


@pytest.mark.parametrize("begin", [0, 2, 1_000_000])
def test_the_sieve_finds_the_least_factors(begin):
    least = [next((d for d in range(2, n) if n % d == 0), n) for n in range(begin, begin + 60)]
    assert primes.least_factors(begin, 60) == least
    assert [primes.is_prime(n) for n in range(begin, begin + 60)] == [
        n > 1 and factor == n for n, factor in zip(range(begin, begin + 60), least)]


def test_fib_calls_itself_as_often_as_the_scale_takes_it_to():
    called = 0

    def fib(n):
        nonlocal called
        called += 1
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    for n in range(15):
        called = 0
        assert fib(n) == fib34.known(n) == fib34.fib(n)
        assert called == fib34.calls(n)
    assert fib34.known(fib34.N) == fib34.ANSWER


@pytest.mark.parametrize("steps", [0, 1, 2, 1000])
def test_f_computes_what_its_closed_form_says(steps):
    assert f_and_g.f(steps) == f_and_g.known(steps)


def test_g_computes_a_known_digest():
    assert f_and_g.g(1) == f_and_g.ZEROS_SHA256


def test_iterating_gives_sylvesters_sequence():
    assert [iterate.iterate(2, steps) for steps in range(6)] == [2, 3, 7, 43, 1807, 3_263_443]


def test_the_million_chunks_add_up():
    assert sum_million_chunks.total(3) == sum(range(300))


def test_amdahls_choices_are_as_published():
    assert [round(amdahl.law(percent, processors), 2) for percent, processors, _ in amdahl.CHOICES] == [
        published for _, _, published in amdahl.CHOICES]


def test_amdahls_choices_are_measured_on_no_more_processors_than_there_are():
    assert amdahl.rows(8) == list(amdahl.CHOICES)
    assert amdahl.rows(2)[2:] == [(40, 2, 1.25)]
    assert amdahl.rows(1) == list(amdahl.CHOICES)


def test_an_unknown_experiment_gets_did_you_mean():
    with pytest.raises(SuiteError) as error:
        experiments.run_experiments(["primse"], None, Silent())
    assert error.value.code == USAGE
    assert error.value.hint == "did you mean 'primes'?"


def test_an_experiment_that_cannot_run_says_why():
    class Context:
        shmtool = "/nonexistent/shmtool"
        programs = pathlib.Path("/nonexistent")
        quick = True

    found = []
    assert experiments.run_experiments(["max_3e8"], Context, Silent(), found) is found
    assert [row["note"] for row in found[0]["rows"]] == ["/nonexistent/shmtool: No such file or directory"]


@pytest.mark.parametrize("reason", [experiments.Unavailable("no"), urllib.error.URLError("no"), RuntimeError("no"),
                                    BlockingIOError(11, "no"), MemoryError()])
def test_what_one_experiment_lacks_is_not_the_end_of_the_others(monkeypatch, reason):
    class Context:
        shmtool, programs, quick = "shmtool", pathlib.Path(), True

    def lacks(_):
        raise reason

    monkeypatch.setattr(max_3e8, "run", lacks)
    monkeypatch.setattr(pi, "run", lambda _: [Group("pi", "title")])
    found = experiments.run_experiments(["max_3e8", "pi"], Context, Silent())
    assert [group["experiment"] for group in found] == ["max_3e8", "pi"]
    assert found[0]["rows"][0]["note"]


@needs_loopback
def test_the_server_answers_and_ends():
    with server.serving(0.0, 100) as url:
        assert server.get(f"{url}/7") == server.body(7, 100)
        assert server.body(7, 100) != server.body(8, 100)
    with pytest.raises(urllib.error.URLError):
        server.get(f"{url}/7")


def check(groups):
    documents = [group.document() for group in groups]
    jsonschema.validate(documents, SCHEMAS["bench.json"]["properties"]["experiments"])
    for row in (row for document in documents for row in document["rows"]):
        assert row.keys() == ROW_KEYS
        assert row["verified"], row
    return documents


def test_a_command_that_a_signal_finds_half_started_is_ended(monkeypatch):
    """The signal comes as soon as the process is there, before anybody knows it."""
    class Late(subprocess.Popen):
        def __init__(self, *words, **options):
            super().__init__(*words, **options)
            started.append(self)
            os.kill(os.getpid(), signal.SIGTERM)

    class Stop(BaseException):
        pass

    def stop(*_):
        raise Stop

    started = []
    monkeypatch.setattr(subprocess, "Popen", Late)
    before = signal.signal(signal.SIGTERM, stop)
    try:
        with pytest.raises(Stop):
            Bench("/bin/sh", pathlib.Path(), True, print).tidy("-c", f"exec sleep {TIMEOUT_S}")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert started[0].returncode == -signal.SIGKILL


@needs_shmtool
@needs_examples
def test_iterate_runs_on_both_sides_and_they_agree():
    rows = check(iterate.run(bench(), 20_000))[0]["rows"]
    assert all(row["python"] > 0 and row["shmkit"] > 0 for row in rows)


@needs_shmtool
def test_pi_runs_in_every_way():
    said = []
    document = check(pi.run(bench(said), 20_000))[0]
    assert all(row["python"] > 0 and row["shmkit"] > 0 for row in document["rows"])
    assert said
    assert "| `pi` | pi, from 10 x 20,000 random points | right |" in markdown.summary([document])
    assert markdown.details(document).count("| yes |") == len(document["rows"])


@needs_shmtool
def test_the_maximum_is_found_in_every_way_and_nothing_is_left():
    pytest.importorskip("numpy")
    rows = check(max_3e8.run(bench(), 1_000_000))[0]["rows"]
    assert sum(row["python"] is not None for row in rows) == 5
    assert sum(row["shmkit"] is not None for row in rows) == 10
    assert left(os.getpid()) == []


@needs_shmtool
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_main_job_leaves_nothing(number):
    words = [sys.executable, SOURCE / "scripts" / "main_job.py", os.environ["SHMTOOL"], "20000000"]
    job = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: left(job.pid) or job.poll() is not None)
        job.send_signal(number)
        assert job.wait(TIMEOUT_S) == 128 + number
        assert left(job.pid) == []
    finally:
        job.kill()
        job.wait()


@needs_shmtool
@needs_programs
@pytest.mark.parametrize("name, step", [pytest.param("sleeping_server", "10 in turn", marks=needs_loopback),
                                        ("primes", "2 workers")])
def test_interrupted_experiments_leave_no_process(name, step):
    words = [sys.executable, "-P", "-m", "suite", "--shmtool", os.environ["SHMTOOL"], "--programs", BUILD / "bench",
             "experiments", name, "--quick"]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE / "bench")}
    job = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment,
                           start_new_session=True)
    try:
        while step not in job.stderr.readline():
            assert job.poll() is None
        wait_until(lambda: len(session_members(job.pid)) > 1 or job.poll() is not None)  # A server, or workers.
        job.send_signal(signal.SIGINT)
        said = job.communicate(timeout=TIMEOUT_S)[1]
        assert job.returncode == 128 + signal.SIGINT, said
        assert "Traceback" not in said
        wait_until(lambda: session_members(job.pid) == [])  # Workers of a killed client end a moment after it.
    finally:
        job.kill()
        job.wait()
