"""multiprocessing.Pipe: bytes are pickled, sent to another process and unpickled there, which says that it has them."""

import multiprocessing
import zlib

from suite import sizes
from suite.samples import Sample, require
from suite.timing import median_s

QUESTION = "move"
NAME = "pickle_through_pipe"


def available():
    return None


def _receive(pipe):
    """Answers each message, with its checksum when asked to."""
    while (message := pipe.recv()) is not None:
        wants_checksum, data = message
        pipe.send(zlib.crc32(data) if wants_checksum else len(data))


def measure(context):
    ours, theirs = multiprocessing.Pipe()
    receiver = multiprocessing.Process(target=_receive, args=(theirs,), daemon=True)
    receiver.start()

    def move(data, wants_checksum):
        ours.send((wants_checksum, data))
        return ours.recv()

    seconds = context.seconds / context.repetitions / len(sizes.sizes(context.quick))
    for size in sizes.sizes(context.quick):
        data = sizes.pattern(size)
        require(move(data, True) == zlib.crc32(data), "the bytes arrived changed")
        for _ in range(context.repetitions):
            yield Sample(1e6 * median_s(lambda data=data: move(data, False), seconds), size)
    ours.send(None)
    receiver.join()
