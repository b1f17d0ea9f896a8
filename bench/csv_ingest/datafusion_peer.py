import sys

from datafusion import SessionConfig, SessionContext

context = SessionContext(SessionConfig().with_target_partitions(2))
context.register_csv("sales", sys.argv[1])
table = context.sql("SELECT * FROM sales").to_arrow_table()
# Batches arrive in no fixed order, so the last row is found by its id.
last = table["id"].to_numpy().argmax()
print(table.num_rows, table["id"][last], table["amount"][last], table["time"][last].as_py().isoformat())
