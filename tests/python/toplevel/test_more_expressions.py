"""Selectors, quantiles, places, expressions with rows of their own, joins by nearness: as in Polars."""

import datetime as dt
from typing import Any

import polars as pl
import polars.selectors as pcs
import pytest
import treadle as tl
import treadle.selectors as tcs

from toplevel.conftest import agree, same

SELECTIONS: dict[str, Any] = {
    "numeric": lambda cs: cs.numeric(),
    "integer": lambda cs: cs.integer(),
    "float": lambda cs: cs.float(),
    "string": lambda cs: cs.string(),
    "temporal": lambda cs: cs.temporal(),
    "date": lambda cs: cs.date(),
    "datetime": lambda cs: cs.datetime(),
    "boolean": lambda cs: cs.boolean(),
    "first and last": lambda cs: cs.first() | cs.last(),
    "by name": lambda cs: cs.by_name("s", "i"),
    "by index": lambda cs: cs.by_index(1, -1),
    "starts with": lambda cs: cs.starts_with("i"),
    "ends with": lambda cs: cs.ends_with("d", "x"),
    "contains": lambda cs: cs.contains("d"),
    "matches": lambda cs: cs.matches("^[ij]$"),
    "difference": lambda cs: cs.numeric() - cs.by_name("id"),
    "both": lambda cs: cs.numeric() & cs.starts_with("i"),
    "one of both": lambda cs: cs.numeric() ^ cs.starts_with("i", "s"),
    "others": lambda cs: ~cs.numeric(),
    "without": lambda cs: cs.all().exclude("s", "t"),
    "computed": lambda cs: cs.float().round(1) * 2,
    "renamed": lambda cs: (cs.integer() + 1).name.suffix("_1"),
}


@pytest.mark.parametrize("name", SELECTIONS)
def test_selections(frame: pl.DataFrame, name: str) -> None:
    make = SELECTIONS[name]
    same(tl.from_arrow(frame).select(make(tcs)), frame.select(make(pcs)))
    same(tl.from_arrow(frame).with_columns(make(tcs)), frame.with_columns(make(pcs)))


def test_selections_say_what_is_missing(frame: pl.DataFrame) -> None:
    with pytest.raises(KeyError, match="nope"):
        tl.from_arrow(frame).select(tcs.by_name("i", "nope"))
    assert repr(tcs.numeric() - tcs.by_name("i")) == "(cs.numeric() - cs.by_name('i'))"


AGGREGATES: dict[str, Any] = {
    "quantile": lambda lib: lib.col("i").quantile(0.3),
    "quantile linear": lambda lib: lib.col("x").quantile(0.3, "linear"),
    "quantile lower": lambda lib: lib.col("x").quantile(0.9, "lower"),
    "quantile higher": lambda lib: lib.col("i").quantile(0.1, interpolation="higher"),
    "quantile midpoint": lambda lib: lib.col("i").quantile(0.55, "midpoint"),
    "arg_max": lambda lib: lib.col("x").arg_max(),
    "arg_min": lambda lib: lib.col("x").arg_min(),
    "product": lambda lib: lib.col("j").filter(lib.col("id") < 20).product(),
}


@pytest.mark.parametrize("name", AGGREGATES)
def test_aggregates(frame: pl.DataFrame, name: str) -> None:
    make = AGGREGATES[name]
    agree(lambda lib, f: f.select(make(lib)), frame)
    agree(lambda lib, f: f.group_by("g").agg(make(lib)).sort("g"), frame)
    agree(lambda lib, f: f.select("id", w=make(lib).over("g")), frame)


