import sys
import time

import duckdb

# Question, query, and the columns whose sums are compared.
QUESTIONS = [
    ("q1", "SELECT id1, sum(v1) AS v1 FROM x GROUP BY id1", ["v1"]),
    ("q2", "SELECT id1, id2, sum(v1) AS v1 FROM x GROUP BY id1, id2", ["v1"]),
    ("q3", "SELECT id3, sum(v1) AS v1, avg(v3) AS v3 FROM x GROUP BY id3", ["v1", "v3"]),
    ("q4", "SELECT id4, avg(v1) AS v1, avg(v2) AS v2, avg(v3) AS v3 FROM x GROUP BY id4", ["v1", "v2", "v3"]),
    ("q5", "SELECT id6, sum(v1) AS v1, sum(v2) AS v2, sum(v3) AS v3 FROM x GROUP BY id6", ["v1", "v2", "v3"]),
    (
        "q6",
        "SELECT id4, id5, quantile_cont(v3, 0.5) AS median, stddev(v3) AS sd FROM x GROUP BY id4, id5",
        ["median", "sd"],
    ),
    ("q7", "SELECT id3, max(v1) - min(v2) AS range FROM x GROUP BY id3", ["range"]),
    (
        "q8",
        "SELECT id6, v3 FROM (SELECT id6, v3, row_number() OVER (PARTITION BY id6 ORDER BY v3 DESC) AS place FROM x)"
        " WHERE place <= 2",
        ["v3"],
    ),
    ("q9", "SELECT id2, id4, pow(corr(v1, v2), 2) AS r2 FROM x GROUP BY id2, id4", ["r2"]),
    (
        "q10",
        "SELECT id1, id2, id3, id4, id5, id6, sum(v3) AS v3, count(*) AS count FROM x"
        " GROUP BY id1, id2, id3, id4, id5, id6",
        ["v3", "count"],
    ),
]

connection = duckdb.connect(config={"threads": 2})
connection.execute(f"CREATE TABLE x AS SELECT * FROM '{sys.argv[1]}/groupby.parquet'")
for name, query, columns in QUESTIONS:
    began = time.perf_counter()
    connection.execute(f"CREATE OR REPLACE TABLE answer AS {query}")
    seconds = time.perf_counter() - began
    sums = ", ".join(f"sum({column})" for column in columns)
    values = connection.execute(f"SELECT count(*), {sums} FROM answer").fetchone()
    assert values is not None
    print(name, seconds, *values, sep="\t")
