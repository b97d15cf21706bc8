"""An experiment's rows: published, in Python, by shmkit; what was right, and why something gained nothing."""

import dataclasses
import os
import pathlib

GAIN = 1.2  # What counts as a speed-up.
SIDES = ("python", "shmkit")


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
    """The ways of one experiment. The first row of a side is what its speed-ups refer to."""

    def __init__(self, experiment, title, unit="s", footnote="", needs_cpus=True):
        """needs_cpus: whether workers beyond the number of CPUs gain nothing."""
        self._head = {"experiment": experiment, "title": title, "unit": unit}
        self.footnote = footnote
        self._needs_cpus = needs_cpus
        self._rows = []
        self._first = {}
        self._most_workers = 1

    def row(self, way, published=None, python=None, shmkit=None, workers=1, note="", why=None):
        """python, shmkit: Measured, or None where this side has no such way.

        why: the reasons, by side, for no speed-up; they are told where there is none and more than one worker.
        """
        sides = {"python": python, "shmkit": shmkit}
        present = {side: measured for side, measured in sides.items() if measured is not None}
        for side, measured in present.items():
            self._first.setdefault(side, measured.figure)
        notes = [note] if note else []
        if workers > 1 and self._head["unit"] == "s":
            notes += self._reasons(present, why or {})
        self._most_workers = max(self._most_workers, workers)
        self._rows.append({
            "way": way,
            "workers": workers,
            "published": published,
            **{side: measured and measured.figure for side, measured in sides.items()},
            "verified": bool(present) and all(measured.right for measured in present.values()),
            "note": "; ".join(notes),
            "scaled": [side for side, measured in present.items() if measured.scale != 1],
        })

    def _reasons(self, present, why):
        without = [side for side, measured in present.items() if self._first[side] < GAIN * measured.figure]
        reasons = [(side, why.get(side) or _machine_reason()) for side in without]
        if len(reasons) == 2 and reasons[0][1] == reasons[1][1]:
            return [f"no gain: {reasons[0][1]}"]
        return [f"no gain for {_name(side)}: {reason}" for side, reason in reasons]

    def document(self):
        notes = [self.footnote] if self.footnote else []
        cpus = len(os.sched_getaffinity(0))
        if self._needs_cpus and self._most_workers > cpus:
            notes.append(f"There {'is 1 CPU' if cpus == 1 else f'are {cpus} CPUs'} here; more workers gain no more.")
        return {**self._head, "rows": self._rows, "footnote": " ".join(notes)}


def _name(side):
    return "Python" if side == "python" else "shmkit"


def _cores(cpus):
    """How many cores these CPUs are; as many as CPUs where the kernel does not tell."""
    cores = set()
    for cpu in cpus:
        path = pathlib.Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        cores.add(path.read_text(encoding="ascii") if path.exists() else str(cpu))
    return len(cores)


def _machine_reason():
    cpus = os.sched_getaffinity(0)
    if len(cpus) == 1:
        return "there is one CPU"
    load = os.getloadavg()[0]
    if load > len(cpus):
        return f"the machine was busy (load {load:.1f} on {len(cpus)} CPUs)"
    if _cores(cpus) == 1:
        return f"the {len(cpus)} CPUs are one core"
    return "too little work, or it waits for memory"


def nothing(experiment, title, reason):
    """The group of an experiment that could not run."""
    group = Group(experiment, title)
    group.row("not run", note=reason)
    return group.document()
