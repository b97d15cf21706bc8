"""The same two pieces of work before every round, whatever is asked: what the machine does by itself in the meantime.

They are nobody's rivals. Where their samples are far apart, so will everything else be, and two runs will disagree.
"""

from suite.questions import CONTROL
from suite.samples import Key, Outcome
from suite.timing import clock

ADDITIONS = 50_000
BYTES = 32 * 2**20  # More than a core's own caches.

_memory = []


def _ms(work):
    return clock(work)[0] * 1e3


def forget():
    """What follows may fork from a process that is as small as it was."""
    _memory.clear()


def measure():
    """An Outcome with one sample of each."""
    if not _memory:
        _memory.extend(memoryview(bytearray(b"x" * BYTES)) for _ in range(2))  # Pages that are there.
    samples = {"additions": _ms(lambda: sum(range(ADDITIONS))),
               "copy_32MiB": _ms(lambda: _memory[1].__setitem__(slice(None), _memory[0]))}  # fmt: skip
    return Outcome([(Key(CONTROL.name, subject), value) for subject, value in samples.items()], {}, {})
