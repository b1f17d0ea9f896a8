"""Counts of what a piece of work cost, taken in the process that does it."""

from __future__ import annotations

from pathlib import Path
from typing import Self


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name + ":"))


class AddedMemory:
    """``with AddedMemory() as added: ...``, then ``added.bytes``: by how much the peak exceeded what was there."""

    bytes = 0

    def __enter__(self) -> Self:
        Path("/proc/self/clear_refs").write_text("5")  # the high-water mark starts anew
        self._before = _status("VmRSS")
        return self

    def __exit__(self, *_: object) -> None:
        self.bytes = _status("VmHWM") - self._before


class BytesRead:
    """``with BytesRead() as read: ...``, then ``read.bytes``: what this process asked files for."""

    bytes = 0

    def _now(self) -> int:
        return int(Path("/proc/self/io").read_text().split("rchar:")[1].split()[0])

    def __enter__(self) -> Self:
        self._before = self._now()
        return self

    def __exit__(self, *_: object) -> None:
        self.bytes = self._now() - self._before
