"""Parquet and its kin: types that stay, columns that are read alone, files that others read."""

import datetime as dt
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import treadle as tl
import treadle.dataframe as dd
from measuring import BytesRead
from pandas.testing import assert_frame_equal


@pytest.fixture
def rows() -> pd.DataFrame:
    """Types that CSV cannot keep."""
    return pd.DataFrame(
        {
            "digits": ["007", "42", None, ""],
            "when": pd.to_datetime(["2024-02-29 23:59:59.123456", None, "1969-12-31", "2100-01-01"], format="ISO8601"),
            "zoned": pd.to_datetime(
                ["2024-07-01 12:00", "2024-01-01", None, "2024-10-27 01:30"], format="ISO8601"
            ).tz_localize("Europe/Berlin", ambiguous=True),
            "flag": pd.array([True, None, False, True], dtype="boolean"),
            "sure": [True, False, True, False],
            "tiny": np.array([-128, 0, 1, 127], dtype="int8"),
            "big": np.array([0, 1, 2**63, 2**64 - 1], dtype="uint64"),
            "gaps": pd.array([1, None, 3, 2**60 + 1], dtype="Int64"),
            "single": np.array([0.1, np.nan, -0.0, np.inf], dtype="float32"),
            "kind": pd.Categorical(["lo", "hi", None, "lo"], categories=["hi", "lo"]),
            "span": pd.to_timedelta(["1s", None, "2 days", "-1ms"]),
        }
    )


def test_types_survive_both_ways(rows: pd.DataFrame, tmp_path: Path) -> None:
    """Digits in text, times, zones, booleans, small and nullable integers, categories, gaps come back as they went."""
    dd.from_pandas(rows, npartitions=2).to_parquet(tmp_path / "ours")
    assert_frame_equal(dd.read_parquet(tmp_path / "ours").compute(), rows)
    others = [name for name in rows.columns if name != "kind"]
    assert_frame_equal(pd.read_parquet(tmp_path / "ours", columns=others), rows[others])
    rows.to_parquet(tmp_path / "pandas.parquet")
    assert_frame_equal(dd.read_parquet(tmp_path / "pandas.parquet").compute(), rows)


def test_the_types_are_known_before_anything_is_read(rows: pd.DataFrame, tmp_path: Path) -> None:
    """dtypes of a lazy frame are those that compute() gives."""
    rows.to_parquet(tmp_path / "pandas.parquet")
    lazy = dd.read_parquet(tmp_path / "pandas.parquet")
    assert lazy.dtypes.astype(str).to_dict() == lazy.compute().dtypes.astype(str).to_dict()


