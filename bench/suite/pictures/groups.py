"""Groups of horizontal bars: a few sides (ours, theirs) of each of many things."""

from suite.pictures.bars import note
from suite.pictures.canvas import figure, patch
from suite.pictures.curves import legend_above
from suite.pictures.palette import INK, look
from suite.wording import plain

HEIGHT_OF_BAR = 0.21
HEIGHT_OF_AXIS = 0.95


def draw_groups(groups, sides, left, words):
    """groups: {label: {side: (value, low, high)}} from top to bottom; sides in the order of their bars, with a legend.

    left: where bars begin. Every bar carries its value in words. Returns figure and axes, whose scale is the caller's.
    """
    bars = max(len(group) for group in groups.values()) + 0.6
    drawing, (axes,) = figure(HEIGHT_OF_AXIS + HEIGHT_OF_BAR * bars * len(groups))
    thickness = 1 / bars
    for place, group in enumerate(groups.values()):
        present = [side for side in sides if side in group]
        for i, side in enumerate(present):
            _bar(
                axes,
                place + (i - (len(present) - 1) / 2) * thickness,
                thickness,
                group[side],
                left,
                look(side),
                words,
            )
    legend_above(axes, [patch(look(side).colour, look(side).hatch, plain(side)) for side in sides])
    axes.set_yticks(range(len(groups)), [plain(label) for label in groups])
    axes.set_ylim(len(groups) - 0.45, -0.55)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    return drawing, axes


def _bar(axes, place, thickness, values, left, look, words):
    value, low, high = values
    axes.barh(
        place,
        value - left,
        left=left,
        height=thickness,
        color=look.colour,
        hatch=look.hatch,
        edgecolor=INK,
        linewidth=0.6,
    )
    if high > low:
        axes.errorbar(
            value,
            place,
            xerr=[[max(value - low, 0.0)], [max(high - value, 0.0)]],
            fmt="none",
            ecolor=INK,
            elinewidth=1,
            capsize=2,
        )
    note(axes, place, max(high, value), words(value))
