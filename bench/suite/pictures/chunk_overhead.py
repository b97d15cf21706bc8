"""What handing out a chunk costs, beside the ways of others."""

from suite.points import named, points
from suite.wording import duration, more_or_less, plain
from suite.pictures.bars import cheapest_first, draw_bars
from suite.pictures.picture import Picture

QUESTION = "chunk_overhead"
OURS, THREADS = "shmkit", "openmp_dynamic"


def pictures(document):
    found = cheapest_first(points(document, QUESTION))
    if not found:
        return []
    alt = "Bars on a logarithmic axis of time per chunk, the cheapest way first."
    return [
        Picture(
            "chunk_overhead",
            "What a chunk costs",
            (QUESTION,),
            _caption(found),
            alt,
            lambda: draw_bars(found, "time per chunk with an empty body, two workers"),
        )
    ]


def _caption(found):
    ours, threads, dearest = named(found, OURS), named(found, THREADS), found[-1]
    if not ours:
        ends = (f"{plain(point.subject)} ({duration(point.median)})" for point in (found[0], dearest))
        return f"From {' to '.join(ends)}."
    words = f"Handing a chunk to another process costs {duration(ours.median)}"
    if threads:
        words += (
            f", {more_or_less(ours.median / threads.median)} what OpenMP's dynamic schedule pays between threads "
            f"({duration(threads.median)})"
        )
    if dearest is ours:
        return words + "."
    return f"{words}; {plain(dearest.subject)} takes {duration(dearest.median)}."
