"""What gives the targets of ``store`` back what they held: old values, kept region by region before anything is written
there, and gone through backwards if the store fails. How a kind of target keeps them stands in old_values.py."""

from __future__ import annotations

import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from treadle.array.old_values import Keeper, NotKept, OldValues, keeper_of

# How many regions a message names.
_MOST_NAMED = 5


class Target:
    """What tasks write to, the lock they write under, and how messages call it."""

    def __init__(self, target: Any, lock: Any, name: str) -> None:
        self.target = target
        self.name = name
        self._lock = lock

    @contextmanager
    def locked(self) -> Iterator[None]:
        # What has acquire() and release() is a lock; not all of them can stand in a with statement.
        if self._lock:
            self._lock.acquire()
        try:
            yield
        finally:
            if self._lock:
                self._lock.release()


class _Step(NamedTuple):
    target: Target
    region: str
    undo: Callable[[], None]


class UndoRecord:
    """The regions that one store() has written, and what they held. Thread-safe. It ends once: by commit(), or by
    roll_back(), behind which nothing is written any more. One that is dropped without either rolls back."""

    def __init__(self, directories: str = "") -> None:
        self._values = OldValues(directories)
        self._changed = threading.Condition()
        # By the identity of the target, which stays as long as it is held here.
        self._keepers: dict[int, tuple[Target, Keeper]] = {}
        # In the order in which they were kept. Who keeps a region that another write has begun to change comes behind
        # that one's step, so that going backwards ends with the oldest values.
        self._steps: list[_Step] = []
        self._not_kept: list[str] = []
        self._writing = 0
        self._ended = False

    def __reduce__(self) -> Any:
        raise TypeError("a store() that is under way stays in its process")

    def write(self, into: Target, key: tuple[Any, ...], block: Any, shape: tuple[int, ...]) -> None:
        """Keeps what a region of this shape holds, then writes it."""
        with self._changed:
            if self._ended:
                raise RuntimeError("store() has failed already: nothing more is written")
            self._writing += 1
        try:
            self._keep(into, key, shape)
            into.target[key] = block
        finally:
            with self._changed:
                self._writing -= 1
                self._changed.notify_all()

    def _keep(self, into: Target, key: tuple[Any, ...], shape: tuple[int, ...]) -> None:
        region = _text_of(key)
        with self._changed:
            found = self._keepers.get(id(into.target))
            keeper = keeper_of(into.target, self._values) if found is None else found[1]
            if found is None:
                if (whole := keeper.keep_whole()) is not None:
                    self._steps.append(_Step(into, "[...]", whole))
                self._keepers[id(into.target)] = (into, keeper)
        try:
            undo = keeper.keep(key, shape)
        except NotKept as reason:
            with self._changed:
                self._not_kept.append(f"{into.name}{region} ({reason})")
            return
        if undo is not None:
            with self._changed:
                self._steps.append(_Step(into, region, undo))

    def commit(self) -> None:
        """What has been written stays. Raises if a target then says that it could not be."""
        for into, keeper in self._keepers.values():
            with into.locked():
                keeper.check()
                keeper.flush()
        with self._changed:
            self._ended = True
        self._forget()

    def roll_back_for(self, error: BaseException) -> None:
        """Waits for writes under way and undoes all; the error says how that went."""
        with _interrupts_held():
            touched = bool(self._steps)
            left = self.roll_back()
        if left:
            more = f" and {len(left) - _MOST_NAMED} regions more" if len(left) > _MOST_NAMED else ""
            error.add_note(f"store(): could not give back what was there to {', '.join(left[:_MOST_NAMED])}{more}")
        elif touched:
            error.add_note("store(): what it was to write to holds again what it held before")

    def roll_back(self) -> list[str]:
        """The same; answers with the regions that do not have their old values."""
        with self._changed:
            self._ended = True
            self._changed.wait_for(lambda: self._writing == 0)
        left = self._not_kept
        steps = [(step.target, step.region, step.undo) for step in reversed(self._steps)]
        for into, region, undo in [*steps, *((into, "", keeper.flush) for into, keeper in self._keepers.values())]:
            try:
                with into.locked():
                    undo()
            except Exception as error:  # the others are to be undone all the same
                left.append(f"{into.name}{region} ({type(error).__name__}: {error})")
        self._forget()
        return left

    def _forget(self) -> None:
        self._steps = []
        self._keepers.clear()
        self._values.close()

    def __del__(self) -> None:
        if self._ended:
            return
        if left := self.roll_back():
            warnings.warn(
                f"store(): could not give back what was there to {', '.join(left[:_MOST_NAMED])}",
                RuntimeWarning,
                stacklevel=1,
            )


def forget_records(error: BaseException) -> None:
    """Takes the record out of what an exception of write() holds: it is to be dropped when its run ends, not when
    whoever caught the exception lets go of it."""
    place = error.__traceback__
    while place is not None:
        frame = place.tb_frame
        place = place.tb_next
        if frame.f_code.co_filename == __file__:
            frame.clear()


def _text_of(key: tuple[Any, ...]) -> str:
    """A key as one writes it."""
    parts = [
        f"{'' if one.start is None else one.start}:{'' if one.stop is None else one.stop}"
        if isinstance(one, slice)
        else str(one)
        for one in key
    ]
    return f"[{', '.join(parts)}]" if parts else "[()]"


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """An interrupt of the user's comes when all is done: half of an undo is what it is there to prevent."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    seen: list[int] = []
    previous = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, lambda number, _: seen.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if previous is None else previous)
    if seen:
        raise KeyboardInterrupt
