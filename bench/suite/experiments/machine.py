"""Why more workers may have gained nothing."""

import os
import pathlib

from suite.limits import cpus

_LOAD = os.getloadavg()[0]  # Before we add to it.


def _cores():
    """How many cores these CPUs are; as many as CPUs where the kernel does not tell."""
    cores = set()
    for cpu in os.sched_getaffinity(0):
        path = pathlib.Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        cores.add(path.read_text(encoding="ascii") if path.exists() else str(cpu))
    return len(cores)


def reason_for_no_gain():
    """The likely one, for work that has none of its own."""
    if cpus() == 1:
        return "there is one CPU"
    if _LOAD > cpus():
        return f"the machine was busy (load {_LOAD:.1f} on {cpus()} CPUs)"
    if _cores() == 1:
        return f"the {cpus()} CPUs are one core"
    return "too little work, or it waits for memory"
