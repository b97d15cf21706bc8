"""`shmtool attach`: the values as NumPy prints them, slices, JSON, and commands that get the array.

The oracle is NumPy 1.x: str(array), basic indexing, and np.memmap over the same file. test_array_format.py compares
the printing itself in thousands of cases; here it is the way from the name to the screen.
"""

import json
import math
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from cli_checks import ask, elements, needs_shmtool, refused
from helpers import SHM, shmtool, shmtool_json, unique_name

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]
like_numpy_1 = pytest.mark.skipif(np.__version__.split(".")[0] != "1", reason="the oracle is NumPy 1.x")

HOLDER = """
import mmap, sys
with open(sys.argv[1], "r+b") as file:
    held = mmap.mmap(file.fileno(), 0)
print("held", flush=True)
sys.stdin.read()
"""


def store(name, array):
    """Makes the array in shared memory."""
    shape = ",".join(map(str, array.shape)) or "()"
    dtype = {"g": "longdouble", "G": "clongdouble"}.get(array.dtype.char, array.dtype.str)
    shmtool("create", name, "--shape", shape, "--dtype", dtype, "--replace", check=0)
    if array.size:
        elements(name, array.dtype, array.shape, "r+")[...] = array


def samples():
    rng = np.random.default_rng(1)
    yield np.array(2.5)
    yield np.zeros((0, 3))
    yield np.array([1.5, -0.0, np.nan, np.inf, -np.inf])
    yield np.array([[1e-10, 1e10], [np.pi, -1]])
    yield np.array([0.1, 65504], "f2")
    yield np.array([0.1, 3.4e38], "f4")
    yield np.array([1, 3], "g") / 3
    yield np.array([1 + 2j, -0.5j, np.nan], "c8")
    yield np.array([[1e300 + 1j], [complex(np.inf, -1)]], "c16")
    yield np.array([1, 3], "G") / 3
    yield np.array([True, False])
    yield np.array([-128, 127], "i1")
    yield np.array([-(2**63), 2**63 - 1], "i8")
    yield np.array([0, 2**64 - 1], "u8")
    yield np.array([b"ab", b"c\xff'"], "S4")
    yield np.array(["höhe", "漢\n"], "U5")
    yield np.array([b"\0\1", b"\xff\2"], "V2")
    yield np.array(["2020-02-29T12:30", "NaT"], "M8[ns]")
    yield np.array([5, -7], "m8[25s]")
    yield rng.integers(-999, 999, (3, 5, 7))
    yield rng.standard_normal(2000)
    yield rng.standard_normal((40, 50))


@like_numpy_1
def test_values_as_numpy_prints_them():
    with unique_name() as name:
        for array in samples():
            store(name, array)
            assert shmtool("attach", "-q", name, check=0).stdout == f"{array}\n"
            shown = shmtool("attach", name, check=0).stdout
            assert shown.endswith(f"\n{array}\n")
            assert shown.startswith(f"{name}\n  dtype  ") and f"  shape       {array.shape}\n" in shown


@like_numpy_1
def test_slices_as_numpy_takes_them():
    rng = np.random.default_rng(2)
    array = rng.integers(-99, 99, (4, 5, 6))
    indices = ["0", "-1", "1:3", "::-1", "...", "..., -1", "0, ::2, -1", "1, 2, 3", ":, 1", "-1, ..., ::-3", "5:9",
               "::100, 0"]  # fmt: skip
    with unique_name() as name:
        store(name, array)
        for index in indices:
            wanted = np.asarray(eval(f"array[{index}]", {"array": array}))
            for words in (["--slice", index], [f"--slice={index}"]):
                assert shmtool("attach", name, "-q", *words, check=0).stdout == f"{wanted}\n", index
            assert ask("array", "attach", name, "--slice", index)["values"] == wanted.tolist(), index


