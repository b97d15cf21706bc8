"""How many bytes Python's rivals of question `move` move: what bench/move*.cpp do."""

KIBIBYTE = 1024
GIBIBYTE = 2**30
MOST_QUICK = 2**26
_STEP = 4
_QUICK_STEP = 16


def sizes(quick):
    step, most = (_QUICK_STEP, MOST_QUICK) if quick else (_STEP, GIBIBYTE)
    return [size for power in range(16) if (size := KIBIBYTE * step**power) <= most]


def pattern(size):
    """Bytes of which none stands where its neighbour should."""
    period = bytes(range(251))
    return period * (size // 251) + period[: size % 251]
