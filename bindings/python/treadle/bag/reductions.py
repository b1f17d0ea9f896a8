"""Trees of calls that make one value of all partitions, and what is called."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from functools import reduce as fold_items
from itertools import accumulate as accumulated
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from treadle import _core
from treadle.bag import items
from treadle.bag.items import NO_DEFAULT
from treadle.base import tokenize

if TYPE_CHECKING:
    from treadle.bag.collection import Bag


class _Nothing:
    """What an empty partition has to say, where others have something."""

    def __reduce__(self) -> str:
        return "NOTHING"


NOTHING = _Nothing()


def fan_in(num_blocks: int, split_every: int | bool | None) -> int:
    """How many results one call puts together."""
    if split_every is None:
        return 8
    return max(2, num_blocks if split_every is False else int(split_every))


def reduce(
    blocks: _core.Blocks,
    call: Callable[..., Any],
    perpartition: Callable[..., Any],
    aggregate: Callable[..., Any],
    split_every: Any,
    name: str,
) -> tuple[_core.Blocks, str]:
    """One block: ``aggregate`` over what ``perpartition`` makes of each block, by ``call``: one of ``items.of_...``."""
    width = fan_in(blocks.num_blocks, split_every)
    token = tokenize(blocks.key, perpartition, aggregate, width)
    alone = blocks.num_blocks == 1
    of_part = partial(_of_part, call, perpartition, alone)
    row = _core.call_each(of_part, (blocks,), {}, blocks.num_blocks, f"{name}-part", token, True)
    depth = 0
    while depth == 0 or row.num_blocks > 1:
        starts = range(0, row.num_blocks, width)
        is_last = len(starts) == 1
        row = _core.join_blocks(
            [
                _core.call_one(
                    _of_parts,
                    (aggregate, [_Block(row[i]) for i in range(start, min(start + width, row.num_blocks))], is_last),
                    {},
                    name,
                    f"{token} {depth} {start}",
                )
                for start in starts
            ]
        )
        depth += 1
    return row[0], name


class _Block:
    """One block as an argument of a call."""

    def __init__(self, blocks: _core.Blocks) -> None:
        self._blocks = blocks

    def __treadle_blocks__(self) -> tuple[_core.Blocks, None]:
        return self._blocks, None

    def __treadle_tokenize__(self) -> str:
        return self._blocks.key


def _of_part(call: Callable[..., Any], function: Callable[..., Any], alone: bool, number: int, part: Any) -> Any:
    """Functions such as max() have no answer for nothing: an empty partition is left out, unless it is the only one."""
    if not alone and not _has_items(part):
        return NOTHING
    return _listed(call(function, number, part))


def _of_parts(function: Callable[..., Any], parts: list[Any], is_last: bool) -> Any:
    there = [part for part in parts if part is not NOTHING]
    if not there and not is_last:
        return NOTHING
    return _listed(function(there))


def _listed(answer: Any) -> Any:
    return list(answer) if isinstance(answer, Iterator) else answer


def _has_items(part: Any) -> bool:
    try:
        return len(part) != 0
    except TypeError:
        return True


def folded(binop: Callable[[Any, Any], Any], initial: Any, values: Iterable[Any]) -> Any:
    if isinstance(initial, str) and initial == NO_DEFAULT:
        return fold_items(binop, values)
    return fold_items(binop, values, initial)


def length(values: Iterable[Any]) -> int:
    return len(values) if isinstance(values, (list, tuple, range)) else sum(1 for _ in values)


def counted(values: Iterable[Any]) -> dict[Any, int]:
    counts: dict[Any, int] = {}
    for item in values:
        counts[item] = counts.get(item, 0) + 1
    return counts


def counts_merged(parts: list[dict[Any, int]]) -> dict[Any, int]:
    if not parts:
        return {}
    merged = dict(parts[0])
    for part in parts[1:]:
        for item, count in part.items():
            merged[item] = merged.get(item, 0) + count
    return merged


def pair(key: Any, value: Any) -> tuple[Any, Any]:
    return key, value


def value_alone(key: Any, value: Any) -> Any:
    return value


def is_second(key: Any) -> bool:
    """Whether a key asks for the second of a pair."""
    if isinstance(key, itemgetter):
        return key.__reduce__()[1] == (1,)
    return not callable(key) and key == 1 and not isinstance(key, bool)


def largest(k: int, key: Any) -> Callable[[Iterable[Any]], list[Any]]:
    return partial(_largest, k, key_of(key))


def key_of(key: Any) -> Callable[[Any], Any] | None:
    """What an item is asked for: a function, one of an item's parts, a place or name."""
    if key is None or not callable(key):
        return None if key is None else itemgetter(key)
    return partial(_apply, key) if _takes_several(key) else key


def _largest(k: int, key: Any, values: Iterable[Any]) -> list[Any]:
    return heapq.nlargest(k, values, key=key)


def _apply(function: Callable[..., Any], item: Any) -> Any:
    return function(*item)


