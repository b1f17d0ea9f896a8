"""Frames with keys, waiting for aggregates."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, NoReturn, TypeVar, cast

from treadle import _core
from treadle.frame import lower, windows
from treadle.frame.expr import Expr, col, flatten, int_range, len, lit
from treadle.frame.expr import all as every
from treadle.frame.expr_order import SortBy
from treadle.frame.group_lists import groups_with_lists, needs_lists
from treadle.frame.nodes import Node, output_name, replace
from treadle.frame.verbs import Verbs, named_exprs, no_such_name

Frame = TypeVar("Frame", bound=Verbs)
_count = builtins.len


def _in_order(node: Node, keys: Sequence[Node]) -> Node:
    """The tree with the first and last values in the order of others as windows over each group."""

    def take(one: Node) -> Node | None:
        if one.kind != "aggregate" or one.data[0] not in ("first", "last") or one.args[0].kind != "rearranged":
            return None
        by = one.args[0].data
        if not isinstance(by, SortBy):
            return None
        value, *order = one.args[0].args
        edge = windows.macro(value, by.name, windows.edge(one.data[0]))
        return Node("aggregate", (windows.within(edge, keys, order, by.descending, by.nulls_last),), ("first", None))

    return replace(node, take)


def _groups(plan: _core.DataFrame, keys: Sequence[Node], nodes: Sequence[Node]) -> _core.DataFrame:
    """A row a group. What is not aggregated becomes a list of the group's values."""
    if any(needs_lists(node) for node in nodes):
        return groups_with_lists(plan, keys, nodes)
    schema = plan.schema
    return plan.group_by([lower.named(key, schema) for key in keys], [lower.named(node, schema) for node in nodes])


class GroupBy(Generic[Frame]):
    """One row a group comes of it; groups come in the order in which they first appear."""

    def __init__(self, frame: Frame, keys: Sequence[Expr], having: Sequence[Any] = ()) -> None:
        self._frame = frame
        self._having = list(having)
        self._exprs = list(keys)
        self._keys = frame._expand(keys)
        if not self._keys:
            raise ValueError("group_by: expected at least one key, found none")

    def __getattr__(self, name: str) -> NoReturn:
        no_such_name(self, name)

    def having(self, *predicates: Any) -> GroupBy[Frame]:
        """The groups for which all predicates, over aggregates, are true."""
        return GroupBy(self._frame, self._exprs, [*self._having, *flatten(predicates)])

    def __iter__(self) -> Iterator[tuple[tuple[Any, ...], Any]]:
        """Keys and rows of each group; of a frame in memory."""
        if not hasattr(self._frame, "partition_by"):
            raise TypeError("the groups of a LazyFrame are not known before collect()")
        names = [output_name(key) for key in self._keys]
        if any(key.kind != "column" for key in self._keys):
            wide = self._frame.with_columns(self._exprs)
            return iter(wide.partition_by(names, as_dict=True).items())
        return iter(self._frame.partition_by(names, as_dict=True).items())

    def map_groups(self, function: Callable[[Any], Any], schema: Any = None) -> Any:
        """``function`` of each group as a frame in memory, one behind the other."""
        from treadle.frame.combine import concat

        return concat([function(rows) for _, rows in self])

    def agg(self, *aggs: Any, **named: Any) -> Frame:
        """Keys, then these aggregates; ``all()`` stands for the columns that are no keys."""
        if self._having:
            return self._agg_having(aggs, named)
        hidden = frozenset(str(key.data) for key in self._keys if key.kind == "column")
        nodes = self._frame._expand(named_exprs(aggs, named), hidden)
        for node in nodes:
            for one in node.walk():
                if one.kind == "step" and one.data.whole:
                    raise NotImplementedError(
                        f"agg: {one.data.name}() of each group is not there yet; use collect().to_polars()"
                    )
        wide = lower.Widened(self._frame._plan())
        keys = [key.args[0] if key.kind == "alias" else key for key in self._keys]
        nodes = [lower.within_groups(lower.nested_of_groups(_in_order(node, keys), keys), keys) for node in nodes]
        found = wide.take([*self._keys, *nodes])
        return self._frame._from(_groups(wide.plan, found[: _count(self._keys)], found[_count(self._keys) :]))

    def _agg_having(self, aggs: Sequence[Any], named: dict[str, Any]) -> Frame:
        conditions = {lower.new_name("having"): one for one in self._having}
        wide: Any = GroupBy(self._frame, self._exprs).agg(*aggs, **named, **conditions)
        return cast(Frame, wide.filter([col(name) for name in conditions]).drop(*conditions))

    def all(self) -> Frame:
        """The values of each group as lists."""
        return self._each(every())

    def _each(self, one: Expr) -> Frame:
        names = {output_name(key) for key in self._keys}
        return self.agg() if names.issuperset(self._frame.columns) else self.agg(one)

    def len(self, name: str = "len") -> Frame:
        """How many rows each group has."""
        return self.agg(len().alias(name))

    def count(self, name: str = "count") -> Frame:
        return self.len(name)

    def sum(self) -> Frame:
        return self._each(every().sum())

    def mean(self) -> Frame:
        return self._each(every().mean())

    def median(self) -> Frame:
        return self._each(every().median())

    def min(self) -> Frame:
        return self._each(every().min())

    def max(self) -> Frame:
        return self._each(every().max())

    def first(self) -> Frame:
        return self._each(every().first())

    def last(self) -> Frame:
        return self._each(every().last())

    def quantile(self, quantile: float, interpolation: str = "nearest") -> Frame:
        return self._each(every().quantile(quantile, interpolation))

    def head(self, n: int = 5) -> Frame:
        """The first ``n`` rows of each group, group by group."""
        row, keys = lower.new_name("row"), [Expr(key) for key in self._keys]
        # A group's first row is among them: where the group comes is found out of these alone.
        kept = self._frame.with_row_index(row).filter(int_range(len()).over(keys) < n)
        return self._by_first(kept.with_columns(col(row).min().over(keys).alias(row)), row)

    def tail(self, n: int = 5) -> Frame:
        """The last ``n`` rows of each group, group by group."""
        row, count, keys = lower.new_name("row"), lower.new_name("count"), [Expr(key) for key in self._keys]
        number = lit(1).cum_sum(reverse=True).over(keys)
        wide = self._frame.with_row_index(row).with_columns(number.alias(count))
        wide = wide.with_columns(col(row).min().over(keys).alias(row))
        return self._by_first(wide.filter(col(count) <= n), row)

    def _by_first(self, rows: Frame, first: str) -> Frame:
        """The rows group by group, ``first`` being the number of their group's first row."""
        plain = [str(key.data) for key in self._keys if key.kind == "column"]
        keys = [Expr(key) for key in self._keys]
        return rows.sort(first).select([*keys, *(name for name in self._frame.columns if name not in plain)])

    def n_unique(self) -> Frame:
        return self._each(every().n_unique())


def group_by(frame: Frame, by: Sequence[Any], named: dict[str, Any]) -> GroupBy[Frame]:
    return GroupBy(frame, named_exprs(by, named))
