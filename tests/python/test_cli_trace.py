"""`shmtool run --trace`: the timeline of a job as a file for Perfetto.

The oracle is the Trace Event Format, what a job promises (every chunk once), and that nobody does two things at a time.
"""

import collections
import json
import os
import stat
import subprocess
import time

import pytest

from cli_checks import needs_shmtool, refused, require_schema
from helpers import TIMEOUT_S, shmtool, unique_name
from pools import SANITIZED, kill, new_name, no_pool_left, running_pool, start_client, status, wait_until  # noqa: F401

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left", "no_pool_left")]


@pytest.fixture
def ramp():
    with unique_name() as name:
        shmtool("create", name, "--shape", "100000", "--fill", "arange", check=0)
        yield name


def ns(microseconds):
    """As Perfetto reads them."""
    return int(microseconds * 1000)


def sound(path):
    """The events of a file, checked for all that is true of any job."""
    value = json.loads(path.read_text())
    events = value["traceEvents"]
    for event in events:
        assert event["ph"] in "XiM" and event["name"] and event["pid"] > 0 and event["tid"] > 0
    whole = [e for e in events if e["name"].startswith("repetition ") and e["cat"] == "client"]
    assert len(whole) == value["otherData"]["repetitions_shown"] == value["otherData"]["repetitions"]
    lines = collections.defaultdict(list)
    for event in events:
        if event["ph"] == "X" and event["cat"] != "client":
            lines[event["pid"], event["tid"]].append((ns(event["ts"]), ns(event["ts"]) + ns(event["dur"]), event))
    for slices in lines.values():
        slices.sort(key=lambda s: s[:2])
        for (_, end, _), (begin, _, _) in zip(slices, slices[1:]):
            assert end <= begin
        for begin, end, event in slices:
            (around,) = [w for w in whole if w["args"]["repetition"] == event["args"]["repetition"]]
            assert ns(around["ts"]) <= begin and end <= ns(around["ts"]) + ns(around["dur"])
    names = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["name"] == "thread_name"}
    for event in events:
        worker = event.get("args", {}).get("worker")
        if event["ph"] != "M":
            assert names[event["pid"], event["tid"]] == ("client" if worker is None else f"worker {worker}")
    return events


def runs(events, **wanted):
    found = [e for e in events if e.get("cat") == "run"]
    return [e for e in found if all(e["args"].get(key) == value for key, value in wanted.items())]


def test_every_way_shows_every_chunk_once(ramp, tmp_path):
    with running_pool(2) as pool:
        for way in [["--via", via, "-w", "2"] for via in ("process", "thread", "serial", "copy")] + [["--pool", pool]]:
            path = tmp_path / "trace.json"
            done = shmtool("run", "sum", ramp, *way, "-c", "7", "-n", "3", "-q", "--trace", path, check=0)
            assert done.stdout == "4999950000.0\n" and done.stderr == ""
            events = sound(path)
            assert len(runs(events)) == 21
            for repetition in range(3):
                found = sorted(runs(events, repetition=repetition, outcome="completed"), key=lambda e: e["args"]["chunk"])
                assert [e["args"]["chunk"] for e in found] == list(range(7))
                edges = [0] + [e["args"]["end"] for e in found]
                assert [e["args"]["begin"] for e in found] == edges[:-1] and edges[-1] == 100000
            categories = {e["cat"] for e in events if e["ph"] != "M"}
            assert categories >= {"client", "claim", "run"} and not categories & {"retry", "death"}
            if way[-1] == pool:
                assert {e["pid"] for e in runs(events)} <= {worker["pid"] for worker in status(pool)["workers"]}
            assert os.listdir(tmp_path) == ["trace.json"]


def test_small_jobs(tmp_path):
    path = tmp_path / "trace.json"
    with unique_name() as name:
        for size, chunks in [(0, 1), (1, 1), (3, 3)]:
            shmtool("create", name, "--shape", size, "--replace", check=0)
            for via in ("process", "thread", "serial", "copy"):
                shmtool("run", "sum", name, "--via", via, "-w", "5", "-c", "3", "--trace", path, check=0)
                events = sound(path)
                assert len(runs(events)) == chunks
                if via == "process":
                    workers = {e["args"]["worker"] for e in events if e.get("cat") == "wait"}
                    assert workers <= set(range(5)) and len(workers | {e["args"]["worker"] for e in runs(events)}) == 5


