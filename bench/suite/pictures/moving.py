"""Copying against sharing: what it costs to give another process N bytes."""

from suite.fits import break_even
from suite.points import by_subject, derived, points
from suite.wording import duration, listed, more_or_less, plain, size
from suite.pictures.canvas import figure
from suite.pictures.curves import draw_curve, legend_above
from suite.pictures.palette import INK, looks, ordered
from suite.pictures.picture import Picture
from suite.pictures.scales import log_sizes, log_times

QUESTION = "move"
COPY, SHARE = "pipe", "attach_and_read"


def pictures(document):
    curves = ordered(by_subject(points(document, QUESTION)))
    if not any(len(curve) > 1 for curve in curves.values()):
        return []
    even = _break_even(document, curves)
    alt = f"Time against size, both logarithmic, for {listed(plain(s) for s in curves)}."
    return [Picture("move", "Copy or share", (QUESTION,), _caption(curves, even), alt, lambda: _draw(curves, even))]


def _break_even(document, curves):
    """Bytes, or None. The driver's figure where it gives one."""
    given = derived(document, QUESTION, "break_even_bytes", COPY)
    if given:
        return given
    usual, other = ({p.parameter: p.median for p in curves.get(subject, [])} for subject in (COPY, SHARE))
    sizes = sorted(usual.keys() & other.keys())
    found = break_even(sizes, [usual[s] for s in sizes], [other[s] for s in sizes])
    return found.at if found else None


def _caption(curves, even):
    if COPY not in curves or SHARE not in curves:
        return (
            "What it costs to give another process so many bytes: copies grow with the size, an attachment does not."
        )
    copy, share = curves[COPY], curves[SHARE]
    if even is None:
        return f"Attaching and reading never gets cheaper than a pipe here, up to {size(share[-1].parameter)}."
    smallest = ", the smallest size tried," if even <= share[0].parameter else ""
    words = f"Attaching and reading is cheaper than a pipe from {size(even)}{smallest} on."
    copy, share = copy[-1], share[-1]
    if copy.parameter != share.parameter:
        return words
    return (
        f"{words} At {size(copy.parameter)} it takes {duration(share.median)}; the pipe takes "
        f"{duration(copy.median)}, {more_or_less(copy.median / share.median)} that."
    )


def _draw(curves, even):
    drawing, (axes,) = figure(5.4)
    styles = looks(curves)
    for subject, curve in curves.items():
        draw_curve(axes, subject, styles[subject], [(p.parameter, p.median, p.p10, p.p90) for p in curve])
    log_sizes(axes.xaxis)
    log_times(axes.yaxis)
    axes.set(xlabel="size of the data", ylabel="time until the other process has it")
    if even:
        _mark(axes, even)
    legend_above(axes)
    return drawing


def _mark(axes, even):
    """A line at the break-even size, and its words where there is more room beside it."""
    axes.axvline(even, color=INK, linewidth=1, dashes=(4, 3))
    left, right = axes.get_xlim()
    side = 1 if even * even < left * right else -1
    axes.annotate(
        f"{SHARE} cheaper\nthan {COPY} from {size(even)}",
        (even, 0.98),
        xycoords=("data", "axes fraction"),
        xytext=(6 * side, 0),
        textcoords="offset points",
        va="top",
        ha="left" if side > 0 else "right",
        fontsize=9.5,
    )
