"""Eager reshaping: pivot, describe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from treadle.frame import expr
from treadle.frame.expr import Expr, col, flatten
from treadle.frame.types import DataType

if TYPE_CHECKING:
    from treadle.frame.eager import DataFrame

Frame = TypeVar("Frame", bound="DataFrame")

_AGGREGATES = ("sum", "mean", "median", "min", "max", "first", "last", "len", "count")


def _aggregate(values: Expr, name: str) -> Expr:
    if name not in _AGGREGATES:
        raise ValueError(f"aggregate_function: expected one of {', '.join(_AGGREGATES)}, found {name!r}")
    aggregated: Expr = getattr(values, name)()
    return aggregated


def pivot(
    frame: Frame, on: Any, index: Any, values: Any, aggregate: str | None, sort_columns: bool, separator: str
) -> Frame:
    labels = flatten([on])
    if len(labels) != 1:
        raise NotImplementedError("pivot on several columns is not there yet; join them by concat_str() before")
    kept = flatten([index]) if index is not None else []
    shown = flatten([values]) if values is not None else []
    if not kept and not shown:
        raise ValueError("pivot: expected index or values")
    kept = kept or [name for name in frame.columns if name not in (*labels, *shown)]
    shown = shown or [name for name in frame.columns if name not in (*labels, *kept)]
    frame._check([*labels, *kept, *shown])
    if aggregate is None and frame.select([*kept, *labels]).unique().height != frame.height:
        raise ValueError("pivot: expected one value for each cell, found several; give aggregate_function")
    keys = frame.select(labels).unique().to_series().to_list()
    ordered = sorted(keys, key=lambda key: (key is None, key)) if sort_columns else keys
    return _pivoted(frame, labels[0], ordered, kept, shown, aggregate or "max", separator)


def _pivoted(
    frame: Frame, label: str, keys: list[Any], kept: list[str], shown: list[str], aggregate: str, separator: str
) -> Frame:
    columns = []
    for name in shown:
        for key in keys:
            text = "null" if key is None else str(key).lower() if isinstance(key, bool) else str(key)
            title = text if len(shown) == 1 else f"{name}{separator}{text}"
            cell = expr.when(col(label).eq_missing(key)).then(col(name)).otherwise(None)
            counted = aggregate in ("len", "count", "first", "last")
            chosen = col(name).filter(col(label).eq_missing(key)) if counted else cell
            columns.append(_aggregate(chosen, aggregate).alias(title))
    return frame.group_by(kept).agg(columns)


def describe(frame: DataFrame, percentiles: Any) -> DataFrame:
    from treadle.frame.eager import DataFrame

    marks = [] if percentiles is None else flatten([percentiles])
    statistics = ["count", "null_count", "mean", "std", "min", *[f"{_percent(mark)}%" for mark in marks], "max"]
    columns: dict[str, list[Any]] = {"statistic": statistics}
    for name, kind in frame.schema.items():
        columns[name] = _described(frame, name, kind, marks)
    types = {name: float if _is_number(kind) else str for name, kind in frame.schema.items()}
    return DataFrame(columns, schema_overrides=types)


def _percent(mark: float) -> str:
    return f"{mark * 100:g}"


def _is_number(kind: DataType) -> bool:
    """Whether what is told of the column are numbers: of lists, only how many there are."""
    return kind.is_numeric() or kind.is_nested() or kind.core == "bool"


def _described(frame: DataFrame, name: str, kind: DataType, marks: list[float]) -> list[Any]:
    numbers, averaged = kind.is_numeric(), kind.is_numeric() or kind.is_temporal() or kind.core == "bool"
    value = col(name).cast(float) if numbers or kind.core == "bool" else col(name)
    # Of bools there are the share that is true and the extremes alone.
    wanted = {"count": col(name).count(), "null_count": col(name).null_count()}
    wanted |= {"mean": value.mean()} if averaged else {}
    wanted |= {"std": value.std()} if numbers else {}
    wanted |= {} if kind.is_nested() else {"min": value.min(), "max": value.max()}
    found = frame.select(**wanted).row(0, named=True)
    ends = [found.get("mean"), found.get("std"), found.get("min")]
    placed = _percentiles(frame, value, marks) if numbers or kind.is_temporal() else [None] * len(marks)
    cells = [found["count"], found["null_count"], *ends, *placed, found.get("max")]
    return [None if cell is None else float(cell) if _is_number(kind) else str(cell) for cell in cells]


def _percentiles(frame: DataFrame, value: Expr, marks: list[float]) -> list[Any]:
    """The values nearest to these places in the order of all."""
    ordered = frame.select(value.alias("value")).drop_nulls().sort("value") if marks else frame
    if ordered.is_empty():
        return [None] * len(marks)
    return [ordered.item(int((ordered.height - 1) * mark + 0.5), "value") for mark in marks]
