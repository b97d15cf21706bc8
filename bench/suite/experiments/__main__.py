"""python3 -m suite.experiments [NAME...]: the experiments alone."""

import argparse
import json
import pathlib
import sys
import types

from suite.progress import Progress

from . import NAMES, budget, run_experiments, tables
from .markdown import document

FORMS = {"text": tables, "markdown": document, "json": lambda experiments: json.dumps(experiments, indent=2)}


def parse(words):
    parser = argparse.ArgumentParser(prog="suite.experiments")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--shmtool", required=True, type=pathlib.Path)
    parser.add_argument("--programs", required=True, type=pathlib.Path, help="where shmkit_bench is")
    parser.add_argument("--quick", action="store_true", help="less work, within a minute or so")
    parser.add_argument("--form", choices=FORMS, default="text")
    return parser.parse_args(words)


def main(words):
    options = parse(words)
    context = types.SimpleNamespace(shmtool=options.shmtool, programs=options.programs, quick=options.quick)
    experiments = run_experiments(options.names, context, Progress(budget(options.names, options.quick)))
    print(FORMS[options.form](experiments))


if __name__ == "__main__":
    main(sys.argv[1:])
