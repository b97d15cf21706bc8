"""How many bytes Python's rivals of question `move` move: what bench/move*.cpp do."""

import itertools
import statistics
import time

KIBIBYTE = 1024
GIBIBYTE = 2**30
MOST_QUICK = 2**26
_STEP = 4
_QUICK_STEP = 16
MOST_RUNS = 1000


def sizes(quick):
    step, most = (_QUICK_STEP, MOST_QUICK) if quick else (_STEP, GIBIBYTE)
    return [size for power in range(16) if (size := KIBIBYTE * step**power) <= most]


def pattern(size):
    """Bytes of which none stands where its neighbour should."""
    period = bytes(range(251))
    return period * (size // 251) + period[: size % 251]


def median_us(move, seconds):
    """The median time of moves: at least one, for about so many seconds."""
    samples = []
    end = time.perf_counter() + seconds
    for number in itertools.count():
        if number and (number >= MOST_RUNS or time.perf_counter() > end):
            return statistics.median(samples) * 1e6
        start = time.perf_counter()
        move()
        samples.append(time.perf_counter() - start)
