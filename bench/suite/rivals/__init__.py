"""The rivals that are no part of shmkit_bench: Python's pools, NumPy, commands. One file each.

A rival has NAME, the subject, and QUESTION; available() gives a reason why it cannot run here, or None;
measure(context) gives Samples of one round, after it has made sure that its results are right (WrongResult).
"""

import importlib
import pkgutil


def all_rivals():
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [importlib.import_module(f"{__name__}.{name}") for name in names]