@pytest.mark.parametrize(
    "index, says",
    [("4", "out of"), ("0,0,0,0", "too many"), ("a", ""), ("", ""), ("::0", "zero"), ("..., ...", "single"), 
     ("None", ""), ("[0, 1]", ""), ("0;1", ""), ("99999999999999999999", "")],
)  # fmt: skip
def test_wrong_slices(index, says):
    with unique_name() as name:
        shmtool("create", name, "--shape", "4,5,6", check=0)
        refused(2, "attach", name, "--slice", index, says=says)


def same(found, wanted):
    """Compares what JSON says with what NumPy's tolist() says."""
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(wanted, complex):
        return isinstance(found, list) and same(found, [wanted.real, wanted.imag])
    if isinstance(wanted, float) and not math.isfinite(wanted):
        return found == str(wanted)
    return type(found) is type(wanted) and found == wanted and math.copysign(1, found) == math.copysign(1, wanted)


def test_values_in_json_are_exact():
    with unique_name() as name:
        for array in samples():
            if array.dtype.kind not in "biufc" or array.dtype.char in "gG":
                continue
            store(name, array)
            answer = ask("array", "attach", name)
            if array.dtype.char in "ef":  # The shortest digits of their own type.
                finite = np.isfinite(array)
                assert np.array_equal(np.array(answer["values"], array.dtype)[finite], array[finite])
            elif array.dtype.char == "F":
                assert answer["values"] == [[1.0, 2.0], [-0.0, -0.5], ["nan", 0.0]]
            else:
                assert same(answer["values"], array.tolist()), answer["values"]


def test_values_of_other_dtypes_in_json():
    with unique_name() as name:
        for dtype, values, wanted in [
            ("f4", [0.1], [0.1]),
            ("g", [np.longdouble(1) / 4], [0.25]),
            ("g", [np.longdouble(1) / 3], ["0.33333333333333333334"]),
            ("S4", [b"ab", b"\xff"], ["ab", "\\xff"]),
            ("U3", ["höh", "漢"], ["höh", "漢"]),
            ("V2", [b"\0\xab"], ["00ab"]),
            ("M8[D]", ["2020-02-29", "NaT"], ["2020-02-29", "NaT"]),
            ("m8[s]", [5, "NaT"], [5, "NaT"]),
        ]:
            if dtype == "g" and np.finfo("g").nmant != 63:
                continue  # Other digits than those of x87.
            store(name, np.array(values, dtype))
            assert ask("array", "attach", name)["values"] == wanted


def test_too_many_values_for_json():
    with unique_name() as name:
        shmtool("create", name, "--shape", "100001", "--dtype", "int8", check=0)
        error = ask("error", "attach", name, check=2)["error"]
        assert "100001 values are too many" in error["message"] and "--slice" in error["hint"]
        assert shmtool("attach", "-q", name, check=0).stdout == "[0 0 0 ... 0 0 0]\n"
        assert len(shmtool_json("attach", name, "--slice", ":100000")["values"]) == 100000


