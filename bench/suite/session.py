"""One run of the suite: asks what is asked for, and says what came out, also when it is interrupted."""

import os
import pathlib
import sys
import time

from suite import answer, children, derived, document, doubts, files, machine, tables, traced_job
from suite.bench_program import BenchProgram
from suite.collected import Collected
from suite.command import EXPERIMENTS, chosen
from suite.errors import FAILED, USAGE, Interrupted, SuiteError
from suite.progress import Progress
from suite.rivals import all_rivals
from suite.runner import Runner, usual_rounds, wanted_rounds

LIMIT_S = {True: 105, False: 840}  # All questions together, quick or not: two minutes, and fifteen, with some to spare.


class Session:
    def __init__(self, settings):
        self.settings = settings
        with_names = settings.names[:1] == [EXPERIMENTS]
        self.experiment_names = settings.names[1:] if with_names else []
        self.wants_experiments = with_names or settings.experiments
        if settings.markdown and not self.wants_experiments:
            raise SuiteError("--markdown prints experiments, and there are none", "add the word `experiments`", USAGE)
        self.questions = [] if with_names else chosen(settings.names)
        self.collected = Collected()
        self.experiments = []
        self.trace = self.no_trace = None
        self._start, self._since = time.monotonic(), time.time()
        if settings.pin:
            machine.pin()
        _check_writable(settings)
        self.progress = Progress(self._budget(), settings.quiet)  # Unknown names are mistakes wherever it runs.
        self._bench = BenchProgram(settings.shmtool, settings.programs)
        self.machine = machine.describe(self._bench.context())

    def _budget(self):
        seconds = self._questions_s()
        if self.wants_experiments:
            from suite import experiments

            seconds += experiments.budget(self.experiment_names, self.settings.quick)
        return seconds

    def _questions_s(self):
        budget = sum(question.budget(self.settings.quick) for question in self.questions)
        return budget * wanted_rounds(self.settings) / usual_rounds(self.settings)

    def ask_all(self):
        runner = Runner(self._bench, all_rivals(), self.settings, self.progress)
        self.collected = runner.collected
        runner.ask(self.questions, min(self._questions_s(), LIMIT_S[self.settings.quick]))

    def experiment(self):
        from suite import experiments

        try:
            experiments.run_experiments(self.experiment_names, self.settings, self.progress, self.experiments)
        finally:
            children.sweep(os.getpid(), self.settings.shmtool, self._since)

    def trace_a_job(self):
        self.progress.step("a job's timeline")
        self.trace, self.no_trace = traced_job.measure(self.settings.shmtool, self.progress.tick)

    def document(self):
        summaries = document.summaries(self.collected.trusted())
        rows = document.rows(summaries)
        return {
            "format": document.FORMAT,
            "version": document.VERSION,
            "machine": self.machine,
            "mode": "quick" if self.settings.quick else "full",
            "pinned": self.settings.pin,
            "seconds": round(time.monotonic() - self._start, 3),
            "rows": rows,
            "derived": derived.derive(rows, self.machine["cpus"]),
            "experiments": self.experiments,
            "skipped": [{"question": question, "subject": subject, "reason": reason}
                        for (question, subject), reason in self.collected.skipped.items()],
            **({"trace": self.trace} if self.trace else {}),
            "warnings": [*(f"{name} FAILED: {what}; its figures are left out" for name, what in self.failures().items()),
                         *([f"the timeline is left out: {self.no_trace}"] if self.no_trace else []),
                         *doubts.about_machine(self.machine), *doubts.about_samples(summaries)],
        }  # fmt: skip

    def failures(self):
        wrong = {f"{group['experiment']}: {row['way']}": "its result is wrong"
                 for group in self.experiments for row in group["rows"] if not row["verified"]}  # fmt: skip
        return self.collected.failures | wrong


def _check_writable(settings):
    """Before anything takes minutes. Throws SuiteError."""
    if settings.report:
        files.require_writable(settings.report)
    if settings.json and settings.json != "-":
        path = pathlib.Path(settings.json)
        if path.is_dir() or not _is_writable(path):
            where = "a directory" if path.is_dir() else "in a directory that is missing, or may not be written to"
            raise SuiteError(f"cannot write '{path}': it is {where}", "name another file")


def _is_writable(path):
    """What is no ordinary file is written to as it is; others are replaced."""
    if path.exists() and not path.is_file():
        return os.access(path, os.W_OK)
    return path.absolute().parent.is_dir() and os.access(path.absolute().parent, os.W_OK | os.X_OK)


def _publish(session):
    """Files first: standard output may be a pipe that nobody reads any more."""
    settings = session.settings
    found = session.document()
    try:
        _write_files(found, settings)
    finally:
        _answer(found, settings)


def _answer(found, settings):
    if settings.json == "-":
        answer.write(document.to_text(found))
    elif settings.markdown:
        from suite import experiments

        answer.write(experiments.page(found))
    else:
        answer.write(tables.document(found, _experiments_text(found)))


def _write_files(found, settings):
    try:
        if settings.json and settings.json != "-":
            document.write(found, pathlib.Path(settings.json))
    finally:
        if settings.report:
            _report(found, settings.report)


def _experiments_text(found):
    if not found["experiments"]:
        return ""
    from suite import experiments

    return experiments.tables(found["experiments"])


def _report(found, directory):
    from suite import report

    for note in report.write_report(found, directory):
        print(f"shmtool bench: {note}", file=sys.stderr)


def run(settings):
    """The exit code. Throws SuiteError."""
    session = Session(settings)
    code = 0
    try:
        if session.questions:
            session.ask_all()
        if session.wants_experiments:
            session.experiment()
        if settings.report:
            session.trace_a_job()
    except Interrupted as interrupted:
        code = 128 + interrupted.signal
    session.progress.finish()
    _publish(session)
    return code or (FAILED if session.failures() else 0)
