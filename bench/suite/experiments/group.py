"""An experiment's rows: published, in Python, by shmkit; what was right, and why something gained nothing."""

import dataclasses

from suite.limits import cpus

from .machine import reason_for_no_gain

GAIN = 1.2  # What counts as a speed-up.
SIDES = {"python": "Python", "shmkit": "shmkit"}


@dataclasses.dataclass(frozen=True)
class Measured:
    """A time, and whether the answer was right.

    scale: how many times more work than was done the figure stands for.
    """

    value: float
    right: bool = True
    scale: float = 1.0

    @property
    def figure(self):
        return self.value * self.scale


class Group:
    """The ways of one experiment. Speed-ups refer to the first row of their side, unless a row names another."""

    def __init__(self, experiment, title, unit="s", footnote="", needs_cpus=True):
        """needs_cpus: whether workers beyond the number of CPUs gain nothing."""
        self._head = {"experiment": experiment, "title": title, "unit": unit}
        self.footnote = footnote
        self._needs_cpus = needs_cpus
        self._rows = []

    def row(self, way, published=None, python=None, shmkit=None, workers=1, note="", why=None, base=None):
        """python, shmkit: Measured, or None where this side has no such way.

        why: the reasons, by side, for no speed-up; they are told where there is none and more than one worker.
        base: the way that speed-ups refer to.
        """
        sides = {"python": python, "shmkit": shmkit}
        present = {side: measured for side, measured in sides.items() if measured is not None}
        gains = {side: self._speed_up(side, measured, base) for side, measured in present.items()}
        notes = [note] if note else []
        if workers > 1:
            notes += _reasons(gains, why or {})
        self._rows.append({
            "way": way,
            "workers": workers,
            "published": published,
            **{side: measured and measured.figure for side, measured in sides.items()},
            **{f"{side}_speed_up": gains.get(side) for side in SIDES},
            "scaled": [side for side, measured in present.items() if measured.scale != 1],
            "verified": all(measured.right for measured in present.values()),
            "note": "; ".join(notes),
        })  # fmt: skip

    def _speed_up(self, side, measured, base):
        """None where there is nothing to compare with."""
        rows = [row for row in self._rows if row[side] is not None and base in (None, row["way"])]
        if not rows or self._head["unit"] != "s" or not measured.figure:
            return None
        return rows[0][side] / measured.figure

    def document(self):
        notes = [self.footnote] if self.footnote else []
        if self._needs_cpus and any(row["workers"] > cpus() for row in self._rows):
            are = "is 1 CPU" if cpus() == 1 else f"are {cpus()} CPUs"
            notes.append(f"There {are} here; more workers gain no more.")
        return {**self._head, "rows": self._rows, "footnote": " ".join(notes)}


def _reasons(gains, why):
    without = [side for side, gain in gains.items() if gain is not None and gain < GAIN]
    reasons = [(side, why.get(side) or reason_for_no_gain()) for side in without]
    if len(reasons) == 2 and reasons[0][1] == reasons[1][1]:
        return [f"no gain: {reasons[0][1]}"]
    return [f"no gain for {SIDES[side]}: {reason}" for side, reason in reasons]


def nothing(experiment, title, reason):
    """The group of an experiment that could not run."""
    group = Group(experiment, title)
    group.row("not run", note=reason)
    return group.document()
