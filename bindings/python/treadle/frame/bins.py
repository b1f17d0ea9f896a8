"""Values by the bins that they lie in: ``col("x").cut([1, 2])``, ``col("x").qcut(4)``."""

from __future__ import annotations

import decimal
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from treadle.frame.nodes import Node

if TYPE_CHECKING:
    from treadle.frame.expr import Expr


class BinMethods:
    """What ``Expr`` has of them."""

    __slots__ = ()
    _node: Node

    def cut(
        self,
        breaks: Sequence[float],
        *,
        labels: Sequence[str] | None = None,
        left_closed: bool = False,
        include_breaks: bool = False,
    ) -> Expr:
        """The label of the bin that each value lies in: up to the first break, up to the second one ..., beyond."""
        from treadle.frame.expr import Expr, lit

        edges = [float(one) for one in breaks]
        if any(not one < two for one, two in pairwise(edges)):
            raise ValueError(f"cut: expected breaks that rise, found {list(breaks)}")
        names = _labels("cut", labels, len(edges)) or _ranges([_number(one) for one in edges], left_closed)
        return _binned(Expr(self._node), [lit(one) for one in edges], names, left_closed, include_breaks)

    def qcut(
        self,
        quantiles: Sequence[float] | int,
        *,
        labels: Sequence[str] | None = None,
        left_closed: bool = False,
        allow_duplicates: bool = False,
        include_breaks: bool = False,
    ) -> Expr:
        """As ``cut`` by breaks that have these shares of the values below them; by so many of equal shares.

        Breaks that are equal leave the bins between them empty.
        """
        from treadle.frame.expr import Expr, concat_str, lit

        shares = [i / quantiles for i in range(1, quantiles)] if isinstance(quantiles, int) else list(quantiles)
        if any(not 0 <= one <= 1 for one in shares):
            raise ValueError(f"qcut: expected shares between 0 and 1, found {shares}")
        one = Expr(self._node)
        edges = [one.fill_nan(None).quantile(share, "linear") for share in sorted(shares)]
        names: list[Any] | None = _labels("qcut", labels, len(edges))
        if names is None:
            texts = [edge.cast("utf8").str.strip_suffix(".0") for edge in edges]
            names = [
                concat_str([lit(part) if isinstance(part, str) else part for part in name])
                for name in _range_parts(texts, left_closed)
            ]
        return _binned(one, edges, names, left_closed, include_breaks)


def _labels(name: str, labels: Sequence[str] | None, breaks: int) -> list[Any] | None:
    if labels is None:
        return None
    if len(labels) != breaks + 1:
        raise ValueError(f"{name}: expected {breaks + 1} labels for {breaks} breaks, found {len(labels)}")
    return list(labels)


def _number(value: float) -> str:
    return f"{decimal.Decimal(repr(value)):f}".removesuffix(".0")


def _range_parts(edges: Sequence[Any], left_closed: bool) -> list[list[Any]]:
    first, last = ("[", ")") if left_closed else ("(", "]")
    ends = ["-inf", *edges, "inf"]
    return [[first, low, ", ", high, last] for low, high in pairwise(ends)]


def _ranges(edges: Sequence[str], left_closed: bool) -> list[Any]:
    return ["".join(parts) for parts in _range_parts(edges, left_closed)]


def _binned(value: Expr, edges: Sequence[Expr], names: Sequence[Any], left_closed: bool, with_breaks: bool) -> Expr:
    from treadle.frame.expr import as_expr, choose, lit
    from treadle.frame.structs import struct

    def chosen(results: Sequence[Any]) -> Expr:
        found = as_expr(results[-1])
        for edge, result in reversed(list(zip(edges, results, strict=False))):
            found = choose(value < edge if left_closed else value <= edge, as_expr(result), found)
        return choose(value.is_null() | value.is_nan(), as_expr(None), found)

    category = chosen(names)
    if not with_breaks:
        return category.alias_like(value)
    breakpoint_ = chosen([*edges, lit(float("inf"))])
    both: Expr = struct(breakpoint_.alias("breakpoint"), category.alias("category"))
    return both.alias_like(value)
