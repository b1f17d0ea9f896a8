"""Trees of expressions to plans of the core.

The core's expressions know columns and, in an aggregation, aggregates. What mixes the two is cut here: an aggregate
beside columns is computed in a plan of its own, of one row, and joined to every row; ``over`` is a group-by joined by
its keys.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from treadle import _core
from treadle.frame import steps
from treadle.frame.literals import lower_literal
from treadle.frame.nodes import Node, call, column, is_scalar, output_name, reduces, replace, to_text
from treadle.frame.types import Int64

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
        return inner.cast(kind.core) if strict else inner.try_cast(kind.core)
    if node.kind == "aggregate":
        return _lower_aggregate(node, schema)
    if node.kind == "call":
        return _lower_call(node, schema)
    if node.kind == "filter":
        raise ValueError(f"expected an aggregate behind filter() or drop_nulls(), found {to_text(node)}")
    if node.kind == "step":
        raise NotImplementedError(f"{node.data.name}() of aggregates is not there yet; found {to_text(node)}")
    raise ValueError(f"over() is for select, with_columns and filter of a frame; found {to_text(node)}")


def _is_text(node: Node, schema: _core.Schema) -> bool:
    if node.kind == "literal":
        return isinstance(node.data[0], str)
    try:
        return lower(node, schema).type_in(schema).name == "utf8"
    except (LookupError, TypeError, ValueError):
        # The frame that takes the expression says what is wrong with it.
        return False


def _lower_call(node: Node, schema: _core.Schema) -> _core.Expression:
    if node.data == "add" and all(_is_text(arg, schema) for arg in node.args):
        parts = [lower(arg, schema) for arg in node.args]
        return _core.call("str.concat", [_core.literal("", "utf8"), *parts])
    return _core.call(node.data, [lower(arg, schema) for arg in node.args])


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
    kind, ddof = node.data
    value = node.args[0]
    if value.kind == "filter":
        return lower(_only_where(kind, value.args[0], value.args[1], node.data), schema)
    inner = lower(value, schema)
    if kind in ("std", "var"):
        return inner.std(ddof) if kind == "std" else inner.var(ddof)
    aggregated: _core.Expression = getattr(inner, kind)()
    return aggregated


def named(node: Node, schema: _core.Schema) -> _core.Expression:
    # A column under its own name lets plans pass it on as it is.
    return lower(node, schema) if node.kind == "column" else lower(node, schema).alias(output_name(node))


def _one_row() -> _core.DataFrame:
    """A frame of one row, for literals alone."""
    from treadle.frame.construct import table_of

    return _core.from_table(table_of({new_name("none"): [None]}))


class Widened:
    """A plan with the columns that its expressions need beside its own: steps, aggregates of all rows or of groups."""

    def __init__(self, plan: _core.DataFrame) -> None:
        self.original = plan
        self.plan = plan
        self.wide = False

    @property
    def is_wider(self) -> bool:
        return self.wide or self.plan is not self.original

    def take_steps(self, nodes: Sequence[Node]) -> list[Node]:
        """The trees with columns in the places of their steps; what a step takes comes first."""

        def taken(node: Node) -> Node:
            if not any(one.kind == "step" for one in node.walk()):
                return node
            made = Node(node.kind, tuple(taken(arg) for arg in node.args), node.data)
            if node.kind != "step":
                return made
            name = new_name("step")
            self.plan = steps.apply(self.plan, lower(made.args[0], self.plan.schema), name, made.data)
            self.wide = True
            return column(name)

        named = [(taken(node), output_name(node)) for node in nodes]
        self.original = self.plan
        return [node if output_name(node) == name else Node("alias", (node,), name) for node, name in named]

    def prepare(self, nodes: Sequence[Node]) -> list[Node]:
        """Trees over columns alone, those of the wider plan included."""
        nodes = self.take_steps(nodes)
        nodes = [replace(node, self._push_over) for node in nodes]
        windows: dict[tuple[str, ...], list[tuple[str, Node, tuple[Node, ...]]]] = {}
        totals: list[tuple[str, Node]] = []

        def take(node: Node) -> Node | None:
            if node.kind == "over":
                name = new_name("over")
                keys = tuple(map(to_text, node.args[1:]))
                windows.setdefault(keys, []).append((name, node.args[0], node.args[1:]))
                return column(name)
            if node.kind in ("aggregate", "len"):
                name = new_name("total")
                totals.append((name, node))
                return column(name)
            return None

        prepared = [Node("alias", (replace(node, take),), output_name(node)) for node in nodes]
        if totals:
            self._join_totals(totals)
        for taken in windows.values():
            self._join_groups(taken)
        return prepared

    @staticmethod
    def _push_over(node: Node) -> Node | None:
        """``over`` belongs to the aggregates: columns beside them are those of the row."""
        if node.kind != "over":
            return None
        keys = node.args[1:]
        if not reduces(node.args[0]):
            raise NotImplementedError(f"over() without an aggregate is not there yet; found {to_text(node)}")

        def push(one: Node) -> Node | None:
            return Node("over", (one, *keys)) if one.kind in ("aggregate", "len") else None

        return replace(node.args[0], push)

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
    with_steps = Widened(plan)
    nodes = with_steps.take_steps(nodes)
    plan = with_steps.plan
    if nodes and all(is_scalar(node) for node in nodes):
        if not any(reduces(node) for node in nodes):
            plan = _one_row()
        return plan.select([named(node, plan.schema) for node in nodes])
    wide = Widened(plan)
    prepared = wide.prepare(nodes)
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
