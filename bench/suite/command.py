"""The command line: `shmtool bench`, which starts this with --shmtool and --programs before the user's words."""

import argparse
import contextlib
import difflib
import json
import pathlib
import signal
import sys

from suite import answer, signals
from suite.errors import USAGE, Interrupted, SuiteError
from suite.manual import HELP
from suite.questions import QUESTIONS

EXPERIMENTS = "experiments"
_NAMES = [question.name for question in QUESTIONS]


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise SuiteError(message, "`shmtool bench --help` lists the options", USAGE)


def _rounds(text):
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise SuiteError(f"--rounds '{text}' is no number from 1 to 1000", code=USAGE)
    return int(text)


def parse(words):
    parser = _Parser(prog="shmtool bench", add_help=False, allow_abbrev=False)
    parser.add_argument("--shmtool", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    for flag in ("--quick", "--pin", "--list", "--experiments", "--markdown"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("-q", "--quiet", action="store_true")
    parser.add_argument("--rounds", type=_rounds)
    parser.add_argument("--report", type=pathlib.Path)
    parser.add_argument("--json")
    parser.add_argument("names", nargs="*", default=[])
    settings, unknown = parser.parse_known_intermixed_args(words)
    for word in unknown:
        options = [option for action in parser._actions for option in action.option_strings]
        name = word.split("=")[0]
        raise SuiteError(f"unknown option '{name}'", _did_you_mean(name, options), USAGE)
    return settings


def _did_you_mean(word, candidates, otherwise="`shmtool bench --help` lists the options"):
    close = difflib.get_close_matches(word, candidates, 1)
    return f"did you mean '{close[0]}'?" if close else otherwise


def chosen(names):
    """The questions of these names, in their own order; all without names. Throws SuiteError."""
    for name in names:
        if name == EXPERIMENTS:
            raise SuiteError(f"the word '{EXPERIMENTS}' comes first, and is followed by names of experiments",
                             f"with questions, all of them are asked for by --{EXPERIMENTS}", USAGE)
        if name not in _NAMES:
            hint = _did_you_mean(name, [*_NAMES, EXPERIMENTS], "`shmtool bench --list` names them")
            raise SuiteError(f"there is no question '{name}'", hint, USAGE)
    return [question for question in QUESTIONS if not names or question.name in names]


def list_text():
    lines = [f"{question.name:<26}{question.asks}" for question in QUESTIONS]
    return "\n".join([*lines, f"{EXPERIMENTS:<26}workloads of a lesson, beside Python's"]) + "\n"


def report_error(error, as_json):
    """As every command of shmtool does. The exit code."""
    lost = isinstance(error, answer.LostAnswer)
    with contextlib.suppress(OSError):
        print(f"shmtool{'' if lost else ' bench'}: {error}", file=sys.stderr)
        if error.hint:
            print(f"  hint: {error.hint}", file=sys.stderr)
    if as_json and not lost:
        found = {"error": {"code": error.code, "message": str(error), "hint": error.hint}}
        with contextlib.suppress(answer.LostAnswer):
            answer.write(json.dumps(found, indent=1) + "\n")
    return error.code


def with_json_to_stdout(words):
    """`--json` without a FILE, before a question, an option or nothing, is `--json -`, as in every other command."""
    known = {*_NAMES, EXPERIMENTS}
    bare = [word == "--json" and (following is None or following in known or following[:1] == "-" != following)
            for word, following in zip(words, [*words[1:], None])]  # fmt: skip
    return ["--json=-" if is_bare else word for word, is_bare in zip(words, bare)]


@contextlib.contextmanager
def _interruptible():
    """The first signal ends the run in good order; the second one as it would anyway. Under nohup SIGHUP does nothing."""
    heard = [each for each in signals.ENDING if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN]

    def stop(number, _frame):
        for each in heard:
            signal.signal(each, signal.SIG_DFL)
        raise Interrupted(number)

    for each in heard:
        signal.signal(each, stop)
    yield


def _execute(words):
    settings = parse(words)
    with _interruptible():
        from suite import session  # What takes time to load is not needed for help and mistakes.

        if settings.list:
            answer.write(list_text())
            return 0
        return session.run(settings)


def main(words):
    words = with_json_to_stdout(words)
    as_json = "--json=-" in words or any(pair == ("--json", "-") for pair in zip(words, words[1:]))
    try:
        if {"-h", "--help"} & set(words):
            answer.write(HELP)
            return 0
        return _execute(words)
    except SuiteError as error:
        return report_error(error, as_json)
    except Interrupted as interrupted:
        return 128 + interrupted.signal
