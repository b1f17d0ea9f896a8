"""`treadle sql` answers as DuckDB does, whose SQL follows PostgreSQL's in all that is asked here."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest
from conftest import Treadle
from generated import table, write_csv
from pandas.testing import assert_frame_equal

QUERIES = [
    "SELECT count(*) AS n FROM '{0}'",
    "SELECT id, number FROM '{0}' WHERE number > 1000 ORDER BY id",
    "SELECT key, sum(whole) AS s, count(word) AS c FROM '{0}' GROUP BY key ORDER BY key",
    "SELECT word, avg(number) AS mean FROM '{0}' WHERE flag GROUP BY word ORDER BY word NULLS FIRST",
    "SELECT id FROM '{0}' WHERE word LIKE '%a' AND id % 3 = 0 ORDER BY id LIMIT 20",
    "SELECT id, lower(word) AS u, length(word) AS l FROM '{0}' WHERE word IS NOT NULL ORDER BY id LIMIT 50",
    "SELECT id, CASE WHEN number < 0 THEN 'low' WHEN number < 500 THEN 'mid' ELSE 'high' END AS c "
    "FROM '{0}' ORDER BY id LIMIT 100",
    "SELECT id, whole / 7 AS q, whole % 7 AS r, number * 2 + 1 AS n FROM '{0}' ORDER BY id LIMIT 100",
    "SELECT extract(year FROM day) AS y, count(*) AS n FROM '{0}' GROUP BY extract(year FROM day) ORDER BY 1",
    "SELECT date_trunc('month', time) AS m, max(number) AS x FROM '{0}' GROUP BY date_trunc('month', time) ORDER BY 1",
    "SELECT id, cast(number AS bigint) AS n FROM '{0}' WHERE number IS NOT NULL ORDER BY id LIMIT 100",
    "SELECT id FROM '{0}' WHERE key IN (1, 2, 3) OR number BETWEEN 10 AND 20 ORDER BY number DESC NULLS LAST, id",
    "SELECT key, count(DISTINCT word) AS d FROM '{0}' GROUP BY key ORDER BY key",
    "SELECT key, min(time) AS a, max(time) AS b FROM '{0}' GROUP BY key HAVING count(*) > 20 ORDER BY key",
    "SELECT coalesce(word, '-') AS w, substr(word, 2, 3) AS s, word || '!' AS x FROM '{0}' ORDER BY id LIMIT 60",
    "SELECT 1 AS a, 'x' AS b, 2.5 + 1 AS c, NULL AS d",
    "SELECT n FROM (SELECT 1 AS n UNION ALL SELECT 2) q WHERE n > (SELECT 1)",
    "SELECT * FROM (VALUES (1, 'a', NULL), (2, NULL, 2.5), (3, 'c', 4)) AS t(x, y, z) ORDER BY x",
    "SELECT key, name, count(*) AS n FROM '{0}' JOIN (VALUES (1, 'one'), (2, 'two')) AS v(k, name) ON key = k "
    "GROUP BY key, name ORDER BY key",
    "SELECT id FROM '{0}' WHERE key IN (VALUES (1), (5)) ORDER BY id LIMIT 30",
    "SELECT id, CAST(CAST(day + interval '1 month' AS date) AS varchar) AS a, "
    "CAST(CAST(day - interval '1 year 2 months' AS date) AS varchar) AS b "
    "FROM (SELECT id, CAST(day AS timestamp) AS day FROM '{0}') q ORDER BY id",
    "SELECT id FROM '{0}' WHERE day + interval '13 months' > date '2024-06-30' ORDER BY id",
    "SELECT id, (SELECT name FROM (VALUES (1, 'one'), (2, 'two')) AS v(k, name) WHERE k = key) AS name "
    "FROM '{0}' ORDER BY id LIMIT 200",
    "SELECT id, place FROM (SELECT id, row_number() OVER (PARTITION BY key, flag ORDER BY number DESC NULLS LAST, id) "
    "AS place FROM '{0}') q WHERE place <= 3 AND id > 5 ORDER BY id",
    "SELECT id FROM '{0}' QUALIFY row_number() OVER (PARTITION BY word ORDER BY id DESC) = 2 ORDER BY id",
    "SELECT id, rank() OVER (PARTITION BY key ORDER BY whole % 5 NULLS FIRST) AS r FROM '{0}' "
    "QUALIFY r <= 2 ORDER BY id",
    "SELECT id FROM '{0}' QUALIFY rank() OVER (PARTITION BY key ORDER BY word DESC NULLS LAST) BETWEEN 1 AND 4 "
    "ORDER BY id",
    "SELECT key, sum(number) AS s FROM (SELECT *, row_number() OVER (PARTITION BY key ORDER BY day NULLS LAST, id) "
    "AS place FROM '{0}') q WHERE 10 >= place GROUP BY key ORDER BY key",
]


def normal(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers as float64 and times as nanoseconds: systems differ in widths where values are the same."""
    out = {}
    for name, column in frame.items():
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            out[name] = column.astype("float64")
        elif pd.api.types.is_datetime64_any_dtype(column):
            out[name] = column.astype("datetime64[ns]")
        else:
            out[name] = column.astype(object).where(column.notna(), None)
    return pd.DataFrame(out)


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_answers_as_duckdb_does(treadle: Treadle, query: str) -> None:
    path = str(treadle.folder / "in.csv")
    write_csv(table(11, 4000), path)
    ours = treadle.sql(query.format(path))
    theirs = duckdb.execute(query.format(path)).df()
    ours.columns = theirs.columns
    assert_frame_equal(normal(ours), normal(theirs), rtol=1e-9)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (SELECT id FROM '{0}') AS x",
        "SELECT k, (SELECT id FROM '{0}' WHERE key = k) AS x FROM (VALUES (1), (2)) AS v(k)",
        "SELECT id FROM '{0}' WHERE number > (SELECT number FROM '{0}' WHERE id < 3)",
    ],
)
def test_a_sub_query_of_several_rows_is_no_value(treadle: Treadle, query: str) -> None:
    path = str(treadle.folder / "in.csv")
    write_csv(table(11, 400), path)
    with pytest.raises(duckdb.Error, match="More than one row"):
        duckdb.execute(query.format(path)).df()
    with pytest.raises(AssertionError, match="more than one row returned by a sub-query"):
        treadle.sql(query.format(path))
