import json
import sys

import polars as pl

engine = sys.argv[2]
frame = (
    pl.scan_csv(sys.argv[1])
    .filter(pl.col("amount") > 500)
    .group_by("category")
    .agg(pl.col("amount").count().alias("count"), pl.col("amount").mean().alias("mean"))
    .collect(engine=engine)
)
print(json.dumps(sorted(frame.rows())))
