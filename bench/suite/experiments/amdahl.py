"""Amdahl's two choices: 40 % parallel on 4 processors, or 80 % on 2. The law, and the same measured."""

from suite.limits import cpus

from . import in_python
from .fib34 import fib, known
from .group import Group, Measured

NAME = "amdahl"
UNITS = 20  # Pieces of equal work; of these the parallel part is a share.
CHOICES = ((40, 4, 1.43), (80, 2, 1.67))
PYTHON_N = {True: 20, False: 24}
SHMKIT_N = {True: 33, False: 36}
TRIES = 3


def law(percent, processors):
    """Amdahl 1967: 1 / ((1 - p) + p / n)."""
    return 100 / (100 - percent + percent / processors)


class Python:
    """The units in a loop, then some of them in a pool whose workers are there."""

    def __init__(self, n):
        self.n = n

    def _right(self, answers):
        return set(answers) == {known(self.n)}

    def loop(self, units):
        return in_python.measure(lambda: [fib(self.n) for _ in range(units)], self._right)

    def parallel(self, units, processors):
        return in_python.measure_pool(in_python.processes, processors,
                                      lambda pool: pool.map(fib, [self.n] * units, chunksize=1), self._right)[1]


class Shmkit:
    def __init__(self, bench, n):
        self.bench = bench
        self.n = n

    def _run(self, units, *way):
        return self.bench.run(lambda result: result == known(self.n), "fib", "--arg", f"n={self.n}", "--arg",
                              f"times={units}", "--chunks", units, *way, repeat=3)[1]

    def loop(self, units):
        return self._run(units, "--via", "serial")

    def parallel(self, units, processors):
        return self._run(units, "-w", processors)


def speed_up(side, percent, processors):
    """The median of some; what else runs on the machine changes from one part to the next."""
    parallel = UNITS * percent // 100
    gains, right = [], True
    for _ in range(TRIES):
        parts = [side.loop(UNITS), side.loop(UNITS - parallel), side.parallel(parallel, processors)]
        gains.append(parts[0].value / (parts[1].value + parts[2].value))
        right = right and all(part.right for part in parts)
    return Measured(sorted(gains)[TRIES // 2], right)


def rows(here):
    """(percent, processors, published): the choices; those with too many processors also on what there is."""
    closest = [(percent, here, law(percent, here)) for percent, processors, _ in CHOICES if processors > here > 1]
    return [*CHOICES, *closest]


def run(bench):
    here = cpus()
    group = Group(NAME, "Amdahl's two choices: times faster", unit="x", needs_cpus=False,
                  footnote="Published is the law, 1 / ((1 - p) + p / n). Measured: "
                  f"{UNITS} equal pieces of work, the parallel ones on that many workers.")
    python, shmkit = Python(PYTHON_N[bench.quick]), Shmkit(bench, SHMKIT_N[bench.quick])
    for percent, processors, published in rows(here):
        bench.say(f"amdahl: {percent} % on {processors}")
        way = f"{percent} % on {processors} processors"
        if processors > here:
            group.row(way, published, note=f"not measured: {here} CPU{'s' if here > 1 else ''} here")
            continue
        group.row(way, published, *(speed_up(side, percent, processors) for side in (python, shmkit)), processors)
    return [group]
