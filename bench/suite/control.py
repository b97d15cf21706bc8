"""The same two pieces of work before every round, whatever is asked: what the machine does by itself in the meantime.

They are nobody's rivals. Where their samples are far apart, so will everything else be, and two runs will disagree.
"""

import time

from suite.questions import CONTROL
from suite.samples import Key, Outcome

ADDITIONS = 50_000
BYTES = 32 * 2**20  # More than a core's own caches.

_memory = []


def _ms(work):
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def _copy():
    """Into pages that are there."""
    _memory[1][:] = _memory[0]


def measure():
    """An Outcome with one sample of each."""
    if not _memory:
        _memory.extend((bytes(BYTES), bytearray(BYTES)))
        _copy()
    samples = {"additions": _ms(lambda: sum(range(ADDITIONS))), "copy_32MiB": _ms(_copy)}
    return Outcome([(Key(CONTROL.name, subject), value) for subject, value in samples.items()], {}, {})
