"""What the end-to-end tests of shmtool's commands share: schemas, refusals, arrays as NumPy sees them."""

import json
import os
import pathlib
import re

import jsonschema
import numpy as np
import pytest

from helpers import SHM, shmtool

needs_shmtool = pytest.mark.skipif("SHMTOOL" not in os.environ, reason="SHMTOOL is not set")

COMMANDS = ["create", "attach", "delete", "list", "info", "import", "export", "run", "map", "pool", "advise", "gc", "kernels", "bench"]
COLUMNS = 80

_folder = pathlib.Path(__file__).resolve().parent.parent / "schemas"
SCHEMAS = {path.name: json.loads(path.read_text()) for path in sorted(_folder.glob("*.json"))}


def require_schema(value, name):
    """Fails unless `value` is what tests/schemas/`name`.json describes."""
    schema = SCHEMAS[f"{name}.json"]
    resolver = jsonschema.RefResolver(base_uri=schema["$id"], referrer=schema, store=SCHEMAS)
    jsonschema.Draft7Validator(schema, resolver=resolver).validate(value)
    return value


def ask(schema, *args, check=0, **options):
    """The value of a command with --json, checked against its schema."""
    return require_schema(json.loads(shmtool(*args, "--json", check=check, **options).stdout), schema)


def steady(text):
    """Without what changes from one call to the next as other tests run: free space, and arrays with similar names."""
    text = re.sub(r"has \d+ bytes free", "has some bytes free", text)
    return re.sub(r"hint: did you mean 'test-\d+-\d+'\?", "hint: `shmtool list` shows what there is", text)


def refused(code, *args, says="", hint="", **options):
    """Fails unless shmtool refuses the words with `code`, in text and in JSON, and says why."""
    plain = shmtool(*args, check=code, **options)
    assert plain.stdout == "", plain.stdout
    head, *rest = plain.stderr.splitlines()
    assert head.startswith("shmtool") and says in head, plain.stderr
    assert "\x1b" not in plain.stderr
    reply = shmtool(*args[:1], "--json", *args[1:], check=code, **options)
    error = require_schema(json.loads(reply.stdout), "error")["error"]
    assert error["code"] == code
    assert says in error["message"] and hint in error["hint"], error
    hints = [f"  hint: {error['hint']}"] if error["hint"] else []
    assert [steady(line) for line in rest] == [steady(line) for line in hints], plain.stderr
    assert steady(reply.stderr) == steady(plain.stderr)
    return error


def elements(name, dtype, shape, mode="r"):
    """The array in shared memory as plain NumPy maps it."""
    if 0 in shape:
        return np.zeros(shape, dtype)
    return np.memmap(SHM / name, dtype, mode, shape=shape)
