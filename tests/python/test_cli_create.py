"""`shmtool create`: what it makes, what it refuses.

The oracle is NumPy, which maps the new file with np.memmap, and the operating system (stat, umask, limits).
"""

import mmap
import os
import stat

import numpy as np
import pytest

from cli_checks import ask, elements, needs_shmtool, refused
from helpers import PREFIX, SHM, delete, shmtool, unique_name

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]

NUMERIC = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32",
           "float64", "longdouble", "complex64", "complex128"]  # fmt: skip
OPAQUE = ["S5", "U3", "V12", "datetime64[ns]", "timedelta64[25s]", "datetime64", "clongdouble"]


@pytest.mark.parametrize("dtype", NUMERIC + OPAQUE)
def test_every_dtype(dtype):
    with unique_name() as name:
        made = ask("array", "create", name, "--shape", "3,5", "--dtype", dtype)
        wanted = np.dtype(dtype)
        assert made["typestr"] == wanted.str
        assert (made["shape"], made["size"], made["nbytes"]) == ([3, 5], 15, 15 * wanted.itemsize)
        assert made["dtype"] == dtype and made["created"] is not None
        assert not any(elements(name, wanted, (3, 5)).tobytes())


@pytest.mark.parametrize(
    "text, shape",
    [("3,5,7", [3, 5, 7]), ("3x5x7", [3, 5, 7]), ("(3, 5, 7)", [3, 5, 7]), ("[4,2]", [4, 2]), ("12", [12]),
     ("(12,)", [12]), ("()", []), ("", []), ("0", [0]), ("3,0,2", [3, 0, 2]), (",".join(["1"] * 27), [1] * 27)],
)  # fmt: skip
def test_every_way_to_write_a_shape(text, shape):
    with unique_name() as name:
        assert ask("array", "create", name, "--shape", text)["shape"] == shape


def test_says_in_one_line_what_it_made():
    with unique_name() as name:
        done = shmtool("create", name, "--shape", "1000,2", check=0)
        assert (done.stdout, done.stderr) == (f"{name}: float64 (1000, 2), 15.62 KiB\n", "")
    with unique_name() as name:
        done = shmtool("create", name, "-s", "3", "-q", check=0)
        assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize(
    "dtype, options, value",
    [
        ("float64", ["--fill", "-1"], -1.0),
        ("float64", ["--fill=-1"], -1.0),
        ("float64", ["-f", "-1.5e-3"], -1.5e-3),
        ("float64", ["-f-2"], -2.0),
        ("float64", ["--fill", "zeros"], 0.0),
        ("float64", ["--fill", "0.1"], 0.1),
        ("float32", ["--fill", "-inf"], -np.inf),
        ("float16", ["--fill", "nan"], np.nan),
        ("longdouble", ["--fill", "0.1"], np.longdouble("0.1")),
        ("complex64", ["--fill", "-1-2j"], -1 - 2j),
        ("complex128", ["--fill", "2j"], 2j),
        ("bool", ["--fill", "true"], True),
        ("int8", ["--fill", "-128"], -128),
        ("int64", ["--fill", "-9223372036854775808"], -(2**63)),
        ("uint64", ["--fill", "18446744073709551615"], 2**64 - 1),
    ],
)
def test_fill_with_a_value(dtype, options, value):
    with unique_name() as name:
        shmtool("create", name, "--shape", "7", "--dtype", dtype, *options, check=0)
        np.testing.assert_array_equal(elements(name, dtype, (7,)), np.full(7, value, dtype))


def test_fill_with_a_generator():
    with unique_name() as name, unique_name() as other:
        shmtool("create", name, "--shape", "200000", "--dtype", "int32", "--fill", "arange", check=0)
        np.testing.assert_array_equal(elements(name, "i4", (200000,)), np.arange(200000, dtype="i4"))
        shmtool("create", name, "--shape", "200000", "--fill", "random:42", "--replace", check=0)
        shmtool("create", other, "--shape", "200000", check=0)
        shmtool("run", "random", other, "--arg", "seed=42", check=0)
        drawn = elements(name, "f8", (200000,))
        np.testing.assert_array_equal(drawn, elements(other, "f8", (200000,)))
        assert 0 <= drawn.min() < 1e-3 and 0.999 < drawn.max() < 1
        shmtool("create", other, "--shape", "200000", "--fill", "random", "--replace", check=0)
        assert not np.array_equal(drawn, elements(other, "f8", (200000,)))


@pytest.mark.parametrize("umask", ["000", "077", "777"])
@pytest.mark.parametrize("mode", ["0600", "640", "0777", "0444"])
def test_mode_is_exact_whatever_the_umask(mode, umask):
    with unique_name() as name:
        shell = ["sh", "-c", f'umask {umask}; exec "$@"', "sh"]
        made = ask("array", "create", name, "--shape", "3", "--fill", "1", "--mode", mode, prefix=shell)
        assert stat.S_IMODE(os.stat(SHM / name).st_mode) == int(mode, 8)
        assert made["mode"] == f"{int(mode, 8):04o}"


