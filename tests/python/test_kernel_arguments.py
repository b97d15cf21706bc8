"""Every kernel with wrong arrays, arguments, axes, slices and outputs: refused with 2 or 5 in one sentence that names them.

The oracles: NumPy for what an empty array, an axis or an index may be; for the values of arguments what docs/kernels.md
and `shmtool kernels` say that they are, written down below. An argument that is not below is held to the rule that
whatever is given, it works or is refused.
"""

import re

import numpy as np
import pytest

from cli_checks import needs_shmtool
from helpers import unique_name
from kernel_rows import answer, arrays, given, refuse, require_refusal, rows, run, some

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left"), pytest.mark.filterwarnings("ignore::RuntimeWarning")]

INT64, UINT64, ITEMS = range(-(2**63), 2**63), range(2**64), range(1, 2**63)
COUNTS = {"ddof": INT64, "seed": UINT64, "times": ITEMS, "bins": range(1, 2**20 + 1), "terms": range(1, 10**6 + 1),
          "primes start": range(2**63), "primes stop": range(2**63), "fib n": range(51), "pi n": ITEMS}  # fmt: skip
FINITE = {"lo": (-np.inf, np.inf), "hi": (-np.inf, np.inf), "seconds": (0, 86400)}
ELEMENTS = ["value", "factor", "a", "arange start", "arange step", "linspace start", "linspace stop"]
INTEGER = re.compile(r"[+-]?[0-9]+")
NOTHING = ["", "abc", "0x10", " 1", "1 ", "1,2", "-", "+", "--1", "1e", "1e400", "=", "\x1b[31m", "a\nb", "é", "None", "j"]
NUMBERS = ["nan", "inf", "-inf", "-1", "0", "0.5", "true", "1+2j", "9223372036854775808", "18446744073709551616",
           "-9223372036854775809", "99999999999999999999999"]  # fmt: skip


def spec(table, row, name):
    """What a table knows of an argument, by its name alone or by the kernel's and its own."""
    return table.get(f"{row['name']} {name}", table.get(name))


def is_element(row, name):
    return f"{row['name']} {name}" in ELEMENTS or name in ELEMENTS


def accepts_element(text, dtype):
    if dtype == "bool":
        return text in ("true", "0")
    if dtype == "int8":
        return INTEGER.fullmatch(text) is not None and int(text) in range(-128, 128)
    return text != "true" and (dtype == "complex64" or text != "1+2j")


def accepts(row, name, text, dtype):
    """Whether an argument may have one of NUMBERS as its value. None: nobody knows."""
    if is_element(row, name):
        return accepts_element(text, dtype)
    if (count := spec(COUNTS, row, name)) is not None:
        return INTEGER.fullmatch(text) is not None and int(text) in count
    if (ends := spec(FINITE, row, name)) is not None:
        return text not in ("true", "1+2j") and bool(np.isfinite(float(text)) and ends[0] <= float(text) <= ends[1])
    return False if name == "dtype" else None


def inputs(row, arrays, dtype="float64"):
    return [arrays(dtype)] * row["arrays"]


# ---- Values of arguments


@rows()
def test_a_value_that_is_none(row, arrays, refuse):
    for name in [argument["name"] for argument in row["arguments"]]:
        for value in some(NOTHING, row, 9):
            shown = value.replace("\x1b", "\\x1b").replace("\n", "\\x0a")
            refuse(2, row, *inputs(row, arrays), *given(row, **{name: value}), names=[f"kernel {row['name']}: {name} '{shown}' "])


def in_range_of_the_array(row, name):
    """histogram takes the other end from the array, where all elements are 1."""
    return {"lo": {"hi": "1e300"}, "hi": {"lo": "-1e300"}}.get(name, {})


@rows()
@pytest.mark.parametrize("dtype", ["float64", "int8", "bool", "complex64"])
def test_a_value_that_is_a_number(row, dtype, arrays, refuse):
    names = [argument["name"] for argument in row["arguments"]]
    if dtype != "float64":  # Only where the argument is of the array's dtype, and the kernel takes that.
        names = [name for name in names if is_element(row, name)]
        if run(row, *inputs(row, arrays, dtype), *given(row, step="0")).returncode == 5:
            names = []
        arrays.restore()
    for name in names:
        for value in NUMBERS:
            words = [*inputs(row, arrays, dtype), *given(row, **{**in_range_of_the_array(row, name), name: value})]
            known = accepts(row, name, value, dtype)
            if known is False:
                far = name == "step" and INTEGER.fullmatch(value) and abs(int(value)) < 2**64
                culprit = "the last of 6 elements" if far else f"{name} '{value}' "
                refuse(2, row, *words, names=[f"kernel {row['name']}: {culprit}"])
            elif known:
                answer(row, *words)
            elif (done := run(row, *words)).returncode != 0:
                require_refusal(done, 2, name, value)
            arrays.restore()


