"""The report as one HTML page: no script, nothing fetched from elsewhere, every word of the document escaped."""

from dataclasses import dataclass
from html import escape

from suite.page_machine import machine_section
from suite.page_style import STYLE
from suite.page_tables import html_table
from suite.questions import BY_NAME, CONTROL
from suite.report_tables import derived_table, experiment_tables, question_tables, skipped_table

HOW_TO_READ = (
    "Figures are medians of n samples; 10&nbsp;% and 90&nbsp;% are their percentiles (of fewer than 11 "
    "samples the extremes), drawn as whiskers and bands. "
    "“ratio” compares a median with that of the subject under “of”, with the same parameter."
)


@dataclass(frozen=True)
class Section:
    anchor: str
    title: str
    body: str


def page(document, pictures, drawings, notes):
    """pictures: the Pictures there are. drawings: {name: svg} of those that were drawn. notes: sentences."""
    sections = [
        machine_section(document),
        *_questions(document, pictures, drawings),
        *_experiments(document, pictures, drawings),
        *_ends(document),
    ]
    sections = [s if isinstance(s, Section) else Section(*s) for s in sections]
    title = f"shmkit benchmarks, {document['machine']['cpu']}, {document['machine']['date']}"
    contents = "\n".join(f'<li><a href="#{s.anchor}">{escape(s.title)}</a></li>' for s in sections)
    bodies = "\n".join(
        f'<section id="{s.anchor}">\n<h2>{escape(s.title)}</h2>\n{s.body}\n</section>' for s in sections
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>What shmkit costs, and what it saves</h1>
<p class="soft">{escape(title)}</p>
{_notice(document, notes)}
</header>
<nav aria-label="Contents">
<h2>Contents</h2>
<ul>
{contents}
</ul>
</nav>
<main>
<p>{HOW_TO_READ}</p>
{bodies}
</main>
</body>
</html>
"""


def _notice(document, notes):
    words = [escape(note) for note in notes]
    if document["warnings"]:
        words.append(f'<a href="#warnings">Warnings: {len(document["warnings"])}.</a>')
    if document["skipped"]:
        words.append(f'<a href="#skipped">Skipped: {len(document["skipped"])}.</a>')
    return f'<div class="notice">{"".join(f"<p>{w}</p>" for w in words)}</div>' if words else ""


def _questions(document, pictures, drawings):
    """A section per picture with the tables of its questions, then one per question that has no picture."""
    tables = question_tables(document)
    for picture in pictures:
        if not picture.name.startswith("experiment_"):
            shown = [tables.pop(question) for question in picture.questions if question in tables]
            yield Section(
                f"picture-{picture.name}",
                picture.title,
                _asked(picture.questions) + _figure(picture, drawings) + _tables(shown),
            )
    for question, table in tables.items():
        yield Section(f"question-{table.name}", question, _asked([question]) + _tables([table]))


def _experiments(document, pictures, drawings):
    drawn = {picture.name: picture for picture in pictures}
    for experiment, table in zip(document["experiments"], experiment_tables(document)):
        picture = drawn.get(table.name)
        footnote = f'<p class="soft">{escape(experiment["footnote"])}</p>' if experiment["footnote"] else ""
        unit = f'<p class="soft">Times in {escape(experiment["unit"])}.</p>'
        yield Section(
            table.name,
            f"Experiment: {experiment['title']}",
            (_figure(picture, drawings) if picture else "") + unit + html_table(table) + footnote,
        )


def _ends(document):
    if document["derived"]:
        yield Section("derived", "Derived figures", html_table(derived_table(document)))
    if document["skipped"]:
        yield Section("skipped", "What was skipped, and why", html_table(skipped_table(document)))
    if document["warnings"]:
        items = "\n".join(f"<li>{escape(warning)}</li>" for warning in document["warnings"])
        yield Section("warnings", "Warnings", f'<ul class="warnings">\n{items}\n</ul>')


def _figure(picture, drawings):
    caption = f"<figcaption>{escape(picture.caption)}</figcaption>"
    if picture.name not in drawings:
        return f"<p>{escape(picture.caption)}</p>"
    link = f'<p class="soft"><a href="{picture.name}.png" download>{picture.name}.png</a></p>'
    return f'<figure>\n{caption}\n<div class="scroll">{drawings[picture.name]}</div>\n{link}\n</figure>\n'


def _asked(questions):
    """What the questions ask, and the command that asks them again."""
    if not questions:
        return ""
    asks = "; ".join(f"<b>{escape(q)}</b>: {escape(BY_NAME[q].asks)}" for q in questions if q in BY_NAME)
    again = [question for question in questions if question != CONTROL.name]
    command = f"<pre><code>shmtool bench {escape(' '.join(again))}</code></pre>\n" if again else ""
    return (f'<p class="soft">{asks}</p>\n' if asks else "") + command


def _tables(tables):
    return "\n".join(html_table(table, hidden=("question",), heads=_heads(table)) for table in tables)


def _heads(table):
    """The parameter has a name of its own: bytes, workers."""
    question = BY_NAME.get(table.title)
    return {"parameter": question.parameter} if question and question.parameter else {}
