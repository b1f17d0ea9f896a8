"""Files in and out."""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import treadle as tl

from toplevel.conftest import generated, same


def test_csv_both_ways(tmp_path: Path, regime: str, frame: pl.DataFrame) -> None:
    path = tmp_path / "a.csv"
    plain = frame.drop("d", "t")
    tl.from_arrow(plain).write_csv(path)
    same(tl.read_csv(path), plain)
    assert pl.read_csv(path).height == plain.height
    lazy = tl.scan_csv(path).filter(tl.col("i") > 0).group_by("g").agg(tl.col("x").mean())
    same(lazy.sort("g").collect(), plain.filter(pl.col("i") > 0).group_by("g").agg(pl.col("x").mean()).sort("g"))


def test_csv_options(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("# note\n1;x;2020-01-02\n2;-;2021-02-03\n")
    options: dict[str, Any] = {"separator": ";", "has_header": False, "comment_prefix": "#", "null_values": "-"}
    theirs = pl.read_csv(path, try_parse_dates=True, **options)
    same(tl.read_csv(path, try_parse_dates=True, **options), theirs)
    assert tl.read_csv(path, **options).dtypes == [tl.Int64, tl.String, tl.String]
    assert tl.read_csv(path, new_columns=["a", "b", "c"], n_rows=1, **options).rows() == [(1, "x", "2020-01-02")]
    assert tl.read_csv(path, columns=["column_1"], **options).columns == ["column_1"]
    typed = tl.scan_csv(path, schema={"a": tl.Float64, "b": tl.String, "c": tl.Date}, **options)
    assert typed.collect_schema().dtypes() == [tl.Float64, tl.String, tl.Date]


def test_parquet_both_ways(tmp_path: Path, frame: pl.DataFrame) -> None:
    path = tmp_path / "a.parquet"
    tl.from_arrow(frame).write_parquet(path)
    assert path.is_file()
    same(tl.read_parquet(path), frame)
    same(tl.read_parquet(str(tmp_path / "*.parquet"), columns=["i", "s"]), frame.select("i", "s"))
    same(tl.from_arrow(pl.read_parquet(path)), frame)
    assert duckdb.execute(f"select count(*) from '{path}'").fetchall() == [(frame.height,)]


@pytest.mark.parametrize("engine", ["auto", "streaming", "in-memory"])
def test_sinks_stream(tmp_path: Path, engine: str, frame: pl.DataFrame) -> None:
    lazy = tl.from_arrow(frame).lazy().filter(tl.col("i") > 0)
    kept = frame.filter(pl.col("i") > 0)
    lazy.sink_parquet(tmp_path / "a.parquet", engine=engine)
    lazy.sink_parquet(tmp_path / "a.parquet", engine=engine)
    same(tl.from_arrow(pl.read_parquet(tmp_path / "a.parquet")), kept)
    lazy.sink_csv(tmp_path / "a.csv", separator="\t", engine=engine)
    assert pl.read_csv(tmp_path / "a.csv", separator="\t").height == kept.height
    lazy.sink_ndjson(tmp_path / "a.ndjson", engine=engine)
    assert pl.read_ndjson(tmp_path / "a.ndjson").height == kept.height
    lazy.sink_parquet(tmp_path / "parts", partition_by="g")
    assert tl.read_parquet(tmp_path / "parts").height == kept.height


def test_the_same_bytes_for_any_number_of_threads(tmp_path: Path) -> None:
    frame = tl.from_arrow(generated(seed=9, rows=50_000)).lazy().sort("x", "id")
    written = set()
    for workers in (1, 2, 8):
        with tl.config.set(num_workers=workers):
            frame.sink_csv(tmp_path / "a.csv")
            frame.sink_parquet(tmp_path / "a.parquet")
        written.add((tmp_path / "a.csv").read_bytes() + (tmp_path / "a.parquet").read_bytes())
    assert len(written) == 1


def test_a_sink_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("before")
    bad = tl.DataFrame({"s": ["1", "x"]}).lazy().select(tl.col("s").cast(tl.Int64))
    with pytest.raises(TypeError, match='found "x"'):
        bad.sink_csv(path)
    assert path.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]


