"""Values over rows that end in each row that the core's windows do not have: medians, weights that fade, functions.

Steps of all rows in Python, which ``explain`` shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from treadle.frame import steps
from treadle.frame.nodes import Node

if TYPE_CHECKING:
    from treadle.frame.expr import Expr


class SlidingMethods:
    """What ``Expr`` has of them."""

    __slots__ = ()
    _node: Node

    def _sliding(self, name: str, function: Any, kind: Any, *arguments: Any) -> Expr:
        from treadle.frame.expr import Expr

        shown = ", ".join(map(repr, arguments))
        return Expr(steps.step(self._node, name, function, kind, whole=True, arguments=shown))

    def rolling_quantile(
        self,
        quantile: float,
        interpolation: str = "nearest",
        window_size: int = 2,
        *,
        min_samples: int | None = None,
        center: bool = False,
    ) -> Expr:
        """The value with this share of the last ``window_size`` rows' values below it."""
        if interpolation not in _PLACES:
            raise ValueError(f"rolling_quantile: expected interpolation among {list(_PLACES)}, found {interpolation!r}")
        if not 0 <= quantile <= 1:
            raise ValueError(f"rolling_quantile: expected a share between 0 and 1, found {quantile!r}")

        def of_values(values: list[float]) -> float:
            return _at_share(sorted(values), quantile, interpolation)

        return self._of_windows("rolling_quantile", of_values, window_size, min_samples, center)

    def rolling_median(self, window_size: int, *, min_samples: int | None = None, center: bool = False) -> Expr:
        """The median of the last ``window_size`` rows; null if fewer than ``min_samples`` are not null."""

        def of_values(values: list[float]) -> float:
            return _at_share(sorted(values), 0.5, "linear")

        return self._of_windows("rolling_median", of_values, window_size, min_samples, center)

    def rolling_map(
        self,
        function: Callable[[Any], Any],
        window_size: int,
        *,
        min_samples: int | None = None,
        center: bool = False,
    ) -> Expr:
        """``function`` of the last ``window_size`` values as a ``Series``; its answers are of the values' type."""
        from treadle.frame.series import Series

        def of_values(values: list[Any]) -> Any:
            answer = function(Series("", values))
            return answer.item() if isinstance(answer, Series) else answer

        return self._of_windows("rolling_map", of_values, window_size, min_samples, center, steps.same)

    def _of_windows(
        self,
        name: str,
        function: Callable[[list[Any]], Any],
        size: int,
        min_samples: int | None,
        center: bool,
        kind: Any = None,
    ) -> Expr:
        if size < 1:
            raise ValueError(f"{name}: expected a window of at least one row, found {size}")
        least = size if min_samples is None else min_samples
        made = steps.always("float64") if kind is None else kind
        return self._sliding(name, _over_windows(function, size, least, center, made), made, size)

    def ewm_mean(
        self,
        *,
        com: float | None = None,
        span: float | None = None,
        half_life: float | None = None,
        alpha: float | None = None,
        adjust: bool = True,
        min_samples: int = 1,
        ignore_nulls: bool = False,
    ) -> Expr:
        """The mean of all values up to each row, whose weights fade with their distance from it."""
        share = _fading(com, span, half_life, alpha)
        function = _faded_means(share, adjust, min_samples, ignore_nulls)
        return self._sliding("ewm_mean", function, steps.always("float64"), share)


_PLACES: dict[str, Callable[[float], float]] = {
    "nearest": lambda place: math.floor(place + 0.5),
    "lower": math.floor,
    "higher": math.ceil,
    "midpoint": lambda place: (math.floor(place) + math.ceil(place)) / 2,
    "linear": lambda place: place,
}


def _at_share(values: list[float], share: float, interpolation: str) -> float:
    place = _PLACES[interpolation]((len(values) - 1) * share)
    low = math.floor(place)
    if place == low:
        return values[low]
    return values[low] + (values[low + 1] - values[low]) * (place - low)


def _over_windows(
    function: Callable[[list[Any]], Any], size: int, least: int, center: bool, kind: Callable[[Any], Any]
) -> steps.ArrowFunction:
    behind = (size - 1) // 2 if center else 0

    def run(values: Any) -> Any:
        import pyarrow as pa

        rows = values.to_pylist()
        found = []
        for end in range(1 + behind, len(rows) + 1 + behind):
            known = [one for one in rows[max(end - size, 0) : end] if one is not None]
            found.append(function(known) if known and len(known) >= least else None)
        return pa.array(found, kind(values.type))

    return run


def _fading(com: float | None, span: float | None, half_life: float | None, alpha: float | None) -> float:
    """Which share of the weight the newest value has."""
    given = {
        name: value
        for name, value in dict(com=com, span=span, half_life=half_life, alpha=alpha).items()
        if value is not None
    }
    if len(given) != 1:
        raise ValueError(f"ewm_mean: expected one of com, span, half_life and alpha, found {list(given) or 'none'}")
    name, value = next(iter(given.items()))
    low, high = {"com": (0, math.inf), "span": (1, math.inf), "half_life": (0, math.inf), "alpha": (0, 1)}[name]
    if not low <= value <= high or (value == 0 and name != "com"):
        raise ValueError(f"ewm_mean: expected {name} between {low} and {high}, found {value!r}")
    shares = {"com": 1 / (1 + value), "span": 2 / (value + 1), "alpha": value}
    return shares[name] if name in shares else 1 - math.exp(-math.log(2) / value)


def _faded_means(share: float, adjust: bool, least: int, ignore_nulls: bool) -> steps.ArrowFunction:
    def run(values: Any) -> Any:
        import pyarrow as pa

        found: list[float | None] = []
        mean, weight, count = 0.0, 0.0, 0
        for value in values.to_pylist():
            if value is None:
                weight *= 1.0 if ignore_nulls else 1.0 - share
                found.append(None)
                continue
            weight *= 1.0 - share
            new = 1.0 if adjust or count == 0 else share
            mean += (value - mean) * new / (weight + new)
            weight = weight + new if adjust else 1.0
            count += 1
            found.append(mean if count >= least else None)
        return pa.array(found, pa.float64())

    return run
