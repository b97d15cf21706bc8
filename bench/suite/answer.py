"""The answer, on standard output: written, or said to be lost, as every command of shmtool does it."""

import os
import sys

from suite.errors import FAILED, SuiteError


class LostAnswer(SuiteError):
    def __init__(self):
        super().__init__("the answer could not be written to standard output", code=FAILED)


def write(text):
    """Throws LostAnswer."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        nowhere = os.open(os.devnull, os.O_WRONLY)  # What is still buffered would be tried again at the end.
        os.dup2(nowhere, sys.stdout.fileno())
        raise LostAnswer from error
