"""What looks at other rows of a group, against Polars, pandas and DuckDB, whatever the threads and the memory."""

from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
import treadle as tl
from pandas.testing import assert_series_equal
from polars.testing import assert_frame_equal

from toplevel.conftest import agree

# Each is a function of the library (as `pl`) that gives an expression.
WINDOWS: dict[str, Any] = {
    "sum of a group": lambda pl: pl.col("i").sum().over("g"),
    "count of a group": lambda pl: pl.col("i").count().over("g", "j"),
    "share of a group": lambda pl: (pl.col("i") / pl.col("i").sum()).over("g"),
    "first of a group": lambda pl: pl.col("i").first().over("g"),
    "first in order": lambda pl: pl.col("i").first().over("g", order_by="id"),
    "last in order": lambda pl: pl.col("i").last().over("g", order_by="id", descending=True),
    "cum_sum": lambda pl: pl.col("i").cum_sum(),
    "cum_sum of floats": lambda pl: pl.col("x").cum_sum().over("g"),
    "cum_sum of a group": lambda pl: pl.col("i").cum_sum().over("g"),
    "cum_sum of two keys": lambda pl: pl.col("i").cum_sum().over("g", "j"),
    "cum_sum in order": lambda pl: pl.col("i").cum_sum().over("g", order_by="t"),
    "cum_sum in order of several": lambda pl: pl.col("i").cum_sum().over("g", order_by=["j", "id"]),
    "cum_sum reverse": lambda pl: pl.col("i").cum_sum(reverse=True).over("g"),
    "cum_sum of bools": lambda pl: pl.col("b").cum_sum().over("g"),
    "cum_max": lambda pl: pl.col("x").cum_max().over("g"),
    "cum_min reverse": lambda pl: pl.col("i").cum_min(reverse=True),
    "cum_count": lambda pl: pl.col("i").cum_count().over("g"),
    "cum_prod": lambda pl: pl.col("j").cum_prod().over(pl.col("id") // 20),
    "share so far": lambda pl: (pl.col("i").cum_sum() / pl.col("i").sum()).over("g"),
    "most so far": lambda pl: pl.col("i").cum_sum().max().over("g"),
    "shift": lambda pl: pl.col("s").shift(2).over("g"),
    "shift back": lambda pl: pl.col("t").shift(-1).over("g", order_by="id"),
    "shift with a value": lambda pl: pl.col("i").shift(1, fill_value=0).over("g"),
    "shift all": lambda pl: pl.col("i").shift(3),
    "diff": lambda pl: pl.col("i").diff().over("g"),
    "diff of times": lambda pl: pl.col("t").diff().over("g", order_by="t"),
    "pct_change": lambda pl: (pl.col("x") + 1000).pct_change(),
    "forward fill": lambda pl: pl.col("i").forward_fill().over("g"),
    "backward fill": lambda pl: pl.col("s").backward_fill(limit=1).over("g"),
    "fill by strategy": lambda pl: pl.col("x").fill_null(strategy="forward"),
    "rank": lambda pl: pl.col("i").rank().over("g"),
    "rank min": lambda pl: pl.col("i").rank("min").over("g"),
    "rank max": lambda pl: pl.col("i").rank("max"),
    "rank dense down": lambda pl: pl.col("i").rank("dense", descending=True).over("g"),
    "rank ordinal": lambda pl: pl.col("i").rank("ordinal").over("g"),
    "rank of a sum": lambda pl: pl.col("i").sum().over("g").rank("dense"),
    "row numbers": lambda pl: pl.int_range(pl.len()).over("g"),
    "row numbers from 1": lambda pl: pl.int_range(1, pl.len() + 1).over("g"),
    "rolling sum": lambda pl: pl.col("i").fill_null(0).rolling_sum(4).over("g"),
    "rolling mean": lambda pl: pl.col("x").rolling_mean(5, min_samples=2),
    "rolling min": lambda pl: pl.col("i").rolling_min(3, min_samples=1).over("g"),
    "rolling max, centred": lambda pl: pl.col("x").rolling_max(4, min_samples=1, center=True),
    "duplicated": lambda pl: pl.col("x").is_duplicated(),
    "unique": lambda pl: pl.col("x").is_unique(),
    "first distinct": lambda pl: pl.col("i").is_first_distinct(),
    "last distinct": lambda pl: pl.col("s").is_last_distinct(),
    "of several columns": lambda pl: pl.col("i", "j").cum_sum().over("g").name.suffix("_w"),
    "beside the row": lambda pl: pl.col("x") - pl.col("x").shift(1).over("g").fill_null(0.0),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_windows(frame: pl.DataFrame, name: str) -> None:
    make = WINDOWS[name]
    agree(lambda lib, f: f.select("id", w=make(lib)) if "several" not in name else f.select(make(lib)), frame)


PROGRAMS: dict[str, Any] = {
    "filter by rank": lambda lib, f: f.filter(lib.col("x").rank("min", descending=True).over("g") <= 3),
    "sort by a window": lambda lib, f: f.sort(lib.col("i").sum().over("g"), "id"),
    "keys that are computed": lambda lib, f: f.with_columns(n=lib.col("i").cum_sum().over(lib.col("t").dt.year())),
    "windows of several orders": lambda lib, f: f.with_columns(
        a=lib.col("i").cum_sum().over("g", order_by="x"),
        b=lib.col("i").cum_sum().over("g", order_by="id"),
        c=lib.col("i").shift(1),
        d=lib.col("i").max().over("j"),
    ),
    "aggregates of steps": lambda lib, f: (
        f.group_by("g")
        .agg(
            most=lib.col("i").cum_sum().max(),
            jump=lib.col("x").diff().abs().max(),
            before=lib.col("i").shift(1).last(),
        )
        .sort("g")
    ),
    "lists of steps": lambda lib, f: f.head(50).group_by("g", maintain_order=True).agg(lib.col("i").cum_sum()),
    "totals of steps": lambda lib, f: f.select(lib.col("i").diff().abs().max(), n=lib.col("i").cum_sum().last()),
    "shift of a frame": lambda lib, f: f.shift(2),
    "row numbers": lambda lib, f: f.with_row_index("n", offset=5).filter(lib.col("n") % 2 == 0),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(frame: pl.DataFrame, name: str) -> None:
    agree(PROGRAMS[name], frame)


def test_the_same_whatever_the_threads_and_the_memory(frame: pl.DataFrame) -> None:
    windows = {name.replace(" ", "_"): make(tl) for name, make in WINDOWS.items() if "several" not in name}
    plan = tl.from_arrow(frame).lazy().with_columns(**windows)
    wanted = plan.collect(scheduler="synchronous")
    for options in ({"num_workers": 1}, {"num_workers": 2}, {"num_workers": 8}, {"working_memory": "4MiB"}):
        with tl.config.set(options):
            assert plan.collect().equals(wanted), options


def test_windows_agree_with_pandas(frame: pl.DataFrame) -> None:
    ours = tl.from_arrow(frame).filter(tl.col("g").is_not_null() & tl.col("x").is_not_null())
    theirs = ours.to_pandas()
    group = theirs.groupby("g").x
    pairs = {
        "transform": (tl.col("x").mean().over("g"), group.transform("mean")),
        "rank": (tl.col("x").rank().over("g"), group.rank()),
        "dense rank": (tl.col("x").rank("dense").over("g"), group.rank("dense")),
        "cumsum": (tl.col("x").cum_sum().over("g"), group.cumsum()),
        "shift": (tl.col("x").shift(1).over("g"), group.shift(1)),
        "diff": (tl.col("x").diff().over("g"), group.diff()),
        "cumcount": (tl.int_range(tl.len()).over("g"), theirs.groupby("g").cumcount()),
        "rolling": (tl.col("x").rolling_mean(3), theirs.x.rolling(3).mean()),
    }
    for name, (expr, wanted) in pairs.items():
        found: pd.Series[Any] = ours.select(expr.alias("w")).to_series().to_pandas()
        assert_series_equal(found, wanted, check_names=False, check_dtype=False, rtol=1e-9, obj=name)


def test_mistakes_are_named(frame: pl.DataFrame) -> None:
    ours = tl.from_arrow(frame)
    with pytest.raises(KeyError, match="gg"):
        ours.with_columns(tl.col("i").cum_sum().over("gg"))
    with pytest.raises(TypeError, match=r"numbers.*\"s\"|numbers.*utf8"):
        ours.with_columns(tl.col("s").cum_sum())
    with pytest.raises(ValueError, match="at least one key"):
        tl.col("i").sum().over()
    with pytest.raises(NotImplementedError, match="mapping_strategy"):
        tl.col("i").sum().over("g", mapping_strategy="join")
    with pytest.raises(ValueError, match="rank: expected a method"):
        tl.col("i").rank("least")
    with pytest.raises(ValueError, match="window of at least one"):
        tl.col("i").rolling_sum(0)


def by_duckdb(text: str, frame: pl.DataFrame) -> pl.DataFrame:
    with duckdb.connect() as connection:
        answer = connection.register("frame", frame.to_arrow()).sql(text)
        assert answer is not None
        found: pl.DataFrame = answer.pl()
        return found


# SQL's side of the same operator.
QUERIES = [
    "row_number() over (order by id)",
    "row_number() over (partition by g order by x, id)",
    "rank() over (partition by g order by i)",
    "dense_rank() over (partition by g order by i desc nulls last)",
    "percent_rank() over (partition by g order by i nulls first)",
    "cume_dist() over (order by j nulls first)",
    "ntile(7) over (partition by g order by id)",
    "ntile(9000) over (order by id)",
    "lag(i) over (partition by g order by id)",
    "lag(s, 2, 'none') over (partition by g order by id)",
    "lead(x, 3) over (order by id)",
    "first_value(i) over (partition by g order by id)",
    "last_value(i) over (partition by g order by j nulls first, id)",
    "last_value(i) over (partition by g order by id rows between unbounded preceding and unbounded following)",
    "sum(i) over (partition by g)",
    "sum(i) over ()",
    "count(*) over (partition by g, j)",
    "median(x) over (partition by g)",
    "count(distinct j) over (partition by g)",
    "sum(i) over (partition by g order by id)",
    "sum(i) over (partition by g order by j nulls first)",
    "avg(x) over (partition by g order by id rows between 3 preceding and current row)",
    "min(x) over (order by id rows between 2 preceding and 2 following)",
    "max(s) over (partition by g order by id rows between 5 preceding and 1 preceding)",
    "count(i) over (order by id rows between current row and 3 following)",
    "sum(i) over (order by id rows between current row and unbounded following)",
    "sum(i) filter (where b) over (partition by g order by id)",
    "min(t) over (partition by g order by id)",
    "max(d) over (partition by g)",
    "x - lag(x) over (order by id) + row_number() over (order by id)",
]


@pytest.mark.parametrize("expression", QUERIES)
def test_window_functions_of_sql(frame: pl.DataFrame, expression: str) -> None:
    text = f"select id, {expression} as w from frame order by id"
    wanted = by_duckdb(text, frame)
    found = tl.sql(text).pl()
    assert_frame_equal(found, wanted, check_dtypes=False, rel_tol=1e-9, abs_tol=1e-9)


STATEMENTS = [
    "select g, i, row_number() over (partition by g order by i desc nulls last, id) as n from frame qualify n <= 2",
    "select id from frame qualify row_number() over (partition by g order by id) = 1",
    "select * from frame where i > 0 qualify rank() over (order by id) <= 5 order by id limit 3",
    "select id, sum(i) over w as a, count(*) over w as b from frame window w as (partition by g order by id)",
    "select g, sum(i) as s, rank() over (order by sum(i) desc) as r, sum(sum(i)) over () as t from frame group by g",
    "select g, count(*) as n from frame group by g qualify rank() over (order by count(*) desc, g) <= 2",
    "select * from (select id, lag(id) over (order by id) as before from frame) q where before > 10",
    "with q as (select g, x, max(x) over (partition by g) as m from frame) select g, m from q where x = m",
    "select g, j, count(*) as n, max(i) as m from frame group by all",
    "select distinct j, g from frame order by all",
    "select * exclude (b, t, d) from frame",
    "select f.* exclude id from frame f",
    "select * replace (i + 1 as i, upper(s) as s) from frame",
    "select * exclude (t, d) replace (x * 2 as x) from frame where id < 10",
    "select count(*) * 2 as n from frame",
]


@pytest.mark.parametrize("text", STATEMENTS)
def test_statements_of_duckdb(frame: pl.DataFrame, text: str) -> None:
    wanted = by_duckdb(text, frame)
    found = tl.sql(text).pl()
    names = wanted.columns
    assert found.columns == names
    assert_frame_equal(found.sort(names), wanted.sort(names), check_dtypes=False, rel_tol=1e-9, abs_tol=1e-9)


def test_statements_about_queries(frame: pl.DataFrame) -> None:
    text = "describe select id, x, s, b, d, t from frame"
    assert [row[:3] for row in tl.sql(text).fetchall()] == [row[:3] for row in duckdb.execute(text).fetchall()]
    assert [row[0] for row in tl.sql("describe frame").fetchall()] == frame.columns
    key, plan = tl.sql("explain select g, sum(i) over (order by id) as w from frame").fetchone() or ("", "")
    assert key == "plan"
    assert "Window" in plan
    assert "optimized plan" in plan


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("select sum(i) over (order by id range between 1 preceding and current row) from frame", "RANGE with an"),
        ("select sum(i) over (order by id groups current row) from frame", "GROUPS"),
        ("select median(x) over (order by id) from frame", r"median\(\) over a part"),
        ("select rnk() over (order by id) from frame", 'called "rnk"; did you mean "rank"'),
        ("select id from frame where rank() over (order by id) = 1", "SELECT list, QUALIFY or ORDER BY"),
        ("select rank() over v from frame window w as (order by id)", 'no window is called "v"'),
        ("select * exclude (nope) from frame", 'EXCLUDE: \\* has no column "nope"'),
        ("select * replace (1 as nope) from frame", 'REPLACE: \\* has no column "nope"'),
        ("select * from frame using sample 10", "USING SAMPLE"),
        ("explain analyze select 1", "EXPLAIN ANALYZE"),
        ("with recursive r as (select 1 as n union all select n + 1 from r) select * from r", "WITH RECURSIVE"),
    ],
)
def test_what_is_not_there_is_named(frame: pl.DataFrame, text: str, says: str) -> None:
    with pytest.raises((ValueError, NotImplementedError, KeyError), match=says):
        tl.sql(text)
