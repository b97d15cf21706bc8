"""Looking at processes that one has started, and ending them."""

import contextlib
import os
import pathlib
import signal
import time


def children(pid):
    with contextlib.suppress(OSError):
        words = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return [int(word) for word in words]
    return []


def _stat(pid):
    """State, parent and process group; None if there is no such process."""
    with contextlib.suppress(OSError):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        state, parent, group = fields.rpartition(")")[2].split()[:3]
        return state, int(parent), int(group)
    return None


def is_tracker(pid):
    """Whether it is the helper of Python's that removes what dead processes leave behind, and ends by itself."""
    with contextlib.suppress(OSError):
        return b"resource_tracker" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def workers(pid):
    return [child for child in children(pid) if not is_tracker(child)]


def _send(pid, number, is_it):
    """A signal to a process if is_it(its stat), and to no later process of the same pid."""
    try:
        pidfd = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        found = _stat(pid)
        if found is None or found[0] == "Z" or not is_it(found):
            return False
        signal.pidfd_send_signal(pidfd, number)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(pidfd)


def kill_child(parent, pid):
    """SIGKILL to a living child of `parent`. Whether there was one."""
    return _send(pid, signal.SIGKILL, lambda stat: stat[1] == parent)


def _members(group):
    pids = [int(entry.name) for entry in pathlib.Path("/proc").iterdir() if entry.name.isdigit()]
    stats = ((pid, _stat(pid)) for pid in pids)
    return [pid for pid, stat in stats if stat and stat[2] == group and stat[0] != "Z"]


def end_group(group, patience_s=5):
    """Kills a process group. Trackers are left to do their work, for a while."""
    end = time.monotonic() + patience_s
    while pids := _members(group):
        for pid in pids:
            if time.monotonic() > end or not is_tracker(pid):
                _send(pid, signal.SIGKILL, lambda stat: stat[2] == group)
        time.sleep(0.01)
