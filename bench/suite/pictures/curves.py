"""Curves over a parameter: a line with markers per subject, and its spread as a band."""

from suite.wording import plain

LINE, HANDLE = 88, 10  # Letters that fit beside each other in a legend, and what a line or bar before a name takes.


def draw_curve(axes, subject, look, places):
    """places: (x, y, low, high) ascending; low and high are the 10th and the 90th percentile."""
    x, y, low, high = zip(*places)
    axes.fill_between(x, low, high, color=look.colour, alpha=0.22, linewidth=0)
    draw_line(axes, look, x, y, label=plain(subject))


def draw_line(axes, look, x, y, **options):
    axes.plot(
        x, y, color=look.colour, marker=look.marker, linestyle=look.dashes, markersize=5.5, linewidth=1.7, **options
    )


def legend_above(axes, handles=None):
    """A legend over the axes, where it covers nothing; of what was drawn with a label, or of the handles."""
    handles = axes.get_legend_handles_labels()[0] if handles is None else handles
    longest = max((len(handle.get_label()) for handle in handles), default=0)
    axes.legend(
        handles=handles,
        ncol=max(1, min(5, LINE // (longest + HANDLE))),
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        fontsize=9.5,
        handlelength=3.4,
        borderaxespad=0.3,
        columnspacing=1.4,
    )
