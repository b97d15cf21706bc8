"""Speed-up over workers: measured, ideal, as Amdahl's law fits it, and the serial fraction of Karp and Flatt."""

from suite import fits
from suite.points import by_subject, derived, points
from suite.wording import listed, number, plain, share
from suite.pictures.canvas import figure
from suite.pictures.curves import draw_curve, draw_line, legend_above
from suite.pictures.palette import INK, looks, ordered
from suite.pictures.picture import Picture
from suite.pictures.scales import log_counts

QUESTION = "speed_up"


def pictures(document):
    curves = {
        subject: _speed_ups(curve) for subject, curve in ordered(by_subject(points(document, QUESTION))).items()
    }
    curves = {subject: curve for subject, curve in curves.items() if len(curve) > 1 and subject != "ideal"}
    if not curves:
        return []
    cpus = document["machine"]["cpus"]
    fitted = {subject: _parallel_fraction(document, subject, curve, cpus) for subject, curve in curves.items()}
    alt = (
        f"Above: speed-up against workers for {listed(plain(s) for s in curves)}, ideal and as Amdahl's law fits. "
        "Below: the Karp-Flatt serial fraction against workers."
    )
    return [
        Picture(
            "speed_up",
            "Speed-up over workers",
            (QUESTION,),
            _caption(curves, fitted, cpus),
            alt,
            lambda: _draw(curves, fitted, cpus),
        )
    ]


def _speed_ups(curve):
    """[(workers, speed-up, low, high)] over the median with one worker; nothing without that."""
    one = next((p.median for p in curve if p.parameter == 1), None)
    return [(p.parameter, one / p.median, one / p.p90, one / p.p10) for p in curve] if one else []


def _parallel_fraction(document, subject, curve, cpus):
    given = derived(document, QUESTION, "amdahl_parallel_fraction", subject)
    within = [place for place in curve if place[0] <= cpus]
    return given if given is not None else fits.amdahl_parallel_fraction(*zip(*[p[:2] for p in within]))


def _caption(curves, fitted, cpus):
    words = []
    for subject, curve in curves.items():
        workers, gained = max((place[:2] for place in curve if place[0] <= cpus), default=curve[0][:2])
        fraction = f", parallel fraction {share(fitted[subject])}" if fitted[subject] is not None else ""
        words.append(f"{plain(subject)} {number(gained)} times ({workers:g} workers{fraction})")
    return f"As fast as one worker, with as many as there are CPUs: {'; '.join(words)}."


def _draw(curves, fitted, cpus):
    drawing, (gains, fractions) = figure(6.8, 2, height_ratios=(3, 2))
    counts = sorted({place[0] for curve in curves.values() for place in curve})
    gains.plot(counts, [min(n, cpus) for n in counts], color=INK, linewidth=1, label="ideal")
    styles = looks(curves)
    for subject, curve in curves.items():
        style = styles[subject]
        draw_curve(gains, subject, style, curve)
        if fitted[subject] is not None:
            gains.plot(
                counts,
                [fits.amdahl_speed_up(fitted[subject], min(n, cpus)) for n in counts],
                color=style.colour,
                linewidth=1.1,
                dashes=(1, 1),
            )
        # Workers that share CPUs would show as serial.
        serial = [(n, fits.karp_flatt(n, gain)) for n, gain, *_ in curve if 1 < n <= cpus]
        if serial:
            draw_line(fractions, style, *zip(*serial))
    gains.set(ylabel="speed-up (dotted: Amdahl's fit)", ylim=(0, None))
    fractions.set(xlabel=f"workers, on {cpus:g} CPUs", ylabel="Karp-Flatt serial fraction")
    fractions.yaxis.set_major_formatter(lambda value, _: share(value))
    fractions.axhline(0, color=INK, linewidth=1)
    for axes in (gains, fractions):
        axes.set_xlim(counts[0] / 1.08, counts[-1] * 1.08)
        log_counts(axes.xaxis, counts)
    legend_above(gains)
    return drawing
