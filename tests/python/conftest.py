import signal

import pytest

import comparisons
from helpers import shm_unchanged

# What a shell without job control starts with `&` ignores SIGINT, what nohup starts SIGHUP, and so would all that the
# tests start and interrupt. A handler is not inherited.
for number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, lambda *_: None)


@pytest.fixture
def nothing_left():
    """Fails a test that leaves anything in /dev/shm."""
    with shm_unchanged():
        yield


def pytest_terminal_summary(terminalreporter):
    if told := comparisons.summary():
        terminalreporter.write_line(told)