def test_who_else_is_attached():
    with unique_name() as name:
        shmtool("create", name, "--shape", "3", check=0)
        # attach and info do not count themselves.
        assert ask("array", "attach", name)["attachments"] == []
        assert "  attached    nobody seen\n" in shmtool("attach", name, check=0).stdout
        with subprocess.Popen(
            [sys.executable, "-c", HOLDER, SHM / name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as holder:
            holder.stdout.readline()
            for command in ["attach", "info"]:
                (seen,) = ask("array", command, name)["attachments"]
                assert seen["pid"] == holder.pid and "python" in seen["command"]
                assert f"1 process seen: {holder.pid} " in shmtool(command, name, check=0).stdout


def test_a_command_gets_the_array():
    script = (
        "import json, mmap, os; v = {k: os.environ[k] for k in os.environ if k.startswith('SHMTOOL_')};"
        "m = mmap.mmap(int(v['SHMTOOL_FD']), int(v['SHMTOOL_NBYTES'])); m[0] = 7; print(json.dumps(v))"
    )
    with unique_name() as name:
        shmtool("create", name, "--shape", "3,5", "--dtype", "int16", check=0)
        variables = json.loads(shmtool("attach", name, "--", sys.executable, "-c", script, check=0).stdout)
        assert int(variables.pop("SHMTOOL_FD")) > 2
        assert variables == {
            "SHMTOOL_NAME": name,
            "SHMTOOL_PATH": f"/dev/shm/{name}",
            "SHMTOOL_DTYPE": "int16",
            "SHMTOOL_SHAPE": "3,5",
            "SHMTOOL_NBYTES": "30",
            "SHMTOOL_OFFSET": "0",
        }
        assert elements(name, "i2", (3, 5))[0, 0] == 7
        # Mapping it for writing fails when it is read-only.
        done = shmtool("attach", "-r", name, "--", sys.executable, "-c", script, check=1)
        assert "PermissionError" in done.stderr


def test_a_commands_end_is_ours():
    with unique_name() as name:
        shmtool("create", name, "--shape", "3", check=0)
        assert shmtool("attach", name, "--", "sh", "-c", "exit 42").returncode == 42
        assert shmtool("attach", name, "--", "sh", "-c", "kill -9 $$").returncode == -signal.SIGKILL
        assert shmtool("attach", name, "--", "cat", input="through").stdout == "through"
        # Options behind "--" are the command's.
        assert shmtool("attach", name, "--", "echo", "--json", "--help", "--", "-q").stdout == "--json --help -- -q\n"


def test_a_command_that_cannot_run():
    with unique_name() as name:
        shmtool("create", name, "--shape", "3", check=0)
        refused(2, "attach", name, "--", says="there is no command after '--'", hint="attach")
        done = shmtool("attach", name, "--", "no-such-command", check=2)
        assert done.stderr.startswith("shmtool attach: cannot run 'no-such-command'")
        shmtool("attach", name, "--", "/etc/passwd", check=1)
        shmtool("attach", name, "--slice", "0", "--", "true", check=2)
        # The command's --json asks for nothing from us.
        done = shmtool("attach", name + "x", "--", "echo", "--json", check=3)
        assert done.stdout == ""


def test_a_command_without_standard_streams_does_not_write_into_the_array():
    with unique_name() as name:
        shmtool("create", name, "--shape", "3", "--fill", "1", check=0)
        before = (SHM / name).read_bytes()
        script = f'"$0" attach {name} -- sh -c "echo oops; echo oops >&2" <&- >&- 2>&-'
        subprocess.run(["sh", "-c", script, os.environ["SHMTOOL"]], check=False)
        assert (SHM / name).read_bytes() == before


def test_what_cannot_be_attached(tmp_path):
    with unique_name() as name:
        refused(3, "attach", name, says=f"'{name}'", hint="")
        (SHM / name).write_bytes(b"junk")
        refused(5, "attach", name, says="is not an array")
        (SHM / name).unlink()
        (SHM / name).symlink_to(tmp_path / "target")
        refused(5, "attach", name, says="it is a symbolic link", hint="target")
        (SHM / name).unlink()
        (SHM / name).mkdir()
        refused(5, "attach", name, says=f"'{name}'")


def test_a_damaged_array():
    with unique_name() as name:
        shmtool("create", name, "--shape", "300", check=0)
        whole = (SHM / name).read_bytes()
        for size in range(0, len(whole), 97):
            (SHM / name).write_bytes(whole[:size])
            shmtool("attach", name, check=5)
        (SHM / name).write_bytes(whole)
        shmtool("attach", name, check=0)


def test_sparse_arrays_are_named_so():
    # As SharedArray makes them: a trailer behind a hole.
    with unique_name() as name:
        shmtool("create", name, "--shape", "100000", check=0)
        whole = (SHM / name).read_bytes()
        with open(SHM / name, "wb") as file:
            file.seek(800000)
            file.write(whole[800000:])
        assert "of which only" in shmtool("info", name, check=0).stdout
        answer = ask("array", "attach", name, "--slice", ":3")
        assert answer["values"] == [0, 0, 0]
        # Attaching for writing has reserved it.
        assert "all of it reserved" in shmtool("info", name, check=0).stdout
