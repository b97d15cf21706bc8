"""What the Python tests share: running shmtool, names that go away, a look at what is left in /dev/shm.

The environment variable SHMTOOL names the program under test; SHMKIT_SOURCE_DIR the source tree.
"""

import contextlib
import itertools
import json
import os
import pathlib
import subprocess

SHM = pathlib.Path("/dev/shm")
PREFIX = f"test-{os.getpid()}-"
TIMEOUT_S = 120

_numbers = itertools.count()


def data_dir():
    return pathlib.Path(os.environ["SHMKIT_SOURCE_DIR"]) / "tests" / "data"


def shmtool(*args, check=None, input=None, env=None, prefix=(), text=None, cwd=None):
    """Runs shmtool and returns the CompletedProcess, with what it wrote.

    check: the exit code it must have. input: str or bytes for its standard input; bytes make the output bytes too,
    as text=False does. env: variables to set, None to unset one. prefix: a command that runs it ("setpriv ...").
    Nothing may take longer than TIMEOUT_S.
    """
    if text is None:
        text = not isinstance(input, bytes)
    environment = {key: value for key, value in {**os.environ, **(env or {})}.items() if value is not None}
    # Words that are no UTF-8 are answered as they came.
    encoding = {"encoding": "utf-8", "errors": "surrogateescape"} if text else {}
    command = [*prefix, os.environ["SHMTOOL"], *(arg if isinstance(arg, bytes) else str(arg) for arg in args)]
    stdin = {"stdin": subprocess.DEVNULL} if input is None else {"input": input}
    done = subprocess.run(command, capture_output=True, env=environment, timeout=TIMEOUT_S, cwd=cwd, **stdin, **encoding)
    if check is not None:
        assert done.returncode == check, f"{command} gave {done.returncode}, not {check}\n{done.stdout}\n{done.stderr}"
    return done


def shmtool_json(*args, check=0, **options):
    """The value that shmtool --json prints."""
    words = list(args)
    words.insert(words.index("--") if "--" in words else len(words), "--json")
    return json.loads(shmtool(*words, check=check, **options).stdout)


def delete(name):
    """Takes a name in /dev/shm away, whatever it is and whether it is there or not."""
    path = SHM / name
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def unique_name(suffix=""):
    """A name for shared memory that nobody else has; whatever gets it is gone afterwards, also on failure."""
    name = f"{PREFIX}{next(_numbers)}{suffix}"
    try:
        yield name
    finally:
        delete(name)


def our_segments():
    """What is in /dev/shm on account of this test process: its names, and hidden ones derived from them."""
    return sorted(leaf for leaf in os.listdir(SHM) if leaf.lstrip(".").startswith(PREFIX))


@contextlib.contextmanager
def shm_unchanged():
    """Fails if what is inside leaves anything in /dev/shm, or takes anything of ours away."""
    before = our_segments()
    yield
    assert our_segments() == before
