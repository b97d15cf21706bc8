"""Running what measures: in process groups of their own, ended and tidied up after however the run ends."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
from typing import NamedTuple

from suite import signals

SHM = pathlib.Path("/dev/shm")
TICK_S = 0.2
PATIENCE_S = 2.0
STOP_S = 20.0
CLOCK_S = 0.1  # The kernel's stamps of files may be a tick behind the clock.


class Finished(NamedTuple):
    code: int  # Negative: the number of the signal that killed it.
    out: str
    err: str
    timed_out: bool = False

    def why(self):
        """Why it failed, in a few words: the last thing it said, or how it ended."""
        if self.timed_out:
            return "it took too long and was ended"
        said = self.err.strip().splitlines()
        end = f"signal {-self.code}" if self.code < 0 else f"exit code {self.code}"
        return f"{said[-1]} ({end})" if said else end


def _signal_group(group, number):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def _is_dead(process):
    """Whether it is a zombie that nobody has waited for: so long its group is still its own."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _end(process):
    """Ends a whole process group, politely first: some have names to take away."""
    if process.returncode is not None:
        return
    _signal_group(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE_S)
    _signal_group(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=PATIENCE_S)


def _is_left(path, whole_name, since):
    """Ours, by its name, and no other user's or older than the process: numbers come again, also in containers."""
    if not whole_name.fullmatch(path.name):
        return False
    with contextlib.suppress(OSError):
        found = path.lstat()
        return found.st_uid == os.geteuid() and found.st_ctime >= since
    return False


def _take_away(path):
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def sweep(pid, shmtool, since):
    """Takes away what process `pid`, which has ended, left in /dev/shm from second `since` of the epoch on.

    That are the names bench-PID-N, shmkit-bench-PID... of arrays, their drafts, pools and jobs, and joblib's.
    """
    ours = re.compile(rf"\.?(shmkit-[a-z]+\.\d+\.)?(shmkit-)?bench-{pid}(-\d+.*)?|(sem\.)?loky-{pid}-.*|"
                      rf"joblib_memmapping_folder_{pid}_.*", re.DOTALL)  # fmt: skip
    left = [path for path in SHM.iterdir() if _is_left(path, ours, since - CLOCK_S)]
    for path in left:
        if match := re.fullmatch(rf"shmkit-pool\.\d+\.(bench-{pid}-\d+)", path.name):
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run([shmtool, "pool", "stop", match[1], "--now", "--quiet"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=STOP_S)
    for path in left:
        _take_away(path)


def _start(command):
    """In a session of its own: Ctrl-C at the terminal is for us, who end it in order. It hears the signals that we do not."""
    return subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True,
                            preexec_fn=signals.hear)  # fmt: skip


def run(command, shmtool, limit_s, tick=lambda: None):
    """Runs a command to its end, or ends it after `limit_s` seconds; calls `tick` now and then meanwhile."""
    end, since = time.monotonic() + limit_s, time.time()
    process = None
    try:
        with signals.deaf():
            process = _start(command)
        while time.monotonic() < end:
            with contextlib.suppress(subprocess.TimeoutExpired):
                out, err = process.communicate(timeout=TICK_S)
                return Finished(process.returncode, out, err)
            if process.returncode is None and _is_dead(process):
                _signal_group(process.pid, signal.SIGKILL)  # Workers that have outlived it, and hold its output open.
            tick()
        return Finished(-signal.SIGKILL, "", "", timed_out=True)
    finally:
        with signals.deaf():
            if process is not None:
                _end(process)
                sweep(process.pid, shmtool, since)
