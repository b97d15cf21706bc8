"""What the tests of the benchmark report share: the suite's modules, the made-up document, a reader of its pages."""

import html.parser
import json
import os
import pathlib

ROOT = pathlib.Path(os.environ.get("SHMKIT_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BENCH = ROOT / "bench"
DOCUMENT = ROOT / "tests/python/data/bench_document.json"

VOID = {"meta", "link", "br", "hr", "img", "input", "area", "base", "col", "embed", "source", "track", "wbr"}


def document():
    """A fresh copy of the made-up document: every question, spreads, things skipped, nulls, a trace."""
    return json.loads(DOCUMENT.read_text(encoding="utf-8"))


def empty_document():
    """Nothing was measured."""
    return document() | {"rows": [], "derived": [], "experiments": [], "skipped": [], "warnings": [], "trace": None}


class Page(html.parser.HTMLParser):
    """A page taken apart: `tags` in order, `ids`, `links`, `text`, and `wrong`: what is not closed as it was opened."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links, self.wrong, self.words, self._open = [], [], [], [], [], []
        self.feed(text)
        self.close()
        self.wrong += self._open
        self.text = "".join(self.words)

    def handle_starttag(self, tag, attributes):
        self.handle_startendtag(tag, attributes)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        attributes = dict(attributes)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes[key] for key in ("href", "src", "xlink:href") if key in attributes]

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.wrong.append(f"/{tag}")

    def handle_data(self, data):
        self.words.append(data)
