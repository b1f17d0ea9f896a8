"""What the array programs have in common: their inputs, made beforehand, and how a question is timed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

SIDE = 10_000
LENGTH = 100_000_000
TALL = (1_000_000, 50)
MATRIX = 4_000


def inputs(question: str, folder: str) -> Any:
    """A NumPy array in memory, or the paths of .npy files, all of whose bytes lie in the page cache."""
    if question == "disk":
        paths = sorted(Path(folder).glob("*.npy"))
        for path in paths:
            read_through(path)
        return [str(path) for path in paths]
    shape = {"stencil": (SIDE, SIDE), "trig": (LENGTH,), "matmul": (MATRIX, MATRIX)}.get(question, TALL)
    return np.random.default_rng(0).random(shape)


def read_through(path: Path) -> None:
    block = bytearray(1 << 20)
    with path.open("rb", buffering=0) as file:
        while file.readinto(block):
            pass


def answer(question: str, compute: Callable[[], Sequence[float]]) -> None:
    """Prints the question, seconds by the clock, of the processor, and the values."""
    before, began = os.times(), time.perf_counter()
    values = compute()
    seconds, after = time.perf_counter() - began, os.times()
    processor = after.user + after.system - before.user - before.system
    print(question, seconds, processor, *(repr(float(value)) for value in values), sep="\t")
