"""Frames from files and back: pandas, DuckDB and Polars are the oracles."""

import bz2
import gc
import gzip
import time
import weakref
from pathlib import Path
from typing import Any

import dask.dataframe as dask_frames
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import treadle
import treadle.dataframe as dd
from frames import assert_same, generated


@pytest.fixture
def csv(tmp_path: Path) -> str:
    path = tmp_path / "rows.csv"
    generated().to_csv(path, index=False)
    return str(path)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"parse_dates": ["t"]},
        {"usecols": ["b", "a"], "dtype": {"a": "float32"}},
        {"header": None, "names": list("vwxyz"), "skiprows": 1},
        {"dtype": str},
        {"na_values": ["x"]},
        {"dtype": {"k": "category"}},
        {"dtype": {"a": "Int64"}},
    ],
    ids=str,
)
def test_csv_as_pandas_reads_it(csv: str, arguments: dict[str, Any]) -> None:
    assert_same(dd.read_csv(csv, **arguments), pd.read_csv(csv, **arguments))


def test_csv_under_each_regime(csv: str, regime: str) -> None:
    data, lazy = pd.read_csv(csv), dd.read_csv(csv)
    assert_same(lazy[lazy.a > 25], data[data.a > 25])
    assert_same(lazy.groupby("k").b.mean(), data.groupby("k").b.mean())