def test_a_job_in_two_passes(ramp, tmp_path):
    path = tmp_path / "trace.json"
    shmtool("run", "histogram", ramp, "-w", "2", "-c", "4", "--trace", path, check=0)
    events = sound(path)
    passes = sorted(e["args"]["pass"] for e in events if e["name"].startswith("execute"))
    assert passes == [0, 1] and all(len(runs(events, **{"pass": number})) == 4 for number in passes)


def busy(pool):
    return next((w["pid"] for w in status(pool)["workers"] if w["state"] == "busy"), None)


def kill_in_a_run(pool, path, *options):
    process = start_client("run", "sleep", "--arg", "seconds=0.3", "--arg", "times=2", "-c", "2", "--pool", pool, "--json",
                           "--trace", path, *options)  # fmt: skip
    victim = wait_until(lambda: busy(pool))
    kill(victim)
    out, _ = process.communicate(timeout=TIMEOUT_S)
    return process.returncode, victim, require_schema(json.loads(out), "run")


def killed_run(pool, path, *options):
    """A worker was killed inside its chunk: not just before it began with it, nor when it had done all there was."""
    for _ in range(10):
        found = kill_in_a_run(pool, path, *options)
        if runs(sound(path), outcome="died"):
            return found
    raise AssertionError("no death is shown")


def test_a_death_and_a_retry(tmp_path):
    path = tmp_path / "trace.json"
    with running_pool(2) as pool:
        code, victim, _ = killed_run(pool, path)
        assert code == 0
        events = sound(path)
        (lost,) = runs(events, outcome="died")
        (death,) = [e for e in events if e.get("cat") == "death"]
        (retry,) = [e for e in events if e.get("cat") == "retry"]
        chunk = lost["args"]["chunk"]
        assert lost["pid"] == death["pid"] == victim != retry["pid"]
        assert "signal 9" in death["name"] and "(worker died)" in lost["name"]
        assert death["args"]["chunk"] == retry["args"]["chunk"] == chunk
        (again,) = runs(events, chunk=chunk, outcome="completed")
        assert (lost["args"]["attempt"], again["args"]["attempt"]) == (1, 2)
        assert ns(lost["ts"]) < ns(again["ts"]) and retry["ts"] == again["ts"]
        assert len(runs(events, outcome="completed")) == 2
        # One that is given up is in the trace, too.
        code, victim, found = killed_run(pool, path, "--retries", "0")
        assert code == 7 and len(found["failures"]) == 1
        events = sound(path)
        assert [e["pid"] for e in runs(events, outcome="died")] == [victim]
        assert len(runs(events)) == 2


def test_many_chunks_make_no_endless_file(tmp_path):
    path = tmp_path / "trace.json"
    with unique_name() as name:
        shmtool("create", name, "--shape", 300_000, "--dtype", "uint8", check=0)
        shmtool("run", "noop", name, "-w", "2", "-c", 300_000, "--trace", path, check=0)
    events = sound(path)
    assert sum(e["args"].get("chunks", 1) for e in runs(events)) == 300_000
    assert 1000 < len(events) < 110_000 and path.stat().st_size < 50_000_000
    assert all(e["args"]["busy_us"] <= e["dur"] for e in runs(events) if "busy_us" in e["args"])


