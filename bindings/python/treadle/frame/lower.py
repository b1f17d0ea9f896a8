"""Trees of expressions to plans of the core.

The core's expressions know columns and, in an aggregation, aggregates. What mixes the two is cut here: an aggregate
beside columns is computed in a plan of its own, of one row, and joined to every row; ``over`` is a group-by joined by
its keys.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from treadle import _core
from treadle.frame import rearranged, steps, windows
from treadle.frame.literals import lower_literal
from treadle.frame.nodes import REDUCING, Node, call, column, is_scalar, output_name, reduces, replace, to_text
from treadle.frame.types import Int64, String

_numbers = itertools.count()


def new_name(prefix: str) -> str:
    """The name of a column that nobody sees."""
    return f"__{prefix}_{next(_numbers)}__"


def lower(node: Node, schema: _core.Schema) -> _core.Expression:
    """The core's expression of a tree without selectors and ``over``."""
    if node.kind == "column":
        return _core.col(node.data)
    if node.kind == "literal":
        return lower_literal(node.data[0])
    if node.kind == "len":
        return _core.count()
    if node.kind in ("alias", "rename"):
        return lower(node.args[0], schema)
    if node.kind == "cast":
        kind, strict = node.data
        inner = lower(node.args[0], schema)
        pattern = _pattern_of_times(inner, schema) if kind == String else None
        if pattern is not None:
            return _core.call("dt.strftime", [inner, _core.literal(pattern, "utf8")])
        return inner.cast(kind.core) if strict else inner.try_cast(kind.core)
    if node.kind == "aggregate":
        return _lower_aggregate(node, schema)
    if node.kind == "call":
        return _lower_call(node, schema)
    if node.kind == "filter":
        raise ValueError(f"expected an aggregate behind filter() or drop_nulls(), found {to_text(node)}")
    if node.kind == "rearranged":
        raise NotImplementedError(
            f"{node.data.name}() has rows of its own: it stands alone in a select(); found {to_text(node)}"
        )
    if node.kind == "step":
        raise NotImplementedError(f"{node.data.name}() of aggregates is not there yet; found {to_text(node)}")
    raise ValueError(f"over() is for select, with_columns and filter of a frame; found {to_text(node)}")


_DIGITS = {"s": "", "ms": "%.3f", "us": "%.6f", "ns": "%.9f"}


def _pattern_of_times(value: _core.Expression, schema: _core.Schema) -> str | None:
    """How Polars writes times without a zone: with as many digits as their unit has."""
    try:
        kind = str(value.type_in(schema))
    except (LookupError, TypeError, ValueError):
        # The frame that takes the expression says what is wrong with it.
        return None
    unit = kind.removeprefix("timestamp[").removesuffix("]")
    return "%Y-%m-%d %H:%M:%S" + _DIGITS[unit] if kind.startswith("timestamp[") and unit in _DIGITS else None


def _is_text(node: Node, schema: _core.Schema) -> bool:
    if node.kind == "literal":
        return isinstance(node.data[0], str)
    try:
        return lower(node, schema).type_in(schema).name == "utf8"
    except (LookupError, TypeError, ValueError):
        # The frame that takes the expression says what is wrong with it.
        return False


# What these mean of whole numbers.
_OF_BITS = {"and": "bit.and", "or": "bit.or", "xor": "bit.xor", "not": "bit.not"}


def _lower_logic(node: Node, schema: _core.Schema) -> _core.Expression:
    args = [lower(arg, schema) for arg in node.args]
    try:
        whole = args[0].type_in(schema).name.removeprefix("u").startswith("int")
    except (LookupError, TypeError, ValueError):
        # The frame that takes the expression says what is wrong with it.
        whole = False
    return _core.call(_OF_BITS[node.data] if whole else node.data, args)


def _lower_time_unit(node: Node, schema: _core.Schema) -> _core.Expression:
    value, unit = lower(node.args[0], schema), node.args[1].data[0]
    kind = str(value.type_in(schema))
    if unit not in ("s", "ms", "us", "ns") or not kind.startswith(("timestamp[", "duration[")):
        raise TypeError(f"dt.cast_time_unit: expected times and a unit 'ms', 'us' or 'ns', found {kind} and {unit!r}")
    return value.cast(re.sub(r"\[\w+", f"[{unit}", kind, count=1))


