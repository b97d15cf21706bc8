"""One round of one rival, in a process of its own: `python3 -P -m suite.rival_process QUESTION/NAME CONTEXT`.

Whatever it starts ends with it, it forks before it has threads, and a rival that breaks breaks nothing else.
"""

import json
import pathlib
import sys

from suite import children
from suite.rivals import all_rivals
from suite.samples import Context, Key, Missing, Outcome, WrongResult

MISSING = 77  # The exit code of what was skipped.


def name_of(rival):
    return f"{rival.QUESTION}/{rival.NAME}"


def _to_json(context):
    return json.dumps({**vars(context), "shmtool": str(context.shmtool), "programs": str(context.programs)})


def _from_json(text):
    fields = json.loads(text)
    return Context(**{**fields, "shmtool": pathlib.Path(fields["shmtool"]), "programs": pathlib.Path(fields["programs"])})


def measure(rival, context, limit_s, tick):
    """An Outcome: its samples, or why there are none."""
    command = [sys.executable, "-P", "-m", "suite.rival_process", name_of(rival), _to_json(context)]
    done = children.run(command, context.shmtool, limit_s, tick)
    if done.code == MISSING:
        return Outcome([], {Key(rival.QUESTION, rival.NAME): done.err.strip()}, {})
    if done.code != 0:
        return Outcome([], {}, {name_of(rival): done.why()})
    samples = [(Key(rival.QUESTION, subject or rival.NAME, parameter), value)
               for value, parameter, subject in json.loads(done.out.splitlines()[-1])]  # fmt: skip
    return Outcome(samples, {}, {})


def main(name, context):
    rival = next(rival for rival in all_rivals() if name_of(rival) == name)
    try:
        samples = list(rival.measure(_from_json(context)))
    except WrongResult as wrong:
        raise SystemExit(f"wrong result: {wrong}") from None
    except Missing as missing:
        print(missing, file=sys.stderr)
        raise SystemExit(MISSING) from None
    print(json.dumps(samples))


if __name__ == "__main__":
    main(*sys.argv[1:])
