"""Aggregates by group agree with Polars (whose meaning frames follow) and pandas."""

from __future__ import annotations

import polars as pl
import pytest
from conftest import Treadle
from generated import table, write_csv
from polars.testing import assert_frame_equal

AGGREGATES = {
    "sum": "sum(number)",
    "whole_sum": "sum(whole)",
    "mean": "avg(number)",
    "low": "min(number)",
    "high": "max(whole)",
    "word_low": "min(word)",
    "last_time": "max(time)",
    "count": "count(number)",
    "size": "count(*)",
    "std": "stddev(number)",
    "var": "variance(number)",
    "median": "median(number)",
}


def expected(path: str, keys: list[str]) -> pl.DataFrame:
    frame = pl.read_csv(path, try_parse_dates=True)
    number, whole = pl.col("number"), pl.col("whole")
    return frame.group_by(keys, maintain_order=True).agg(
        number.sum().alias("sum"),
        whole.sum().alias("whole_sum"),
        number.mean().alias("mean"),
        number.min().alias("low"),
        whole.max().alias("high"),
        pl.col("word").min().alias("word_low"),
        pl.col("time").max().alias("last_time"),
        number.count().cast(pl.Int64).alias("count"),
        pl.len().cast(pl.Int64).alias("size"),
        number.std().alias("std"),
        number.var().alias("var"),
        number.median().alias("median"),
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("keys", [["key"], ["word"], ["flag", "key"], ["day"], ["word", "key", "flag"]])
@pytest.mark.parametrize("partition_bytes", ["128MiB", "64KiB"])
def test_groups_come_by_first_appearance_with_polars_values(
    treadle: Treadle, seed: int, keys: list[str], partition_bytes: str
) -> None:
    path = str(treadle.folder / "in.csv")
    write_csv(table(seed, 5000), path)
    source = {"csv": path, "partition_bytes": partition_bytes, "null_values": [""]}
    treadle.run_job(source, [{"group_by": keys, "agg": AGGREGATES}])
    result = pl.read_parquet(str(treadle.folder / "result" / "*.parquet"))
    assert_frame_equal(result, expected(path, keys), check_dtypes=False, rel_tol=1e-9)


@pytest.mark.parametrize("num_groups", [1, 1000, 40_000])
def test_high_cardinality_agrees_and_less_memory_changes_no_byte(treadle: Treadle, num_groups: int) -> None:
    path = str(treadle.folder / "in.csv")
    write_csv(table(7, 200_000, num_groups), path)
    source = {"csv": path, "partition_bytes": "512KiB", "null_values": [""]}
    steps = [{"group_by": ["key"], "agg": {"sum": "sum(number)", "std": "stddev(number)", "size": "count(*)"}}]
    free = treadle.run_job(source, steps)
    tight = treadle.run_job(source, steps, "--working-memory", "4MiB", "--threads", "2")
    assert free.equals(tight)
    assert len(free) == pl.read_csv(path)["key"].n_unique()
