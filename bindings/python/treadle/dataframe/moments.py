"""Correlations, covariances, skewness and kurtosis: sums about means that a first walk over the rows finds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import fallback, reductions
from treadle.dataframe.arithmetic import is_plain
from treadle.dataframe.rows import Column, Rows
from treadle.dataframe.scalar import Scalar
from treadle.dataframe.summary import shown

METHODS = frozenset({"pearson", "spearman", "kendall"})
_NULL = _core.literal(None, "null")


def _number(value: float) -> _core.Expression:
    return _core.literal(float(value), "float64")


def _root(node: _core.Expression) -> _core.Expression:
    return _core.call("sqrt", [node])


def _floats(rows: Rows, columns: Sequence[Column]) -> _core.DataFrame:
    """A plan of these columns as floats, ``c0`` ..."""
    return rows.build([(f"c{i}", column.clean().cast("float64")) for i, column in enumerate(columns)])


def _finite(plan: _core.DataFrame) -> _core.DataFrame:
    values = [(name, _core.col(name)) for name in plan.schema.names]
    missing = _core.literal(None, "null")
    tests = {name: (value - value) == _number(0.0) for name, value in values}  # NaN of infinities
    return plan.select([_core.choose(tests[name], value, missing).alias(name) for name, value in values])


def pair_sums(plan: _core.DataFrame, pairs: Sequence[tuple[int, int]]) -> _core.DataFrame:
    """One row: for each pair, over the rows that have both, how many there are (``n``), and the sums of products
    about the means (``xy``, ``xx``, ``yy``)."""
    both = [_core.col(f"c{i}").is_not_null() & _core.col(f"c{j}").is_not_null() for i, j in pairs]
    means = []
    for p, (i, j) in enumerate(pairs):
        means.append(_core.choose(both[p], _core.col(f"c{i}"), _NULL).mean().alias(f"x{p}"))
        means.append(_core.choose(both[p], _core.col(f"c{j}"), _NULL).mean().alias(f"y{p}"))
    with_means = plan.join(plan.select(means), "cross", [], [])
    sums = []
    for p, (i, j) in enumerate(pairs):
        x = _core.choose(both[p], _core.col(f"c{i}") - _core.col(f"x{p}"), _NULL)
        y = _core.choose(both[p], _core.col(f"c{j}") - _core.col(f"y{p}"), _NULL)
        sums += [x.count().alias(f"n{p}"), (x * y).sum().alias(f"xy{p}")]
        sums += [(x * x).sum().alias(f"xx{p}"), (y * y).sum().alias(f"yy{p}")]
    return with_means.select(sums)


def _of_pair(name: str, p: int, min_periods: int) -> _core.Expression:
    """The covariance or correlation of a pair; null where there are too few rows."""
    count, product = _core.col(f"n{p}"), _core.col(f"xy{p}")
    if name == "cov":
        result = product / (count.cast("float64") - _number(1))
    else:
        spread = _core.col(f"xx{p}") * _core.col(f"yy{p}")
        result = product / _root(spread)
        result = _core.choose(result > _number(1), _number(1), result)
        result = _core.choose(result < _number(-1), _number(-1), result)
        # Of values that are all the same there is none: a NaN would be larger than any number here.
        result = _core.choose(spread > _number(0), result, _NULL)
    least = max(min_periods, 2 if name == "cov" else 1)
    return _core.choose(count >= _core.literal(least, "int64"), result, _NULL)


def matrix(frame: Any, name: str, method: Any, min_periods: Any, numeric_only: bool) -> Any:
    """``corr`` or ``cov`` of each pair of columns."""
    chosen = reductions.reduced_columns(frame._meta, name, numeric_only)
    meta_of = frame._meta.iloc[:, chosen]
    arguments = {"min_periods": min_periods, "numeric_only": numeric_only}
    arguments = {key: value for key, value in arguments.items() if value is not None}
    if name == "corr":
        arguments["method"] = method
    known = not callable(method) and method in METHODS
    if not known or not chosen or not all(is_plain(dtype, "iufb") for dtype in meta_of.dtypes):
        return frame._all_by_pandas(name, **arguments)
    meta = fallback.infer_meta(lambda part: getattr(part, name)(), meta_of)
    pairs = list(itertools.combinations_with_replacement(range(len(chosen)), 2))
    # As in pandas, infinities of frames are missing.
    floats = _finite(_floats(frame._rows, [frame._columns[i] for i in chosen]))
    if method == "pearson":
        plan = pair_sums(floats, pairs)
        plan = plan.select([_of_pair(name, p, min_periods or 1).alias(f"r{p}") for p in range(len(pairs))])
    else:
        plan = _of_ranks(floats, pairs, method, min_periods or 1)

    def make(row: list[Any]) -> pd.DataFrame:
        values = np.full((len(chosen), len(chosen)), np.nan)
        for (i, j), value in zip(pairs, row, strict=True):
            values[i, j] = values[j, i] = np.nan if value is None else value
        return pd.DataFrame(values, index=meta_of.columns, columns=meta_of.columns)

    return shown(plan, make, meta, name)


def _of_ranks(
    floats: _core.DataFrame, pairs: Sequence[tuple[int, int]], method: str, min_periods: int
) -> _core.DataFrame:
    """A row of the rank correlations of pairs of columns."""
    from treadle.dataframe.rank_correlation import of_pair

    rows = [of_pair(floats, f"c{i}", f"c{j}", method, min_periods) for i, j in pairs]
    named = [row.select([_core.col("r").alias(f"r{p}")]) for p, row in enumerate(rows)]
    return reduce(lambda left, right: left.join(right, "cross", [], []), named)


def pair_correlation(plan: _core.DataFrame, min_periods: int) -> _core.DataFrame:
    """A row of one column, ``r``: Pearson's correlation of ``c0`` and ``c1``."""
    return pair_sums(plan, [(0, 1)]).select([_of_pair("corr", 0, min_periods).alias("r")])


