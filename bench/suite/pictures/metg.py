"""METG: how small tasks may get before a job loses half, or a tenth, of its best efficiency."""

from suite import fits
from suite.points import by_subject, derived, points
from suite.wording import duration, listed, plain
from suite.pictures.canvas import figure
from suite.pictures.curves import draw_curve, legend_above
from suite.pictures.palette import INK, looks, ordered
from suite.pictures.picture import Picture
from suite.pictures.scales import log_times

QUESTION = "metg"
SHARES = ((0.5, "metg50"), (0.9, "metg90"))


def pictures(document):
    curves = {s: c for s, c in ordered(by_subject(points(document, QUESTION))).items() if len(c) > 1}
    if not curves:
        return []
    efficient = {subject: _efficiencies(curve) for subject, curve in curves.items()}
    crossings = {subject: _crossings(document, subject, curve) for subject, curve in efficient.items()}
    alt = f"Efficiency against time of a task for {listed(plain(s) for s in curves)}; lines at 50 and 90 percent."
    return [
        Picture(
            "metg",
            "The smallest task that pays",
            (QUESTION,),
            _caption(efficient, crossings),
            alt,
            lambda: _draw(efficient, crossings),
        )
    ]


def _efficiencies(curve):
    """[(seconds per task, efficiency, low, high)] in the order of elements; beside the subject's own best."""
    best = max(p.parameter / p.median for p in curve)
    places = [tuple(p.parameter / time / best for time in (p.median, p.p90, p.p10)) for p in curve]
    return [(p.median, *place) for p, place in zip(curve, places)]


def _crossings(document, subject, curve):
    """{share: seconds, or None}: the driver's figure where it gives one (in nanoseconds)."""
    found = {}
    for share, name in SHARES:
        given = derived(document, QUESTION, name, subject)
        computed = fits.metg([p[0] for p in curve], [p[1] for p in curve], share)
        found[share] = given * 1e-9 if given else computed.at if computed else None
    return found


def _caption(curves, crossings):
    words = [
        f"{plain(subject)} {_least(*found.values(), curves[subject][0][0])}" for subject, found in crossings.items()
    ]
    return f"Half (nine tenths) of the best efficiency takes tasks this long: {'; '.join(words)}."


def _least(half, most, smallest):
    half, most = (
        "more than was tried" if at is None else f"at most {duration(at)}" if at <= smallest else duration(at)
        for at in (half, most)
    )
    return f"{half} ({most})"


def _draw(efficient, crossings):
    drawing, (axes,) = figure(4.6)
    styles = looks(efficient)
    for subject, curve in efficient.items():
        style = styles[subject]
        draw_curve(axes, subject, style, curve)
        for share, at in crossings[subject].items():
            if at:
                axes.plot(
                    at,
                    share,
                    marker=style.marker,
                    color=style.colour,
                    markeredgecolor=INK,
                    markersize=10,
                    linestyle="none",
                    zorder=5,
                )
    for share, _ in SHARES:
        axes.axhline(share, color=INK, linewidth=1, dashes=(4, 3))
    log_times(axes.xaxis)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 0.9, 1.0], ["0", "25 %", "50 %", "75 %", "90 %", "100 %"])
    axes.set(ylim=(0, 1.06), xlabel="wall time x workers / tasks", ylabel="efficiency, of the subject's best")
    legend_above(axes)
    return drawing
