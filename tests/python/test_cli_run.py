"""`shmtool run`: jobs at a prompt, their options and reports, refusals, workers that are killed.

What the kernels compute is compared with NumPy in test_numpy_oracle.py.
"""

import json
import os
import re
import signal
import subprocess
import time

import pytest

from cli_checks import ask, elements, needs_shmtool, refused, require_schema
from helpers import SHM, shmtool, unique_name
from processes import children

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]


@pytest.fixture
def ramp():
    """An array 0, 1, ..., 99999 of float64."""
    with unique_name() as name:
        shmtool("create", name, "--shape", "100,1000", "--fill", "arange", check=0)
        yield name


def test_stdout_is_the_result_and_nothing_else(ramp):
    results = {"max": "99999.0", "min": "0.0", "sum": "4999950000.0", "mean": "49999.5", "argmax": "99999"}
    for kernel, result in results.items():
        done = shmtool("run", kernel, ramp, check=0)
        assert (done.stdout, done.stderr) == (f"{result}\n", "")
        assert shmtool("run", kernel, ramp, "-v", "--repeat", "3", check=0).stdout == f"{result}\n"
    done = shmtool("run", "fill", ramp, "--arg", "value=-1", check=0)
    assert (done.stdout, done.stderr) == ("", "")
    assert (elements(ramp, "f8", (100, 1000)) == -1).all()


def test_json_tells_everything(ramp):
    found = ask("run", "run", "sum", ramp, "-w", "3", "-c", "7", "-n", "5")
    assert (found["kernel"], found["name"], found["result"]) == ("sum", ramp, 4999950000.0)
    assert (found["dtype"], found["shape"], found["nbytes"]) == ("float64", [100, 1000], 800000)
    assert (found["workers"], found["workers_reason"], found["chunks"], found["via"]) == (3, "--workers", 7, "process")
    assert (found["retries"], found["deaths"], found["failures"]) == (0, 0, [])
    seconds = found["seconds"]
    assert len(seconds) == 5 and found["first_seconds"] == seconds[0]
    warm = sorted(seconds[1:])
    assert found["median_seconds"] == pytest.approx((warm[1] + warm[2]) / 2)
    done = shmtool("run", "sum", ramp, "--json", "-v", "--repeat", "2", check=0)
    assert require_schema(json.loads(done.stdout), "run")["result_dtype"] == "float64"


@pytest.mark.parametrize("via", ["process", "thread", "serial", "copy"])
def test_every_way_gives_the_same(ramp, via):
    found = ask("run", "run", "sum", ramp, "--via", via, "-w", "2")
    assert (found["via"], found["result"], found["chunks"]) == (via, 4999950000.0, 2)
    assert found["workers"] == (1 if via == "serial" else 2)
    if via == "copy":
        refused(2, "run", "fill", ramp, "--arg", "value=1", "--via", via, says="copy")
        return
    ask("run", "run", "fill", ramp, "--arg", "value=3", "--via", via)
    assert (elements(ramp, "f8", (100, 1000)) == 3).all()


def test_verbose_says_who_worked_and_how_long(ramp):
    done = shmtool("run", "sum", ramp, "-v", "-w", "3", check=0)
    assert re.fullmatch(r"workers: 3, because of --workers\ntook [\d.]+ (ns|us|ms|s) \([\d.]+ \w+/s\)\n", done.stderr)
    done = shmtool("run", "sum", ramp, "--repeat", "3", check=0)
    assert re.fullmatch(r"first .+, median of the other 2: .+ \(.+/s\)\n", done.stderr)
    assert shmtool("run", "sum", ramp, "--repeat", "3", "-q", check=0).stderr == ""


