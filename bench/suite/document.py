"""The answer as one JSON value: tests/schemas/bench.json."""

import json

from suite import statistics
from suite.errors import cannot_write
from suite.files import write_files
from suite.questions import BY_NAME
from suite.samples import Key

FORMAT = "shmkit-bench"
VERSION = 1


def _row(key, question, summary, references):
    reference = references.get(key)
    return {
        "question": key.question,
        "subject": key.subject,
        "parameter": _plain(key.parameter),
        "unit": question.unit,
        **summary._asdict(),
        "ratio": summary.median / reference[1].median if reference and reference[1].median else None,
        "ratio_to": reference[0] if reference else None,
    }


def _plain(number):
    """Whole numbers are written without a fraction."""
    return int(number) if number is not None and number == int(number) else number


def references(summaries):
    """{Key: (subject, Summary)} of what each is compared with, where that was measured."""
    found = {}
    for question in BY_NAME.values():
        for key in summaries:
            if key.question != question.name or (subject := question.reference(key.subject)) is None:
                continue
            for other in (Key(key.question, subject, key.parameter), Key(key.question, subject)):
                if other in summaries:
                    found[key] = (subject, summaries[other])
                    break
    return found


def rows(summaries):
    """In the order of the questions, of subjects as they came, and of parameters."""
    against = references(summaries)
    found = []
    for question in BY_NAME.values():
        keys = [key for key in summaries if key.question == question.name]
        subjects = list(dict.fromkeys(key.subject for key in keys))
        keys.sort(key=lambda key: (subjects.index(key.subject), key.parameter or 0))
        found += [_row(key, question, summaries[key], against) for key in keys]
    return found


def summaries(samples):
    return {key: statistics.summarize(values) for key, values in samples.items()}


def to_text(document):
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def write(document, path):
    """All of the file or nothing; into what is no ordinary file, a pipe or a device, as it comes. Throws SuiteError."""
    content = to_text(document).encode()
    if path.exists() and not path.is_file():
        try:
            path.write_bytes(content)
        except OSError as error:
            raise cannot_write(path, error) from None
    else:
        write_files(path.parent, {path.name: content})
