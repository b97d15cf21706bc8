"""What is computed from measured curves: Amdahl's fit, the Karp-Flatt fraction, METG, break-even sizes.

Plain lists in, numbers out; curves need no order. A curve that cannot answer gives None, never an exception: one
point, no point with one worker, times of zero.
"""

import math
from typing import NamedTuple


class Crossing(NamedTuple):
    """Where a curve passes a limit. is_bound: it is past it at the first point already, so the place is "at most"."""

    at: float
    is_bound: bool


def speed_ups(workers, seconds):
    """[(workers, speed-up)] over the time with one worker, ascending; empty without that."""
    times = {n: t for n, t in zip(workers, seconds) if _positive(n) and _positive(t)}
    return [(n, times[1] / times[n]) for n in sorted(times)] if 1 in times else []


def amdahl_parallel_fraction(workers, speed_ups):
    """The p in [0, 1] with which Amdahl's law S(n) = 1 / ((1 - p) + p / n) fits best.

    Least squares of the relative times 1 / S(n) = 1 - p (1 - 1/n), which are linear in p: so the answer is unique, and
    exact for exact curves. Superlinear curves give 1, curves that only get slower 0. None without a point of two
    workers or more. Leave out points with more workers than CPUs: they share.

    G. M. Amdahl, "Validity of the single processor approach to achieving large scale computing capabilities",
    AFIPS Spring Joint Computer Conference, 1967.
    """
    points = [(1 - 1 / n, 1 - 1 / s) for n, s in zip(workers, speed_ups) if n > 1 and _positive(s)]
    if not points:
        return None
    return min(1.0, max(0.0, sum(x * y for x, y in points) / sum(x * x for x, _ in points)))


def amdahl_speed_up(parallel_fraction, workers):
    """S(n) of Amdahl's law."""
    return 1 / ((1 - parallel_fraction) + parallel_fraction / workers)


def karp_flatt(workers, speed_up):
    """The serial fraction that was observed, e = (1/S - 1/n) / (1 - 1/n). None for one worker or no speed-up at all.

    Constant over n: serial work limits. Growing: overhead does. Negative: superlinear (caches).
    A. H. Karp, H. P. Flatt, "Measuring parallel processor performance", Communications of the ACM 33(5), 1990.
    """
    if not (workers > 1 and _positive(speed_up)):
        return None
    return (1 / speed_up - 1 / workers) / (1 - 1 / workers)


def efficiencies(elements, granularities):
    """Each point's elements per unit of time, as a share of the best point's. Same order; None where time is zero."""
    rates = [e / g if _positive(e) and _positive(g) else None for e, g in zip(elements, granularities)]
    best = max((r for r in rates if r is not None), default=None)
    return [None if r is None else r / best for r in rates]


def metg(granularities, efficiencies, share=0.5):
    """METG(share): the smallest granularity at which the efficiency reaches the share, as a Crossing.

    In the order of the work in a task, which is proportional to granularity x efficiency, so that noise among tasks of
    next to no work turns no points around. Interpolated between the first point that reaches the share and the one
    before, in logarithms of both. None when the curve never gets there.

    E. Slaughter et al., "Task Bench: a parameterized benchmark for evaluating parallel runtime performance", SC'20.
    """
    points = [(g, e) for g, e in zip(granularities, efficiencies) if _positive(g) and _positive(e)]
    points.sort(key=lambda point: point[0] * point[1])
    reached = next((i for i, (_, e) in enumerate(points) if e >= share), None)
    if reached is None:
        return None
    return _crossing(points, reached, math.log(share))


def break_even(sizes, usual, other):
    """The size from which on `other` costs less than `usual`, as a Crossing: at every larger size measured it does too.

    Interpolated where the logarithm of their ratio is 0, linear in the logarithm of the size. None when `other` does
    not win at the largest size.
    """
    triples = zip(sizes, usual, other)
    points = sorted((s, u / o) for s, u, o in triples if _positive(s) and _positive(u) and _positive(o))
    if not points or points[-1][1] <= 1:
        return None
    return _crossing(points, 1 + max((i for i, (_, ratio) in enumerate(points) if ratio <= 1), default=-1), 0.0)


def _crossing(points, above, log_limit):
    """Between points[above - 1], which is below the limit, and points[above]: linear in logarithms."""
    if above == 0:
        return Crossing(float(points[0][0]), True)
    (x0, y0), (x1, y1) = points[above - 1], points[above]
    way = (log_limit - math.log(y0)) / (math.log(y1) - math.log(y0))
    return Crossing(x0 * (x1 / x0) ** way, False)


def _positive(value):
    return isinstance(value, (int, float)) and math.isfinite(value) and value > 0