def _lower_call(node: Node, schema: _core.Schema) -> _core.Expression:
    if node.data in _OF_BITS:
        return _lower_logic(node, schema)
    if node.data == "dt.cast_time_unit":
        return _lower_time_unit(node, schema)
    if node.data == "dt.shown":  # what a clock shows, of times; dates
        value = lower(node.args[0], schema)
        return value if str(value.type_in(schema)) == "date" else _core.call("dt.wall", [value])
    if node.data == "add" and all(_is_text(arg, schema) for arg in node.args):
        parts = [lower(arg, schema) for arg in node.args]
        return _core.call("str.concat", [_core.literal("", "utf8"), *parts])
    if node.data == "fill_null_in_type":
        value, other = (lower(arg, schema) for arg in node.args)
        return _core.call("fill_null", [value, _as_whole(value, other, schema)])
    return _core.call(node.data, [lower(arg, schema) for arg in node.args])


def _as_whole(value: _core.Expression, other: _core.Expression, schema: _core.Schema) -> _core.Expression:
    """The other value cut to a whole number if the first one is of whole numbers."""
    try:
        kind = value.type_in(schema)
    except (LookupError, TypeError, ValueError):
        # The frame that takes the expression says what is wrong with it.
        return other
    return other.cast(str(kind)) if kind.is_integer else other


def _null_if_not(value: Node, condition: Node) -> Node:
    return call("if_else", condition, value, Node("literal", data=(None,)))


def _as_count(condition: Node) -> Node:
    return Node("aggregate", (condition,), ("sum", None))


def _only_where(kind: str, value: Node, condition: Node, data: object) -> Node:
    """An aggregate of the values for which a condition is true, without a filter."""
    if kind == "size":
        return _as_count(condition)
    if kind == "nunique":
        # A null that stands for a row left out is none that was there.
        null = call("and", condition, call("is_null", value))
        left_out = call("is_null", _null_if_not(value, condition))
        cast = [Node("aggregate", (Node("cast", (one,), (Int64, True)),), ("max", None)) for one in (left_out, null)]
        all_of = Node("aggregate", (_null_if_not(value, condition),), ("nunique", None))
        zero = Node("literal", data=(0,))
        return call("add", call("subtract", all_of, call("fill_null", cast[0], zero)), call("fill_null", cast[1], zero))
    if kind in ("first", "last"):
        raise NotImplementedError(f"{kind}() behind filter() is not there yet; use min() or max(), or filter the frame")
    return Node("aggregate", (_null_if_not(value, condition),), data)


def _lower_aggregate(node: Node, schema: _core.Schema) -> _core.Expression:
    kind, parameter = node.data
    value = node.args[0]
    if value.kind == "filter":
        return lower(_only_where(kind, value.args[0], value.args[1], node.data), schema)
    inner = lower(value, schema)
    if kind in ("std", "var"):
        return inner.std(parameter) if kind == "std" else inner.var(parameter)
    if kind == "quantile":
        return inner.quantile(parameter)
    aggregated: _core.Expression = getattr(inner, kind)()
    return aggregated


def named(node: Node, schema: _core.Schema) -> _core.Expression:
    # A column under its own name lets plans pass it on as it is.
    return lower(node, schema) if node.kind == "column" else lower(node, schema).alias(output_name(node))


def _one_row() -> _core.DataFrame:
    """A frame of one row, for literals alone."""
    from treadle.frame.construct import table_of

    return _core.from_table(table_of({new_name("none"): [None]}))


def _replaced(node: Node, by_place: dict[int, Node]) -> Node:
    return replace(node, lambda one: by_place.get(id(one)))


def _has(node: Node, *kinds: str) -> bool:
    return any(one.kind in kinds for one in node.walk())


_AGGREGATES = ("aggregate", "len", "over")


def _is_nested(node: Node) -> bool:
    return any(one.kind == "aggregate" and any(_has(arg, *_AGGREGATES) for arg in one.args) for one in node.walk())


def nested_of_groups(node: Node, keys: Sequence[Node]) -> Node:
    """The tree with what is aggregated inside of aggregates taken over the rows of each group."""
    if node.kind == "aggregate":
        return Node(node.kind, tuple(_over(arg, keys) for arg in node.args), node.data)
    args = tuple(nested_of_groups(arg, keys) for arg in node.args)
    return node if all(a is b for a, b in zip(args, node.args, strict=True)) else Node(node.kind, args, node.data)


def _over(node: Node, keys: Sequence[Node]) -> Node:
    def take(one: Node) -> Node | None:
        if one.kind in ("aggregate", "len"):
            if _has(one, "macro"):
                raise NotImplementedError(
                    "agg: what looks at other rows, inside of an aggregate that is inside of another one, is not there "
                    f"yet; with_columns() it first; found {to_text(one)}"
                )
            return Node("over", (nested_of_groups(one, keys), *keys), windows.Order(len(keys)))
        return one if one.kind == "over" else None

    return replace(node, take)


