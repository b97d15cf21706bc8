"""Horizontal bars on a logarithmic axis of time, with spread and value: what things cost, over decades."""

import math

from suite.wording import duration, plain
from suite.pictures.canvas import figure
from suite.pictures.palette import INK, look
from suite.pictures.scales import log_times

HEIGHT_OF_BAR = 0.34
HEIGHT_OF_AXIS = 0.75


def cheapest_first(points):
    return sorted(points, key=lambda point: (point.median, point.subject))


def draw_bars(points, label):
    """One bar per point from top to bottom; whiskers from the 10th to the 90th percentile."""
    drawing, (axes,) = figure(HEIGHT_OF_AXIS + HEIGHT_OF_BAR * len(points))
    left = floor_of(point.p10 for point in points)
    for place, point in enumerate(points):
        bar(axes, place, point, left, look(point.subject))
        note(axes, place, max(point.p90, point.median), duration(point.median))
    log_times(axes.xaxis)
    axes.set_xlim(left, max(point.p90 for point in points) * room_for_notes(points, left))
    axes.set_yticks(range(len(points)), [plain(point.subject) for point in points])
    axes.set_ylim(len(points) - 0.4, -0.6)
    axes.set_xlabel(label, loc="right")
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    return drawing


def bar(axes, place, point, left, look, thickness=0.68):
    axes.barh(
        place,
        point.median - left,
        left=left,
        height=thickness,
        color=look.colour,
        hatch=look.hatch,
        edgecolor=INK,
        linewidth=0.6,
    )
    spread = [[max(point.median - point.p10, 0.0)], [max(point.p90 - point.median, 0.0)]]
    axes.errorbar(point.median, place, xerr=spread, fmt="none", ecolor=INK, elinewidth=1.1, capsize=3)


def note(axes, place, x, words):
    """A value beside the end of its bar."""
    axes.annotate(words, (x, place), xytext=(6, 0), textcoords="offset points", va="center", fontsize=9.5)


def floor_of(values):
    """A power of ten clearly below the smallest value: where bars on a logarithmic axis begin."""
    return 10.0 ** math.floor(math.log10(min(values) / 1.6))


def room_for_notes(points, left):
    """A factor that leaves about a sixth of the axis free on the right."""
    return (max(point.p90 for point in points) / left) ** 0.2
