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
