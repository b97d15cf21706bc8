"""Asks the questions: rounds of shmkit_bench and of every rival, in rotating order, within each question's budget."""

import functools
import time

from suite import rival_process
from suite.questions import FULL_ROUNDS, QUICK_ROUNDS, REPETITIONS
from suite.samples import Context

LIMIT_FACTOR = 6  # A round that takes so many times its budget, and LEAST_LIMIT_S, has gone wrong.
LEAST_LIMIT_S = 120
LEAST_MIN_TIME_S = 0.002  # Of one repetition of a C++ subject, on average: the budget decides in between.
MOST_MIN_TIME_S = 0.2


class Collected:
    """All that was measured, in the order in which it came first."""

    def __init__(self):
        self.samples = {}  # {Key: values}
        self.skipped = {}  # {(question, subject): reason}
        self.failures = {}  # {str(Key), or a question, or a rival: what was wrong}
        self._sources = {}  # {Key: the rival that measured it}

    def expect(self, question, keys):
        """Rows come in this order, whatever is measured first."""
        for key in keys:
            for subject in question.subjects(key.subject):
                self.samples.setdefault(key._replace(subject=subject), [])

    def add(self, outcome, rival=None):
        for key, value in outcome.samples:
            self._sources[key] = rival
            self.samples.setdefault(key, []).append(value)
        for key, reason in outcome.skipped.items():
            size = "" if key.parameter is None else f"{key.parameter:.15g}: "
            self.skipped.setdefault((key.question, key.subject), size + reason)
        self.failures |= outcome.failures

    def trusted(self):
        """{Key: values} without those that were wrong even once."""
        return {key: values for key, values in self.samples.items()
                if values and not {str(key), self._sources[key] or key.question} & self.failures.keys()}  # fmt: skip


def rotated(parts, number):
    """Round `number` begins with another part than the one before."""
    shift = number % len(parts)
    return parts[shift:] + parts[:shift]


class Runner:
    def __init__(self, bench, rivals, settings, progress):
        self._bench = bench
        self._rivals = rivals
        self._settings = settings
        self._progress = progress
        self._known = bench.keys()
        self._repetitions = REPETITIONS
        self.collected = Collected()

    def ask(self, question, budget):
        """Rounds for about `budget` seconds; one at least, of single samples where others took this question's time."""
        settings = self._settings
        is_short = not settings.rounds and budget < question.budget(settings.quick) / 2
        self._repetitions = 1 if is_short else REPETITIONS
        parts = self._parts(question, budget)
        if not parts:
            return
        start = time.monotonic()
        for number in range(self._wanted_rounds()):
            spent = time.monotonic() - start
            if number and not settings.rounds and spent + spent / number > budget:
                break  # Another round would not fit.
            for part in rotated(parts, number):
                part()

    def _wanted_rounds(self):
        return self._settings.rounds or (QUICK_ROUNDS if self._settings.quick else FULL_ROUNDS)

    def _parts(self, question, budget):
        """Functions: each measures its part of one round."""
        keys = self._keys(question)
        rivals = self._available(question)
        share = budget / self._wanted_rounds() / max(1, len(rivals) + bool(keys))
        limit = max(LEAST_LIMIT_S, LIMIT_FACTOR * budget)
        self.collected.expect(question, keys)
        parts = []
        if keys:
            min_time = min(MOST_MIN_TIME_S, max(LEAST_MIN_TIME_S, share / (1.5 * self._repetitions * len(keys))))
            parts.append(lambda: self._measure_ours(question, keys, min_time, limit))
        context = Context(self._settings.shmtool, self._settings.programs, self._repetitions, share, self._settings.quick)
        parts += [functools.partial(self._measure_rival, rival, context, limit) for rival in rivals]
        return parts

    def _measure_ours(self, question, keys, min_time, limit):
        self.collected.add(self._bench.measure(question, keys, self._repetitions, min_time, limit, self._progress.tick))

    def _measure_rival(self, rival, context, limit):
        outcome = rival_process.measure(rival, context, limit, self._progress.tick)
        self.collected.add(outcome, rival_process.name_of(rival))

    def _keys(self, question):
        """What shmkit_bench has of it; what its build lacks is said."""
        keys = [key for key in self._known if key.question == question.name]
        subjects = {key.subject for key in keys}
        for subject, library in question.optional.items():
            if keys and subject not in subjects:
                self.collected.skipped[question.name, subject] = f"{library} was not there when shmkit_bench was built"
        if self._settings.quick:
            keys = [key for key in keys if key.parameter is None or question.quick(key.parameter)]
            keys = [key for key in keys if key.subject not in question.not_quick]
        return keys

    def _available(self, question):
        found = []
        for rival in self._rivals:
            if rival.QUESTION != question.name:
                continue
            reason = rival.available()
            if reason is None:
                found.append(rival)
            else:
                self.collected.skipped[question.name, rival.NAME] = reason
        return found

