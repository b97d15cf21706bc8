"""The lessons' experiments: what was published, Python here, shmkit here."""

from suite.files import distinct
from suite.pictures.bars import floor_of, with_room
from suite.pictures.groups import draw_groups
from suite.pictures.picture import Picture
from suite.pictures.scales import log_times
from suite.report_tables import experiment_names
from suite.wording import duration, number, plain, seconds_in

SIDES = ("published", "python", "shmkit")


def pictures(document):
    experiments = zip(experiment_names(document), document["experiments"])
    return [picture for name, experiment in experiments for picture in _pictures(name, experiment)]


def _pictures(name, experiment):
    scale = seconds_in(experiment["unit"])
    if scale is None:  # Speed-ups, and not times: the table says it all.
        return []
    ways, bars = [], []
    for row in experiment["rows"]:
        found = {side: _bar(row, side, scale) for side in SIDES if row[side] and row[side] > 0}
        if found:
            bars.append(found)
            ways.append(row["way"])
    groups = dict(zip(distinct(ways), bars))
    if not groups:
        return []
    alt = "Groups of bars on a logarithmic axis of time: published, Python here, shmkit here, for each way to do it."
    return [Picture(name, experiment["title"], (), _caption(groups), alt, lambda: _draw(groups))]


def _bar(row, side, scale):
    """(value, low, high, words); ~ where the figure stands for more work than was done."""
    value = row[side] * scale
    return value, value, value, ("~" if side in row.get("scaled", []) else "") + duration(value)


def _caption(groups):
    best = {
        side: min(
            ((group[side][0], group[side][3], way) for way, group in groups.items() if side in group),
            key=lambda found: found[0],
            default=None,
        )
        for side in SIDES
    }
    named = {"published": "the fastest published", "python": "Python here", "shmkit": "shmkit here"}
    words = [f"{named[side]} {found[1]} ({plain(found[2])})" for side, found in best.items() if found]
    sentence = "At best: " + ", ".join(words) + "."
    if best["python"] and best["shmkit"]:
        sentence += f" Python's best takes {number(best['python'][0] / best['shmkit'][0])} times shmkit's."
    return sentence


def _draw(groups):
    values = [value for group in groups.values() for value, *_ in group.values()]
    left = floor_of(values)
    sides = [side for side in SIDES if any(side in group for group in groups.values())]
    drawing, axes = draw_groups(groups, sides, left)
    log_times(axes.xaxis)
    axes.set_xlim(left, with_room(left, max(values)))
    axes.set_xlabel("time", loc="right")
    return drawing
