import json
import sys

from datafusion import SessionConfig, SessionContext

context = SessionContext(SessionConfig().with_target_partitions(2))
context.register_csv("sales", sys.argv[1])
table = context.sql(
    "SELECT category, count(amount) AS n, avg(amount) AS mean FROM sales WHERE amount > 500 GROUP BY category"
).to_arrow_table()
print(json.dumps(sorted(zip(*(table.column(i).to_pylist() for i in range(3)), strict=True))))
