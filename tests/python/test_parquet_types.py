"""Columns of every type through Parquet files, there and back: as pandas writes and reads its own."""

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import treadle as tl
import treadle.dataframe as dd
from frames import assert_same

ROWS = 200
_WHOLE = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")


def _with_gaps(values: list[Any], dtype: Any = object) -> pd.Series:
    """Every seventh value is missing."""
    return pd.Series([None if i % 7 == 3 else value for i, value in enumerate(values)], dtype=dtype)


def columns_of_all_types() -> dict[str, pd.Series]:
    chance = np.random.default_rng(7)
    small = chance.integers(0, 100, ROWS)
    days = [datetime.date(2000, 1, 1) + datetime.timedelta(int(n)) for n in small]
    moments = pd.Series(pd.to_datetime("2020-01-01") + pd.to_timedelta(np.cumsum(small), "s"))
    texts = [f"text {n}" if n % 3 else "" for n in small]
    cents = [Decimal(int(n)) / 100 for n in chance.integers(-(10**9), 10**9, ROWS)]
    every: dict[str, pd.Series] = {}
    for name in (*_WHOLE, "float32", "float64", "bool"):
        every[name] = pd.Series(small).astype(name)
    for name in (*(one.replace("i", "I").replace("uI", "UI") for one in _WHOLE), "Float32", "Float64", "boolean"):
        values = [bool(n % 2) for n in small] if name == "boolean" else small.tolist()
        every[name] = _with_gaps(values, name)
    for unit in ("s", "ms", "us", "ns"):
        every[f"moments {unit}"] = moments.dt.as_unit(unit).mask(pd.Series(small) < 9)
        every[f"lengths {unit}"] = pd.Series(pd.to_timedelta(small, "h").as_unit(unit)).mask(pd.Series(small) < 9)
    for zone in ("UTC", "Europe/Berlin", "+05:30"):
        every[f"moments {zone}"] = moments.dt.tz_localize(zone).dt.as_unit("ns")
    every |= {
        "floats with gaps": pd.Series(small, dtype="float64").mask(pd.Series(small) < 30),
        "text": _with_gaps(texts, "str"),
        "string": _with_gaps(texts, "string"),
        "text objects": _with_gaps(texts),
        "truth objects": _with_gaps([bool(n % 2) for n in small]),
        "dates": _with_gaps(days),
        "times": _with_gaps([datetime.time(int(n) % 24, 5, 6, 789) for n in small]),
        "decimals": _with_gaps(cents),
        "bytes": _with_gaps([bytes([n, 255]) for n in small.tolist()]),
        "lists": _with_gaps([[1, int(n)] if n % 2 else [] for n in small]),
        "lists of text": _with_gaps([["a", str(n)] for n in small]),
        "records": _with_gaps([{"a": int(n), "b": str(n)} for n in small]),
        "nothing": pd.Series([None] * ROWS, dtype=object),
        "not a number": pd.Series([np.nan] * ROWS),
        "arrow numbers": _with_gaps(small.tolist(), "int32[pyarrow]"),
        "arrow text": _with_gaps(texts, pd.ArrowDtype(pa.string())),
        "arrow dates": _with_gaps(days, "date32[pyarrow]"),
        "arrow decimals": _with_gaps(cents, pd.ArrowDtype(pa.decimal128(12, 2))),
        "arrow moments": moments.dt.tz_localize("UTC").astype(pd.ArrowDtype(pa.timestamp("us", "UTC"))),
        "arrow truth": _with_gaps([bool(n % 2) for n in small], "bool[pyarrow]"),
        "categories": _categories(ordered=False),
        "ordered categories": _categories(ordered=True),
        "no categories": pd.Series(pd.Categorical([None] * ROWS, categories=["unused"])),
        "numbers as categories": pd.Series(pd.Categorical(_with_gaps(small.tolist()), categories=range(100))),
    }
    return every