def test_who_says_how_many_workers(ramp):
    one_cpu = ["taskset", "-c", str(min(os.sched_getaffinity(0)))]
    found = ask("run", "run", "sum", ramp, prefix=one_cpu)
    assert (found["workers"], found["workers_reason"]) == (1, "CPU affinity (1)")
    found = ask("run", "run", "sum", ramp, prefix=one_cpu, env={"SLURM_CPUS_PER_TASK": "5"})
    assert found["workers"] == 1
    if len(os.sched_getaffinity(0)) > 1:
        found = ask("run", "run", "sum", ramp, env={"SLURM_CPUS_PER_TASK": "1"})
        assert (found["workers"], found["workers_reason"]) == (1, "SLURM_CPUS_PER_TASK (1)")
    unset = ask("run", "run", "sum", ramp, env={"SLURM_CPUS_PER_TASK": None})
    for rubbish in ["0", "-1", "two", ""]:
        assert ask("run", "run", "sum", ramp, env={"SLURM_CPUS_PER_TASK": rubbish})["workers"] == unset["workers"]
    # What is asked for beats them all.
    assert ask("run", "run", "sum", ramp, "-w", "4", prefix=one_cpu)["workers"] == 4


@pytest.mark.parametrize(
    "words, says, hint",
    [
        (["sun", "{}"], "there is no kernel 'sun'", "did you mean 'sum'?"),
        (["amx", "{}"], "there is no kernel 'amx'", "did you mean 'max'?"),
        (["frobnicate", "{}"], "there is no kernel 'frobnicate'", "`shmtool kernels`"),
        ([], "too few words", "usage: shmtool run KERNEL [NAME...] [options]"),
        (["sum"], "kernel sum takes one array, not 0", "shmtool run sum x"),
        (["sum", "{}", "more"], "kernel sum takes one array, not 2", "shmtool run sum x"),
        (["dot", "{}", "b", "c"], "unexpected word 'c'", "--help"),
        (["sum", "a/b"], "'a/b' is not a name", ""),
        (["sum", "{}", "--via", "proces"], "--via 'proces' is unknown", "process"),
        (["sum", "{}", "-w", "0"], "--workers '0' is not a number between 1 and", ""),
        (["sum", "{}", "-w", "-1"], "--workers '-1' is not a number between 1 and", ""),
        (["sum", "{}", "--workers=2.5"], "--workers '2.5'", ""),
        (["sum", "{}", "--workers", "100000"], "--workers '100000'", ""),
        (["sum", "{}", "--chunks", "0"], "--chunks '0'", ""),
        (["sum", "{}", "--chunks", "18446744073709551616"], "--chunks '18446744073709551616'", ""),
        (["sum", "{}", "--retries", "31"], "--retries '31'", ""),
        (["sum", "{}", "--repeat", "0"], "--repeat '0'", ""),
        (["sum", "{}", "--arg", "x=1"], "kernel sum has no argument 'x'", "it takes none"),
        (["fill", "{}"], "kernel fill needs the argument 'value'", "value"),
        (["fill", "{}", "--arg", "value"], "--arg 'value' has no '='", "--arg seed=42"),
        (["fill", "{}", "--arg", "vlaue=3"], "kernel fill has no argument 'vlaue'", "value"),
        (["fill", "{}", "--arg", "value=x"], "'x' is not a number", "-1.5"),
        (["fill", "{}", "-a", "value=1", "-a", "value=2"], "argument 'value' is given twice", ""),
        (["fill", "{}", "-a", "value=1", "-a", "seed=2"], "kernel fill has no argument 'seed'", "value"),
        (["linspace", "{}", "-a", "start=0"], "kernel linspace needs the argument 'stop'", "stop"),
        (["random", "{}", "-a", "seed=-1"], "seed '-1'", ""),
    ],
)
def test_wrong_words(ramp, words, says, hint):
    refused(2, "run", *(word.format(ramp) for word in words), says=says, hint=hint)


