"""Whether what a rival needs is here: reasons for those that are skipped."""

import importlib.util
import shutil


def lacks_module(name, package):
    """None, or why there is no such module of Python."""
    try:
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError:  # Of what it is a part of.
        found = None
    return None if found else f"Python has no {name} (Debian: {package})"


def lacks_command(name, package):
    return None if shutil.which(name) else f"{name} is not installed (Debian: {package})"
