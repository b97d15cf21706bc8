"""Asks the questions in rounds: each time the one that had the fewest, so that the rounds of one are spread over the run.

What a process happens to get, and what the machine does for some minutes, is then within the samples of a row.
"""

import functools
import math
import time

from suite import control, rival_process
from suite.collected import Collected
from suite.questions import FULL_ROUNDS, QUICK_ROUNDS, REPETITIONS
from suite.samples import Context

LIMIT_FACTOR = 6  # A round that takes so many times its budget, and LEAST_LIMIT_S, has gone wrong.
LEAST_LIMIT_S = 120
LEAST_MIN_TIME_S = 0.002  # Of one repetition of a C++ subject, on average: the budget decides in between.
MOST_MIN_TIME_S = 0.2
LEAST_S = 0.05  # Which a part of a round gets.


def usual_rounds(settings):
    """Among which a question's budget is shared out."""
    return QUICK_ROUNDS if settings.quick else FULL_ROUNDS


def wanted_rounds(settings):
    return settings.rounds or usual_rounds(settings)


def rotated(parts, number):
    """Round `number` begins with another part than the one before."""
    shift = number % len(parts)
    return parts[shift:] + parts[:shift]


class _Asked:
    """A question, what of it can be measured here, and how often it was put."""

    def __init__(self, question, keys, rivals, budget):
        self.question, self.keys, self.rivals = question, keys, rivals
        self.budget = budget  # Of one round.
        self.rounds = 0
        self._spent = 0.0

    def fits(self, seconds):
        """Whether another round ends within these, if it takes as long as those before; the first one comes in any case."""
        return self.rounds == 0 or self._spent / self.rounds <= seconds

    def put(self, measures):
        start = time.monotonic()
        for measure in rotated(measures, self.rounds):
            measure()
        self._spent += time.monotonic() - start
        self.rounds += 1


class Runner:
    def __init__(self, bench, rivals, settings, progress):
        self._bench = bench
        self._rivals = rivals
        self._settings = settings
        self._progress = progress
        self._known = bench.keys()
        self._wanted = wanted_rounds(settings)
        self.collected = Collected()

    def ask(self, questions, seconds):
        """A round of each, and further ones for about `seconds`; as many as the settings want, if they want a number."""
        asked = [each for each in map(self._prepare, questions) if each.keys or each.rivals]
        end = math.inf if self._settings.rounds else time.monotonic() + seconds
        while (chosen := self._next(asked, end - time.monotonic())) is not None:
            left = max(0.0, end - time.monotonic())
            planned = sum(each.budget * (self._wanted - each.rounds) for each in asked if each is chosen or each.fits(left))
            self._put(chosen, min(1.0, left / planned))
        control.forget()

    def _next(self, asked, seconds):
        fitting = [each for each in asked if each.rounds < self._wanted and each.fits(seconds)]
        return min(fitting, key=lambda each: each.rounds, default=None)

    def _prepare(self, question):
        budget = question.budget(self._settings.quick) / usual_rounds(self._settings)
        asked = _Asked(question, self._keys(question), self._available(question), budget)
        self.collected.expect(question, asked.keys)
        return asked

    def _put(self, asked, hurry):
        """One round, in its share of the budget times `hurry`; of single samples where others took half of its time."""
        self._progress.step(f"round {asked.rounds + 1}: {asked.question.name}", asked.budget)
        parts = len(asked.rivals) + bool(asked.keys)
        seconds = max(LEAST_S, asked.budget * hurry / parts)
        self.collected.add(control.measure())
        asked.put(self._measures(asked, 1 if hurry < 0.5 else REPETITIONS, seconds))

    def _measures(self, asked, repetitions, seconds):
        """Functions: each measures its part of one round."""
        limit = max(LEAST_LIMIT_S, LIMIT_FACTOR * asked.question.budget(self._settings.quick))
        context = Context(self._settings.shmtool, self._settings.programs, repetitions, seconds, self._settings.quick)
        ours = [lambda: self._measure_ours(asked, context, limit)] if asked.keys else []
        return ours + [functools.partial(self._measure_rival, rival, context, limit) for rival in asked.rivals]

    def _measure_ours(self, asked, context, limit):
        wanted = context.seconds / (1.5 * context.repetitions * len(asked.keys))
        min_time = min(MOST_MIN_TIME_S, max(LEAST_MIN_TIME_S, wanted))
        outcome = self._bench.measure(asked.question, asked.keys, min_time, context, limit, self._progress.tick)
        self.collected.add(outcome)

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

