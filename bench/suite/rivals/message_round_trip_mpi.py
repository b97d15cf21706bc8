"""MPI: a letter of 64 bytes from one rank to another and back, both on this machine (bench/rivals/mpi_round_trip.cpp)."""

import os
import subprocess

from suite.installed import lacks_command
from suite.samples import Missing, Sample, require

QUESTION = "message_round_trip"
NAME = "mpi"
TRIPS = 20_000


def available():
    return lacks_command("mpirun", "openmpi-bin, libopenmpi-dev")


def measure(context):
    program = context.programs / "mpi_round_trip"
    if not program.exists():
        raise Missing("MPI was not there when shmkit was built")
    # Two ranks on any number of CPUs; Open MPI asks root to be sure.
    environment = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                   "OMPI_MCA_rmaps_base_oversubscribe": "1"}  # fmt: skip
    for _ in range(context.repetitions):
        command = ["mpirun", "-n", "2", program, str(TRIPS)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment, check=False)
        require(done.returncode == 0, f"mpirun failed: {done.stderr.strip()[-200:]}")
        yield Sample(float(done.stdout))
