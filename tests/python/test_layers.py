"""The house stands: includes point one way, and system calls stay in one directory.

The oracle is the picture in ARCHITECTURE.md, written down once more below; the files are read as text.
"""

import os
import pathlib
import re

import pytest

ROOT = pathlib.Path(os.environ.get("SHMKIT_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))

# A layer may include itself and what is named here.
LAYERS = {
    "os": set(),
    "queue": set(),
    "kernels": set(),
    "array": {"os"},
    "npy": {"os", "array"},
    "messages": {"os", "array", "queue"},
    "job": {"kernels", "queue"},
    "plugin": {"os", "kernels"},
    "pool": {"os", "array", "queue", "kernels", "job", "plugin"},
    "run": {"os", "queue", "kernels", "job", "plugin", "pool"},
    "map": {"os", "queue", "job", "pool"},
    "executor": {"os", "queue", "pool"},
    "advise": {"os", "kernels", "job"},
    "reclaim": {"os", "array", "pool", "messages"},
}
SYSTEM = re.compile(r"<(sys/.*|linux/.*|unistd\.h|fcntl\.h|poll\.h|sched\.h|pthread\.h|spawn\.h|signal\.h|csignal)>")
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<][^">]+[">])', re.MULTILINE)


def sources(folder):
    return sorted(p for p in (ROOT / folder).rglob("*") if p.suffix in {".cpp", ".hpp"})


def includes(path):
    return INCLUDE.findall(path.read_text())


def layer_of(path):
    parts = path.relative_to(ROOT / "lib/src").parts
    return parts[0] if len(parts) > 1 else None


def test_every_directory_is_a_layer():
    assert {p.name for p in (ROOT / "lib/src").iterdir() if p.is_dir()} == set(LAYERS)


@pytest.mark.parametrize("layer", LAYERS)
def test_includes_point_one_way(layer):
    wrong = []
    for path in sources(f"lib/src/{layer}"):
        for include in includes(path):
            target = include.strip('"').split("/")[0] if include.startswith('"') and "/" in include else layer
            if target != layer and target not in LAYERS[layer]:
                wrong.append(f"{path.relative_to(ROOT)} includes {include}")
    assert not wrong


def test_system_headers_are_included_in_os_only():
    wrong = [f"{path.relative_to(ROOT)} includes {include}" for path in sources("lib") if layer_of_or_none(path) != "os"
             for include in includes(path) if SYSTEM.fullmatch(include)]
    assert not wrong


def layer_of_or_none(path):
    return layer_of(path) if (ROOT / "lib/src") in path.parents else None


def test_public_headers_need_no_private_ones():
    wrong = [f"{path.name} includes {include}" for path in sources("lib/include")
             for include in includes(path) if include.startswith('"')]
    assert not wrong


def test_tools_use_public_headers_only():
    private = tuple(f'"{layer}/' for layer in LAYERS)
    wrong = [f"{path.relative_to(ROOT)} includes {include}" for path in sources("tools")
             for include in includes(path) if include.startswith(private)]
    assert not wrong


def test_nothing_waits_on_a_std_atomic():
    """libstdc++'s futexes are private to a process: such a wait would never end."""
    waiting = re.compile(r"\.(wait|notify_one|notify_all)\s*\(")
    wrong = [str(path.relative_to(ROOT)) for layer in ("queue", "pool", "messages") for path in sources(f"lib/src/{layer}")
             if re.search(r"(bell|word|epoch_?|state)" + waiting.pattern, path.read_text())]
    assert not wrong
