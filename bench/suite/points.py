"""The rows of a document as points in base units: seconds, or whatever else was counted as it was counted."""

import math
from typing import NamedTuple

from suite.wording import seconds_in


class Point(NamedTuple):
    subject: str
    parameter: float | None
    median: float
    p10: float
    p90: float
    is_time: bool
    ratio: float | None
    ratio_to: str | None


def points(document, question):
    """What a picture can show of a question: medians that are numbers above zero, in the document's order."""
    return [_point(row) for row in document["rows"] if row["question"] == question and _is_positive(row["median"])]


def by_subject(points):
    """{subject: its points with a parameter, ascending}."""
    curves = {}
    for point in points:
        if _is_positive(point.parameter):
            curves.setdefault(point.subject, []).append(point)
    return {subject: sorted(curve, key=lambda p: p.parameter) for subject, curve in curves.items()}


def named(points, subject):
    """The first point of a subject, or None."""
    return next((point for point in points if point.subject == subject), None)


def derived(document, question, name, subject=None):
    """The first derived figure of that name that has a value, or None."""
    for row in document["derived"]:
        if (row["question"], row["name"]) == (question, name) and subject in (None, row["subject"]):
            if row["value"] is not None and math.isfinite(row["value"]):
                return row["value"]
    return None


def _point(row):
    seconds = seconds_in(row["unit"])
    scale = seconds or 1.0
    p10, p90 = (row[key] if _is_positive(row[key]) else row["median"] for key in ("p10", "p90"))
    return Point(
        row["subject"],
        row["parameter"],
        row["median"] * scale,
        p10 * scale,
        p90 * scale,
        seconds is not None,
        row["ratio"],
        row["ratio_to"],
    )


def _is_positive(value):
    return isinstance(value, (int, float)) and math.isfinite(value) and value > 0
