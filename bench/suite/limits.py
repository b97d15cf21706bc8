"""What the system lets this process have: CPUs, memory, room in /dev/shm. As shmtool counts it."""

import math
import os
import pathlib
import sys

from suite.samples import Missing

OTHERS = 256_000_000  # Bytes for everybody else, as in bench/skip.cpp.


def _text(path):
    """Nothing where there is no such file."""
    try:
        return pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _mounts(controller):
    """Mount points: of the controller, of version 2 if it is ""."""
    for line in _text("/proc/self/mounts").splitlines():
        _, point, kind, options = line.split()[:4]
        if kind == "cgroup" and controller in options.split(",") if controller else kind == "cgroup2":
            yield point


def cgroups(controller):
    """The directories of our cgroup up to the root; of version 2 if the controller is ""."""
    def is_ours(names):
        return controller in names.split(",") if controller else not names

    mounts = list(_mounts(controller))
    groups = [group for line in _text("/proc/self/cgroup").splitlines()
              for _, names, group in [line.split(":", 2)] if is_ours(names)]  # fmt: skip
    if not mounts or not groups:
        return []
    group = pathlib.PurePosixPath(groups[0])
    return [pathlib.Path(mounts[0]) / each.relative_to("/") for each in (group, *group.parents)]


def _quotas():
    """CPUs that a cgroup's time comes to."""
    quotas = [_text(directory / "cpu.max").split() for directory in cgroups("")]
    quotas += [(_text(directory / "cpu.cfs_quota_us") + _text(directory / "cpu.cfs_period_us")).split()
               for directory in cgroups("cpu")]  # fmt: skip
    return [int(words[0]) / int(words[1]) for words in quotas if len(words) == 2 and words[0].isdigit()]


def cpus():
    """How many CPUs this process may use: the least of affinity, cgroup quota and Slurm's number."""
    step = os.environ.get("SLURM_CPUS_PER_TASK", "")
    steps = [int(step)] if step.isdecimal() and int(step) else []
    return min([len(os.sched_getaffinity(0)), *(max(1, math.ceil(quota)) for quota in _quotas()), *steps])


def _field(path, name):
    return next((int(words[1]) for words in map(str.split, _text(path).splitlines()) if words[:1] == [name]), 0)


def _left(directory, limit, usage, cache):
    """Bytes until the cgroup's limit; the kernel drops what it caches first."""
    numbers = [int(word) for file in (limit, usage) for word in _text(directory / file).split() if word.isdecimal()]
    if len(numbers) != 2:
        return sys.maxsize
    return max(0, numbers[0] - max(0, numbers[1] - _field(directory / "memory.stat", cache)))


def free_memory():
    """Bytes that this process may still take."""
    kib = _field("/proc/meminfo", "MemAvailable:") + _field("/proc/meminfo", "SwapFree:")
    v2 = [_left(directory, "memory.max", "memory.current", "inactive_file") for directory in cgroups("")]
    v1 = [_left(directory, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
          for directory in cgroups("memory")]  # fmt: skip
    return min([kib * 1024 if kib else sys.maxsize, *v2, *v1])


def is_memory_spare(size):
    """Whether so many bytes more, and some for everybody else, may be taken."""
    return size + size // 8 + OTHERS <= free_memory()


def require_memory(size):
    """Throws Missing where that is not so."""
    if not is_memory_spare(size):
        raise Missing(f"{size / 1e9:.1f} GB of memory are needed, and some room; {free_memory() / 1e9:.1f} GB are free")


def room_in_shm():
    """Bytes. Whoever touches more is killed by SIGBUS."""
    shm = os.statvfs("/dev/shm")
    return shm.f_bavail * shm.f_frsize
