import sys

import duckdb

connection = duckdb.connect(config={"threads": 2})
[(mean,)] = connection.execute("SELECT avg(amount) FROM read_json(?) WHERE status = 'paid'", [sys.argv[1]]).fetchall()
print(f"{mean:.9f}")
