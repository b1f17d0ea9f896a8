"""The same array cut into other chunks."""

from __future__ import annotations

import math
from typing import Any

from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.axes import check_known
from treadle.array.chunking import Chunks, bounds, is_unknown, normalize_chunks, uniform
from treadle.array.collection import Array
from treadle.array.creation import asarray


def rechunk(
    x: Any,
    chunks: Any = "auto",
    threshold: Any = None,
    block_size_limit: Any = None,
    balance: bool = False,
    method: Any = None,
) -> Array:
    """The same array cut into other chunks."""
    x = asarray(x)
    if x.ndim == 0:
        return x
    if any(is_unknown(length) for axis in x.chunks for length in axis):
        cut = _cut_known_axes(x, chunks, block_size_limit)
    else:
        cut = normalize_chunks(chunks, x.shape, limit=block_size_limit, dtype=x.dtype, previous_chunks=x.chunks)
    if balance:
        cut = tuple(axis if is_unknown(sum(axis)) else _balanced(axis) for axis in cut)
    if native.lengths(cut) == native.lengths(x.chunks):
        return x
    core = native.core_of(x)
    if core is not None:
        return native.wrap(core.rechunk(native.lengths(cut)), "rechunk")
    check_known(x, "rechunk()")
    row = rows.regions(x._blocks, x.chunks, [bounds(axis) for axis in cut], "rechunk")
    return Array(row, cut, x.dtype, "rechunk", x._masked)


def _cut_known_axes(x: Array, chunks: Any, limit: Any) -> Chunks:
    """The chunks asked for, where axes of unknown length keep theirs; raises ValueError if other ones are asked for."""
    if isinstance(chunks, dict):
        wanted = [chunks.get(axis, chunks.get(axis - x.ndim)) for axis in range(x.ndim)]
    elif isinstance(chunks, (tuple, list)) and len(chunks) == x.ndim:
        wanted = list(chunks)
    else:
        wanted = [chunks] * x.ndim
    known = [axis for axis in range(x.ndim) if not is_unknown(x.shape[axis])]
    for axis in set(range(x.ndim)) - set(known):
        asked, number = wanted[axis], x.numblocks[axis]
        same = isinstance(asked, (tuple, list)) and len(asked) == number and all(map(is_unknown, asked))
        if not (same or asked in (None, "auto") or (number == 1 and asked == -1)):
            check_known(x, "rechunk()")
    some = normalize_chunks(
        tuple(x.chunks[axis] if wanted[axis] is None else wanted[axis] for axis in known),
        tuple(x.shape[axis] for axis in known),
        limit=limit,
        dtype=x.dtype,
        previous_chunks=tuple(x.chunks[axis] for axis in known),
    )
    cut = list(x.chunks)
    for axis, lengths in zip(known, some, strict=True):
        cut[axis] = lengths
    return tuple(cut)


def _balanced(lengths: tuple[int, ...]) -> tuple[int, ...]:
    """As many chunks, all but the last as long as each other; one less if the last is a small rest. The lengths as they
    are if so many cannot be made."""
    number = len(lengths) - (min(lengths) <= max(lengths) / 2)
    if number < 2:
        return lengths
    even = uniform(sum(lengths), math.ceil(sum(lengths) / number))
    return even if len(even) == number else lengths