def within_groups(
    node: Node, keys: Sequence[Node], order: Sequence[Node] = (), by: windows.Order | None = None
) -> Node:
    """The tree with its macros for the rows of each group."""
    flags = by or windows.Order()

    def place(one: Node) -> Node | None:
        if one.kind != "macro":
            return None
        inner = within_groups(one.args[0], keys, order, by)
        made = Node("macro", (inner, *one.args[1:]), one.data)
        return windows.within(made, keys, order, flags.descending, flags.nulls_last)

    return replace(node, place)


def _push_over(node: Node) -> Node | None:
    """``over`` belongs to the aggregates and to what looks at other rows: columns beside them are the row's."""
    if node.kind != "over":
        return None
    by: windows.Order = node.data
    keys, order = node.args[1 : 1 + by.num_keys], node.args[1 + by.num_keys :]
    if any(one.kind == "step" and one.data.whole for one in node.walk()):
        raise NotImplementedError(f"over() of a function of all rows is not there yet; found {to_text(node)}")
    if order and not _has(node.args[0], "aggregate", "len", "macro"):
        raise NotImplementedError(f"over(order_by=) without an aggregate is not there yet; found {to_text(node)}")

    def push(one: Node) -> Node | None:
        if one.kind == "aggregate" and one.data[0] in ("first", "last") and order and one.args[0].kind != "filter":
            return within_groups(windows.macro(one.args[0], one.data[0], windows.edge(one.data[0])), keys, order, by)
        if one.kind == "aggregate" or one.kind == "len":
            return Node("over", (within_groups(one, keys, order, by), *keys), windows.Order(len(keys)))
        return None

    pushed = replace(node.args[0], push)
    return replace(pushed, lambda one: within_groups(one, keys, order, by) if one.kind == "macro" else None)


class Widened:
    """A plan with the columns that its expressions need beside its own: steps, aggregates of all rows or of groups."""

    def __init__(self, plan: _core.DataFrame) -> None:
        self.original = plan
        self.plan = plan
        self.wide = False

    @property
    def is_wider(self) -> bool:
        return self.wide or self.plan is not self.original

    def take(self, nodes: Sequence[Node]) -> list[Node]:
        """The trees with columns in the places of their steps and windows; what these take comes first."""
        taken = [self._expanded(self._without_nested(replace(node, _push_over))) for node in nodes]
        named = [(node, output_name(before)) for node, before in zip(self._all_at_once(taken), nodes, strict=True)]
        self.original = self.plan
        return [node if output_name(node) == name else Node("alias", (node,), name) for node, name in named]

    def _without_nested(self, node: Node) -> Node:
        """With columns for aggregates inside of aggregates: ``((x - x.mean()) ** 2).sum()``."""
        if not _is_nested(node):
            return node

        def inner(one: Node) -> Node | None:
            if one.kind not in ("aggregate", "over") or not any(_has(arg, *_AGGREGATES) for arg in one.args):
                return None
            args = tuple(self._flat(self._expanded(self._without_nested(arg))) for arg in one.args)
            return Node(one.kind, args, one.data) if one.kind == "aggregate" else None

        return replace(node, inner)

    def _expanded(self, node: Node) -> Node:
        """With columns for steps and windows for macros."""
        if not _has(node, "step", "macro"):
            return node
        made = Node(node.kind, tuple(self._expanded(arg) for arg in node.args), node.data)
        if node.kind not in ("step", "macro"):
            return made
        args = self._all_at_once([self._flat(arg) for arg in made.args])
        made = Node(node.kind, tuple(args), node.data)
        if node.kind == "macro":
            value = lower(args[0], self.plan.schema)
            macro: windows.Macro = made.data
            return macro.expand(windows.Rows(args[0], windows.kind_of(value, self.plan.schema), made))
        name = new_name("step")
        self.plan = steps.apply(self.plan, [lower(arg, self.plan.schema) for arg in args], name, made.data)
        self.wide = True
        return column(name)

    def _flat(self, node: Node) -> Node:
        """With columns for aggregates of all rows and of groups."""
        if not _has(node, "aggregate", "len", "over"):
            return node
        nodes = self._all_at_once([node])
        self.original = self.plan
        self.wide = True
        return self.aggregates(nodes)[0]

    def _all_at_once(self, nodes: Sequence[Node]) -> list[Node]:
        """With columns for windows, those alike computed together."""
        nodes = list(nodes)
        while ready := [one for node in nodes for one in node.walk() if windows.ready(one)]:
            found = [Node(one.kind, tuple(self._flat(arg) for arg in one.args), one.data) for one in ready]
            self.plan, names = windows.add(self.plan, found, lower)
            self.wide = True
            by_place = {id(one): column(names[to_text(flat)]) for one, flat in zip(ready, found, strict=True)}
            nodes = [_replaced(node, by_place) for node in nodes]
        return nodes

    def prepare(self, nodes: Sequence[Node]) -> list[Node]:
        """Trees over columns alone, those of the wider plan included."""
        return self.aggregates(self.take(nodes))

    def aggregates(self, nodes: Sequence[Node]) -> list[Node]:
        """Trees without windows, with columns for their aggregates."""
        groups: dict[tuple[str, ...], list[tuple[str, Node, tuple[Node, ...]]]] = {}
        totals: list[tuple[str, Node]] = []

        def take(node: Node) -> Node | None:
            if node.kind == "over":
                name = new_name("over")
                keys = tuple(map(to_text, node.args[1:]))
                groups.setdefault(keys, []).append((name, node.args[0], node.args[1:]))
                return column(name)
            if node.kind in ("aggregate", "len"):
                name = new_name("total")
                totals.append((name, node))
                return column(name)
            return None

        prepared = [Node("alias", (replace(node, take),), output_name(node)) for node in nodes]
        if totals:
            self._join_totals(totals)
        for taken in groups.values():
            self._join_groups(taken)
        return prepared

    def _join_totals(self, totals: list[tuple[str, Node]]) -> None:
        schema = self.original.schema
        one = self.original.select([lower(node, schema).alias(name) for name, node in totals])
        self.plan = self.plan.join(one, "cross", [], [])

    def _join_groups(self, taken: list[tuple[str, Node, tuple[Node, ...]]]) -> None:
        schema = self.original.schema
        keys = [lower(key, schema) for key in taken[0][2]]
        names = [new_name("key") for _ in keys]
        groups = self.original.group_by(
            [key.alias(name) for key, name in zip(keys, names, strict=True)],
            [lower(node, schema).alias(name) for name, node, _ in taken],
        )
        others = [_core.col(name) for name in names]
        self.plan = self.plan.join(groups, "left", keys, others, nulls_equal=True, coalesce=False)


