"""Tables as HTML: four significant digits on the page, all of them in the CSV beside it."""

import math
from html import escape

HEADS = {"p10": "10 %", "p90": "90 %", "ratio_to": "of"}


def html_table(table, hidden=(), heads=None):
    """A table that scrolls by itself where the page is narrow. hidden: columns that its section says already.

    heads: what columns are called here.
    """
    heads = HEADS | (heads or {})
    kept = [i for i, column in enumerate(table.columns) if column not in hidden]
    kept = [i for i in kept if any(row[i] is not None for row in table.rows)]
    numeric = {i for i in kept if any(_is_number(row[i]) for row in table.rows)}
    head = "".join(f'<th scope="col"{_class(i, numeric)}>{escape(_head(table.columns[i], heads))}</th>' for i in kept)
    body = "\n".join(f"<tr>{_cells(row, kept, numeric)}</tr>" for row in table.rows)
    link = f'<a href="{table.name}.csv" download>{table.name}.csv</a>'
    return (
        f'<div class="scroll"><table>\n<caption>{escape(table.title)} ({link})</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _cells(row, kept, numeric):
    first = f'<th scope="row"{_class(kept[0], numeric)}>{_cell(row[kept[0]])}</th>'
    return first + "".join(f"<td{_class(i, numeric)}>{_cell(row[i])}</td>" for i in kept[1:])


def _class(i, numeric):
    return ' class="number"' if i in numeric else ""


def _head(column, heads):
    return heads.get(column, column.replace("_", " "))


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return escape(figure(value)) if _is_number(value) else escape(str(value))


def figure(value):
    """Whole numbers in full, others with four significant digits."""
    if not math.isfinite(value) or abs(value) >= 1e15:
        return f"{value:.4g}"
    if value == int(value) or abs(value) >= 9999.5:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)
