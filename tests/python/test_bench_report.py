"""The benchmark report: one page, pictures, tables, the document.

The oracle is the made-up document data/bench_document.json itself: what it holds must be found again in the page and in
the tables, to the last digit in the latter. The page is taken apart by Python's own HTML parser.
"""

import csv
import json
import os
import re
import subprocess
import sys

import jsonschema
import pytest

from bench_reports import BENCH, DOCUMENT, ROOT, Page, document, empty_document
from suite import page_tables, report
from suite.pictures import canvas, palette, pictures
from suite.report_tables import all_tables

needs_matplotlib = pytest.mark.skipif(canvas.why_not() is not None, reason=f"no pictures: {canvas.why_not()}")
STORY = [
    "move",
    "spawn",
    "chunk_overhead",
    "metg",
    "round_trip",
    "speed_up",
    "reductions",
    "kernels",
    "experiment_max_3e8",
    "experiment_fib34",
    "experiment_sleeping_server",
    "timeline",
]
HOSTILE = '<script>alert(\'1\')</script>"&amp;$\\frac{$ --> \x07\nid="x" \N{SNOWMAN}'


@pytest.fixture(scope="module")
def files():
    return report.report_files(document())[0]


def text_of(files):
    return files["report.html"].decode()


def rows_of(content):
    return list(csv.DictReader(content.decode().splitlines()))


def test_the_made_up_document_is_one_that_the_driver_could_write():
    jsonschema.validate(document(), json.loads((ROOT / "tests/schemas/bench.json").read_text()))


def test_the_page_is_well_formed_and_its_names_are_its_own(files):
    page = Page(text_of(files))
    assert page.wrong == []
    assert sorted(page.ids) == sorted(set(page.ids))
    assert not {"script", "iframe", "link", "img"} & set(page.tags)


def test_the_page_refers_to_nothing_but_itself_and_the_files_beside_it(files):
    text = text_of(files)
    page = Page(text)
    assert "http:" not in text and "https:" not in text and "@import" not in text
    inner = [link[1:] for link in page.links if link.startswith("#")]
    inner += re.findall(r"url\(#([^)]*)\)", text)
    assert set(inner) <= set(page.ids)
    assert len(re.findall(r"url\(", text)) == len(re.findall(r"url\(#", text))
    assert {link for link in page.links if not link.startswith("#")} <= set(files)


@needs_matplotlib
def test_every_picture_is_on_the_page_and_beside_it_as_png(files):
    names = [picture.name for picture in pictures(document())]
    assert names[: len(STORY)] == STORY
    assert Page(text_of(files)).tags.count("svg") == len(names)
    assert {name for name in files if name.endswith(".png")} == {f"{name}.png" for name in names}
    for name in names:
        assert files[f"{name}.png"].startswith(b"\x89PNG\r\n\x1a\n")
        assert f'id="{name}-figure_1"' in text_of(files)


def test_every_picture_says_what_it_shows_and_what_to_see():
    for picture in pictures(document()):
        assert len(picture.alt) > 20 and picture.caption.endswith("."), picture.name
        assert re.search(r"\d", picture.caption), picture.name


def test_captions_are_computed_from_the_document():
    changed = document()
    assert "21.7 KiB" in pictures(changed)[0].caption
    for row in changed["derived"]:
        if row["name"] == "break_even_bytes":
            row["value"] = 5 * 2**20
    assert "from 5 MiB on" in pictures(changed)[0].caption


def caption_of(name, changed):
    return next(picture.caption for picture in pictures(changed | {"derived": []}) if picture.name == name)


def test_captions_say_so_where_sharing_never_pays_or_always():
    changed = document()
    mine = [row for row in changed["rows"] if (row["question"], row["subject"]) == ("move", "attach_and_read")]
    for row in mine:
        row["median"] *= 1e6
    assert "never gets cheaper than a pipe here, up to 1 GiB" in caption_of("move", changed)
    for row in mine:
        row["median"] /= 1e12
    assert "from 1 KiB, the smallest size tried, on" in caption_of("move", changed)


def test_captions_call_a_bound_a_bound():
    changed = document()
    for row in changed["rows"]:
        if (row["question"], row["subject"]) == ("metg", "shmkit"):
            row["median"] = 100.0 * row["parameter"]
    assert "shmkit at most 100 ns (at most 100 ns)" in caption_of("metg", changed)


def test_subjects_of_one_picture_differ_without_colour_and_known_ones_with_it():
    for question in ("move", "metg", "speed_up"):
        found = palette.looks({row["subject"] for row in document()["rows"] if row["question"] == question})
        assert len({(one.colour, one.marker) for one in found.values()}) == len(found), question
        assert len({(one.marker, one.dashes) for one in found.values()}) == len(found), question
    strangers = palette.looks(f"stranger {i}" for i in range(12))
    assert len({(one.colour, one.marker) for one in strangers.values()}) == 12


def test_a_subject_looks_the_same_wherever_it_is():
    assert palette.look("pipe") == palette.look("pipe") == palette.looks(["shmkit", "pipe"])["pipe"]


def test_tables_hold_the_documents_numbers_to_the_last_digit(files):
    wanted = document()
    for question in {row["question"] for row in wanted["rows"]}:
        found = rows_of(files[f"{question}.csv"])
        rows = [row for row in wanted["rows"] if row["question"] == question]
        assert len(found) == len(rows)
        for line, row in zip(found, rows):
            for key, value in row.items():
                assert (float(line[key]) if isinstance(value, (int, float)) else line[key] or None) == value
    assert [float(line["value"]) for line in rows_of(files["derived.csv"]) if line["value"]] == [
        row["value"] for row in wanted["derived"] if row["value"] is not None
    ]
    assert [line["reason"] for line in rows_of(files["skipped.csv"])] == [row["reason"] for row in wanted["skipped"]]
    assert json.loads(files["bench.json"]) == wanted


