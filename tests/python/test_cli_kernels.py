"""`shmtool kernels`: the table of kernels, for people and for programs."""

import pytest

from cli_checks import COLUMNS, ask, needs_shmtool, refused
from helpers import shmtool, unique_name

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]

EXPECTED = {*"min max minmax sum prod mean var std norm dot argmin argmax count_nonzero any all histogram".split(),
            *"fill arange linspace random scale axpy add mul abs sqrt exp log cast copy".split(),
            *"pi primes fib taylor_exp sleep noop".split()}
TITLES = {"Reductions": "reduction", "Generators": "generator", "Maps": "map", "Computations": "compute"}
# What an argument that must be given is given, where 1 is no good.
VALUES = {"dtype": "float32", "start": "10", "stop": "20"}


def test_both_forms_name_the_same_kernels_and_arguments():
    kernels = ask("kernels", "kernels")["kernels"]
    text = shmtool("kernels", check=0).stdout
    assert EXPECTED <= {kernel["name"] for kernel in kernels}
    assert len({kernel["name"] for kernel in kernels}) == len(kernels)
    for kernel in kernels:
        assert f"  {kernel['name']:<14}{kernel['summary']}\n" in text
        for argument in kernel["arguments"]:
            assert argument["required"] == (argument["default"] == "")
            shown = argument["name"] + ("" if argument["required"] else f"={argument['default']}")
            assert f"    {shown:<14}{argument['summary']}\n" in text
    groups = {TITLES[group.split(":")[0]]: group for group in text.split("\n\n")}
    for kernel in kernels:
        assert f"\n  {kernel['name']} " in groups[kernel["kind"]]
    verbose = shmtool("kernels", "-v", check=0).stdout
    for kernel in kernels:
        assert f"    {'example:':<14}shmtool {kernel['example']}\n" in verbose
    assert all(len(line) <= COLUMNS for line in verbose.splitlines())
    assert all(len(line) <= COLUMNS for line in text.splitlines())


def test_what_it_says_is_so():
    # Every kernel runs on float64 with the arrays and arguments that the table calls for, and with no fewer.
    with unique_name() as name:
        shmtool("create", name, "--shape", "5", check=0)
        for kernel in ask("kernels", "kernels")["kernels"]:
            needed = [argument["name"] for argument in kernel["arguments"] if argument["required"]]
            arrays = [name] * kernel["arrays"]
            words = [word for argument in needed for word in ("--arg", f"{argument}={VALUES.get(argument, 1)}")]
            if kernel["name"] == "sleep":
                words += ["--arg", "seconds=0.01"]
            answer = ask("run", "run", kernel["name"], *arrays, *words)
            answers = kernel["kind"] in ("reduction", "compute")
            assert (answer["result"] is not None) == answers, kernel
            assert answers or kernel["kind"] == "map" or kernel["result"] == "none"
            if needed:
                says = f"kernel {kernel['name']} needs the argument '{needed[-1]}'"
                refused(2, "run", kernel["name"], *arrays, *words[:2 * len(needed) - 2], says=says)
            refused(2, "run", kernel["name"], *arrays, *words, "--arg", "nosuch=1", says="has no argument 'nosuch'")
            refused(2, "run", kernel["name"], *arrays[1:], *([name] * 2 if not arrays else []), *words, says="array")


def test_every_example_runs():
    with unique_name() as x, unique_name() as y, unique_name() as out:
        for kernel in ask("kernels", "kernels")["kernels"]:
            if kernel["name"] in ("sleep", "fib"):
                continue  # They take their time.
            for name in (x, y):
                shmtool("create", name, "--shape", "2,3", "--fill", "arange", "--replace", "-q", check=0)
            words = [{"x": x, "y": y}.get(word, word) for word in kernel["example"].split()]
            if "--out" in words:
                words[words.index("--out") + 1] = out
                words.append("--replace")
            shmtool(*words, check=0)


def test_wrong_words():
    refused(2, "kernels", "sum", says="unexpected word 'sum'")
