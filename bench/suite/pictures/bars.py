"""Horizontal bars on a logarithmic axis of time, with spread and value: what things cost, over decades."""

import math

from suite.pictures.canvas import figure
from suite.pictures.palette import INK, look
from suite.pictures.scales import log_times
from suite.wording import duration, plain

HEIGHT_OF_BAR = 0.34
HEIGHT_OF_AXIS = 0.75


def cheapest_first(points):
    return sorted(points, key=lambda point: (point.median, point.subject))


def draw_bars(points, label):
    """One bar per point from top to bottom; whiskers from the 10th to the 90th percentile."""
    drawing, (axes,) = figure(HEIGHT_OF_AXIS + HEIGHT_OF_BAR * len(points))
    left = floor_of(point.p10 for point in points)
    right = max(point.p90 for point in points)
    for place, point in enumerate(points):
        values = (point.median, point.p10, point.p90)
        bar(axes, place, values, left, look(point.subject), 0.68)
        note(axes, place, max(values), duration(point.median))
    log_times(axes.xaxis)
    axes.set_xlim(left, with_room(left, right))
    axes.set_ylim(len(points) - 0.4, -0.6)
    axes.set_xlabel(label, loc="right")
    name_rows(axes, range(len(points)), [point.subject for point in points])
    return drawing


def bar(axes, place, values, left, look, thickness):
    """values: (value, low, high); a whisker where low and high are not the value."""
    value, low, high = values
    look = {"color": look.colour, "hatch": look.hatch, "edgecolor": INK, "linewidth": 0.6}
    axes.barh(place, value - left, left=left, height=thickness, **look)
    spread = [[max(value - low, 0.0)], [max(high - value, 0.0)]]
    if spread != [[0.0], [0.0]]:
        axes.errorbar(value, place, xerr=spread, fmt="none", ecolor=INK, elinewidth=1.1, capsize=2.5)


def note(axes, place, x, words):
    """A value beside the end of its bar."""
    axes.annotate(words, (x, place), xytext=(6, 0), textcoords="offset points", va="center", fontsize=9.5)


def name_rows(axes, places, labels):
    """Names of rows of bars; lines across would only cross them."""
    axes.set_yticks(places, [plain(label) for label in labels])
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)


def floor_of(values):
    """A power of ten clearly below the smallest value: where bars on a logarithmic axis begin."""
    return 10.0 ** math.floor(math.log10(min(values) / 1.6))


def with_room(left, right):
    """The end of a logarithmic axis that leaves a sixth of it free for the value of the longest bar."""
    return right * (right / left) ** 0.2
