"""The lessons' own experiments, by name: the published figure, Python's here, shmkit's here, all answers checked."""

import difflib
import functools

from suite.errors import USAGE, SuiteError

from . import (amdahl, downloads, f_and_g, fib34, iterate, max_3e8, pi, primes, sleeping_server, sum_million_chunks,
               taylor_exp)
from .bench import Bench, Unavailable
from .group import nothing
from .markdown import page
from .text import tables

__all__ = ["NAMES", "budget", "page", "run_experiments", "tables"]

# Each with its number of steps, and how many seconds one takes on two cores: quick, and in full.
_EXPERIMENTS = {
    max_3e8: (6, 0.7, 12), sum_million_chunks: (3, 1, 5), pi: (3, 0.7, 0.7), fib34: (6, 1, 8), primes: (8, 0.7, 2.5),
    taylor_exp: (5, 0.4, 0.4), sleeping_server: (3, 1.5, 16), downloads: (2, 1, 7), f_and_g: (3, 1, 10),
    iterate: (1, 1, 5), amdahl: (3, 1, 6),
}  # fmt: skip
_BY_NAME = {experiment.NAME: experiment for experiment in _EXPERIMENTS}
NAMES = tuple(_BY_NAME)


def _chosen(names):
    for name in names:
        if name not in _BY_NAME:
            close = difflib.get_close_matches(name, NAMES, 1)
            hint = f"did you mean '{close[0]}'?" if close else f"there are {', '.join(NAMES)}"
            raise SuiteError(f"there is no experiment '{name}'", hint, USAGE)
    return [_BY_NAME[name] for name in NAMES if not names or name in names]


def budget(names, quick):
    """About how many seconds they take. Throws SuiteError: no such experiment."""
    plans = [_EXPERIMENTS[experiment] for experiment in _chosen(names)]
    return sum(steps * (at_best if quick else in_full) for steps, at_best, in_full in plans)


def _step(progress, seconds, text):
    progress.step(text, seconds)


def run_experiments(names, context, progress, found=None):
    """The groups of rows of these experiments, of all if there are no names, as the JSON document has them.

    context: shmtool and programs (paths), quick (bool). progress: step(text, seconds) is called with what is next.
    found: a list that gets the groups as they come, for who wants those that there are when a signal ends this.
    One that cannot run here has a row that says why. Everything that was started has ended, however this ends.
    Throws SuiteError: no such experiment.
    """
    found = [] if found is None else found
    for experiment in _chosen(names):
        _, quick, full = _EXPERIMENTS[experiment]
        seconds = quick if context.quick else full
        say = functools.partial(_step, progress, seconds)
        bench = Bench(str(context.shmtool), context.programs, context.quick, say)
        try:
            found += [group.document() for group in experiment.run(bench)]
        except (Unavailable, OSError, RuntimeError, MemoryError) as reason:  # No server, no process, no memory: here.
            found.append(nothing(experiment.NAME, experiment.NAME, str(reason) or type(reason).__name__))
    return found
