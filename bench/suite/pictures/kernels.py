"""Each kernel on one core beside NumPy's function."""

from statistics import median

from suite.pictures.groups import draw_groups
from suite.pictures.picture import Picture
from suite.points import points
from suite.wording import number, plain

QUESTION = "kernels_one_core"
OURS, THEIRS, BOUND = "shmkit", "numpy", "floor"
BOUNDS = ("load_only", "memcpy")
AS_FAST = 0.95


def pictures(document):
    """Subjects are kernels, NumPy's with its name before: "max", "numpy_max"; and what the bare machine does."""
    groups = {}
    for point in points(document, QUESTION):
        kernel, side = _kernel_and_side(point.subject)
        groups.setdefault(kernel, {})[side] = (point.median, point.p10, point.p90, number(point.median))
    if not groups:
        return []
    alt = "Pairs of bars in gigabytes per second, shmkit's and NumPy's, for each kernel on one core."
    return [Picture("kernels", "Kernels on one core", (QUESTION,), _caption(groups), alt, lambda: _draw(groups))]


def _kernel_and_side(subject):
    if subject in BOUNDS:
        return subject, BOUND
    words = subject.split("_")
    side = THEIRS if THEIRS in words else OURS
    return "_".join(word for word in words if word not in (OURS, THEIRS)) or subject, side


def _ratios(groups):
    return {k: g[OURS][0] / g[THEIRS][0] for k, g in groups.items() if OURS in g and THEIRS in g}


def _caption(groups):
    ratios = _ratios(groups)
    if not ratios:
        return "Gigabytes per second of each kernel; NumPy was not there to compare with."
    as_fast = sum(ratio >= AS_FAST for ratio in ratios.values())
    slowest = min(ratios, key=ratios.get)
    return (
        f"{as_fast} of {len(ratios)} kernels are as fast as NumPy's function or faster (to 5 %), the median "
        f"{number(median(ratios.values()))} times as fast; {plain(slowest)}, the least so, {number(ratios[slowest])}."
    )


def _draw(groups):
    """The bounds, then kernels from the one that is fastest beside NumPy's, those without a rival last."""
    ratios = _ratios(groups)
    names = sorted(groups, key=lambda k: (BOUND not in groups[k], -ratios.get(k, 0), k))
    sides = [side for side in (OURS, THEIRS, BOUND) if any(side in group for group in groups.values())]
    drawing, axes = draw_groups({name: groups[name] for name in names}, sides, 0.0)
    axes.set_xlim(0, axes.get_xlim()[1] * 1.08)
    axes.set_xlabel("GB/s read and written, float64", loc="right")
    return drawing
