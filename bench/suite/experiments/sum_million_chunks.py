"""The sum of 100 million integers in a million chunks of 100: the less work in a chunk, the more its way costs."""

from suite.limits import cpus

from . import in_python
from .group import Group

NAME = "sum_million_chunks"
CHUNKS = 1_000_000
SIZE = 100
WORKERS = 8  # The lesson's.
SAMPLE = {True: 20_000, False: 200_000}  # As lists of Python's integers, all chunks would take 4 GB.
WHY = "pickling a chunk costs more than adding it up"


def total(chunks):
    elements = chunks * SIZE
    return elements * (elements - 1) // 2


class Python:
    """Lists of 100 integers, some of the million; the time is scaled."""

    def __init__(self, sample):
        self.chunks = [list(range(begin, begin + SIZE)) for begin in range(0, sample * SIZE, SIZE)]
        self.scale = CHUNKS / sample

    def right(self, answer):
        return answer == total(len(self.chunks))

    def loop(self):
        return in_python.measure(lambda: sum(map(sum, self.chunks)), self.right, self.scale)

    def pool(self, workers):
        """On workers that are there: their start would be scaled too."""
        return in_python.measure_pool(in_python.processes, workers, lambda pool: sum(pool.map(sum, self.chunks)),
                                      self.right, self.scale)[1]


def run(bench):
    group = Group(NAME, f"sum of 1e8 integers, {CHUNKS:,} chunks of {SIZE}",
                  footnote="Workers are there when the clock starts.")
    sample = SAMPLE[bench.quick]
    python = Python(sample)
    with bench.array(CHUNKS * SIZE, "int64", "arange") as (name, elements, _):
        chunks = elements // SIZE

        def shmkit(*way):
            return bench.run(lambda result: result == total(chunks), "sum", name, "--chunks", chunks, *way, repeat=5,
                             scale=CHUNKS / chunks)[1]

        short = f"; shmkit: memory for {elements:,}" if chunks != CHUNKS else ""
        bench.say("sum_million_chunks: one loop")
        group.row("one loop", python=python.loop(), shmkit=shmkit("--via", "serial"),
                  note=f"Python: {sample:,} of the chunks{short}")
        for workers in sorted({cpus(), WORKERS}):
            bench.say(f"sum_million_chunks: {workers} processes")
            group.row(f"{workers} processes", 11.72 if workers == WORKERS else None, python.pool(workers),
                      shmkit("-w", workers), workers, why={"python": WHY})
    return [group]
