"""Rows lie in partitions: how many, by what, and how large."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import treadle.array as da
import treadle.dataframe as dd
from pandas.testing import assert_frame_equal


@pytest.fixture
def rows() -> pd.DataFrame:
    chance = np.random.default_rng(3)
    return pd.DataFrame({"a": np.arange(600), "b": chance.random(600), "k": chance.choice(["x", "y", "z"], 600)})


def test_the_number_of_partitions_is_known_without_computing(rows: pd.DataFrame) -> None:
    """npartitions is an int; partitions can be taken one by one."""
    lazy = dd.from_pandas(rows, npartitions=6)
    assert type(lazy.npartitions) is int
    assert lazy.npartitions == 6
    assert_frame_equal(lazy.partitions[2].compute(), rows.iloc[200:300])
    assert_frame_equal(lazy.get_partition(5).compute(), rows.iloc[500:])


@pytest.mark.parametrize("wanted", [1, 2, 6, 20])
def test_repartition_by_number_keeps_all_rows_in_order(rows: pd.DataFrame, wanted: int) -> None:
    """Twenty from six, or one; no row is lost or moved."""
    lazy = dd.from_pandas(rows, npartitions=6).repartition(npartitions=wanted)
    assert lazy.npartitions == wanted
    assert_frame_equal(lazy.compute(), rows)
    assert sum(len(part) for part in lazy.partitions) == 600


def test_repartition_by_size_by_divisions_and_by_time(rows: pd.DataFrame) -> None:
    """partition_size=, divisions= and freq= do what they say."""
    lazy = dd.from_pandas(rows, npartitions=2)
    small = lazy.repartition(partition_size="2 KiB")
    assert small.npartitions > 4
    assert_frame_equal(small.compute(), rows)
    cut = lazy.repartition(divisions=[0, 10, 599])
    assert [len(part) for part in cut.partitions] == [10, 590]
    days = rows.set_index(pd.date_range("2024-01-01", periods=600, freq="h"))
    by_day = dd.from_pandas(days, npartitions=3).repartition(freq="1D")
    assert by_day.npartitions == 25
    assert_frame_equal(by_day.compute(), days, check_freq=False)


def test_partitions_by_a_key_column(rows: pd.DataFrame) -> None:
    """set_index sorts rows into ranges of the key, shuffle brings equal keys together."""
    lazy = dd.from_pandas(rows, npartitions=6)
    by_b = lazy.set_index("b")
    assert_frame_equal(by_b.compute(), rows.set_index("b").sort_index())
    seen: set[str] = set()
    for part in lazy.shuffle("k", npartitions=3).partitions:
        keys = set(part.k.compute())
        assert not keys & seen
        seen |= keys
    assert seen == {"x", "y", "z"}


def test_sort_and_join_work_across_partitions(rows: pd.DataFrame) -> None:
    """Operations that need all rows agree with pandas whatever the partitions are."""
    lazy = dd.from_pandas(rows, npartitions=7)
    assert_frame_equal(lazy.sort_values("b").compute(), rows.sort_values("b"))
    other = pd.DataFrame({"k": ["z", "x"], "name": ["last", "first"]})
    joined = lazy.merge(dd.from_pandas(other, npartitions=2), on="k", how="left").compute()
    wanted = rows.merge(other, on="k", how="left")
    assert_frame_equal(joined.sort_values("a").reset_index(drop=True), wanted)


def test_parquet_files_are_partitions(rows: pd.DataFrame, tmp_path: Path) -> None:
    """A data set of small files has a partition a file."""
    dd.from_pandas(rows, npartitions=6).to_parquet(tmp_path / "out")
    assert dd.read_parquet(tmp_path / "out").npartitions == 6


def spoil(path: Path) -> None:
    """Overwrites the values of a Parquet file, and leaves its footer."""
    group = pq.ParquetFile(path).metadata.row_group(0)
    with path.open("r+b") as file:
        file.seek(4)
        file.write(b"\xff" * group.total_byte_size)


def test_a_data_set_partitioned_by_columns(tmp_path: Path) -> None:
    """partition_on gives year=2024/month=01/...; a filter on them reads no file of another folder."""
    months = pd.DataFrame(
        {"year": [2024, 2024, 2024, 2025], "month": ["01", "01", "02", "12"], "v": [2.0, 3.0, 4.0, 1.0]}
    )
    out = tmp_path / "months"
    dd.from_pandas(months, npartitions=2).to_parquet(out, partition_on=["year", "month"])
    folders = {str(path.parent.relative_to(out)) for path in out.rglob("*.parquet")}
    assert folders == {"year=2024/month=01", "year=2024/month=02", "year=2025/month=12"}
    for path in out.rglob("*.parquet"):
        if "month=01" not in str(path):
            spoil(path)
    wanted = dd.read_parquet(out, filters=[("year", "==", 2024), ("month", "==", "01")])
    assert sorted(wanted.v.compute()) == [2.0, 3.0]


def test_default_sizes_are_within_the_common_rule(tmp_path: Path) -> None:
    """50 to 200 MB a partition: a CSV file of 10 GB has 50 to 200; chunks of arrays are as large; both can be set."""
    path = tmp_path / "ten-gigabytes.csv"
    path.write_text("a,b\n" + "1,2.5\n" * 200_000)
    with path.open("r+b") as file:
        file.truncate(10_000_000_000)  # a hole: nothing is stored, and nothing is read but the beginning
    assert 50 <= dd.read_csv(path).npartitions <= 200
    assert dd.read_csv(path, blocksize="1 GB").npartitions in (10, 11)
    chunk = da.ones((100_000, 100_000)).chunksize
    assert 50e6 <= np.prod(chunk) * 8 <= 200e6
    assert da.ones((1_000, 1_000), chunks=(100, 1_000)).numblocks == (10, 1)


def test_empty_partitions_and_partitions_of_one_row() -> None:
    """Rows that a filter took away leave partitions that harm nothing."""
    rows = pd.DataFrame({"a": [3, 1, 2], "k": ["x", "y", "x"]})
    lazy = dd.from_pandas(rows, npartitions=3)
    few = lazy[lazy.a > 2]
    assert few.npartitions == 3
    assert few.groupby("k").a.sum().compute().to_dict() == {"x": 3}
    assert lazy[lazy.a > 5].a.sum().compute() == 0
    assert lazy[lazy.a > 5].compute().dtypes.astype(str).tolist() == rows.dtypes.astype(str).tolist()
    assert [len(part.compute()) for part in few.partitions] == [1, 0, 0]
