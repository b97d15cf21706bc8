"""What the rounds of a run gave."""


class Collected:
    """All that was measured, in the order in which it came first."""

    def __init__(self):
        self.samples = {}  # {Key: values}
        self.skipped = {}  # {(question, subject): reason}
        self.failures = {}  # {str(Key), or a question, or a rival: what was wrong}
        self._sources = {}  # {Key: the rival that measured it}

    def expect(self, question, keys):
        """Rows come in this order, whatever is measured first."""
        for key in keys:
            for subject in question.subjects(key.subject):
                self.samples.setdefault(key._replace(subject=subject), [])

    def add(self, outcome, rival=None):
        for key, value in outcome.samples:
            self._sources[key] = rival
            self.samples.setdefault(key, []).append(value)
        for key, reason in outcome.skipped.items():
            size = "" if key.parameter is None else f"{key.parameter:.15g}: "
            self.skipped.setdefault((key.question, key.subject), size + reason)
        self.failures |= outcome.failures

    def trusted(self):
        """{Key: values} without those that were wrong even once."""
        return {key: values for key, values in self.samples.items()
                if values and not {str(key), self._sources[key] or key.question} & self.failures.keys()}  # fmt: skip
