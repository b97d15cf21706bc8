"""`shmtool map`, which keeps the output of each command together."""

from suite import commands

QUESTION = "map_commands"
NAME = "shmkit_map"


def available():
    return None


def measure(context):
    yield from commands.measure(
        context, lambda command, _: [context.shmtool, "map", "-q", "-w", commands.WORKERS, "--", command], NAME)
