"""A bar of text that grows with the tasks done."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

from treadle.callbacks import Callback, Observation


def time_text(seconds: float) -> str:
    """``1.23 s``, ``450.00 ms``, ``2m 5s`` and the like."""
    if seconds >= 3600:
        return f"{int(seconds // 3600)}hr {int(seconds % 3600 // 60)}m"
    if seconds >= 60:
        return f"{int(seconds // 60)}m {int(seconds % 60)}s"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.2f} ms"


class ProgressBar(Callback):
    """Shows how many of a computation's tasks are done.

    ``minimum``: seconds that it must take before anything is shown; ``width`` in characters; ``dt``: seconds between
    two drawings; ``out``: where to, by default standard output.
    """

    def __init__(self, minimum: float = 0, width: int = 40, dt: float = 0.1, out: Any = None) -> None:
        super().__init__()
        self._minimum = minimum
        self._width = width
        self._dt = dt
        self._file = out
        self.last_duration = 0.0
        self._shown: Observation | None = None  # a computation inside another is not shown
        self._stop = threading.Event()
        self._timer: threading.Thread | None = None

    def _watch(self, observation: Observation) -> None:
        if self._shown is not None:
            return
        self._shown = observation
        self._stop = threading.Event()
        self._timer = threading.Thread(target=self._draw_until, args=(observation, self._stop), daemon=True)
        self._timer.start()

    def _recorded(self, observation: Observation, failed: bool) -> None:
        if observation is not self._shown or self._timer is None:
            return
        self._stop.set()
        self._timer.join()
        self._shown = self._timer = None
        self.last_duration = time.perf_counter() - observation.began
        if self.last_duration >= self._minimum:
            done, total = observation.core.progress()
            self._draw(done / total if failed and total else 1.0, self.last_duration)
            self._write("\n")

    def _draw_until(self, observation: Observation, stop: threading.Event) -> None:
        while not stop.wait(self._dt):
            elapsed = time.perf_counter() - observation.began
            if elapsed > self._minimum:
                done, total = observation.core.progress()
                self._draw(done / total if total else 0.0, elapsed)

    def _draw(self, fraction: float, elapsed: float) -> None:
        bar = "#" * int(self._width * fraction)
        self._write(f"\r[{bar:<{self._width}}] | {int(100 * fraction)}% Completed | {time_text(elapsed)}")

    def _write(self, text: str) -> None:
        out = sys.stdout if self._file is None else self._file
        if out is not None:  # a program without a terminal has none
            out.write(text)
            out.flush()
