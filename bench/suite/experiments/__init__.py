"""The lessons' own experiments, by name: the published figure, Python's here, shmkit's here, all answers checked."""

from . import (amdahl, downloads, f_and_g, fib34, iterate, max_3e8, pi, primes, sleeping_server, sum_million_chunks,
               taylor_exp)
from .bench import Bench, Unavailable
from .group import nothing
from .text import tables

__all__ = ["NAMES", "run_experiments", "tables"]

_MODULES = (max_3e8, sum_million_chunks, pi, fib34, primes, taylor_exp, sleeping_server, downloads, f_and_g, iterate,
            amdahl)
_RUN = {module.NAME: module.run for module in _MODULES}
NAMES = tuple(_RUN)


def run_experiments(names, context, progress):
    """The groups of rows of these experiments, of all if there are no names, as the JSON document has them.

    context: shmtool and programs (paths), quick (bool). progress(text) hears what is being done. One that cannot
    run here has a row that says why. Everything that was started has ended, however this ends. KeyError: no such
    experiment.
    """
    runs = [(name, _RUN[name]) for name in names or NAMES]
    bench = Bench(str(context.shmtool), context.programs, context.quick, progress)
    groups = []
    for name, run in runs:
        try:
            groups += [group.document() for group in run(bench)]
        except Unavailable as reason:
            groups.append(nothing(name, name, str(reason)))
    return groups
