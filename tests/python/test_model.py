"""The protocol of docs/chunk_queue.md, checked as a Promela model, holds; and broken on purpose, it does not.

The oracle is Spin, which visits every state. A mutant that it does not catch means that the model has no eyes for that
rule, so that is a failure as well (docs/model.md).
"""

import os
import pathlib
import shutil
import subprocess

import pytest

from helpers import TIMEOUT_S


@pytest.mark.skipif(shutil.which("spin") is None, reason="spin is not installed")
def test_small_models_give_the_expected_verdicts():
    check = pathlib.Path(os.environ["SHMKIT_SOURCE_DIR"]) / "tests" / "model" / "check_model"
    done = subprocess.run([check, "small"], capture_output=True, text=True, timeout=4 * TIMEOUT_S)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "UNEXPECTED" not in done.stdout
