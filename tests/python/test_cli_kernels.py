"""`shmtool kernels`: the table of kernels, for people and for programs."""

import pytest

from cli_checks import COLUMNS, ask, needs_shmtool, refused
from helpers import shmtool, unique_name

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]

EXPECTED = {"min", "max", "sum", "mean", "argmin", "argmax", "fill", "arange", "linspace", "random", "scale", "noop"}


def test_both_forms_name_the_same_kernels_and_arguments():
    kernels = ask("kernels", "kernels")["kernels"]
    text = shmtool("kernels", check=0).stdout
    assert EXPECTED <= {kernel["name"] for kernel in kernels}
    assert len({kernel["name"] for kernel in kernels}) == len(kernels)
    for kernel in kernels:
        assert f"  {kernel['name']:<10}{kernel['summary']}\n" in text
        for argument in kernel["arguments"]:
            assert argument["required"] == (argument["default"] == "")
            shown = argument["name"] + ("" if argument["required"] else f"={argument['default']}")
            assert f"    {shown:<10}{argument['summary']}\n" in text
    reductions, generators = text.split("\nGenerators")
    for kernel in kernels:
        assert f"\n  {kernel['name']} " in (reductions if kernel["kind"] == "reduction" else generators)
    assert all(len(line) <= COLUMNS for line in text.splitlines())


def test_what_it_says_is_so():
    # Every kernel runs on float64 with the arguments that the table calls for, and with no fewer.
    with unique_name() as name:
        shmtool("create", name, "--shape", "5", check=0)
        for kernel in ask("kernels", "kernels")["kernels"]:
            needed = [argument["name"] for argument in kernel["arguments"] if argument["required"]]
            words = [word for argument in needed for word in ("--arg", f"{argument}=1")]
            result = ask("run", "run", kernel["name"], name, *words)["result"]
            assert (result is None) == (kernel["kind"] != "reduction") == (kernel["result"] == "none")
            if needed:
                says = f"kernel {kernel['name']} needs the argument '{needed[-1]}'"
                refused(2, "run", kernel["name"], name, *words[:-2], says=says)
            refused(2, "run", kernel["name"], name, *words, "--arg", "nosuch=1", says="has no argument 'nosuch'")


def test_wrong_words():
    refused(2, "kernels", "sum", says="unexpected word 'sum'")