def test_dtypes_that_a_kernel_cannot_take():
    with unique_name() as name:
        for dtype, kernels in [
            ("S5", ["sum", "max", "argmin", "random"]),
            ("U3", ["mean"]),
            ("V12", ["min"]),
            ("datetime64[ns]", ["max", "arange"]),
            ("timedelta64[s]", ["sum"]),
            ("clongdouble", ["sum"]),
            ("bool", ["arange"]),
            ("int32", ["linspace -a start=0 -a stop=1"]),
        ]:
            shmtool("create", name, "--shape", "3", "--dtype", dtype, "--replace", check=0)
            for words in kernels:
                kernel, *arguments = words.split()
                says = f"kernel {kernel} cannot work on {dtype}"
                refused(5, "run", kernel, name, *arguments, says=says, hint="it takes:")


def test_arrays_that_are_not_there_or_are_none():
    with unique_name() as name:
        refused(3, "run", "sum", name, says=f"'{name}'")
        (SHM / name).write_bytes(b"junk")
        refused(5, "run", "sum", name, says="is not an array")


def test_empty_arrays():
    with unique_name() as name:
        shmtool("create", name, "--shape", "0,3", check=0)
        for kernel in ["max", "min", "argmax", "argmin"]:
            refused(2, "run", kernel, name, says=f"kernel {kernel}: ")
        assert ask("run", "run", "sum", name)["result"] == 0.0
        assert ask("run", "run", "mean", name)["result"] == "nan"
        assert ask("run", "run", "random", name)["chunks"] == 1


def test_a_reduction_needs_no_right_to_write():
    if os.geteuid() != 0:
        pytest.skip("needs to become somebody else")
    with unique_name() as name:
        shmtool("create", name, "--shape", "3", "--fill", "2", "--mode", "0644", check=0)
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if subprocess.run([*nobody, "test", "-x", os.environ["SHMTOOL"]], check=False).returncode != 0:
            pytest.skip("nobody cannot run the program under test")
        assert shmtool("run", "sum", name, prefix=nobody, check=0).stdout == "6.0\n"
        refused(1, "run", "fill", name, "-a", "value=1", says="Permission denied", prefix=nobody)


def runs(pid):
    """False for a zombie too: whoever adopted it may take its time."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def first_child(process):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if found := children(process.pid):
            return found[0]
        time.sleep(0.002)
    raise AssertionError("no worker")


def run_and_kill_a_worker(name, *options):
    """Kills the only worker of a job in the middle of its only chunk."""
    words = [os.environ["SHMTOOL"], "run", "sum", name, "-w", "1", "-c", "1", "-n", "40", "--json", *options]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        worker = first_child(process)
        time.sleep(0.1)
        os.kill(worker, signal.SIGKILL)
        out, err = process.communicate(timeout=60)
    return process.returncode, require_schema(json.loads(out), "run"), err


def test_killed_workers():
    with unique_name() as name:
        shmtool("create", name, "--shape", "16000000", "--fill", "1", check=0)
        # With a retry the result is there and right.
        code, found, _ = run_and_kill_a_worker(name)
        assert (code, found["result"], found["deaths"], found["failures"]) == (0, 16000000.0, 1, [])
        # Without, the chunk is given up, unless the worker was killed between two of them.
        for _ in range(5):
            code, found, err = run_and_kill_a_worker(name, "--retries", "0")
            if code == 7:
                break
        assert code == 7 and found["result"] is None
        (failure,) = found["failures"]
        assert (failure["begin"], failure["end"], failure["attempts"]) == (0, 16000000, 1)
        assert "signal 9" in failure["reason"]
        assert found["error"]["code"] == 7 and found["error"]["message"] in err and "--retries" in err


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_us(by):
    with unique_name() as name:
        shmtool("create", name, "--shape", "1000000", check=0)
        words = [os.environ["SHMTOOL"], "run", "sum", name, "-w", "2", "-n", "1000000"]
        process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        worker = first_child(process)
        process.send_signal(by)
        assert process.wait(timeout=30) == -by
        deadline = time.monotonic() + 30
        while runs(worker) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not runs(worker)
