"""Timelines in Chrome's Trace Event Format, as `shmtool run --trace` writes them, read as lanes of slices.

What is no event as expected is passed over: a timeline may come from elsewhere, or from a later version.
"""

import json
import math
from dataclasses import dataclass, field

SHOWN = ("run", "claim", "wait")


@dataclass
class Lane:
    """One worker: its slices as {category: [(begin, end) in seconds]}, its instants as [(seconds, name)]."""

    name: str
    slices: dict = field(default_factory=dict)
    instants: list = field(default_factory=list)


def trace_of(document):
    """(trace or None, complaint or None) of a document whose "trace" is a path, the object itself, or missing."""
    trace = document.get("trace")
    if not isinstance(trace, str):
        return trace, None
    try:
        with open(trace, encoding="utf-8") as file:
            return json.load(file), None
    except (OSError, ValueError) as error:
        return None, f"the timeline is left out: cannot read the trace '{trace}': {error}"


def lanes(trace):
    """The lanes that have slices, by process and thread, times from the first event on."""
    events = trace.get("traceEvents") if isinstance(trace, dict) else trace
    found = {}
    for event in events if isinstance(events, list) else []:
        if isinstance(event, dict):
            _add(found, event)
    found = [found[key] for key in sorted(found, key=str) if found[key].slices]
    _from_zero(found)
    return found


def _add(found, event):
    kind, key = event.get("ph"), (event.get("pid"), event.get("tid"))
    lane = found.setdefault(str(key), Lane(f"{key[0]}/{key[1]}"))
    if kind == "M" and event.get("name") == "thread_name" and isinstance(event.get("args"), dict):
        lane.name = str(event["args"].get("name", lane.name))
    elif kind == "X" and event.get("cat") in SHOWN and _is_time(event.get("ts")) and _is_time(event.get("dur")):
        begin, length = event["ts"] * 1e-6, max(0.0, event["dur"] * 1e-6)
        lane.slices.setdefault(event["cat"], []).append((begin, begin + length))
    elif kind in ("i", "I") and _is_time(event.get("ts")):
        lane.instants.append((event["ts"] * 1e-6, str(event.get("name", ""))))


def _from_zero(lanes):
    begin = min((slice[0] for lane in lanes for slices in lane.slices.values() for slice in slices), default=0.0)
    for lane in lanes:
        lane.slices = {name: sorted((b - begin, e - begin) for b, e in slices) for name, slices in lane.slices.items()}
        lane.instants = sorted((max(0.0, at - begin), name) for at, name in lane.instants)


def _is_time(value):
    return isinstance(value, (int, float)) and math.isfinite(value)
