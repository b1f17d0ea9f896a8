"""Statements beside queries, parameters, and what a connection keeps: as in DuckDB."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
import treadle as tl

FRAME = pl.DataFrame({"id": [1, 2, 3, 4], "s": ["a", "it's", None, "d"], "x": [1.5, -2.0, None, 0.25]})


def by_duckdb(text: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.register("t", FRAME.to_arrow()).execute(text, parameters).fetchall()


VALUES: dict[str, Any] = {
    "numbers": ("select id from t where id > ? and x<? order by id", [1, 1.0]),
    "text with a quote": ("select id from t where s = ?", ["it's"]),
    "by number, twice": ("select id from t where id = $2 or id - 1 = $2 or x = $1 order by id", [0.25, 1]),
    "by name": ("select id from t where id = $least or s = $s order by id", {"least": 1, "s": "d"}),
    "null": ("select id from t where coalesce(x, ?) is null", [None]),
    "limit": ("select id from t order by id limit ? offset ?", [2, 1]),
    "pattern": ("select id from t where s like ?", ["it%"]),
    "date": ("select id from t where date '2013-01-01' + cast(id as integer) > ? order by id", [dt.date(2013, 1, 3)]),
    "time": ("select ? as t", [dt.datetime(2013, 1, 2, 3, 4, 5, 6)]),
    "decimal": ("select id from t where cast(id as decimal(10, 2)) = ?", [Decimal("2.00")]),
    "bool": ("select id from t where (id = 1) = ? order by id", [False]),
    "negative": ("select id - ? from t order by id", [-5]),
    "a question in a text": ("select '?' || s from t where id = ?", [1]),
}


@pytest.mark.parametrize("name", VALUES)
def test_parameters(name: str) -> None:
    text, parameters = VALUES[name]
    expected = by_duckdb(text, parameters)
    assert tl.sql(text, t=FRAME, params=parameters).fetchall() == expected
    with tl.sql.connect() as connection:
        assert connection.register("t", FRAME).execute(text, parameters).fetchall() == expected


def test_parameters_and_values_go_together() -> None:
    with pytest.raises(ValueError, match=r"line 1, column 12.*parameter 2 is expected, found 1 value"):
        tl.sql("select ? + ?", params=[1])
    with pytest.raises(ValueError, match="as many values"):
        tl.sql("select 1", params=[1])
    with pytest.raises(ValueError, match=r"\$b"):
        tl.sql("select $b", params={"a": 1})
    with pytest.raises(TypeError, match=r"parameter 1: expected one value, found list.*IN \(SELECT"):
        tl.sql("select ?", params=[[1, 2]])
    with pytest.raises(TypeError, match="expected a list of values"):
        tl.sql("select ?", params="text")


def test_a_result_is_fetched_row_by_row() -> None:
    with tl.sql.connect() as connection:
        result = connection.sql("select id, s from t order by id", t=FRAME)
        assert result.fetchone() == (1, "a")
        assert connection.fetchmany(2) == [(2, "it's"), (3, None)]
        assert connection.fetchall() == [(4, "d")]
        assert connection.fetchone() is None
        assert connection.fetchall() == []
        assert [one[0] for one in connection.description or []] == ["id", "s"]
        assert result.df().shape == (4, 2)
        with pytest.raises(ValueError, match="at least 0, found -1"):
            result.fetchmany(-1)


def test_tables_and_views_live_in_a_connection() -> None:
    numbers = tl.DataFrame({"a": [1, 2, 3]})
    with tl.sql.connect() as connection:
        assert connection.execute("create table big as select a * 10 as b from numbers").fetchall() == [(3,)]
        assert numbers.height == 3
        connection.execute("CREATE VIEW v AS SELECT sum(b) AS s FROM big")
        assert connection.execute("select * from v").fetchall() == [(60,)]
        with pytest.raises(ValueError, match="OR REPLACE"):
            connection.execute("create table big as select 1 as b")
        connection.execute("create table if not exists big as select 1 as b")
        connection.execute("create or replace table big as select 1 as b")
        assert connection.table("big").fetchall() == [(1,)]
        assert connection.execute("show tables").fetchall() == [("big",), ("v",)]
        assert connection.cursor().execute("select b from big").fetchall() == [(1,)]
        connection.execute("drop view v").fetchall()
        connection.execute("drop view if exists v")
        with pytest.raises(KeyError, match="IF EXISTS"):
            connection.execute("drop table v")
        with pytest.raises(KeyError, match="there are big"):
            connection.table("nope")
    with pytest.raises(NotImplementedError, match="connect"):
        tl.sql("create table x as select 1")
    with pytest.raises(NotImplementedError, match="databases in files"):
        tl.sql.connect("x.db")


def test_copy_writes_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    frame = FRAME
    query = "select * from frame order by id desc"
    assert tl.sql(f"COPY ({query}) TO 'a.csv'").fetchall() == [(4,)]
    assert pd.read_csv("a.csv").id.tolist() == [4, 3, 2, 1]
    tl.sql(f"copy ({query}) to 'b.txt' (format csv, header false, delimiter ';')")
    assert Path("b.txt").read_text().startswith("4;d;0.25\n")
    assert tl.sql("copy frame to 'c.parquet' (format parquet, compression zstd)").fetchone() == (4,)
    assert pl.read_parquet("c.parquet").equals(frame)
    tl.sql("copy (select id, id % 2 as k from frame) to 'parts' (format parquet, partition_by (k))")
    assert sorted(path.name for path in Path("parts").iterdir()) == ["k=0", "k=1"]
    with pytest.raises(FileExistsError, match="OVERWRITE"):
        tl.sql("copy (select id, id % 2 as k from frame) to 'parts' (format parquet, partition_by (k))")
    tl.sql("copy (select id, id % 2 as k from frame) to 'parts' (format parquet, partition_by (k), overwrite)")
    tl.sql(f"copy ({query}) to 'd.ndjson'")
    assert pl.read_ndjson("d.ndjson")["id"].to_list() == [4, 3, 2, 1]
    with pytest.raises(NotImplementedError, match=r"option 'quote'.*header"):
        tl.sql(f"copy ({query}) to 'e.csv' (quote '|')")
    with pytest.raises(NotImplementedError, match="format 'xlsx'"):
        tl.sql(f"copy ({query}) to 'e.csv' (format xlsx)")
    assert not Path("e.csv").exists()


def test_frames_of_other_libraries_are_found_by_name() -> None:
    lazy, arrow, pandas = FRAME.lazy(), FRAME.to_arrow(), FRAME.to_pandas()
    for name in ("lazy", "arrow", "pandas"):
        assert tl.sql(f"select count(*) as n, sum(id) as s from {name}").fetchall() == [(4, 10)]
    assert lazy is not None
    assert arrow is not None
    assert pandas is not None


def test_readers_take_options(tmp_path: Path) -> None:
    path = tmp_path / "semi.dat"
    path.write_text("a;b\n1;x\n2;-\n")
    for reader in (
        f"read_csv('{path}', delim=';', nullstr='-')",
        f"read_csv(['{path}'], sep=';', header=true, nullstr=['-'])",
        f"read_csv('{path}', delim=';', nullstr='-', types={{'a': 'BIGINT', 'b': 'VARCHAR'}})",
    ):
        assert tl.sql(f"select * from {reader} order by a").fetchall() == [(1, "x"), (2, None)]
    assert tl.sql(f"select a from read_csv('{path}', delim=';', all_varchar=true)").fetchall() == [("1",), ("2",)]
    assert tl.sql("select sum(n) as s from range(1, 5) t(n)").fetchall() == [(10,)]
    with pytest.raises(ValueError, match=r'line 1, column .*no option "delimm"; did you mean "delim"'):
        tl.sql(f"select * from read_csv('{path}', delimm=';')")


def test_a_context_as_in_polars() -> None:
    with tl.SQLContext(t=FRAME) as context:
        assert context.execute("select count(*) as n from t").collect().item() == 4
        assert context.register("u", tl.DataFrame({"a": [1]})).tables() == ["t", "u"]
        assert context.execute("select a from u", eager=True).rows() == [(1,)]
        context.unregister("u")
        with pytest.raises(KeyError, match="'u'"):
            context.unregister("u")
