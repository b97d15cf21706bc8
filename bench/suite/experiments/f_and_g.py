"""Two functions of the same length: f holds the interpreter lock, g lets it go. Ours: any lock, and none."""

import hashlib

from . import in_python
from .bench import Unavailable
from .group import Group, Measured

NAME = "f_and_g"
CALLS = 8
WORKERS = 4
STEPS = {True: 1_000_000, False: 8_000_000}
# Knuth's generator, as in the example one_lock; its n-th number is known without the n - 1 before.
FACTOR, ADDEND, BITS = 6364136223846793005, 1442695040888963407, 64
FOOTNOTES = {
    True: "Python: a loop of {steps:,} steps, which holds the interpreter lock. shmkit: the same loop, under a lock "
          "of the program (example_one_lock).",
    False: "Python: sha256, which lets the interpreter lock go. shmkit: the loop of f, without the lock.",
}
ZEROS = bytes(1 << 20)
ZEROS_SHA256 = "30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58"


def f(steps):
    x = 1
    for _ in range(steps):
        x = (x * FACTOR + ADDEND) & (1 << BITS) - 1
    return x


def known(steps):
    """f(steps), by the closed form of a linear recurrence: a^n + c (a^n - 1) / (a - 1)."""
    power = pow(FACTOR, steps, (FACTOR - 1) << BITS)
    return (power + ADDEND * ((power - 1) // (FACTOR - 1))) % (1 << BITS)


def g(times):
    """hashlib releases the lock while it works on more than 2 KiB."""
    for _ in range(times):
        digest = hashlib.sha256(ZEROS).hexdigest()
    return digest


def python(function, argument, answer):
    """The three ways of Python, in the order of the rows."""
    def right(answers):
        return answers == [answer] * CALLS

    def with_pool(pool):
        return pool.map(function, [argument] * CALLS, chunksize=1)

    yield in_python.measure(lambda: [function(argument) for _ in range(CALLS)], right)
    for make_pool in (in_python.threads, in_python.processes):
        yield in_python.measure_pool(make_pool, WORKERS, with_pool, right)[0]


def rounds(seconds):
    """How often g has to hash to take these seconds a call."""
    probe = 16
    return max(1, round(seconds / (in_python.clock(lambda: g(probe))[0] / probe)))


def shmkit(bench, steps):
    """Six measurements, f's and then g's. The example compares all answers."""
    try:
        ways, _ = bench.example("one_lock", CALLS, steps)
        return [Measured(seconds) for _, seconds in ways], ""
    except Unavailable as missing:
        return [None] * 6, f"shmkit: {missing}"


def run(bench):
    steps = STEPS[bench.quick]
    bench.say("f_and_g: shmkit")
    ours, note = shmkit(bench, steps)
    times = rounds(in_python.clock(lambda: f(steps))[0])
    cases = (
        ("f, which holds the lock", (11.15, 11.67, 7.36), python(f, steps, known(steps)), ours[:3]),
        ("g, which does not", (8.83, None, None), python(g, times, ZEROS_SHA256), ours[3:]),
    )
    groups = []
    for title, published, theirs, ours_here in cases:
        holds = title.startswith("f")
        group = Group(f"{NAME}_{title[0]}", f"{CALLS} calls of {title}", footnote=FOOTNOTES[holds].format(steps=steps))
        bench.say(f"f_and_g: {title}")
        for way, seconds, here, our in zip(("one loop", "threads", "processes"), published, theirs, ours_here):
            lock = holds and way == "threads"
            group.row(way if way == "one loop" else f"{WORKERS} {way}", seconds, here, our,
                      1 if way == "one loop" else WORKERS, note if way == "one loop" else "",
                      {"python": in_python.LOCK, "shmkit": "threads take turns at the lock"} if lock else None)
        groups.append(group)
    return groups
