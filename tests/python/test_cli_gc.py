"""`shmtool gc`: what the dead left goes, all else stays.

The oracle is a directory that stands in for /dev/shm in a mount namespace of each command: other tests leave things on
purpose, which this one must not sweep away. Whoever lives or is dead is a child of this test.
"""

import contextlib
import fcntl
import json
import os
import random
import signal
import struct
import subprocess
import time

import pytest

from cli_checks import COLUMNS, ask, needs_shmtool, require_schema
from helpers import SHM, TIMEOUT_S, delete, shmtool, unique_name

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]

SANITIZED = bool(os.environ.get("SHMKIT_SANITIZE"))
ROOT = os.geteuid() == 0
WORKER_BYTES, CLIENT_BYTES = 1, 1 << 14


class Place:
    """A /dev/shm of one's own. Users that are not root are root there."""

    def __init__(self, folder):
        self.folder = folder
        self.prefix = ["unshare", *([] if ROOT else ["-r"]), "-m", "sh", "-c",
                       'mount --bind "$0" /dev/shm && exec "$@"', str(folder)]  # fmt: skip

    def shmtool(self, *args, **options):
        return shmtool(*args, prefix=self.prefix, **options)

    def gc(self, *args, **options):
        return ask("gc", "gc", *args, prefix=self.prefix, **options)

    def put(self, leaf, content=b"s"):
        (self.folder / leaf).write_bytes(content)
        return self.folder / leaf

    def leaves(self):
        return sorted(os.listdir(self.folder))


@pytest.fixture
def place():
    with unique_name("-place") as name:
        folder = SHM / name
        folder.mkdir()
        found = Place(folder)
        tried = subprocess.run([*found.prefix, "true"], capture_output=True, check=False, timeout=TIMEOUT_S)
        try:
            if tried.returncode != 0:
                pytest.skip("mount namespaces are not permitted here")
            yield found
        finally:
            for leaf in os.listdir(folder):
                delete(f"{name}/{leaf}")


@contextlib.contextmanager
def process():
    """A process that does nothing. Yields its Popen; it is dead and reaped afterwards."""
    child = subprocess.Popen(["sleep", str(TIMEOUT_S)])
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def lock(path, begin, size):
    """An open file that holds an OFD lock: who has it lives."""
    file = open(path, "r+b")
    fcntl.fcntl(file, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, begin, size, 0))
    return file


def names(entries):
    return [(entry["kind"], entry["name"]) for entry in entries]


def test_nothing_to_do(place):
    done = place.shmtool("gc", check=0)
    assert (done.stdout, done.stderr) == ("", "nothing to take back\n")
    done = place.shmtool("gc", "-q", check=0)
    assert (done.stdout, done.stderr) == ("", "")
    assert place.gc() == {"schema": "shmkit.gc/1", "dry_run": False, "taken": [], "kept": []}


def test_an_array_goes_with_its_owner(place):
    with process() as owner:
        place.shmtool("create", "mine", "--shape", "1000", "--owner", owner.pid, check=0)
        place.shmtool("create", "yours", "--shape", "3", check=0)
        assert place.gc()["taken"] == []
        owner.send_signal(signal.SIGSTOP)
        assert place.gc()["taken"] == []
    stored = os.stat(place.folder / "mine").st_blocks * 512
    wanted = {"kind": "array", "name": "mine", "path": "/dev/shm/mine", "bytes": stored,
              "reason": f"its owner, process {owner.pid}, is dead"}  # fmt: skip
    assert place.gc("--dry-run") == {"schema": "shmkit.gc/1", "dry_run": True, "taken": [wanted], "kept": []}
    assert place.leaves() == ["mine", "yours"]
    assert place.gc()["taken"] == [wanted]
    assert place.leaves() == ["yours"]


def test_a_zombie_is_dead(place):
    owner = subprocess.Popen(["sleep", str(TIMEOUT_S)])
    try:
        place.shmtool("create", "x", "--shape", "3", "--owner", owner.pid, check=0)
        owner.kill()
        os.waitid(os.P_PID, owner.pid, os.WEXITED | os.WNOWAIT)
        assert names(place.gc()["taken"]) == [("array", "x")]
    finally:
        owner.wait()


