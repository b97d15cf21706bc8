"""fib(34), recursively, 32 times, by 1 to 32 workers: work that needs nothing but a CPU."""

from . import in_python
from .group import Group

NAME = "fib34"
N = 34
ANSWER = 5_702_887
TIMES = 32
WORKERS = (1, 2, 4, 8, 16, 32)
SECONDS_PER_LOOP = {True: 1.2, False: 12.0}  # What one worker may take in Python, when quick and when not.


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def known(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def calls(n):
    """How often fib(n) calls fib, itself included: 1 for n < 2, else 1 + calls(n - 1) + calls(n - 2)."""
    return 2 * known(n + 1) - 1


def affordable(seconds):
    """The largest n up to 34 whose 32 calls take at most about these seconds here."""
    probe = 20
    per_call = min(in_python.clock(lambda: fib(probe))[0] for _ in range(5)) / calls(probe)
    n = N
    while n > probe and TIMES * calls(n) * per_call > seconds:
        n -= 1
    return n


def compute(workers, n):
    if workers == 1:
        return [fib(n) for _ in range(TIMES)]
    with in_python.processes(workers) as pool:
        return pool.map(fib, [n] * TIMES, chunksize=1)


def python(workers, n):
    """Not on the same workers again: starting them is nothing beside the work."""
    return in_python.measure(lambda: compute(workers, n), lambda answers: answers == [known(n)] * TIMES,
                             calls(N) / calls(n))


def run(bench):
    n = affordable(SECONDS_PER_LOOP[bench.quick])
    group = Group(NAME, f"fib({N}) = {ANSWER}, {TIMES} times", footnote="The lesson published no times that are of "
                  "fib: its function returned None in processes.")
    for workers in WORKERS:
        way = "1 worker" if workers == 1 else f"{workers} workers"
        bench.say(f"fib34: {way}")
        ours = bench.run(lambda result: result == ANSWER, "fib", "--arg", f"n={N}", "--arg", f"times={TIMES}",
                         "--chunks", TIMES, "-w", workers, *(["--via", "serial"] if workers == 1 else []))[0]
        note = f"Python: fib({n}), scaled by the number of calls" if n != N and workers == 1 else ""
        group.row(way, None, python(workers, n), ours, workers, note)
    return [group]
