"""Samples, as C++ questions and rivals give them, and what a rival is told."""

import pathlib
from dataclasses import dataclass
from typing import NamedTuple


class Key(NamedTuple):
    """What a sample is of: a row of the table."""

    question: str
    subject: str
    parameter: float | None = None

    def __str__(self):
        """As shmkit_bench calls it."""
        return f"{self.question}/{self.subject}" + ("" if self.parameter is None else f"/{self.parameter:.15g}")


class Outcome(NamedTuple):
    """What one run of some subjects gave."""

    samples: list  # (Key, value)
    skipped: dict  # {Key: reason}
    failures: dict  # {str(Key), or a question: what was wrong}


class Sample(NamedTuple):
    """One measurement by a rival, in the unit of its question. An empty subject: the rival's NAME."""

    value: float
    parameter: float | None = None
    subject: str = ""


class WrongResult(Exception):
    """What was about to be timed gave a wrong result."""


class Missing(Exception):
    """What a rival needs is not here, as it turned out."""


@dataclass(frozen=True)
class Context:
    """What a rival is told about one round."""

    shmtool: pathlib.Path
    programs: pathlib.Path  # Where shmkit_bench and the other programs of bench/ are.
    repetitions: int = 2  # So many samples of every subject and parameter.
    seconds: float = 1.0  # Which this round may take, roughly: for rivals that can do more or less.
    quick: bool = False


def require(good, what):
    if not good:
        raise WrongResult(what)
