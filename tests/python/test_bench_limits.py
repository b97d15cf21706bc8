"""What the benchmark suite takes: CPUs, memory, room in /dev/shm, and which names it takes away.

The oracles: what shmtool says that it takes, for CPUs; made-up cgroups; a /dev/shm of the test's own for names.
"""

import os
import pathlib
import platform
import signal
import subprocess
import sys
import time

import pytest

from cli_checks import needs_shmtool
from helpers import TIMEOUT_S, shmtool_json

from suite import children, limits, machine, numpy_reductions, rival_process, samples
from suite.rivals import map_commands_xargs, move_multiprocessing_shared_memory

ROOT = pathlib.Path(os.environ.get("SHMKIT_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))


@needs_shmtool
@pytest.mark.parametrize("slurm", [None, "1", "3", "many"])
def test_cpus_are_counted_as_shmtool_counts_them(monkeypatch, slurm):
    monkeypatch.delenv("SLURM_CPUS_PER_TASK", raising=False)
    if slurm:
        monkeypatch.setenv("SLURM_CPUS_PER_TASK", slurm)
    assert limits.cpus() == shmtool_json("run", "pi", "--arg", "n=1000", "--chunks", "64", "--via", "thread")["workers"]


@pytest.mark.parametrize(("said", "wanted"), [("50000 100000", 1), ("max 100000", 2), ("150000 100000", 2)])
def test_a_cgroup_that_gets_less_time_has_fewer_cpus(monkeypatch, tmp_path, said, wanted):
    monkeypatch.delenv("SLURM_CPUS_PER_TASK", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(limits, "cgroups", lambda controller: [] if controller else [tmp_path])
    (tmp_path / "cpu.max").write_text(said + "\n")
    assert limits.cpus() == wanted


def test_a_cgroups_limit_counts_without_what_the_kernel_would_drop(monkeypatch, tmp_path):
    monkeypatch.setattr(limits, "cgroups", lambda controller: [] if controller else [tmp_path])
    for name, text in {"memory.max": "1000", "memory.current": "900", "memory.stat": "file 5\ninactive_file 300\n"}.items():
        (tmp_path / name).write_text(text)
    assert limits.free_memory() == 400


def test_rivals_of_large_arrays_are_skipped_where_memory_is_short(monkeypatch):
    monkeypatch.setattr(limits, "free_memory", lambda: 300_000_000)
    pytest.importorskip("numpy")
    with pytest.raises(samples.Missing, match="GB of memory are needed"):
        list(numpy_reductions.measure(samples.Context("", pathlib.Path()), max, 1, lambda n: n))


def test_what_a_small_shared_memory_has_no_room_for_is_not_measured(monkeypatch):
    pytest.importorskip("numpy")
    monkeypatch.setattr(move_multiprocessing_shared_memory, "room_in_shm", lambda: 20_000)
    context = samples.Context("", pathlib.Path(), repetitions=1, seconds=0.01, quick=True)
    assert {sample.parameter for sample in move_multiprocessing_shared_memory.measure(context)} == {1024, 16384}


OURS = ["bench-4321-0", "shmkit-bench-4321-7", "shmkit-bench-4321", ".shmkit-bench-4321-7.draft", "shmkit-pool.1000.bench-4321-0",
        "shmkit-job.1000.bench-4321-0.0.17", "shmkit-queue.1000.bench-4321-3", "loky-4321-abc", "sem.loky-4321-abc"]
OTHERS = ["workbench-4321-results", "loky-4321x", "test-bench-4321-0", "bench-43210-0", "bench-4321x", "bench-432-1-4321",
          "shmkit-pool.1000.my-bench-4321-0", "array"]


def test_only_names_of_the_process_are_swept(monkeypatch, tmp_path):
    monkeypatch.setattr(children, "SHM", tmp_path)
    since = time.time()
    for name in [*OURS, *OTHERS]:
        (tmp_path / name).touch()
    (tmp_path / "joblib_memmapping_folder_4321_a_b").mkdir()
    (tmp_path / "joblib_memmapping_folder_4321_a_b" / "file").touch()
    children.sweep(4321, "/bin/false", since)
    assert sorted(os.listdir(tmp_path)) == sorted(OTHERS)


def test_names_that_are_older_than_the_process_or_another_users_stay(monkeypatch, tmp_path):
    monkeypatch.setattr(children, "SHM", tmp_path)
    (tmp_path / "bench-4321-0").touch()
    children.sweep(4321, "/bin/false", time.time() + 60)
    uid = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: uid + 1)
    children.sweep(4321, "/bin/false", 0)
    assert os.listdir(tmp_path) == ["bench-4321-0"]


def test_a_name_that_cannot_be_taken_away_does_not_end_the_run(monkeypatch, tmp_path):
    def refuse(*_, **__):
        raise PermissionError(1, "no")

    monkeypatch.setattr(children, "SHM", tmp_path)
    (tmp_path / "bench-4321-0").touch()
    monkeypatch.setattr(pathlib.Path, "unlink", refuse)
    children.sweep(4321, "/nonexistent/shmtool", 0)


@pytest.mark.parametrize(("release", "told"), [("6.1.0-32-cloud-amd64", "6.1.0"), ("5.15.0", "5.15.0"), ("6.6.87.2-x", "6.6.87.2"),
                                               ("strange", "unknown")])
def test_of_the_kernel_only_its_version_is_told(monkeypatch, release, told):
    monkeypatch.setattr(platform, "release", lambda: release)
    assert machine.describe({})["kernel"].split()[1] == told


def test_a_rival_that_is_ended_leaves_no_directory(tmp_path):
    context = samples.Context(pathlib.Path("/bin/false"), pathlib.Path("/nowhere"), repetitions=1000)
    command = [sys.executable, "-P", "-m", "suite.rival_process", rival_process.name_of(map_commands_xargs),
               rival_process._to_json(context)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bench"), "TMPDIR": str(tmp_path)}
    rival = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        end = time.monotonic() + TIMEOUT_S
        while not os.listdir(tmp_path):
            assert rival.poll() is None and time.monotonic() < end
            time.sleep(0.001)
        rival.send_signal(signal.SIGTERM)
        assert rival.wait(TIMEOUT_S) == 128 + signal.SIGTERM
        assert os.listdir(tmp_path) == []
    finally:
        rival.kill()
        rival.wait()