def test_nothing_is_read_before_collect(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,x\n")
    lazy = tl.scan_csv(path).filter(tl.col("a") > 0)
    path.unlink()
    with pytest.raises(OSError, match=r"a\.csv"):
        lazy.collect()


def test_ndjson_is_read_when_it_is_wanted(tmp_path: Path, regime: str) -> None:
    for part in range(3):
        lines = [json.dumps({"n": part * 10 + i, "s": None if i == 3 else f"s{i}"}) for i in range(10)]
        (tmp_path / f"{part}.ndjson").write_text("\n".join(lines))
    lazy = tl.scan_ndjson(tmp_path / "*.ndjson").filter(tl.col("n") % 2 == 1)
    theirs = pl.scan_ndjson(tmp_path / "*.ndjson").filter(pl.col("n") % 2 == 1)
    same(lazy.collect(), theirs.collect())
    (tmp_path / "1.ndjson").write_text('{"n": "no number"}')
    with pytest.raises(TypeError, match=r"1\.ndjson:1, column n"):
        lazy.collect()
    with pytest.raises(FileNotFoundError, match="no file matches"):
        tl.scan_ndjson(tmp_path / "*.json")


def test_json_both_ways(tmp_path: Path) -> None:
    frame = tl.DataFrame({"a": [1, None], "s": ["x", "y"]})
    frame.write_ndjson(tmp_path / "a.ndjson")
    assert tl.read_ndjson(tmp_path / "a.ndjson").rows() == frame.rows()
    assert tl.scan_ndjson(tmp_path / "*.ndjson").select("s").collect().rows() == [("x",), ("y",)]
    text = frame.write_json()
    assert text is not None
    assert json.loads(text) == [{"a": 1, "s": "x"}, {"a": None, "s": "y"}]
    assert frame.write_csv() == "a,s\n1,x\n,y\n"


def test_options_of_readers_and_writers(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1, None], "d": [dt.date(2013, 1, 31), None]})
    ours = tl.from_arrow(frame)
    writing: list[dict[str, Any]] = [{"null_value": "NA"}, {"date_format": "%d.%m.%Y"}, {"include_header": False}]
    for options in writing:
        assert ours.write_csv(**options) == frame.write_csv(**options)
    with pytest.raises(NotImplementedError, match="quote_style"):
        ours.write_csv(quote_style="always")
    path = tmp_path / "a.csv"
    ours.write_csv(path)
    reading: list[dict[str, Any]] = [{"row_index_name": "n", "row_index_offset": 5}, {"infer_schema_length": 0}]
    for options in reading:
        same(tl.read_csv(path, **options), pl.read_csv(path, **options))
    same(tl.read_csv(path.read_bytes()), pl.read_csv(path))
    same(tl.read_csv(io.StringIO("a,b\n1,x\n")), pl.read_csv(io.StringIO("a,b\n1,x\n")))
    with pytest.raises(NotImplementedError, match=r"encoding='latin1'.*utf8"):
        tl.read_csv(path, encoding="latin1")
    with pytest.raises(NotImplementedError, match=r"include_file_paths=.*concat"):
        tl.scan_csv(path, include_file_paths="p")
    with pytest.raises(TypeError, match="no argument 'separater'"):
        tl.scan_csv(path, separater=";")


def test_a_profile_has_the_rows_and_the_times_of_tasks() -> None:
    rows, times = tl.DataFrame({"a": [3, 1, 2]}).lazy().filter(tl.col("a") > 1).sort("a").profile()
    assert rows.rows() == [(2,), (3,)]
    assert times.columns == ["node", "start", "end"]
    assert times.height > 0
    assert times.filter(tl.col("start") > tl.col("end")).is_empty()


def test_frames_side_by_side_by_their_common_columns() -> None:
    def program(lib: Any) -> Any:
        one, two = lib.DataFrame({"k": [2, 1], "a": [20, 10]}), lib.DataFrame({"k": [1, 3], "b": [100, 300]})
        return lib.concat([one, two], how="align")

    same(program(tl), program(pl))
    with pytest.raises(ValueError, match="that all frames have"):
        tl.concat([tl.DataFrame({"a": [1]}), tl.DataFrame({"b": [1]})], how="align")
    import treadle.selectors as cs

    assert tl.DataFrame({"a": [1]}).cast({cs.integer(): tl.Float64}).dtypes == [tl.Float64]
