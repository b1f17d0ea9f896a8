"""Scalar expressions of a job give, row by row, what Polars gives for the same data."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest
from conftest import ROOT, Treadle
from generated import table, write_csv
from polars.testing import assert_series_equal

ID, KEY, WORD, WHOLE, NUMBER = (pl.col(name) for name in ("id", "key", "word", "whole", "number"))
FLAG, DAY, TIME = (pl.col(name) for name in ("flag", "day", "time"))

# What is written in a job, and the same in Polars.
CASES: dict[str, tuple[str, pl.Expr]] = {
    "add": ("whole + key", WHOLE + KEY),
    "subtract": ("number - key", NUMBER - KEY),
    "multiply": ("whole * key", WHOLE * KEY),
    "wraps": ("whole * whole", WHOLE * WHOLE),
    "divide": ("whole / key", WHOLE / KEY),
    "modulo": ("whole % (key - 25)", WHOLE % (KEY - 25)),
    "modulo_float": ("number % 7.5", NUMBER % 7.5),
    "negate": ("-number", -NUMBER),
    "abs": ("abs(whole)", WHOLE.abs()),
    "sign": ("sign(number)", NUMBER.sign()),
    "floor": ("floor(number)", NUMBER.floor()),
    "ceil": ("ceil(number)", NUMBER.ceil()),
    "round": ("round(number, 1)", NUMBER.round(1)),
    "round_whole": ("round(number)", NUMBER.round(0)),
    "sqrt": ("sqrt(abs(number))", NUMBER.abs().sqrt()),
    "exp": ("exp(number / 1000)", (NUMBER / 1000).exp()),
    "log": ("ln(abs(number) + 1)", (NUMBER.abs() + 1).log()),
    "equal": ("word = 'beta'", WORD == "beta"),
    "not_equal": ("word <> 'beta'", WORD != "beta"),
    "less_text": ("word < 'comma'", WORD < "comma"),
    "less": ("number < whole", NUMBER < WHOLE),
    "greater_equal": ("key >= 25", KEY >= 25),
    "less_day": ("day < '2022-06-01'", pl.date(2022, 6, 1) > DAY),
    "less_time": ("time < day", TIME < DAY),
    "and": ("flag AND number > 0", FLAG & (NUMBER > 0)),
    "or": ("flag OR number > 0", FLAG | (NUMBER > 0)),
    "not": ("NOT (number > 0)", ~(NUMBER > 0)),
    "is_null": ("word IS NULL", WORD.is_null()),
    "is_not_null": ("number IS NOT NULL", NUMBER.is_not_null()),
    "coalesce": ("coalesce(word, 'none')", pl.coalesce(WORD, pl.lit("none"))),
    "is_in": ("key IN (1, 2, 3)", KEY.is_in([1, 2, 3])),
    "is_in_text": ("word IN ('beta', 'straße')", WORD.is_in(["beta", "straße"])),
    "is_between": ("number BETWEEN -10 AND 500", NUMBER.is_between(-10, 500)),
    "case": (
        "CASE WHEN number < 0 THEN 'low' WHEN number < 500 THEN 'mid' ELSE word END",
        pl.when(NUMBER < 0).then(pl.lit("low")).when(NUMBER < 500).then(pl.lit("mid")).otherwise(WORD),
    ),
    "case_number": ("CASE WHEN flag THEN whole END", pl.when(FLAG).then(WHOLE)),
    "cast_whole": ("cast(number AS bigint)", NUMBER.cast(pl.Int64)),
    "cast_text": ("cast(whole AS text)", WHOLE.cast(pl.String)),
    "cast_float": ("cast(whole AS double precision)", WHOLE.cast(pl.Float64)),
    "length": ("length(word)", WORD.str.len_chars()),
    "octets": ("octet_length(word)", WORD.str.len_bytes()),
    "lower": ("lower(word)", WORD.str.to_lowercase()),
    "trim": ("trim(word)", WORD.str.strip_chars(" ")),
    "contains": ("regexp_like(word, 'a[lm]')", WORD.str.contains("a[lm]")),
    "like": ("word LIKE '%a'", WORD.str.ends_with("a")),
    "starts_with": ("starts_with(word, 'al')", WORD.str.starts_with("al")),
    "replace": ("replace(word, 'a', '<>')", WORD.str.replace_all("a", "<>", literal=True)),
    "regexp_replace": ("regexp_replace(word, '([aeiou])', '<\\1>', 'g')", WORD.str.replace_all("([aeiou])", "<${1}>")),
    "substr": ("substr(word, 2, 3)", WORD.str.slice(1, 3)),
    "concat": ("word || '-' || word", pl.concat_str([WORD, pl.lit("-"), WORD])),
    "year": ("extract(year FROM time)", TIME.dt.year()),
    "quarter": ("extract(quarter FROM day)", DAY.dt.quarter()),
    "month": ("extract(month FROM day)", DAY.dt.month()),
    "day_of_month": ("extract(day FROM time)", TIME.dt.day()),
    "hour": ("extract(hour FROM time)", TIME.dt.hour()),
    "minute": ("extract(minute FROM time)", TIME.dt.minute()),
    "second": ("extract(second FROM time)", TIME.dt.second()),
    "week": ("extract(week FROM day)", DAY.dt.week()),
    "weekday": ("extract(isodow FROM day)", DAY.dt.weekday()),
    "ordinal": ("extract(doy FROM time)", TIME.dt.ordinal_day()),
    "trunc_month": ("date_trunc('month', time)", TIME.dt.truncate("1mo")),
    "trunc_week": ("date_trunc('week', time)", TIME.dt.truncate("1w")),
    "trunc_hour": ("date_trunc('hour', time)", TIME.dt.truncate("1h")),
    "strftime": ("strftime(time, '%Y-%j %H:%M %a')", TIME.dt.strftime("%Y-%j %H:%M %a")),
    "date": ("cast(time AS date)", TIME.dt.date()),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All cases from one run: ours and Polars'."""
    folder: Path = tmp_path_factory.mktemp("expressions")
    treadle = Treadle(Path(os.environ.get("TREADLE", ROOT / "build" / "release" / "treadle")), folder)
    path = str(folder / "in.csv")
    write_csv(table(5, 20_000), path)
    expressions = {name: text for name, (text, _) in CASES.items()}
    source = {"csv": path, "partition_bytes": "64KiB", "null_values": [""]}
    treadle.run_job(source, [{"select": expressions}])
    ours = pl.read_parquet(str(folder / "result" / "*.parquet"))
    frame = pl.read_csv(path, try_parse_dates=True)
    return ours, frame.select(**{name: expression for name, (_, expression) in CASES.items()})


@pytest.mark.parametrize("name", CASES)
def test_an_expression_gives_polars_values(answers: tuple[pl.DataFrame, pl.DataFrame], name: str) -> None:
    ours, theirs = answers
    assert_series_equal(ours[name], theirs[name], check_dtypes=False, rel_tol=1e-13)
