"""shmkit in a batch script: scripts/slurm/one-node.sbatch, under a Slurm of its own and without one.

The oracles: NumPy on the file that the script exports; what Slurm says of the job; and whoever has the directory of
results in its environment, which everything that the script starts inherits, belongs to the script.
"""

import contextlib
import json
import math
import os
import pathlib
import random
import re
import signal
import subprocess
import tempfile
import time

import numpy as np
import pytest

from cli_checks import needs_shmtool
from helpers import SHM, TIMEOUT_S, delete

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
SCRIPT = SOURCE / "scripts" / "slurm" / "one-node.sbatch"
TOOLS = SOURCE / "tests" / "slurm"
FOREVER = 10**6  # Repetitions: hours.
NODE_CPUS = 4
GONE_S = 15

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_outlives_a_failure")]

started = []  # Jobs, for the fixture below.


def wait_until(condition, what, limit_s=TIMEOUT_S):
    """The first true value of condition()."""
    end = time.monotonic() + limit_s
    while not (value := condition()):
        assert time.monotonic() < end, f"after {limit_s} s still not: {what}"
        time.sleep(0.05)
    return value


def script_environment(results, **variables):
    """As for a user who has shmtool in the PATH. Nothing of a Slurm that the tests themselves may run under."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("SLURM", "SBATCH"))}
    path = f"{pathlib.Path(os.environ['SHMTOOL']).resolve().parent}:{os.environ['PATH']}"
    environment |= {"PATH": path, "RESULTS": str(results)}
    return environment | {key: str(value) for key, value in variables.items()}


def processes(results):
    """Pid and command line of what runs for the script with these results, or with results in that folder."""
    mark, found = f"RESULTS={results}".encode(), {}
    for folder in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (folder / "environ").read_bytes().split(b"\0") if folder.name.isdigit() else []
            if any(word == mark or word.startswith(mark + b"/") for word in words):
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def names(job):
    """What is in /dev/shm on account of a job: its number, or local-PID without Slurm."""
    return sorted(leaf for leaf in os.listdir(SHM) if re.search(rf"\bjob-{job}[-.]", leaf))


def lasting(leaves):
    """Of these, what is not a run's: job memory comes and goes with its client."""
    return [leaf for leaf in leaves if not leaf.startswith("shmkit-job.")]


def in_the_middle_of_a_run(results):
    return (results / "max.json").exists() and any("shmtool run " in command for command in processes(results).values())


def require_nothing_left(job, results):
    end = time.monotonic() + GONE_S
    while any(left := (processes(results), names(job))):
        assert time.monotonic() < end, f"left of job {job}: {left}"
        time.sleep(0.05)


@pytest.fixture
def nothing_outlives_a_failure(tmp_path):
    yield
    for pid in processes(tmp_path):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while started:
        for name in names(started.pop()):
            delete(name)


def answer(results, name):
    return json.loads((results / f"{name}.json").read_text())


def require_right_results(results, data=None):
    """All results are NumPy's on the exported file, which holds `data`."""
    exported = np.load(results / "data.npy")
    if data is not None:
        np.testing.assert_array_equal(exported, data)
    total = math.fsum(exported.ravel())
    expected = {"max": exported.max(), "min": exported.min(), "sum": total, "argmax": exported.argmax()}
    assert {kernel: answer(results, kernel)["result"] for kernel in expected} == expected
    assert answer(results, "mean")["result"] == pytest.approx(total / exported.size, rel=1e-15)


class Slurm:
    """A Slurm that is up. Jobs are known by their number."""

    def __init__(self, folder):
        self.conf = str(folder / "slurm.conf")

    def ask(self, *command, env=None):
        command = [str(word) for word in command]
        env = {**(env or os.environ), "SLURM_CONF": self.conf}
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=TIMEOUT_S)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def submit(self, results, *arguments, cpus=2, **variables):
        options = ["--parsable", f"--cpus-per-task={cpus}", f"--output={results}.log", f"--chdir={results.parent}"]
        environment = script_environment(results, **variables)
        job = int(self.ask("sbatch", *options, SCRIPT, *arguments, env=environment))
        started.append(job)
        return job

    def show(self, job):
        words = self.ask("scontrol", "--oneliner", "show", "job", job).split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def state(self, job):
        return self.show(job)["JobState"]

    def end_of(self, job):
        """State and exit code, as EXIT:SIGNAL."""
        wait_until(lambda: self.state(job) not in ("PENDING", "RUNNING", "COMPLETING"), f"end of job {job}")
        shown = self.show(job)
        return shown["JobState"], shown["ExitCode"]


@pytest.fixture(scope="module")
def slurm():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="shmkit-slurm-", dir="/tmp"))
    try:
        command = [TOOLS / "slurm-up", folder, str(NODE_CPUS), str(os.getpid())]
        up = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
        if up.returncode != 0:
            pytest.skip(up.stderr.strip().splitlines()[-1])
        yield Slurm(folder)
    finally:
        subprocess.run([TOOLS / "slurm-down", folder], check=True, timeout=TIMEOUT_S)


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


