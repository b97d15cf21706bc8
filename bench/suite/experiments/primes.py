"""The primes in [1e13, 1e13 + 1000) by trial division, by 1 to 8 workers."""

import math

from . import in_python
from .group import Group

NAME = "primes"
BEGIN = 10_000_000_000_000
COUNT = 1000
PUBLISHED = (10.49, 5.56, 4.13, 3.48, 3.41, 3.04, 3.16, 3.57)


def is_prime(n):
    if n < 4:
        return n > 1
    if n % 2 == 0:
        return False
    return all(n % d for d in range(3, math.isqrt(n) + 1, 2))


def least_factors(begin, count):
    """The least prime factor of each number from `begin` on, the number itself if it is prime: by a sieve."""
    least = list(range(begin, begin + count))
    bound = math.isqrt(begin + count)
    composite = bytearray(bound + 1)
    for p in range(2, bound + 1):
        if composite[p]:
            continue
        composite[p * p::p] = b"\1" * len(range(p * p, bound + 1, p))
        for n in range(max(p * p, -(-begin // p) * p), begin + count, p):
            if least[n - begin] == n:
                least[n - begin] = p
    return least


def divisions(factor, n):
    """How many is_prime(n) needs."""
    return min(factor, math.isqrt(n)) // 2


def run(bench, begin=BEGIN, count=COUNT):
    factors = least_factors(begin, count)
    numbers = list(range(begin, begin + count))
    prime = [factor == n and n > 1 for factor, n in zip(factors, numbers)]
    done = count // 4 if bench.quick else count
    work = [divisions(factor, n) for factor, n in zip(factors, numbers)]
    scale = sum(work) / sum(work[:done]) if done != count else 1.0
    group = Group(NAME, f"{sum(prime)} primes in [{begin:.0e}, {begin:.0e} + {count})".replace("e+", "e"))

    def python(workers):
        if workers == 1:
            return [is_prime(n) for n in numbers[:done]]
        with in_python.processes(workers) as pool:
            return pool.map(is_prime, numbers[:done], chunksize=4)

    for workers, published in enumerate(PUBLISHED, 1):
        way = "1 worker" if workers == 1 else f"{workers} workers"
        bench.say(f"primes: {way}")
        ours = bench.run(lambda result: result == sum(prime), "primes", "--arg", f"start={begin}", "--arg",
                         f"stop={begin + count}", "--chunks", count, "-w", workers,
                         *(["--via", "serial"] if workers == 1 else []))[0]
        theirs = in_python.measure(lambda w=workers: python(w), lambda answer: answer == prime[:done], scale)
        note = f"Python: the first {done} numbers, scaled by the divisions" if workers == 1 and done != count else ""
        group.row(way, published, theirs, ours, workers, note)
    return [group]
