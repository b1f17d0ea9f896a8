"""Parquet files between Treadle and others: what they write it reads, what it writes they read."""

from __future__ import annotations

import datetime as dt
import decimal
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from conftest import Treadle
from generated import table


def every_type() -> pa.Table:
    """Types as Arrow has them, and the layouts that other programs write."""
    day, moment = dt.date(1969, 12, 31), dt.datetime(2013, 1, 1, 5, 30, 15, 250000)
    number = decimal.Decimal("-12.50")
    columns = {
        "bool": pa.array([True, None, False]),
        "int8": pa.array([-128, None, 127], pa.int8()),
        "uint64": pa.array([0, None, 2**64 - 1], pa.uint64()),
        "float32": pa.array([1.5, None, float("inf")], pa.float32()),
        "decimal": pa.array([number, None, number], pa.decimal128(30, 2)),
        "small_decimal": pa.array([number, None, number], pa.decimal32(5, 2)),
        "date": pa.array([day, None, day]),
        "date64": pa.array([day, None, day], pa.date64()),
        "time": pa.array([dt.time(1, 2, 3), None, dt.time(4)], pa.time32("ms")),
        "stamp": pa.array([moment, None, moment], pa.timestamp("us")),
        "zoned": pa.array([moment, None, moment], pa.timestamp("ns", "Europe/Berlin")),
        "duration": pa.array([5, None, -7], pa.duration("us")),
        "text": pa.array(["a", None, "a text that is longer than twelve bytes"]),
        "large_text": pa.array(["a", None, ""], pa.large_string()),
        "view": pa.array(["a", None, ""], pa.string_view()),
        "category": pa.array(["a", None, "a"]).dictionary_encode(),
        "int_category": pa.array([5, None, 5]).dictionary_encode(),
        "binary": pa.array([b"\x00\xff", None, b""], pa.large_binary()),
        "fixed": pa.array([b"abc", None, b"\x00\x01\xff"], pa.binary(3)),
        "list": pa.array([[1, None], None, []], pa.large_list(pa.int32())),
        "pair": pa.array([[1, 2], [3, 4], [5, None]], pa.list_(pa.int32(), 2)),
        "struct": pa.array([{"x": 1, "y": ["p", None]}, None, {"x": None, "y": []}]),
        "null": pa.nulls(3),
    }
    return pa.table(columns)


def copy(treadle: Treadle, source: Path, **options: object) -> Path:
    out = treadle.folder / "copy"
    sink = {"parquet": {"directory": str(out), "mode": "overwrite", **options}}
    treadle.call("run", "-", text=json.dumps({"source": {"parquet": str(source)}, "sinks": [sink]}))
    return out


@pytest.mark.parametrize("column", every_type().column_names)
def test_every_type_comes_back(treadle: Treadle, column: str) -> None:
    rows = every_type().select([column])
    pq.write_table(rows, treadle.folder / "in.parquet")
    assert pq.read_table(copy(treadle, treadle.folder / "in.parquet")).to_pydict() == rows.to_pydict()


def written_by_pandas(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, row_group_size=700)


def written_by_polars(frame: pd.DataFrame, path: Path) -> None:
    pl.from_pandas(frame).write_parquet(path, compression="lz4", row_group_size=900)


def written_by_duckdb(frame: pd.DataFrame, path: Path) -> None:
    duckdb.sql(f"COPY frame TO '{path}' (FORMAT parquet, PARQUET_VERSION v2, ROW_GROUP_SIZE 2048)")


def written_plainly(frame: pd.DataFrame, path: Path) -> None:
    rows = pa.Table.from_pandas(frame, preserve_index=False)
    encodings = {"id": "DELTA_BINARY_PACKED", "word": "DELTA_BYTE_ARRAY", "number": "BYTE_STREAM_SPLIT"}
    pq.write_table(rows, path, use_dictionary=False, column_encoding=encodings, compression="gzip", version="1.0")


WRITERS = [written_by_pandas, written_by_polars, written_by_duckdb, written_plainly]


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    right = right[left.columns].astype(left.dtypes)
    pd.testing.assert_frame_equal(left.reset_index(drop=True), right.reset_index(drop=True))


@pytest.mark.parametrize("write", WRITERS)
def test_files_of_others(treadle: Treadle, write: Callable[[pd.DataFrame, Path], None]) -> None:
    frame = table(7, 5000)
    write(frame, treadle.folder / "in.parquet")
    same(frame, treadle.run_job({"parquet": "in.parquet"}, []))


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    "predicate",
    [
        "id >= 4321",
        "number < -2000",
        "number >= 2900",
        "word = 'two\nlines'",
        "id <> 17",
        "whole IS NULL",
        "word > 'zz'",
        "day < '2020-01-05'",
    ],
)
def test_skipping_row_groups_changes_no_answer(
    treadle: Treadle, write: Callable[[pd.DataFrame, Path], None], predicate: str
) -> None:
    frame = table(8, 5000)
    write(frame, treadle.folder / "in.parquet")
    expected = duckdb.execute(f"SELECT * FROM frame WHERE {predicate} ORDER BY id").df()
    steps = [{"filter": predicate}]
    pruned = treadle.run_job({"parquet": "in.parquet"}, steps)
    same(pruned, expected)
    same(pruned, treadle.run_job({"parquet": "in.parquet"}, steps, "--no-optimize"))


def with_short_words(seed: int) -> pd.DataFrame:
    """Values that can be the names of directories, which have at most 255 bytes."""
    frame = table(seed, 3000, num_groups=5)
    return frame[frame["word"].isna() | (frame["word"].str.len() < 100)].reset_index(drop=True)


@pytest.mark.parametrize("compression", ["snappy", "zstd", "lz4", "gzip", "none"])
def test_partitioned_data_sets_are_read_by_all(treadle: Treadle, compression: str) -> None:
    frame = with_short_words(9)
    frame.to_parquet(treadle.folder / "in.parquet")
    out = copy(treadle, treadle.folder / "in.parquet", partition_on=["word", "key"], compression=compression)
    columns = ["id", "whole", "number", "flag", "day", "time"]
    duck = duckdb.execute(f"SELECT * FROM read_parquet('{out}/**/*.parquet', hive_partitioning=true) ORDER BY id").df()
    same(frame[[*columns, "key"]], duck[[*columns, "key"]])
    partitioning = ds.partitioning(pa.schema([("word", pa.string()), ("key", pa.int64())]), flavor="hive")
    arrow = ds.dataset(out, partitioning=partitioning).to_table().to_pandas().sort_values("id")
    same(frame, arrow)
    back = treadle.run_job({"parquet": str(out)}, [{"sort": ["id"]}])
    same(frame, back)


def test_directories_of_others(treadle: Treadle) -> None:
    frame = with_short_words(10)
    frame.to_parquet(treadle.folder / "in", partition_cols=["key", "word"])
    back = treadle.run_job({"parquet": "in"}, [{"sort": ["id"]}])
    same(frame, back)
