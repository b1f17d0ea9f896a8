"""treadle.sql: a call and a module."""

from pathlib import Path

import duckdb
import polars as pl
import pytest
import treadle as tl


def test_frames_by_name_and_of_the_caller(frame: pl.DataFrame) -> None:
    flights = tl.from_arrow(frame)
    text = "select g, count(*) as n, sum(i) as s from flights where i > 0 group by g order by g"
    expected = duckdb.execute(text.replace("flights", "frame")).fetchall()
    assert tl.sql(text).fetchall() == expected
    assert tl.sql(text.replace("flights", "t"), t=flights.lazy()).collect().rows() == expected
    assert tl.sql(text.replace("flights", "t"), t=frame).fetchall() == expected
    assert tl.sql(text, eager=True).rows() == expected


def test_results_go_to_other_libraries(frame: pl.DataFrame) -> None:
    result = tl.sql("select id, x from frame order by id limit 3")
    assert result.df().id.tolist() == [0, 1, 2]
    assert result.fetchdf().columns.tolist() == ["id", "x"]
    assert result.arrow().num_rows == 3
    assert result.pl().height == 3
    assert result.fetchone() == frame.select("id", "x").row(0)
    assert result.filter(tl.col("id") > 1).collect().height == 1


def test_files(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,x\n2,y\n")
    assert tl.sql(f"select b from '{tmp_path}/a.csv' where a = 2").fetchall() == [("y",)]


def test_a_connection() -> None:
    numbers = tl.DataFrame({"a": [1, 2, 3]})
    with tl.sql.connect() as connection:
        connection.register("t", numbers)
        assert connection.execute("select sum(a) as s from t").fetchdf().s.tolist() == [6]
        assert connection.execute("select sum(a) as s from numbers").fetchall() == [(6,)]
        assert connection.fetchall() == []
        connection.unregister("t")
        with pytest.raises(KeyError, match='unknown table "t"'):
            connection.execute("select * from t")
    with pytest.raises(ValueError, match="closed"):
        connection.execute("select 1")


def test_mistakes() -> None:
    with pytest.raises(ValueError, match=r"1.*column|column.*1|line 1"):
        tl.sql("selec 1")
    with pytest.raises(TypeError, match=r"t: expected a frame.*int"):
        tl.sql("select * from t", t=3)
    with pytest.raises(TypeError, match="text"):
        tl.sql(3)  # type: ignore[arg-type]
