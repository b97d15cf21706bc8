"""The spawn ladder: what it costs to get somebody to work."""

from suite.points import named, points
from suite.wording import duration, number, plain
from suite.pictures.bars import cheapest_first, draw_bars
from suite.pictures.picture import Picture

QUESTION = "spawn"
WARM = "warm_pool_job"
# The dearest of what was measured: its cost grows with the memory of the process that forks.
FORKS = ("fork_8GB", "fork_1GB", "fork_100MB", "fork_10MB", "posix_spawn")


def pictures(document):
    found = cheapest_first(points(document, QUESTION))
    if not found:
        return []
    alt = "Bars on a logarithmic axis of time, from the cheapest to the dearest way to start somebody."
    return [
        Picture(
            "spawn",
            "The spawn ladder",
            (QUESTION,),
            _caption(found),
            alt,
            lambda: draw_bars(found, "time until it runs (fork_SIZE: from a process so big)"),
        )
    ]


def _caption(found):
    warm = named(found, WARM)
    fork = next((named(found, subject) for subject in FORKS if named(found, subject)), None)
    if warm and fork:
        return (
            f"{fork.subject} costs {duration(fork.median)}, {number(fork.median / warm.median)} times a job on a pool "
            f"that is there already ({duration(warm.median)})."
        )
    ends = (f"{plain(point.subject)} at {duration(point.median)}" for point in (found[0], found[-1]))
    return f"From {' up to '.join(ends)}."
