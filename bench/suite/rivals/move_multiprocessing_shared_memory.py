"""multiprocessing.shared_memory: attach by name, and read all of it with NumPy."""

import os
from multiprocessing.shared_memory import SharedMemory

from suite import sizes
from suite.installed import lacks_module
from suite.limits import is_memory_spare, room_in_shm
from suite.samples import Sample, require
from suite.timing import median_s

QUESTION = "move"
NAME = "multiprocessing_shared_memory"


def available():
    return lacks_module("numpy", "python3-numpy")


def _attach_and_read(name, elements):
    import numpy

    memory = SharedMemory(name)
    found = int(numpy.frombuffer(memory.buf, "u8", elements).max())
    memory.close()
    return found


def measure(context):
    seconds = context.seconds / context.repetitions / len(sizes.sizes(context.quick))
    for size in sizes.sizes(context.quick):
        # SharedMemory takes no memory when it is made: the first byte beyond what there is would kill us.
        if size > room_in_shm() or not is_memory_spare(3 * size):
            return
        memory = SharedMemory(f"shmkit-bench-{os.getpid()}-{size}", create=True, size=size)
        try:
            memory.buf[:size] = sizes.pattern(size)
            largest = max(int.from_bytes(memory.buf[place:place + 8], "little") for place in range(0, min(size, 2008), 8))
            require(_attach_and_read(memory.name, size // 8) == largest, "the bytes arrived changed")
            for _ in range(context.repetitions):
                yield Sample(1e6 * median_s(lambda: _attach_and_read(memory.name, size // 8), seconds), size)
        finally:
            memory.close()
            memory.unlink()
