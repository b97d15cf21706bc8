"""Groups of horizontal bars: a few sides (ours, theirs) of each of many things."""

from suite.pictures.bars import bar, name_rows, note
from suite.pictures.canvas import figure, patch
from suite.pictures.curves import legend_above
from suite.pictures.palette import look
from suite.wording import plain

HEIGHT_OF_BAR = 0.21
HEIGHT_OF_AXIS = 0.95


def draw_groups(groups, sides, left):
    """groups: {label: {side: (value, low, high, value in words)}} from top to bottom.

    sides: in the order of their bars, with a legend. left: where bars begin. Returns the figure and its axes, whose
    scale is the caller's.
    """
    bars = max(len(group) for group in groups.values()) + 0.6
    drawing, (axes,) = figure(HEIGHT_OF_AXIS + HEIGHT_OF_BAR * bars * len(groups))
    for place, group in enumerate(groups.values()):
        present = [side for side in sides if side in group]
        for i, side in enumerate(present):
            *values, words = group[side]
            y = place + (i - (len(present) - 1) / 2) / bars
            bar(axes, y, values, left, look(side), 1 / bars)
            note(axes, y, max(values), words)
    legend_above(axes, [patch(look(side).colour, look(side).hatch, plain(side)) for side in sides])
    name_rows(axes, range(len(groups)), groups)
    axes.set_ylim(len(groups) - 0.45, -0.55)
    return drawing, axes