def _categories(ordered: bool) -> pd.Series:
    values = _with_gaps([["low", "high", "middle"][i % 3] for i in range(ROWS)])
    return pd.Series(pd.Categorical(values, categories=["low", "unused", "middle", "high"], ordered=ordered))


def _nothing_but_missing(every: dict[str, pd.Series]) -> dict[str, pd.Series]:
    able = {name: values for name, values in every.items() if values.dtype.kind not in "iub" or values.hasnans}
    return {name: pd.Series([None] * ROWS, dtype=values.dtype) for name, values in able.items()}


@pytest.mark.parametrize("rows", ["all", "none", "missing"])
def test_each_type_there_and_back(tmp_path: Path, rows: str) -> None:
    every = columns_of_all_types()
    data = pd.DataFrame(_nothing_but_missing(every) if rows == "missing" else every)
    data = data.iloc[:0] if rows == "none" else data
    data.to_parquet(tmp_path / "theirs.parquet")
    wanted = pd.read_parquet(tmp_path / "theirs.parquet")
    assert_same(dd.read_parquet(str(tmp_path / "theirs.parquet")), wanted)
    dd.from_pandas(data, npartitions=3).to_parquet(str(tmp_path / "ours"))
    assert_same(pd.read_parquet(tmp_path / "ours"), wanted)
    assert_same(dd.read_parquet(str(tmp_path / "ours")), wanted)


def test_categories_are_categories_to_every_reader(tmp_path: Path) -> None:
    data = pd.DataFrame({"c": _categories(ordered=True), "n": range(ROWS)})
    data.to_parquet(tmp_path / "theirs.parquet")
    dd.from_pandas(data, npartitions=1).to_parquet(str(tmp_path / "ours"))
    ours, theirs = str(tmp_path / "ours" / "part-00000.parquet"), str(tmp_path / "theirs.parquet")
    assert pq.read_schema(ours).field("c").type == pq.read_schema(theirs).field("c").type
    assert pl.read_parquet(ours).equals(pl.read_parquet(theirs))
    assert pl.read_parquet(ours).schema == pl.read_parquet(theirs).schema
    assert duckdb.execute(f"FROM '{ours}'").fetchall() == duckdb.execute(f"FROM '{theirs}'").fetchall()
    lazy = dd.read_parquet(ours)
    assert lazy.c.cat.ordered
    assert not lazy.c.cat.known
    assert list(lazy.c.cat.as_known().cat.categories) == list(data.c.cat.categories)
    assert_same(lazy[lazy.n > 150].reset_index(drop=True), data[data.n > 150].reset_index(drop=True))


def test_categories_that_polars_wrote(tmp_path: Path) -> None:
    path = tmp_path / "polars.parquet"
    pl.DataFrame({"c": ["x", None, "y", "x"]}, schema={"c": pl.Categorical}).write_parquet(path)
    assert_same(dd.read_parquet(str(path)), pd.read_parquet(path))


