"""Figures that are computed from the rows: METG, Amdahl's fraction, Karp and Flatt's, break-even sizes."""

from suite import fits

SHARES = {"metg50": 0.5, "metg90": 0.9}
SHARED_MEMORY = "attach_and_read"
BOUNDS = ("load_only", "ideal")  # Subjects of speed_up that run nothing of ours.


def derive(rows, cpus):
    return [*_metg(rows), *_speed_up(rows, cpus), *_break_even(rows)]


def _figure(question, subject, name, value, unit, parameter=None):
    return {"question": question, "subject": subject, "name": name, "parameter": parameter, "value": value, "unit": unit}


def _curves(rows, question):
    """{subject: [(parameter, median)], ascending}"""
    found = {}
    for row in rows:
        if row["question"] == question and row["parameter"] is not None:
            found.setdefault(row["subject"], []).append((row["parameter"], row["median"]))
    return {subject: sorted(points) for subject, points in found.items()}


def _metg(rows):
    """Every subject is compared with its own best. Where the smallest task is efficient already: its granularity."""
    for subject, points in _curves(rows, "metg").items():
        elements, granularities = zip(*points)
        shares = fits.efficiencies(elements, granularities)
        for name, share in SHARES.items():
            crossing = fits.metg(granularities, shares, share)
            yield _figure("metg", subject, name, crossing.at if crossing else None, "ns")


def _speed_up(rows, cpus):
    for subject, points in _curves(rows, "speed_up").items():
        if subject in BOUNDS:
            continue
        ups = [(n, up) for n, up in fits.speed_ups(*zip(*points)) if n <= cpus]
        if len(ups) < 2:
            continue
        yield _figure("speed_up", subject, "amdahl_parallel_fraction", fits.amdahl_parallel_fraction(*zip(*ups)), "")
        for n, up in ups:
            if n > 1:
                yield _figure("speed_up", subject, "speed_up", up, "", n)
                yield _figure("speed_up", subject, "karp_flatt", fits.karp_flatt(n, up), "", n)


def _break_even(rows):
    """From which size on attaching, and reading all of it, costs less than each way of copying."""
    curves = _curves(rows, "move")
    ours = dict(curves.pop(SHARED_MEMORY, []))
    for subject, points in curves.items():
        both = [(size, time, ours[size]) for size, time in points if size in ours]
        if both and subject not in ("attach", "memcpy"):
            crossing = fits.break_even(*zip(*both))
            yield _figure("move", subject, "break_even_bytes", crossing.at if crossing else None, "bytes")
