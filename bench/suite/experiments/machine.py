"""Why more workers may have gained nothing."""

import os

from suite.limits import cpus
from suite.machine import first_threads

_LOAD = os.getloadavg()[0]  # Before we add to it.


def reason_for_no_gain():
    """The likely one, for work that has none of its own."""
    if cpus() == 1:
        return "there is one CPU"
    if _LOAD > cpus():
        return f"the machine was busy (load {_LOAD:.1f} on {cpus()} CPUs)"
    if len(first_threads(os.sched_getaffinity(0))) == 1:
        return f"the {cpus()} CPUs are one core"
    return "too little work, or it waits for memory"
