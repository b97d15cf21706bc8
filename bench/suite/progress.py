"""How far a run is, on stderr: one line that is drawn again on a terminal, a line per step elsewhere."""

import sys
import time

WIDTH = 79
REDRAW_S = 0.2


def clock(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def line(label, share, seconds_left):
    """At most 79 columns: a terminal of 80 does not wrap it."""
    head = f"bench {label[:34]:<34} {share:4.0%} ["
    tail = f"] {clock(seconds_left):>6} left"
    room = WIDTH - len(head) - len(tail)
    full = round(room * share)
    return head + "#" * full + "-" * (room - full) + tail


class Progress:
    """`total` seconds of budget, of which steps take their share."""

    def __init__(self, total, quiet=False, stream=sys.stderr):
        self._total = max(total, 1e-9)
        self._quiet = quiet
        self._stream = stream
        self._terminal = stream.isatty()
        self._label, self._budget, self._done = "", 0.0, 0.0
        self._began = self._drawn = 0.0
        self._start = time.monotonic()

    def step(self, label, budget=0.0):
        """What was under way is done; this is next, for about `budget` seconds."""
        self._done += self._budget
        self._label, self._budget, self._began = label, budget, time.monotonic()
        if not self._quiet and not self._terminal:
            print(f"bench: {label}", file=self._stream, flush=True)
        self.tick()

    def tick(self):
        """Still under way. Call it as often as you like."""
        now = time.monotonic()
        if self._quiet or not self._terminal or now - self._drawn < REDRAW_S:
            return
        self._drawn = now
        # Steps may take less than their share of the time, and some may be left out in the end.
        done = max(self._done + min(now - self._began, self._budget), now - self._start)
        share = min(done / self._total, 1.0)
        print("\r" + line(self._label, share, self._total - self._total * share), end="", file=self._stream, flush=True)

    def finish(self):
        """Clears the line."""
        if not self._quiet and self._terminal and self._drawn:
            print("\r" + " " * WIDTH + "\r", end="", file=self._stream, flush=True)
            self._drawn = 0.0