def test_a_job_computes_what_numpy_computes_and_leaves_nothing(slurm, results, tmp_path):
    data = np.random.default_rng(7).standard_normal((300, 1000))
    np.save(tmp_path / "data.npy", data)
    job = slurm.submit(results, tmp_path / "data.npy")
    assert slurm.end_of(job) == ("COMPLETED", "0:0"), pathlib.Path(f"{results}.log").read_text()
    require_right_results(results, data)
    require_nothing_left(job, results)
    assert str(answer(results, "max")["result"]) in pathlib.Path(f"{results}.log").read_text()


@pytest.mark.parametrize("cpus", [1, 2])
def test_there_are_as_many_workers_as_the_job_asked_cpus_for(slurm, results, cpus):
    job = slurm.submit(results, cpus=cpus, SHAPE=1000, KERNELS="max")
    assert slurm.end_of(job) == ("COMPLETED", "0:0")
    there_are = len(os.sched_getaffinity(0))
    pool = answer(results, "pool")
    assert pool["workers"] == answer(results, "max")["workers"] == min(cpus, there_are)
    if cpus < there_are:
        assert pool["workers_reason"] == f"SLURM_CPUS_PER_TASK ({cpus})"


def test_a_job_cancelled_in_the_middle_of_a_run_leaves_nothing(slurm, results):
    job = slurm.submit(results, SHAPE=1000000, REPEAT=FOREVER)
    wait_until(lambda: in_the_middle_of_a_run(results), "a run")
    assert names(job)
    slurm.ask("scancel", job)
    require_nothing_left(job, results)
    assert slurm.end_of(job)[0] == "CANCELLED"


def test_jobs_on_one_node_do_not_disturb_each_other(slurm, tmp_path):
    long, short, other = (tmp_path / name for name in ("long", "short", "other"))
    long_job = slurm.submit(long, SHAPE=1000000, REPEAT=FOREVER)
    wait_until(lambda: in_the_middle_of_a_run(long), "a long run")
    before = set(processes(long)), names(long_job)

    # One that comes, works, cleans up and goes.
    job = slurm.submit(short, SHAPE=100000)
    assert slurm.end_of(job) == ("COMPLETED", "0:0")
    require_right_results(short)
    assert before[0] <= set(processes(long)) and lasting(before[1]) == lasting(names(long_job))

    # One that works while the long one is cancelled.
    job = slurm.submit(other, SHAPE=1000000, REPEAT=200)
    wait_until(lambda: in_the_middle_of_a_run(other), "a run beside it")
    slurm.ask("scancel", long_job)
    assert slurm.end_of(job) == ("COMPLETED", "0:0")
    require_right_results(other)
    assert answer(other, "max")["deaths"] == 0
    require_nothing_left(long_job, long)


def test_a_job_with_a_damaged_file_fails_with_the_exit_code_of_shmtool(slurm, results, tmp_path):
    (tmp_path / "damaged.npy").write_bytes(b"\x93NUMPY\x01\x00v\x00{'descr'")
    job = slurm.submit(results, tmp_path / "damaged.npy")
    assert slurm.end_of(job) == ("FAILED", "5:0")
    require_nothing_left(job, results)
    assert "damaged.npy" in pathlib.Path(f"{results}.log").read_text()


def start_script(results, *arguments, **variables):
    script = subprocess.Popen(
        ["bash", SCRIPT, *arguments],
        env=script_environment(results, **variables),
        cwd=results.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    started.append(f"local-{script.pid}")
    return script


def test_the_script_runs_without_slurm(results):
    script = start_script(results, SHAPE="300,1000", REPEAT=2)
    output = script.communicate(timeout=TIMEOUT_S)[0]
    assert script.returncode == 0, output
    require_right_results(results)
    require_nothing_left(f"local-{script.pid}", results)
    assert str(answer(results, "max")["result"]) in output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_in_the_middle_of_a_run_ends_the_script_and_leaves_nothing(results, number):
    script = start_script(results, SHAPE=1000000, REPEAT=FOREVER)
    wait_until(lambda: in_the_middle_of_a_run(results), "a run")
    script.send_signal(number)
    output = script.communicate(timeout=TIMEOUT_S)[0]
    assert script.returncode == 128 + number, output
    require_nothing_left(f"local-{script.pid}", results)


def test_a_signal_at_any_moment_leaves_nothing(tmp_path):
    moments = random.Random(3)
    for attempt in range(20):
        results = tmp_path / f"results-{attempt}"
        script = start_script(results, SHAPE=300000, REPEAT=2)
        time.sleep(moments.uniform(0, 0.4))
        # To all at once, as Slurm does, or to the script alone.
        for pid in processes(results) if attempt % 2 else [script.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        script.communicate(timeout=TIMEOUT_S)
        require_nothing_left(f"local-{script.pid}", results)
