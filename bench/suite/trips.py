"""What the round trips of Python's pools share: one call of a function that returns its argument, one worker."""

import itertools
import statistics
import time

from suite.samples import Sample, require

PAUSE_S = 0.002  # As in bench/round_trip.hpp: long enough for everybody to have gone to sleep.
LEAST = 50
MOST = 20_000
MOST_PARKED = 1000


def echo(number):
    return number


def _median_us(call, seconds, pause_s, most):
    """The median of so many trips as there is time for."""
    samples = []
    end = time.perf_counter() + seconds
    for number in itertools.count():
        if number >= most or number >= LEAST and time.perf_counter() > end:
            return statistics.median(samples) * 1e6
        if pause_s:
            time.sleep(pause_s)
        start = time.perf_counter()
        answer = call(number)
        samples.append(time.perf_counter() - start)
        require(answer == number, f"asked for {number}, got {answer}")


def measure(call, context, name):
    """Samples of `name`, one trip after the other, and of `name`_parked, after 2 ms of silence each."""
    require(call(-1) == -1, "the pool does not answer")
    seconds = context.seconds / context.repetitions / 2
    for _ in range(context.repetitions):
        yield Sample(_median_us(call, seconds, 0, MOST), subject=name)
        yield Sample(_median_us(call, seconds, PAUSE_S, MOST_PARKED), subject=f"{name}_parked")
