"""`shmtool import` and `export`, as used at a prompt: files, pipes, options, refusals, the progress bar.

The oracle is NumPy: np.lib.format.write_array writes, np.load reads. test_npy.py compares every byte of the format;
here it is the commands.
"""

import io
import os
import pty
import select
import stat
import subprocess

import numpy as np
import pytest

from cli_checks import COLUMNS, ask, elements, needs_shmtool, refused
from helpers import SHM, shmtool, unique_name

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]

DTYPES = ["?", "i1", "u2", "i4", "u8", "f2", "f4", "f8", "g", "c8", "c16", "S3", "U2", "V5", "M8[us]", "m8[25s]"]
SHAPES = [(), (0, 3), (1,), (5, 7), (2, 3, 4)]


def random_array(rng, dtype, shape):
    dtype = np.dtype(dtype)
    if dtype.kind == "U":
        return rng.choice(["ä", "xy", ""], shape).astype(dtype).reshape(shape)
    size = int(np.prod(shape)) * dtype.itemsize
    return np.frombuffer(rng.integers(0, 2 if dtype.kind == "b" else 256, size, np.uint8), dtype).reshape(shape)


def npy(array, version=(1, 0)):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version)
    return file.getvalue()


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_what_numpy_saved_arrives_and_comes_back(version, tmp_path):
    seed = int(np.random.SeedSequence().generate_state(1)[0])
    print("seed", seed)
    rng = np.random.default_rng(seed)
    with unique_name() as name:
        for dtype in DTYPES:
            for shape in SHAPES:
                array = random_array(rng, dtype, shape)
                order, byte_order = rng.choice(["C", "F"]), rng.choice(["little", "big"])
                foreign = array.astype(array.dtype.newbyteorder(rng.choice(["<", ">"])))
                (tmp_path / "in.npy").write_bytes(npy(np.asarray(foreign, order=order), version))
                made = ask("array", "import", tmp_path / "in.npy", name, "--replace")
                assert (made["typestr"], tuple(made["shape"])) == (array.dtype.str, shape)
                assert elements(name, array.dtype, shape).tobytes() == array.tobytes()
                options = ["--order", order, "--byte-order", byte_order, "--npy-version", f"{version[0]}.0"]
                ask("export", "export", name, tmp_path / "out.npy", *options)
                with open(tmp_path / "out.npy", "rb") as file:
                    assert np.lib.format.read_magic(file) == version
                back = np.load(tmp_path / "out.npy")
                wanted = array.dtype.newbyteorder("<" if byte_order == "little" else ">")
                assert (back.dtype.str, back.shape) == (wanted.str, shape)
                assert back.astype(array.dtype).tobytes() == array.tobytes()
                assert back.flags["F_CONTIGUOUS" if order == "F" else "C_CONTIGUOUS"]


def test_pipes_both_ways(tmp_path):
    array = np.arange(100000.0).reshape(100, 1000)
    np.save(tmp_path / "in.npy", array)
    with unique_name() as name:
        program = os.environ["SHMTOOL"]
        script = f"cat in.npy | {program} import - {name} && {program} export {name} - | cat > out.npy"
        done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
        # Nothing but the array goes to the pipe.
        assert done.stdout == f"{name}: float64 (100, 1000), 781.25 KiB\n" and done.stderr == ""
        assert (tmp_path / "out.npy").read_bytes() == (tmp_path / "in.npy").read_bytes()
        # Also when asked for words.
        answer = shmtool("export", name, "-", "--json", text=False, check=0).stdout
        assert np.array_equal(np.load(io.BytesIO(answer)), array)


