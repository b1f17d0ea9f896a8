"""What ``agg`` makes of the values of each group as a list: ``col("x")``, ``col("x").sort().head(2)``,
``col("x").unique().len()``.

Values are gathered in lists, in Python, and worked on by the steps of ``.list``; aggregates beside them are the core's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from treadle import _core
from treadle.frame import lower, steps, whole
from treadle.frame.expr import Expr
from treadle.frame.nodes import Node, column, output_name, reduces, to_text
from treadle.frame.rearranged import is_rearranged
from treadle.frame.types import List

# Aggregates by what does the same with lists.
_OF_LISTS: dict[str, Callable[[Expr], Expr]] = {
    "sum": lambda one: one.list.sum(),
    "mean": lambda one: one.list.mean(),
    "median": lambda one: one.list.median(),
    "min": lambda one: one.list.min(),
    "max": lambda one: one.list.max(),
    "first": lambda one: one.list.first(),
    "last": lambda one: one.list.last(),
    "size": lambda one: one.list.len(),
    "count": lambda one: one.list.drop_nulls().list.len(),
    "nunique": lambda one: one.list.n_unique(),
}


def needs_lists(node: Node) -> bool:
    return is_rearranged(node) or not reduces(node)


@dataclass
class _Parts:
    """What is computed of each group before the rest: columns of lists, and aggregates."""

    lists: list[Node] = field(default_factory=list)
    aggregates: list[Node] = field(default_factory=list)

    def value(self, node: Node) -> Node:
        """A tree over these parts."""
        if node.kind in ("alias", "rename"):
            return Node("alias", (self.value(node.args[0]),), output_name(node))
        if not needs_lists(node):
            return self._part(self.aggregates, node)
        if node.kind == "aggregate":
            return self._aggregate(node)
        if node.kind in ("rearranged", "filter", "cast") or not is_rearranged(node):
            return node if node.kind == "literal" else self._items(node)
        if any(arg.kind in ("rearranged", "filter") for arg in node.args):
            raise _refused(node)
        return Node(node.kind, tuple(self.value(arg) for arg in node.args), node.data)

    def _part(self, parts: list[Node], node: Node) -> Node:
        name = lower.new_name("part")
        parts.append(Node("alias", (node,), name))
        return column(name)

    def _aggregate(self, node: Node) -> Node:
        kind, parameter = node.data
        items = Expr(self._items(node.args[0]))
        if kind in ("std", "var"):
            return (items.list.std(parameter) if kind == "std" else items.list.var(parameter))._node
        if kind not in _OF_LISTS:
            raise NotImplementedError(f"agg: {kind}() of these values is not there yet; found {to_text(node)}")
        return _OF_LISTS[kind](items)._node

    def _items(self, node: Node) -> Node:
        """A tree of lists."""
        if not is_rearranged(node):
            return self._part(self.lists, node)
        if node.kind in ("alias", "rename"):
            return self._items(node.args[0])
        if node.kind == "cast":
            kind, strict = node.data
            return Node("cast", (self._items(node.args[0]),), (List(kind), strict))
        if node.kind == "filter":
            args = tuple(self._items(arg) for arg in node.args)
            return Node("step", args, steps.Step("filter", steps.kept_items, lambda kind, _: kind))
        if node.kind == "rearranged" and node.data.of_lists is not None:
            made: Expr = node.data.of_lists(*(Expr(self._items(arg)) for arg in node.args))
            return made._node
        raise _refused(node)


def _refused(node: Node) -> NotImplementedError:
    return NotImplementedError(
        f"agg: {to_text(node)} has rows of its own, of which aggregates and what .list has can be made"
    )


def _first_values(node: Node) -> tuple[int, bool] | None:
    """``Rearrangement.first`` of a list that is nothing but that of a group's values, and has one at least."""
    while node.kind in ("alias", "rename"):
        node = node.args[0]
    plain = node.kind == "rearranged" and not is_rearranged(node.args[0])
    first: tuple[int, bool] | None = node.data.first if plain else None
    return first if first is not None and first[0] > 0 else None


def _only_first(rows: _core.DataFrame, keys: list[str], value: str, first: tuple[int, bool]) -> _core.DataFrame:
    """The rows of each group with the first values in an order."""
    count, descending = first
    number, names = lower.new_name("number"), rows.schema.names
    numbered = _core.with_windows(
        rows, [("number", "", number, None, 0, False, 1, False)], keys, [(value, descending, False)], False
    )
    chosen = numbered.filter(_core.call("less", [_core.col(number), _core.literal(count, "int64")]))
    return chosen.select([_core.col(name) for name in names])


def groups_with_lists(plan: _core.DataFrame, keys: Sequence[Node], nodes: Sequence[Node]) -> _core.DataFrame:
    """A row a group, by first appearance: its keys, and what the trees make of its rows."""
    schema, parts = plan.schema, _Parts()
    values = [Node("alias", (parts.value(node),), output_name(node)) for node in nodes]
    named_keys = [lower.named(key, schema) for key in keys]
    key_names = [output_name(key) for key in keys]
    groups = plan.group_by(named_keys, [lower.named(node, schema) for node in parts.aggregates])
    if parts.lists:
        names = [output_name(node) for node in parts.lists]
        rows = plan.select([*named_keys, *(lower.named(node, schema) for node in parts.lists)])
        # Values whose lists are cut need not become lists.
        first = _first_values(nodes[0]) if len(nodes) == 1 else None
        if first is not None:
            rows = _only_first(rows, key_names, names[0], first)
        function = steps.lists_of_groups(key_names, names)
        listed = whole.map_whole(rows, function, "python: lists of groups", whole.with_lists(rows, names))
        on = [_core.col(name) for name in key_names]
        # The order is that of all rows.
        whole_order = bool(parts.aggregates) or first is not None
        groups = groups.join(listed, "left", on, on, nulls_equal=True, coalesce=True) if whole_order else listed
    return lower.select(groups, [*(column(name) for name in key_names), *values])
