"""Looking at processes that a test has started, killing them, and waiting for those that outlive their parent."""

import contextlib
import ctypes
import os
import signal
import time

PR_SET_CHILD_SUBREAPER = 36


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def stat(pid):
    """State letter and parent of a process; None if there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            state, parent = file.read().rpartition(")")[2].split()[:2]
            return state, int(parent)
    except (FileNotFoundError, ProcessLookupError):
        return None


def kill_child(parent, pid):
    """SIGKILL to a living child of `parent`, and to nobody else. Whether there was one."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        found = stat(pid)
        if found is None or found[0] == "Z" or found[1] != parent:
            return False
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(pidfd)


@contextlib.contextmanager
def reaping_orphans():
    """Processes that outlive their parent become children of this process. Gives a function that returns them."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    assert prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0

    def orphans(wait_s=0):
        """Pids that are still alive after wait_s; the dead are reaped."""
        end = time.monotonic() + wait_s
        while True:
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0] != 0:
                    pass
            alive = children(os.getpid())
            if not alive or time.monotonic() > end:
                return alive
            time.sleep(0.001)

    try:
        yield orphans
    finally:
        assert prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0) == 0
