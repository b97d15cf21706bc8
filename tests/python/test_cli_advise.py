"""`shmtool advise`: right verdicts where there is only one, predictions that hang together, refusals.

Nothing here depends on how fast the machine is: the sizes are so chosen that the answer is the same on any, and also on
one that is busy with other tests.
"""

import os
import signal
import subprocess
import time

import pytest

from cli_checks import COLUMNS, ask, elements, needs_shmtool, refused
from helpers import shmtool, unique_name
from processes import children, reaping_orphans

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]

ONE_CPU = ["taskset", "-c", str(min(os.sched_getaffinity(0)))]


def advice(*words, **options):
    return ask("advise", "advise", *words, **options)["advice"]


def advice_for_several_cpus(*words):
    """And how many there are: a quota or a batch system may give fewer than are allowed."""
    found = ask("advise", "advise", *words)
    if found["costs"]["cpus"] < 2:
        pytest.skip("there is one CPU")
    return found["advice"], found["costs"]["cpus"]


def require_table(found, most):
    """Fails unless there is a row for each power of two and for the most workers, with predictions throughout."""
    counts = [row["workers"] for row in found["times"]]
    assert counts == sorted({1 << i for i in range(most.bit_length()) if 1 << i <= most} | {most})
    for row in found["times"]:
        assert row["ephemeral"]["predicted"] > row["pooled"]["predicted"] > 0
    assert found["serial_new"] >= found["serial"]["predicted"] > 0


def test_a_large_maximum_is_only_predicted_and_parallel_if_memory_lets_it():
    found, _ = advice_for_several_cpus("max", "--size", 300_000_000, "-w", 2)
    if found["verdict"] != "serial" or not found["memory_bound"]:
        assert found["verdict"] in ("parallel", "pool") and found["workers"] == 2
    assert (found["size"], found["default_chunks"]) == (300_000_000, 1024) and found["chunks"] >= 2
    assert "measured" not in found["text"] and found["serial"]["measured"] is None
    assert all(row["pooled"]["measured"] is None for row in found["times"])
    assert 0 < found["sample"] * 8 <= 256 << 20
    require_table(found, 2)


def test_pi_is_parallel():
    found, cpus = advice_for_several_cpus("pi", "--arg", "n=1000000000")
    require_table(found, cpus)
    assert (found["verdict"], found["dtype"], found["memory_bound"]) == ("parallel", None, False)
    assert found["size"] == 1_000_000_000 and found["workers"] > 1


def test_an_iteration_is_sequential():
    found = advice("iterate", "--size", 1_000_000)
    assert (found["verdict"], found["workers"], found["times"]) == ("sequential", 1, [])
    assert "each step needs the result of the one before" in found["text"]
    text = " ".join(shmtool("advise", "iterate", check=0).stdout.split())
    assert "Do not parallelise this: each step needs the result of the one before." in text


def test_a_small_sum_is_one_loop():
    found = advice("sum", "--size", 1000, "-w", 2)
    assert found["verdict"] in ("serial", "one_cpu") and found["workers"] == 1
    assert found["text"].startswith("Do not parallelise this: ")
    assert found["serial"]["measured"] > 0 and found["chunks"] == 1
    require_table(found, 2)


def test_there_is_nothing_to_share_with_one_cpu_or_one_item():
    found = advice("sum", "--size", 10_000_000, prefix=ONE_CPU)
    assert (found["verdict"], found["workers"]) == ("one_cpu", 1)
    assert "one CPU" in found["text"] and found["break_even"] == {"ephemeral": None, "pooled": None}
    assert advice("fib")["verdict"] == "one_item"


def test_sleepers_need_no_cpus():
    """Who must wait for the CPU sleeps longer than asked. Others may spoil one measurement so, but not all of them."""
    for _ in range(10):
        found = advice("sleep", "--arg", "seconds=0.005", "--arg", "times=400", "-w", 8, prefix=ONE_CPU)
        if found["verdict"] == "parallel" and found["workers"] >= 2:
            return
    raise AssertionError(found)


def test_what_takes_for_ever_is_not_waited_for():
    words = ["fib", "--arg", "n=50", "--arg", "times=4", "-w"]
    for workers, prefix in [(2, []), (1, []), (2, ONE_CPU)]:
        found = advice(*words, workers, prefix=prefix)
        assert found["at_least"] and " One item takes at least " in found["text"]
        assert found["serial"]["measured"] is None


def test_an_array_is_only_read():
    with unique_name() as name:
        shmtool("create", name, "--shape", "100,30", "--dtype", "float32", "--fill", "arange", check=0)
        before = elements(name, "f4", (100, 30)).copy()
        for kernel in ["max", "axpy", "random"]:
            arguments = ["--arg", "a=3"] if kernel == "axpy" else []
            found = advice(kernel, name, "-w", 2, *arguments)
            assert (found["name"], found["dtype"], found["size"]) == (name, "float32", 3000)
            # Only bytes of one array that is only read go through pipes.
            assert (found["times"][0]["copied"]["predicted"] is not None) == (kernel == "max")
        assert (elements(name, "f4", (100, 30)) == before).all()