def test_mode_is_private_when_not_said():
    with unique_name() as name:
        shmtool("create", name, "--shape", "3", prefix=["sh", "-c", 'umask 000; exec "$@"', "sh"], check=0)
        assert stat.S_IMODE(os.stat(SHM / name).st_mode) == 0o600


# A name without what makes it unique is no risk: PREFIX is in every one.
@pytest.mark.parametrize(
    "suffix",
    [" with spaces ", "höhe 漢字 😀", "'quotes\"", "$HOME;*?", "a:b=c", "new\nline", "esc\x1b[31m", "\udcff\udcfe",
     "%s{}", "..."],  # fmt: skip
)
def test_any_name_that_a_file_can_have(suffix):
    with unique_name(suffix) as name:
        made = shmtool("create", name, "--shape", "3", check=0)
        # Nothing that a terminal would obey comes out.
        assert "\x1b" not in made.stdout and made.stdout.count("\n") == 1
        assert (SHM / os.fsencode(name).decode("utf-8", "surrogateescape")).exists()
        shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        assert ask("array", "info", name)["name"] == shown
        assert shown in [array["name"] for array in ask("list", "list")["arrays"]]
        assert "\x1b" not in shmtool("list", check=0).stdout
        assert shmtool("attach", "-q", name, check=0).stdout == "[0. 0. 0.]\n"
        assert ask("delete", "delete", name)["deleted"] == [shown]


def test_a_name_with_a_dash_in_front():
    name = f"-{PREFIX}"
    try:
        shmtool("create", "--shape", "3", "--", name, check=0)
        assert shmtool("info", "--", name, check=0).stdout.startswith(name + "\n")
        assert shmtool("attach", "-q", f"shm://{name}", check=0).stdout == "[0. 0. 0.]\n"
        refused(2, "delete", name, says=f"unknown option '{name}'")
        shmtool("delete", "--", name, check=0)
        assert not (SHM / name).exists()
    finally:
        delete(name)


