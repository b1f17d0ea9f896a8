import sys

import duckdb

connection = duckdb.connect(config={"threads": 2})
table = connection.sql(f"FROM read_csv('{sys.argv[1]}')").to_arrow_table()
print(table.num_rows, table["id"][-1], table["amount"][-1], table["time"][-1].as_py().isoformat())