def _takes_several(function: Callable[..., Any]) -> bool:
    """Whether a function needs more than one argument: then an item's parts are what it gets."""
    import inspect

    if isinstance(function, type) or inspect.isbuiltin(function):
        return False
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    if any(one.kind is one.VAR_POSITIONAL for one in parameters):
        return True
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(one.kind in positional and one.default is one.empty for one in parameters) > 1


def of_joined(function: Callable[[Iterable[Any]], Any], parts: Iterable[Iterable[Any]]) -> Any:
    return function(chain.from_iterable(parts))


def first_of_each(key: Any, values: Iterable[Any]) -> dict[Any, Any]:
    """The first item of each key."""
    if key is not None and not callable(key):
        key = itemgetter(key)
    found: dict[Any, Any] = {}
    for item in values:
        found.setdefault(item if key is None else key(item), item)
    return found


def first_merged(parts: list[dict[Any, Any]]) -> dict[Any, Any]:
    merged: dict[Any, Any] = {}
    for part in parts:
        for value, item in part.items():
            merged.setdefault(value, item)
    return merged


def mean_part(values: Iterable[Any]) -> tuple[float, int]:
    total, count = 0.0, 0
    for item in values:
        total += item
        count += 1
    return total, count


def mean_of(parts: Iterable[tuple[float, int]]) -> float:
    there = list(parts)
    count = sum(number for _, number in there)
    if count == 0:
        raise ZeroDivisionError("mean: expected at least one item, found an empty bag")
    return float(sum(total for total, _ in there) / count)


def variance_part(values: Iterable[Any]) -> tuple[int, float, float]:
    """How many there are, their mean, and the sum of the squares of what they differ from it."""
    numbers = [0.0 + one for one in values]
    mean = _sum(numbers) / len(numbers) if numbers else 0.0
    return len(numbers), mean, _sum([(one - mean) ** 2 for one in numbers])


def _sum(numbers: list[float]) -> float:
    """Rounded once."""
    try:
        return math.fsum(numbers)
    except ValueError:  # inf - inf
        return math.nan


def variance_of(ddof: int, parts: Iterable[tuple[int, float, float]]) -> float:
    there = [part for part in parts if part[0]]
    count = sum(number for number, _, _ in there)
    if count == ddof or count == 0:
        raise ZeroDivisionError(f"var: expected other than {ddof} items for ddof={ddof}, found {count}")
    mean = _sum([number * part_mean for number, part_mean, _ in there]) / count
    squares = _sum([part + number * (part_mean - mean) ** 2 for number, part_mean, part in there])
    return squares / (count - ddof)


def fold_pieces(pieces: _core.Blocks, binop: Callable[[Any, Any], Any], initial: Any) -> tuple[_core.Blocks, str]:
    """One block: a fold over a partition that lies in pieces. Each call goes on from where the one before has ended."""
    token = tokenize("fold", pieces.key, binop, initial)
    state: Any = NOTHING if isinstance(initial, str) and initial == NO_DEFAULT else initial
    for i in range(pieces.num_blocks):
        is_last = i + 1 == pieces.num_blocks
        row = _core.call_one(_fold_piece, (binop, _Block(pieces[i]), state, i, is_last), {}, "fold", f"{token} {i}")
        state = _Block(row)
    return row, "fold"


def _fold_piece(binop: Callable[[Any, Any], Any], piece: Any, before: Any, number: int, is_last: bool) -> Any:
    if before is not NOTHING:
        return items.of_items_of_piece(partial(folded, binop, before), number, piece)
    if not piece and not is_last:
        return NOTHING
    return items.of_items_of_piece(partial(folded, binop, NO_DEFAULT), number, piece)


def accumulate(bag: Bag, binop: Callable[[Any, Any], Any], initial: Any) -> Bag:
    """A chain of calls: each goes on where the one before has ended."""
    from treadle.bag.collection import Bag
    from treadle.bag.item import name_of

    row = bag._pieces
    token = tokenize(row.key, binop, initial)
    name = name_of(binop)
    before: Any = initial
    parts = []
    for i in range(row.num_blocks):
        part = (bag._of_items, binop, _Block(row[i]), before, i)
        step = _Block(_core.call_one(_accumulate_part, part, {}, f"{name}-part", f"{token} {i}"))
        before = _Block(
            _core.call_one(itemgetter(1), (step,), {}, f"{name}-last", f"{token} last {i}", stays_here=True)
        )
        parts.append(_core.call_one(itemgetter(0), (step,), {}, f"{name}-first", f"{token} first {i}", stays_here=True))
    return Bag._of(_core.join_blocks(parts), f"{name}-first", in_pieces=bag._in_pieces)


def _accumulate_part(
    of_items: Callable[..., Any], binop: Callable[[Any, Any], Any], part: Any, before: Any, number: int
) -> tuple[list[Any], Any]:
    if isinstance(before, str) and before == NO_DEFAULT:
        made = of_items(lambda values: list(accumulated(values, binop)), number, part)
        return made, made[-1] if made else before
    made = of_items(lambda values: list(accumulated(values, binop, initial=before)), number, part)
    return made if number == 0 else made[1:], made[-1]
