"""Functions of blocks that letters bring together: blockwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array.chunking import common
from treadle.array.collection import Array
from treadle.array.creation import asarray

# An argument with the letters of its axes; None: the same value for all blocks.
_Lettered = tuple[Any, tuple[Any, ...] | None]
# How each letter's axis is cut.
_Cuts = dict[Any, tuple[Any, ...]]


def blockwise(
    func: Callable[..., Any],
    out_ind: Any,
    *args: Any,
    name: str | None = None,
    token: str | None = None,
    dtype: Any = None,
    adjust_chunks: Any = None,
    new_axes: Any = None,
    align_arrays: bool = True,
    concatenate: bool | None = None,
    meta: Any = None,
    **kwargs: Any,
) -> Array:
    """A function of blocks that letters bring together: ``blockwise(f, "ij", x, "ik", y, "kj")``. Blocks along letters
    that the output lacks come as lists, or in one piece if ``concatenate``."""
    arrays, cut = _cut_alike(args)
    for letter, length in dict(new_axes or {}).items():
        cut[letter] = tuple(length) if isinstance(length, (tuple, list)) else (length,)
    output = tuple(out_ind or ())
    grid = tuple(cut[letter] for letter in output)
    inner = [letter for letter in cut if letter not in output]
    axes = [
        [letters.index(letter) for letter in inner if letter in letters] if letters else [] for _, letters in arrays
    ]
    label = str(name or token or getattr(func, "__name__", "blockwise"))
    made = []
    for place in rows.grid(grid):
        at = dict(zip(output, place, strict=True))
        given = [_gathered(one, letters, at, inner, cut, {}) if letters is not None else one for one, letters in arrays]
        made.append(rows.call_one(_blockwise, (func, given, axes, bool(concatenate), kwargs), label))
    if dtype is None:
        dtype = meta.dtype if meta is not None else _inferred(func, arrays, kwargs)
    masked = any(one._masked for one, letters in arrays if letters is not None) or isinstance(meta, np.ma.MaskedArray)
    row = made[0] if len(made) == 1 else _core.join_blocks(made)
    return Array(row, _adjusted(output, grid, adjust_chunks or {}), dtype, name or "blockwise", masked)


def _cut_alike(args: Sequence[Any]) -> tuple[list[_Lettered], _Cuts]:
    """The arguments, arrays cut where others with the same letter are; an axis of length 1 goes with any."""
    from treadle.array.rechunking import rechunk

    arrays: list[_Lettered] = [
        (asarray(one), tuple(letters)) if letters is not None else (one, None)
        for one, letters in zip(args[::2], args[1::2], strict=True)
    ]
    along: dict[Any, list[Any]] = {}
    for one, letters in arrays:
        for axis, letter in enumerate(letters or ()):
            if letters is not None and letters.index(letter) == axis:
                along.setdefault(letter, []).append(one.chunks[axis])
    cut: _Cuts = {}
    for letter, all_lengths in along.items():
        long = [lengths for lengths in all_lengths if lengths != (1,)]
        cut[letter] = common(long) if long else (1,)
    for i, (one, letters) in enumerate(arrays):
        if letters:
            pairs = zip(one.chunks, letters, strict=True)
            arrays[i] = (rechunk(one, tuple(own if own == (1,) else cut[letter] for own, letter in pairs)), letters)
    return arrays, cut


def _adjusted(output: Sequence[Any], grid: Sequence[Any], changes: dict[Any, Any]) -> tuple[Any, ...]:
    """The chunks of the output: for each letter a function of a length, the lengths, or a length for all."""
    chunks = []
    for letter, planned in zip(output, grid, strict=True):
        change = changes.get(letter)
        if callable(change):
            planned = tuple(change(length) for length in planned)
        elif change is not None:
            planned = tuple(change) if isinstance(change, (tuple, list)) else (change,) * len(planned)
        chunks.append(planned)
    return tuple(chunks)


def _inferred(func: Callable[..., Any], arrays: Sequence[_Lettered], kwargs: dict[str, Any]) -> np.dtype[Any]:
    samples = [np.ones((1,) * one.ndim, one.dtype) if letters is not None else one for one, letters in arrays]
    try:
        return np.asarray(func(*samples, **kwargs)).dtype
    except Exception as raised:
        raise ValueError(f"`dtype` inference failed in `blockwise`: {raised}; dtype= tells what comes out") from raised


def _gathered(
    one: Array, letters: Any, at: dict[Any, int], inner: list[Any], cut: dict[Any, Any], fixed: dict[Any, int]
) -> Any:
    for letter in inner:
        if letter in letters and letter not in fixed:
            return [_gathered(one, letters, at, inner, cut, {**fixed, letter: i}) for i in range(len(cut[letter]))]
    where = {**at, **fixed}
    return one._blocks[
        rows.number(
            [0 if len(lengths) == 1 else where[letter] for lengths, letter in zip(one.chunks, letters, strict=True)],
            one.chunks,
        )
    ]


def _blockwise(func: Callable[..., Any], given: Any, axes: Any, concatenate: bool, kwargs: dict[str, Any]) -> Any:
    if concatenate:
        given = [_in_one_piece(one, own) if own else one for one, own in zip(given, axes, strict=True)]
    return rows.as_block(func(*given, **kwargs))


def _in_one_piece(nested: Any, axes: Sequence[int]) -> Any:
    if not axes:
        return nested
    return rows.concatenated([_in_one_piece(one, axes[1:]) for one in nested], axes[0])
