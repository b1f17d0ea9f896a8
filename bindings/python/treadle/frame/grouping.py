"""Frames with keys, waiting for aggregates."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any, Generic, NoReturn, TypeVar

from treadle import _core
from treadle.frame import lower, steps, whole
from treadle.frame.expr import Expr, all, col, len, lit
from treadle.frame.nodes import Node, output_name, reduces
from treadle.frame.verbs import Verbs, named_exprs, no_such_name

Frame = TypeVar("Frame", bound=Verbs)
_count = builtins.len


def _groups(plan: _core.DataFrame, keys: Sequence[Node], nodes: Sequence[Node]) -> _core.DataFrame:
    """A row a group. What is not aggregated becomes a list of the group's values."""
    schema = plan.schema
    lists = [node for node in nodes if not reduces(node)]
    named_keys = [lower.named(key, schema) for key in keys]
    if not lists:
        return plan.group_by(named_keys, [lower.named(node, schema) for node in nodes])
    key_names = [output_name(key) for key in keys]
    values = [output_name(node) for node in lists]
    listed = whole.map_whole(
        plan.select([*named_keys, *(lower.named(node, schema) for node in lists)]),
        steps.lists_of_groups(key_names, values),
        "python: lists of groups",
        whole.with_lists(plan.select([*named_keys, *(lower.named(node, schema) for node in lists)]), values),
    )
    aggregated = [node for node in nodes if reduces(node)]
    names = [*key_names, *(output_name(node) for node in nodes)]
    if aggregated:
        groups = plan.group_by(named_keys, [lower.named(node, schema) for node in aggregated])
        on = [_core.col(name) for name in key_names]
        listed = groups.join(listed, "left", on, on, nulls_equal=True, coalesce=True)
    return listed.select([_core.col(name) for name in names])


class GroupBy(Generic[Frame]):
    """One row a group comes of it; groups come in the order in which they first appear."""

    def __init__(self, frame: Frame, keys: Sequence[Expr]) -> None:
        self._frame = frame
        self._keys = frame._expand(keys)
        if not self._keys:
            raise ValueError("group_by: expected at least one key, found none")

    def __getattr__(self, name: str) -> NoReturn:
        no_such_name(self, name)

    def agg(self, *aggs: Any, **named: Any) -> Frame:
        """Keys, then these aggregates; ``all()`` stands for the columns that are no keys."""
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
        found = wide.take([*self._keys, *(lower.within_groups(node, keys) for node in nodes)])
        return self._frame._from(_groups(wide.plan, found[: _count(self._keys)], found[_count(self._keys) :]))

    def _each(self, one: Expr) -> Frame:
        names = {output_name(key) for key in self._keys}
        return self.agg() if names.issuperset(self._frame.columns) else self.agg(one)

    def len(self, name: str = "len") -> Frame:
        """How many rows each group has."""
        return self.agg(len().alias(name))

    def count(self, name: str = "count") -> Frame:
        return self.len(name)

    def sum(self) -> Frame:
        return self._each(all().sum())

    def mean(self) -> Frame:
        return self._each(all().mean())

    def median(self) -> Frame:
        return self._each(all().median())

    def min(self) -> Frame:
        return self._each(all().min())

    def max(self) -> Frame:
        return self._each(all().max())

    def first(self) -> Frame:
        return self._each(all().first())

    def last(self) -> Frame:
        return self._each(all().last())

    def quantile(self, quantile: float, interpolation: str = "nearest") -> Frame:
        return self._each(all().quantile(quantile, interpolation))

    def head(self, n: int = 5) -> Frame:
        """The first ``n`` rows of each group, group by group."""
        return self._rows(n, reverse=False)

    def tail(self, n: int = 5) -> Frame:
        """The last ``n`` rows of each group, group by group."""
        return self._rows(n, reverse=True)

    def _rows(self, n: int, reverse: bool) -> Frame:
        count, group = lower.new_name("count"), lower.new_name("group")
        keys = [Expr(key) for key in self._keys]
        number = lit(1).cum_sum(reverse=reverse).over(keys)
        wide = self._frame.with_row_index(group).with_columns(number.alias(count))
        first = col(group).min().over(keys)
        kept = wide.with_columns(first.alias(group)).filter(col(count) <= n).sort(group)
        columns = self._frame.columns
        plain = [str(key.data) for key in self._keys if key.kind == "column"]
        return kept.select([*keys, *(name for name in columns if name not in plain)])

    def n_unique(self) -> Frame:
        return self._each(all().n_unique())


def group_by(frame: Frame, by: Sequence[Any], named: dict[str, Any]) -> GroupBy[Frame]:
    return GroupBy(frame, named_exprs(by, named))
