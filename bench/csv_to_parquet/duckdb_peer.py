import sys

import duckdb

source, target = sys.argv[1:]
connection = duckdb.connect(config={"threads": 2})
connection.execute(
    f"COPY (SELECT * FROM read_csv('{source}') WHERE amount > 500) "
    f"TO '{target}' (FORMAT parquet, COMPRESSION snappy, PER_THREAD_OUTPUT true)"
)
