"""Every picture of the report, in the order in which they tell the story."""

from suite.pictures import (
    chunk_overhead,
    experiments,
    kernels,
    metg,
    moving,
    others,
    reductions,
    round_trip,
    spawn,
    speed_up,
    timeline,
)

STORY = (moving, spawn, chunk_overhead, metg, round_trip, speed_up, reductions, kernels, experiments, timeline)


def pictures(document):
    """The pictures that this document has figures for, undrawn: the story, then every other question."""
    story = [picture for module in STORY for picture in module.pictures(document)]
    return story + others.pictures(document, {question for picture in story for question in picture.questions})
