"""Every help text: complete, within 80 columns, and its examples work when typed."""

import os
import re
import subprocess

import numpy as np
import pytest

from cli_checks import COLUMNS, COMMANDS, needs_shmtool
from helpers import PREFIX, delete, shmtool

pytestmark = [needs_shmtool, pytest.mark.usefixtures("nothing_left")]


def main_help():
    return shmtool("--help", check=0).stdout


def examples(text):
    """The lines under "Examples"."""
    lines = text.split("\nExamples\n")[1].split("\n\n")[0].splitlines()
    return [line.strip() for line in lines]


def test_the_main_help_lists_every_command():
    text = main_help()
    assert re.findall(r"^  (\w+) +\w.*$", text.split("Commands\n")[1].split("\n\n")[0], re.M) == COMMANDS
    assert text == shmtool("-h", check=0).stdout == shmtool("help", check=0).stdout
    for code in ["0 done", "1 failed", "2 usage", "3 no such name", "4 name taken", "5 not an array", "6 no space",
                 "7 some chunks failed", "8 pool lost", "124 timed out", "128+n signal n"]:  # fmt: skip
        assert code in " ".join(text.split())
    # Without a command it is the answer to a mistake.
    done = shmtool(check=2)
    assert (done.stdout, done.stderr) == ("", text)


def test_the_version():
    assert re.fullmatch(r"shmtool \d+\.\d+\.\d+\n", shmtool("--version", check=0).stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    done = shmtool(command, "--help", check=0)
    assert done.stderr == "" and done.stdout.startswith(f"usage: shmtool {command} ")
    for words in [[command, "-h"], ["help", command], [command, "-q", "--help", "surplus", "words"]]:
        assert shmtool(*words, check=0).stdout == done.stdout
    assert "\nExamples\n" in done.stdout and "\nOptions:\n" in done.stdout
    for option in ["--json", "[ --quiet ]", "[ --help ]"]:
        assert option in done.stdout


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_the_screen(command):
    text = shmtool("help", *command.split(), check=0).stdout
    assert [line for line in text.splitlines() if len(line) > COLUMNS] == []
    assert text.isascii() and "\t" not in text and text.endswith("\n")


def test_every_option_in_the_examples_is_known():
    for command in COMMANDS:
        text = shmtool("help", command, check=0).stdout
        for line in examples(text):
            for option in re.findall(r" (--\w[\w-]*)", line.split(" -- ")[0]):
                owner = re.search(rf"shmtool (\w+) [^|]*{option}", line).group(1)
                assert option in shmtool("help", owner, check=0).stdout.split("\nOptions:\n")[1], line


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_examples_work(command, tmp_path):
    text = shmtool("help", *command.split(), check=0).stdout
    names = ["frames", "weights", "half-made", "x", "y", "z", "averages", "ones"]
    own = {name: PREFIX + name for name in names}
    np.save(tmp_path / "frames.npy", np.zeros((3, 4, 5)))
    np.save(tmp_path / "data.npy", np.zeros((3, 4, 5)))
    subprocess.run(["gzip", "-k", "frames.npy"], cwd=tmp_path, check=True)
    (tmp_path / "analyse.py").write_text("import os; assert os.environ['SHMTOOL_DTYPE'] == 'float64'")
    (tmp_path / "data").mkdir()
    shmtool("create", "file://data/frames.arr", "--shape", "3", cwd=tmp_path, check=0)
    pool = PREFIX + "pool"
    # Names of our own, in sizes of our own.
    for line in examples(text):
        if "--plugin" in line:
            continue  # test_plugins.py has libraries.
        if re.match(r"shmtool bench (?!--list)", line):
            continue  # Minutes; test_cli_bench.py has a short one.
        makes = re.match(r"shmtool (create|import)|.*shmtool import -", line)
        for name in own.values():
            delete(name)
            if not makes and f"--out {name[len(PREFIX):]}" not in line:
                shmtool("create", name, "--shape", "3,400,5", check=0)
        if re.search(r"pool (status|stop) p\b|--pool p\b", line) and shmtool("pool", "status", pool).returncode == 3:
            shmtool("pool", "start", pool, "-w", "2", check=0)
        # What others have left is none of our business.
        line = re.sub(r"\bshmtool gc(?!.*--dry-run)", "shmtool gc --dry-run", line)
        line = re.sub(r"(?<= )p(?= |$)", pool, line)
        line = re.sub(r"\bshmtool\b", os.environ["SHMTOOL"], line)
        line = re.sub(rf"(?<= )({'|'.join(names)})(?= |$)", lambda match: own[match[1]], line)
        line = line.replace("100,1080,1920", "10,108,192").replace("300000000", "300000").replace("1000000", "10000")
        shell = ["bash", "-o", "pipefail", "-c", line]
        done = subprocess.run(shell, cwd=tmp_path, capture_output=True, text=True, check=False)
        for name in own.values():
            delete(name)
        assert done.returncode == 0, (line, done.stderr)
    assert shmtool("pool", "stop", pool, "--now").returncode in (0, 3)


def test_help_for_what_is_not_there():
    done = shmtool("help", "creat", check=2)
    assert done.stdout == ""
    assert done.stderr == "shmtool help: 'creat' is not a command of shmtool\n  hint: did you mean 'create'?\n"
