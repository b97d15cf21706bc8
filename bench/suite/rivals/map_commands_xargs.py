"""xargs -P, which leaves the outputs as they come."""

from suite import commands
from suite.installed import lacks_command

QUESTION = "map_commands"
NAME = "xargs"


def available():
    return lacks_command("xargs", "findutils")


def measure(context):
    yield from commands.measure(context, lambda command, _: ["xargs", f"-P{commands.WORKERS}", "-n1", command], NAME)
