"""The head of the report: on what, and how to do it again."""

from html import escape

from suite.wording import duration, number, size

ANCHOR, TITLE = "machine", "The machine, and how to repeat this"


def machine_section(document):
    """(anchor, title, body)."""
    items = "\n".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in _facts(document))
    command = " ".join(["shmtool", "bench", *_options(document), "--report", "DIR"])
    return (
        ANCHOR,
        TITLE,
        (
            f"<dl>\n{items}\n</dl>\n<pre><code>{escape(command)}</code></pre>\n"
            '<p>All figures are in <a href="bench.json" download>bench.json</a>. To draw this page from it again, '
            "where the benchmarks were installed or built:</p>\n"
            "<pre><code>python3 -m suite.report bench.json DIR</code></pre>"
        ),
    )


def _options(document):
    return ["--quick"] * (document["mode"] == "quick") + ["--pin"] * document["pinned"]


def _facts(document):
    machine = document["machine"]
    return [
        ("date", machine["date"]),
        ("processor", f"{machine['cpu']}, {machine['cpus']} CPUs"),
        ("memory", size(machine["memory_bytes"])),
        ("kernel", machine["kernel"]),
        ("compiler", f"{machine['compiler']}, {machine['build']}"),
        ("shmkit", f"{machine['shmkit']}, commit {machine['commit']}"),
        ("Python", f"{machine['python']}, NumPy {machine['numpy'] or 'not there'}"),
        ("load at the start", number(machine["load"])),
        (
            "run",
            f"{document['mode']}, {'pinned' if document['pinned'] else 'not pinned'}, {duration(document['seconds'])}",
        ),
    ]
