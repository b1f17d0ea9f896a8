"""Joins, sub-queries and set operations answer as DuckDB does, on tables with missing and repeated keys."""

from __future__ import annotations

import duckdb
import pytest
from conftest import Treadle
from generated import table, write_csv
from pandas.testing import assert_frame_equal
from test_sql import normal

QUERIES = [
    "SELECT a.id, b.id AS other FROM {a} a JOIN {b} b ON a.key = b.key AND a.word = b.word ORDER BY 1, 2",
    "SELECT a.id, b.id AS other FROM {a} a, {b} b WHERE a.key = b.key AND a.id < b.id AND a.number > 900 ORDER BY 1, 2",
    "SELECT a.id, b.number FROM {a} a LEFT JOIN {b} b ON a.id = b.whole AND b.number > 0 ORDER BY 1, 2",
    "SELECT a.id, b.number FROM {a} a RIGHT JOIN {b} b ON a.id = b.whole AND a.flag ORDER BY 1, 2",
    "SELECT id, count(*) AS n FROM {a} FULL JOIN {b} USING (id) GROUP BY id ORDER BY id",
    "SELECT a.id, b.id AS other FROM {a} a JOIN {b} b ON a.number < b.number "
    "WHERE a.id < 30 AND b.id < 30 ORDER BY 1, 2",
    "SELECT q.key, q.n, b.id FROM (SELECT key, count(*) AS n FROM {a} GROUP BY key) q JOIN {b} b ON q.n = b.id "
    "ORDER BY 1, 2, 3",
    "WITH q AS (SELECT key, avg(number) AS mean FROM {a} GROUP BY key), r AS (SELECT * FROM q WHERE mean > 0) "
    "SELECT r.key, q.mean - r.mean AS zero FROM q JOIN r ON q.key = r.key ORDER BY 1",
    "SELECT word FROM {a} UNION SELECT word FROM {b} ORDER BY word",
    "SELECT key FROM {a} UNION ALL SELECT id FROM {b} ORDER BY 1",
    "SELECT word, key FROM {a} INTERSECT SELECT word, key FROM {b} ORDER BY 1, 2",
    "SELECT word, key FROM {a} EXCEPT SELECT word, key FROM {b} ORDER BY 1, 2",
    "SELECT DISTINCT a.word FROM {a} a JOIN {b} b ON a.key = b.key ORDER BY 1",
    "SELECT id FROM {a} WHERE key IN (SELECT key FROM {b} WHERE number > 500) ORDER BY id",
    "SELECT id FROM {a} WHERE key NOT IN (SELECT key FROM {b} WHERE number > 900) ORDER BY id",
    "SELECT id FROM {a} WHERE id NOT IN (SELECT whole FROM {b} WHERE whole IS NOT NULL) ORDER BY id",
    "SELECT id, word IN (SELECT word FROM {b} WHERE number > 990) AS w FROM {a} ORDER BY id",
    "SELECT id FROM {a} a WHERE EXISTS (SELECT 1 FROM {b} b WHERE b.key = a.key AND b.number > a.number) ORDER BY id",
    "SELECT id FROM {a} a WHERE NOT EXISTS (SELECT 1 FROM {b} b WHERE b.key = a.key AND b.id <> a.id) ORDER BY id",
    "SELECT id FROM {a} a WHERE flag OR EXISTS (SELECT 1 FROM {b} b WHERE b.id = a.whole) ORDER BY id",
    "SELECT id, (SELECT max(number) FROM {b} b WHERE b.key = a.key) AS m, "
    "(SELECT count(*) FROM {b} b WHERE b.whole = a.id) AS n FROM {a} a ORDER BY id",
    "SELECT id FROM {a} a "
    "WHERE number > (SELECT avg(number) FROM {a} i WHERE i.key = a.key AND i.word = a.word) ORDER BY id",
    "SELECT id FROM {a} WHERE number > (SELECT avg(number) FROM {b}) ORDER BY id",
    "SELECT key, count(*) AS n FROM {a} a GROUP BY key "
    "HAVING count(*) > (SELECT count(*) FROM {b} b WHERE b.key = a.key) ORDER BY key",
    "SELECT id FROM {a} a WHERE id IN (SELECT i.id FROM {b} i WHERE i.word = a.word AND i.number > "
    "(SELECT avg(number) FROM {b} k WHERE k.word = i.word)) ORDER BY id",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_over_two_tables_answers_as_duckdb_does(treadle: Treadle, query: str) -> None:
    paths = {name: str(treadle.folder / f"{name}.csv") for name in "ab"}
    write_csv(table(21, 700), paths["a"])
    write_csv(table(22, 500), paths["b"])
    text = query.format(**{name: f"'{path}'" for name, path in paths.items()})
    ours = treadle.sql(text)
    theirs = duckdb.execute(text).df()
    ours.columns = theirs.columns
    assert_frame_equal(normal(ours), normal(theirs), rtol=1e-9)
