"""What the figures were taken on, and with what."""

import datetime
import importlib.metadata
import os
import pathlib
import platform
import re
import sys

from suite import limits


def _cpu():
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    for field in ("model name", "Model", "Hardware"):
        if match := re.search(rf"^{field}\s*: (.+)$", text, re.MULTILINE):
            return match[1].strip()
    # arm64 servers say numbers only.
    found = [re.search(rf"^CPU {field}\s*: (\S+)$", text, re.MULTILINE) for field in ("implementer", "part")]
    return " ".join([platform.machine(), *(match[1] for match in found if match)])


def _memory_bytes():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _numpy():
    try:
        return importlib.metadata.version("numpy")
    except importlib.metadata.PackageNotFoundError:
        return None


def _release():
    """The version alone: who built it for whom is nobody's business."""
    return re.match(r"[\d.]*\d|", platform.release())[0] or "unknown"


def describe(context):
    """The document's machine; `context` is what shmkit_bench says about itself."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return {
        "date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "cpu": _cpu(),
        "cpus": limits.cpus(),
        "memory_bytes": _memory_bytes(),
        "kernel": f"{platform.system()} {_release()}",
        "compiler": context.get("compiler", "unknown"),
        "build": context.get("build", "unknown"),
        "commit": context.get("commit", "unknown"),
        "shmkit": context.get("project", "unknown").removeprefix("shmkit "),
        "python": ".".join(map(str, sys.version_info[:3])),
        "numpy": _numpy(),
        "load": round(os.getloadavg()[0], 2),
    }


def first_threads(cpus):
    """One of these CPUs for each core: the one with the lowest number."""
    found = {}
    for cpu in sorted(cpus):
        siblings = pathlib.Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        core = siblings.read_text(encoding="ascii").strip() if siblings.exists() else str(cpu)
        found.setdefault(core, cpu)
    return set(found.values())


def pin():
    """Binds this process, and all that it starts from now on, to the first thread of each core it may use.

    With a single core there is nothing to choose: all its threads. Which CPUs it came to.
    """
    allowed = os.sched_getaffinity(0)
    chosen = first_threads(allowed)
    chosen = chosen if len(chosen) > 1 else allowed
    os.sched_setaffinity(0, chosen)
    return sorted(chosen)