def test_says_in_one_line_what_it_did(tmp_path):
    np.save(tmp_path / "x y.npy", np.zeros((3, 5), "i2"))
    with unique_name() as name:
        done = shmtool("import", "x y.npy", name, cwd=tmp_path, check=0)
        assert (done.stdout, done.stderr) == (f"{name}: int16 (3, 5), 30 B\n", "")
        done = shmtool("export", name, "out.npy", cwd=tmp_path, check=0)
        assert (done.stdout, done.stderr) == (f"out.npy: {name}: int16 (3, 5), 30 B\n", "")
        assert ask("export", "export", name, "out.npy", cwd=tmp_path)["file"] == "out.npy"
        for words in [["export", name, "out.npy"], ["import", "out.npy", name, "--replace"]]:
            done = shmtool(*words, "-q", cwd=tmp_path, check=0)
            assert (done.stdout, done.stderr) == ("", "")


def test_import_obeys_the_options_of_create(tmp_path):
    np.save(tmp_path / "a.npy", np.ones(3))
    np.save(tmp_path / "b.npy", np.zeros(3))
    with unique_name() as name:
        shmtool("import", "a.npy", name, "--mode", "0640", cwd=tmp_path, check=0)
        assert stat.S_IMODE(os.stat(SHM / name).st_mode) == 0o640
        refused(4, "import", "b.npy", name, says="the name is taken", hint="--replace", cwd=tmp_path)
        shmtool("import", "b.npy", name, "--if-absent", cwd=tmp_path, check=0)
        assert elements(name, "f8", (3,)).tolist() == [1.0] * 3
        refused(2, "import", "b.npy", name, "--if-absent", "--replace", says="contradict", cwd=tmp_path)
        refused(2, "import", "b.npy", name, "--if-absent", "--mode", "8", says="--mode '8'", cwd=tmp_path)
        shmtool("import", "b.npy", name, "--replace", cwd=tmp_path, check=0)
        assert elements(name, "f8", (3,)).tolist() == [0.0] * 3


def files_that_are_refused(folder):
    np.save(folder / "good.npy", np.arange(15.0))
    good = (folder / "good.npy").read_bytes()
    np.save(folder / "structured.npy", np.zeros(2, [("a", "i4"), ("b", "f8")]))
    np.save(folder / "objects.npy", np.array([1, "two"], object), allow_pickle=True)
    np.savez(folder / "archive.npz", a=np.zeros(3))
    (folder / "data.npy").write_bytes(good[:-1])
    (folder / "header.npy").write_bytes(good[:40])
    (folder / "magic.npy").write_bytes(good[:4])
    (folder / "version.npy").write_bytes(good[:6] + b"\x09" + good[7:])
    (folder / "negative.npy").write_bytes(good.replace(b"(15,)", b"(-5,)"))
    (folder / "huge.npy").write_bytes(good.replace(b"(15,), }", b"(1<<62)}"))
    (folder / "empty.npy").touch()
    (folder / "text.npy").write_text("1 2 3\n")
    return [
        ("structured.npy", "structured dtype"),
        ("objects.npy", "Python objects"),
        ("archive.npz", "not an .npy file"),
        ("data.npy", "truncated: 119 bytes of data of 120"),
        ("header.npy", "truncated"),
        ("magic.npy", ""),
        ("version.npy", "version"),
        ("negative.npy", ""),
        ("huge.npy", ""),
        ("empty.npy", "it is empty"),
        ("text.npy", "not an .npy file"),
    ]


def test_refused_files_leave_nothing(tmp_path):
    with unique_name() as name:
        for file, says in files_that_are_refused(tmp_path):
            refused(5, "import", file, name, says=says, cwd=tmp_path)
            assert not (SHM / name).exists()
            done = shmtool("import", "-", name, input=(tmp_path / file).read_bytes(), check=5)
            assert says in done.stderr.decode() and not (SHM / name).exists()
        # What was there stays when its replacement fails.
        shmtool("create", name, "--shape", "3", check=0)
        shmtool("import", tmp_path / "data.npy", name, "--replace", check=5)
        assert ask("array", "info", name)["shape"] == [3]


