"""Methods of expressions whose value in a row depends on other rows: running values, ranks, places, equals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from treadle.frame import windows
from treadle.frame.nodes import Node

if TYPE_CHECKING:
    from treadle.frame.expr import Expr


class RowMethods:
    """What ``Expr`` has of them."""

    __slots__ = ()
    _node: Node

    def _window(self, name: str, expand: Any, arguments: str = "") -> Expr:
        from treadle.frame.expr import Expr

        return Expr(windows.macro(self._node, name, expand, arguments))

    def shift(self, n: int = 1, *, fill_value: Any = None) -> Expr:
        """The value ``n`` rows before; behind, if ``n`` is negative."""
        from treadle.frame.expr import as_expr

        fill = None if fill_value is None else as_expr(fill_value)._node
        return self._window("shift", windows.shift(n, fill), str(n))

    def diff(self, n: int = 1, null_behavior: str = "ignore") -> Expr:
        """The difference to the value ``n`` rows before."""
        if null_behavior != "ignore":
            raise NotImplementedError("diff(null_behavior='drop') is not there yet; use drop_nulls() on the frame")
        return self._window("diff", windows.difference(n), str(n))

    def pct_change(self, n: int = 1) -> Expr:
        """By which share of the value ``n`` rows before a value differs from it."""
        return self._window("pct_change", windows.change(n), str(n))

    def cum_sum(self, *, reverse: bool = False) -> Expr:
        """The sum up to each row; a null stays one."""
        return self._window("cum_sum", windows.running("sum", reverse), _given(reverse=reverse))

    def cum_prod(self, *, reverse: bool = False) -> Expr:
        return self._window("cum_prod", windows.running("product", reverse), _given(reverse=reverse))

    def cum_min(self, *, reverse: bool = False) -> Expr:
        return self._window("cum_min", windows.running("min", reverse), _given(reverse=reverse))

    def cum_max(self, *, reverse: bool = False) -> Expr:
        return self._window("cum_max", windows.running("max", reverse), _given(reverse=reverse))

    def cum_count(self, *, reverse: bool = False) -> Expr:
        """How many values up to each row are not null."""
        return self._window("cum_count", windows.running("count", reverse), _given(reverse=reverse))

    def forward_fill(self, limit: int | None = None) -> Expr:
        """Nulls become the last value before them."""
        return self._window("forward_fill", windows.fill(False, limit), "" if limit is None else str(limit))

    def backward_fill(self, limit: int | None = None) -> Expr:
        """Nulls become the next value behind them."""
        return self._window("backward_fill", windows.fill(True, limit), "" if limit is None else str(limit))

    def rank(self, method: str = "average", *, descending: bool = False) -> Expr:
        """The place of each value in their order, from 1; ``method`` says what equal ones get."""
        if method not in windows.RANK_METHODS:
            raise ValueError(f"rank: expected a method among {', '.join(windows.RANK_METHODS)}, found {method!r}")
        return self._window("rank", windows.rank(method, descending), repr(method) + (", descending" * descending))

    def _rolling(self, kind: str, window_size: int, min_samples: int | None, center: bool) -> Expr:
        if window_size < 1:
            raise ValueError(f"rolling_{kind}: expected a window of at least one row, found {window_size}")
        expand = windows.sliding(kind, window_size, min_samples, center)
        return self._window(f"rolling_{kind}", expand, _given(window_size=window_size, min_samples=min_samples))

    def rolling_sum(self, window_size: int, *, min_samples: int | None = None, center: bool = False) -> Expr:
        """The sum over the last ``window_size`` rows; null if fewer than ``min_samples`` are not null."""
        return self._rolling("sum", window_size, min_samples, center)

    def rolling_mean(self, window_size: int, *, min_samples: int | None = None, center: bool = False) -> Expr:
        return self._rolling("mean", window_size, min_samples, center)

    def rolling_min(self, window_size: int, *, min_samples: int | None = None, center: bool = False) -> Expr:
        return self._rolling("min", window_size, min_samples, center)

    def rolling_max(self, window_size: int, *, min_samples: int | None = None, center: bool = False) -> Expr:
        return self._rolling("max", window_size, min_samples, center)

    # Among equals.

    def is_duplicated(self) -> Expr:
        """Whether another row has the same value."""
        return self._window("is_duplicated", windows.duplicated(True))

    def is_unique(self) -> Expr:
        return self._window("is_unique", windows.duplicated(False))

    def is_first_distinct(self) -> Expr:
        """Whether no row before has the same value."""
        return self._window("is_first_distinct", windows.distinct("first"))

    def is_last_distinct(self) -> Expr:
        return self._window("is_last_distinct", windows.distinct("last"))

    # Aggregates that look at the order of all values.

    def _found(self, name: str, expand: Any, arguments: str = "") -> Expr:
        """The only value of what is null but in one row."""
        return self._window(name, expand, arguments)._aggregate("max")

    def quantile(self, quantile: float, interpolation: str = "nearest") -> Expr:
        """The value with this share of the others below it; ``interpolation`` chooses between the two nearest."""
        if not 0 <= quantile <= 1:
            raise ValueError(f"quantile: expected a number between 0 and 1, found {quantile!r}")
        if interpolation == "linear":
            return self._aggregate("quantile", quantile)
        if interpolation == "midpoint":
            low, high = self.quantile(quantile, "lower"), self.quantile(quantile, "higher")
            return (low + high) / 2.0
        if interpolation not in windows.NEAREST:
            kinds = '"nearest", "lower", "higher", "midpoint" or "linear"'
            raise ValueError(f"quantile: expected interpolation {kinds}, found {interpolation!r}")
        return self._found("quantile", windows.at_share(quantile, interpolation), f"{quantile}, {interpolation!r}")

    def arg_max(self) -> Expr:
        """The number of the first row with the largest value."""
        return self._found("arg_max", windows.place_of("max"))

    def arg_min(self) -> Expr:
        return self._found("arg_min", windows.place_of("min"))

    def product(self) -> Expr:
        return self._aggregate("product")

    def _aggregate(self, kind: str, parameter: Any = None) -> Expr:
        raise NotImplementedError


def _given(**parameters: Any) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in parameters.items() if value not in (None, False))
