"""Numbers as words of a sentence or a label: times, sizes, rates, shares, factors. Three significant digits."""

SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
STEPS = (("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9))
SIZES = (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))


def seconds_in(unit):
    """The seconds in a unit of time: "us", or one of a piece as in "ns_per_chunk", "us per command". None: no time."""
    return SECONDS.get(unit.replace("_", " ").split(" ")[0])


def number(value):
    """Three significant digits, an exponent only far from 1."""
    if value == 0 or 1e-3 <= abs(value) < 999.5:
        return f"{value:.3g}"
    return f"{value:,.0f}" if 1e-3 <= abs(value) < 1e7 else f"{value:.2e}"


def duration(seconds):
    for unit, size in STEPS:
        if abs(seconds) >= 0.9995 * size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds / 1e-9)} ns"


def size(nbytes):
    for unit, factor in SIZES:
        if nbytes >= factor:
            return f"{number(nbytes / factor)} {unit}"
    return f"{number(nbytes)} B"


def share(fraction):
    return f"{number(100 * fraction)} %"


def more_or_less(ratio):
    """How one figure stands to another, ratio = one / other."""
    if 0.95 <= ratio <= 1.05:
        return "as much as"
    return f"{number(ratio)} times" if ratio > 1 else f"{share(ratio)} of"


def listed(words):
    """a, b and c"""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def plain(text, longest=40):
    """A name from the document as a label: one line, no control characters, not endless."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text))
    return text if len(text) <= longest else text[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"
