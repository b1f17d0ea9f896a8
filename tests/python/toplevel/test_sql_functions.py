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
reverse(s) | translate(s, 'ape', 'xyz') | overlay(s placing 'Z' from 2 for 1) | left(s, -1)
right(s, -2) | lpad(s, 8, 'xy') | rpad(s, 9, 'xy') | bit_length(s) | levenshtein(s, 'pear')
regexp_full_match(s, '[a-z]+') | format('{} is {}', g, id)
len(s) | ucase(s) | lcase(s) | s ^@ 'ap'
sin(x) | cos(x) | tan(x) | asin(x / 10) | acos(x / 10) | atan(x) | atan2(x, id) | sinh(x) | cosh(x) | tanh(x)
cot(id) | log(2, id) | isfinite(x) | isinf(x) | xor(id, 3) | id & 3 | id << 2 | id >> 1 | ~id | i // 2
extract(epoch from t) | date_part('century', d) | date_part('decade', d) | isoyear(d) | yearweek(d) | millennium(d)
date_trunc('decade', d) | strftime('%d', d) | date_diff('week', d, date '2020-01-01') | date_sub('day', d, t)
date_diff('decade', d, date '2020-01-01') | date_sub('hour', t, timestamp '2020-01-01 00:30:00')
t + to_hours(2) | t + to_minutes(id) | d + to_days(3) | epoch_us(t) | epoch_ns(t)
make_timestamp(2013, 1, id, 3, 4, 5.5) | cast(t as varchar) | typeof(id) | typeof(s) | typeof(d)
cast(i as string) | cast(id as utinyint) | (g, id) in (('a', 1), ('b', 5))
now() > t | current_date > d | today() > d | current_timestamp is null
""".replace("\n", "|").split("|")

AGGREGATES = """
any_value(s) | bool_and(b) | bool_or(b) | count_if(i > 0) | countif(b) | quantile_cont(x, 0.25)
string_agg(s, ',') | string_agg(s, '; ' order by id desc) | group_concat(s) | listagg(s, ';')
string_agg(s, ',') filter (where i > 0) | list(i) | array_agg(i order by i desc nulls last) | list(s order by x)
list(i) filter (where i > 100)
arg_max(s, i) | arg_min(s, i) | max_by(s, x) | min_by(id, x) | arg_max(s, i) filter (where b) | mode(i)
first(i order by id desc) | last(s order by id) | first(s order by x desc nulls last)
sum(distinct i) | avg(distinct i) | count(distinct g) | sum(distinct i) filter (where i > 0)
corr(x, id) | covar_pop(x, id) | covar_samp(x, id) | regr_slope(x, id) | regr_intercept(x, id) | regr_r2(x, id)
regr_count(x, i) | skewness(id) | kurtosis(id) | sem(x) | quantile_disc(i, 0.5)
percentile_disc(0.25) within group (order by i)
percentile_cont(0.25) within group (order by x) | approx_count_distinct(g) | product(id) | quantile_cont(i, 0.5)
""".replace("\n", "|").split("|")

STATEMENTS = [
    "select g, b, sum(i), count(*) from frame group by rollup (g, b)",
    "select g, b, sum(i) from frame group by cube (g, b)",
    "select g, b, count(*) from frame group by grouping sets ((g), (b), ())",
    "select g, b, count(*) from frame group by g, rollup (b)",
    "select g, grouping(g), grouping(g, b), count(*) from frame group by cube (g, b) having count(*) > 1",
    "select upper(g) as u, count(*) from frame group by rollup (u)",
    "select b, sum(i) from frame where false group by rollup (b)",
    "select id, 'x' || id, id || g, id | 3 from frame",
    "select id from frame semi join (values ('a')) v(g) using (g)",
    "select id from frame anti join (values ('a'), ('c')) v(g) on frame.g = v.g and id > 1",
    "select id, g from frame union all by name select g, i from frame",
    "select id, g from frame union by name select g, id from frame order by all",
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


def test_values_once_come_in_the_order_of_their_first_rows() -> None:
    text = "select string_agg(distinct g, ',') as a, list(distinct g) as b, mode(g) as c from frame"
    assert tl.sql(text, frame=FRAME).fetchall() == [("a,b", ["a", "b", None], "a")]


def test_what_postgresql_has_and_duckdb_not() -> None:
    text = "select s similar to '%p+l%' as a, s not similar to '(pear|x)' as b, initcap(s) as c from frame order by id"
    assert tl.sql(text, frame=FRAME).fetchall() == [
        (False, False, "Pear"),
        (True, True, "Apple Pie"),
        (False, True, " Fig "),
        (None, None, None),
        (False, True, "A-B-C"),
    ]


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_statement(text: str) -> None:
    assert sorted(rows(tl.sql(text, frame=FRAME).fetchall()), key=str) == sorted(by_duckdb(text), key=str)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("select date_sub('month', d, d) from frame", "date_diff"),
        ("select age(t, t) from frame", "a - b is the time between"),
        ("select format('{} {}', g) from frame", "more places"),
        ("select s ^@ g from frame", "no text literal"),
        ("select s similar to g from frame", "no text literal"),
        ("select (g, id) in (('a', 1, 2)) from frame", "row of 2 values"),
        ("select * from frame asof join frame f on true", "join_asof"),
        ("select split_part(s, '-', 0) from frame", r"split_part\(\) takes a number from 1"),
        ("select repeat(s, 1000) from frame", "more than 100 times"),
        ("select lpad(s, 9, '') from frame", "fill up with"),
        ("select date_diff('fortnight', d, d) from frame", 'unit "fortnight"'),
        ("select quantile_cont(x, 1.5) from frame", "between 0 and 1"),
        ("select quantile_cont(x) from frame", "takes 2 arguments, found 1"),
        ("select current_user", "time of day or user"),
    ],
)
def test_a_mistake_is_named(text: str, says: str) -> None:
    with pytest.raises((ValueError, NotImplementedError), match=says):
        tl.sql(text, frame=FRAME)


OF_ROWS = [
    "string_agg(s, ',' order by id desc)",
    "list(i order by x nulls last, id)",
    "arg_max(id, t)",
    "sum(distinct i)",
    "corr(x, id)",
    "quantile_disc(x, 0.3)",
]


def test_what_looks_at_rows_of_groups_is_the_same_in_every_regime(regime: str, frame: pl.DataFrame) -> None:
    with duckdb.connect() as connection:
        connection.register("frame", frame.to_arrow())
        for one in OF_ROWS:
            text = f"select g, {one} as found from frame group by g order by g nulls last"
            assert rows(tl.sql(text, frame=frame).fetchall()) == rows(connection.execute(text).fetchall())
