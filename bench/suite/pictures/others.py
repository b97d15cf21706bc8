"""A plain picture of every other question about time: one bar per subject."""

from suite.files import safe
from suite.pictures.bars import cheapest_first, draw_bars
from suite.pictures.picture import Picture
from suite.points import points
from suite.questions import CONTROL
from suite.wording import duration, number, plain


def pictures(document, taken):
    """taken: questions that have a picture."""
    taken = {*taken, CONTROL.name}  # Nobody's rivals.
    questions = dict.fromkeys(row["question"] for row in document["rows"] if row["question"] not in taken)
    return [picture for question in questions for picture in _pictures(document, question)]


def _pictures(document, question):
    found = cheapest_first(p for p in points(document, question) if p.is_time and p.parameter is None)
    if not found:
        return []
    alt = "Bars on a logarithmic axis of time, the cheapest subject first."
    return [
        Picture(
            f"question_{safe(question)}",
            plain(question),
            (question,),
            _caption(found),
            alt,
            lambda: draw_bars(found, "time (whiskers: 10th to 90th percentile)"),
        )
    ]


def _caption(found):
    cheapest, dearest = found[0], found[-1]
    words = f"{plain(cheapest.subject)} takes {duration(cheapest.median)}"
    if dearest is cheapest:
        return words + "."
    times = number(dearest.median / cheapest.median)
    return f"{words}, {plain(dearest.subject)} {times} times that ({duration(dearest.median)})."
