"""The signals that ask a run to end, and when they are not heard."""

import contextlib
import signal

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def deaf():
    """They wait: neither a start of a process, which has our handlers at first, nor what tidies up is interrupted."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def hear():
    """What a process that was started meanwhile does first."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
