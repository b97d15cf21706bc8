"""Files into a directory, all or nothing; and file names from names that are data."""

import contextlib
import os
import pathlib
import re
import zlib

from suite.errors import SuiteError, cannot_write

LONGEST_NAME = 60


def safe(name):
    """A name of letters, digits, '_' and '-' for a file or an anchor; a changed one ends with its checksum."""
    tame = re.sub(r"[^A-Za-z0-9_-]", "_", name)[:LONGEST_NAME]
    return tame if tame == name and name else f"{tame}_{zlib.crc32(name.encode('utf-8', 'surrogatepass')):08x}"


def write_files(directory, files):
    """{name: bytes} into the directory, made if it is missing. Other files in it stay as they are.

    Everything is written beside its place first and renamed at the end. An error before that leaves the directory as it
    was: the SuiteError names the file, and its code is 6 where space ran out.
    """
    directory = pathlib.Path(directory)
    is_new = not directory.exists()
    temporaries = {}
    try:
        _make(directory)
        for name, content in files.items():
            temporaries[name] = _written_beside(directory / name, content)
        for name, temporary in list(temporaries.items()):
            _rename(temporary, directory / name)
            del temporaries[name]
    finally:
        for temporary in temporaries.values():
            temporary.unlink(missing_ok=True)
        if is_new:
            with contextlib.suppress(OSError):  # Not empty: all went well.
                directory.rmdir()


def distinct(names):
    """The names in their order, later ones of the same name numbered: a, a_2, b."""
    found = []
    for name in names:
        number, numbered = 1, name
        while numbered in found:
            number += 1
            numbered = f"{name}_{number}"
        found.append(numbered)
    return found


def require_writable(directory):
    """For before the minutes of measuring: a SuiteError where write_files() will fail for lack of permission."""
    directory = pathlib.Path(directory)
    if directory.exists() and not directory.is_dir():
        raise SuiteError(f"'{directory}' is not a directory", "name another one for the report")
    place = directory if directory.exists() else directory.absolute().parent
    if not os.access(place, os.W_OK | os.X_OK):
        reason = "you may not write to it" if place.exists() else "it does not exist"
        raise SuiteError(f"cannot write to '{place}': {reason}", "name a directory that you may write to")


def _make(directory):
    try:
        directory.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(directory, error, "name a directory that you may write to") from error


def _written_beside(path, content):
    if path.is_dir():
        raise SuiteError(f"cannot write '{path}': it is a directory", "move it away, or name another directory")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise cannot_write(path, error, "name a directory that you may write to") from error
    except BaseException:  # Interrupted.
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _rename(temporary, path):
    try:
        temporary.replace(path)
    except OSError as error:
        raise cannot_write(path, error, "name a directory that you may write to") from error
