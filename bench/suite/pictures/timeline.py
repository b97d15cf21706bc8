"""Who did what when: the workers of one traced job."""

from suite.pictures.bars import name_rows
from suite.pictures.canvas import figure, patch
from suite.pictures.curves import legend_above
from suite.pictures.palette import BLUE, GREY, INK, ORANGE, PURPLE, VERMILION
from suite.pictures.picture import Picture
from suite.trace import SHOWN, lanes, trace_of
from suite.wording import duration, number, share

COLOURS = {"run": BLUE, "claim": ORANGE, "wait": GREY}
HEIGHTS = {"run": 0.72, "claim": 0.72, "wait": 0.2}
INSTANTS = (("death", "X", VERMILION), ("retry", "^", PURPLE))
# Slices nearer to each other than a pixel are drawn as one: a million chunks make no picture of a million pieces.
PIECES_PER_LANE = 900
MOST_PIECES = 12_000
# So many have room to be told apart.
FEW_PIECES = 200


def pictures(document):
    trace, _ = trace_of(document)
    found = lanes(trace)
    if not found:
        return []
    alt = "One lane per worker over time: running a chunk, claiming one, waiting; deaths and retries are marked."
    return [Picture("timeline", "A job, worker by worker", (), _caption(found), alt, lambda: _draw(found))]


def _end(found):
    return max(end for lane in found for slices in lane.slices.values() for _, end in slices)


def _caption(found):
    running = [slice for lane in found for slice in lane.slices.get("run", [])]
    workers = len({lane.name for lane in found if "run" in lane.slices})
    whole, busy = _end(found), sum(end - begin for begin, end in running)
    words = f"{workers} workers ran {len(running):,} slices in {duration(whole)}"
    if workers and whole:
        words += f", and were running {share(busy / (workers * whole))} of the time"
    for kind, _, _ in INSTANTS:
        count = sum(_kind(name) == kind for lane in found for _, name in lane.instants)
        words += f"; {'deaths' if kind == 'death' else 'retries'}: {number(count)}" if count else ""
    return words + "."


def _kind(name):
    return next((kind for kind, *_ in INSTANTS if kind in name), None)


def _draw(found):
    whole = _end(found) or 1e-9
    scale, unit = next((s, u) for s, u in ((1, "s"), (1e3, "ms"), (1e6, "us")) if whole * s >= 1 or u == "us")
    gap = whole / max(1, min(PIECES_PER_LANE, MOST_PIECES // len(found)))
    drawing, (axes,) = figure(min(10.0, 1.2 + 0.42 * len(found)))
    for place, lane in enumerate(found):
        for name in reversed(SHOWN):
            slices = lane.slices.get(name, [])
            few = len(slices) <= FEW_PIECES
            pieces = [(begin * scale, (end - begin) * scale) for begin, end in (slices if few else merged(slices, gap))]
            axes.broken_barh(
                pieces,
                (place - HEIGHTS[name] / 2, HEIGHTS[name]),
                facecolors=COLOURS[name],
                edgecolor=INK,
                linewidth=0.5 if few and name == "run" else 0,
            )
        for kind, marker, colour in INSTANTS:
            times = [at * scale for at, name in lane.instants if _kind(name) == kind]
            if times:
                axes.plot(
                    times,
                    [place - 0.36] * len(times),
                    marker=marker,
                    color=colour,
                    markeredgecolor=INK,
                    markersize=9,
                    linestyle="none",
                    clip_on=False,
                    zorder=5,
                )
    _label(axes, found)
    axes.set(xlim=(0, whole * scale), ylim=(len(found) - 0.5, -0.6))
    axes.set_xlabel(f"time since the first slice ({unit})", loc="right")
    return drawing


def merged(slices, gap):
    """Ascending slices, those nearer than gap as one."""
    pieces = []
    for begin, end in slices:
        if pieces and begin - pieces[-1][1] < gap:
            pieces[-1][1] = max(end, pieces[-1][1])
        else:
            pieces.append([begin, end])
    return pieces


def _label(axes, found):
    every = -(-len(found) // 40)
    name_rows(axes, range(0, len(found), every), [lane.name for lane in found[::every]])
    shown = [name for name in SHOWN if any(name in lane.slices for lane in found)]
    handles = [patch(COLOURS[name], "", name, linewidth=0) for name in shown]
    for kind, marker, colour in INSTANTS:
        if any(_kind(name) == kind for lane in found for _, name in lane.instants):
            handles += axes.plot(
                [], [], marker=marker, color=colour, markeredgecolor=INK, markersize=9, linestyle="none", label=kind
            )
    legend_above(axes, handles)
