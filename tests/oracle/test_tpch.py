"""TPC-H's 22 queries (bench/tpch) answer as DuckDB does on the same files, for any number of threads."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from conftest import ROOT, Treadle
from pandas.testing import assert_frame_equal
from test_sql import normal

TABLES = ["customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier"]
QUERIES = sorted((ROOT / "bench" / "tpch").glob("q*.sql"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tpch")
    generator = Path(sys.executable).with_name("tpchgen-cli")
    subprocess.run([generator, "parquet", "-s", "0.01", f"--output-dir={folder}"], check=True, capture_output=True)
    return folder


def over_files(query: str, folder: Path) -> str:
    """The query with its tables defined in front of it."""
    tables = ", ".join(f"{name} AS (SELECT * FROM '{folder}/{name}.parquet')" for name in TABLES)
    return f"WITH {tables}, {query[5:]}" if query.startswith("WITH ") else f"WITH {tables} {query}"


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Decimals as float64, dates as times."""
    for name, column in frame.items():
        if column.dtype == object and any(isinstance(value, Decimal) for value in column):
            frame[name] = column.astype("float64")
        elif column.dtype == object and any(isinstance(value, date) for value in column):
            frame[name] = pd.to_datetime(column)
    return normal(frame)


def test_all_queries_are_here() -> None:
    assert len(QUERIES) == 22


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_tpch_query_answers_as_duckdb_does(treadle: Treadle, data: Path, path: Path) -> None:
    query = over_files(path.read_text(), data)
    theirs = duckdb.execute(query).df()
    for threads in ("1", "4"):
        ours = treadle.sql(query, "--threads", threads)
        ours.columns = theirs.columns
        assert_frame_equal(plain(ours), plain(theirs), rtol=1e-9)
