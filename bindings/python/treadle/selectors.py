"""Choosing columns by type, name or place: ``import treadle.selectors as cs``, ``cs.numeric() - cs.by_name("id")``.

Selections are sets (``|``, ``&``, ``-``, ``^``, ``~``) and expressions: ``cs.float().round(2)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from treadle.frame.expr import Expr, flatten
from treadle.frame.nodes import Node
from treadle.frame.types import DataType, Schema, as_type

Choice = Callable[[Schema], list[str]]


class Selector(Expr):
    """Some columns of whatever frame takes it, in the frame's order."""

    __slots__ = ("_choice", "_label")
    # As a key: cast({numeric(): Float64}).
    __hash__ = object.__hash__  # type: ignore[assignment]

    def __init__(self, label: str, choice: Choice) -> None:
        self._label = label
        self._choice = choice
        super().__init__(Node("chosen", data=(label, choice)))

    def _with(self, other: Any, sign: str, keeps: Callable[[bool, bool], bool]) -> Selector:
        def choice(schema: Schema) -> list[str]:
            mine, theirs = set(self._choice(schema)), set(other._choice(schema))
            return [name for name in schema if keeps(name in mine, name in theirs)]

        return Selector(f"({self._label} {sign} {other._label})", choice)

    def __or__(self, other: Any) -> Expr:
        return self._with(other, "|", lambda a, b: a or b) if isinstance(other, Selector) else super().__or__(other)

    def __and__(self, other: Any) -> Expr:
        return self._with(other, "&", lambda a, b: a and b) if isinstance(other, Selector) else super().__and__(other)

    def __sub__(self, other: Any) -> Expr:
        if isinstance(other, Selector):
            return self._with(other, "-", lambda a, b: a and not b)
        return super().__sub__(other)

    def __xor__(self, other: Any) -> Expr:
        return self._with(other, "^", lambda a, b: a != b) if isinstance(other, Selector) else super().__xor__(other)

    def __invert__(self) -> Selector:
        return Selector(f"~{self._label}", lambda schema: [name for name in schema if name not in self._choice(schema)])

    def exclude(self, *columns: Any) -> Selector:
        """Without these names or types."""
        without = [as_type(one) if not isinstance(one, str) else one for one in flatten(columns)]
        names = [one for one in without if isinstance(one, str)]
        kinds = [one for one in without if isinstance(one, DataType)]

        def choice(schema: Schema) -> list[str]:
            return [name for name in self._choice(schema) if name not in names and schema[name] not in kinds]

        return Selector(f"{self._label}.exclude({', '.join(map(repr, without))})", choice)

    def as_expr(self) -> Expr:
        """The same as an expression: ``|`` and the like then compute."""
        return Expr(self._node)


def _typed(label: str, fits: Callable[[DataType], bool]) -> Selector:
    return Selector(f"cs.{label}()", lambda schema: [name for name, kind in schema.items() if fits(kind)])


def _named(label: str, fits: Callable[[str], bool]) -> Selector:
    return Selector(f"cs.{label}", lambda schema: [name for name in schema if fits(name)])


def all() -> Selector:
    return _typed("all", lambda _: True)


def numeric() -> Selector:
    return _typed("numeric", DataType.is_numeric)


def integer() -> Selector:
    return _typed("integer", DataType.is_integer)


def signed_integer() -> Selector:
    return _typed("signed_integer", lambda kind: kind.is_integer() and not kind.core.startswith("u"))


def unsigned_integer() -> Selector:
    return _typed("unsigned_integer", lambda kind: kind.is_integer() and kind.core.startswith("u"))


def float() -> Selector:
    return _typed("float", DataType.is_float)


def decimal() -> Selector:
    return _typed("decimal", lambda kind: kind.name == "Decimal")


def boolean() -> Selector:
    return _typed("boolean", lambda kind: kind.name == "Boolean")


def string(*, include_categorical: bool = False) -> Selector:
    return _typed("string", lambda kind: kind.name == "String")


def binary() -> Selector:
    return _typed("binary", lambda kind: kind.name == "Binary")


def temporal() -> Selector:
    return _typed("temporal", DataType.is_temporal)


def date() -> Selector:
    return _typed("date", lambda kind: kind.name == "Date")


def datetime() -> Selector:
    return _typed("datetime", lambda kind: kind.name == "Datetime")


def duration() -> Selector:
    return _typed("duration", lambda kind: kind.name == "Duration")


def time() -> Selector:
    return _typed("time", lambda kind: kind.name == "Time")


def nested() -> Selector:
    return _typed("nested", DataType.is_nested)


def by_dtype(*dtypes: Any) -> Selector:
    kinds = [as_type(one) for one in flatten(dtypes)]
    return _typed("by_dtype", lambda kind: kind in kinds)


def by_name(*names: Any, require_all: bool = True) -> Selector:
    """Columns of these names; one that is not there is an error unless ``require_all`` is False."""
    wanted = flatten(names)

    def choice(schema: Schema) -> list[str]:
        missing = [name for name in wanted if name not in schema]
        if missing and require_all:
            raise KeyError(f"by_name: no column is named {missing[0]!r}; there are {list(schema)!r}")
        return [name for name in wanted if name in schema]

    return Selector(f"cs.by_name({', '.join(map(repr, wanted))})", choice)


def by_index(*places: Any) -> Selector:
    """Columns by number, from the end if negative."""
    wanted = flatten(places)
    return Selector(f"cs.by_index({wanted})", lambda schema: [list(schema)[place] for place in wanted])


def first() -> Selector:
    return Selector("cs.first()", lambda schema: list(schema)[:1])


def last() -> Selector:
    return Selector("cs.last()", lambda schema: list(schema)[-1:])


def starts_with(*prefixes: str) -> Selector:
    return _named(f"starts_with{prefixes!r}", lambda name: name.startswith(prefixes))


def ends_with(*suffixes: str) -> Selector:
    return _named(f"ends_with{suffixes!r}", lambda name: name.endswith(suffixes))


def contains(*parts: str) -> Selector:
    def fits(name: str) -> bool:
        return next((True for part in parts if part in name), False)

    return _named(f"contains{parts!r}", fits)


def matches(pattern: str) -> Selector:
    """Columns in whose names the regular expression occurs."""
    return _named(f"matches({pattern!r})", lambda name: re.search(pattern, name) is not None)


def exclude(*columns: Any) -> Selector:
    """All columns but these names or types."""
    return all().exclude(*columns)
