"""What is said about samples: median, 10th and 90th percentile; and when they are too few or too far apart.

Of few samples the extremes stand for the percentiles: what lies between them would look narrower than what the next run
will find.

The statistics of a benchmark are robust: one sample that a timer tick or another process has spoilt changes a mean and
a standard deviation, but hardly these.
"""

import math
from typing import NamedTuple

# With 11 samples the 10th percentile is the second smallest: one bad sample at either end changes neither it nor the
# 90th.
ENOUGH = 11

# (p90 - p10) / median. Of a normal distribution this is 2.56 standard deviations: 0.25 is a coefficient of variation of
# 10 %.
WIDE = 0.25


class Summary(NamedTuple):
    median: float
    p10: float
    p90: float
    n: int

    @property
    def spread(self):
        """(p90 - p10) / median; infinite where the median is 0 and the others are not."""
        if self.p90 == self.p10:
            return 0.0
        return (self.p90 - self.p10) / abs(self.median) if self.median else math.inf

    def is_wide(self):
        return self.spread > WIDE

    def overlaps(self, other):
        """Whether [p10, p90] of the two have a point in common: then their ratio says nothing."""
        return self.p10 <= other.p90 and other.p10 <= self.p90


def percentile(samples, percent):
    """Linear between the two nearest order statistics (Hyndman and Fan's type 7, as NumPy does). Requires samples."""
    ordered = sorted(samples)
    place = (len(ordered) - 1) * percent / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def summarize(samples):
    outer = (10, 90) if len(samples) >= ENOUGH else (0, 100)
    return Summary(percentile(samples, 50), *(percentile(samples, percent) for percent in outer), len(samples))