def test_the_longest_name_has_255_bytes():
    name = PREFIX + "é" * ((255 - len(PREFIX)) // 2) + "x" * ((255 - len(PREFIX)) % 2)
    try:
        assert ask("array", "create", name, "--shape", "3")["name"] == name
        refused(2, "create", name + "x", "--shape", "3", says="longer than 255 bytes")
    finally:
        delete(name)


def test_every_spelling_of_a_name_is_one_segment():
    with unique_name() as name:
        shmtool("create", f"shm:///{name}", "--shape", "3", check=0)
        for spelling in [name, f"/{name}", f"shm://{name}"]:
            assert ask("array", "info", spelling)["path"] == f"/dev/shm/{name}"


def test_a_file(tmp_path):
    made = ask("array", "create", f"file://{tmp_path}/a b.arr", "--shape", "4", "--fill", "arange", "--mode", "0640")
    assert made["path"] == f"{tmp_path}/a b.arr"
    np.testing.assert_array_equal(np.memmap(made["path"], "f8", "r", shape=(4,)), np.arange(4.0))
    assert ask("array", "create", "file://sub.arr", "--shape", "4", cwd=tmp_path)["path"] == f"{tmp_path}/sub.arr"
    assert ask("delete", "delete", "file://sub.arr", cwd=tmp_path)["deleted"] == ["file://sub.arr"]
    assert os.listdir(tmp_path) == ["a b.arr"]
    refused(3, "create", f"file://{tmp_path}/none/x", "--shape", "4", says="No such file or directory")


def test_replace_leaves_holders_their_data():
    with unique_name() as name:
        refused(3, "info", name)
        shmtool("create", name, "--shape", "4", "--fill", "1", "--replace", check=0)
        with open(SHM / name, "r+b") as file:
            held = mmap.mmap(file.fileno(), 32)
        shmtool("create", name, "--shape", "2", "--dtype", "int64", "--fill", "2", "--replace", check=0)
        assert np.frombuffer(held[:], "f8").tolist() == [1.0] * 4
        held[:8] = np.array(9.0).tobytes()
        assert elements(name, "i8", (2,)).tolist() == [2, 2]


def test_replace_takes_over_arrays_only():
    with unique_name() as name:
        (SHM / name).write_bytes(b"precious")
        refused(5, "create", name, "--shape", "3", "--replace", says="is not an array")
        refused(5, "create", name, "--shape", "3", "--if-absent", says="is not an array")
        assert (SHM / name).read_bytes() == b"precious"


def test_if_absent():
    with unique_name() as name:
        first = ask("array", "create", name, "--shape", "4", "--fill", "1", "--if-absent")
        again = ask("array", "create", name, "--shape", "4", "--fill", "2", "--if-absent")
        assert again["inode"] == first["inode"]
        assert elements(name, "f8", (4,)).tolist() == [1.0] * 4
        refused(4, "create", name, "--shape", "5", "--if-absent", says="exists, as float64 (4,) and not float64 (5,)")
        refused(4, "create", name, "--shape", "4", "-d", "int8", "--if-absent", says="and not int8 (4,)")
        # Also when it is there and neither option would matter.
        refused(2, "create", name, "--shape", "4", "--if-absent", "--replace", says="contradict")
        refused(2, "create", name, "--shape", "4", "--if-absent", "--mode", "999", says="--mode '999'")
        delete(name)
        refused(2, "create", name, "--shape", "4", "--if-absent", "--replace", says="contradict")


def test_a_taken_name():
    with unique_name() as name:
        shmtool("create", name, "--shape", "3", "--fill", "5", check=0)
        refused(4, "create", name, "--shape", "3", says="the name is taken", hint="--replace")
        assert elements(name, "f8", (3,)).tolist() == [5.0] * 3


@pytest.mark.parametrize(
    "options, says, hint",
    [
        ([], "--shape is missing", "--shape 3,5,7"),
        (["--shape", "3,,4"], "'3,,4' is not a shape", "3,5,7"),
        (["--shape", "-3"], "'-3' is not a shape", "3,5,7"),
        (["--shape", "3.5"], "'3.5' is not a shape", "3,5,7"),
        (["--shape", "1e3"], "'1e3' is not a shape", "3,5,7"),
        (["--shape", "99999999999999999999"], "not a shape", ""),
        (["--shape", "4294967296,4294967296"], "too many elements", "2^63"),
        (["--shape", "9223372036854775807"], "", ""),
        (["--shape", ",".join(["1"] * 28)], "cannot have 28 axes", "27"),
        (["--shape", ",".join(["1"] * 65)], "65 axes are too many", ""),
        (["--shape", "3", "--dtype", "flaot64"], "'flaot64' is not a usable dtype", "float"),
        (["--shape", "3", "--dtype", "object"], "objects are pointers", "fixed-size"),
        (["--shape", "3", "--dtype", ">f8"], "native byte order", "'<'"),
        (["--shape", "3", "--dtype", "S0"], "0 bytes", "S5"),
        (["--shape", "3", "--dtype", "datetime64[fortnight]"], "its unit is unknown", "ns"),
        (["--shape", "3", "--mode", "888"], "--mode '888'", "octal"),
        (["--shape", "3", "--mode", "1777"], "--mode '1777'", "octal"),
        (["--shape", "3", "--mode", ""], "--mode ''", "octal"),
        (["--shape", "3", "--fill", "zero"], "--fill 'zero' is unknown", "did you mean 'zeros'?"),
        (["--shape", "3", "--fill", "rnadom"], "--fill 'rnadom' is unknown", "did you mean 'random'?"),
        (["--shape", "3", "--fill", "abc"], "'abc' is not a number", "-1.5"),
        (["--shape", "3", "--fill", ""], "'' is not a number", ""),
        (["--shape", "3", "--fill", "1 "], "'1 ' is not a number", ""),
        (["--shape", "3", "--fill", "1e999"], "does not fit float64", ""),
        (["--shape", "3", "--fill", "random:"], "seed ''", ""),
        (["--shape", "3", "--fill", "random:-1"], "seed '-1' does not fit", ""),
        (["--shape", "3", "--dtype", "int8", "--fill", "300"], "'300' does not fit int8", "-128 to 127"),
        (["--shape", "3", "--dtype", "int8", "--fill", "1.5"], "is not an integer", "42"),
        (["--shape", "3", "--dtype", "bool", "--fill", "2"], "is not a bool", "true"),
        (["--shape", "300", "--dtype", "int8", "--fill", "arange"], "does not fit int8", "dtype"),
        (["--shape", "3", "--shape", "4"], "cannot be specified more than once", ""),
        (["--shape", "3", "--mode"], "'--mode' is missing", "--help"),
        (["--shap", "3"], "unknown option '--shap'", "did you mean '--shape'?"),
        (["--shape", "3", "second"], "unexpected word 'second'", "--help"),
    ],
)
def test_wrong_words(options, says, hint):
    with unique_name() as name:
        refused(2, "create", name, *options, says=says, hint=hint)
        assert not (SHM / name).exists()


@pytest.mark.parametrize("fill", ["abc", "1"])
def test_an_opaque_dtype_is_not_filled(fill):
    with unique_name() as name:
        refused(5, "create", name, "--shape", "3", "--dtype", "S5", "--fill", fill, says="cannot work on S5")
        assert not (SHM / name).exists()


@pytest.mark.parametrize(
    "name, says",
    [("", "it is empty"), ("a/b", "no directories"), ("shm://", "it is empty"), (".", "directory"), ("..", "directory"),
     ("http://x", "unknown scheme"), ("file://", "names no file"), ("file:///tmp/", "names no file"),
     ("x" * 256, "longer")],
)  # fmt: skip
def test_what_is_no_name(name, says):
    refused(2, "create", name, "--shape", "3", says=says)


def test_no_space():
    with unique_name() as name:
        error = refused(6, "create", name, "--shape", "1000000000000", says=f"no space for '{name}'", hint="file://")
        assert "8000000000548" in error["message"] or "TiB" in error["message"]
        small = ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh"]
        refused(6, "create", name, "--shape", "100000", says=f"'{name}'", prefix=small)
        assert not (SHM / name).exists()
