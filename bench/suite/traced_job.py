"""A job whose timeline the report shows: points of a circle counted by as many workers as shmtool takes."""

import json
import pathlib
import tempfile

from suite import children

COMMAND = ("run", "pi", "--arg", "n=40000000", "--chunks", "64", "--quiet", "--trace")
LIMIT_S = 60


def measure(shmtool, tick):
    """(trace, why there is none); one of them is None: a report without a timeline is a report."""
    try:
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory, "trace.json")
            done = children.run([shmtool, *COMMAND, file], shmtool, LIMIT_S, tick)
            return (json.loads(file.read_text(encoding="utf-8")), None) if done.code == 0 else (None, done.why())
    except (OSError, ValueError) as error:
        return None, str(error)
