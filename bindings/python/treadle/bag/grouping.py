"""foldby, groupby and join: items by key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from functools import reduce as fold_items
from typing import TYPE_CHECKING, Any

from treadle import _core
from treadle.bag import items, reductions
from treadle.bag.by_key import exchanged, part_of
from treadle.bag.items import NO_DEFAULT
from treadle.base import is_lazy, tokenize

if TYPE_CHECKING:
    from treadle.bag.collection import Bag


def _given(value: Any) -> bool:
    return not (isinstance(value, str) and value == NO_DEFAULT)


def _key_function(key: Any) -> Callable[[Any], Any]:
    return key if callable(key) else items.getter(key)


def foldby(bag: Bag, key: Any, binop: Any, initial: Any, combine: Any, combine_initial: Any) -> Bag:
    part = partial(_fold_part, _key_function(key), binop, initial)
    merge = partial(_fold_merge, combine or binop, combine_initial)
    return bag._by_key(part, merge, reductions.pair, "foldby-b")


def _fold_part(key: Callable[[Any], Any], binop: Callable[[Any, Any], Any], initial: Any, part: Any) -> dict[Any, Any]:
    totals: dict[Any, Any] = {}
    for item in part:
        group = key(item)
        if group in totals:
            totals[group] = binop(totals[group], item)
        elif _given(initial):
            totals[group] = binop(initial() if callable(initial) else initial, item)
        else:
            totals[group] = item
    return totals


def _fold_merge(combine: Callable[[Any, Any], Any], initial: Any, parts: list[dict[Any, Any]]) -> dict[Any, Any]:
    gathered: dict[Any, list[Any]] = {}
    for part in parts:
        for group, total in part.items():
            gathered.setdefault(group, []).append(total)
    if not _given(initial):
        return {group: fold_items(combine, totals) for group, totals in gathered.items()}
    return {
        group: fold_items(combine, totals, initial() if callable(initial) else initial)
        for group, totals in gathered.items()
    }


def groupby(bag: Bag, grouper: Any, npartitions: int | None) -> Bag:
    """Each partition is cut by its keys' tokens; the pieces of one part are put together. Pieces are values of the
    engine: beyond the budget they lie on disk."""
    from treadle.bag.collection import Bag
    from treadle.bag.item import name_of

    blocks = bag._pieces
    count = npartitions or blocks.num_blocks
    key = _key_function(grouper)
    token = tokenize("groupby", blocks.key, grouper, count)
    pieces = _core.call_each(
        partial(bag._of_items, partial(_cut_by_key, key, count)),
        (blocks,),
        {},
        blocks.num_blocks,
        f"groupby-part-{name_of(grouper)}",
        token,
        True,
    )
    groups = exchanged(pieces, count, partial(_grouped, key), "groupby-collect", token)
    return Bag._of(groups, "groupby-collect", in_pieces=bag._in_pieces and npartitions is None)


def _cut_by_key(key: Callable[[Any], Any], count: int, part: Iterable[Any]) -> list[list[Any]]:
    pieces: list[list[Any]] = [[] for _ in range(count)]
    places: dict[Any, int] = {}
    for item in part:
        group = key(item)
        place = places.get(group)
        if place is None:
            place = places[group] = part_of(group, count)
        pieces[place].append(item)
    return pieces


def _grouped(key: Callable[[Any], Any], pieces: list[list[Any]]) -> list[tuple[Any, list[Any]]]:
    groups: dict[Any, list[Any]] = {}
    for piece in pieces:
        for item in piece:
            groups.setdefault(key(item), []).append(item)
    return list(groups.items())


def join(bag: Bag, other: Any, on_self: Any, on_other: Any) -> Bag:
    from treadle.bag.collection import Bag

    if isinstance(other, Bag):
        if other.npartitions != 1:
            raise NotImplementedError(
                "Multi-bag joins are not implemented: repartition(1) the smaller bag, or join dataframes"
            )
        other = reductions._Block(other._blocks[0])
    elif not is_lazy(other) and not isinstance(other, Iterable):
        raise TypeError(
            f"Joined argument must be single-partition Bag, delayed object, or Iterable, got {type(other).__name__}"
        )
    elif not is_lazy(other):
        other = list(other)
    function = partial(
        _joined, bag._of_items, _key_function(on_self), _key_function(on_self if on_other is None else on_other)
    )
    row = bag._pieces
    token = tokenize("join", row.key, other, on_self, on_other)
    made = _core.call_each(function, (other, row), {}, row.num_blocks, "python: join", token, True)
    return Bag._of(made, "join", in_pieces=bag._in_pieces)


def _joined(
    of_items: Callable[..., list[Any]],
    on_self: Callable[[Any], Any],
    on_other: Callable[[Any], Any],
    number: int,
    other: Any,
    part: Any,
) -> list[Any]:
    by_key = items.of_items_in("the other side", partial(_by_key, on_other), other)
    return of_items(partial(_pairs, on_self, by_key), number, part)


def _by_key(key: Callable[[Any], Any], part: Iterable[Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for item in part:
        found.setdefault(key(item), []).append(item)
    return found


def _pairs(key: Callable[[Any], Any], by_key: dict[Any, list[Any]], part: Iterable[Any]) -> list[Any]:
    return [(one, item) for item in part for one in by_key.get(key(item), ())]