def test_the_number_of_chunks_can_be_asked_for():
    found = advice("sum", "--size", 1_000_000, "--chunks", 7, "-w", 2)
    assert (found["chunks"], found["default_chunks"]) == (7, 16)


def test_without_a_size_the_break_even_sizes_are_the_answer():
    found = advice("sum", "--dtype", "int32", "-w", 2)
    assert (found["verdict"], found["size"], found["times"], found["dtype"]) == ("size", None, [], "int32")


def test_a_machine_without_a_kernel():
    found = ask("advise", "advise", "-w", 3)
    assert found["advice"] is None and [row["kernel"] for row in found["typical"]] == ["max", "sum", "exp", "pi"]
    costs = found["costs"]
    assert costs["workers"] == 3 and costs["cpus"] >= 1
    for cost in ["touch_rate", "fresh_rate", "copy_rate", "memory_one", "memory_all"]:
        assert costs[cost] > 0


def test_text_fits_the_screen():
    def lines(*words, **options):
        done = shmtool("advise", *words, check=0, **options)
        assert done.stderr == "" and [line for line in done.stdout.splitlines() if len(line) > COLUMNS] == []
        return done.stdout

    text = lines("max", "--size", "300000000", "-v", "-w", 3, prefix=ONE_CPU)
    assert "3 workers share 1 CPU (" in text and "predicted only" in text
    for word in ["start 1 worker", "round trip", "dispatch", "attach", "first touch", "copy", "memory"]:
        assert word in text
    assert "exp" in lines()
    quiet = lines("sum", "--size", "1000", "-q")
    assert quiet.startswith("Do not parallelise this: ") and "Chunks" not in quiet


@pytest.mark.parametrize(
    "words, says, hint",
    [
        (["sun"], "there is no kernel 'sun'", "did you mean 'sum'?"),
        (["itrate"], "there is no kernel 'itrate'", "did you mean 'iterate'?"),
        (["frobnicate"], "there is no kernel 'frobnicate'", "`shmtool kernels`"),
        (["sum", "x", "y"], "unexpected word 'y'", "--help"),
        (["sum", "x", "--size", "5"], "NAME and --size contradict each other", "size"),
        (["sum", "x", "--dtype", "int8"], "NAME and --dtype contradict each other", ""),
        (["sum", "--size", "0"], "--size '0' is not a number between 1 and", ""),
        (["sum", "--size", "many"], "--size 'many' is not a number", ""),
        (["sum", "--size", "5", "-w", "0"], "--workers '0'", ""),
        (["sum", "--size", "5", "-w", "100000"], "--workers '100000'", ""),
        (["sum", "--size", "5", "--chunks", "0"], "--chunks '0'", ""),
        (["sum", "--size", "5", "--dtype", "flaot64"], "flaot64", ""),
        (["sum", "--size", "5", "--arg", "x=1"], "kernel sum has no argument 'x'", "it takes none"),
        (["fill", "--size", "5"], "kernel fill needs the argument 'value'", "value"),
        (["pi", "x"], "kernel pi takes no array", "--size"),
        (["iterate", "x"], "kernel iterate takes no array", "--size"),
        (["iterate", "--arg", "x=1"], "kernel iterate has no argument 'x'", "none"),
        (["pi", "--size", "5", "--arg", "n=5"], "a size and the argument 'n' contradict each other", ""),
        (["primes", "--size", "5"], "kernel primes needs the argument 'start'", "start"),
        (["primes", "--arg", "start=5", "--arg", "stop=5"], "there is nothing for kernel primes to do", ""),
        (["--size", "5"], "--size needs a KERNEL", "max"),
        (["--chunks", "5"], "--chunks needs a KERNEL", ""),
    ],
)  # fmt: skip
def test_wrong_words(words, says, hint):
    refused(2, "advise", *words, says=says, hint=hint)


def test_arrays_that_cannot_be_advised_on():
    with unique_name() as name:
        refused(3, "advise", "sum", name, says=f"'{name}'")
        shmtool("create", name, "--shape", "3", "--dtype", "S5", check=0)
        refused(5, "advise", "sum", name, says="kernel sum cannot work on S5", hint="it takes:")
        shmtool("create", name, "--shape", "0,3", "--replace", check=0)
        refused(2, "advise", "sum", name, says="there is nothing for kernel sum to do")


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_it_is_killed(by):
    words = [os.environ["SHMTOOL"], "advise", "max", "--size", "300000000"]
    with reaping_orphans() as orphans:
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not children(process.pid) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(by)
        assert process.wait(timeout=60) == -by
        assert orphans(60) == []
