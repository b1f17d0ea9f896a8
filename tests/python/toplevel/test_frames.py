"""Verbs of frames give what Polars' give, whatever the engine and the memory."""

from typing import Any

import polars as pl
import pytest
import treadle as tl

from toplevel.conftest import agree, generated, same


def other_frame() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "g": ["a", "b", "b", None, "z"],
            "j": [1, 2, 2, 3, None],
            "x": [0.5, 1.5, 2.5, 3.5, 4.5],
            "label": list("ABCDE"),
        }
    )


def both(lib: Any) -> Any:
    right = other_frame()
    return right.lazy() if lib is pl else tl.from_arrow(right).lazy()


PROGRAMS: dict[str, Any] = {
    "filter": lambda lib, f: f.filter(lib.col("i") > 0, lib.col("b")),
    "filter by constraint": lambda lib, f: f.filter(g="a", j=2),
    "filter by an aggregate": lambda lib, f: f.filter(lib.col("x") > lib.col("x").mean()),
    "filter by a group's aggregate": lambda lib, f: f.filter(lib.col("x") == lib.col("x").max().over("g")),
    "remove": lambda lib, f: f.remove(lib.col("i") > 0),
    "select": lambda lib, f: f.select("id", lib.col("i") + 1, twice=lib.col("x") * 2),
    "with_columns": lambda lib, f: f.with_columns(lib.col("i") * 2, y=lib.col("x") + lib.col("i"), one=1),
    "with_columns of aggregates": lambda lib, f: f.with_columns(m=lib.col("x").mean(), n=lib.len()),
    "drop": lambda lib, f: f.drop("s", "b"),
    "rename": lambda lib, f: f.rename({"i": "eye", "g": "group"}),
    "rename by function": lambda lib, f: f.rename(lambda name: name + "_"),
    "cast": lambda lib, f: f.select("id", "i", "x").cast({"i": lib.Float32, "id": lib.String}),
    "cast all": lambda lib, f: f.select("id", "i").cast(lib.Int32),
    "fill_null": lambda lib, f: f.select("id", "i", "s").fill_null("none"),
    "fill_null of numbers": lambda lib, f: f.select("i", "x", "s").fill_null(0),
    "drop_nulls": lambda lib, f: f.drop_nulls(),
    "drop_nulls of some": lambda lib, f: f.drop_nulls(["i", "x"]),
    "head": lambda lib, f: f.head(7),
    "limit": lambda lib, f: f.limit(3),
    "sort": lambda lib, f: f.sort("i", "x", "id"),
    "sort down": lambda lib, f: f.sort("g", "id", descending=[True, False]),
    "sort, nulls last": lambda lib, f: f.sort("x", "id", nulls_last=True),
    "sort by expressions": lambda lib, f: f.sort(lib.col("i").abs(), lib.col("id") % 7, "id"),
    "top_k": lambda lib, f: f.top_k(5, by=["x", "id"]),
    "bottom_k": lambda lib, f: f.bottom_k(5, by=["x", "id"]),
    "unique": lambda lib, f: f.select("g", "j").unique(maintain_order=True),
    "unique by": lambda lib, f: f.unique(["g", "j"], keep="first", maintain_order=True),
    "slice from the start": lambda lib, f: f.slice(0, 9),
    "slice": lambda lib, f: f.slice(100, 50),
    "slice of nothing": lambda lib, f: f.slice(7, 0),
    "slice behind the end": lambda lib, f: f.slice(9000, 5),
    "slice to the end": lambda lib, f: f.slice(4990),
    "slice from the end": lambda lib, f: f.slice(-10, 5),
    "slice from before the start": lambda lib, f: f.slice(-6000, 2000),
    "tail": lambda lib, f: f.filter(lib.col("i") > 0).tail(7),
    "tail of nothing": lambda lib, f: f.tail(0),
    "reverse": lambda lib, f: f.reverse(),
    "with_row_index": lambda lib, f: f.sort("x", "id").with_row_index("n", offset=3).filter(lib.col("n") < 9),
    "sum": lambda lib, f: f.select("i", "x", "b", "s").sum(),
    "mean": lambda lib, f: f.select("i", "x", "s").mean(),
    "min": lambda lib, f: f.min(),
    "max": lambda lib, f: f.max(),
    "null_count": lambda lib, f: f.null_count(),
    "count": lambda lib, f: f.count(),
    "pipe": lambda lib, f: f.pipe(lambda frame, n: frame.head(n), 4),
    "a chain": lambda lib, f: (
        f.filter(lib.col("x") > 0)
        .with_columns(year=lib.col("t").dt.year())
        .group_by("year", "g")
        .agg(lib.col("x").mean().alias("mean"), lib.len().alias("n"))
        .sort("year", "g", nulls_last=True)
        .head(9)
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_verb(name: str, frame: pl.DataFrame) -> None:
    agree(PROGRAMS[name], frame)


@pytest.mark.parametrize("name", ["filter", "sort", "sort by expressions", "a chain", "with_columns of aggregates"])
def test_a_verb_under_each_engine(name: str, regime: str) -> None:
    agree(PROGRAMS[name], generated(seed=3, rows=10_000))


@pytest.mark.parametrize("name", ["filter", "select", "sort", "unique", "a chain", "with_columns of aggregates"])
def test_a_verb_on_no_rows(name: str, frame: pl.DataFrame) -> None:
    agree(PROGRAMS[name], frame.clear())


GROUPED: dict[str, Any] = {
    "all columns": lambda lib, f: f.select("g", "i", "x").group_by("g").agg(lib.all().sum()),
    "several": lambda lib, f: f.group_by("g", "j").agg(
        lib.col("x").mean().alias("mean"), lib.col("x").std().alias("std"), lib.col("i", "id").max(), lib.len()
    ),
    "by expression": lambda lib, f: f.group_by((lib.col("id") % 5).alias("k")).agg(lib.col("i").sum()),
    "named": lambda lib, f: f.group_by(k=lib.col("t").dt.month()).agg(n=lib.len(), s=lib.col("x").sum()),
    "quotients": lambda lib, f: f.group_by("g").agg((lib.col("x").sum() / lib.col("i").sum()).alias("q")),
    "len": lambda lib, f: f.group_by("g").len(),
    "sums": lambda lib, f: f.select("g", "i", "x").group_by("g").sum(),
    "firsts": lambda lib, f: f.group_by("g").first(),
    "keys alone": lambda lib, f: f.group_by("g", "b").agg(),
    "list": lambda lib, f: f.group_by(["g"]).agg([lib.sum("x"), lib.col("i").min()]),
}


@pytest.mark.parametrize("name", GROUPED)
def test_groups(name: str, regime: str, frame: pl.DataFrame) -> None:
    def ordered(lib: Any, lazy: Any) -> Any:
        grouped = GROUPED[name](lib, lazy)
        return grouped.sort(grouped.collect_schema().names()[0], *grouped.collect_schema().names()[1:2])

    agree(ordered, frame)


def test_groups_come_by_first_appearance(frame: pl.DataFrame) -> None:
    theirs = frame.group_by("g", "j", maintain_order=True).agg(pl.col("x").sum())
    same(tl.from_arrow(frame).group_by("g", "j").agg(tl.col("x").sum()), theirs)


JOINS: dict[str, Any] = {
    "inner": {"on": "g", "how": "inner"},
    "left": {"on": "g", "how": "left"},
    "right": {"on": "g", "how": "right"},
    "full": {"on": "g", "how": "full"},
    "full, coalesced": {"on": "g", "how": "full", "coalesce": True},
    "semi": {"on": "g", "how": "semi"},
    "anti": {"on": "g", "how": "anti"},
    "two keys": {"on": ["g", "j"], "how": "left"},
    "nulls equal": {"on": ["g", "j"], "how": "inner", "nulls_equal": True},
    "other names": {"left_on": "id", "right_on": "j", "how": "left"},
    "other names, right": {"left_on": "id", "right_on": "j", "how": "right"},
    "suffix": {"on": "g", "how": "inner", "suffix": "_other"},
    "cross": {"how": "cross"},
}


@pytest.mark.parametrize("name", JOINS)
def test_joins(name: str, frame: pl.DataFrame) -> None:
    small = frame.head(300)

    def joined(lib: Any, lazy: Any) -> Any:
        right = both(lib) if isinstance(lazy, (pl.LazyFrame, tl.LazyFrame)) else both(lib).collect()
        found = lazy.join(right, **JOINS[name])
        return found.sort(*[column for column in ("id", "label") if column in found.collect_schema().names()])

    agree(joined, small)


def test_joins_under_each_engine(regime: str) -> None:
    left = generated(seed=5, rows=30_000)
    right = generated(seed=6, rows=5_000).select("id", y="x")
    ours = tl.from_arrow(left).lazy().join(tl.from_arrow(right).lazy(), on="id", how="left")
    same(ours.collect(), left.join(right, on="id", how="left", maintain_order="left"))


def test_concat(frame: pl.DataFrame) -> None:
    ours = tl.from_arrow(frame)
    same(tl.concat([ours.head(3), ours.head(2)]), pl.concat([frame.head(3), frame.head(2)]))
    wider = pl.DataFrame({"id": [1], "new": ["x"]})
    same(
        tl.concat([ours.head(2), tl.from_arrow(wider)], how="diagonal"),
        pl.concat([frame.head(2), wider], how="diagonal"),
    )
    same(
        tl.concat([ours.select("id"), ours.select("x")], how="horizontal"),
        pl.concat([frame.select("id"), frame.select("x")], how="horizontal"),
    )
    lazy = tl.concat([ours.lazy(), ours.lazy().filter(tl.col("i") > 0)])
    same(lazy.collect(), pl.concat([frame, frame.filter(pl.col("i") > 0)]))


def test_reshaping(frame: pl.DataFrame) -> None:
    small = frame.head(40).drop_nulls()
    ours = tl.from_arrow(small)
    same(ours.unpivot(["i", "j"], index="id"), small.unpivot(["i", "j"], index="id"))
    same(
        ours.pivot("g", index="j", values="x", aggregate_function="sum").sort("j").select("j", "a", "b"),
        small.pivot("g", index="j", values="x", aggregate_function="sum").sort("j").select("j", "a", "b"),
        by="j",
    )
    same(ours.select("i", "x").describe(), small.select("i", "x").describe())


def test_rows_by_place(frame: pl.DataFrame) -> None:
    ours = tl.from_arrow(frame)
    same(ours.slice(10, 5), frame.slice(10, 5))
    same(ours.slice(-10, 5), frame.slice(-10, 5))
    same(ours.tail(4), frame.tail(4))
    same(ours.reverse(), frame.reverse())
    same(ours.with_row_index("n", offset=3), frame.with_row_index("n", offset=3))
    same(ours[3:9], frame[3:9])
    same(ours[[1, 5, -1]], frame[[1, 5, -1]])
    assert ours[2, "id"] == frame[2, "id"]
    assert ours["i"].to_list() == frame["i"].to_list()
    assert ours.row(7) == frame.row(7)
    assert ours.rows() == frame.rows()
    assert ours.to_dicts() == frame.to_dicts()
    assert ours.head(3).to_dict(as_series=False) == frame.head(3).to_dict(as_series=False)
    assert ours.shape == frame.shape
    assert len(ours) == len(frame)
    assert ours.columns == frame.columns
    assert ours.equals(tl.from_arrow(frame))
    assert not ours.equals(ours.reverse())


def test_series_beside_expressions(frame: pl.DataFrame) -> None:
    ours = tl.from_arrow(frame)
    same(ours.filter(ours["i"] > 0, tl.col("b")), frame.filter(frame["i"] > 0, pl.col("b")))
    added = ours.with_columns(ours["x"].alias("y"), tl.col("i") + 1, z=ours["j"])
    same(added, frame.with_columns(frame["x"].alias("y"), pl.col("i") + 1, z=frame["j"]))
    with pytest.raises(ValueError, match="expected 5000 rows, found 2"):
        ours.with_columns(tl.Series("s", [1, 2]))


def test_types_are_named_as_in_polars(frame: pl.DataFrame) -> None:
    ours = tl.from_arrow(frame)
    assert [repr(kind) for kind in ours.dtypes] == [repr(kind) for kind in frame.dtypes]
    assert ours.schema["t"] == tl.Datetime
    assert ours.schema["t"] == tl.Datetime("us")
    assert ours.schema["t"] != tl.Datetime("ms")
    assert ours.lazy().collect_schema().names() == frame.columns


def test_batches_and_several_results(frame: pl.DataFrame) -> None:
    lazy = tl.from_arrow(frame).lazy().filter(tl.col("i") > 0)
    parts = list(lazy.collect_batches())
    same(tl.concat(parts), frame.filter(pl.col("i") > 0))
    first, second = tl.collect_all([lazy.select("id"), lazy.select(tl.col("x").sum())])
    assert first.height == frame.filter(pl.col("i") > 0).height
    assert second.shape == (1, 1)


def test_building_frames() -> None:
    assert tl.DataFrame({"a": [1, 2.5], "b": "x"}).rows() == [(1.0, "x"), (2.5, "x")]
    assert tl.DataFrame([{"a": 1}, {"a": 2, "b": 3}]).rows() == [(1, None), (2, 3)]
    assert tl.DataFrame([(1, "x"), (2, "y")], schema=["n", "s"], orient="row").columns == ["n", "s"]
    assert tl.DataFrame({"a": [1]}, schema={"a": tl.Int8}).dtypes == [tl.Int8]
    assert tl.DataFrame({"a": range(3)}).height == 3
    assert tl.DataFrame().shape == (0, 0)
    assert tl.DataFrame({"a": []}, schema={"a": tl.Date}).dtypes == [tl.Date]
    pandas = pl.DataFrame({"a": [1, 2], "b": ["x", None]}).to_pandas()
    assert tl.from_pandas(pandas).rows() == [(1, "x"), (2, None)]
    assert tl.from_dicts([{"a": 1}]).to_pandas().a.tolist() == [1]
    assert tl.from_dict({"a": [1]}).to_arrow().to_pydict() == {"a": [1]}
    nested = tl.DataFrame({"l": [[1, 2], None], "s": [{"x": 1}, {"x": 2}]})
    assert nested.dtypes == [tl.List(tl.Int64), tl.Struct({"x": tl.Int64})]
    assert nested.rows() == [([1, 2], {"x": 1}), (None, {"x": 2})]


def test_series() -> None:
    series = tl.Series("a", [3, None, 1])
    assert (series.name, len(series), series.dtype) == ("a", 3, tl.Int64)
    assert (series + 1).to_list() == [4, None, 2]
    assert (series * tl.Series([1, 2, 3])).to_list() == [3, None, 3]
    assert series.sum() == 4
    assert series.sort().to_list() == [None, 1, 3]
    assert series.is_null().to_list() == [False, True, False]
    assert tl.Series("s", ["x", "y"]).str.to_uppercase().to_list() == ["X", "Y"]
    assert tl.Series("s", ["x", "y", "x"]).value_counts(sort=True).rows() == [("x", 2), ("y", 1)]
    assert repr(tl.Series("s", ["x"])) == "shape: (1,)\nSeries: 's' [str]\n[\n\t\"x\"\n]"
    assert series[-1] == 1
    assert list(series) == [3, None, 1]