def test_the_page_has_every_row_of_every_table_the_warnings_and_what_was_skipped(files):
    page = Page(text_of(files))
    tables = all_tables(document())
    assert page.tags.count("table") == len(tables)
    assert page.tags.count("tr") == sum(len(table.rows) + 1 for table in tables)
    for words in document()["warnings"] + [row["reason"] for row in document()["skipped"]]:
        assert words in page.text
    for row in document()["rows"]:
        assert page_tables.figure(row["median"]) in page.text


def hostile_document():
    changed = document()
    changed["machine"] |= {"cpu": HOSTILE, "kernel": HOSTILE, "numpy": None}
    changed["rows"] = [row for row in changed["rows"] if row["question"] in ("move", "spawn", "metg", "speed_up")]
    for row in changed["rows"]:
        row["subject"] = row["subject"] + HOSTILE if row["subject"] != "pipe" else row["subject"]
    changed["rows"].append(dict(changed["rows"][0], question="../../up " + HOSTILE, parameter=None, ratio_to=HOSTILE))
    changed["experiments"][0] |= {"experiment": "../up", "title": HOSTILE, "footnote": HOSTILE}
    changed["experiments"][0]["rows"][0] |= {"way": HOSTILE, "note": HOSTILE}
    changed["warnings"] = changed["warnings"] + [HOSTILE]
    changed["skipped"] = [{"question": HOSTILE, "subject": HOSTILE, "reason": HOSTILE}]
    changed["trace"]["traceEvents"][1]["args"]["name"] = HOSTILE
    return changed


@pytest.mark.filterwarnings("error")
def test_names_from_the_document_are_data_and_never_markup_or_paths():
    files, _ = report.report_files(hostile_document())
    page = Page(text_of(files))
    assert page.wrong == []
    assert "script" not in page.tags
    assert page.text.count("<script>alert('1')</script>\"&amp;$\\frac{$ -->") > 20
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+\.(html|json|csv|png)", name) for name in files)
    assert sorted(page.ids) == sorted(set(page.ids))


def test_experiments_of_one_name_and_questions_of_odd_names_have_files_of_their_own():
    changed = document()
    changed["experiments"] = [changed["experiments"][2], dict(changed["experiments"][2], title="Twenty requests")]
    changed["rows"] = [
        dict(changed["rows"][0], question=name) for name in ("derived", "skipped", "experiment_x", "odd")
    ]
    files, _ = report.report_files(changed)
    page = Page(text_of(files))
    assert sorted(page.ids) == sorted(set(page.ids)) and page.wrong == []
    assert {f"{table.name}.csv" for table in all_tables(changed)} == {name for name in files if name.endswith(".csv")}
    assert len(all_tables(changed)) == 2 + 4 + 2
    assert {"experiment_sleeping_server.csv", "experiment_sleeping_server_2.csv"} <= set(files)


def test_the_same_document_gives_the_same_bytes_whoever_draws_it(files, tmp_path):
    (tmp_path / "matplotlibrc").write_text("font.size: 31\nlines.linewidth: 9\nsvg.fonttype: path\n")
    run_report(
        tmp_path / "out",
        {"MPLCONFIGDIR": str(tmp_path), "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland", "COLUMNS": "20"},
    )
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == files


def run_report(directory, environment, path=str(BENCH)):
    command = [sys.executable, "-P", "-m", "suite.report", str(DOCUMENT), str(directory)]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path, **environment}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_without_matplotlib_there_are_captions_and_tables_and_the_next_step(tmp_path):
    """A module of that name that cannot be imported stands for one that is missing."""
    (tmp_path / "matplotlib.py").write_text("raise ImportError('none here')\n")
    said = run_report(tmp_path / "out", {}, f"{tmp_path}{os.pathsep}{BENCH}")
    text = (tmp_path / "out/report.html").read_text()
    assert "python3-matplotlib" in said and "python3-matplotlib" in text
    page = Page(text)
    assert "svg" not in page.tags and page.tags.count("table") == len(all_tables(document()))
    assert "cheaper than a pipe from 21.7 KiB" in page.text
    assert not list((tmp_path / "out").glob("*.png"))


def test_an_empty_document_is_a_page_too():
    files, notes = report.report_files(empty_document())
    assert sorted(files) == ["bench.json", "report.html"] and notes == []
    assert Page(text_of(files)).wrong == []


def test_figures_that_no_picture_can_show_are_left_out_of_it():
    questions = ("move", "spawn", "metg", "speed_up", "reduce_max", "kernels_one_core", "attach")
    changed = empty_document() | {"rows": [row for row in document()["rows"] if row["question"] in questions]}
    odd = [0, -1.0, float("inf"), float("nan"), None]
    for i, row in enumerate(changed["rows"]):
        if i % 3 == 0:
            row["median"] = odd[i // 3 % len(odd)]
        elif i % 3 == 1:
            row["p10"] = row["p90"] = odd[i // 3 % len(odd)]
    files, _ = report.report_files(changed)
    assert Page(text_of(files)).wrong == []
    assert len(pictures(changed)) == len(questions)


@pytest.mark.parametrize("question", ["move", "metg", "speed_up", "kernels_one_core", "reduce_max", "spawn"])
def test_one_row_of_a_question_is_enough_not_to_fail(question):
    first = next(row for row in document()["rows"] if row["question"] == question)
    files, _ = report.report_files(empty_document() | {"rows": [first]})
    assert f"{question}.csv" in files
