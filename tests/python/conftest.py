import pytest

from helpers import shm_unchanged


@pytest.fixture
def nothing_left():
    """Fails a test that leaves anything in /dev/shm."""
    with shm_unchanged():
        yield