def test_categories_survive_many_row_groups_and_directories(tmp_path: Path) -> None:
    data = pd.DataFrame({"c": _categories(ordered=True), "k": np.arange(ROWS) % 3})
    dd.from_pandas(data, npartitions=4).to_parquet(str(tmp_path / "by"), partition_on="k")
    back = dd.read_parquet(str(tmp_path / "by")).compute().astype({"k": data.k.dtype})
    assert back.c.dtype == data.c.dtype
    assert_same(back.groupby("k").c.value_counts(), data.groupby("k").c.value_counts())
    unknown = dd.from_pandas(pd.DataFrame({"c": ["b", "a", None, "b"]}), npartitions=2).astype({"c": "category"})
    unknown.to_parquet(str(tmp_path / "unknown"))
    assert pd.read_parquet(tmp_path / "unknown").c.dtype == "category"
    assert pd.read_parquet(tmp_path / "unknown").c.tolist()[:2] == ["b", "a"]


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(5, 5 + 2 * ROWS, 2),
        pd.RangeIndex(ROWS, name="row"),
        pd.Index([f"r{i:03}" for i in range(ROWS)], name="label"),
        pd.date_range("2020-01-01", periods=ROWS, tz="UTC", name="day"),
        pd.CategoricalIndex(["a", "b"] * (ROWS // 2)),
        pd.Index([datetime.date(2020, 1, 1) + datetime.timedelta(i) for i in range(ROWS)], name="date"),
        pd.Index(pd.array(range(ROWS), dtype="Int64")),
    ],
    ids=lambda index: type(index).__name__ + str(index.dtype),
)
def test_indexes_there_and_back(tmp_path: Path, index: pd.Index) -> None:
    data = pd.DataFrame({"n": range(ROWS)}, index=index)
    data.to_parquet(tmp_path / "theirs.parquet")
    wanted = pd.read_parquet(tmp_path / "theirs.parquet")
    got = dd.read_parquet(str(tmp_path / "theirs.parquet")).compute()
    pd.testing.assert_frame_equal(got, wanted, check_index_type="equiv")
    dd.from_pandas(data, npartitions=3, sort=False).to_parquet(str(tmp_path / "ours"))
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "ours"), wanted, check_index_type="equiv")


def test_labels_that_are_no_text(tmp_path: Path) -> None:
    data = pd.DataFrame({2020: [1, 2], 2021: [3, 4]})
    data.columns.name = "year"
    data.to_parquet(tmp_path / "a.parquet")
    lazy = dd.read_parquet(str(tmp_path / "a.parquet"))
    assert_same(lazy, pd.read_parquet(tmp_path / "a.parquet"))
    assert_same(lazy[2020].sum(), 3)


def test_objects_that_no_file_can_hold(tmp_path: Path) -> None:
    lazy = dd.from_pandas(pd.DataFrame({"mixed": [1, "a", 2.5]}), npartitions=1)
    with pytest.raises(TypeError, match="mixed"):
        lazy.to_parquet(str(tmp_path / "out"))
    assert not list(tmp_path.iterdir())


def test_objects_in_the_type_that_is_asked_for(tmp_path: Path) -> None:
    lazy = dd.from_pandas(pd.DataFrame({"price": [Decimal("1.5"), None]}), npartitions=1)
    lazy.to_parquet(str(tmp_path / "out"), schema={"price": pa.decimal128(20, 4)})
    assert pq.read_schema(tmp_path / "out" / "part-00000.parquet").field("price").type == pa.decimal128(20, 4)


