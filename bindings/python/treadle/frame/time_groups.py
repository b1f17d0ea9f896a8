"""Groups by periods of time: ``group_by_dynamic``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from treadle.frame.expr import Expr, as_expr, col, flatten
from treadle.frame.namespaces import offset
from treadle.frame.nodes import output_name


class TimeGroups:
    """Rows by the period that their time lies in, waiting for aggregates."""

    def __init__(self, frame: Any, time: Expr, every: str, by: Sequence[Any], label: str, having: Any = ()) -> None:
        self._frame = frame
        self._time = time
        self._every = every
        self._by = list(by)
        self._label = label
        self._having = list(having)

    def having(self, *predicates: Any) -> TimeGroups:
        """The groups for which all predicates, over aggregates, are true."""
        every, having = self._every, [*self._having, *flatten(predicates)]
        return TimeGroups(self._frame, self._time, every, self._by, self._label, having)

    def agg(self, *aggs: Any, **named: Any) -> Any:
        """Keys, the start of each period that has rows, then these aggregates, in the order of time."""
        frame, name = self._frame, output_name(self._time._node)
        start = self._time.dt.truncate(self._every).alias(name)
        wide = frame.with_columns(start)
        keys = [as_expr(one, names=True) for one in self._by]
        grouped = wide.group_by([*keys, col(name)])
        found = (grouped.having(*self._having) if self._having else grouped).agg(*aggs, **named)
        names = found.columns[: len(keys)]
        if keys:
            # Groups by their first appearance, and within them by time.
            first = "__first_of_group__"
            found = found.with_row_index(first)
            found = found.with_columns(col(first).min().over(names)).sort(first, name).drop(first)
        else:
            found = found.sort(name)
        if self._label == "right":
            found = found.with_columns(col(name).dt.offset_by(self._every))
        return found


def group_by_dynamic(
    frame: Any,
    index_column: Any,
    *,
    every: str,
    period: str | None,
    offset_by: str | None,
    closed: str,
    label: str,
    by: Any,
) -> TimeGroups:
    """``every``: "1d", "1mo" ... Periods that overlap, or that begin elsewhere, are not there yet."""
    months, rest = offset(every)
    if months < 0 or (months == 0 and rest.total_seconds() <= 0):
        raise ValueError(f"every: expected a period that goes forward, found {every!r}")
    if period not in (None, every) or offset_by is not None or closed != "left":
        raise NotImplementedError(
            "group_by_dynamic(): with another period=, with offset= or closed= is not there yet; "
            "group_by() of an expression of the time, or collect().to_polars()"
        )
    if label not in ("left", "right"):
        raise ValueError(f'label: expected "left" or "right", found {label!r}')
    keys = [] if by is None else flatten([by])
    return TimeGroups(frame, as_expr(index_column, names=True), every, keys, label)
