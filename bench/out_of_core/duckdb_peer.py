import sys
import tempfile
import time

import duckdb

folder, megabytes, question = sys.argv[1:]
QUESTIONS = {
    "groupby": (
        "SELECT key, count(*) AS count, sum(value) AS value, max(text) AS text FROM '{0}/rows.parquet' GROUP BY key",
        "count(*), sum(count), sum(value)",
    ),
    "join": (
        "SELECT id, key, value, label, weight FROM '{0}/rows.parquet' JOIN '{0}/partners.parquet' USING (key)",
        "count(*), sum(value), sum(weight)",
    ),
    "sort": ("SELECT * FROM '{0}/rows.parquet' ORDER BY value, id", "count(*), sum(value), max(id)"),
}
query, sums = QUESTIONS[question]
with tempfile.TemporaryDirectory(dir=folder) as spill:
    config = {"threads": 2, "memory_limit": f"{megabytes}MB", "temp_directory": spill}
    connection = duckdb.connect(config=config)
    out = f"{spill}/out.parquet"
    began = time.perf_counter()
    connection.execute(f"COPY ({query.format(folder)}) TO '{out}'")
    seconds = time.perf_counter() - began
    values = connection.execute(f"SELECT {sums} FROM '{out}'").fetchone()
    assert values is not None
    print(question, seconds, *values, sep="\t")
