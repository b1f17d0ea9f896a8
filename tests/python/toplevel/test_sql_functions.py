"""Functions and forms that DuckDB's users write daily answer as in DuckDB."""

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl
import pytest
import treadle as tl

FRAME = pl.DataFrame(
    {
        "id": [1, 2, 3, 4, 5],
        "i": [5, -3, None, 12, 5],
        "x": [1.5, -2.75, 0.0, None, 8.0],
        "s": ["pear", "apple pie", " Fig ", None, "a-b-c"],
        "b": [True, False, None, True, False],
        "t": [
            dt.datetime(2013, 1, 31, 10, 20, 30, 123456),
            dt.datetime(2016, 2, 29),
            dt.datetime(2020, 12, 31, 23, 59, 59),
            None,
            dt.datetime(1969, 12, 28, 5),
        ],
        "d": [dt.date(2013, 1, 31), dt.date(2016, 2, 29), dt.date(2020, 12, 31), None, dt.date(1969, 12, 28)],
        "g": ["a", "b", "a", None, "b"],
    }
)

SCALARS = """
concat_ws('-', s, g) | concat_ws(', ', g, i, s) | lpad(s, 8, '*') | lpad(s, 3, '*') | rpad(s, 8, 'xy') | repeat(s, 3)
strpos(s, 'p') | instr(s, 'e') | position('-' in s) | split_part(s, ' ', 1) | split_part(s, '-', 3)
split_part(s, '-', 9) | regexp_extract(s, '[a-z]+') | regexp_extract(s, '([a-z])-([a-z])', 2)
regexp_extract(s, 'p+le') | ifnull(i, 0) | if(i > 0, 'a', 'b') | log2(id) | cbrt(x) | pi() | degrees(x) | radians(x)
i ** 2 | id // 2 | epoch(t) | epoch_ms(t) | datepart('month', t) | datetrunc('hour', t) | monthname(d) | dayname(d)
date_diff('day', d, date '2020-01-01') | datediff('month', d, date '2020-01-01')
date_diff('year', d, '2014-12-31'::date)
date_diff('hour', t, timestamp '2016-03-01 10:00:00')
date_diff('quarter', d, t)
date_diff('minute', t, timestamp '2013-01-31 10:21:00') | date_diff('second', t, timestamp '2016-03-01 00:00:00')
last_day(d) | make_date(2013, 1, id) | strptime('2013-01-31', '%Y-%m-%d') | try_cast(s as integer)
try_cast('12' as bigint)
d + interval 1 day | d + interval 3 months | t - interval 2 hours | t + interval 1 week | d + interval 2 years
now() > t | current_date > d | today() > d | current_timestamp is null
""".replace("\n", "|").split("|")

AGGREGATES = """
any_value(s) | bool_and(b) | bool_or(b) | count_if(i > 0) | countif(b) | quantile_cont(x, 0.25)
percentile_cont(0.25) within group (order by x) | approx_count_distinct(g) | product(id) | quantile_cont(i, 0.5)
""".replace("\n", "|").split("|")

STATEMENTS = [
    "select distinct on (g) g, id from frame order by g nulls first, id desc",
    "select distinct on (g) id, x from frame where g is not null order by g, id",
    "from frame where i > 0",
    "select g from frame except all select g from frame where id = 1",
    "select g from frame intersect all select g from frame where id > 2",
    "select id + 1 as k, k * 2 as m, m - k as n from frame",
    "select g, sum(i) as total from frame group by g having total > 3",
    "select g, sum(id) as total, total * 2 as twice from frame group by all",
    "select id, row_number() over (order by id desc) as n, n + 1 as m from frame qualify m > 3",
]


def plain(value: Any) -> Any:
    if isinstance(value, (Decimal, float)):
        return round(float(value), 9)
    at_midnight = isinstance(value, dt.datetime) and value.time() == dt.time()
    return value.date() if at_midnight else value


def rows(found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(map(plain, row)) for row in found]


def by_duckdb(text: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return rows(connection.register("frame", FRAME.to_arrow()).execute(text).fetchall())


@pytest.mark.parametrize("expression", [one.strip() for one in SCALARS if one.strip()])
def test_a_function(expression: str) -> None:
    text = f"select id, {expression} as r from frame order by id"
    assert rows(tl.sql(text, frame=FRAME).fetchall()) == by_duckdb(text)


@pytest.mark.parametrize("expression", [one.strip() for one in AGGREGATES if one.strip()])
def test_an_aggregate(expression: str) -> None:
    for text in (
        f"select {expression} as r from frame",
        f"select g, {expression} as r from frame group by g order by g",
    ):
        ours = rows(tl.sql(text, frame=FRAME).fetchall())
        assert sorted(ours, key=str) == sorted(by_duckdb(text), key=str)


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_statement(text: str) -> None:
    assert sorted(rows(tl.sql(text, frame=FRAME).fetchall()), key=str) == sorted(by_duckdb(text), key=str)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("select split_part(s, '-', 0) from frame", r"split_part\(\) takes a number from 1"),
        ("select repeat(s, 1000) from frame", "more than 100 times"),
        ("select lpad(s, 9, 'xy') from frame", "more than one ASCII"),
        ("select date_diff('week', d, d) from frame", 'unit "week"'),
        ("select quantile_cont(x, 1.5) from frame", "between 0 and 1"),
        ("select quantile_cont(x) from frame", "takes 2 arguments, found 1"),
        ("select current_user", "time of day or user"),
    ],
)
def test_a_mistake_is_named(text: str, says: str) -> None:
    with pytest.raises((ValueError, NotImplementedError), match=says):
        tl.sql(text, frame=FRAME)
