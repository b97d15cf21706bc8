"""Arrays that real SharedArray builds wrote open, and what shmtool makes is theirs byte for byte.

The oracle is tests/data/sharedarray: files written by SharedArray 0.3 to 3.2.4 and an index of what those builds say
about them. For the names of dtypes it is NumPy.
"""

import io
import itertools
import json
import shutil

import numpy as np
import pytest

from helpers import SHM, data_dir, shm_unchanged, shmtool, shmtool_json, unique_name

GOLDEN = data_dir() / "sharedarray"


def indexed(folder, trailer):
    for entry in json.loads((GOLDEN / folder / "index.json").read_text())["arrays"]:
        path = GOLDEN / folder / f"{entry['name']}.bin"
        yield path, np.dtype(entry["typestr"]), tuple(entry["shape"]), 0, trailer


LEGACY = [("v0.3", 160, "front160"), ("v1.0", 0, "legacy160"), ("v2.0.4", 0, "legacy288"), ("v3.0.0", 0, "legacy288")]
ALL = [
    *indexed("numpy1-292", "numpy1"),
    *indexed("numpy2-548", "numpy2"),
    *((GOLDEN / "legacy" / f"i32_3x4.{v}.bin", np.dtype("<i4"), (3, 4), offset, kind) for v, offset, kind in LEGACY),
]
each_golden = pytest.mark.parametrize(
    "path, dtype, shape, offset, trailer", ALL, ids=[f"{path.parent.name}-{path.stem}" for path, *_ in ALL]
)


def expect_opens(name, path, dtype, shape, offset, trailer):
    data = path.read_bytes()[offset:]
    info = shmtool_json("info", name)
    assert (info["typestr"], tuple(info["shape"]), info["offset"], info["trailer"]) == (dtype.str, shape, offset, trailer)
    assert info["nbytes"] == dtype.itemsize * int(np.prod(shape))
    assert shmtool("attach", name, "--read-only").returncode == 0
    exported = np.load(io.BytesIO(shmtool("export", name, "-", check=0, text=False).stdout))
    assert exported.dtype == dtype and exported.shape == shape
    assert exported.tobytes() == data[: info["nbytes"]]


@each_golden
def test_opens_as_a_file(path, dtype, shape, offset, trailer):
    expect_opens(f"file://{path}", path, dtype, shape, offset, trailer)


@each_golden
def test_opens_in_shared_memory_and_stays_as_it_is(path, dtype, shape, offset, trailer):
    with shm_unchanged(), unique_name() as name:
        shutil.copyfile(path, SHM / name)
        expect_opens(name, path, dtype, shape, offset, trailer)
        assert shmtool("attach", name).returncode == 0
        assert (SHM / name).read_bytes() == path.read_bytes()
        shmtool("delete", name, check=0)
        assert not (SHM / name).exists()


def test_there_are_as_many_as_there_should_be():
    assert len(ALL) == 34


@pytest.mark.parametrize("path, dtype, shape, offset, trailer", [g for g in ALL if g[4] == "numpy2"],
                         ids=[g[0].stem for g in ALL if g[4] == "numpy2"])
def test_is_made_again_byte_for_byte(path, dtype, shape, offset, trailer, tmp_path):
    theirs = path.read_bytes()
    older = (GOLDEN / "numpy1-292" / path.name).read_bytes()
    nbytes = len(theirs) - 548
    npy = tmp_path / "a.npy"
    np.save(npy, np.frombuffer(theirs[:nbytes], dtype).reshape(shape))
    with shm_unchanged(), unique_name() as name:
        shmtool("import", npy, name, check=0)
        assert (SHM / name).read_bytes() == theirs[: nbytes + 256] + older[nbytes:]
        shmtool("create", name, "--replace", "--dtype", dtype.str, "--shape", ",".join(map(str, shape)) or "()", check=0)
        assert (SHM / name).read_bytes() == bytes(nbytes) + theirs[nbytes : nbytes + 256] + older[nbytes:]
        assert shmtool_json("info", name)["trailer"] == "dual"


FIXED = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32",
         "float64", "longdouble", "complex64", "complex128", "clongdouble"]
FLEXIBLE = ["S1", "S5", "U1", "U3", "V1", "V12"]
UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"]
TIMES = [f"{kind}[{multiple}{unit}]" for kind, multiple, unit in
         itertools.product(["datetime64", "timedelta64"], ["", 25], UNITS)] + ["datetime64", "timedelta64"]


@pytest.mark.parametrize("text", FIXED + FLEXIBLE + TIMES)
def test_dtypes_are_numpys(text):
    dtype = np.dtype(text)
    with unique_name() as name:
        made = shmtool_json("create", name, "--dtype", text, "--shape", "3")
        assert made["typestr"] == dtype.str
        assert made["nbytes"] == 3 * dtype.itemsize
        again = shmtool_json("info", name)
        assert (again["dtype"], again["typestr"]) == (made["dtype"], dtype.str)
        file = (SHM / name).read_bytes()
        typenum = int.from_bytes(file[made["nbytes"] + 24 : made["nbytes"] + 28], "little")
        assert typenum == dtype.num
        assert np.dtype(made["typestr"]) == dtype


def test_a_real_sharedarray_opens_what_we_make():
    sharedarray = pytest.importorskip("SharedArray", reason="SharedArray is not installed")
    with unique_name() as name:
        shmtool("create", name, "--shape", "3,4", "--fill", "arange", check=0)
        attached = sharedarray.attach(f"shm://{name}")
        assert attached.dtype == np.float64 and attached.tolist() == np.arange(12.0).reshape(3, 4).tolist()