def test_files_that_are_not_there(tmp_path):
    with unique_name() as name:
        refused(3, "import", "none.npy", name, says="cannot open 'none.npy'", cwd=tmp_path)
        refused(5, "import", ".", name, says="Is a directory", cwd=tmp_path)
        refused(3, "export", name, "out.npy", says=f"'{name}'", cwd=tmp_path)
        shmtool("create", name, "--shape", "3", check=0)
        refused(3, "export", name, "none/out.npy", says="'none/out.npy'", cwd=tmp_path)
        refused(1, "export", name, ".", says="it is a directory", hint="NAME.npy", cwd=tmp_path)
    assert os.listdir(tmp_path) == []


def test_export_replaces_a_file_or_refuses_to(tmp_path):
    file = tmp_path / "x.npy"
    with unique_name() as name:
        shmtool("create", name, "--shape", "3", "--fill", "1", check=0)
        shmtool("export", name, file, "--no-replace", check=0)
        shmtool("run", "fill", name, "--arg", "value=2", check=0)
        refused(4, "export", name, file, "--no-replace", says="it exists", hint="choose another name")
        assert np.load(file).tolist() == [1.0] * 3
        shmtool("export", name, file, check=0)
        assert np.load(file).tolist() == [2.0] * 3
        assert os.listdir(tmp_path) == ["x.npy"]


def test_a_full_disk():
    with unique_name() as name:
        shmtool("create", name, "--shape", "3", check=0)
        refused(6, "export", name, "/dev/full", says="No space left")
        with open("/dev/full", "w", encoding="utf-8") as full:
            command = [os.environ["SHMTOOL"], "export", name, "-"]
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 6 and b"No space left" in done.stderr


def test_wrong_words(tmp_path):
    with unique_name() as name:
        shmtool("create", name, "--shape", "3", check=0)
        out = tmp_path / "out.npy"
        refused(2, "import", "x.npy", says="too few words", hint="usage: shmtool import FILE NAME [options]")
        refused(2, "import", "x.npy", name, "more", says="unexpected word 'more'")
        refused(2, "import", "x.npy", "a/b", says="'a/b' is not a name")
        refused(2, "export", name, says="too few words", hint="usage: shmtool export NAME FILE [options]")
        refused(2, "export", name, out, "--order", "K", says="--order is C or F")
        refused(2, "export", name, out, "--byte-order", "middle", says="--byte-order is little or big")
        refused(2, "export", name, out, "--npy-version", "4.0", says="--npy-version is 1.0, 2.0 or 3.0")
        refused(2, "export", name, out, "--oder", "C", says="unknown option '--oder'", hint="did you mean '--order'?")
        assert not out.exists()


def on_a_terminal(*words):
    """Runs shmtool with stderr on a pseudo-terminal, and returns its exit code and what that showed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([os.environ["SHMTOOL"], *map(str, words)], stderr=theirs, stdout=subprocess.PIPE)
    os.close(theirs)
    shown = b""
    while True:
        ready, _, _ = select.select([ours], [], [], 60)
        assert ready
        try:
            shown += os.read(ours, 65536)
        except OSError:  # The other end is closed.
            break
    os.close(ours)
    process.stdout.close()
    return process.wait(), shown.decode()


def test_progress_is_shown_on_a_terminal_only(tmp_path):
    with unique_name() as name, unique_name() as other:
        shmtool("create", name, "--shape", "6000000", "--fill", "1", check=0)
        np.save(tmp_path / "f.npy", np.asfortranarray(np.ones((2000, 3000))))
        for words in [["export", name, tmp_path / "x.npy"], ["import", tmp_path / "f.npy", other, "--replace"]]:
            code, shown = on_a_terminal(*words)
            assert code == 0
            lines = shown.split("\r")
            bars = [line for line in lines if line.strip()]
            assert bars and all(bar.startswith(words[0]) and "%" in bar and "MiB" in bar for bar in bars), shown
            assert all(len(line) < COLUMNS for line in lines) and "\x1b" not in shown and "\n" not in shown
            assert lines[-1] == "" and lines[-2].strip() == ""  # In the end it is gone.
            assert on_a_terminal(*words, "--quiet") == (0, "")
            assert shmtool(*words, check=0).stderr == ""
