"""Expressions give what Polars' give."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
import treadle as tl

from toplevel.conftest import agree

# Each is a function of the library (as `pl`) that gives an expression.
EXPRESSIONS: dict[str, Any] = {
    "add": lambda pl: pl.col("i") + 1,
    "right add": lambda pl: 1 + pl.col("i"),
    "subtract": lambda pl: 10 - pl.col("i"),
    "multiply": lambda pl: pl.col("i") * pl.col("x"),
    "divide": lambda pl: pl.col("i") / 4,
    "divide by zero": lambda pl: pl.col("i") / 0,
    "right divide": lambda pl: 1.5 / pl.col("x"),
    "floor divide": lambda pl: pl.col("i") // 7,
    "floor divide negative": lambda pl: pl.col("i") // -7,
    "floor divide by zero": lambda pl: pl.col("i") // pl.col("j"),
    "modulo": lambda pl: pl.col("i") % 7,
    "modulo by column": lambda pl: pl.col("i") % pl.col("j"),
    "power": lambda pl: pl.col("x") ** 2,
    "integer power": lambda pl: pl.col("i") ** 2,
    "negative": lambda pl: -pl.col("i"),
    "abs": lambda pl: pl.col("i").abs(),
    "sign": lambda pl: pl.col("i").sign(),
    "floor": lambda pl: pl.col("x").floor(),
    "ceil": lambda pl: pl.col("x").ceil(),
    "round": lambda pl: pl.col("x").round(1),
    "sqrt": lambda pl: pl.col("x").abs().sqrt(),
    "exp": lambda pl: pl.col("x").exp(),
    "log": lambda pl: (pl.col("x").abs() + 1).log(),
    "log 2": lambda pl: (pl.col("x").abs() + 1).log(2),
    "log1p": lambda pl: pl.col("x").abs().log1p(),
    "clip": lambda pl: pl.col("i").clip(-5, 5),
    "clip low": lambda pl: pl.col("x").clip(lower_bound=0.0),
    "less": lambda pl: pl.col("i") < 3,
    "right less": lambda pl: pl.col("i") > 3,
    "equal": lambda pl: pl.col("s") == "pear",
    "not equal": lambda pl: pl.col("s") != "pear",
    "columns equal": lambda pl: pl.col("i") == pl.col("j"),
    "equal missing": lambda pl: pl.col("i").eq_missing(pl.col("j")),
    "not equal missing": lambda pl: pl.col("i").ne_missing(pl.col("j")),
    "and": lambda pl: (pl.col("i") > 0) & pl.col("b"),
    "or": lambda pl: (pl.col("i") > 0) | pl.col("b"),
    "xor": lambda pl: (pl.col("i") > 0) ^ pl.col("b"),
    "not": lambda pl: ~pl.col("b"),
    "is null": lambda pl: pl.col("i").is_null(),
    "is not null": lambda pl: pl.col("i").is_not_null(),
    "is in": lambda pl: pl.col("i").is_in([1, 2, 3]),
    "is in with null": lambda pl: pl.col("s").is_in(["pear", None]),
    "is in, nulls equal": lambda pl: pl.col("s").is_in(["pear", None], nulls_equal=True),
    "is in nothing": lambda pl: pl.col("i").is_in([]),
    "is between": lambda pl: pl.col("i").is_between(-3, 3),
    "is between, open": lambda pl: pl.col("i").is_between(-3, 3, closed="none"),
    "is between, left": lambda pl: pl.col("i").is_between(-3, pl.col("j"), closed="left"),
    "is nan": lambda pl: (pl.col("x") / 0).is_nan(),
    "is infinite": lambda pl: (pl.col("x") / 0).is_infinite(),
    "is finite": lambda pl: (pl.col("x") / 0).is_finite(),
    "fill null": lambda pl: pl.col("i").fill_null(-1),
    "fill null by column": lambda pl: pl.col("i").fill_null(pl.col("j")),
    "fill null zero": lambda pl: pl.col("i").fill_null(strategy="zero"),
    "fill null mean": lambda pl: pl.col("x").fill_null(strategy="mean"),
    "fill nan": lambda pl: ((pl.col("x") * 0) / 0).fill_nan(7.5),
    "coalesce": lambda pl: pl.coalesce("i", "j", 0),
    "when": lambda pl: pl.when(pl.col("i") > 0).then(pl.col("x")).otherwise(-1.0),
    "when chain": lambda pl: (
        pl.when(pl.col("i") > 20).then(pl.lit("high")).when(pl.col("i") > 0).then(pl.lit("low")).otherwise(pl.lit("no"))
    ),
    "when without otherwise": lambda pl: pl.when(pl.col("i") > 0).then("x"),
    "replace": lambda pl: pl.col("g").replace({"a": "A", "b": None}),
    "replace strict": lambda pl: pl.col("g").replace_strict({"a": 1, "b": 2}, default=0),
    "cast to float": lambda pl: pl.col("i").cast(pl.Float64),
    "cast to text": lambda pl: pl.col("i").cast(pl.String),
    "cast to bool": lambda pl: pl.col("i").cast(pl.Boolean),
    "cast float to int": lambda pl: pl.col("x").cast(pl.Int32),
    "cast bool to int": lambda pl: pl.col("b").cast(pl.Int8),
    "cast to date": lambda pl: pl.col("t").cast(pl.Date),
    "cast date to time": lambda pl: pl.col("d").cast(pl.Datetime("ms")),
    "cast, not strict": lambda pl: pl.col("s").cast(pl.Int64, strict=False),
    "text sum": lambda pl: pl.col("s") + "-" + pl.col("g"),
    "concat": lambda pl: pl.concat_str(["s", "g", "i"], separator="/"),
    "length": lambda pl: pl.col("s").str.len_chars(),
    "bytes": lambda pl: pl.col("s").str.len_bytes(),
    "upper": lambda pl: pl.col("s").str.to_uppercase(),
    "lower": lambda pl: pl.col("s").str.to_lowercase(),
    "strip": lambda pl: pl.col("s").str.strip_chars(),
    "strip characters": lambda pl: pl.col("s").str.strip_chars("pe "),
    "strip start": lambda pl: pl.col("s").str.strip_chars_start(),
    "strip end": lambda pl: pl.col("s").str.strip_chars_end("r"),
    "strip prefix": lambda pl: pl.col("s").str.strip_prefix("pe"),
    "strip suffix": lambda pl: pl.col("s").str.strip_suffix("le"),
    "contains": lambda pl: pl.col("s").str.contains("p+[le]"),
    "contains literally": lambda pl: pl.col("s").str.contains("-", literal=True),
    "starts with": lambda pl: pl.col("s").str.starts_with("p"),
    "ends with": lambda pl: pl.col("s").str.ends_with("r"),
    "replace text": lambda pl: pl.col("s").str.replace("p", "P"),
    "replace groups": lambda pl: pl.col("s").str.replace_all(r"([aeiou])(\w)", "${2}$1"),
    "replace literally": lambda pl: pl.col("s").str.replace_all("-", "$1", literal=True),
    "slice": lambda pl: pl.col("s").str.slice(1, 2),
    "slice from the end": lambda pl: pl.col("s").str.slice(-2),
    "first letters": lambda pl: pl.col("s").str.head(2),
    "last letters": lambda pl: pl.col("s").str.tail(2),
    "year": lambda pl: pl.col("t").dt.year(),
    "quarter": lambda pl: pl.col("t").dt.quarter(),
    "month": lambda pl: pl.col("d").dt.month(),
    "week": lambda pl: pl.col("t").dt.week(),
    "weekday": lambda pl: pl.col("t").dt.weekday(),
    "ordinal day": lambda pl: pl.col("t").dt.ordinal_day(),
    "hour": lambda pl: pl.col("t").dt.hour(),
    "minute": lambda pl: pl.col("t").dt.minute(),
    "second": lambda pl: pl.col("t").dt.second(),
    "millisecond": lambda pl: pl.col("t").dt.millisecond(),
    "microsecond": lambda pl: pl.col("t").dt.microsecond(),
    "date": lambda pl: pl.col("t").dt.date(),
    "truncate to month": lambda pl: pl.col("t").dt.truncate("1mo"),
    "truncate to minutes": lambda pl: pl.col("t").dt.truncate("15m"),
    "strftime": lambda pl: pl.col("t").dt.strftime("%Y/%m/%d %H:%M"),
    "compare dates": lambda pl: pl.col("d") >= dt.date(2014, 2, 3),
    "compare times": lambda pl: pl.col("t") < dt.datetime(2014, 2, 3, 4, 5, 6),
    "time difference": lambda pl: (pl.col("t") - dt.datetime(2014, 1, 1)).dt.total_hours(),
    "time sum": lambda pl: pl.col("t") + dt.timedelta(hours=5),
    "parse dates": lambda pl: pl.col("d").dt.strftime("%d.%m.%Y").str.to_date("%d.%m.%Y"),
    "parse times": lambda pl: pl.col("t").dt.strftime("%Y-%m-%d %H:%M:%S").str.to_datetime("%Y-%m-%d %H:%M:%S"),
    "sum across": lambda pl: pl.sum_horizontal("i", "j", "x"),
    "max across": lambda pl: pl.max_horizontal("i", "j"),
    "min across": lambda pl: pl.min_horizontal("i", "j", 3),
    "any across": lambda pl: pl.any_horizontal(pl.col("i") > 0, pl.col("b")),
    "all across": lambda pl: pl.all_horizontal(pl.col("i") > 0, pl.col("b")),
    "aggregate beside": lambda pl: pl.col("x") - pl.col("x").mean(),
    "two aggregates beside": lambda pl: (pl.col("x") - pl.col("x").min()) / (pl.col("x").max() - pl.col("x").min()),
    "over": lambda pl: pl.col("x").sum().over("g"),
    "over two": lambda pl: pl.col("x").mean().over("g", "j"),
    "over an expression": lambda pl: pl.col("i").max().over(pl.col("id") % 3),
    "part of a group": lambda pl: pl.col("i") / pl.col("i").sum().over("g"),
    "len over": lambda pl: pl.len().over("g"),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_beside_a_column(name: str, frame: pl.DataFrame) -> None:
    make = EXPRESSIONS[name]
    agree(lambda lib, lazy: lazy.select("id", make(lib).alias("result")), frame)


AGGREGATES: dict[str, Any] = {
    "sum": lambda pl: pl.col("i").sum(),
    "sum of floats": lambda pl: pl.col("x").sum(),
    "sum of bools": lambda pl: pl.col("b").sum(),
    "mean": lambda pl: pl.col("x").mean(),
    "median": lambda pl: pl.col("x").median(),
    "min": lambda pl: pl.col("s").min(),
    "max": lambda pl: pl.col("t").max(),
    "std": lambda pl: pl.col("x").std(),
    "std, ddof 0": lambda pl: pl.col("x").std(ddof=0),
    "var": lambda pl: pl.col("i").var(),
    "count": lambda pl: pl.col("i").count(),
    "len of a column": lambda pl: pl.col("i").len(),
    "n_unique": lambda pl: pl.col("s").n_unique(),
    "first": lambda pl: pl.col("i").first(),
    "last": lambda pl: pl.col("i").last(),
    "null count": lambda pl: pl.col("i").null_count(),
    "any": lambda pl: (pl.col("i") > 48).any(),
    "all": lambda pl: (pl.col("i") > -49).all(),
    "quotient": lambda pl: pl.col("i").sum() / pl.len(),
    "filtered sum": lambda pl: pl.col("x").filter(pl.col("i") > 0).sum(),
    "filtered mean": lambda pl: pl.col("x").filter(pl.col("i") > 0).mean(),
    "filtered len": lambda pl: pl.col("x").filter(pl.col("i") > 0).len(),
    "filtered n_unique": lambda pl: pl.col("s").filter(pl.col("i") > 0).n_unique(),
    "n_unique without nulls": lambda pl: pl.col("s").drop_nulls().n_unique(),
    "sum of an expression": lambda pl: (pl.col("i") * pl.col("x") + 1).sum(),
    "rounded": lambda pl: pl.col("x").mean().round(2),
}


@pytest.mark.parametrize("name", AGGREGATES)
def test_an_aggregate_of_all_rows_and_of_groups(name: str, frame: pl.DataFrame) -> None:
    make = AGGREGATES[name]
    agree(lambda lib, lazy: lazy.select(make(lib).alias("result")), frame)
    agree(lambda lib, lazy: lazy.group_by("g", "j").agg(make(lib).alias("result")), frame, by=["g", "j"])


@pytest.mark.parametrize("name", AGGREGATES)
def test_an_aggregate_of_no_rows(name: str, frame: pl.DataFrame) -> None:
    make = AGGREGATES[name]
    agree(lambda lib, lazy: lazy.select(make(lib).alias("result")), frame.clear())


def test_names_of_results(frame: pl.DataFrame) -> None:
    agree(
        lambda lib, lazy: lazy.select(
            lib.col("i") + lib.col("j"),
            lib.col("x").sum().alias("total"),
            lib.len(),
            lib.lit(3),
            lib.col("^[gs]$").str.len_chars().name.suffix("_length"),
            lib.when(lib.col("b")).then(lib.col("id")).otherwise(0),
            lib.concat_str("g", "s").name.to_uppercase(),
        ),
        frame,
    )


def test_selections_of_several_columns(frame: pl.DataFrame) -> None:
    agree(lambda lib, lazy: lazy.select(lib.all()), frame)
    agree(lambda lib, lazy: lazy.select(lib.all().exclude("s", "^[gb]$")), frame)
    agree(lambda lib, lazy: lazy.select(lib.exclude("s", "g")), frame)
    agree(lambda lib, lazy: lazy.select(lib.col("i", "j") * 2), frame)
    agree(lambda lib, lazy: lazy.select(lib.col(lib.Float64, lib.Boolean)), frame)
    agree(lambda lib, lazy: lazy.select(lib.col(lib.Datetime)), frame)
    agree(lambda lib, lazy: lazy.select(lib.col("*").is_null().sum()), frame)
    agree(lambda lib, lazy: lazy.select(lib.sum("i", "x"), lib.mean("j").alias("mean"), lib.max("t")), frame)
    agree(lambda lib, lazy: lazy.select(lib.col("i", "x") + lib.col("j", "id")), frame)


def test_literals_alone_give_one_row(frame: pl.DataFrame) -> None:
    agree(lambda lib, lazy: lazy.select(lib.lit(1).alias("a"), lib.lit("x").alias("b")), frame)
    agree(lambda lib, lazy: lazy.select(lib.lit(None).alias("a")), frame)
    agree(lambda lib, lazy: lazy.select(lib.lit(dt.date(2020, 1, 2)), "id"), frame)


def test_expressions_are_shown_as_they_are_typed() -> None:
    expression = tl.when(tl.col("a") > 1).then(tl.col("b").sum()).otherwise(tl.lit("z")).alias("c")
    assert repr(expression) == 'when(col("a") > 1).then(col("b").sum()).otherwise(\'z\').alias("c")'
    assert repr((tl.col("a") + 1) * -tl.col("b")) == '(col("a") + 1) * (-col("b"))'
    assert repr(tl.all().exclude("x").cast(tl.Int8)) == "all().exclude(['x']).cast(Int8)"
