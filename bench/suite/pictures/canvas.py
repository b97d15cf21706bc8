"""The way to matplotlib and out of it again: a figure, its SVG for the page, its PNG.

The same drawing gives the same bytes: no dates, a fixed salt for identifiers, nothing of the user's matplotlibrc.
"""

import contextlib
import io
import re
import warnings

from suite.pictures.palette import INK

SETTINGS = {
    "svg.hashsalt": "shmkit",
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 10.5,
    "axes.titlesize": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#8c8c8c",
    "grid.alpha": 0.35,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "text.parse_math": False,  # Subject names are data.
    "figure.constrained_layout.use": True,
    **{
        key: INK
        for key in ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color", "hatch.color")
    },
}
WIDTH = 7.2
DOTS_PER_INCH = 150


def why_not():
    """None where pictures can be drawn, else the reason."""
    try:
        import matplotlib.backends.backend_agg
        import matplotlib.backends.backend_svg
        import matplotlib.figure  # noqa: F401
    except Exception as error:  # A half-installed matplotlib fails in ways of its own; the tables do not need it.
        return f"{type(error).__name__}: {error}"
    return None


@contextlib.contextmanager
def style():
    """Draw and save within it. Letters that the font lacks become boxes, silently."""
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*Glyph")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def figure(height, rows=1, height_ratios=None):
    """A figure and its axes, from top to bottom."""
    from matplotlib.figure import Figure

    made = Figure(figsize=(WIDTH, height))
    return made, list(made.subplots(rows, 1, squeeze=False, height_ratios=height_ratios)[:, 0])


def patch(colour, hatch, label, linewidth=0.6):
    """What a legend shows for a bar."""
    from matplotlib.patches import Patch

    return Patch(facecolor=colour, hatch=hatch, edgecolor=INK, linewidth=linewidth, label=label)


def png_of(drawing):
    stream = io.BytesIO()
    drawing.savefig(stream, format="png", dpi=DOTS_PER_INCH, facecolor="white", metadata={"Software": None})
    return stream.getvalue()


def svg_of(drawing, name, alt):
    """An <svg> element for a page that holds others: names of its own, the page's text colour, described by alt.

    alt: escaped for an attribute. Nothing in it refers to another file.
    """
    stream = io.StringIO()
    drawing.savefig(stream, format="svg", transparent=True, metadata={"Date": None})
    body = stream.getvalue()
    box = re.search(r'viewBox="([^"]*)"', body).group(1)
    inside = body[body.index("</metadata>") + len("</metadata>") : body.rindex("</svg>")]
    inside = re.sub(r'\bid="', f'id="{name}-', inside)
    inside = re.sub(r'\bxlink:href="#', f'href="#{name}-', inside)
    inside = re.sub(r' d="[^"]*"', lambda match: _shorter(match.group()), inside)
    inside = inside.replace("url(#", f"url(#{name}-").replace(INK, "currentColor")
    inside = inside.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
    return f'<svg viewBox="{box}" role="img" aria-label="{alt}">{inside}</svg>'


def _shorter(path):
    """A hundredth of a point is more than any screen shows."""
    return re.sub(r"(\.\d\d)\d+", r"\1", path.replace(" \n", " "))
