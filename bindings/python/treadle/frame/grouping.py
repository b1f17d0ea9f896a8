"""Frames with keys, waiting for aggregates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, NoReturn, TypeVar

from treadle.frame import lower
from treadle.frame.expr import Expr, all, len
from treadle.frame.nodes import Node, output_name
from treadle.frame.verbs import Verbs, named_exprs, no_such_name

Frame = TypeVar("Frame", bound=Verbs)


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
        plan = self._frame._plan()
        schema = plan.schema
        return self._frame._from(
            plan.group_by(
                [lower.named(key, schema) for key in self._keys],
                [lower.named(self._checked(node), schema) for node in nodes],
            )
        )

    def _checked(self, node: Node) -> Node:
        if node.kind == "column":
            raise NotImplementedError(
                f'agg: lists of a group\'s values are not there yet; found col("{node.data}") without an aggregate'
            )
        return node

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

    def n_unique(self) -> Frame:
        return self._each(all().n_unique())


def group_by(frame: Frame, by: Sequence[Any], named: dict[str, Any]) -> GroupBy[Frame]:
    return GroupBy(frame, named_exprs(by, named))
