"""One value a key, over all partitions.

Partitions are cut by the hash of keys, and what is merged of each part by where keys came first: no task but one that
is asked for all in one list sees more than a part of the keys. What waits is a value of the engine: beyond the budget
it lies on disk.
"""

from __future__ import annotations

import heapq
import numbers
import zlib
from collections.abc import Callable, Iterable
from functools import partial
from operator import itemgetter
from typing import Any

from treadle import _core
from treadle.bag.items import of_items
from treadle.bag.reductions import _Block
from treadle.base import tokenize

# As many as partitions, so that a part is about as large as one; where there are many, a quarter as many.
_MANY_PARTS = 16

# Where a key came first: its partition, and its number among the keys of that.
Place = tuple[int, int]
Entry = tuple[Place, Any, Any]  # place, key, value


def part_of(key: Any, count: int) -> int:
    """Which of ``count`` parts a key belongs to: the same in every process, for equal keys of several types too."""
    return _hash(key) % count if count > 1 else 0


def _hash(key: Any) -> int:
    kind = type(key)
    if kind is str:
        return zlib.crc32(key.encode("utf-8", "surrogatepass"))
    if kind is bytes:
        return zlib.crc32(key)
    if kind is tuple:
        return zlib.crc32(b"".join(_hash(one).to_bytes(8, "little") for one in key))
    if isinstance(key, str):
        return _hash(str(key))
    if isinstance(key, numbers.Real):
        number: Any = key
        if -(2**63) < number < 2**63:  # 1, 1.0, True and NumPy's are one key
            whole = int(number)
            return zlib.crc32(str(whole if whole == number else float(number)).encode())
    return int(tokenize(key)[:8], 16)


def parts_by_key(
    row: _core.Blocks,
    of_part: Callable[[Any], dict[Any, Any]],
    merge: Callable[[list[dict[Any, Any]]], dict[Any, Any]],
    name: str,
) -> _core.Blocks:
    """A row of parts, each a list of entries in the order of their places: ``of_part`` makes a value for each key of a
    block of items, ``merge`` one of those of several blocks."""
    count = num_parts(row.num_blocks)
    token = tokenize("by key", row.key, of_part, merge, name, count)
    pieces = _core.call_each(
        partial(_cut, of_part, count), (row,), {}, row.num_blocks, f"{name}-part", f"{token} cut", True
    )
    return exchanged(pieces, count, partial(_merge_pieces, merge), name, token)


def num_parts(num_blocks: int) -> int:
    return min(num_blocks, max(_MANY_PARTS, num_blocks // 4))


def exchanged(
    pieces: _core.Blocks, count: int, merge: Callable[[list[Any]], Any], name: str, token: str
) -> _core.Blocks:
    """A row of ``count`` blocks: ``merge`` of what each of the blocks, lists of ``count`` pieces, has at its place."""
    made = []
    for place in range(count):
        row = _core.call_each(
            itemgetter(place), (pieces,), {}, pieces.num_blocks, f"{name}-piece", f"{token} {place}", stays_here=True
        )
        blocks = [_Block(row[i]) for i in range(pieces.num_blocks)]
        made.append(_core.call_one(merge, (blocks,), {}, name, f"{token} merge {place}"))
    return _core.join_blocks(made)


def _cut(of_part: Callable[[Any], dict[Any, Any]], count: int, number: int, part: Any) -> list[list[Entry]]:
    pieces: list[list[Entry]] = [[] for _ in range(count)]
    for i, (key, value) in enumerate(of_items(of_part, number, part).items()):
        pieces[part_of(key, count)].append(((number, i), key, value))
    return pieces


def _merge_pieces(
    merge: Callable[[list[dict[Any, Any]]], dict[Any, Any]], pieces: Iterable[list[Entry]]
) -> list[Entry]:
    places: dict[Any, Place] = {}
    values = []
    for piece in pieces:
        for place, key, _ in piece:
            places.setdefault(key, place)
        values.append({key: value for _, key, value in piece})
    return [(places[key], key, value) for key, value in merge(values).items()]


def counted(parts: _core.Blocks) -> _core.Blocks:
    """One block: how many keys there are. No task sees more than a part of them."""
    token = tokenize("counted", parts.key)
    sizes = _core.call_each(len, (parts,), {}, parts.num_blocks, "count-part", f"{token} part", stays_here=True)
    blocks = [_Block(sizes[i]) for i in range(parts.num_blocks)]
    return _core.call_one(sum, (blocks,), {}, "count-aggregate", token, stays_here=True)


def in_order(parts: _core.Blocks, num_blocks: int, finish: Callable[[Any, Any], Any], name: str) -> _core.Blocks:
    """A row of as many pieces as parts: ``finish(key, value)`` of all entries, in the order in which the keys came
    first in the ``num_blocks`` blocks. A piece has the keys that are new in a range of these."""
    count = parts.num_blocks
    token = tokenize("in order", parts.key, num_blocks, finish, name)
    ranges = _core.call_each(
        partial(_cut_by_place, num_blocks, count), (parts,), {}, count, f"{name}-range", f"{token} cut"
    )
    return exchanged(ranges, count, partial(_join, finish), name, token)


def _cut_by_place(num_blocks: int, count: int, entries: list[Entry]) -> list[list[Entry]]:
    ranges: list[list[Entry]] = [[] for _ in range(count)]
    for entry in _in_order(entries):
        ranges[entry[0][0] * count // num_blocks].append(entry)
    return ranges


def _join(finish: Callable[[Any, Any], Any], ranges: list[list[Entry]]) -> list[Any]:
    return [finish(key, value) for _, key, value in heapq.merge(*ranges, key=itemgetter(0))]


def _in_order(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=itemgetter(0))


def largest(
    k: int, key: Callable[[Any], Any] | None, finish: Callable[[Any, Any], Any], parts: _core.Blocks, name: str
) -> _core.Blocks:
    """One block: the ``k`` largest of ``finish(key, value)``; of equals, those that came first. Each part by itself."""
    token = tokenize("largest", parts.key, k, key, finish, name)
    best = [
        _core.call_one(
            partial(_largest_of, k, key, finish), ([_Block(parts[i])],), {}, f"{name}-part", f"{token} part {i}"
        )
        for i in range(parts.num_blocks)
    ]
    return _core.call_one(partial(_largest_of_all, k, key), ([_Block(one) for one in best],), {}, name, token)


def _largest_of(
    k: int, key: Callable[[Any], Any] | None, finish: Callable[[Any, Any], Any], parts: list[list[Entry]]
) -> list[tuple[Place, Any]]:
    found = [(place, finish(name, value)) for part in parts for place, name, value in _in_order(part)]
    return heapq.nlargest(k, found, key=partial(_key_of_second, key))


def _largest_of_all(k: int, key: Callable[[Any], Any] | None, parts: list[list[tuple[Place, Any]]]) -> list[Any]:
    found = sorted((entry for part in parts for entry in part), key=itemgetter(0))
    return [item for _, item in heapq.nlargest(k, found, key=partial(_key_of_second, key))]


def _key_of_second(key: Callable[[Any], Any] | None, entry: tuple[Place, Any]) -> Any:
    return entry[1] if key is None else key(entry[1])
