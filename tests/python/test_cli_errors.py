"""What all commands have in common when something is wrong: words, exit codes, closed and full outputs, signals."""

import os
import signal
import subprocess

import pytest

from cli_checks import COMMANDS, needs_shmtool, refused
from helpers import SHM, shmtool, unique_name
from pools import running_pool

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]

# The shortest words with which a command says something on stdout; {} is an array, {file} a file, {pool} a pool.
# What gc finds, others have left; behind map's command, --json would be one of its words.
TALKING = {
    "create": ["create", "{}", "--shape", "3", "--replace"],
    "attach": ["attach", "{}"],
    "delete": ["delete", "{}", "--dry-run"],
    "list": ["list"],
    "info": ["info", "{}"],
    "import": ["import", "{file}", "{}", "--replace"],
    "export": ["export", "{}", "{file}"],
    "run": ["run", "sum", "{}"],
    "map": ["map", "--help"],
    "pool": ["pool", "status", "{pool}"],
    "gc": ["gc", "--help"],
    "kernels": ["kernels"],
    "advise": ["advise", "iterate", "--size", "10"],
    "bench": ["bench", "--list"],
}


@pytest.fixture(scope="module")
def pool():
    with running_pool(1) as name:
        yield name


@pytest.fixture
def words(tmp_path, pool):
    """The talking words of a command, ready to run."""
    with unique_name() as name:
        shmtool("create", name, "--shape", "3", "--fill", "1", check=0)
        shmtool("export", name, tmp_path / "x.npy", check=0)
        yield lambda command: [word.format(name, file=tmp_path / "x.npy", pool=pool) for word in TALKING[command]]


@pytest.mark.parametrize(
    "typed, meant",
    [("creat", "create"), ("crate", "create"), ("atach", "attach"), ("dlete", "delete"), ("lst", "list"),
     ("inof", "info"), ("imoprt", "import"), ("exprot", "export"), ("rnu", "run"), ("kernel", "kernels")],
)  # fmt: skip
def test_did_you_mean_for_commands(typed, meant):
    refused(2, typed, says=f"'{typed}' is not a command of shmtool", hint=f"did you mean '{meant}'?")


def test_what_is_nothing_like_a_command():
    refused(2, "frobnicate", says="'frobnicate' is not a command", hint="`shmtool --help` lists the commands")
    for word in ["--", "--frames", "-q", ""]:
        assert "is not a command" in shmtool(word, check=2).stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_did_you_mean_for_options(command):
    refused(2, command, "--qiuet", says="unknown option '--qiuet'", hint="did you mean '--quiet'?")
    # An abbreviation would break when options are added.
    refused(2, command, "--qui", says="unknown option '--qui'", hint="")
    refused(2, command, "--frobnicate=1", says="unknown option '--frobnicate'", hint=f"`shmtool {command} --help`")
    refused(2, command, "-Z", says="unknown option '-Z'")
    refused(2, command, "--quiet=yes", says="--quiet")


@pytest.mark.parametrize("json", [[], ["--json"]])
@pytest.mark.parametrize("command", COMMANDS)
def test_an_answer_that_cannot_be_written_is_a_failure(command, json, words):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [os.environ["SHMTOOL"], *words(command), *json], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    # `list` also names what other programs have in /dev/shm at the moment.
    assert done.stderr.splitlines()[-1] == "shmtool: the answer could not be written to standard output"
    assert command == "list" or len(done.stderr.splitlines()) == 1
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", os.environ["SHMTOOL"], *words(command), *json],
        stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "shmtool: the answer could not be written to standard output"
    assert command == "list" or len(done.stderr.splitlines()) == 1


def test_help_that_cannot_be_written_is_a_failure():
    with open("/dev/full", "w", encoding="utf-8") as full:
        for line in [["--help"], ["--version"], ["help", "run"], ["run", "--help"]]:
            command = [os.environ["SHMTOOL"], *line]
            assert subprocess.run(command, stdout=full, stderr=subprocess.DEVNULL, check=False).returncode == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_closed_standard_streams_harm_nothing(command, words, tmp_path):
    line = words(command)
    name = words("info")[1]
    before = (SHM / name).read_bytes()
    for closed in ["<&-", "2>&-", "<&- >&- 2>&-", ">&- 2>&-"]:
        subprocess.run(
            ["sh", "-c", f'exec "$@" {closed}', "sh", os.environ["SHMTOOL"], *line],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        if command != "create":  # That one makes a new one, of zeros.
            assert (SHM / name).read_bytes() == before
        assert shmtool("attach", "-q", name, check=0).stdout in ["[1. 1. 1.]\n", "[0. 0. 0.]\n"]
    assert shmtool("export", name, tmp_path / "y.npy", check=0)


def test_a_reader_that_goes_away_ends_us_by_sigpipe():
    with unique_name() as name:
        shmtool("create", name, "--shape", "100000", check=0)
        for line in [["export", name, "-"], ["attach", name, "--json"]]:
            with subprocess.Popen([os.environ["SHMTOOL"], *line], stdout=subprocess.PIPE) as process:
                process.stdout.read(5)
                process.stdout.close()
                assert process.wait() == -signal.SIGPIPE


@pytest.mark.parametrize("command", COMMANDS)
def test_quiet_says_nothing_but_the_answer(command, words):
    done = shmtool(*words(command), "--quiet", check=0)
    assert done.stderr == ""
    if command in ["create", "delete", "import", "export"]:
        assert done.stdout == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_no_escape_codes_when_it_is_no_terminal(command, words):
    done = shmtool(*words(command), env={"TERM": "xterm-256color", "CLICOLOR_FORCE": "1"}, check=0)
    assert "\x1b" not in done.stdout + done.stderr and "\r" not in done.stdout + done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_numbers_do_not_follow_the_locale(command, words):
    plain = shmtool(*words(command), env={"LC_ALL": "C"}, check=0)
    assert shmtool(*words(command), env={"LC_ALL": "de_DE.UTF-8"}, check=0).stderr == plain.stderr


def test_names_in_messages_are_harmless():
    # Not UTF-8 and full of terminal controls: named on the screen, valid in JSON.
    for name, shown in [("\udcff", "\\xff"), ("a\x1b[2Jb\n", "a\\x1b[2Jb\\x0a"), ("a\x9bz", "a\\x9bz"), ("\udc9b", "\\x9b")]:
        for line in [["info", name], ["attach", name], ["run", "sum", name], ["export", name, "/dev/null"]]:
            error = refused(3, *line, says="")
            assert f"'{shown}'" in shmtool(*line, check=3).stderr, error
    refused(2, "fro\udcffb", says="")


def test_every_message_begins_with_the_command_and_is_one_line():
    for words in ["create", "attach no-such-array", "info a/b", "run nosuch x", "import none.npy x"]:
        line = words.split()
        done = shmtool(*line)
        first, *rest = done.stderr.splitlines()
        assert first.startswith(f"shmtool {line[0]}: ") and not first.endswith(".")
        assert len(rest) <= 1 and all(hint.startswith("  hint: ") for hint in rest)
