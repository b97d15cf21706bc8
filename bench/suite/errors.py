"""What ends a run: a sentence, the next step, and the exit code of shmtool."""

import errno

FAILED = 1
USAGE = 2
NO_SPACE = 6


class SuiteError(Exception):
    """Something asked for could not be done; str() is a sentence, `hint` the next step."""

    def __init__(self, message, hint="", code=FAILED):
        super().__init__(message)
        self.hint = hint
        self.code = code


class Interrupted(BaseException):
    """A signal asked the run to end; its number is `signal`."""

    def __init__(self, number):
        super().__init__(f"signal {number}")
        self.signal = number


def cannot_write(path, error, hint="is its directory there, and may you write to it?"):
    """The SuiteError for an OSError of writing to `path`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return SuiteError(f"there is no room for '{path}': {error.strerror}", "make room, or name another place", NO_SPACE)
    return SuiteError(f"cannot write '{path}': {error.strerror}", hint)