PROGRAMS: dict[str, Any] = {
    "unique": lambda lib, f: f.select(lib.col("i").unique(maintain_order=True)),
    "unique sorted": lambda lib, f: f.select(lib.col("s").unique().sort()),
    "sort": lambda lib, f: f.select(lib.col("x").sort(descending=True, nulls_last=True)),
    "largest": lambda lib, f: f.select(lib.col("x").top_k(4).sort()),
    "smallest": lambda lib, f: f.select(lib.col("i").drop_nulls().bottom_k(4).sort()),
    "head": lambda lib, f: f.select(lib.col("i").head(3) + 1),
    "tail": lambda lib, f: f.select(lib.col("i").tail(3)),
    "slice": lambda lib, f: f.select(lib.col("s").slice(2, 4)),
    "reverse": lambda lib, f: f.select(lib.col("s").reverse()),
    "every third": lambda lib, f: f.select(lib.col("id").gather_every(3, 1)),
    "mode": lambda lib, f: f.select(lib.col("j").mode().sort()),
    "unique counts": lambda lib, f: f.select(lib.col("j").unique_counts()),
    "sum of the largest": lambda lib, f: f.select(lib.col("i").top_k(5).sum()),
    "filtered": lambda lib, f: f.select(lib.col("i").filter(lib.col("x") > 0)),
    "without nulls": lambda lib, f: f.select(lib.col("i").drop_nulls()),
    "filtered and sorted": lambda lib, f: f.select(lib.col("i").filter(lib.col("j") == 1).unique().sort().alias("k")),
    "rows of each group": lambda lib, f: f.group_by("g", maintain_order=True).head(2),
    "last rows of each group": lambda lib, f: f.group_by("g", maintain_order=True).tail(2),
    "quantiles of groups": lambda lib, f: f.select("g", "i", "x").group_by("g").quantile(0.4).sort("g"),
    "mean_horizontal": lambda lib, f: f.select(lib.mean_horizontal("i", "j", "x")),
    "fold": lambda lib, f: f.select(lib.fold(lib.lit(1), lambda a, b: a + b, lib.col("i", "j")).alias("n")),
    "reduce": lambda lib, f: f.select(lib.reduce(lambda a, b: a * b, ["i", "j"])),
    "join where": lambda lib, f: f.head(40).join_where(
        f.head(30), lib.col("i") > lib.col("i_right"), lib.col("j") == lib.col("j_right")
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(frame: pl.DataFrame, name: str) -> None:
    by = ["id", "id_right"] if name == "join where" else None
    agree(PROGRAMS[name], frame, by)


@pytest.mark.parametrize("strategy", ["backward", "forward"])
@pytest.mark.parametrize("exact", [True, False])
def test_join_asof(frame: pl.DataFrame, strategy: Any, exact: bool) -> None:
    def program(lib: Any, f: Any) -> Any:
        left = f.select("id", "t", "g", "x").sort("t")
        right = f.filter(lib.col("id") % 3 == 0).select("t", "g", "i", "x").sort("t")
        common = {"on": "t", "strategy": strategy, "allow_exact_matches": exact, "check_sortedness": False}
        plain = left.join_asof(right, **common)
        grouped = left.drop_nulls().join_asof(right.drop_nulls(), by="g", tolerance=dt.timedelta(hours=5), **common)
        return plain.drop_nulls("t").join(grouped.select("id", "i"), on="id", how="left", suffix="_grouped").sort("id")

    agree(program, frame)


def test_join_asof_of_keys_of_two_names() -> None:
    def program(lib: Any) -> Any:
        trades = lib.DataFrame({"time": [1, 5, 9, 12], "price": [1.0, 2.0, 3.0, 4.0]})
        quotes = lib.DataFrame({"at": [2, 5, 6, 11], "price": [10, 20, 30, 40]})
        return trades.join_asof(quotes, left_on="time", right_on="at", tolerance=2, suffix="_quoted")

    same(program(tl), program(pl))
    with pytest.raises(ValueError, match="expected on"):
        tl.DataFrame({"a": [1]}).join_asof(tl.DataFrame({"a": [1]}))


MORE: dict[str, Any] = {
    "extract": lambda lib: lib.col("s").str.extract("([a-z]+)(-[0-9])?", 1),
    "extract all of it": lambda lib: lib.col("s").str.extract("p+", 0),
    "contains_any": lambda lib: lib.col("s").str.contains_any(["pp", "ea", "."]),
    "count_matches": lambda lib: lib.col("s").str.count_matches("p"),
    "find": lambda lib: lib.col("s").str.find("p+"),
    "find literally": lambda lib: lib.col("s").str.find("pl", literal=True),
    "reverse": lambda lib: lib.col("s").str.reverse(),
    "to_titlecase": lambda lib: lib.col("s").str.to_titlecase(),
    "pad_start": lambda lib: lib.col("s").str.pad_start(8, "*"),
    "pad_end": lambda lib: lib.col("s").str.pad_end(8),
    "zfill": lambda lib: lib.col("i").cast(lib.String).str.zfill(5),
    "days_in_month": lambda lib: lib.col("d").dt.days_in_month(),
    "iso_year": lambda lib: lib.col("d").dt.iso_year(),
    "is_leap_year": lambda lib: lib.col("t").dt.is_leap_year(),
    "month_end": lambda lib: lib.col("t").dt.month_end(),
    "century": lambda lib: lib.col("t").dt.century(),
    "timestamp": lambda lib: lib.col("t").dt.timestamp("ms"),
    "epoch": lambda lib: lib.col("t").dt.epoch("s"),
    "epoch in days": lambda lib: lib.col("d").dt.epoch("d"),
    "offset_by": lambda lib: lib.col("t").dt.offset_by("1d2h30m"),
    "offset_by months": lambda lib: lib.col("t").dt.offset_by("-14mo"),
    "offset of dates": lambda lib: lib.col("d").dt.offset_by("1y"),
    "zones": lambda lib: lib.col("t").dt.replace_time_zone("UTC").dt.convert_time_zone("Asia/Tokyo"),
    "clock of a zone": lambda lib: (
        lib.col("t").dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin").dt.replace_time_zone(None)
    ),
    "date": lambda lib: lib.date(2012, lib.col("j") + 1, 29),
    "datetime": lambda lib: lib.datetime(2012, 2, lib.col("j") + 1, 13, lib.col("j"), 7),
    "duration": lambda lib: lib.duration(days="j", hours=lib.col("i"), seconds=3),
    "time in a while": lambda lib: lib.col("t") + lib.duration(minutes=lib.col("j")),
    "format": lambda lib: lib.format("{} is {}!", "g", lib.col("i")),
    "nth": lambda lib: lib.nth(1) + lib.nth(2),
}


@pytest.mark.parametrize("name", MORE)
def test_texts_and_times(frame: pl.DataFrame, name: str) -> None:
    make = MORE[name]
    agree(lambda lib, f: f.select(make(lib).alias("w")), frame)


def test_ranges_of_dates() -> None:
    day, last = dt.date(2012, 1, 31), dt.date(2012, 6, 1)
    for interval in ("1d", "1w", "1mo"):
        wanted = pl.date_range(day, last, interval, eager=True).to_list()
        assert tl.date_range(day, last, interval).to_list() == wanted
    start = dt.datetime(2012, 1, 1)
    end = start + dt.timedelta(hours=9)
    sides: list[Any] = ["both", "left", "right", "none"]
    for closed in sides:
        times = pl.datetime_range(start, end, "1h30m", closed=closed, eager=True).to_list()
        assert tl.datetime_range(start, end, "1h30m", closed=closed).to_list() == times
    assert tl.repeat("a", 3).to_list() == ["a"] * 3
    assert tl.zeros(2).to_list() == [0.0, 0.0]
    assert tl.select(tl.lit(1).alias("a")).rows() == [(1,)]
    with pytest.raises(ValueError, match="such as"):
        tl.date_range(day, last, "1fortnight")


def test_joins_check_their_keys() -> None:
    many, once = tl.DataFrame({"k": [1, 1, 2, None, None]}), tl.DataFrame({"k": [1, 2, 3], "v": [10, 20, 30]})
    assert many.join(once, on="k", validate="m:1")["v"].to_list() == [10, 10, 20]
    assert once.join(many, left_on="k", right_on="k", validate="1:m").height == 3
    for validate in ("1:1", "1:m"):
        with pytest.raises(ValueError, match="each key once"):
            many.join(once, on="k", validate=validate)
    with pytest.raises(ValueError, match='expected "m:m"'):
        many.join(once, on="k", validate="one")
    with pytest.raises(NotImplementedError, match="lazy"):
        many.lazy().join(once.lazy(), on="k", validate="m:1")


def test_rows_and_columns_of_frames(frame: pl.DataFrame) -> None:
    ours, theirs = tl.from_arrow(frame), frame
    for name in ("sum_horizontal", "mean_horizontal", "min_horizontal", "max_horizontal"):
        numbers = ["i", "j", "x"]
        wanted = getattr(theirs.select(numbers), name)()
        same(getattr(ours.select(numbers), name)().to_frame("w"), wanted.alias("w").to_frame())
    assert ours.get_column_index("x") == theirs.get_column_index("x")
    inserted = ours.insert_column(1, (tl.col("i") * 2).alias("twice"))
    assert inserted.columns == frame.clone().insert_column(1, pl.lit(1).alias("twice")).columns
    few = frame.select("id", "j", "g").head(20)
    every: list[dict[str, Any]] = [{}, {"named": True}, {"include_key": True}, {"unique": True}]
    for options in every:
        assert tl.from_arrow(few).rows_by_key("g", **options) == few.rows_by_key("g", **options)
    text = "select g, sum(i) as s from self where g is not null group by g order by g"
    assert ours.sql(text).rows() == theirs.sql(text).rows()
    sorted_ = theirs.sort("id")
    merged = tl.from_arrow(sorted_).merge_sorted(tl.from_arrow(sorted_), "id")
    same(merged, sorted_.merge_sorted(sorted_, "id"))
