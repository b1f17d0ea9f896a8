"""Functions that see the rows of neighbouring partitions, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import fallback
from treadle.dataframe.collection import new_collection
from treadle.dataframe.divisions import on_trust
from treadle.dataframe.rows import PARTITION, Rows

_SIDE = "__side__"  # of a row: before the partition, in it or behind it


def map_overlap(
    func: Callable[..., Any],
    df: Any,
    before: Any,
    after: Any,
    *args: Any,
    meta: Any = None,
    enforce_metadata: bool = True,
    transform_divisions: bool = True,
    clear_divisions: bool = False,
    align_dataframes: bool = False,
    **kwargs: Any,
) -> Any:
    """``func`` of each partition with the last ``before`` rows of the one in front of it and the first ``after`` rows
    of the one behind it; of the result, the rows of the partition itself.

    Times instead of numbers of rows take all rows at once.
    """

    def call(part: Any) -> Any:
        return func(part, *args, **kwargs)

    call.__name__ = name = fallback.function_name(func)
    known = fallback.infer_meta(call, df._meta) if meta is None else fallback.make_meta(meta, df._meta)
    counts = [_count(before), _count(after)]
    if counts[0] is None or counts[1] is None:
        return df._map_partitions(call, known, name, whole=True)
    if df.npartitions == 1:
        return df._map_partitions(call, known, name)
    plans = _with_neighbours(df, counts[0], counts[1])
    trimmed = _trimmed(call, df._meta, counts[0], counts[1])
    marked = _marked(df._meta)
    pickled = [*[column.pickled for column in (*df._index, *df._columns)], False]
    names, index, columns = fallback.result_columns(known)
    mapped = []
    for number, plan in enumerate(plans):
        outer = (number == 0, number == len(plans) - 1)
        function = fallback.PandasCall(_at(trimmed, outer), marked, known, pickled, names)
        mapped.append(plan.map_partitions(function, f"python: {name}", fallback.arrow_schema(known, names), False))
    rows = Rows(_core.concat(mapped, "positions"), divisions=None if clear_divisions else on_trust(df._rows.divisions))
    return new_collection(rows, index, columns, known)


def _count(rows: Any) -> int | None:
    """A number of rows; None for a time."""
    if isinstance(rows, (int, np.integer)) and rows >= 0:
        return int(rows)
    if rows is None:
        return 0
    try:
        pd.Timedelta(rows)
    except (TypeError, ValueError):
        raise ValueError(f"before and after: expected numbers of rows from 0, or times, found {rows!r}") from None
    if isinstance(rows, (int, float, np.number)):
        raise ValueError(f"before and after: expected numbers of rows from 0, or times, found {rows!r}")
    return None


def _with_neighbours(df: Any, before: int, after: int) -> list[_core.DataFrame]:
    """For each partition a plan of its rows and those of its neighbours, with the side that each is on."""
    named = df._named()
    names = [name for name, _ in named]
    count = df.npartitions
    # Rows that are kept once, whoever picks partitions of them.
    kept = df._rows.build(named).with_running([("partition", "", PARTITION, 0)])

    def side(plan: _core.DataFrame, mark: int) -> _core.DataFrame:
        return plan.select([*[_core.col(name) for name in names], _core.literal(mark, "int64").alias(_SIDE)])

    plans = []
    for i in range(count):
        parts = [side(kept.partitions([i]), 0)]
        if i > 0 and before:
            last = kept.partitions([i - 1]).with_running([("number", "", "__number__", 0)], [], True)
            parts.insert(0, side(last.filter(_core.col("__number__") < _core.literal(before, "int64")), -1))
        if i + 1 < count and after:
            parts.append(side(kept.partitions([i + 1]).head(after), 1))
        plans.append(_core.concat(parts, "positions").repartition(1))
    return plans


def _marked(meta: Any) -> pd.DataFrame:
    """The meta of rows with their side, columns by place."""
    frame = meta.copy() if isinstance(meta, pd.DataFrame) else meta.to_frame()
    frame.columns = pd.RangeIndex(frame.shape[1])
    frame[frame.shape[1]] = pd.Series([], dtype="int64", index=frame.index)
    return frame


def _trimmed(call: Callable[[Any], Any], meta: Any, before: int, after: int) -> Callable[[Any, bool, bool], Any]:
    def run(part: pd.DataFrame, first: bool, last: bool) -> Any:
        side = part.iloc[:, -1].to_numpy()
        front, behind = int((side == -1).sum()), int((side == 1).sum())
        if (not first and front < before) or (not last and behind < after):
            raise NotImplementedError(
                "Partition size is less than overlapping window size. Try using ``df.repartition`` "
                "to increase the partition size."
            )
        own = part.iloc[:, :-1]
        given = (
            own.set_axis(meta.columns, axis=1) if isinstance(meta, pd.DataFrame) else own.iloc[:, 0].rename(meta.name)
        )
        result = call(given)
        return result.iloc[front : len(result) - behind] if isinstance(result, (pd.DataFrame, pd.Series)) else result

    return run


def _at(trimmed: Callable[[Any, bool, bool], Any], outer: tuple[bool, bool]) -> Callable[[Any], Any]:
    return lambda part: trimmed(part, *outer)
