"""How arrays are cut: Dask's spellings of chunks, made into lengths along each axis."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import treadle.config

Chunks = tuple[tuple[Any, ...], ...]

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}


class PerformanceWarning(Warning):
    """A chunking that will be slow."""


def parse_bytes(text: str | int) -> int:
    """``"128 MiB"`` as a number."""
    if isinstance(text, int):
        return text
    found = re.fullmatch(r"\s*([0-9.]+)\s*([a-zA-Z]*)\s*", text)
    if found is None or found[2].lower() not in _UNITS:
        raise ValueError(f"expected a size in bytes such as '128 MiB', found {text!r}")
    return int(float(found[1]) * _UNITS[found[2].lower()])


def target_bytes() -> int:
    """How large ``"auto"`` chunks get."""
    return parse_bytes(treadle.config.get("array.chunk-size", "128MiB"))


def is_unknown(length: Any) -> bool:
    """Whether only computing will tell the length."""
    return isinstance(length, float) and math.isnan(length)


def shape_of(chunks: Chunks) -> tuple[Any, ...]:
    """The lengths of the axes; NaN where they are unknown."""
    return tuple(sum(axis) for axis in chunks)


def uniform(length: int, chunk: int) -> tuple[int, ...]:
    """Chunks of one length along an axis; the last may be shorter."""
    if length == 0:
        return (0,)
    if chunk <= 0:
        raise ValueError(f"expected chunks of at least one element along an axis of {length}, found {chunk}")
    full, rest = divmod(length, chunk)
    return (chunk,) * full + ((rest,) if rest else ())


def normalize_chunks(
    chunks: Any,
    shape: Sequence[int] | None = None,
    limit: Any = None,
    dtype: Any = None,
    previous_chunks: Any = None,
) -> Chunks:
    """Chunks as lengths along each axis, from any of Dask's spellings of them."""
    if shape is None:
        if not (isinstance(chunks, tuple) and all(isinstance(axis, tuple) for axis in chunks)):
            raise ValueError("expected a shape, or chunks as lengths along each axis")
        return chunks
    shape = tuple(shape)
    axes = _by_axis(chunks, shape, previous_chunks)
    if isinstance(limit, str):
        limit = parse_bytes(limit)
    for one in axes:
        if isinstance(one, str) and one != "auto":
            limit = parse_bytes(one)
    if any(isinstance(one, str) for one in axes):
        axes = _automatic(axes, shape, limit or target_bytes(), dtype, previous_chunks)
    return tuple(_axis_chunks(one, length, shape, chunks) for one, length in zip(axes, shape, strict=True))


def _by_axis(chunks: Any, shape: tuple[int, ...], previous: Any) -> list[Any]:
    """One spelling for each axis."""
    if isinstance(chunks, Mapping):
        axes = list(previous) if previous is not None else [None] * len(shape)
        for axis, one in chunks.items():
            if not -len(shape) <= axis < len(shape):
                raise ValueError(f"expected chunks for axes of the shape {shape}, found the axis {axis} in {chunks}")
            axes[axis] = previous[axis] if one is None and previous is not None else one
        return axes
    if chunks is None or isinstance(chunks, (int, np.integer, str, float)):
        return [chunks] * len(shape)
    axes = list(chunks)
    if len(axes) != len(shape) and len(shape) == 1 and all(isinstance(one, (int, np.integer)) for one in axes):
        return [tuple(axes)]
    if not shape and axes == [1]:
        return []
    if len(axes) != len(shape):
        raise ValueError(f"expected chunks for {len(shape)} axes of the shape {shape}, found {chunks}")
    if previous is not None:  # an axis of which nothing is said stays as it is
        axes = [own if one is None else one for own, one in zip(previous, axes, strict=True)]
    return axes


def _axis_chunks(one: Any, length: int, shape: Any, chunks: Any) -> tuple[Any, ...]:
    if one is None or (isinstance(one, (int, np.integer)) and one == -1):
        return (length,)
    if isinstance(one, (int, np.integer)):
        return uniform(length, int(one))
    if isinstance(one, float):
        if is_unknown(one):
            return (one,)
        if not one.is_integer():
            raise ValueError(f"expected whole numbers of elements as chunks, found {chunks}")
        return uniform(length, int(one))
    lengths = tuple(int(item) if not is_unknown(item) else item for item in one)
    if not is_unknown(length) and not any(is_unknown(item) for item in lengths) and sum(lengths) != length:
        raise ValueError(f"chunks do not add up to the shape: expected the shape {shape}, found the chunks {chunks}")
    return lengths or (0,)


def _automatic(axes: list[Any], shape: tuple[int, ...], limit: int, dtype: Any, previous: Any) -> list[Any]:
    """Replaces "auto": chunks of at most ``limit`` bytes, about as long along each axis, or as they are now."""
    if dtype is None:
        raise TypeError("expected a dtype, which automatic chunks need")
    size = np.dtype(dtype).itemsize or 1
    free = [i for i, one in enumerate(axes) if isinstance(one, str)]
    fixed = 1
    for i, one in enumerate(axes):
        if i not in free:
            fixed *= max(_axis_chunks(one, shape[i], shape, axes), default=1) or 1
    elements = max(1.0, limit / size / fixed)
    result = list(axes)
    if previous is not None and all(isinstance(one, tuple) for one in previous):
        for i in free:
            result[i] = previous[i]
        held = math.prod(max(previous[i], default=1) or 1 for i in free)
        if held <= elements and len(free) == len(axes):
            return _grown(shape, previous, elements / held)
    # The shortest axes first: what they leave goes to the others.
    for left, i in zip(range(len(free), 0, -1), sorted(free, key=lambda axis: shape[axis]), strict=True):
        side = max(1, int(elements ** (1 / left) + 1e-9))
        result[i] = min(side, shape[i]) or 1
        elements /= result[i]
    return result


def _grown(shape: tuple[int, ...], previous: Any, times: float) -> list[Any]:
    """Neighbouring chunks joined until one has so many times the elements that the largest had. The shortest axes
    first: what they leave goes to the others."""
    result = list(previous)
    for left, i in zip(range(len(shape), 0, -1), sorted(range(len(shape)), key=lambda axis: shape[axis]), strict=True):
        longest = max(previous[i], default=1) or 1
        result[i] = _joined(previous[i], max(longest, int(longest * times ** (1 / left) + 1e-9)))
        times /= (max(result[i], default=1) or 1) / longest
    return result


def _joined(lengths: tuple[int, ...], longest: int) -> tuple[int, ...]:
    joined: list[int] = []
    for length in lengths:
        if joined and joined[-1] + length <= longest:
            joined[-1] += length
        else:
            joined.append(length)
    return tuple(joined)


def bounds(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Where each chunk along an axis begins and ends."""
    spans = []
    start = 0
    for length in lengths:
        spans.append((start, start + length))
        start += length
    return spans


def common(many: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The coarsest chunks whose borders are those of all; they cover one length."""
    distinct = list(dict.fromkeys(many))
    if len(distinct) == 1:
        return distinct[0]
    if any(is_unknown(length) for lengths in distinct for length in lengths):
        if len({len(lengths) for lengths in distinct}) == 1:
            return distinct[0]
        raise ValueError(
            f"arrays whose chunk sizes are unknown do not match: {distinct}; compute_chunk_sizes() makes them known"
        )
    borders = sorted({stop for lengths in distinct for _, stop in bounds(lengths)})
    return tuple(stop - start for start, stop in zip([0, *borders], borders, strict=False) if stop > start) or (0,)