def test_dates_decimals_lists_and_bytes_are_carried(tmp_path: Path) -> None:
    """What pandas holds as objects goes through a filter and back."""
    import pyarrow as pa

    table = pa.table(
        {
            "day": pa.array([dt.date(2024, 1, 1), None, dt.date(1900, 1, 1)]),
            "price": pa.array(["1.10", None, "99999999.99"]).cast(pa.decimal128(12, 2)),
            "tags": pa.array([["a", "b"], [], None]),
            "raw": pa.array([b"\x00\xff", b"", None]),
            "n": [1, 2, 3],
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    lazy = dd.read_parquet(tmp_path / "t.parquet")
    kept = lazy[lazy.n != 2]
    kept.to_parquet(tmp_path / "out")
    back = pq.read_table(tmp_path / "out").select(table.column_names)
    assert back.to_pylist() == table.take([0, 2]).to_pylist()
    assert back.schema.field("price").type == pa.decimal128(12, 2)


@pytest.mark.parametrize("columns", [None, ["b"], ["c", "a"]])
def test_pandas_files_all_or_chosen_columns(columns: Any, tmp_path: Path) -> None:
    """read_parquet of pandas' file agrees with pandas, all columns or some, in the order asked for."""
    pd.DataFrame({"a": range(100), "b": np.linspace(0, 1, 100), "c": list("xy") * 50}).to_parquet(
        tmp_path / "p.parquet"
    )
    wanted = pd.read_parquet(tmp_path / "p.parquet", columns=columns)
    assert_frame_equal(dd.read_parquet(tmp_path / "p.parquet", columns=columns).compute(), wanted)
    dd.read_parquet(tmp_path / "p.parquet", columns=columns).to_parquet(tmp_path / "ours")
    assert_frame_equal(pd.read_parquet(tmp_path / "ours"), wanted)


def test_a_folder_with_one_column_asked_for(tmp_path: Path) -> None:
    """Files are partitions; one column is there, and only its bytes are read."""
    (tmp_path / "set").mkdir()
    chance = np.random.default_rng(0)
    for number in range(4):
        wide = pd.DataFrame({f"c{i}": chance.random(40_000) for i in range(14)})
        wide.to_parquet(tmp_path / "set" / f"{number}.parquet")
    size = sum(path.stat().st_size for path in (tmp_path / "set").iterdir())
    with BytesRead() as read:
        lazy = dd.read_parquet(tmp_path / "set", columns=["c3"])
        assert list(lazy.columns) == ["c3"]
        assert lazy.npartitions == 4
        assert lazy.c3.count().compute() == 160_000
    assert read.bytes < size / 5
    with BytesRead() as read:
        dd.read_parquet(tmp_path / "set").c5.mean().compute()
    assert read.bytes < size / 5


def test_columns_that_are_not_wanted_may_be_spoilt(tmp_path: Path) -> None:
    """Every other column's bytes are overwritten; the one asked for still reads."""
    path = tmp_path / "p.parquet"
    pd.DataFrame({f"c{i}": np.random.default_rng(i).random(1_000) for i in range(4)}).to_parquet(path)
    group = pq.ParquetFile(path).metadata.row_group(0)
    wanted = pd.read_parquet(path, columns=["c2"])
    with path.open("r+b") as file:
        for i in (0, 1, 3):
            chunk = group.column(i)
            file.seek(min(filter(None, (chunk.dictionary_page_offset, chunk.data_page_offset))))
            file.write(os.urandom(chunk.total_compressed_size))
    assert_frame_equal(dd.read_parquet(path, columns=["c2"]).compute(), wanted)
    assert tl.scan_parquet(path).select("c2").collect()["c2"].to_list() == wanted.c2.tolist()


def test_parquet_is_smaller_than_csv(tmp_path: Path) -> None:
    """At least twice, on random numbers with few digits and repeated text."""
    chance = np.random.default_rng(0)
    rows = pd.DataFrame({"n": chance.integers(0, 1000, 50_000), "k": chance.choice(["north", "south"], 50_000)})
    lazy = dd.from_pandas(rows, npartitions=1)
    lazy.to_csv(tmp_path / "c-*.csv", index=False)
    lazy.to_parquet(tmp_path / "p", write_index=False)
    csv = sum(path.stat().st_size for path in tmp_path.glob("*.csv"))
    parquet = sum(path.stat().st_size for path in (tmp_path / "p").rglob("*.parquet"))
    assert csv > 2 * parquet


def test_filters_skip_row_groups(tmp_path: Path) -> None:
    """A filter on a sorted column reads only the groups whose range can hold such rows."""
    path = tmp_path / "sorted.parquet"
    chance = np.random.default_rng(0)
    rows = pd.DataFrame({"a": np.arange(500_000), "b": chance.random(500_000)})
    rows.to_parquet(path, row_group_size=10_000)
    with BytesRead() as read:
        lazy = dd.read_parquet(path)
        got = lazy[lazy.a >= 490_000].b.sum().compute()
    assert got == pytest.approx(rows.b[490_000:].sum())
    assert read.bytes < path.stat().st_size / 5


def test_json_lines_both_ways(tmp_path: Path) -> None:
    """to_json and read_json keep numbers, text and gaps."""
    rows = pd.DataFrame({"n": [1, 2, 3], "x": [0.5, None, 2.5], "s": ["a", "b\n", None]})
    dd.from_pandas(rows, npartitions=2).to_json(tmp_path / "part-*.json", orient="records", lines=True)
    back = dd.read_json(tmp_path / "part-*.json", lines=True).compute().reset_index(drop=True)
    assert_frame_equal(back, rows)