@rows()
def test_the_ends_of_what_may_be_counted(row, arrays, refuse):
    for name in [argument["name"] for argument in row["arguments"]]:
        if (count := spec(COUNTS, row, name)) is None:
            continue
        for value in (count.start - 1, count.stop):
            error = refuse(2, row, *inputs(row, arrays), *given(row, **{name: value}), names=[f"{name} '{value}' "])
            assert error["hint"] == f"Take from {count.start} to {count.stop - 1}."


def test_kinds_that_cast_refuses(arrays, refuse):
    row = {"name": "cast", "arguments": []}
    for dtype in ["object", "S8", "U", "V3", "clongdouble", ">f8", "float64 ", "datetime64[ns]", "float128x"]:
        error = refuse(2, row, arrays(), "--arg", f"dtype={dtype}", names=[f"kernel cast: dtype '{dtype}' is not"])
        assert "float16..float64" in error["hint"] and "datetime64" not in error["hint"]


def test_an_end_of_a_ramp_that_its_integers_do_not_have(arrays, refuse):
    row = {"name": "arange"}
    refuse(2, row, arrays("int8"), "--arg", "start=125", names=["arange", "last of 6 elements", "int8"])
    refuse(2, row, arrays("uint8"), "--arg", "start=1", "--arg", "step=-1", names=["arange", "last of 6 elements", "uint8"])


# ---- Names of arguments


@rows()
def test_arguments_that_are_missing_unknown_or_given_twice(row, arrays, refuse):
    words, names = inputs(row, arrays), [argument["name"] for argument in row["arguments"]]
    kernel = f"kernel {row['name']} "
    takes = f"it takes: {' '.join(names)}" if names else "it takes none"
    for name in [argument["name"] for argument in row["arguments"] if argument["required"]]:
        error = refuse(2, row, *words, *given(row, **{name: None}), names=[f"{kernel}needs the argument '{name}'"])
        assert error["hint"].startswith(f"{name}: ")
    for name in ["nosuch", "", *(name.upper() for name in names)]:
        error = refuse(2, row, *words, *given(row), "--arg", f"{name}=1", names=[f"{kernel}has no argument '{name}'"])
        assert error["hint"] == takes
    for name in names:
        twice = ["--arg", f"{name}=1"] if f"{name}=" in " ".join(given(row)) else ["--arg", f"{name}=1", "--arg", f"{name}=1"]
        refuse(2, row, *words, *given(row), *twice, names=[f"argument '{name}' is given twice"])
    for text in some(["word", ""], row, 1):
        refuse(2, row, *words, *given(row), "--arg", text, names=[f"--arg '{text}' has no '='"])


# ---- Arrays


@rows()
def test_too_few_and_too_many_arrays(row, arrays, refuse):
    takes = f"kernel {row['name']} takes {['no array', 'one array', 'two arrays'][row['arrays']]}, not "
    for count in range(3):
        if count != row["arrays"]:
            error = refuse(2, row, *[arrays()] * count, *given(row), names=[takes + str(count)])
            assert f"`shmtool {row['example']}`" in error["hint"]
    refuse(2, row, *[arrays()] * 3, *given(row), names=[f"unexpected word '{arrays()}'"])


@rows()
def test_names_that_are_none(row, arrays, refuse):
    for at in range(row["arrays"]):
        for code, name in [(3, "no-such-array"), (2, "a/b"), (2, "")]:
            words = inputs(row, arrays)
            words[at] = name
            refuse(code, row, *words, *given(row), names=[f"'{name}'"])


@rows(arrays=2)
def test_two_arrays_of_different_shapes(row, arrays, refuse):
    shapes = {"()": "()", "2,3": "(2, 3)", "3,2": "(3, 2)", "6": "(6,)", "2,3,1": "(2, 3, 1)", "0,3": "(0, 3)", "3,0": "(3, 0)"}
    for first, second in zip(shapes, [*list(shapes)[1:], "()"]):
        for a, b in [(first, second), (second, first)]:
            says = f"kernel {row['name']} needs two arrays of one shape, not {shapes[a]} and {shapes[b]}"
            refuse(5, row, arrays(shape=a), arrays(shape=b), *given(row), names=[says])


def numpys_refusal_of_nothing(row):
    """What NumPy says when it is to reduce no elements; empty where it does."""
    reduction = getattr(np, {"minmax": "min"}.get(row["name"], row["name"]), None)
    if row["kind"] != "reduction" or row["arrays"] != 1 or reduction is None:
        return ""
    try:
        with np.errstate(all="ignore"):
            reduction(np.zeros((0, 3)))
    except ValueError as error:
        return str(error).replace("minimum", "minmax" if row["name"] == "minmax" else "minimum")
    return ""


