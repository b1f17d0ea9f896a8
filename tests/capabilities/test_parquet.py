"""Parquet: what is read of a file, how it is packed, and what happens as data sets grow."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
import treadle as tl
import treadle.dataframe as dd

YEARS = [2021, 2022, 2023]


@pytest.fixture
def years(tmp_path: Path) -> Path:
    """A file of three row groups, a year each."""
    rows = pd.DataFrame({"year": [y for y in YEARS for _ in range(1000)], "v": range(3000), "w": range(3000)})
    rows.to_parquet(tmp_path / "years.parquet", row_group_size=1000, index=False)
    return tmp_path / "years.parquet"


def spoil(path: Path, row_groups: list[int], columns: list[int]) -> None:
    """Overwrites the bytes of columns, so that whoever reads them fails."""
    metadata = pq.ParquetFile(path).metadata
    with path.open("r+b") as file:
        for group in row_groups:
            for column in columns:
                place = metadata.row_group(group).column(column)
                file.seek(place.dictionary_page_offset or place.data_page_offset)
                file.write(b"\xff" * place.total_compressed_size)


def test_row_groups_are_partitions(years: Path) -> None:
    """split_row_groups= says how many row groups a partition has; blocksize= how many bytes."""
    assert dd.read_parquet(years, split_row_groups=True).npartitions == 3
    assert dd.read_parquet(years, split_row_groups=2).npartitions == 2
    assert dd.read_parquet(years, split_row_groups=False).npartitions == 1
    assert dd.read_parquet(years, blocksize="10kB").npartitions == 3
    assert dd.read_parquet(years, split_row_groups=True).partitions[1].year.unique().compute().tolist() == [2022]
    with pytest.raises(ValueError, match="split_row_groups"):
        dd.read_parquet(years, split_row_groups=0)


def test_columns_alone_are_read(years: Path) -> None:
    """A column that nobody asks for does no harm, though its bytes are spoilt."""
    spoil(years, [0, 1, 2], [2])
    assert dd.read_parquet(years, columns=["v"]).v.sum().compute() == sum(range(3000))
    assert dd.read_parquet(years).v.sum().compute() == sum(range(3000))
    with pytest.raises(OSError, match=r"years\.parquet"):
        dd.read_parquet(years).w.sum().compute()


def test_row_groups_that_statistics_rule_out_are_not_read(years: Path) -> None:
    """A condition on the year, however it is written: the other years' bytes are spoilt and nobody minds."""
    spoil(years, [0, 1], [0, 1, 2])
    wanted = sum(range(2000, 3000))
    frame = dd.read_parquet(years)
    assert frame[frame.year == 2023].v.sum().compute() == wanted
    assert dd.read_parquet(years, filters=[("year", "==", 2023)]).v.sum().compute() == wanted
    assert tl.scan_parquet(years).filter(tl.col("year") == 2023).select(tl.col("v").sum()).collect().item() == wanted
    assert tl.sql(f"SELECT sum(v) FROM '{years}' WHERE year = 2023").fetchone() == (wanted,)


def test_a_column_that_newer_files_have(tmp_path: Path) -> None:
    """It is there, missing in the rows of older files; by folder, pattern, and in both styles."""
    pd.DataFrame({"a": [1, 2]}).to_parquet(tmp_path / "0.parquet", index=False)
    pd.DataFrame({"a": [3], "b": ["new"]}).to_parquet(tmp_path / "1.parquet", index=False)
    for path in (tmp_path, tmp_path / "*.parquet"):
        frame = dd.read_parquet(path).compute()
        assert frame.a.tolist() == [1, 2, 3]
        assert frame.b.isna().tolist() == [True, True, False]
    assert tl.scan_parquet(tmp_path / "*.parquet").select("b").collect()["b"].to_list() == [None, None, "new"]


