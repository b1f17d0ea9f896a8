import sys
import time

import duckdb

QUESTIONS = [
    ("q1", "small", "id1", "JOIN"),
    ("q2", "medium", "id2", "JOIN"),
    ("q3", "medium", "id2", "LEFT JOIN"),
    ("q4", "medium", "id5", "JOIN"),
    ("q5", "big", "id3", "JOIN"),
]

connection = duckdb.connect(config={"threads": 2})
for table in ("left", "small", "medium", "big"):
    connection.execute(f"CREATE TABLE t_{table} AS SELECT * FROM '{sys.argv[1]}/{table}.parquet'")
for name, right, key, join in QUESTIONS:
    others = [f"r.{c} AS r_{c}" for c in connection.table(f"t_{right}").columns if c not in (key, "v2")]
    columns = ", ".join(["l.*", "r.v2", *others])
    query = f"CREATE OR REPLACE TABLE answer AS SELECT {columns} FROM t_left l {join} t_{right} r USING ({key})"
    began = time.perf_counter()
    connection.execute(query)
    seconds = time.perf_counter() - began
    values = connection.execute("SELECT count(*), sum(v1), sum(v2) FROM answer").fetchone()
    assert values is not None
    print(name, seconds, *values, sep="\t")
