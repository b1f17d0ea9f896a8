import json
import sys

import duckdb

connection = duckdb.connect(config={"threads": 2})
rows = connection.execute(
    "SELECT category, count(amount), avg(amount) FROM read_csv(?) WHERE amount > 500 GROUP BY category", [sys.argv[1]]
).fetchall()
print(json.dumps(sorted(rows)))