def of_two(left: Any, right: Any, name: str, min_periods: Any, method: str = "pearson") -> Scalar | None:
    """``corr`` or ``cov`` of two series over one root; None if they are not numbers."""
    if not left._rows.fits(right._rows) or not all(is_plain(one._meta.dtype, "iufb") for one in (left, right)):
        return None
    floats = _floats(left._rows.merged(right._rows), [left._columns[0], right._columns[0]])
    if method != "pearson":
        return Scalar(_of_ranks(floats, [(0, 1)], method, min_periods or 1), np.dtype("float64"))
    plan = pair_sums(floats, [(0, 1)])
    return Scalar(plan.select([_of_pair(name, 0, min_periods or 1).alias("value")]), np.dtype("float64"))


def power_sums(plan: _core.DataFrame, count: int) -> _core.DataFrame:
    """One row: for each column how many values there are, and the sums of powers 2 to 4 of the differences to the
    mean."""
    means = plan.select([_core.col(f"c{i}").mean().alias(f"m{i}") for i in range(count)])
    sums = []
    for i in range(count):
        away = _core.col(f"c{i}") - _core.col(f"m{i}")
        square = away * away
        sums += [away.count().cast("float64").alias(f"n{i}"), square.sum().alias(f"p2_{i}")]
        sums += [(square * away).sum().alias(f"p3_{i}"), (square * square).sum().alias(f"p4_{i}")]
    return plan.join(means, "cross", [], []).select(sums)


def _unbiased(i: int, fourth: bool) -> _core.Expression:
    n, p2 = _core.col(f"n{i}"), _core.col(f"p2_{i}")
    one, two, three = _number(1), _number(2), _number(3)
    if fourth:
        spread = (n - two) * (n - three) * p2 * p2
        result = n * (n + one) * (n - one) * _core.col(f"p4_{i}") / spread
        result = result - three * (n - one) * (n - one) / ((n - two) * (n - three))
    else:
        spread = p2 * _root(p2)
        result = n * _root(n - one) / (n - two) * _core.col(f"p3_{i}") / spread
    flat = _core.choose(spread == _number(0), _number(0), result)
    return _core.choose(n >= _number(4 if fourth else 3), flat, _NULL)


def shape_of_series(series: Any, name: str) -> Scalar:
    """Skewness or kurtosis of a series."""
    if not is_plain(series._meta.dtype, "iufb"):
        return reductions.scalar_by_pandas(series, name, {})
    plan = power_sums(_floats(series._rows, series._columns), 1)
    return Scalar(plan.select([_unbiased(0, name != "skew").alias("value")]), np.dtype("float64"))


def shape_of_frame(frame: Any, name: str, numeric_only: bool) -> Any:
    """Skewness or kurtosis of each column."""
    chosen = reductions.reduced_columns(frame._meta, name, numeric_only)
    meta_of = frame._meta.iloc[:, chosen]
    if not chosen or not all(is_plain(dtype, "iufb") for dtype in meta_of.dtypes):
        return frame._all_by_pandas(name, numeric_only=numeric_only)
    plan = power_sums(_floats(frame._rows, [frame._columns[i] for i in chosen]), len(chosen))
    plan = plan.select([_unbiased(i, name != "skew").alias(f"r{i}") for i in range(len(chosen))])
    meta = fallback.infer_meta(lambda part: getattr(part, name)(), meta_of)
    return reductions.column_wise(plan, meta_of.columns, meta)


def series_shape(name: str) -> Callable[..., Any]:
    """A method of series: skewness or kurtosis."""

    def method(self: Any, axis: Any = 0, skipna: bool = True, **kwargs: Any) -> Any:
        return shape_of_series(self, name) if skipna else reductions.scalar_by_pandas(self, name, {"skipna": False})

    method.__name__ = name
    method.__doc__ = f"``{name}`` as pandas has it: a lazy value."
    return method


def frame_shape(name: str) -> Callable[..., Any]:
    """A method of frames: skewness or kurtosis."""

    def method(self: Any, axis: Any = 0, skipna: bool = True, numeric_only: bool = False, **kwargs: Any) -> Any:
        if axis in (1, "columns"):
            return self._by_pandas(name, axis=1, skipna=skipna, numeric_only=numeric_only)
        if not skipna:
            return self._all_by_pandas(name, skipna=False, numeric_only=numeric_only)
        return shape_of_frame(self, name, numeric_only)

    method.__name__ = name
    method.__doc__ = f"``{name}`` of each column as pandas has it: a lazy series."
    return method


SHAPES = ("skew", "kurt", "kurtosis")