@pytest.mark.parametrize("asked", ["snappy", "zstd", "gzip", "lz4", "none", None, "ZSTD"])
def test_compression_is_what_the_files_say(tmp_path: Path, asked: Any) -> None:
    """The method asked for is in the files' own metadata; two columns are read back."""
    frame = dd.from_dict({"a": range(100), "b": ["x"] * 100, "c": range(100)}, npartitions=2)
    frame.to_parquet(tmp_path / "out", compression=asked)
    found = set()
    for path in (tmp_path / "out").glob("*.parquet"):
        group = pq.ParquetFile(path).metadata.row_group(0)
        found |= {group.column(i).compression for i in range(group.num_columns)}
    assert found == {"UNCOMPRESSED" if asked in ("none", None) else asked.upper()}
    back = dd.read_parquet(tmp_path / "out", columns=["a", "b"]).compute()
    assert back.shape == (100, 2)


def test_an_unknown_compression_is_named_before_anything_is_written(tmp_path: Path) -> None:
    """The error lists what there is; no folder is left."""
    with pytest.raises(ValueError, match='"zstd"'):
        dd.from_dict({"a": [1]}, npartitions=1).to_parquet(tmp_path / "out", compression="squeeze")
    assert not (tmp_path / "out").exists()


def test_aggregates_by_a_dict(years: Path) -> None:
    """groupby.agg({'column': 'mean'}) and several functions a column, as pandas has them."""
    frame, rows = dd.read_parquet(years), pd.read_parquet(years)
    for how in ({"v": "mean"}, {"v": ["mean", "max"], "w": "sum"}):
        pd.testing.assert_frame_equal(frame.groupby("year").agg(how).compute(), rows.groupby("year").agg(how))


def test_scan_filter_group_join_in_expressions(tmp_path: Path) -> None:
    """scan_parquet over several files, filter, group_by, agg, join, collect; equal to pandas'."""
    parts = [pd.DataFrame({"kind": list("ab") * 5, "score": range(i, i + 10)}) for i in range(3)]
    for number, part in enumerate(parts):
        part.to_parquet(tmp_path / f"{number}.parquet")
    rows = pd.concat(parts)
    means = (
        tl.scan_parquet(tmp_path / "*.parquet")
        .filter(tl.col("score") > 3)
        .group_by("kind")
        .agg(tl.mean("score"))
        .sort("kind")
    )
    assert dict(means.collect().rows()) == rows[rows.score > 3].groupby("kind").score.mean().to_dict()
    names = tl.DataFrame({"kind": ["a"], "name": ["first"]}).lazy()
    assert means.join(names, on="kind").collect().rows()[0][2] == "first"


def test_sinks_and_streaming(tmp_path: Path) -> None:
    """sink_parquet and collect(engine='streaming') over many files: the rows that collect() gives."""
    for number in range(3):
        pd.DataFrame({"value": range(1000)}).to_csv(tmp_path / f"{number}.csv", index=False)
    plan = tl.scan_csv(tmp_path / "*.csv").with_columns(twice=tl.col("value") * 2)
    plan.sink_parquet(tmp_path / "all.parquet")
    assert tl.read_parquet(tmp_path / "all.parquet").equals(plan.collect(engine="streaming"))
    assert plan.collect().height == 3000


def test_a_folder_for_each_value(tmp_path: Path) -> None:
    """partition_on writes year=... folders, and SQL reads them back as one table with that column."""
    frame = dd.from_dict({"year": [2023, 2024] * 5, "v": range(10)}, npartitions=2)
    frame.to_parquet(tmp_path / "etl", partition_on=["year"])
    assert sorted(path.name for path in (tmp_path / "etl").iterdir() if path.is_dir()) == ["year=2023", "year=2024"]
    rows = tl.sql(f"SELECT year, sum(v) FROM '{tmp_path}/etl' GROUP BY year ORDER BY year").fetchall()
    assert rows == [(2023, 20), (2024, 25)]
