"""What the rivals of question `map_commands` share: /bin/true NUMBER, many times, two at once."""

import os
import resource
import subprocess
import tempfile
import time

from suite.samples import Sample, require

WORKERS = 2
COMMANDS = 1000
QUICK_COMMANDS = 200
CHECKED = 20


def _cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _run(words, count, command):
    """(wall seconds, CPU seconds of all processes, what they wrote); words(command, count) is the command line."""
    lines = "".join(f"{number}\n" for number in range(count))
    line = [str(word) for word in words(command, count)]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "PARALLEL_HOME": home}  # No configuration of the user's.
        cpu = _cpu_seconds()
        start = time.perf_counter()
        done = subprocess.run(line, input=lines, capture_output=True, text=True, check=True, env=environment)
        return time.perf_counter() - start, _cpu_seconds() - cpu, done.stdout


def measure(context, words, name):
    """Samples of `name`, wall time in microseconds per command, and of `name`_cpu."""
    said = _run(words, CHECKED, "/bin/echo")[2]
    require(sorted(said.split(), key=int) == [str(number) for number in range(CHECKED)], "not every command ran, once")
    count = QUICK_COMMANDS if context.quick else COMMANDS
    for _ in range(context.repetitions):
        wall, cpu, _ = _run(words, count, "/bin/true")
        yield Sample(wall / count * 1e6, subject=name)
        yield Sample(cpu / count * 1e6, subject=f"{name}_cpu")
