"""The picture of an array in a notebook: what it holds, and the grid of its chunks."""

from __future__ import annotations

import html as escaping
import math
from typing import Any

from treadle.array.chunking import is_unknown
from treadle.config import bytes_text

_SIDE = 120
_MOST_LINES = 24
_FILL, _LINE = "#8fb8a8", "#33554a"


def _bytes(number: Any) -> str:
    return "unknown" if is_unknown(number) else bytes_text(float(number))


def _shape(shape: Any) -> str:
    return (
        "("
        + ", ".join("unknown" if is_unknown(one) else str(one) for one in shape)
        + ("," if len(shape) == 1 else "")
        + ")"
    )


def html(array: Any) -> str:
    """A table beside a drawing of the chunks."""
    chunk = math.prod(array.chunksize) * array.itemsize if array.ndim else array.itemsize
    count = array.npartitions
    rows = [
        ("Bytes", _bytes(array.nbytes), _bytes(chunk)),
        ("Shape", _shape(array.shape), _shape(array.chunksize)),
        ("Count", f"{count} chunk{'s' if count != 1 else ''}", ""),
        ("Type", escaping.escape(str(array.dtype)), "numpy.ndarray"),
    ]
    cell = 'style="text-align: left; padding: 2px 8px"'
    body = "".join(
        f"<tr><th {cell}>{name}</th><td {cell}>{whole}</td><td {cell}>{part}</td></tr>" for name, whole, part in rows
    )
    head = f"<tr><td></td><th {cell}>Array</th><th {cell}>Chunk</th></tr>"
    drawing = "" if any(is_unknown(one) for one in array.shape) else svg(array.chunks, _SIDE)
    return (
        f'<div class="treadle-array" style="display: flex; align-items: center; gap: 24px">'
        f"<table>{head}{body}</table>{drawing}</div>"
    )


def svg(chunks: Any, size: int = _SIDE) -> str:
    """The grid of chunks: the last axes as a box, those before them as boxes beside it."""
    if any(is_unknown(length) for axis in chunks for length in axis):
        raise ValueError("arrays whose chunk sizes are unknown cannot be drawn; compute_chunk_sizes() finds them out")
    if not chunks:
        chunks = ((1,),)
    chunks = tuple(axis if sum(axis) else (1,) for axis in chunks)
    pieces: list[str] = []
    left = 0.0
    height = 0.0
    groups = []
    rest = list(chunks)
    while rest:
        groups.append(rest[-3:])
        rest = rest[:-3]
    longest = max(sum(axis) for axis in chunks)
    for group in reversed(groups):
        drawn, width, tall = _box(group, longest, size)
        pieces.append(f'<g transform="translate({left:.1f},0)">{drawn}</g>')
        left += width + 24
        height = max(height, tall)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left:.0f}" height="{height:.0f}" '
        f'style="stroke: {_LINE}; stroke-width: 1" font-family="sans-serif" font-size="11">{"".join(pieces)}</svg>'
    )


def _length(axis: Any, longest: int, size: int) -> float:
    """How long an axis is drawn: long ones shrink less than they are long, short ones are seen still."""
    return max(size * (sum(axis) / longest) ** 0.5, size / 6)


def _borders(axis: Any, length: float) -> list[float]:
    """Where lines are drawn; of very many, as many as can be told apart."""
    total, stop, found = sum(axis), 0, [0.0]
    for one in axis:
        stop += one
        found.append(length * stop / total)
    if len(found) > _MOST_LINES:
        step = (len(found) - 1) / (_MOST_LINES - 1)
        found = [found[round(i * step)] for i in range(_MOST_LINES)]
    return found


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _polygon(corners: list[tuple[float, float]], opacity: float) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return f'<polygon points="{points}" fill="{_FILL}" fill-opacity="{opacity}"/>'


def _label(x: float, y: float, text: str, extra: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" stroke="none" fill="currentColor"{extra}>{text}</text>'


def _box(group: Any, longest: int, size: int) -> tuple[str, float, float]:
    """One, two or three axes; the front is spanned by the last two, the first goes back."""
    margin = 4.0
    across = _length(group[-1], longest, size)
    down = _length(group[-2], longest, size) if len(group) > 1 else size / 5
    slant = 0.5 * _length(group[0], longest, size) if len(group) > 2 else 0.0
    x, y = margin + slant, margin + slant
    parts = [_polygon([(x, y), (x + across, y), (x + across, y + down), (x, y + down)], 1.0)]
    if slant:
        parts.append(_polygon([(margin, margin), (margin + across, margin), (x + across, y), (x, y)], 0.7))
        parts.append(_polygon([(margin, margin), (x, y), (x, y + down), (margin, margin + down)], 0.5))
    for at in _borders(group[-1], across):
        parts.append(_line(x + at, y, x + at, y + down))
        if slant:
            parts.append(_line(margin + at, margin, x + at, y))
    for at in _borders(group[-2], down) if len(group) > 1 else [0.0, down]:
        parts.append(_line(x, y + at, x + across, y + at))
        if slant:
            parts.append(_line(margin, margin + at, x, y + at))
    if slant:
        for at in _borders(group[0], slant):
            parts.append(_line(margin + at, margin + at, margin + at + across, margin + at))
            parts.append(_line(margin + at, margin + at, margin + at, margin + at + down))
    parts.append(_label(x + across / 2, y + down + 16, str(sum(group[-1]))))
    width = x + across + margin
    if len(group) > 1:
        middle = y + down / 2
        text = str(sum(group[-2]))
        parts.append(_label(x + across + 8 + 3 * len(text), middle + 4, text))
        width += 12 + 6.5 * len(text)
    if slant:
        parts.append(_label(margin + slant / 2 - 2, margin + down + slant / 2 + 18, str(sum(group[0]))))
    return "".join(parts), width, y + down + 26
