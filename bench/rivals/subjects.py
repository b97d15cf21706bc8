"""The jobs that kill_test.py disturbs: how each is started, and how its result is read."""

import contextlib
import json
import os
import pathlib
import select
import subprocess
import sys
import time

import processes

HERE = pathlib.Path(__file__).resolve().parent
START_S = 60


class Missing(Exception):
    """What a subject needs is not here."""


class Job:
    """A running job: a process group of its own, whose first process has the workers as children, or else `boss` has."""

    def __init__(self, command, env=None, boss=None):
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, start_new_session=True,
                                        env={**os.environ, **(env or {})})
        self.boss = boss or self.process.pid

    def wait_for_workers(self, count):
        end = time.monotonic() + START_S
        while len(processes.workers(self.boss)) < count:
            if self.process.poll() is not None or time.monotonic() > end:
                raise Missing(self.process.stderr.read().strip() or f"{self.process.args[0]} has no workers")
            time.sleep(0.0005)

    def wait_until_ready(self):
        if self.process.stdout.readline() != "ready\n":
            self.process.wait(START_S)
            raise Missing(self.process.stderr.read().strip() or f"{self.process.args[0]} did not start")

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def has_result(self, wait_s=0):
        """Whether it has printed one. True at its end, too."""
        return bool(select.select([self.process.stdout], [], [], wait_s)[0])

    def end(self):
        processes.end_group(self.process.pid)
        with contextlib.suppress(BrokenPipeError):
            self.process.communicate()


class Squares:
    """TASKS tasks that sleep, and the sum of their squares: the programs that say "ready" and wait for "go"."""

    at_once = 8  # They hardly need a CPU.

    def __init__(self, name, command, tasks, workers, microseconds, env=None):
        self.name = name
        self.workers = workers
        self._command = [*command, tasks, workers, microseconds]
        self._env = env
        self._expected = sum(number * number for number in range(tasks))

    def start(self):
        job = Job(self._command, self._env)
        try:
            job.wait_until_ready()
            job.wait_for_workers(self.workers)
            job.go()
        except BaseException:
            job.end()
            raise
        return job

    def verdict(self, code, out):
        """right, wrong or error, of a job that has ended."""
        if code != 0 and not out.strip():
            return "error"
        return "right" if out.strip() == str(self._expected) else "wrong"

    def close(self):
        pass


class Shmtool:
    """`shmtool run sum`, over an array of random doubles."""

    name = "shmtool run sum"
    at_once = 1  # Its tasks are work.

    def __init__(self, shmtool, tasks, workers, mebibytes):
        if not shmtool.exists():
            raise Missing(f"{shmtool} is not built")
        self.workers = workers
        self._array = f"kill-test-{os.getpid()}"
        self._shmtool = shmtool
        self._run = [shmtool, "run", "sum", self._array, "--chunks", tasks, "--json"]
        self._boss = None
        shape = mebibytes * 2**20 // 8
        self._call("create", self._array, "--shape", shape, "--fill", "random:42", "--quiet")
        alone = self._call("run", "sum", self._array, "--via", "serial", "--chunks", tasks, "--json")
        self._expected = json.loads(alone)["result"]
        self._get_workers()

    def _get_workers(self):
        self._run += ["--workers", self.workers]

    def _call(self, *words):
        command = [str(word) for word in (self._shmtool, *words)]
        return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout

    def start(self):
        job = Job(self._run, boss=self._boss)
        try:
            job.wait_for_workers(self.workers)
        except BaseException:
            job.end()
            raise
        return job

    def verdict(self, code, out):
        if code != 0:
            return "error"
        report = json.loads(out)
        if report["result"] != self._expected:
            return "wrong"
        return "right" if report["deaths"] > 0 else "missed"

    def close(self):
        self._call("delete", self._array, "--quiet")


class ShmtoolPool(Shmtool):
    """The same on a pool that all runs use, and that loses a worker in each."""

    name = "shmtool run sum --pool"

    def _get_workers(self):
        self._pool = f"kill-test-{os.getpid()}"
        self._run += ["--pool", self._pool]
        started = self._call("pool", "start", self._pool, "--workers", self.workers, "--json")
        self._boss = json.loads(started)["supervisor"]["pid"]

    def close(self):
        self._call("pool", "stop", self._pool, "--quiet")
        super().close()


def all_subjects(build, tasks, workers, microseconds, mebibytes, scratch):
    """(name, function that makes it) of each."""
    def python(name, pool):
        command = [sys.executable, HERE / "python_jobs.py", pool]
        return name, lambda: Squares(name, command, tasks, workers, microseconds, {"JOBLIB_TEMP_FOLDER": scratch})

    def boost():
        program = build / "bench/message_queue_worker"
        if not program.exists():
            raise Missing(f"{program} is not built")
        return Squares("Boost message_queue", [program], tasks, workers, microseconds)

    return [python("multiprocessing.Pool.map", "multiprocessing_pool"),
            python("ProcessPoolExecutor.map", "process_pool_executor"),
            python("joblib.Parallel (loky)", "joblib"),
            ("Boost message_queue", boost),
            *((kind.name, lambda kind=kind: kind(build / "tools/shmtool", tasks, workers, mebibytes))
              for kind in (Shmtool, ShmtoolPool))]
