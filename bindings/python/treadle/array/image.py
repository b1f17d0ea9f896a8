"""Images as arrays."""

from __future__ import annotations

import glob
from collections.abc import Callable
from typing import Any

import numpy as np

from treadle.array import blocks as rows
from treadle.array.collection import Array

__all__ = ["imread"]


def imread(
    filename: str, imread: Callable[..., Any] | None = None, preprocess: Callable[..., Any] | None = None
) -> Array:
    """A lazy stack of the image files that match a pattern; each is read when it is needed."""
    if imread is None:
        try:
            from imageio.v3 import imread as read  # type: ignore[import-not-found,unused-ignore]
        except ImportError:
            raise ImportError("imread needs the package imageio, or a function imread= that reads an image") from None
        imread = read
    paths = sorted(glob.glob(filename))  # noqa: PTH207
    if not paths:
        raise ValueError(f"No files found under name {filename}")
    sample = _read(0, paths, imread, preprocess)[0]
    row = rows.call_numbered(_read, [paths, imread, preprocess], {}, len(paths), "imread")
    chunks = ((1,) * len(paths), *((length,) for length in sample.shape))
    return Array(row, chunks, sample.dtype, "imread")


def _read(number: int, paths: list[str], imread: Callable[..., Any], preprocess: Callable[..., Any] | None) -> Any:
    image = imread(paths[number])
    return np.asarray(preprocess(image) if preprocess else image)[None]
