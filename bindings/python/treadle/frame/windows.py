"""Values that depend on other rows of a group: running sums, ranks, shifted and sliding values.

What a method stands for depends on the type of its argument, which only a frame knows: until then it is a ``macro``
node. The frame makes ``window`` nodes of it, each of which is a column that the core's windows compute.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from treadle import _core
from treadle.frame.nodes import Node, call, to_text
from treadle.frame.types import DataType, Float64, Int64, UInt32, from_core

_numbers = itertools.count()


@dataclass(frozen=True)
class Order:
    """Of which arguments of a node, and how, rows are grouped and ordered: the value, then keys, then these."""

    num_keys: int = 0
    descending: tuple[bool, ...] = ()
    nulls_last: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Window:
    """What a ``window`` node has as its data: a column of ``_core.with_windows``."""

    kind: str
    order: Order
    first: int | None = None
    last: int | None = 0
    with_peers: bool = False
    distance: int = 1
    keep_nulls: bool = False


@dataclass(frozen=True, eq=False)
class Macro:
    """What a ``macro`` node has as its data."""

    name: str
    expand: Callable[[Rows], Node]
    arguments: str = ""  # as they would be typed
    order: Order = Order()


class Rows:
    """The argument of a macro with its type, and the rows that belong to it."""

    def __init__(self, value: Node, kind: DataType, node: Node) -> None:
        self.value = value
        self.kind = kind
        self.order: Order = node.data.order
        self._by = node.args[1:]

    def window(self, kind: str, value: Node | None = None, **options: Any) -> Node:
        return Node("window", (value or self.value, *self._by), Window(kind, self.order, **options))

    def in_order_of(self, value: Node, descending: bool) -> Rows:
        """The same rows of each group in the order of a value, nulls last."""
        keys = self._by[: self.order.num_keys]
        order = Order(self.order.num_keys, (descending,), (True,))
        return Rows(self.value, self.kind, Node("macro", (self.value, *keys, value), Macro("", _no_node, order=order)))

    def equal_to(self, value: Node) -> Rows:
        """Of each group, the rows with the same value, in their order."""
        count = self.order.num_keys
        order = Order(count + 1, self.order.descending, self.order.nulls_last)
        by = (*self._by[:count], value, *self._by[count:])
        return Rows(self.value, self.kind, Node("macro", (self.value, *by), Macro("", _no_node, order=order)))


def _no_node(_: Rows) -> Node:
    raise AssertionError("rows that are no macro's")


def macro(value: Node, name: str, expand: Callable[[Rows], Node], arguments: str = "") -> Node:
    return Node("macro", (value,), Macro(name, expand, arguments))


def within(node: Node, keys: Sequence[Node], order: Sequence[Node], descending: Any, nulls_last: Any) -> Node:
    """A macro for the rows of each group; one that has its groups already stays."""
    if node.data.order != Order() or len(node.args) > 1:
        return node
    by = Order(len(keys), tuple(descending), tuple(nulls_last))
    return Node("macro", (node.args[0], *keys, *order), replace(node.data, order=by))


def literal(value: Any) -> Node:
    from treadle.frame.literals import literal_node

    return literal_node(value)


def cast(node: Node, kind: DataType) -> Node:
    return Node("cast", (node,), (kind, True))


def _choose(condition: Node, yes: Node, no: Node) -> Node:
    return call("if_else", condition, yes, no)


# What macros stand for.


def _summed(value: Node, kind: DataType) -> Node:
    """As what Polars adds up: small integers and bools as 64 bits."""
    small = kind.core in ("bool", "int8", "int16", "uint8", "uint16")
    return cast(value, Int64) if small else value


def running(kind: str, reverse: bool) -> Callable[[Rows], Node]:
    ends: dict[str, Any] = {"first": 0, "last": None} if reverse else {}

    def expand(rows: Rows) -> Node:
        value = _summed(rows.value, rows.kind) if kind in ("sum", "product") else rows.value
        if kind == "count":
            return cast(rows.window(kind, **ends), UInt32)
        return rows.window(kind, value, keep_nulls=True, **ends)

    return expand


def _outside(rows: Rows, n: int) -> Node:
    return call("is_null", rows.window("shift", literal(True), distance=n))


def shift(n: int, fill_value: Node | None) -> Callable[[Rows], Node]:
    def expand(rows: Rows) -> Node:
        moved = rows.window("shift", distance=n)
        return moved if fill_value is None else _choose(_outside(rows, n), fill_value, moved)

    return expand


def difference(n: int) -> Callable[[Rows], Node]:
    def expand(rows: Rows) -> Node:
        # Of unsigned and small integers the difference may be negative or too large.
        value = cast(rows.value, Int64) if rows.kind.is_integer() else rows.value
        return call("subtract", value, rows.window("shift", value, distance=n))

    return expand


def change(n: int) -> Callable[[Rows], Node]:
    def expand(rows: Rows) -> Node:
        before = rows.window("shift", distance=n)
        return call("subtract", call("divide", rows.value, before), literal(1.0))

    return expand


def fill(backward: bool, limit: int | None) -> Callable[[Rows], Node]:
    kind = "fill_back" if backward else "fill"
    return lambda rows: rows.window(kind, distance=-1 if limit is None else limit)


RANK_METHODS = ("average", "min", "max", "dense", "ordinal")


def rank(method: str, descending: bool) -> Callable[[Rows], Node]:
    def expand(rows: Rows) -> Node:
        ordered = rows.in_order_of(rows.value, descending)
        # Nulls come last: of the values up to the last equal one, none is null.
        most = ordered.window("count", with_peers=True)
        if method == "average":
            found = call("divide", cast(call("add", ordered.window("rank"), most), Float64), literal(2.0))
        elif method == "ordinal":
            found = call("add", ordered.window("number"), literal(1))
        else:
            found = most if method == "max" else ordered.window("rank" if method == "min" else "dense_rank")
        found = found if method == "average" else cast(found, UInt32)
        return _choose(call("is_null", rows.value), literal(None), found)

    return expand


def number(offset: int, kind: DataType) -> Callable[[Rows], Node]:
    def expand(rows: Rows) -> Node:
        return cast(call("add", rows.window("number"), literal(offset)), kind)

    return expand


def sliding(kind: str, size: int, min_samples: int | None, center: bool) -> Callable[[Rows], Node]:
    """Over ``size`` rows that end in each row, or lie around it; null for fewer values than ``min_samples``."""
    behind = (size - 1) // 2 if center else 0
    frame: dict[str, Any] = {"first": behind - size + 1, "last": behind}

    def expand(rows: Rows) -> Node:
        count = rows.window("count", **frame)
        if kind == "mean":
            total = rows.window("sum", cast(rows.value, Float64), **frame)
            found = call("divide", total, cast(count, Float64))
        else:
            found = rows.window(kind, _summed(rows.value, rows.kind) if kind == "sum" else rows.value, **frame)
        enough = call("greater_equal", count, literal(size if min_samples is None else min_samples))
        return _choose(enough, found, literal(None))

    return expand


def edge(kind: str) -> Callable[[Rows], Node]:
    """The value of the group's first or last row."""
    return lambda rows: rows.window(kind, first=None, last=None)


