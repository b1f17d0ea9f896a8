import sys
from pathlib import Path

from datafusion import SessionConfig, SessionContext

source, target = sys.argv[1:]
context = SessionContext(SessionConfig().with_target_partitions(2))
context.register_csv("sales", str(Path(source).parent) + "/")
# Times are inferred in whole seconds, a unit that Parquet does not have: written as they are, they lose their type.
context.sql(
    "SELECT id, category, region, amount, arrow_cast(time, 'Timestamp(Microsecond, None)') AS time "
    "FROM sales WHERE amount > 500"
).write_parquet(target, compression="snappy")
