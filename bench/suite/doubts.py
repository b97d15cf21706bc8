"""What makes figures doubtful, in sentences with the next step."""

from suite import statistics
from suite.document import references

BUSY = 0.5  # Load average beyond which somebody else is at work.
MORE = "take more rounds (--rounds 20)"
QUIET = "stop what else runs on this machine, or " + MORE


def about_machine(machine):
    found = []
    if machine["load"] > BUSY:
        found.append(f"the load average was {machine['load']} at the start: others were at work; stop what else runs, and repeat")
    if machine["build"] != "unknown" and not machine["build"].startswith("Release"):
        found.append(f"this is a build for development ({machine['build']}): measure one of -DCMAKE_BUILD_TYPE=Release")
    return found


def about_samples(summaries):
    """One sentence per question and kind of doubt: many rows are doubtful together."""
    found = []
    few = [key for key, summary in summaries.items() if summary.n < statistics.ENOUGH]
    if few:
        found.append(f"{len(few)} of {len(summaries)} rows have fewer than {statistics.ENOUGH} samples: their p10 and p90 are "
                     f"hardly more than the extremes; {MORE}")  # fmt: skip
    for question in dict.fromkeys(key.question for key in summaries):
        mine = {key: summary for key, summary in summaries.items() if key.question == question}
        found += _wide(question, mine) + _overlapping(question, mine)
    return found


def _wide(question, summaries):
    wide = {key: summary for key, summary in summaries.items() if summary.is_wide()}
    if not wide:
        return []
    worst = max(wide, key=lambda key: wide[key].spread)
    return [f"{question}: the samples of {len(wide)} of {len(summaries)} rows spread by more than {statistics.WIDE:.0%} of the "
            f"median, {worst.subject}'s by {wide[worst].spread:.0%}: too much to conclude; {QUIET}"]  # fmt: skip


def _overlapping(question, summaries):
    pairs = [f"{key.subject} and {subject}" + ("" if key.parameter is None else f" at {key.parameter:.15g}")
             for key, (subject, other) in references(summaries).items() if summaries[key].overlaps(other)]  # fmt: skip
    if not pairs:
        return []
    others = f" (and {len(pairs) - 1} more pairs)" if len(pairs) > 1 else ""
    return [f"{question}: {pairs[0]}{others} cannot be told apart, their p10 to p90 overlap: the ratio says nothing; {MORE}"]
