"""What the rivals of question `map_commands` share: /bin/true NUMBER, many times, two at once."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

from suite import signals
from suite.samples import Sample, require

WORKERS = 2
COMMANDS = 1000
QUICK_COMMANDS = 200
CHECKED = 20


def _cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _run(words, count, command, home):
    """(wall seconds, CPU seconds of all processes, what they wrote); words(command, count) is the command line."""
    lines = "".join(f"{number}\n" for number in range(count))
    line = [str(word) for word in words(command, count)]
    environment = {**os.environ, "PARALLEL_HOME": home}  # No configuration of the user's.
    cpu = _cpu_seconds()
    start = time.perf_counter()
    done = subprocess.run(line, input=lines, capture_output=True, text=True, check=True, env=environment)
    return time.perf_counter() - start, _cpu_seconds() - cpu, done.stdout


def _end(number, _frame):
    """In order: the directory goes away."""
    sys.exit(128 + number)


def measure(context, words, name):
    """Samples of `name`, wall time in microseconds per command, and of `name`_cpu."""
    signal.signal(signal.SIGTERM, _end)
    with contextlib.ExitStack() as stack:
        with signals.deaf():
            home = stack.enter_context(tempfile.TemporaryDirectory())
        yield from _samples(context, words, name, home)


def _samples(context, words, name, home):
    said = _run(words, CHECKED, "/bin/echo", home)[2]
    require(sorted(said.split(), key=int) == [str(number) for number in range(CHECKED)], "not every command ran, once")
    count = QUICK_COMMANDS if context.quick else COMMANDS
    for _ in range(context.repetitions):
        wall, cpu, _ = _run(words, count, "/bin/true", home)
        yield Sample(wall / count * 1e6, subject=name)
        yield Sample(cpu / count * 1e6, subject=f"{name}_cpu")