@pytest.fixture
def prices(tmp_path: Path) -> tuple[pd.DataFrame, Any]:
    every = columns_of_all_types()
    data = pd.DataFrame(
        {"price": every["decimals"], "day": every["dates"], "count": range(ROWS), "k": ["a", "b"] * (ROWS // 2)}
    ).dropna()
    data.to_parquet(tmp_path / "prices.parquet", row_group_size=50, index=False)
    return data.reset_index(drop=True), dd.read_parquet(str(tmp_path / "prices.parquet"))


def test_decimals_are_compared_and_computed_with(prices: tuple[pd.DataFrame, Any]) -> None:
    data, lazy = prices
    for other in (5, Decimal("12.5"), 0.25, 0.1, Decimal("-1e3")):
        assert_same(lazy[lazy.price > other], data[data.price > other])
        assert_same(lazy.price <= other, data.price <= other)
    assert_same(lazy[lazy.price.between(0, Decimal("100000.01"))], data[data.price.between(0, Decimal("100000.01"))])
    assert_same(lazy[lazy.price.isin(data.price.tolist()[:3])], data[data.price.isin(data.price.tolist()[:3])])
    total = lazy.price * 2 + lazy.price * lazy["count"] - Decimal("0.001")
    assert_same(total, data.price * 2 + data.price * data["count"] - Decimal("0.001"))
    assert_same(1 - lazy.price, 1 - data.price)
    assert_same(lazy.price / 3, data.price / 3)
    for name in ("sum", "min", "max", "count", "nunique"):
        assert getattr(lazy.price, name)().compute() == getattr(data.price, name)()
    assert_same(lazy.price.astype(float).mean(), float(data.price.astype(float).mean()))
    assert lazy.groupby("k").price.sum().compute().to_dict() == data.groupby("k").price.sum().to_dict()
    for name in ("mean", "std", "median"):
        assert_same(getattr(lazy.groupby("k").price, name)(), getattr(data.groupby("k").price, name)())
    assert_same(lazy.price.mean(), data.price.mean())
    assert_same(lazy.sort_values("price").reset_index(drop=True), data.sort_values("price").reset_index(drop=True))
    with pytest.raises(TypeError):
        lazy.price + 0.5


def test_comparisons_of_decimals_and_dates_reach_the_files(prices: tuple[pd.DataFrame, Any]) -> None:
    data, lazy = prices
    day = datetime.date(2000, 2, 1)
    assert_same(lazy[lazy.day >= day], data[data.day >= day])
    assert lazy.day.max().compute() == data.day.max()
    for test, name in ((lazy.price > 5, "price"), (lazy.day >= day, "day")):
        assert f"skips unless {name}" in lazy[test].explain()


def test_filters_on_keys_open_no_other_files(tmp_path: Path) -> None:
    data = pd.DataFrame({"year": [2019, 2020, 2021] * 4, "n": range(12)})
    target = tmp_path / "by"
    dd.from_pandas(data, npartitions=1).to_parquet(str(target), partition_on="year")
    for file in (target / "year=2019").iterdir():
        file.write_bytes(b"not Parquet at all")
    with pytest.raises(OSError, match="year=2019"):
        dd.read_parquet(str(target))
    for filters in (
        [("year", ">", 2019)],
        [("year", "in", [2020, 2021]), ("n", ">=", 0)],
        [[("year", "==", 2020)], [("year", "==", 2021), ("n", ">", -1)]],
    ):
        got = dd.read_parquet(str(target), filters=filters).compute()
        assert sorted(got.n) == data[data.year > 2019].n.tolist()
    with pytest.raises(OSError, match="year=2019"):
        dd.read_parquet(str(target), filters=[[("year", "==", 2020)], [("n", ">", 3)]])


def test_a_sink_that_fails_leaves_the_former_file(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    former = tl.DataFrame({"a": [1, 2, 3]})
    former.write_parquet(path)
    (tmp_path / "bad.csv").write_text("a\n" + "1\n" * 300_000 + '"unterminated\n')
    with pytest.raises(ValueError, match=r"bad\.csv"):
        tl.scan_csv(tmp_path / "bad.csv").sink_parquet(path)
    assert tl.read_parquet(path)["a"].to_list() == [1, 2, 3]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.parquet", "bad.csv"]


def test_a_sink_sets_rows_aside_where_memory_is_short(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    data = pd.DataFrame({f"c{i}": chance.random(60_000) for i in range(20)})
    data.to_parquet(tmp_path / "in.parquet", row_group_size=5_000)
    lazy = tl.scan_parquet(tmp_path / "in.parquet")
    lazy.sink_parquet(tmp_path / "plenty.parquet")
    with tl.config.set(working_memory=8 << 20):
        lazy.sink_parquet(tmp_path / "short.parquet")
    assert (tmp_path / "short.parquet").read_bytes() == (tmp_path / "plenty.parquet").read_bytes()


def _texts(values: list[bytes]) -> pa.Array:
    """An array of text whose bytes nobody looks at."""
    lengths = np.cumsum([0, *map(len, values)]).astype("int32")
    return pa.Array.from_buffers(
        pa.string(), len(values), [None, pa.py_buffer(lengths.tobytes()), pa.py_buffer(b"".join(values))]
    )


WRONG = {
    "no character": [b"fine", b"ok\xff\xfe", b"fine"],
    "a character in two texts": [b"\xc3", b"\xa9", b"fine"],
    "a character that ends too early": [b"fine", b"fine", b"x\xc3"],
    "a surrogate": [b"\xed\xa0\x80", b"fine", b"fine"],
    "among many": [b"fine \xc3\xa9"] * 500 + [b"\x80"] + [b"fine"] * 500,
}


@pytest.mark.parametrize("kind", ["plain", "coded", "in lists", "by lengths"])
@pytest.mark.parametrize("values", WRONG.values(), ids=WRONG)
def test_text_that_is_none_is_named(tmp_path: Path, values: list[bytes], kind: str) -> None:
    text: Any = _texts(values)
    if kind == "in lists":
        text = pa.ListArray.from_arrays(pa.array(range(len(values) + 1), pa.int32()), text)
    encoding: dict[str, Any] = {"use_dictionary": kind == "coded"}
    if kind == "by lengths":
        encoding["column_encoding"] = {"s": "DELTA_LENGTH_BYTE_ARRAY"}
    file = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"s": text, "n": range(len(values))}), file, **encoding)
    frame = dd.read_parquet(file)
    with pytest.raises(OSError, match=r'rows.parquet, column "s": found text that is not UTF-8'):
        frame.compute()
    assert frame.n.sum().compute() == sum(range(len(values)))


def test_bytes_may_be_anything(tmp_path: Path) -> None:
    pq.write_table(pa.table({"b": pa.array([b"\xff", None, b"\xc3"])}), tmp_path / "bytes.parquet")
    assert dd.read_parquet(tmp_path / "bytes.parquet").b.compute().dropna().tolist() == [b"\xff", b"\xc3"]


def test_each_compression(tmp_path: Path) -> None:
    data = pd.DataFrame({"s": ["text", None, "more"] * 100, "n": range(300)})
    for name in ("snappy", "gzip", "brotli", "zstd", "lz4"):
        dd.from_pandas(data, npartitions=1).to_parquet(tmp_path / name, compression=name)
        (file,) = (tmp_path / name).glob("*.parquet")
        assert {pq.read_metadata(file).row_group(0).column(i).compression for i in range(2)} == {name.upper()}
        assert_same(pd.read_parquet(file), data)
        assert_same(dd.read_parquet(file), data)
    with pytest.raises(ValueError, match='"brotli"'):
        dd.from_pandas(data, npartitions=1).to_parquet(tmp_path / "lzo", compression="lzo")


def test_a_compression_for_each_column(tmp_path: Path) -> None:
    data = pd.DataFrame({"s": ["text", None, "more"] * 100, "n": range(300), "x": 0.5, "k": [1, 2, 3] * 100})
    frame = dd.from_pandas(data, npartitions=2)
    ways = {"s": "gzip", "n": "ZSTD", "x": None}
    for partition_on, folder in ((None, "all"), (["k"], "by")):
        frame.to_parquet(tmp_path / folder, compression=ways, partition_on=partition_on)
        for file in (tmp_path / folder).rglob("*.parquet"):
            group = pq.read_metadata(file).row_group(0)
            found = {group.column(i).path_in_schema: group.column(i).compression for i in range(group.num_columns)}
            found.pop("k", None)
            assert found == {"s": "GZIP", "n": "ZSTD", "x": "UNCOMPRESSED"}
        assert_same(dd.read_parquet(tmp_path / folder).n.sum(), data.n.sum())
    with pytest.raises(KeyError, match="nothing"):
        frame.to_parquet(tmp_path / "wrong", compression={"nothing": "gzip"})
    for wrong in ({"s": "zip"}, {"s": 1}, 1):
        with pytest.raises(ValueError, match="compression"):
            frame.to_parquet(tmp_path / "wrong", compression=wrong)
