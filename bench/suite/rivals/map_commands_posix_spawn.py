"""The floor: a loop around posix_spawn that does nothing else (bench/rivals/spawn_loop.cpp)."""

from suite import commands

QUESTION = "map_commands"
NAME = "posix_spawn_loop"


def available():
    return None


def measure(context):
    loop = context.programs / "spawn_loop"
    yield from commands.measure(context, lambda command, count: [loop, commands.WORKERS, count, command], NAME)
