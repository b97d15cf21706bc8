"""GNU parallel, which keeps the output of each command together."""

from suite import commands
from suite.installed import lacks_command

QUESTION = "map_commands"
NAME = "gnu_parallel"


def available():
    return lacks_command("parallel", "parallel")


def measure(context):
    yield from commands.measure(context, lambda command, _: ["parallel", f"-j{commands.WORKERS}", command], NAME)
