"""shmkit_bench, the program with all C++ questions: what it has, running some of it, and reading what it says.

Its benchmarks are called question/subject, or question/subject/PARAMETER with a number.
"""

import json
import re

from suite import children
from suite.errors import SuiteError
from suite.samples import Key, Outcome

PROGRAM = "shmkit_bench"
LIST_LIMIT_S = 60
SKIPPED = "skipped:"
_OPTIONS = re.compile(r"/(real_time|manual_time|iterations:\d+|repeats:\d+|min_time:[\d.]+)")


def parse_name(name):
    """The Key of "question/subject[/PARAMETER]", with or without Google Benchmark's own endings."""
    question, subject, *rest = _OPTIONS.sub("", name).split("/")
    if rest and re.fullmatch(r"\d+(\.\d+)?", rest[-1]):
        return Key(question, "/".join([subject, *rest[:-1]]), float(rest[-1]))
    return Key(question, "/".join([subject, *rest]))


def pattern(keys):
    """A regular expression for --benchmark_filter that fits these, and no others."""
    return "^(" + "|".join(sorted(str(key) for key in keys)) + ")(/[a-z]|$)"


def read(text, question):
    """The Outcome in a JSON report of Google Benchmark about benchmarks of one question."""
    report = json.loads(text)
    samples, skipped, failures = [], {}, {}
    for row in report["benchmarks"]:
        if row["run_type"] != "iteration":
            continue
        key = parse_name(row["name"])
        if not row.get("error_occurred"):
            samples += [(key._replace(subject=subject), value) for subject, value in question.samples(key.subject, row)]
        elif (message := row["error_message"]).startswith(SKIPPED):
            skipped[key] = message.removeprefix(SKIPPED).strip()
        else:
            failures |= {str(key._replace(subject=subject)): message for subject in question.subjects(key.subject)}
    return Outcome(samples, skipped, failures)


class BenchProgram:
    def __init__(self, shmtool, programs):
        self._shmtool = shmtool
        self._path = programs / PROGRAM
        if not self._path.exists():
            raise SuiteError(f"'{self._path}' is not there", "build and install shmkit with -DSHMKIT_BENCH=ON")

    def keys(self):
        """All that it can measure."""
        done = children.run([self._path, "--benchmark_list_tests=true"], self._shmtool, LIST_LIMIT_S)
        if done.code != 0:
            raise SuiteError(f"'{self._path}' does not run: {done.why()}", "is it built for this machine?")
        return [parse_name(line) for line in done.out.split()]

    def context(self):
        """What it says about the machine and about itself; the cheapest benchmark stands in for a question."""
        command = [self._path, "--benchmark_filter=^attach/bare", "--benchmark_min_time=0.001", "--benchmark_format=json"]
        done = children.run(command, self._shmtool, LIST_LIMIT_S)
        if done.code != 0:
            raise SuiteError(f"'{self._path}' fails: {done.why()}", "is it built for this machine?")
        return json.loads(done.out)["context"]

    def measure(self, question, keys, min_time, context, limit_s, tick):
        """`context.repetitions` of each of the keys, interleaved."""
        command = [self._path, f"--benchmark_filter={pattern(keys)}", f"--benchmark_repetitions={context.repetitions}",
                   f"--benchmark_min_time={min_time:.4f}", "--benchmark_enable_random_interleaving=true",
                   "--benchmark_format=json", *(["--quick"] if context.quick else [])]  # fmt: skip
        done = children.run(command, self._shmtool, limit_s, tick)
        try:
            return read(done.out, question)
        except (ValueError, KeyError):  # It died before its report was whole.
            return Outcome([], {}, {question.name: f"{PROGRAM} failed: {done.why()}"})
