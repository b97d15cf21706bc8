"""The answer for people: tables of at most 80 columns."""

import textwrap

from suite.questions import BY_NAME

COLUMNS = 80
SUBJECT = 29
WIDE_SUBJECT = 38  # Without a column for the parameter.
_SIZES = (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))


def number(value):
    """Four significant digits in at most 9 characters."""
    if value is None:
        return "-"
    if value != 0 and not 1e-4 <= abs(value) < 1e8:
        return f"{value:.2e}"
    digits = len(str(int(abs(value))))
    return f"{value:.{max(0, 4 - digits)}f}" if abs(value) >= 1 else f"{value:.4g}"


def ratio(value):
    """Three significant digits in at most 7 characters."""
    if value is None:
        return ""
    if 0.1 <= value < 100:
        return f"{value:.2f}"
    return f"{value:.1e}" if value < 0.001 or value >= 1e7 else f"{value:.3g}" if value < 1 else f"{value:.0f}"


def parameter(value, what):
    if value is None:
        return ""
    for unit, size in _SIZES if what == "bytes" else ():
        if value >= size:
            return f"{value / size:.4g} {unit}"
    return f"{value:.15g}"


def _cut(text, width):
    return text if len(text) <= width else text[: width - 1] + "~"


def _machine(machine):
    memory = f"{machine['memory_bytes'] / 2**30:.0f} GiB"
    return [
        f"shmkit {machine['shmkit']}, commit {machine['commit']}, {machine['compiler']}, {machine['build']}",
        f"{machine['cpu']}, {machine['cpus']} CPUs, {memory}, {machine['kernel']}",
        f"Python {machine['python']}, NumPy {machine['numpy'] or 'none'}; {machine['date']}, load {machine['load']}",
    ]


def _head(what):
    left = f"{'subject':<{SUBJECT}} {what:>8}" if what else f"{'subject':<{WIDE_SUBJECT}}"
    return f"{left} {'median':>9} {'p10':>9} {'p90':>9} {'n':>3} {'ratio':>7}"


def _line(row, what):
    left = (f"{_cut(row['subject'], SUBJECT):<{SUBJECT}} {parameter(row['parameter'], what):>8}" if what
            else f"{_cut(row['subject'], WIDE_SUBJECT):<{WIDE_SUBJECT}}")  # fmt: skip
    columns = " ".join(f"{number(row[column]):>9}" for column in ("median", "p10", "p90"))
    return f"{left} {columns} {row['n']:>3} {ratio(row['ratio']):>7}".rstrip()


def question(name, rows):
    """The table of one question's rows."""
    asked = BY_NAME[name]
    what = (asked.parameter or "parameter") if any(row["parameter"] is not None for row in rows) else ""
    unit = rows[0]["unit"].replace("_", " ")
    against = ", ".join(dict.fromkeys(reference.format("SUBJECT") for _, reference in asked.references))
    has_ratios = any(row["ratio"] is not None for row in rows)
    title = f"{name}: {asked.asks}; {unit}" + (f"; ratio to {against}" if has_ratios else "")
    return "\n".join([*_wrapped(title), _head(what), "-" * COLUMNS, *(_line(row, what) for row in rows)])


def derived(figures):
    head = f"{'question':<12} {'subject':<26} {'figure':<24} {'':>5} {'value':>9}"
    lines = []
    for figure in figures:
        where = "" if figure["parameter"] is None else f"{figure['parameter']:.15g}"
        value = (parameter(figure["value"], "bytes") if figure["unit"] == "bytes" and figure["value"] is not None
                 else f"{number(figure['value'])} {figure['unit']}".rstrip())  # fmt: skip
        lines.append(f"{_cut(figure['question'], 12):<12} {_cut(figure['subject'], 26):<26} {_cut(figure['name'], 24):<24} "
                     f"{where:>2} {value:>12}".rstrip())  # fmt: skip
    return "\n".join(["computed from these", head.rstrip(), "-" * COLUMNS, *lines])


def _wrapped(text, indent=""):
    return textwrap.wrap(text, COLUMNS, subsequent_indent=indent + "  ", initial_indent=indent, break_on_hyphens=False)


def _list(title, sentences):
    return "\n".join([title, *(line for sentence in sentences for line in _wrapped(sentence, "  "))])


def document(answer, experiments_text=""):
    """All of it, parts divided by empty lines."""
    parts = ["\n".join(line for text in _machine(answer["machine"]) for line in _wrapped(text))]
    for name in dict.fromkeys(row["question"] for row in answer["rows"]):
        parts.append(question(name, [row for row in answer["rows"] if row["question"] == name]))
    if answer["derived"]:
        parts.append(derived(answer["derived"]))
    if experiments_text:
        parts.append(experiments_text.rstrip("\n"))
    if answer["skipped"]:
        parts.append(_list("skipped", [f"{row['question']}/{row['subject']}: {row['reason']}" for row in answer["skipped"]]))
    if answer["warnings"]:
        parts.append(_list("warnings", answer["warnings"]))
    return "\n\n".join(parts) + "\n"
