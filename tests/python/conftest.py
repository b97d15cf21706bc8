import pytest

import comparisons
from helpers import shm_unchanged


@pytest.fixture
def nothing_left():
    """Fails a test that leaves anything in /dev/shm."""
    with shm_unchanged():
        yield


def pytest_terminal_summary(terminalreporter):
    if told := comparisons.summary():
        terminalreporter.write_line(told)