ODD_CSV: dict[str, tuple[str, dict[str, Any]]] = {
    "no values": ("a,b,c\n1,,x\n2,NA,y\n", {}),
    "no values, a type": ("a,b\n1,\n2,\n", {"dtype": {"b": str}}),
    "integers without a sign": ("a,b\n18446744073709551615,1\n1,2\n", {}),
    "nothing is missing": ("a,b\n1.5,x\n,\n", {"keep_default_na": False}),
    "comments behind values": ("# first\na,b\n1,2\n# x\n3,4 # t\n", {"comment": "#"}),
    "comments on lines": ("# first\na,b\n1,2\n# x\n3,4\n", {"comment": "#"}),
    "names of some": ("1,2,3\n4,5,6\n", {"header": None, "names": ["x", "z"], "usecols": [0, 2]}),
    "an empty column of dates": ("a,t\n1,\n2,\n", {"parse_dates": ["t"]}),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("case", ODD_CSV)
def test_odd_csv_as_pandas_reads_it(case: str, packed: bool, tmp_path: Path) -> None:
    text, arguments = ODD_CSV[case]
    path = tmp_path / ("odd.csv.gz" if packed else "odd.csv")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    frame = dd.read_csv(path, **arguments)
    assert_same(frame, pd.read_csv(path, **arguments))
    assert_same(frame.iloc[:, -1].count(), pd.read_csv(path, **arguments).iloc[:, -1].count())


def test_csv_that_cannot_be_read_is_an_error_of_its_kind(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(pd.errors.EmptyDataError, match="empty"):
        dd.read_csv(tmp_path / "empty.csv")
    (tmp_path / "some.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="set_index"):
        dd.read_csv(tmp_path / "some.csv", index_col=0)


def test_csv_without_names(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("1,x\n2,y\n")
    assert_same(dd.read_csv(path, header=None), pd.read_csv(path, header=None))


def test_blocks_of_a_file_are_partitions_that_number_their_rows_from_0(csv: str) -> None:
    lazy = dd.read_csv(csv, blocksize=20_000)
    assert lazy.npartitions > 2
    result = lazy.compute()
    assert_same(result.reset_index(drop=True), pd.read_csv(csv))
    starts = np.flatnonzero(result.index.to_numpy() == 0)
    assert len(starts) == lazy.npartitions
    assert lazy[lazy.a > 25].compute().equals(result[result.a > 25])


def test_several_files_are_one_frame(tmp_path: Path) -> None:
    parts = [generated(100, seed) for seed in range(3)]
    for number, part in enumerate(parts):
        part.to_csv(tmp_path / f"part-{number}.csv", index=False)
    lazy = dd.read_csv(tmp_path / "part-*.csv")
    assert lazy.npartitions == 3
    assert_same(lazy.a.sum(), int(sum(part.a.sum() for part in parts)))
    assert [len(lazy.get_partition(i)) for i in range(3)] == [100, 100, 100]


def test_integers_with_missing_values_are_floats(tmp_path: Path) -> None:
    path = tmp_path / "gaps.csv"
    path.write_text("a,b\n1,x\n,y\n3,\n")
    assert_same(dd.read_csv(path), pd.read_csv(path))
    assert_same(dd.read_csv(path).a.sum(), 4.0)


def test_a_value_that_is_late_widens_its_column(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_text("a\n" + "1\n" * 300_000 + "1.5\n")
    assert dd.read_csv(path).a.sum().compute() == 300_001.5


def test_chunks_of_so_many_rows(csv: str) -> None:
    ours = list(dd.read_csv(csv, chunksize=400))
    with pd.read_csv(csv, chunksize=400) as reader:
        theirs = list(reader)
    assert len(ours) == len(theirs) == 4
    for mine, other in zip(ours, theirs, strict=True):
        assert_same(mine, other)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    for read in (dd.read_csv, dd.read_parquet, dd.read_json):
        with pytest.raises(FileNotFoundError, match="missing"):
            read(str(tmp_path / "missing-*.x"))


def test_parquet_both_ways(tmp_path: Path) -> None:
    data = generated()
    target = str(tmp_path / "out")
    dd.from_pandas(data, npartitions=3).to_parquet(target, write_index=False)
    assert_same(pd.read_parquet(target), data)
    assert duckdb.execute(f"SELECT sum(a) FROM '{target}/*.parquet'").fetchall()[0][0] == data.a.sum()
    assert_same(dd.read_parquet(target).reset_index(drop=True).compute().reset_index(drop=True), data)
    assert_same(dd.read_parquet(target, columns=["a"]).sum(), data[["a"]].sum())


def test_parquet_of_pandas_keeps_types_and_index(tmp_path: Path) -> None:
    data = generated().assign(flag=True, small=np.int8(1), when=pd.Timestamp("2020-01-01", tz="UTC"))
    data.to_parquet(tmp_path / "plain.parquet")
    assert_same(dd.read_parquet(str(tmp_path / "plain.parquet")), data)
    indexed = data.set_index("t")
    indexed.to_parquet(tmp_path / "indexed.parquet")
    assert_same(dd.read_parquet(str(tmp_path / "indexed.parquet")), indexed)


def test_parquet_filters(tmp_path: Path) -> None:
    data = generated()
    path = tmp_path / "rows.parquet"
    data.to_parquet(path)
    lazy = dd.read_parquet(str(path), filters=[[("a", ">", 40), ("k", "in", ["p", "q"])], [("a", "==", 3)]])
    wanted = data[((data.a > 40) & data.k.isin(["p", "q"])) | (data.a == 3)]
    assert_same(lazy, wanted)
    for test in (("b", "!=", 0.0), ("c", "!=", "x"), ("c", "not in", ["x"]), ("c", "==", "x")):
        wanted = pd.read_parquet(path, filters=[test]).reset_index(drop=True)
        assert_same(dd.read_parquet(str(path), filters=[test]).reset_index(drop=True), wanted)


def test_parquet_by_values_of_a_column(tmp_path: Path) -> None:
    data = generated()
    target = tmp_path / "by"
    dd.from_pandas(data, npartitions=2).to_parquet(str(target), partition_on="k", compression="zstd")
    assert sorted(path.name for path in target.iterdir()) == ["k=p", "k=q", "k=r"]
    got = dd.read_parquet(str(target)).groupby("k").a.sum().compute()
    assert got.to_dict() == data.groupby("k").a.sum().to_dict()


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def spoilt(part: pd.DataFrame) -> pd.DataFrame:
        raise ZeroDivisionError

    lazy = dd.from_pandas(generated(), npartitions=2)
    broken = lazy.map_partitions(spoilt, meta=lazy)
    for write in (broken.to_parquet, broken.to_csv, broken.to_json):
        with pytest.raises(ZeroDivisionError):
            write(str(tmp_path / "out"))
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_directory_with_other_files_is_not_replaced(tmp_path: Path) -> None:
    lazy = dd.from_pandas(generated(10), npartitions=1)
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(OSError, match="exists"):
        lazy.to_parquet(str(tmp_path))
    assert (tmp_path / "letter.txt").read_text() == "dear"
    for _ in range(2):
        lazy.to_parquet(str(tmp_path / "out"))
    assert len(dd.read_parquet(str(tmp_path / "out"))) == 10


def test_csv_of_each_partition_or_of_all(tmp_path: Path) -> None:
    data = generated()
    lazy = dd.from_pandas(data, npartitions=3)
    files = lazy.to_csv(str(tmp_path / "part-*.csv"), index=False)
    assert [Path(file).name for file in files] == ["part-0.csv", "part-1.csv", "part-2.csv"]
    assert_same(pd.concat([pd.read_csv(file, parse_dates=["t"]) for file in files], ignore_index=True), data)
    lazy.to_csv(str(tmp_path / "all.csv"), single_file=True, index=False)
    assert_same(pd.read_csv(tmp_path / "all.csv", parse_dates=["t"]), data)


def test_json_lines_both_ways(tmp_path: Path) -> None:
    data = generated()[["a", "k"]]
    lazy = dd.from_pandas(data, npartitions=2)
    files = lazy.to_json(str(tmp_path / "part-*.json"))
    back = dd.read_json(str(tmp_path / "part-*.json"), lines=True)
    assert back.npartitions == len(files) == 2
    assert_same(back.compute().reset_index(drop=True), data)


def test_other_sources() -> None:
    data = generated(60)
    assert_same(dd.from_dict({"a": [1, 2, 3]}, npartitions=2), pd.DataFrame({"a": [1, 2, 3]}))
    assert_same(
        dd.from_arrow(pl.DataFrame({"a": [1, 2], "b": ["x", None]})), pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    )
    assert_same(dd.from_array(np.arange(5.0)), pd.Series(np.arange(5.0)))
    mapped = dd.from_map(lambda start: data.iloc[start : start + 20], [0, 20, 40])
    assert mapped.npartitions == 3
    assert_same(mapped, data)


def test_tables_taken_from_python_are_let_go_with_the_last_frame() -> None:
    class Owner:
        pass

    values = np.arange(100_000)
    owner = Owner()
    known = weakref.ref(owner)
    buffer = pa.foreign_buffer(values.ctypes.data, values.nbytes, owner)
    frame = dd.from_arrow(pa.table({"x": pa.Array.from_buffers(pa.int64(), len(values), [None, buffer])}))
    del owner, buffer
    assert frame.x.sum().compute() == values.sum()
    assert known() is not None
    del frame
    # A thread of the engine that lets go last leaves it to one that has the GIL.
    for _ in range(600):
        gc.collect()
        if known() is None:
            break
        time.sleep(0.1)
    assert known() is None


def test_other_forms() -> None:
    data = generated(60)
    lazy = dd.from_pandas(data, npartitions=2)
    assert pa.table(lazy).num_rows == 60
    assert lazy.to_polars()["a"].to_list() == data.a.tolist()
    assert (np.asarray(lazy[["a"]]) == data[["a"]].to_numpy()).all()
    assert_same(pd.concat(list(lazy.batches())), data)


def values_of_all_kinds() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "f": [0.1, 1e-5, 1e20, 100000.0, np.nan, np.inf, -np.inf, 1e16, 123456789.123, -0.0, 5e-324, 1 / 3, 1e15],
            "s": ["a", "", "b,c", 'q"x', " lead", "nl\nx", None, "é", "NA", "tab\t", "'", "#", "z "],
            "b": [True, False] * 6 + [True],
            "i": np.arange(13, dtype="int8"),
            "u": np.arange(13, dtype="uint64"),
            "n": pd.array([1, None] * 6 + [3], dtype="Int64"),
            "c": pd.Categorical(["x", "y"] * 6 + ["x"]),
            "t": pd.date_range("2020-01-01", periods=13, freq="h"),
        }
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"index": False},
        {"index": False, "sep": ";", "na_rep": "NULL"},
        {"header": False},
        {"header": list("ABCDEFG"), "index_label": "number"},
        {"columns": ["s"], "index": False},
        {"columns": ["t", "i"], "date_format": "%Y/%m/%d %H"},
        {"columns": ["t", "i"]},
        {"columns": ["f"], "float_format": "%.2f"},
        {"quoting": 1},
    ],
    ids=str,
)
def test_csv_is_written_as_pandas_writes_it(tmp_path: Path, arguments: dict[str, Any]) -> None:
    data = values_of_all_kinds()
    if "columns" not in arguments:
        data = data.drop(columns="t")
    for frame in (data, data.set_index("s").sort_index()) if "s" not in arguments.get("columns", []) else (data,):
        if "header" in arguments and arguments["header"] and frame is not data:
            continue
        dd.from_pandas(frame, npartitions=1).to_csv(str(tmp_path / "one.csv"), single_file=True, **arguments)
        frame.to_csv(tmp_path / "wanted.csv", **arguments)
        assert (tmp_path / "one.csv").read_text() == (tmp_path / "wanted.csv").read_text()
        lazy = dd.from_pandas(frame, npartitions=3)
        files = lazy.to_csv(str(tmp_path / "part-*.csv"), **arguments)
        for file, part in zip(files, lazy.partitions, strict=True):
            part.compute().to_csv(tmp_path / "wanted.csv", **arguments)
            assert Path(file).read_text() == (tmp_path / "wanted.csv").read_text()


def test_csv_goes_on_at_the_end_of_a_file(tmp_path: Path) -> None:
    data = generated(20)
    target = tmp_path / "all.csv"
    lazy = dd.from_pandas(data, npartitions=2)
    lazy.to_csv(str(target), single_file=True, index=False)
    lazy.to_csv(str(target), single_file=True, index=False, mode="a", header=False)
    assert_same(pd.read_csv(target, parse_dates=["t"]), pd.concat([data, data], ignore_index=True))


def test_frames_that_were_cut_anew_are_written_by_partitions(tmp_path: Path) -> None:
    data = generated(100)
    lazy = dd.from_pandas(data, npartitions=2).repartition(npartitions=5)
    for files in (
        lazy.to_csv(str(tmp_path / "part-*.csv"), index=False),
        lazy[["a", "b", "c", "k"]].to_json(str(tmp_path / "part-*.json")),
    ):
        assert len(files) == 5
    assert_same(dd.read_csv(str(tmp_path / "part-*.csv")).a.sum(), int(data.a.sum()))
    assert_same(dd.read_json(str(tmp_path / "part-*.json")).a.sum(), int(data.a.sum()))


@pytest.mark.parametrize("lines", [True, False])
def test_json_reads_back_as_it_was(tmp_path: Path, lines: bool) -> None:
    data = values_of_all_kinds()[["f", "s", "b", "i", "u"]].replace([np.inf, -np.inf, 5e-324], np.nan)
    (file,) = dd.from_pandas(data, npartitions=1).to_json(str(tmp_path / "one-*.json"), lines=lines)
    back = pd.read_json(file, lines=lines, dtype=False, precise_float=True)
    pd.testing.assert_frame_equal(back, data.astype({"i": "int64", "u": "int64"}))


@pytest.mark.parametrize("blocksize", [None, "10kB"])
def test_json_lines_as_pandas_reads_them(tmp_path: Path, blocksize: Any, regime: str) -> None:
    data = generated()[["a", "b", "c", "k"]]
    path = tmp_path / "rows.json"
    data.to_json(path, orient="records", lines=True, double_precision=15)
    wanted = pd.read_json(path, lines=True)
    lazy = dd.read_json(str(path), blocksize=blocksize)
    assert "python:" not in lazy.explain()
    assert (lazy.npartitions > 1) == (blocksize is not None)
    assert_same(lazy.compute().reset_index(drop=True), wanted)
    assert_same(lazy[lazy.a > 25].groupby("k").b.mean(), wanted[wanted.a > 25].groupby("k").b.mean())


def test_json_that_pandas_understands_in_its_own_way(tmp_path: Path) -> None:
    rows = [{"date": "2020-01-01", "tags": ["x"], "n": 1}, {"date": "2020-01-02", "tags": [], "n": 2}]
    path = tmp_path / "rows.json"
    pd.Series(rows).to_json(path, orient="records", lines=True)
    assert_same(dd.read_json(str(path)), pd.read_json(path, lines=True))
    whole = tmp_path / "whole.json"
    pd.DataFrame({"n": [1, 2], "s": ["a", None]}).to_json(whole, orient="records")
    assert_same(dd.read_json(str(whole), lines=False), pd.read_json(whole))
    assert_same(dd.read_json(str(path), dtype={"n": "float64"}), pd.read_json(path, lines=True, dtype={"n": "float64"}))


def test_json_lines_that_are_bad(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"a": 1}\n' * 5000 + '{"a": \n')
    with pytest.raises(ValueError, match=r"bad.json.*5001"):
        dd.read_json(str(path)).compute()


def test_parquet_tells_pandas_and_dask_of_the_index_and_types(tmp_path: Path) -> None:
    data = pd.DataFrame(
        {"a": [1, 2, 3, 4], "n": pd.array([1, None, 3, 4], dtype="Int64"), "f": pd.array([True, None] * 2)},
        index=pd.Index([10, 20, 30, 40], name="key"),
    )
    for number, frame in enumerate((data, data.rename_axis(None), data.reset_index(drop=True))):
        target = str(tmp_path / f"out-{number}")
        dd.from_pandas(frame, npartitions=2).to_parquet(target, custom_metadata={"made": "here"})
        assert_same(pd.read_parquet(target), frame)
        assert_same(dd.read_parquet(target).compute().rename_axis(frame.index.name), frame)
        assert pq.read_schema(sorted(Path(target).iterdir())[0]).metadata[b"made"] == b"here"
    assert dask_frames.read_parquet(str(tmp_path / "out-0")).index.name == "key"
    with pytest.raises(ValueError, match="custom_metadata"):
        dd.from_pandas(data, npartitions=1).to_parquet(str(tmp_path / "other"), custom_metadata={"pandas": "x"})


def test_parquet_by_values_keeps_its_index(tmp_path: Path) -> None:
    data = generated(50).set_index("t")
    dd.from_pandas(data, npartitions=2).to_parquet(str(tmp_path / "by"), partition_on=["k"])
    back = dd.read_parquet(str(tmp_path / "by")).compute()
    assert back.index.name == "t"
    assert_same(back.sort_index()[["a", "b"]], data[["a", "b"]])


def test_parquet_files_are_the_same_for_any_threads(tmp_path: Path) -> None:
    written = []
    for workers in (1, 2, 8):
        target = tmp_path / str(workers)
        dd.from_pandas(generated(), npartitions=4).to_parquet(str(target), compute_kwargs={"num_workers": workers})
        written.append([path.read_bytes() for path in sorted(target.iterdir())])
    assert written[0] == written[1] == written[2]


@pytest.mark.parametrize(("compression", "write"), [("gzip", gzip.compress), ("bz2", bz2.compress)])
def test_compressed_csv_whatever_its_name(tmp_path: Path, compression: str, write: Any) -> None:
    path = tmp_path / "rows.dat"
    path.write_bytes(write(generated().to_csv(index=False).encode()))
    assert_same(dd.read_csv(path, compression=compression, blocksize=None), pd.read_csv(path, compression=compression))


def test_paths_with_a_scheme(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    assert dd.read_csv(f"file://{tmp_path}/x.csv").a.sum().compute() == 1
    with pytest.raises(NotImplementedError, match="s3:// is not there yet"):
        dd.read_csv("s3://bucket/x.csv")
    with pytest.raises(NotImplementedError, match="gs:// is not there yet"):
        dd.read_parquet("gs://bucket/x")


def test_frames_are_not_changed_in_place() -> None:
    frame = dd.from_dict({"a": [2, 1]}, npartitions=1)
    for change in (frame.sort_values, frame.set_index):
        with pytest.raises(TypeError, match="assign the result"):
            change("a", inplace=True)


def test_no_folder_is_made_for_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotImplementedError, match="s3:// is not there yet"):
        dd.from_dict({"a": [1]}, npartitions=1).to_parquet("s3://bucket/x")
    assert not list(tmp_path.iterdir())


def test_files_of_a_data_set_are_named_by_a_function(tmp_path: Path) -> None:
    data = generated(90)
    frame = dd.from_pandas(data, npartitions=3)
    target = tmp_path / "named"
    # Names that other files have until all have their own.
    frame.to_parquet(target, name_function=lambda number: f"part-{number + 1:05}.parquet")
    assert sorted(file.name for file in target.iterdir()) == [f"part-0000{number}.parquet" for number in (1, 2, 3)]
    assert_same(dd.read_parquet(target), data)
    other = tmp_path / "other"
    for append in (False, True):
        frame.to_parquet(other, name_function="{}-cool.parquet".format, append=append)
    assert sorted(file.name for file in other.iterdir()) == [f"{number}-cool.parquet" for number in range(6)]
    assert len(dd.read_parquet(other)) == 180
    keyed = tmp_path / "keyed"
    frame.to_parquet(keyed, name_function="{}-cool.parquet".format, partition_on="k")
    assert {file.name for file in keyed.rglob("*.parquet")} == {f"{number}-cool.parquet" for number in range(3)}


@pytest.mark.parametrize("arguments", [{}, {"partition_on": "c"}, {"name_function": "{}-part".format}])
def test_the_metadata_file_tells_of_the_row_groups_of_all_files(tmp_path: Path, arguments: dict[str, Any]) -> None:
    data = generated()
    target = tmp_path / "set"
    frame = dd.from_pandas(data, npartitions=12)
    frame.to_parquet(target, write_metadata_file=True, **arguments)
    told = pq.read_metadata(target / "_metadata")
    groups = [told.row_group(i).column(0).file_path for i in range(told.num_row_groups)]
    files = {str(file.relative_to(target)) for file in target.rglob("*.parquet")}
    assert told.num_rows == len(data)
    assert set(groups) == files
    if "name_function" in arguments:
        assert groups == [f"{number}-part.parquet" for number in range(12)]
    assert len(dd.read_parquet(target)) == len(data)
    # One that is there is kept up to date, or goes: it would not tell of the new files.
    frame.to_parquet(target, append=True, **arguments)
    assert pq.read_metadata(target / "_metadata").num_rows == 2 * len(data)
    frame.to_parquet(target, append=True, write_metadata_file=False, **arguments)
    assert not (target / "_metadata").exists()
    assert len(dd.read_parquet(target)) == 3 * len(data)


@pytest.mark.parametrize("names", [lambda number: "same", lambda number: f"a/{number}", lambda number: number, "text"])
def test_names_that_no_files_can_have_are_errors_before_anything_is_written(tmp_path: Path, names: Any) -> None:
    frame = dd.from_pandas(generated(10), npartitions=2)
    with pytest.raises(ValueError, match="name_function"):
        frame.to_parquet(tmp_path / "none", name_function=names)
    assert not list(tmp_path.iterdir())


def test_what_one_csv_file_cannot_have_is_an_error(tmp_path: Path) -> None:
    frame = dd.from_pandas(generated(10), npartitions=2)
    with pytest.raises(ValueError, match="name_function"):
        frame.to_csv(tmp_path / "one.csv", single_file=True, name_function=str)
    with pytest.raises(ValueError, match="header_first_partition_only"):
        frame.to_csv(tmp_path / "one.csv", single_file=True, header_first_partition_only=False)
    with pytest.raises(ValueError, match=r"one \*"):
        frame.to_csv(tmp_path / "*_*.csv")
    (tmp_path / "one.csv").write_text("mine")
    with pytest.raises(FileExistsError):
        frame.to_csv(tmp_path / "one.csv", single_file=True, mode="x")
    assert (tmp_path / "one.csv").read_text() == "mine"
    with pytest.raises(ValueError, match="empty list"):
        dd.read_csv([])


def test_writing_later_is_a_list_of_delayed_values(tmp_path: Path) -> None:
    data = generated(20)
    later = dd.from_pandas(data, npartitions=2).to_csv(tmp_path / "part-*.csv", index=False, compute=False)
    assert not list(tmp_path.iterdir())
    treadle.compute(*later)
    assert len(dd.read_csv(tmp_path / "part-*.csv")) == len(data)


def test_rows_know_their_file_as_a_category(tmp_path: Path) -> None:
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for number, file in enumerate(files):
        file.write_text(f"x\n{number}\n")
    frame = dd.read_csv(files, include_path_column="file")
    assert list(frame.file.cat.categories) == list(map(str, files))
    assert frame.compute().file.astype(str).tolist() == list(map(str, files))
    with pytest.raises(ValueError, match="already contain"):
        dd.read_csv(files, include_path_column="x")


def test_rows_of_blocks_know_their_file_and_newer_files_may_have_more_columns(tmp_path: Path, regime: str) -> None:
    old = pd.DataFrame({"a": range(300), "t": pd.date_range("2024-01-01", periods=300, freq="h")})
    new = pd.DataFrame({"a": np.arange(200) / 4, "more": ["x", None] * 100, "t": old.t[:200]})
    files = [str(tmp_path / name) for name in ("1.csv", "2.csv")]
    old.to_csv(files[0], index=False)
    new.to_csv(files[1], index=False)
    frame = dd.read_csv(str(tmp_path / "*.csv"), include_path_column=True, parse_dates=["t"], blocksize=2000)
    assert "python:" not in frame.explain()
    assert frame.npartitions > 4
    paths = pd.Categorical([files[0]] * 300 + [files[1]] * 200, categories=files)
    wanted = pd.concat([old, new], ignore_index=True)[["a", "t", "more"]].astype({"t": frame.t.dtype})
    wanted["more"] = wanted["more"].astype(frame.more.dtype)
    assert_same(frame.compute().reset_index(drop=True), wanted.assign(path=paths))


def test_archives_are_read_by_pandas(tmp_path: Path) -> None:
    data = generated(30)[["a", "k"]]
    data.to_csv(tmp_path / "data.csv.zip", index=False)
    assert_same(dd.read_csv(tmp_path / "data.csv.zip"), data)


def test_times_without_a_time_of_day_are_times(tmp_path: Path) -> None:
    data = pd.DataFrame({"day": ["2024-01-01", None, "2024-02-29"], "n": [1, 2, 3]})
    data.to_csv(tmp_path / "days.csv", index=False)
    frame = dd.read_csv(tmp_path / "days.csv", parse_dates=["day"])
    wanted = pd.read_csv(tmp_path / "days.csv", parse_dates=["day"])
    assert_same(frame, wanted)
    for part in ("hour", "year", "is_month_end", "day_of_week"):
        assert_same(getattr(frame.day.dt, part), getattr(wanted.day.dt, part))
    assert_same(frame.day.dt.floor("D"), wanted.day.dt.floor("D"))
    assert_same(frame.set_index("day").index.minute, wanted.set_index("day").sort_index().index.minute)
    frame.to_parquet(tmp_path / "days")
    assert_same(pd.read_parquet(tmp_path / "days"), wanted)
    assert_same(dd.read_parquet(tmp_path / "days"), wanted)
    assert frame.to_arrow().schema.field("day").type == pa.timestamp("us")


def test_categories_of_csv_files_are_not_those_of_the_sample(tmp_path: Path, regime: str) -> None:
    """More of them may turn up as late as they like."""
    (tmp_path / "0.csv").write_text("c,n\n" + "b,1\n" * 50_000)
    (tmp_path / "1.csv").write_text("c,n\na,1\n,2\nz,3\n")
    for wanted_type in ("category", pd.CategoricalDtype(ordered=True)):
        frame = dd.read_csv(tmp_path / "*.csv", dtype={"c": wanted_type})
        assert not frame.c.cat.known
        got = frame.c.compute()
        assert got.cat.categories.tolist() == frame.c.cat.as_known().cat.categories.tolist() == ["a", "b", "z"]
        assert got.isna().sum() == 1
        assert frame.groupby("c", observed=True).n.sum().compute().tolist() == [1, 50_000, 3]
    given = dd.read_csv(tmp_path / "*.csv", dtype={"c": pd.CategoricalDtype(["z", "b"])})
    assert given.c.cat.categories.tolist() == ["z", "b"]
    assert given.c.compute().isna().sum() == 2