def duplicated(wanted: bool) -> Callable[[Rows], Node]:
    def expand(rows: Rows) -> Node:
        count = rows.equal_to(rows.value).window("count", literal(True), first=None, last=None)
        return call("greater" if wanted else "equal", count, literal(1))

    return expand


def distinct(which: str) -> Callable[[Rows], Node]:
    ends: dict[str, Any] = {"first": None, "last": 0} if which == "first" else {"first": 0, "last": None}

    def expand(rows: Rows) -> Node:
        return call("equal", rows.equal_to(rows.value).window("count", literal(True), **ends), literal(1))

    return expand


# How the place of a share of all values becomes that of a value.
NEAREST = {"nearest": 0.5, "lower": 0.0, "higher": None}


def at_share(share: float, interpolation: str) -> Callable[[Rows], Node]:
    """The value at its place in the order, and null in the other rows."""

    def expand(rows: Rows) -> Node:
        count = cast(rows.window("count", first=None, last=None), Float64)
        place = call("multiply", call("subtract", count, literal(1.0)), literal(float(share)))
        up = NEAREST[interpolation]
        whole = call("ceil", place) if up is None else call("floor", call("add", place, literal(up)))
        number = cast(rows.in_order_of(rows.value, False).window("number"), Float64)
        value = rows.value if rows.kind.is_temporal() else cast(rows.value, Float64)
        return _choose(call("equal", number, whole), value, literal(None))

    return expand


def place_of(extreme: str) -> Callable[[Rows], Node]:
    """The number of the first row with the extreme, and null in the others."""

    def expand(rows: Rows) -> Node:
        found = call("equal", rows.value, rows.window(extreme, first=None, last=None))
        first = call("equal", rows.window("sum", _as_number(found), keep_nulls=True), literal(1))
        here = call("and", found, first)
        return _choose(here, cast(rows.window("number"), UInt32), literal(None))

    return expand


def _as_number(condition: Node) -> Node:
    return cast(call("fill_null", condition, literal(False)), Int64)


# Windows as columns of a plan.


def ready(node: Node) -> bool:
    return node.kind == "window" and not any(one.kind == "window" for arg in node.args for one in arg.walk())


def add(plan: _core.DataFrame, nodes: Sequence[Node], lower: Callable[[Node, Any], Any]) -> tuple[Any, dict[str, str]]:
    """The plan with the columns of window nodes, and which column each is, by its text."""
    made: dict[str, str] = {}  # columns of expressions, by their text

    def column_of(node: Node) -> str:
        # An empty name stands for no column.
        if node.kind == "column" and node.data:
            return str(node.data)
        return made.setdefault(to_text(node), f"__argument_{next(_numbers)}__")

    alike: dict[Any, list[tuple[str, Node]]] = {}
    names: dict[str, str] = {}
    expressions: dict[str, Node] = {}
    for node in nodes:
        text = to_text(node)
        if text in names:
            continue
        names[text] = f"__window_{next(_numbers)}__"
        for arg in node.args:
            expressions[to_text(arg)] = arg
        by = tuple(column_of(arg) for arg in node.args[1:])
        alike.setdefault((by, node.data.order), []).append((names[text], node))
        column_of(node.args[0])
    if made:
        plan = plan.with_columns([lower(expressions[text], plan.schema).alias(name) for text, name in made.items()])
    for (by, order), taken in alike.items():
        keys, sorted_by = by[: order.num_keys], by[order.num_keys :]
        flags = zip(sorted_by, order.descending, order.nulls_last, strict=True)
        columns = [_request(name, node, column_of(node.args[0])) for name, node in taken]
        plan = _core.with_windows(plan, columns, list(keys), [(name, down, not last) for name, down, last in flags])
    return plan, names


_WITHOUT_COLUMN = ("number", "rank", "dense_rank")


def _request(name: str, node: Node, column: str) -> Any:
    one: Window = node.data
    of = "" if one.kind in _WITHOUT_COLUMN else column
    return (one.kind, of, name, one.first, one.last, one.with_peers, one.distance, one.keep_nulls)


def kind_of(expression: Any, schema: _core.Schema) -> DataType:
    return from_core(expression.type_in(schema))