@rows()
def test_scalars_and_nothing(row, arrays, refuse):
    for shape in ["()", "0,3", "3,0"] if row["arrays"] else []:
        words = [*[arrays(shape=shape)] * row["arrays"], *given(row)]
        if shape != "()" and (says := numpys_refusal_of_nothing(row)):
            refuse(2, row, *words, names=[f"kernel {row['name']}: {says}"])
        else:
            answer(row, *words)
        arrays.restore()


# ---- Axes, slices, outputs


@rows()
def test_axes(row, arrays, refuse):
    words = [*inputs(row, arrays), *given(row)]
    kernel = f"kernel {row['name']}"
    for axis in some(["x", "1.5", "+1", " 1", "1 ", "-", "1-", "99999999999999999999", "0,1"], row, 2):
        error = refuse(2, row, *words, f"--axis={axis}", names=[f"--axis '{axis}' is not an axis"])
        assert "-1 the last" in error["hint"]
    for axis in [2, -3, *some([28, 2**31 - 1, -(2**31)], row, 1)]:
        names = [f"{kernel}: there is no axis {axis} in 2 dimensions"] if row["kind"] == "reduction" else [kernel]
        refuse(2, row, *words, "--axis", axis, names=names)
    if row["kind"] in ("map", "generator"):
        error = refuse(2, row, *words, "--axis", 0, names=[f"{kernel} does not reduce: it has no axis"])
        assert error["hint"] == "leave --axis away"
    if row["kind"] == "compute":
        error = refuse(2, row, *words, "--axis", 0, names=[f"{kernel} has no array to select from"])
        assert "--axis away" in error["hint"]
    if row["kind"] == "reduction":
        refuse(2, row, *[arrays(shape="()")] * row["arrays"], *given(row), "--axis", 0, names=[f"{kernel}: there is no axis 0"])


def numpy_refuses(index):
    try:
        eval(f"np.zeros((2, 3))[{index}]", {"np": np})  # pylint: disable=eval-used
    except Exception:  # pylint: disable=broad-except
        return True  # Be it a SyntaxError.
    return False


@rows()
def test_slices(row, arrays, refuse):
    words = [*inputs(row, arrays), *given(row)]
    wrong = {"garbage": "'garbage'", "1:2:3:4": "'1:2:3:4'", "[0]": "'[0]'", "a:b": "'a'", "0 1": "'0 1'", "1.0": "'1.0'",
             ",": "''", "\x1b[31m": "'\\x1b[31m'", "5": "index 5", "-3": "index -3", ":, 3": "index 3", "0, 0, 0": "too many indices",
             ":, :, :": "too many indices", "::0": "step cannot be zero", "..., ...": "single ellipsis",
             "99999999999999999999": "99999999999999999999"}  # fmt: skip
    if row["arrays"] == 0:
        assert refuse(2, row, *words, "--slice", "0", names=["no array to select"])["hint"] == "leave --slice away"
        return
    for index, says in some(wrong.items(), row, 4):
        assert numpy_refuses(index) or index == "[0]"  # NumPy's list of indices.
        refuse(2, row, *words, f"--slice={index}", names=[says])
    for index in some(["0,", "0:99", "::-1", "-1, ..., 0", "-9:9, 1"], row, 1):
        assert not numpy_refuses(index)
        answer(row, *words, f"--slice={index}")
        arrays.restore()
    if says := numpys_refusal_of_nothing(row):
        refuse(2, row, *words, "--slice", "2:", names=[f"kernel {row['name']}: {says}"])


@rows()
def test_outputs(row, arrays, refuse):
    words = [*inputs(row, arrays), *given(row)]
    kernel = f"kernel {row['name']} "
    refuse(2, row, *words, "--replace", names=["--replace needs --out"])
    with unique_name() as out:
        if row["kind"] in ("generator", "compute"):
            assert refuse(2, row, *words, "--out", out, names=[kernel + "has nothing to write"])["hint"] == "leave --out away"
            return
        if row["kind"] == "reduction":
            hint = refuse(2, row, *words, "--out", out, names=[kernel])["hint"]
            words += ["--axis", 0]
            if run(row, *words).returncode != 0:  # It has none along an axis either.
                assert hint == "leave --axis and --out away"
                refuse(2, row, *words, "--out", out, names=[kernel])
                return
            assert hint == "with --axis it has"
        for name in some([arrays(), arrays("int32"), arrays("S8"), arrays(shape="()")], row, 1):
            assert "--replace" in refuse(4, row, *words, "--out", name, names=[f"'{name}'", "taken"])["hint"]
        for name in some(["a/b", "", "."], row, 1):
            refuse(2, row, *words, "--out", name, names=[f"'{name}'"])
        refuse(3, row, *words, "--out", "file:///no-such-folder/x", names=["/no-such-folder/x", "No such file"])
        refuse(2, row, *words, "--out", out, "--arg", "nosuch=1", names=["'nosuch'"])
        refuse(2, row, *words, "--out", out, "--slice", "7", names=["index 7"])
