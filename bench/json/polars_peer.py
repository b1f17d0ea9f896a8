import sys

import polars as pl

frame = pl.scan_ndjson(sys.argv[1])
mean = frame.filter(pl.col("status") == "paid").select(pl.col("amount").mean()).collect(engine="streaming").item()
print(f"{mean:.9f}")
