"""Correlations of ranks: Spearman's, and Kendall's tau-b.

Ranks are found by counting equal values in their order. Kendall's tau needs the number of pairs of rows that stand in
another order by ``y`` than by ``x``: rows are sorted by both, and any two partitions of them are looked at together
(W. R. Knight, A Computer Method for Calculating Kendall's Tau with Ungrouped Data, 1966).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa

from treadle import _core
from treadle.dataframe.moments import pair_correlation

_ZERO = _core.literal(0.0, "float64")
_ONE = _core.literal(1.0, "float64")
_HALF = _core.literal(0.5, "float64")
_SMALL = 64  # numbers that are compared each with each


def of_pair(plan: _core.DataFrame, x: str, y: str, method: str, min_periods: int) -> _core.DataFrame:
    """A row of one column, ``r``: the correlation of two columns of floats over the rows that have both."""
    rows = plan.select([_core.col(x).alias("x"), _core.col(y).alias("y")])
    rows = rows.filter(_core.col("x").is_not_null() & _core.col("y").is_not_null())
    if method == "spearman":
        return pair_correlation(_paired(rows), min_periods) if x == y else _spearman(rows, min_periods)
    if x == y:  # as in pandas: of itself, even where all values are the same
        enough = _core.col("x").count() >= _core.literal(max(min_periods, 1), "int64")
        return rows.select([_core.choose(enough, _ONE, _core.literal(None, "null")).alias("r")])
    return _kendall(rows, plan.num_partitions, min_periods)


def _paired(rows: _core.DataFrame) -> _core.DataFrame:
    return rows.select([_core.col("x").alias("c0"), _core.col("y").alias("c1")])


def _spearman(rows: _core.DataFrame, min_periods: int) -> _core.DataFrame:
    ranked = _with_ranks(_with_ranks(rows, "x", "c0"), "y", "c1")
    return pair_correlation(ranked.select([_core.col("c0"), _core.col("c1")]), min_periods)


def _with_ranks(rows: _core.DataFrame, column: str, name: str) -> _core.DataFrame:
    """The rows with the ranks of a column; equal values share the mean of theirs."""
    groups = rows.group_by([_core.col(column)], [_core.count().alias("equal")])
    groups = groups.sort([(column, False, False)]).with_running([("sum", "equal", "upto", 0)])
    rank = _core.col("upto").cast("float64") - (_core.col("equal").cast("float64") - _ONE) * _HALF
    ranks = groups.select([_core.col(column).alias(f"{name}_of"), rank.alias(name)])
    return rows.join(ranks, "inner", [_core.col(column)], [_core.col(f"{name}_of")], coalesce=False)


def _kendall(rows: _core.DataFrame, partitions: int, min_periods: int) -> _core.DataFrame:
    counts = [
        rows.select([_core.count().cast("float64").alias("n")]),
        _ties(rows, ["x"], "x_ties"),
        _ties(rows, ["y"], "y_ties"),
        _ties(rows, ["x", "y"], "ties"),
        _discordant(rows, partitions),
    ]
    plan = reduce(lambda left, right: left.join(right, "cross", [], []), counts)
    n, x_ties, y_ties = _core.col("n"), _core.col("x_ties"), _core.col("y_ties")
    pairs = n * (n - _ONE) * _HALF
    excess = pairs - x_ties - y_ties + _core.col("ties") - _core.col("discordant") - _core.col("discordant")
    tau = excess / _core.call("sqrt", [pairs - x_ties]) / _core.call("sqrt", [pairs - y_ties])
    tau = _core.choose(tau > _ONE, _ONE, _core.choose(tau < -_ONE, -_ONE, tau))
    null = _core.literal(None, "null")
    known = (n >= _core.literal(float(max(min_periods, 2)), "float64")) & (x_ties < pairs) & (y_ties < pairs)
    return plan.select([_core.choose(known, tau, null).alias("r")])


def _ties(rows: _core.DataFrame, keys: list[str], name: str) -> _core.DataFrame:
    """How many pairs of rows have equal keys."""
    groups = rows.group_by([_core.col(key) for key in keys], [_core.count().cast("float64").alias("equal")])
    pairs = (_core.col("equal") * (_core.col("equal") - _ONE) * _HALF).alias("pairs")
    return groups.select([pairs]).select([_core.col("pairs").sum().fill_null(_ZERO).alias(name)])


def _discordant(rows: _core.DataFrame, count: int) -> _core.DataFrame:
    """How many pairs of rows stand in another order by ``y`` than by ``x``."""
    ordered = rows.sort([("x", False, False), ("y", False, False)]).select([_core.col("y")]).repartition(count)
    schema = pa.table({"discordant": pa.nulls(0, pa.float64())})
    parts = []
    for i, j in itertools.combinations_with_replacement(range(count), 2):
        both = [ordered.partitions([one]) for one in sorted({i, j})]
        sides = [part.select([_core.col("y"), _core.literal(k, "int64").alias("side")]) for k, part in enumerate(both)]
        pair = sides[0] if len(sides) == 1 else _core.concat(sides, "positions").repartition(1)
        count_pairs = _of_table(_within if len(sides) == 1 else _across)
        parts.append(pair.map_partitions(count_pairs, "python: count discordant pairs", schema, False))
    every = parts[0] if len(parts) == 1 else _core.concat(parts, "positions")
    return every.select([_core.col("discordant").sum().fill_null(_ZERO).alias("discordant")])


def _of_table(count: Callable[[Any, Any], int]) -> Callable[[_core.Table, int], pa.Table]:
    def call(table: _core.Table, partition: int) -> pa.Table:
        values, side = (pa.table(table).column(i).to_numpy() for i in range(2))
        return pa.table({"discordant": [float(count(values[side == 0], values[side == 1]))]})

    return call


def _within(values: Any, none: Any = None) -> int:
    """How many values stand before a smaller one."""
    if len(values) <= _SMALL:
        return int(np.triu(values[:, None] > values[None, :]).sum())
    half = len(values) // 2
    return _within(values[:half]) + _within(values[half:]) + _across(values[:half], values[half:])


def _across(before: Any, behind: Any) -> int:
    """How many pairs of values of both have the larger one before."""
    ordered = np.sort(before)
    return len(before) * len(behind) - int(np.searchsorted(ordered, behind, side="right").sum())
