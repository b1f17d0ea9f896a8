"""What is done with the items of one partition: iterables to iterables, lazily, an item at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from operator import itemgetter, length_hint
from random import Random
from types import TracebackType
from typing import Any

NO_DEFAULT = "__no__default__"

Step = Callable[[int, Iterable[Any]], Iterable[Any]]


def run_steps(
    number: int, items: Any, steps: tuple[Step, ...], files: tuple[str, ...] = (), block: str = "partition"
) -> Any:
    """A partition, or what else ``block`` calls it, through several steps; what they raise says which item it was, and
    of lines of ``files``, the partitions' files, where it lies."""
    source = items
    try:
        for step in steps:
            items = step(number, items)
        return reify(items)
    except Exception as error:
        note_item(error, number, source, files, block)
        raise


def reify(items: Any) -> Any:
    """Items that can be iterated again: iterators become lists, one level down as well."""
    if isinstance(items, Iterator):
        items = list(items)
    if not isinstance(items, Iterable):
        return items  # what a function made of a whole partition
    first = next(iter(items), None)
    if isinstance(first, Iterator):
        return [list(one) for one in items]
    return items


def mapped(function: Callable[[Any], Any], number: int, items: Iterable[Any]) -> Iterator[Any]:
    for place, item in enumerate(items):  # noqa: B007
        yield function(item)


def kept(predicate: Callable[[Any], Any], number: int, items: Iterable[Any]) -> Iterator[Any]:
    for place, item in enumerate(items):  # noqa: B007
        if predicate(item):
            yield item


def removed(predicate: Callable[[Any], Any], number: int, items: Iterable[Any]) -> Iterator[Any]:
    for place, item in enumerate(items):  # noqa: B007
        if not predicate(item):
            yield item


def plucked(key: Any, default: Any, number: int, items: Iterable[Any]) -> Iterator[Any]:
    return mapped(getter(key, default), number, items)


def getter(key: Any, default: Any = NO_DEFAULT) -> Callable[[Any], Any]:
    """A function that picks a key, or a tuple of those in a list of keys, from an item."""
    if isinstance(default, str) and default == NO_DEFAULT:
        if not isinstance(key, list):
            return itemgetter(key)
        if len(key) == 1:
            return lambda item: (item[key[0]],)
        return itemgetter(*key) if key else lambda item: ()
    if isinstance(key, list):
        return lambda item: tuple(_item_or(item, one, default) for one in key)
    return lambda item: _item_or(item, key, default)


def _item_or(item: Any, key: Any, default: Any) -> Any:
    try:
        return item[key]
    except (KeyError, IndexError):
        return default


def flattened(number: int, items: Iterable[Any]) -> Iterator[Any]:
    return chain.from_iterable(_begun(items))


def _begun(items: Iterable[Any]) -> Iterator[Iterator[Any]]:
    for place, item in enumerate(items):  # noqa: B007
        yield iter(item)


def unpacked(function: Callable[..., Any], kwargs: dict[str, Any], number: int, items: Iterable[Any]) -> Iterator[Any]:
    if kwargs:
        function = partial(function, **kwargs)
    for place, item in enumerate(items):  # noqa: B007
        yield function(*item)


def sampled(states: list[Any], prob: float, number: int, items: Iterable[Any]) -> Iterator[Any]:
    random = Random()
    random.setstate(states[number])
    return (item for item in items if random.random() < prob)


def mapped_together(
    number: int, function: Callable[..., Any], columns: list[Any], names: list[str], kwargs: dict[str, Any]
) -> list[Any]:
    """``function`` of the items at each place of several partitions; those of the last ones go in by name."""
    if kwargs:
        function = partial(function, **kwargs)
    rows = [iter(column) for column in columns]
    split = len(rows) - len(names)
    made: list[Any] = []
    while True:
        row = [item for items in rows for item in _next(items)]
        if len(row) != len(rows):
            if row or any(_next(items) for items in rows):
                raise ValueError(
                    "map called with multiple bags that aren't identically partitioned. Please ensure that all bag "
                    "arguments have the same partition lengths"
                )
            return reify(made)  # type: ignore[no-any-return]
        try:
            made.append(function(*row[:split], **dict(zip(names, row[split:], strict=True))))
        except Exception as error:
            error.add_note(_note(len(made), f"partition {number}", row[0] if len(row) == 1 else tuple(row)))
            raise


def _next(items: Iterator[Any]) -> list[Any]:
    """The next item in a list, which is empty at the end."""
    for item in items:
        return [item]
    return []


def of_items(function: Callable[[Any], Any], number: int, part: Any) -> Any:
    """``function`` of a partition's items, which it takes one after the other: what it raises says at which one."""
    return of_items_in(f"partition {number}", function, part)


def of_items_of_piece(function: Callable[[Any], Any], number: int, part: Any) -> Any:
    """The same of a piece of a bag's only partition."""
    return of_items_in(f"piece {number}", function, part)


def of_items_in(where: str, function: Callable[[Any], Any], part: Any) -> Any:
    if not isinstance(part, (list, tuple, range)):
        return function(part)
    items = iter(part)
    try:
        return function(items)
    except Exception as error:
        place = len(part) - length_hint(items) - 1
        is_at_item = place >= 0 and len(items.__reduce__()) > 2  # else it has not begun, or has seen all
        if is_at_item:
            error.add_note(_note(place, where, part[place]))
        raise


def of_partition(function: Callable[..., Any], number: int, /, *args: Any, **kwargs: Any) -> Any:
    """``function`` of a whole partition: what it raises says of which one."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        error.add_note(f"partition {number}")
        raise


_LOOPS = frozenset(function.__code__ for function in (mapped, kept, removed, _begun, unpacked))


def note_item(error: BaseException, number: int, source: Any, files: tuple[str, ...], block: str = "partition") -> None:
    """Adds to an error which item a function was called with: the innermost loop knows. If that runs over ``source``
    itself, its items are lines."""
    traceback: TracebackType | None = error.__traceback__
    found: tuple[int, Any] | None = None
    is_line = False
    while traceback is not None:
        variables = traceback.tb_frame.f_locals
        if traceback.tb_frame.f_code in _LOOPS and "item" in variables:
            found = variables["place"], variables["item"]
            is_line = variables["items"] is source
        traceback = traceback.tb_next
    if found is None:
        return
    error.add_note(_note(found[0], f"{block} {number}", found[1]))
    if files and is_line:
        whole = files.count(files[number]) == 1  # a partition of a cut file does not know how many lines lie before
        error.add_note(f"line {found[0] + 1} of {files[number]}" if whole else f"a line of {files[number]}")


def _note(place: int, where: str, item: Any) -> str:
    try:
        text = repr(item)
    except Exception:
        text = f"a {type(item).__name__}"
    return f"item {place} of {where}: {text[:200]}"
