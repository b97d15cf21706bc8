import os
import pathlib
import signal
import sys

import pytest

import comparisons
from helpers import shm_unchanged

# The benchmark suite's modules, for the tests of them.
SOURCE = pathlib.Path(os.environ.get("SHMKIT_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(SOURCE / "bench"))

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
