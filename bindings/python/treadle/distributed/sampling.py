"""What the functions of tasks are at: stacks of those that run now, and samples of stacks over time."""

from __future__ import annotations

import collections
import threading
import time
from collections.abc import Iterator
from types import CodeType
from typing import Any

import treadle.config
from treadle import _core
from treadle.distributed.future import seconds_of
from treadle.distributed.stack_profile import Profile, Stack, add_stack, merge_profile, new_profile
from treadle.processes import function_name

_SECONDS_KEPT = 600


class Running:
    """The calls of a client that run now, by thread, and what was sampled of them.

    From the first profile() on a thread of its own looks every 10 ms (``distributed.worker.profile.interval``) while
    calls run; it sleeps while none does, and is never started under ``distributed.worker.profile.enabled: false``.
    Nobody's stacks are looked at unasked.
    """

    def __init__(self, border: CodeType) -> None:
        self._border = border  # of the function whose frame a call's own lie above
        self.calls: dict[int, Any] = {}  # thread to what it calls: a future's key, or the function
        self._states: dict[int, int] = {}  # of the same threads, where their stacks are found
        self._places: dict[int, int] = {}
        self._samples: collections.deque[tuple[int, dict[str, Profile]]] = collections.deque(maxlen=_SECONDS_KEPT)
        self._awake = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        interval = treadle.config.get("distributed.worker.profile.interval", "10ms")
        self._interval = seconds_of(interval) or 0.01
        self._allowed = bool(treadle.config.get("distributed.worker.profile.enabled", True))
        self._asked = False

    def begin(self, label: Any) -> Any:
        """This thread calls something from now on; answers with what end() is to be told."""
        thread = threading.get_ident()
        outer = self.calls.get(thread)
        if outer is None:
            self._states[thread] = _core.this_thread()
        self.calls[thread] = label
        if self._asked and not self._awake.is_set():
            self._wake()
        return outer

    def end(self, outer: Any) -> None:
        """It has ended; a thread that had lent itself goes on with what it did before."""
        if outer is None:
            self.calls.pop(threading.get_ident(), None)
            self._states.pop(threading.get_ident(), None)
        else:
            self.calls[threading.get_ident()] = outer

    def place_here(self) -> int:
        """This thread's number, in the order in which threads were met."""
        return self.place_of(threading.get_ident())

    def place_of(self, thread: int) -> int:
        with self._lock:
            return self._places.setdefault(thread, len(self._places))

    def stacks(self) -> Iterator[tuple[int, Any, Stack]]:
        """Thread, label and stack of what runs now in other threads."""
        found = _core.stacks_above(self._border, self._states)
        for thread, label in list(self.calls.items()):
            stack = found.get(thread)
            if stack is not None and (not stack or stack[0][0] not in _BOOKKEEPING):
                yield thread, label, stack

    # Sampling

    def _wake(self) -> None:
        if self._closed:
            return
        with self._lock:
            self._awake.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="treadle-profile", daemon=True)
                self._thread.start()

    def _look(self) -> None:
        while not self._closed:
            if not self.calls:
                self._awake.clear()
                # A call may have begun in between: it saw the event set, and does not wake anybody.
                if not self.calls:
                    self._awake.wait()
                continue
            self._sample()
            time.sleep(self._interval)

    def _sample(self) -> None:
        second = int(time.time())
        if not self._samples or self._samples[-1][0] != second:
            self._samples.append((second, {}))
        by_name = self._samples[-1][1]
        for _, label, stack in self.stacks():
            add_stack(by_name.setdefault(name_of_label(label), new_profile()), stack)

    def profile(self, key: str | None, start: float, stop: float) -> Profile:
        """What was sampled from ``start`` to ``stop``, of calls of one name or of all; the first starts it."""
        if self._allowed and not self._asked:
            self._asked = True
            self._wake()
        total = new_profile()
        for second, by_name in list(self._samples):
            if start - 1 < second <= stop:
                for name, one in list(by_name.items()):
                    if key is None or name == key:
                        merge_profile(total, one)
        return total

    def close(self) -> None:
        """Ends the thread."""
        self._closed = True
        self._awake.set()


# A call that is just being noted is not at work yet.
_BOOKKEEPING = (Running.begin.__code__, Running.end.__code__)


def name_of_label(label: Any) -> str:
    """What a call is named after: its function."""
    return label.rpartition("-")[0] or label if isinstance(label, str) else function_name(label)