def select(plan: _core.DataFrame, nodes: Sequence[Node]) -> _core.DataFrame:
    """These columns; aggregates alone give one row, beside columns they are repeated."""
    if any(rearranged.is_rearranged(node) for node in nodes):
        return rearranged.select(plan, nodes, select)
    if nodes and all(is_scalar(node) for node in nodes) and any(map(_steps_outside, nodes)):
        return _select_one_row(plan, nodes)
    wide = Widened(plan)
    nodes = wide.take(nodes)
    if nodes and all(is_scalar(node) for node in nodes):
        plan = wide.plan if any(reduces(node) for node in nodes) else _one_row()
        return plan.select([named(node, plan.schema) for node in nodes])
    prepared = wide.aggregates(nodes)
    return wide.plan.select([named(node, wide.plan.schema) for node in prepared])


def _steps_outside(node: Node) -> bool:
    """Whether there is a step outside of aggregates."""
    return node.kind == "step" or (node.kind not in REDUCING and any(map(_steps_outside, node.args)))


def _select_one_row(plan: _core.DataFrame, nodes: Sequence[Node]) -> _core.DataFrame:
    """Steps of aggregates and literals: over a plan of the aggregates."""
    totals: list[Node] = []

    def take(node: Node) -> Node | None:
        if node.kind not in REDUCING:
            return None
        name = new_name("total")
        totals.append(Node("alias", (node,), name))
        return column(name)

    made = [Node("alias", (replace(node, take),), output_name(node)) for node in nodes]
    row = select(plan, totals) if totals else _one_row()
    wide = Widened(row)
    prepared = wide.prepare(made)
    return wide.plan.select([named(node, wide.plan.schema) for node in prepared])


def with_columns(plan: _core.DataFrame, nodes: Sequence[Node]) -> _core.DataFrame:
    wide = Widened(plan)
    prepared = wide.prepare(nodes)
    if not wide.is_wider:
        return plan.with_columns([named(node, plan.schema) for node in prepared])
    names = list(plan.schema.names)
    names += [output_name(node) for node in prepared if output_name(node) not in names]
    added = wide.plan.with_columns([named(node, wide.plan.schema) for node in prepared])
    return added.select([_core.col(name) for name in names])


def filter(plan: _core.DataFrame, nodes: Sequence[Node]) -> _core.DataFrame:
    wide = Widened(plan)
    for node in wide.prepare(nodes):
        wide.plan = wide.plan.filter(lower(node, wide.plan.schema))
    if wide.plan.schema.names == plan.schema.names:
        return wide.plan
    return wide.plan.select([_core.col(name) for name in plan.schema.names])
