"""Every kernel on every dtype: it works and gives the dtype that `shmtool kernels -v` says, or is refused and says why.

The oracle: the columns "dtypes" and "result" of the table, word by word, as functions of NumPy's dtypes. A kernel with
other words there needs another line here.
"""

import numpy as np
import pytest

from cli_checks import needs_shmtool
from helpers import unique_name
from kernel_rows import NUMERIC, OPAQUE, answer, arrays, given, name_of, numpy_dtype, refuse, rows

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]

REAL = {"c8": "f4", "c16": "f8"}


def real(dtype):
    return np.dtype(REAL.get(dtype.str[1:], dtype))


def for_integers(dtype):
    """A function of a dtype that has another one for bool and integers."""
    return lambda a, b: np.dtype(dtype) if a.kind in "biu" else a


def accumulator(a, b):
    return np.dtype("u8" if a.kind == "u" else "i8") if a.kind in "biu" else a


def promotable(a, b):
    return np.result_type(a, b) != np.dtype("clongdouble")


TAKES = {
    "all numeric": lambda a, b: True,
    "all numeric but bool": lambda a, b: a.kind != "b",
    "all numeric but complex": lambda a, b: a.kind != "c",
    "floating-point and complex": lambda a, b: a.kind in "fc",
    "all numeric but longdouble with complex": promotable,
    "all numeric but two of bool or longdouble with complex": lambda a, b: promotable(a, b) and {a.kind, b.kind} != {"b"},
}
GIVES = {
    "none": lambda a, b: None,
    "bool": lambda a, b: np.dtype("?"),
    "int64": lambda a, b: np.dtype("i8"),
    "dtype of the array": lambda a, b: a,
    "two of the array's dtype": lambda a, b: a,
    "int64 counts, float64 edges": lambda a, b: np.dtype("f8"),
    "int64, uint64 or dtype of the array": accumulator,
    "float64 or dtype of the array": for_integers("f8"),
    "float64 or real dtype of the array": lambda a, b: real(for_integers("f8")(a, b)),
    "promoted dtype": np.result_type,
    "promoted dtype of the arrays": np.result_type,
    "dtype of the array; of complex, its real dtype": lambda a, b: real(a),
    "dtype of the array; integers: a float dtype": lambda a, b: np.sqrt(np.ones(1, a)).dtype,
    "the dtype asked for": lambda a, b: np.dtype("f4"),
}
# One of every family, and those at its ends: what is mixed with each of all dtypes.
OTHERS = ["bool", "uint8", "int64", "float16", "longdouble", "complex64"]
LISTS = ("two of the array's dtype", "int64 counts, float64 edges")


def given_dtype(found, kind):
    """The dtype of the answer to a job with --out for a map."""
    if kind == "map":
        return found["out"]["dtype"]
    assert (found["result_dtype"] is None) == (found["result"] is None) == (kind == "generator")
    return found["result_dtype"]


def check_dtypes(row, arrays, refuse, *dtypes):
    pair = [numpy_dtype(dtype) for dtype in dtypes] * (2 // len(dtypes))
    names = [arrays(dtype) for dtype in dtypes]
    if not TAKES[row["dtypes"]](*pair):
        error = refuse(5, row, *names, *given(row), names=[f"kernel {row['name']} cannot work on {' and '.join(dtypes)}"])
        assert error["hint"] == f"it takes: {row['dtypes']}"
        return
    with unique_name() as out:
        found = answer(row, *names, *given(row), *(["--out", out] if row["kind"] == "map" else []))
        assert found["dtype"] == dtypes[0] and found["names"] == names
        wanted = GIVES[row["result"]](*pair)
        assert given_dtype(found, row["kind"]) == (wanted and name_of(wanted)), (dtypes, found)
    if row["kind"] == "generator":
        arrays.restore()
    assert arrays.unchanged()


@rows(arrays=1)
@pytest.mark.parametrize("dtype", NUMERIC)
def test_one_array(row, dtype, arrays, refuse):
    check_dtypes(row, arrays, refuse, dtype)


@rows(arrays=2)
@pytest.mark.parametrize("dtype", NUMERIC)
def test_two_arrays(row, dtype, arrays, refuse):
    for other in OTHERS:
        check_dtypes(row, arrays, refuse, dtype, other)


@rows()
def test_what_is_opaque_is_refused(row, arrays, refuse):
    says = f"kernel {row['name']} cannot work on "
    for dtype in OPAQUE:
        combinations = [[], [[dtype]], [[dtype, dtype], [dtype, "float64"], ["float64", dtype]]][row["arrays"]]
        for dtypes in combinations:
            names = [arrays(each) for each in dtypes]
            error = refuse(5, row, *names, *given(row), names=[says + " and ".join(dtypes)])
            assert error["hint"] == f"it takes: {row['dtypes']}"


@rows(kind="compute")
def test_computations_need_no_array(row):
    found = answer(row, *given(row))
    assert (found["result_dtype"], found["dtype"], found["names"]) == (row["result"], None, [])


@rows(kind="reduction")
@pytest.mark.parametrize("dtype", NUMERIC)
def test_along_an_axis(row, dtype, arrays, refuse):
    name = arrays(dtype)
    pair = [numpy_dtype(dtype)] * 2
    if not TAKES[row["dtypes"]](*pair):
        refuse(5, row, *[name] * row["arrays"], *given(row), "--axis", 0, names=[f"kernel {row['name']} cannot work on {dtype}"])
    elif row["result"] in LISTS:
        refuse(2, row, *[name] * row["arrays"], *given(row), "--axis", 0, names=["does not reduce to one number"])
    else:
        out = answer(row, *[name] * row["arrays"], *given(row), "--axis", 0)["out"]
        assert (out["dtype"], out["shape"]) == (name_of(GIVES[row["result"]](*pair)), [3])


# Into the second array where the kernel says so, else into the first.
@rows(kind="map")
@pytest.mark.parametrize("dtype", NUMERIC)
def test_in_place(row, dtype, arrays, refuse):
    for other in OTHERS if row["arrays"] == 2 else [dtype]:
        pair = [numpy_dtype(dtype), numpy_dtype(other)]
        if not TAKES[row["dtypes"]](*pair):
            continue
        names = [arrays(dtype), arrays(other)][: row["arrays"]]
        wanted = GIVES[row["result"]](*pair)
        target = pair["into y" in row["summary"]]
        if np.can_cast(wanted, target, "same_kind"):
            assert answer(row, *names, *given(row))["out"] is None
            arrays.restore()
        else:
            says = f"kernel {row['name']} gives {name_of(wanted)} here, which {name_of(target)} cannot hold"
            assert "--out" in refuse(5, row, *names, *given(row), names=[says])["hint"]


