"""The rows as tables that fit 80 columns."""

import textwrap

from .group import SIDES

WIDTH = 80
_HEAD = f"{'way':<34}{'published':>10}{'Python':>10}{'':>8}{'shmkit':>10}{'':>8}"


def number(value):
    """Three digits or so; seconds need no more."""
    if value is None:
        return ""
    if value >= 100:
        return f"{value:.0f}"
    digits = 2 if value >= 1 else 3 if value >= 0.1 else 4 if value >= 0.001 else 6
    return f"{value:.{digits}f}"


def figure(row, side):
    return ("~" if side in row["scaled"] else "") + number(row[side])


def gain(row, side):
    value = row[f"{side}_speed_up"]
    return "" if value is None else f"{value:.2f}x"


def _line(row):
    cells = f"{row['way']:<34}{number(row['published']):>10}"
    for side in SIDES:
        cells += f"{figure(row, side):>10}{gain(row, side):>8}"
    return cells.rstrip()


def verdict(row):
    """None where nothing was computed."""
    if all(row[side] is None for side in SIDES):
        return None
    return row["verified"]


def _wrapped(text, indent):
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def table(group):
    unit = ", seconds and speed-up" if group["unit"] == "s" else ""
    lines = [*_wrapped(f"{group['experiment']}: {group['title']}{unit}", ""), "", _HEAD.rstrip(), "-" * WIDTH]
    for row in group["rows"]:
        lines.append(_line(row))
        notes = [note for note in ("WRONG ANSWER" if verdict(row) is False else "", row["note"]) if note]
        lines += _wrapped("; ".join(notes), "    ")
    verdicts = [verdict(row) for row in group["rows"] if verdict(row) is not None]
    lines.append("")
    if verdicts and all(verdicts):
        lines.append("All answers are right.")
    return lines + _wrapped(group["footnote"], "")


def tables(experiments):
    """All of them, one after the other, as text."""
    parts = ["\n".join(table(group)) for group in experiments]
    if any(row["scaled"] for group in experiments for row in group["rows"]):
        parts.append("~ is a time scaled up from a part of the work.")
    return "\n\n\n".join(parts)
