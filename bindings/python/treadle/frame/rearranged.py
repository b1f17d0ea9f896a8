"""Expressions that change how many rows there are, or their order: ``select(col("x").unique().sort())``.

They stand alone in a ``select``; what is computed from them has as many rows as they have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from treadle import _core
from treadle.frame.nodes import Node, column, output_name, replace, to_text

if TYPE_CHECKING:
    from treadle.frame.expr import Expr
    from treadle.frame.lazy import LazyFrame

Change = Callable[["LazyFrame"], "LazyFrame"]
Plain = Callable[[_core.DataFrame, Sequence[Node]], _core.DataFrame]


@dataclass(frozen=True, eq=False)
class Rearrangement:
    """What a ``rearranged`` node has as its data: a step of a frame of one column, or of it and what it goes by."""

    name: str
    change: Change
    arguments: str = ""
    # The same of lists, one for each argument of the node: those of the groups of an ``agg``.
    of_lists: Callable[..., Expr] | None = None
    # If it looks at no more than the first values in an order, nulls last: how many, and whether from the largest on.
    first: tuple[int, bool] | None = None


class RearrangingMethods:
    """What ``Expr`` has of them."""

    __slots__ = ()
    _node: Node

    def _rearranged(
        self,
        name: str,
        change: Change,
        *arguments: Any,
        of_lists: Callable[[Expr], Expr] | None = None,
        first: tuple[int, bool] | None = None,
    ) -> Expr:
        from treadle.frame.expr import Expr

        made = Rearrangement(name, change, ", ".join(map(repr, arguments)), of_lists, first)
        return Expr(Node("rearranged", (self._node,), made))

    def unique(self, *, maintain_order: bool = False) -> Expr:
        """Each value once, by first appearance."""
        return self._rearranged("unique", lambda frame: frame.unique(), of_lists=lambda one: one.list.unique())

    def sort(self, *, descending: bool = False, nulls_last: bool = False) -> Expr:
        return self._rearranged(
            "sort",
            lambda frame: frame.sort(frame.columns[0], descending=descending, nulls_last=nulls_last),
            of_lists=lambda one: one.list.sort(descending=descending, nulls_last=nulls_last),
        )

    def reverse(self) -> Expr:
        return self._rearranged("reverse", lambda frame: frame.reverse(), of_lists=lambda one: one.list.reverse())

    def head(self, n: int = 10) -> Expr:
        return self._rearranged("head", lambda frame: frame.head(n), n, of_lists=lambda one: one.list.head(n))

    def limit(self, n: int = 10) -> Expr:
        return self.head(n)

    def tail(self, n: int = 10) -> Expr:
        return self._rearranged("tail", lambda frame: frame.tail(n), n, of_lists=lambda one: one.list.tail(n))

    def slice(self, offset: int, length: int | None = None) -> Expr:
        return self._rearranged(
            "slice",
            lambda frame: frame.slice(offset, length),
            offset,
            length,
            of_lists=lambda one: one.list.slice(offset, length),
        )

    def top_k(self, k: int = 5) -> Expr:
        """The ``k`` largest values, the largest first."""
        return self._rearranged(
            "top_k",
            lambda frame: frame.top_k(k, by=frame.columns[0]),
            k,
            of_lists=lambda one: one.list.sort(descending=True, nulls_last=True).list.head(k),
            first=(k, True),
        )

    def bottom_k(self, k: int = 5) -> Expr:
        return self._rearranged(
            "bottom_k",
            lambda frame: frame.bottom_k(k, by=frame.columns[0]),
            k,
            of_lists=lambda one: one.list.sort(nulls_last=True).list.head(k),
            first=(k, False),
        )

    def gather_every(self, n: int, offset: int = 0) -> Expr:
        """Each ``n``-th value."""

        def change(frame: LazyFrame) -> LazyFrame:
            from treadle.frame.expr import col

            name = frame.columns[0]
            numbered = frame.with_row_index("row number")
            number = col("row number").cast("int64") - offset
            return numbered.filter((number >= 0) & (number % n == 0)).select(name)

        return self._rearranged(
            "gather_every", change, n, offset, of_lists=lambda one: one.list.gather_every(n, offset)
        )

    def mode(self) -> Expr:
        """The values that are there most often."""

        def change(frame: LazyFrame) -> LazyFrame:
            from treadle.frame.expr import col

            name = frame.columns[0]
            counted = frame.group_by(name).len("row count")
            return counted.filter(col("row count") == col("row count").max()).select(name)

        return self._rearranged("mode", change, of_lists=lambda one: one.list.mode())

    def unique_counts(self) -> Expr:
        """How often each value is there, by first appearance."""

        def change(frame: LazyFrame) -> LazyFrame:
            name = frame.columns[0]
            return frame.group_by(name).len("row count").select("row count").rename({"row count": name})

        return self._rearranged("unique_counts", change)

    def value_counts(
        self, *, sort: bool = False, parallel: bool = False, name: str | None = None, normalize: bool = False
    ) -> Expr:
        """Each value and how often it is there, as structs of both: by first appearance, or the most frequent first."""
        counted = name or ("proportion" if normalize else "count")

        def change(frame: LazyFrame) -> LazyFrame:
            from treadle.frame.expr import col
            from treadle.frame.structs import struct

            value = frame.columns[0]
            counts = frame.group_by(value).len(counted)
            if sort:
                counts = counts.sort(counted, descending=True)
            if normalize:
                counts = counts.with_columns(col(counted) / col(counted).sum())
            return counts.select(struct(value, counted).alias(value))

        return self._rearranged("value_counts", change)

    def rle(self) -> Expr:
        """Runs of equal values, as structs of how long each is, and its value."""

        def change(frame: LazyFrame) -> LazyFrame:
            from treadle.frame.expr import col
            from treadle.frame.expr import len as rows
            from treadle.frame.structs import struct

            value = frame.columns[0]
            runs = frame.group_by(col(value).rle_id().alias("run number"))
            lengths = runs.agg(rows().cast("uint32").alias("len"), col(value).first().alias("value"))
            return lengths.select(struct("len", "value").alias(value))

        return self._rearranged("rle", change)


def is_rearranged(node: Node) -> bool:
    """Whether some part has rows of its own: it was rearranged, or filtered without an aggregate behind it."""
    if node.kind == "aggregate" and node.args[0].kind == "filter":
        return any(is_rearranged(arg) for arg in node.args[0].args)
    return node.kind in ("rearranged", "filter") or any(is_rearranged(arg) for arg in node.args)


def select(plan: _core.DataFrame, nodes: Sequence[Node], select_plain: Plain) -> _core.DataFrame:
    """``select`` of one expression with such parts; ``select_plain`` does it without them."""
    if len(nodes) != 1:
        shown = next(to_text(node) for node in nodes if is_rearranged(node))
        raise NotImplementedError(
            f"select: {shown} has rows of its own and stands alone; select it by itself, then join or hstack()"
        )
    node, name = nodes[0], output_name(nodes[0])
    while is_rearranged(node):
        inner = _innermost(node)
        made = _apply(plan, inner, select_plain)
        rest = _with_column(node, inner)
        others = {str(one.data) for one in rest.walk() if one.kind == "column"} - {"values"}
        if others:
            raise NotImplementedError(
                f"select: {to_text(inner)} has rows of its own; found it beside column {sorted(others)[0]!r}"
            )
        plan, node = made, rest
    return select_plain(plan, [Node("alias", (node,), name)])


def _with_column(node: Node, done: Node) -> Node:
    made = Node("alias", (column("values"),), output_name(done))
    return replace(node, lambda one: made if one is done else None)


def _innermost(node: Node) -> Node:
    for arg in node.args:
        if is_rearranged(arg) and not (node.kind == "aggregate" and arg.kind == "filter"):
            return _innermost(arg)
    if node.kind == "aggregate":
        return next(_innermost(arg) for arg in node.args[0].args if is_rearranged(arg))
    return node


def _apply(plan: _core.DataFrame, node: Node, select_plain: Plain) -> _core.DataFrame:
    from treadle.frame.lazy import LazyFrame

    if node.kind == "filter":
        value, condition = node.args
        both = select_plain(plan, [Node("alias", (value,), "values"), Node("alias", (condition,), "kept")])
        return both.filter(_core.col("kept")).select([_core.col("values")])
    by = [Node("alias", (arg,), f"by {place}") for place, arg in enumerate(node.args[1:])]
    # Under its own name, which a change may show: that of a field, say.
    one = select_plain(plan, [Node("alias", (node.args[0],), output_name(node.args[0])), *by])
    change: Change = node.data.change
    made = change(LazyFrame(one))._plan()
    return made.select([_core.col(made.schema.names[0]).alias("values")])
