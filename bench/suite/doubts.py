"""What makes figures doubtful, in sentences with the next step: one for each kind of doubt, with all it is about."""

from suite import statistics
from suite.document import references
from suite.questions import CONTROL

BUSY = 0.5  # Load average beyond which somebody else is at work.
MORE = "take more rounds (--rounds 20)"


def about_machine(machine):
    found = []
    if machine["load"] > BUSY:
        found.append(f"the load average was {machine['load']} at the start: others were at work; stop what else runs, and "
                     "repeat")  # fmt: skip
    if machine["build"] not in ("unknown", "Release"):
        found.append(f"this is a build for development ({machine['build']}): measure one with -DCMAKE_BUILD_TYPE=Release")
    return found


def about_samples(summaries):
    asked = {key: summary for key, summary in summaries.items() if key.question != CONTROL.name}
    return [*_unsteady(summaries), *_few(asked), *_wide(asked), *_overlapping(asked)]


def _by_question(keys):
    found = {}
    for key in keys:
        found.setdefault(key.question, []).append(key)
    return found


def _name(key):
    return key.subject + ("" if key.parameter is None else f"/{key.parameter:.15g}")


def _unsteady(summaries):
    for key, summary in summaries.items():
        if key.question == CONTROL.name and summary.n >= statistics.ENOUGH and summary.is_wide():
            yield (f"the machine was not steady: the same {key.subject} took {summary.p10:.3g} to {summary.p90:.3g} {CONTROL.unit} "
                   "(p10 to p90). So may all else; ratios change less. Stop what else runs on it, or measure on one of "
                   "your own")  # fmt: skip


def _few(summaries):
    few = [key for key, summary in summaries.items() if summary.n < statistics.ENOUGH]
    if few:
        yield (f"{len(few)} of {len(summaries)} rows have fewer than {statistics.ENOUGH} samples: their p10 and p90 are the "
               f"extremes; {MORE}")  # fmt: skip


def _wide(summaries):
    wide = _by_question(key for key, summary in summaries.items() if summary.is_wide())
    parts = []
    for question, keys in wide.items():
        worst = max(keys, key=lambda key: summaries[key].spread)
        rows = sum(key.question == question for key in summaries)
        parts.append(f"{question} {len(keys)} of {rows} rows ({_name(worst)} {summaries[worst].spread:.0%})")
    if parts:
        yield (f"p10 and p90 are more than {statistics.WIDE:.0%} of the median apart, too far to conclude: {', '.join(parts)}; "
               f"stop what else runs on this machine, or {MORE}")  # fmt: skip


def _overlapping(summaries):
    against = references(summaries)
    pairs = _by_question(key for key, (_, other) in against.items() if summaries[key].overlaps(other))
    parts = []
    for question, keys in pairs.items():
        more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
        parts.append(f"{question} ({_name(keys[0])} and {against[keys[0]][0]}{more})")
    if parts:
        yield (f"what is between p10 and p90 overlaps, so that a ratio says nothing: {', '.join(parts)}; they are equal here, or "
               f"{MORE}")  # fmt: skip