def test_an_imported_array_may_have_an_owner(place, tmp_path):
    np = pytest.importorskip("numpy")
    np.save(tmp_path / "x.npy", np.arange(5))
    with process() as owner:
        place.shmtool("import", tmp_path / "x.npy", "x", "--owner", owner.pid, check=0)
        found = ask("array", "info", "x", prefix=place.prefix)
        assert found["owner_process"]["pid"] == owner.pid and found["owner_process"]["life"] == "alive"
        assert f"  kept for    process {owner.pid}, alive" in place.shmtool("info", "x", check=0).stdout
    assert ask("array", "info", "x", prefix=place.prefix)["owner_process"]["life"] == "dead"
    shown = place.shmtool("info", "x", check=0).stdout
    assert f"  kept for    process {owner.pid}, dead: `shmtool gc` takes it back" in shown
    assert all(len(line) <= COLUMNS for line in shown.splitlines())
    assert names(place.gc()["taken"]) == [("array", "x")]


def test_the_shell_as_owner(place):
    script = f'"{os.environ["SHMTOOL"]}" create x --shape 3 --owner $$; "{os.environ["SHMTOOL"]}" gc --json; true'
    done = subprocess.run([*place.prefix, "bash", "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.split("\n", 1)[1])["taken"] == []
    assert names(place.gc()["taken"]) == [("array", "x")]


def test_an_owner_is_no_owner_of_what_others_make(place):
    with process() as owner:
        place.shmtool("create", "x", "--shape", "3", "--owner", owner.pid, check=0)
        place.put("copy", (place.folder / "x").read_bytes())
        place.shmtool("create", "y", "--shape", "3", "--owner", owner.pid, check=0)
        place.shmtool("create", "y", "--shape", "3", "--replace", check=0)
    for name in ["copy", "y"]:
        assert ask("array", "info", name, prefix=place.prefix)["owner_process"] is None
    assert names(place.gc()["taken"]) == [("array", "x")]
    assert place.leaves() == ["copy", "y"]


def test_owners_that_cannot_be(place):
    with process() as dead:
        pass
    for owner, says in [(dead.pid, f"process {dead.pid} cannot own 'x'"), ("0", "--owner '0' is not a number"),
                        ("-1", "--owner '-1' is not a number"), ("me", "--owner 'me' is not a number"),
                        (2**31, f"--owner '{2**31}' is not a number")]:  # fmt: skip
        assert says in place.shmtool("create", "x", "--shape", "3", "--owner", owner, check=2).stderr
    shape = ",".join(["1"] * 20)
    done = place.shmtool("create", "x", "--shape", shape, "--owner", os.getpid(), check=2)
    assert "'x' cannot have an owner and 20 axes" in done.stderr and "at most 19 axes" in done.stderr
    assert place.leaves() == []


def test_an_owner_in_another_pid_namespace(place):
    command = ["unshare", *([] if ROOT else ["-r"]), "-p", "-f", "--mount-proc", *place.prefix]
    tried = subprocess.run([*command, "true"], capture_output=True, check=False, timeout=TIMEOUT_S)
    if tried.returncode != 0:
        pytest.skip("PID namespaces are not permitted here")
    done = shmtool("create", "x", "--shape", "3", "--owner", "1", prefix=command)
    assert done.returncode == 0, done.stderr
    assert ask("array", "info", "x", prefix=place.prefix)["owner_process"]["life"] == "unknown"
    assert "alive or dead" in place.shmtool("info", "x", check=0).stdout
    assert place.gc()["taken"] == [] and place.leaves() == ["x"]


def test_pools_and_jobs(place):
    pool = place.put("shmkit-pool.0.p")
    job = place.put("shmkit-job.0.p.1.2")
    with lock(pool, WORKER_BYTES + 3, 1):
        assert place.gc()["taken"] == []
    with lock(job, 0, 0):
        assert names(place.gc("-n")["taken"]) == [("pool", pool.name)]
    with lock(pool, CLIENT_BYTES - 1, 1), lock(job, 0, 0):
        done = place.shmtool("gc", check=0)
        assert (done.stdout, done.stderr) == ("", "nothing to take back\n")
    done = place.shmtool("gc", check=0)
    head, *rows = done.stdout.splitlines()
    assert done.stderr == "" and head.split() == ["KIND", "NAME", "SIZE", "WHY"]
    assert [row.split()[:2] for row in rows] == [["job", job.name], ["pool", pool.name]]
    assert rows[0].endswith("  its client is dead, and so is its pool")
    assert rows[1].endswith("  its supervisor and its workers are dead")
    assert place.leaves() == []


def test_what_only_looks_like_one_stays(place, tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    (place.folder / "shmkit-pool.0.link").symlink_to(target)
    os.mkfifo(place.folder / "shmkit-pool.0.fifo")
    (place.folder / "shmkit-pool.0.folder").mkdir()
    place.put("shmkit-pool.1000.other")
    place.put("shmkit-pool.x")
    place.put("shmkit-job.0.p")
    place.put("rubbish")
    place.put(".hidden")
    place.put("x.shmkit-1-1")
    place.put(".x.shmkit-1-a")
    before = place.leaves()
    assert place.gc()["taken"] == [] and place.leaves() == before
    assert target.read_bytes() == b"precious"


@pytest.mark.skipif(not ROOT, reason="needs root, to give files away")
def test_what_others_own_stays(place):
    with process() as owner:
        place.shmtool("create", "x", "--shape", "3", "--owner", owner.pid, check=0)
    place.put("shmkit-pool.0.p")
    place.put(".x.shmkit-1-1")
    for leaf in place.leaves():
        os.chown(place.folder / leaf, 65534, 65534)
    assert place.gc()["taken"] == [] and len(place.leaves()) == 3


def test_older_than(place):
    place.put("shmkit-pool.0.p")
    for age in ["3600", "3600s", "60m", "2h", "7d"]:
        assert place.gc("--older-than", age)["taken"] == []
    time.sleep(1.1)
    assert names(place.gc("--older-than", "1", "-n")["taken"]) == [("pool", "shmkit-pool.0.p")]
    assert names(place.gc("--older-than=1s")["taken"]) == [("pool", "shmkit-pool.0.p")]
    for age in ["", "s", "1w", "-1", "1.5h", "99999999999d"]:
        done = place.shmtool("gc", "--older-than", age, check=2)
        assert "--older-than" in done.stderr


def test_what_cannot_be_removed_is_said(place):
    with process() as owner:
        place.shmtool("create", "x", "--shape", "3", "--owner", owner.pid, check=0)
    read_only = Place(place.folder)
    read_only.prefix = [word.replace("&& exec", "&& mount -o remount,bind,ro /dev/shm && exec") for word in place.prefix]
    done = read_only.shmtool("gc", "--json", check=1)
    answer = require_schema(json.loads(done.stdout), "gc")
    assert answer["taken"] == [] and names(answer["kept"]) == [("array", "x")]
    assert "Read-only file system" in answer["kept"][0]["error"]
    assert done.stderr.startswith("shmtool gc: cannot delete 'x': ")
    done = read_only.shmtool("gc", check=1)
    assert done.stdout == "" and done.stderr.startswith("shmtool gc: cannot delete 'x': ")
    assert names(place.gc()["taken"]) == [("array", "x")]


def test_list_and_delete_leave_pools_alone(place):
    pool, job = place.put("shmkit-pool.0.p"), place.put("shmkit-job.0.p.1.2")
    place.shmtool("create", "x", "--shape", "3", check=0)
    answer = ask("list", "list", prefix=place.prefix)
    assert [entry["name"] for entry in answer["arrays"]] == ["x"] and answer["others"] == []
    for leaf in [pool.name, job.name]:
        for options in [[], ["--force"], ["--dry-run"], ["--force", "--dry-run"]]:
            done = place.shmtool("delete", leaf, *options, check=5)
            assert f"'{leaf}' is not an array: it is a file of a pool" in done.stderr
            assert "`shmtool pool stop`" in done.stderr and "`shmtool gc`" in done.stderr
    assert "cannot be an array" in place.shmtool("create", "shmkit-pool.0.q", "--shape", "3", check=2).stderr
    assert place.leaves() == sorted([pool.name, job.name, "x"])


def test_creators_killed_at_any_moment(place):
    """They leave drafts, if anything; the sweep takes those, and the array under the name is always a whole one."""
    dice = random.Random(random.SystemRandom().getrandbits(32))
    place.shmtool("create", "x", "--shape", "7", check=0)
    loop = 'while :; do "$0" create x --shape 7 --replace -q; done'
    for _ in range(4 if SANITIZED else 25):
        command = [*place.prefix, "bash", "-c", loop, os.environ["SHMTOOL"]]
        creator = subprocess.Popen(command, start_new_session=True)
        try:
            time.sleep(dice.uniform(0, 0.1))
            assert {kind for kind, _ in names(place.gc()["taken"])} <= {"draft"}
        finally:
            os.killpg(creator.pid, signal.SIGKILL)
            creator.wait(TIMEOUT_S)
        # What the shell was waiting for may need a moment to die.
        end = time.monotonic() + TIMEOUT_S
        while place.leaves() != ["x"]:
            assert "x" in place.leaves() and time.monotonic() < end
            place.gc()
        assert ask("array", "info", "x", prefix=place.prefix)["shape"] == [7]


def test_wrong_words(place):
    assert "unexpected word 'frames'" in place.shmtool("gc", "frames", check=2).stderr
    assert "did you mean '--dry-run'?" in place.shmtool("gc", "--dryrun", check=2).stderr
