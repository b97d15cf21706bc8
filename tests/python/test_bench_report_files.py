"""Where a report goes: complete or not at all, over its own files only; and what a timeline may look like.

The oracle is a look at the directory before and after.
"""

import json
import os
import resource
import subprocess
import sys

import pytest

from bench_reports import BENCH, document, empty_document
from suite import report, trace
from suite.errors import SuiteError
from suite.files import require_writable, safe, write_files
from suite.pictures import timeline


def contents(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}


def test_files_of_others_stay_and_ours_are_replaced(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "report.html").write_text("of last week")
    report.write_report(empty_document(), tmp_path)
    assert sorted(contents(tmp_path)) == ["bench.json", "mine.txt", "report.html"]
    assert contents(tmp_path)["mine.txt"] == b"mine"
    assert contents(tmp_path)["report.html"].startswith(b"<!DOCTYPE html>")


def test_what_cannot_be_written_leaves_everything_as_it_was(tmp_path):
    (tmp_path / "a").write_text("of last week")
    (tmp_path / "c").mkdir()
    with pytest.raises(SuiteError, match="is a directory") as caught:
        write_files(tmp_path, {"a": b"new", "b": b"new", "c": b"new"})
    assert caught.value.code == 1 and caught.value.hint
    assert contents(tmp_path) == {"a": b"of last week"}


def test_a_disk_without_room_is_exit_code_6_and_no_directory(tmp_path):
    """A limit on the size of files stands for a full disk: the first that is larger fails half-way."""

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))

    (tmp_path / "document").write_text(json.dumps(empty_document()))
    done = subprocess.run(
        [sys.executable, "-P", "-m", "suite.report", str(tmp_path / "document"), str(tmp_path / "out")],
        env={**os.environ, "PYTHONPATH": str(BENCH), "MPLCONFIGDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=small_files,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 6, done.stderr
    assert "no room" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", ["file", "file/below", "missing/below"])
def test_a_directory_that_cannot_be_made_is_said_beforehand_and_at_the_end(tmp_path, place):
    (tmp_path / "file").write_text("")
    for attempt in (require_writable, lambda directory: write_files(directory, {"a": b""})):
        with pytest.raises(SuiteError) as caught:
            attempt(tmp_path / place)
        assert caught.value.code == 1 and caught.value.hint
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_directories_that_can_be_written_to_pass_and_stay_as_they_are(tmp_path):
    require_writable(tmp_path)
    require_writable(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_safe_names_differ_when_names_differ():
    names = ["move", "../move", "Move", "", "_", "a/b", "a_b", "a:b", "x" * 100, "x" * 101, "\udcff", "\N{SNOWMAN}"]
    found = [safe(name) for name in names]
    assert len(set(found)) == len(names)
    assert found[0] == "move" and found[6] == "a_b"
    assert all(name and len(name) < 80 and name.replace("_", "a").replace("-", "a").isalnum() for name in found)


def test_a_timeline_is_the_same_from_a_path_and_as_an_object(tmp_path):
    whole = document()
    (tmp_path / "trace.json").write_text(json.dumps(whole["trace"]))
    from_path = timeline.pictures(whole | {"trace": str(tmp_path / "trace.json")})
    assert [p.caption for p in from_path] == [p.caption for p in timeline.pictures(whole)]
    assert "deaths: 1; retries: 1" in from_path[0].caption


def test_without_a_trace_there_is_no_timeline_and_an_unreadable_one_is_said(tmp_path):
    for missing in ({}, {"trace": None}):
        assert timeline.pictures({**empty_document(), **missing}) == []
    (tmp_path / "half").write_text('{"traceEvents": [')
    for name in ("none", "half"):
        files, notes = report.report_files(empty_document() | {"trace": str(tmp_path / name)})
        assert len(notes) == 1 and str(tmp_path / name) in notes[0]
        assert str(tmp_path / name) in files["report.html"].decode()


RUN = {"ph": "X", "cat": "run", "name": "chunk", "pid": 1, "tid": 1, "ts": 10, "dur": 5}


@pytest.mark.parametrize(
    "events",
    [
        [],
        {},
        7,
        "word",
        {"traceEvents": None},
        {"traceEvents": [1, None, [], "x", {}]},
        [
            {**RUN, "ts": "soon"},
            {**RUN, "dur": None},
            {**RUN, "ts": float("nan")},
            {"ph": "X"},
            {**RUN, "cat": ["run"]},
        ],
        [{**RUN, "dur": -5}],
        [{**RUN, "dur": 0}],
        [RUN, {"ph": "M", "name": "thread_name", "pid": 1, "tid": 1, "args": 3}],
        [{**RUN, "pid": [1], "tid": {"a": 2}}, {**RUN, "pid": None}],
    ],
)
def test_events_that_are_none_are_passed_over(events):
    report.report_files(empty_document() | {"trace": events})


def test_a_million_slices_make_a_picture_of_some_thousand_pieces():
    slices = [(i * 1.0, i + 0.9) for i in range(200_000)]
    pieces = timeline.merged(slices, 200_000 / timeline.PIECES_PER_LANE)
    assert len(pieces) == 1 and pieces[0] == [0.0, 199_999.9]
    apart = timeline.merged([(i * 1000.0, i * 1000 + 1) for i in range(500)], 10)
    assert len(apart) == 500


def test_lanes_are_named_ordered_and_begin_at_zero():
    events = [
        {"ph": "M", "name": "thread_name", "pid": 1, "tid": 1, "args": {"name": "worker 0"}},
        {**RUN, "ts": 20},
        RUN,
    ]
    (lane,) = trace.lanes({"traceEvents": events})
    assert lane.name == "worker 0"
    assert lane.slices["run"] == [(0.0, pytest.approx(5e-6)), (pytest.approx(10e-6), pytest.approx(15e-6))]


def test_lanes_keep_the_traces_order_and_a_replaced_worker_is_one_worker():
    events = []
    for pid, name, order in ((9, "worker 10", 11), (10, "worker 2", 3), (8, "worker 2", 3)):
        events += [
            {"ph": "M", "name": "thread_name", "pid": pid, "tid": 1, "args": {"name": name}},
            {"ph": "M", "name": "thread_sort_index", "pid": pid, "tid": 1, "args": {"sort_index": order}},
            {**RUN, "pid": pid},
        ]
    assert [lane.name for lane in trace.lanes(events)] == ["worker 2", "worker 2", "worker 10"]
    (picture,) = timeline.pictures({"trace": events})
    assert picture.caption.startswith("2 workers ran 3 slices in 5 us")
