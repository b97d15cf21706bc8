"""In which order, how often and for how long the benchmark suite asks its questions. With a clock made up."""

import types

import pytest

from suite import runner
from suite.questions import FULL_ROUNDS, QUICK_ROUNDS, REPETITIONS, Question
from suite.samples import Key, Outcome


def question(name, budget):
    return Question(name, "?", "us", None, quick_s=budget, full_s=budget * 10)


class Bench:
    """Takes so many seconds of the made-up clock for a round of a question."""

    def __init__(self, **seconds):
        self.seconds, self.now, self.asked = seconds, 0.0, []

    def monotonic(self):
        return self.now

    def keys(self):
        return [Key(name, "shmkit") for name in self.seconds]

    def measure(self, question, keys, min_time, context, limit_s, tick):
        self.now += self.seconds[question.name]
        self.asked.append((question.name, context.repetitions, min_time))
        return Outcome([(key, 1.0) for key in keys for _ in range(context.repetitions)], {}, {})


@pytest.fixture
def ask(monkeypatch):
    def run(bench, questions, seconds, rounds=None, quick=True):
        monkeypatch.setattr(runner.time, "monotonic", bench.monotonic)
        settings = types.SimpleNamespace(quick=quick, rounds=rounds, shmtool="", programs="")
        progress = types.SimpleNamespace(step=lambda *_: None, tick=lambda: None)
        asking = runner.Runner(bench, [], settings, progress)
        asking.ask(questions, seconds)
        return {str(key): len(values) for key, values in asking.collected.samples.items() if key.question != "control"}

    return run


def names(bench):
    return [name for name, _, _ in bench.asked]


def test_rounds_of_a_question_are_spread_over_the_run(ask):
    bench = Bench(a=1, b=1)
    counts = ask(bench, [question("a", 10), question("b", 10)], 20)
    assert names(bench) == ["a", "b"] * QUICK_ROUNDS
    assert counts == {"a/shmkit": QUICK_ROUNDS * REPETITIONS, "b/shmkit": QUICK_ROUNDS * REPETITIONS}


def test_a_full_run_has_more_rounds(ask):
    bench = Bench(a=1)
    ask(bench, [question("a", 1)], 100, quick=False)
    assert names(bench) == ["a"] * FULL_ROUNDS


def test_what_does_not_fit_any_more_leaves_its_time_to_others(ask):
    bench = Bench(dear=8, cheap=1)
    counts = ask(bench, [question("dear", 5), question("cheap", 5)], 12)
    assert names(bench) == ["dear", *["cheap"] * QUICK_ROUNDS]
    assert bench.now <= 12
    assert counts["cheap/shmkit"] > QUICK_ROUNDS  # Not all of them in a hurry.


def test_everything_is_asked_once_however_little_time_there_is(ask):
    bench = Bench(a=50, b=50, c=50)
    counts = ask(bench, [question(name, 5) for name in "abc"], 15)
    assert names(bench) == ["a", "b", "c"]
    assert counts == {"a/shmkit": REPETITIONS, "b/shmkit": 1, "c/shmkit": 1}  # Single samples, once it is late.
    assert bench.asked[2][2] < bench.asked[0][2]


def test_as_many_rounds_as_are_wanted_however_long_they_take(ask):
    bench = Bench(a=50, b=50)
    counts = ask(bench, [question("a", 5), question("b", 5)], 10, rounds=4)
    assert names(bench) == ["a", "b"] * 4
    assert set(counts.values()) == {4 * REPETITIONS}
    assert len({min_time for _, _, min_time in bench.asked}) == 1


def test_a_question_that_nobody_here_can_answer_is_not_asked(ask):
    bench = Bench(a=1)
    ask(bench, [question("a", 1), question("nobody", 1)], 100)
    assert names(bench) == ["a"] * QUICK_ROUNDS
