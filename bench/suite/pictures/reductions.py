"""Reductions over a shared array, in GB/s beside what a loop that only loads reaches."""

from suite.points import named, points
from suite.wording import listed, number, share
from suite.pictures.bars import bar, name_rows, note
from suite.pictures.canvas import figure
from suite.pictures.palette import INK, look, ordered
from suite.pictures.picture import Picture

PREFIX, FLOORS = "reduce_", "floor"
FLOOR, OURS = "load_only", "shmkit"
HEIGHT_OF_BAR = 0.3


def pictures(document):
    questions = dict.fromkeys(r["question"] for r in document["rows"] if _is_about(r["question"]))
    found = {q: [p for p in points(document, q) if not p.is_time] for q in questions}
    found = {question: rates for question, rates in found.items() if rates}
    if not found:
        return []
    alt = f"Bars of gigabytes per second for {listed(found)}, with the rate of a loop that only loads as a mark."
    return [
        Picture(
            "reductions",
            "Reductions beside what memory allows",
            tuple(found),
            _caption(found),
            alt,
            lambda: _draw(found),
        )
    ]


def _is_about(question):
    return question.startswith(PREFIX) or question == FLOORS


def _caption(found):
    words = []
    for question, rates in found.items():
        ours, floor = named(rates, OURS), named(rates, FLOOR)
        if ours:
            beside = f", {share(ours.median / floor.median)} of a loop that only loads" if floor else ""
            words.append(f"{question.removeprefix(PREFIX)} {number(ours.median)} GB/s{beside}")
    return f"shmkit: {'; '.join(words)}." if words else "Gigabytes per second of each way."


def _draw(found):
    bars = sum(len(rates) for rates in found.values()) + len(found)
    drawing, (axes,) = figure(0.8 + HEIGHT_OF_BAR * bars)
    place, ticks = 0, []
    for question, rates in found.items():
        place, ticks = place + 1, [*ticks, (place, question)]
        for point in by_setting(rates):
            _bar(axes, place, point, named(rates, point.ratio_to))
            ticks.append((place, point.subject))
            place += 1
    name_rows(axes, *zip(*ticks))
    for label in axes.get_yticklabels():
        label.set_fontweight("bold" if _is_about(label.get_text()) else "normal")
    axes.set_ylim(place - 0.3, -0.6)
    axes.set_xlabel("GB/s (dashed: a loop that only loads, in the same setting)", loc="right")
    axes.set_xlim(0, axes.get_xlim()[1] * 1.12)
    return drawing


def by_setting(rates):
    """What has the same floor together, under it: all cores, one core, a new mapping."""
    rates = ordered({point.subject: point for point in rates}).values()
    floors = {point.ratio_to for point in rates}
    return sorted(rates, key=lambda p: (p.ratio_to or p.subject, p.subject not in floors))


def _bar(axes, place, point, floor):
    values = (point.median, point.p10, point.p90)
    bar(axes, place, values, 0.0, look(point.subject), 0.72)
    end = max(values)
    if floor:
        end = max(end, floor.median) if floor.median < 1.2 * end else end
        axes.plot([floor.median] * 2, [place - 0.48, place + 0.48], color=INK, linewidth=1.6, dashes=(2, 1))
    note(axes, place, end, number(point.median))
