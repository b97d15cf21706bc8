"""docs/lessons.md: each lesson's workload, its answer, its speed-up or the reason for none."""

import re

from .group import GAIN, SIDES
from .text import figure, gain, number, verdict

_INTRODUCTION = """\
# The lessons' experiments

Lessons on Python's `multiprocessing` published workloads with their seconds. Here they are again by name: what was
published, what Python needs on this machine, and what shmkit needs. Every answer is checked before its time counts
for anything. This page is what

```sh
shmtool bench experiments --markdown
```

printed. "Speed-up" is over the first row of the same side, the one loop; published seconds are of another machine.
"""


def _machine(machine):
    cpus = f"{machine['cpus']} CPU{'s' if machine['cpus'] > 1 else ''}"
    return (f"{machine['cpu']}, {cpus}, {machine['kernel']}, Python {machine['python']}, commit {machine['commit']}, "
            f"{machine['date'][:10]}, load at the start {machine['load']:.1f}.")


def _row(cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _gain(group, side):
    """The largest by workers, and of which way."""
    if group["unit"] != "s":
        return "; ".join(f"{row['way']}: {number(row[side])}x" for row in group["rows"] if row[side] is not None)
    rows = [row for row in group["rows"] if row["workers"] > 1 and row[f"{side}_speed_up"] is not None]
    if not rows:
        return ""
    best = max(rows, key=lambda row: row[f"{side}_speed_up"])
    return f"{gain(best, side)}, {best['way']}" if best[f"{side}_speed_up"] >= GAIN else f"none ({gain(best, side)})"


def _reasons(group):
    """Without the figures of a busy machine, which differ from row to row."""
    parts = [part for row in group["rows"] for part in row["note"].split("; ") if part.startswith("no")]
    return "; ".join(dict.fromkeys(re.sub(r" \(load [^)]*\)", "", part) for part in parts))


def _verdict(row):
    return {None: "", True: "yes", False: "**no**"}[verdict(row)]


def _answers(group):
    verdicts = {verdict(row) for row in group["rows"]} - {None}
    return "**wrong**" if False in verdicts else "right" if verdicts else "not run"


def summary(experiments):
    head = ["experiment", "workload", "answers", "Python's speed-up", "shmkit's speed-up", "where there is none"]
    rows = [[f"`{group['experiment']}`", group["title"], _answers(group), *(_gain(group, side) for side in SIDES),
             _reasons(group)] for group in experiments]
    return "\n".join(map(_row, [head, ["---"] * len(head), *rows]))


def details(group):
    seconds = group["unit"] == "s"
    gains = ["speed-up"] if seconds else []
    lines = [f"## {group['experiment']}: {group['title']}", "",
             _row(["way", "published", "Python", *gains, "shmkit", *gains, "right", ""]),
             _row(["---", *["---:"] * (3 + 2 * len(gains)), "---", "---"])]
    for row in group["rows"]:
        cells = [row["way"], number(row["published"])]
        for side in SIDES:
            cells += [figure(row, side), *([gain(row, side)] if seconds else [])]
        lines.append(_row([*cells, _verdict(row), row["note"]]))
    return "\n".join(lines) + ("\n\n" + group["footnote"] if group["footnote"] else "")


def page(document):
    """All of it, from the suite's document."""
    told = (f"{_INTRODUCTION}\n{_machine(document['machine'])} Times are in seconds; ~ is one scaled up from a part of "
            "the work.")
    return "\n\n".join([told, summary(document["experiments"]), *map(details, document["experiments"])]) + "\n"