def test_files_that_cannot_be(ramp, tmp_path):
    refused(2, "run", "sum", ramp, "--trace", "-", says="standard output has the answer")
    refused(1, "run", "sum", ramp, "--trace", tmp_path / "none/x.json", says="No such file")
    refused(1, "run", "sum", ramp, "--trace", tmp_path, says="is not a regular file")
    refused(1, "run", "sum", ramp, "--trace", "/dev/null", says="is not a regular file")
    # Before the job runs: what it would fill is as it was.
    refused(1, "run", "fill", ramp, "--arg", "value=1", "--trace", "/proc/x.json", says="cannot write '/proc/x.json'")
    assert shmtool("run", "sum", ramp, check=0).stdout == "4999950000.0\n"
    assert os.listdir(tmp_path) == []
    gone = ["sh", "-c", 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', "sh"]
    done = shmtool("run", "sum", ramp, "--trace", "x.json", prefix=gone, cwd=tmp_path, check=1)
    assert done.stdout == "" and "cannot write 'x.json': No such file" in done.stderr
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    refused(1, "run", "sum", ramp, "--trace", tmp_path / "a", says="Too many levels of symbolic links")
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_an_existing_file_is_replaced_whole(ramp, tmp_path):
    path, link = tmp_path / "trace.json", tmp_path / "link.json"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to("trace.json")
    shmtool("run", "sum", ramp, "--trace", link, check=0)
    sound(path)
    assert link.is_symlink() and stat.S_IMODE(path.stat().st_mode) == 0o640
    # Also where it leads to nothing yet, over another one.
    path.unlink()
    (tmp_path / "second.json").symlink_to(link)
    shmtool("run", "sum", ramp, "--trace", tmp_path / "second.json", check=0)
    sound(path)
    assert (tmp_path / "second.json").is_symlink() and link.is_symlink()
    (tmp_path / "second.json").unlink()
    # A job that fails has no timeline.
    before = path.read_text()
    shmtool("run", "sleep", "--arg", "seconds=5", "--timeout", "0.1", "--trace", path, check=124)
    assert path.read_text() == before and sorted(os.listdir(tmp_path)) == ["link.json", "trace.json"]


def test_no_room(ramp, tmp_path):
    """The job has its answer, and the file is not there."""
    path = tmp_path / "trace.json"
    words = ["run", "sum", ramp, "--via", "serial", "--trace", path]
    done = shmtool(*words, prefix=["prlimit", "--fsize=500"], check=6)
    assert done.stdout == "4999950000.0\n" and "make room" in done.stderr
    done = shmtool(*words, "--json", prefix=["prlimit", "--fsize=500"], check=6)
    found = require_schema(json.loads(done.stdout), "run")
    assert found["result"] == 4999950000.0 and found["error"]["code"] == 6
    assert os.listdir(tmp_path) == []


def test_the_longest_name_there_can_be(ramp, tmp_path):
    path = tmp_path / ("x" * 255)
    for _ in range(2):
        shmtool("run", "sum", ramp, "--trace", path, check=0)
        sound(path)
        assert os.listdir(tmp_path) == [path.name]


def has_open(process, directory):
    fds = f"/proc/{process.pid}/fd"
    try:
        return any(os.readlink(f"{fds}/{fd}").startswith(f"{directory}/") for fd in os.listdir(fds))
    except OSError:  # It closed one meanwhile, or has ended.
        return False


def test_nothing_is_left_of_a_file_whose_writer_was_killed(ramp, tmp_path):
    """The writer is killed when it has the file open, as soon as it is seen or somewhat later."""
    try:
        os.close(os.open(tmp_path, os.O_TMPFILE | os.O_WRONLY))
    except OSError:
        pytest.skip("the file system has no files without a name")
    words = ["run", "noop", ramp, "--via", "serial", "-c", 100_000, "--trace", tmp_path / "trace.json"]
    for later in [0, 0.005, 0.02]:
        process = start_client(*words)
        while process.poll() is None and not has_open(process, tmp_path):
            pass
        time.sleep(later)
        process.kill()
        process.communicate(timeout=TIMEOUT_S)
        assert os.listdir(tmp_path) in ([], ["trace.json"])
        if os.listdir(tmp_path):
            sound(tmp_path / "trace.json")
            (tmp_path / "trace.json").unlink()


@pytest.mark.skipif(SANITIZED, reason="sanitizers need more addresses than there are memory")
def test_memory_that_is_short_costs_the_trace_and_not_the_answer(tmp_path):
    """The oracle is the same job without a trace, and with 20 MB less. Records of its chunks take 40 MB, and more."""
    words = ["run", "pi", "--arg", "n=1000000", "-c", 1_000_000, "-w", 1, "-q"]
    answers = set()
    for via in ["thread", "serial"]:
        for megabytes in [60, 80, 100]:
            plain = shmtool(*words, "--via", via, prefix=["prlimit", f"--as={megabytes - 20}000000"])
            traced = shmtool(*words, "--via", via, "--trace", tmp_path / "trace.json",
                             prefix=["prlimit", f"--as={megabytes}000000"])  # fmt: skip
            assert traced.returncode >= 0, (via, megabytes, traced.stderr)
            if plain.returncode == 0:
                assert traced.stdout == plain.stdout != "", (via, megabytes, traced.stderr)
                answers.add(via)
    assert answers == {"thread", "serial"}
