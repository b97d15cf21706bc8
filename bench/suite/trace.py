"""Timelines in Chrome's Trace Event Format, as `shmtool run --trace` writes them, read as lanes of slices.

What is no event as expected is passed over: a timeline may come from elsewhere, or from a later version.
"""

import json
import math
from dataclasses import dataclass, field

SHOWN = ("run", "claim", "wait")


@dataclass
class Lane:
    """One worker: slices {category: [(begin, end) in seconds]}, instants [(seconds, category and name)]."""

    name: str
    order: float = math.inf
    slices: dict = field(default_factory=dict)
    instants: list = field(default_factory=list)

    def begin(self):
        """Of its first slice."""
        return min(begin for slices in self.slices.values() for begin, _ in slices)


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
    """The lanes that have slices, in the trace's order or else by name, times from the first slice on."""
    events = trace.get("traceEvents") if isinstance(trace, dict) else trace
    found = {}
    for event in events if isinstance(events, list) else []:
        if isinstance(event, dict):
            _add(found, event)
    found = [lane for lane in found.values() if lane.slices]
    _from_zero(found)
    return sorted(found, key=lambda lane: (lane.order, lane.name, lane.begin()))


def _add(found, event):
    kind, key = event.get("ph"), (event.get("pid"), event.get("tid"))
    lane = found.setdefault(str(key), Lane(f"{key[0]}/{key[1]}"))
    if kind == "M" and isinstance(event.get("args"), dict):
        _describe(lane, event.get("name"), event["args"])
    elif kind == "X" and event.get("cat") in SHOWN and _is_number(event.get("ts")) and _is_number(event.get("dur")):
        begin, length = event["ts"] * 1e-6, max(0.0, event["dur"] * 1e-6)
        lane.slices.setdefault(event["cat"], []).append((begin, begin + length))
    elif kind in ("i", "I") and _is_number(event.get("ts")):
        lane.instants.append((event["ts"] * 1e-6, f"{event.get('cat')} {event.get('name')}"))


def _describe(lane, what, about):
    if what == "thread_name":
        lane.name = str(about.get("name", lane.name))
    elif what == "thread_sort_index" and _is_number(about.get("sort_index")):
        lane.order = about["sort_index"]


def _from_zero(lanes):
    begin = min((lane.begin() for lane in lanes), default=0.0)
    for lane in lanes:
        lane.slices = {
            name: sorted((b - begin, e - begin) for b, e in slices) for name, slices in lane.slices.items()
        }
        lane.instants = sorted((max(0.0, at - begin), name) for at, name in lane.instants)


def _is_number(value):
    return isinstance(value, (int, float)) and math.isfinite(value)
