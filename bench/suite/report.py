"""A benchmark document as a report: a page, its pictures as PNG, its tables as CSV, and the document itself.

Usage: python3 -m suite.report DOCUMENT.json DIRECTORY
"""

import json
import pathlib
import sys
from html import escape

from suite.errors import SuiteError
from suite.files import write_files
from suite.page import page
from suite.pictures import canvas, pictures
from suite.report_tables import all_tables, csv_of
from suite.trace import trace_of

USAGE = 2
PAGE, DOCUMENT = "report.html", "bench.json"


def write_report(document, directory):
    """Writes report.html, bench.json, a PNG per picture and a CSV per table into the directory, all or none of them.

    Files of these names are replaced, others stay. The same document gives the same bytes (with the same matplotlib).
    Without matplotlib the page has tables only, and says so. Returns such sentences. Throws SuiteError: no space (its
    code is 6), or a directory that cannot be written to.
    """
    files, notes = report_files(document)
    write_files(pathlib.Path(directory), files)
    return notes


def report_files(document):
    """({file name: bytes}, sentences about what is missing)."""
    found = pictures(document)
    notes = [complaint] if (complaint := trace_of(document)[1]) else []
    reason = canvas.why_not()
    if reason and found:
        notes.append(
            f"There are no pictures, because matplotlib is missing ({reason}). Install python3-matplotlib and run "
            "`python3 -m suite.report bench.json DIR`."
        )
    drawings, files = ({}, {}) if reason else _drawn(found)
    files[PAGE] = page(document, found, drawings, notes).encode("utf-8", "backslashreplace")
    files[DOCUMENT] = (json.dumps(document, indent=2) + "\n").encode()
    files |= {f"{table.name}.csv": csv_of(table) for table in all_tables(document)}
    return files, notes


def _drawn(found):
    """({name: svg}, {file name: png})."""
    drawings, files = {}, {}
    with canvas.style():
        for picture in found:
            drawing = picture.draw()
            drawings[picture.name] = canvas.svg_of(drawing, picture.name, escape(picture.alt))
            files[f"{picture.name}.png"] = canvas.png_of(drawing)
    return drawings, files


def main(words):
    if len(words) != 2:
        print(__doc__.splitlines()[2], file=sys.stderr)
        return USAGE
    try:
        with open(words[0], encoding="utf-8") as file:
            document = json.load(file)
        notes = write_report(document, words[1])
    except (OSError, ValueError) as error:
        print(f"report: cannot read '{words[0]}': {error}", file=sys.stderr)
        return 1
    except SuiteError as error:
        print(f"report: {error}\n  {error.hint}", file=sys.stderr)
        return error.code
    print(*notes, f"{words[1]}/{PAGE}", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
