"""The document's lists as tables: once as rows of values, from which both CSV and HTML are made."""

import csv
import io
from dataclasses import dataclass

from suite.files import distinct, safe

ROW = ("question", "subject", "parameter", "unit", "median", "p10", "p90", "n", "ratio", "ratio_to")
DERIVED = ("question", "subject", "name", "parameter", "value", "unit")
EXPERIMENT = ("way", "published", "python", "shmkit", "verified", "scaled", "note")
SKIPPED = ("question", "subject", "reason")


@dataclass(frozen=True)
class Table:
    """name: of its file, and of its anchor on the page. rows: values as the document has them."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[tuple]


def question_tables(document):
    """{question: its rows}, in the document's order."""
    questions = dict.fromkeys(row["question"] for row in document["rows"])
    return {q: _table(_name(q), q, ROW, [r for r in document["rows"] if r["question"] == q]) for q in questions}


def experiment_names(document):
    """Of each experiment's files; of some there are several: pages of the same lesson."""
    return distinct([f"experiment_{safe(experiment['experiment'])}" for experiment in document["experiments"]])


def experiment_tables(document):
    """A table per experiment, in order. "scaled": the sides whose figure stands for more work than was done."""
    names = experiment_names(document)
    return [_table(name, e["title"], EXPERIMENT, e["rows"]) for name, e in zip(names, document["experiments"])]


def derived_table(document):
    return _table("derived", "Derived figures", DERIVED, document["derived"])


def skipped_table(document):
    return _table("skipped", "What was skipped, and why", SKIPPED, document["skipped"])


def all_tables(document):
    tables = [
        *question_tables(document).values(),
        *experiment_tables(document),
        derived_table(document),
        skipped_table(document),
    ]
    return [table for table in tables if table.rows]


def csv_of(table):
    """The document's numbers to the last digit; null is an empty field, true and false as in JSON."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_field(value) for value in row] for row in table.rows)
    return stream.getvalue().encode("utf-8", "backslashreplace")


def _name(question):
    taken = question in ("derived", "skipped") or question.startswith("experiment_")
    return f"question_{safe(question)}" if taken else safe(question)


def _table(name, title, columns, rows):
    columns = tuple(column for column in columns if any(column in row for row in rows) or not rows)
    return Table(name, title, columns, [tuple(_value(row.get(column)) for column in columns) for row in rows])


def _value(value):
    return " ".join(value) if isinstance(value, list) else value


def _field(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else repr(value) if isinstance(value, float) else value
