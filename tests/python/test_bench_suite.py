"""The benchmark suite's own logic: samples to figures, names, turns, doubts, tables. Without running benchmarks.

The oracle is arithmetic done by hand, or by NumPy, and a report in the words of Google Benchmark.
"""

import io
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from cli_checks import COLUMNS, require_schema

from suite import bench_program, collected, derived, document, doubts, progress, runner, statistics, tables
from suite.questions import BY_NAME, QUESTIONS
from suite.rivals import all_rivals
from suite.samples import Key, Outcome

ROOT = pathlib.Path(os.environ.get("SHMKIT_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))


def summary(median, p10, p90, n=12):
    return statistics.Summary(median, p10, p90, n)


def row(question, subject, median, parameter=None):
    return {"question": question, "subject": subject, "parameter": parameter, "unit": "ns", "median": median}


@pytest.mark.parametrize("count", [1, 2, 3, 11, 12, 100])
def test_percentiles_are_numpys(count):
    samples = list(np.random.default_rng(count).random(count))
    found = statistics.summarize(samples)
    outer = [10, 90] if count >= statistics.ENOUGH else [0, 100]  # Of few samples the extremes stand for them.
    assert found[:3] == pytest.approx(np.percentile(samples, [50, *outer]))
    assert found.n == count


def test_with_enough_samples_one_bad_one_changes_no_figure():
    good = [float(value) for value in range(statistics.ENOUGH)]
    assert statistics.summarize(good[:-1] + [1e9]) == statistics.summarize(good)


def test_spread_and_overlap():
    assert summary(100, 95, 115).spread == pytest.approx(0.2)
    assert not summary(100, 95, 115).is_wide() and summary(100, 80, 115).is_wide()
    assert summary(1, 1, 2).overlaps(summary(2, 2, 3)) and not summary(1, 1, 1.9).overlaps(summary(2, 2, 3))
    assert summary(0, 0, 0).spread == 0 and summary(0, 0, 1).is_wide()


def test_names_of_shmkit_bench():
    assert bench_program.parse_name("attach/shmkit/real_time") == Key("attach", "shmkit")
    assert bench_program.parse_name("move/pipe/65536/iterations:3/manual_time") == Key("move", "pipe", 65536)
    assert str(Key("move", "pipe", 2.0**30)) == "move/pipe/1073741824"


def test_the_filter_fits_what_is_asked_for_and_nothing_longer():
    import re

    fits = re.compile(bench_program.pattern([Key("metg", "shmkit", 1.0), Key("attach", "shmkit")])).search
    assert fits("metg/shmkit/1/iterations:10/real_time") and fits("metg/shmkit/1") and fits("attach/shmkit/real_time")
    assert not fits("metg/shmkit/16/real_time") and not fits("attach/shmkit_threads/real_time")


def report(*rows):
    whole = [{"run_type": "iteration", "time_unit": "us", "real_time": 0.0, **fields} for fields in rows]
    return json.dumps({"context": {}, "benchmarks": whole})


def test_a_report_of_google_benchmark():
    text = report({"name": "chunk_overhead/shmkit", "real_time": 5e4, "ns_per_chunk": 50.0},
                  {"name": "chunk_overhead/shmkit", "ns_per_chunk": 52.0},
                  {"name": "chunk_overhead/shmkit_mean", "run_type": "aggregate", "ns_per_chunk": 51.0},
                  {"name": "chunk_overhead/pipe", "error_occurred": True, "error_message": "not every chunk was executed"},
                  {"name": "chunk_overhead/posix_mq", "error_occurred": True, "error_message": "skipped: no such calls"})
    found = bench_program.read(text, BY_NAME["chunk_overhead"])
    assert found.samples == [(Key("chunk_overhead", "shmkit"), 50.0), (Key("chunk_overhead", "shmkit"), 52.0)]
    assert found.failures == {"chunk_overhead/pipe": "not every chunk was executed"}
    assert found.skipped == {Key("chunk_overhead", "posix_mq"): "no such calls"}


def test_units_of_time_are_converted():
    found = bench_program.read(report({"name": "attach/shmkit", "real_time": 2500.0, "time_unit": "ns"}), BY_NAME["attach"])
    assert found.samples == [(Key("attach", "shmkit"), pytest.approx(2.5))]


def test_one_benchmark_can_be_two_subjects():
    text = report({"name": "recovery/shmkit_pool", "freed_p50_us": 600.0, "leased_p50_us": 700.0})
    assert bench_program.read(text, BY_NAME["recovery"]).samples == [
        (Key("recovery", "shmkit_pool_freed"), 600.0), (Key("recovery", "shmkit_pool_leased"), 700.0)]


def test_every_part_begins_a_round_in_turn():
    rounds = [runner.rotated(["ours", "a", "b"], number) for number in range(4)]
    assert [parts[0] for parts in rounds] == ["ours", "a", "b", "ours"]
    assert all(sorted(parts) == ["a", "b", "ours"] for parts in rounds)


def test_what_was_wrong_once_has_no_figures():
    found = collected.Collected()
    right, wrong, parked = Key("attach", "shmkit"), Key("attach", "bare"), Key("round_trip", "joblib_parked")
    found.add(Outcome([(right, 1.0), (wrong, 1.0)], {}, {}))
    found.add(Outcome([(parked, 1.0)], {}, {}), "round_trip/joblib")
    found.add(Outcome([(right, 2.0)], {}, {"attach/bare": "wrong"}))
    found.add(Outcome([], {}, {"round_trip/joblib": "it ended"}), "round_trip/joblib")
    assert found.trusted() == {right: [1.0, 2.0]}
    found.add(Outcome([], {}, {"attach": "shmkit_bench failed"}))
    assert found.trusted() == {}


def test_ratios_are_to_the_floor_at_the_same_size():
    keys = {Key("move", "pipe", 1024.0): summary(8, 7, 9), Key("move", "pipe", 4096.0): summary(9, 8, 10),
            Key("move", "attach_and_read", 1024.0): summary(4, 3, 5)}
    found = {(r["subject"], r["parameter"]): (r["ratio"], r["ratio_to"]) for r in document.rows(keys)}
    assert found == {("pipe", 1024): (2.0, "attach_and_read"), ("pipe", 4096): (None, None),
                     ("attach_and_read", 1024): (None, None)}


def test_kernels_are_compared_with_numpys():
    keys = {Key("kernels_one_core", name): summary(value, value, value) for name, value in [("max", 20), ("numpy_max", 10)]}
    assert [(r["subject"], r["ratio"], r["ratio_to"]) for r in document.rows(keys)] == [
        ("max", 2.0, "numpy_max"), ("numpy_max", None, None)]


def test_every_reference_is_a_subject_or_a_reference_of_its_own():
    for question in QUESTIONS:
        for _, reference in question.references:
            assert question.reference(reference) in (None, *(other for _, other in question.references)), question.name


def test_wide_samples_and_equal_ones_are_doubted():
    keys = {Key("attach", "bare_system_calls"): summary(100, 60, 120), Key("attach", "shmkit"): summary(110, 108, 112)}
    wide, equal = doubts.about_samples(keys)
    assert "attach 1 of 2 rows (bare_system_calls 60%)" in wide and "--rounds" in wide
    assert "attach (shmkit and bare_system_calls)" in equal
    sure = {Key("attach", "bare_system_calls"): summary(100, 99, 101), Key("attach", "shmkit"): summary(110, 109, 111)}
    assert doubts.about_samples(sure) == []
    assert "1 of 2 rows" in doubts.about_samples({**sure, Key("attach", "shmkit"): summary(110, 109, 111, 10)})[0]


def test_a_machine_that_changes_is_doubted():
    steady = {Key("control", "additions"): summary(1, 0.9, 1.1)}
    assert doubts.about_samples(steady) == []
    (found,) = doubts.about_samples({Key("control", "additions"): summary(1, 0.9, 1.8)})
    assert "not steady" in found and "additions took 0.9 to 1.8 ms" in found


def test_busy_machines_and_builds_for_development_are_doubted():
    assert doubts.about_machine({"load": 0.1, "build": "Release"}) == []
    assert len(doubts.about_machine({"load": 1.5, "build": "RelWithDebInfo"})) == 2


def test_metg_of_a_curve_with_a_known_answer():
    """A task of E elements takes E + 100 ns: efficiency E / (E + 100), one half at E = 100, where it takes 200 ns."""
    rows = [row("metg", "shmkit", elements + 100.0, elements) for elements in (25, 50, 100, 200, 800, 1000, 10**6)]
    found = {figure["name"]: figure["value"] for figure in derived.derive(rows, 2)}
    assert found["metg50"] == pytest.approx(200, rel=0.01)
    assert found["metg90"] == pytest.approx(1000, rel=0.01)


def test_speed_ups_of_a_job_that_is_80_percent_parallel():
    rows = [row("speed_up", "shmkit_pi", 0.2 + 0.8 / n, n) for n in (1, 2, 4)] + [row("speed_up", "shmkit_pi", 9.0, 8)]
    found = {(figure["name"], figure["parameter"]): figure["value"] for figure in derived.derive(rows, 4)}
    assert found["amdahl_parallel_fraction", None] == pytest.approx(0.8)
    assert found["karp_flatt", 4] == pytest.approx(0.2)
    assert ("karp_flatt", 8) not in found  # More workers than CPUs share them.


def test_break_even_lies_where_the_curves_cross():
    rows = [row("move", "pipe", size / 1024, size) for size in (1024, 16384, 262144)]
    rows += [row("move", "attach_and_read", 4.0, size) for size in (1024, 16384, 262144)]
    (figure,) = derived.derive(rows, 2)
    assert (figure["subject"], figure["unit"]) == ("pipe", "bytes") and figure["value"] == pytest.approx(4096)


@pytest.mark.parametrize("value", [0, 1e-7, 0.001234, 0.5, 9.9999, 99.99999, 1234.5, 99999.6, 1e8 - 1, 1e12, -3.25, None])
def test_numbers_fit_their_column(value):
    text = tables.number(value)
    assert len(text) <= 9
    assert value is None or float(text) == pytest.approx(value, rel=1e-2)


@pytest.mark.parametrize("value", [1e-9, 0.00054, 0.0123, 0.5, 99.99, 100, 8813.4, 1e7, None])
def test_ratios_fit_their_column(value):
    text = tables.ratio(value)
    assert len(text) <= 7 and (value is None or float(text) == pytest.approx(value, rel=0.1))


def made_up(**changes):
    path = pathlib.Path(__file__).parent / "data" / "bench_document.json"
    return {**json.loads(path.read_text()), **changes}


def test_tables_fit_the_screen():
    hostile = [{**row("move", "s" * 60, 1e12, 2**30), "p10": 1e-7, "p90": 1e12, "n": 999, "ratio": 1e9, "ratio_to": "x"}]
    value = made_up(warnings=["a very long warning " * 20])
    text = tables.document({**value, "rows": value["rows"] + hostile})
    assert [line for line in text.splitlines() if len(line) > COLUMNS] == []
    assert {line.split(":")[0] for line in text.splitlines()} >= {"attach", "move", "warnings", "skipped"}


def test_the_made_up_document_keeps_to_the_schema():
    require_schema({key: value for key, value in made_up().items() if key != "trace"}, "bench")


def test_a_progress_line_fits_the_screen():
    for share in (0, 0.333, 1):
        line = progress.line("a label that is much longer than what there is room for", share, 8000)
        assert len(line) == progress.WIDTH and f"{share:.0%}" in line


def test_without_a_terminal_there_is_a_line_per_step_and_with_quiet_none():
    for quiet, wanted in [(False, "bench: attach\n"), (True, "")]:
        stream = io.StringIO()
        shown = progress.Progress(10, quiet, stream)
        shown.step("attach", 5)
        shown.tick()
        shown.finish()
        assert stream.getvalue() == wanted


def test_an_old_python_is_told_what_is_needed():
    code = "import runpy, sys; sys.version_info = (3, 10, 0); runpy.run_module('suite', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT / "bench")},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert "needs Python 3.11 or later" in done.stderr and "3.10" in done.stderr and "hint: " in done.stderr


def test_every_rival_belongs_to_a_question():
    names = [(rival.QUESTION, rival.NAME) for rival in all_rivals()]
    assert len(set(names)) == len(names)
    for rival in all_rivals():
        assert rival.QUESTION in BY_NAME and callable(rival.measure)
        assert rival.available() is None or rival.available()


def test_quick_and_full_runs_have_budgets_within_their_promise():
    assert sum(question.quick_s for question in QUESTIONS) < 120
    assert sum(question.full_s for question in QUESTIONS) < 900
