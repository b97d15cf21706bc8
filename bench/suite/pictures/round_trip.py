"""A job of one chunk on a warm pool, there and back, beside the bare machine and Python's pools."""

from suite.points import named, points
from suite.wording import duration, more_or_less
from suite.pictures.bars import cheapest_first, draw_bars
from suite.pictures.picture import Picture

QUESTION = "round_trip"
PAIRS = (("shmkit_parked", "futex_floor", "asleep"), ("shmkit_spinning", "spin_floor", "awake"))
PYTHON = "process_pool_executor"


def pictures(document):
    found = cheapest_first(points(document, QUESTION))
    if not found:
        return []
    alt = "Bars on a logarithmic axis of time per round trip, with whiskers from the 10th to the 90th percentile."
    return [
        Picture(
            "round_trip",
            "A job there and back",
            (QUESTION,),
            _caption(found),
            alt,
            lambda: draw_bars(found, "time per round trip (whiskers: 10th to 90th percentile)"),
        )
    ]


def _caption(found):
    words = []
    for subject, floor, state in PAIRS:
        ours, bare = named(found, subject), named(found, floor)
        if ours and bare:
            words.append(
                f"To a worker that is {state} and back takes {duration(ours.median)}, "
                f"{more_or_less(ours.median / bare.median)} the machine's own {duration(bare.median)}."
            )
    python = named(found, PYTHON)
    if python:
        words.append(f"Python's ProcessPoolExecutor takes {duration(python.median)}.")
    return " ".join(words) or f"The fastest, {found[0].subject}, takes {duration(found[0].median)}."
