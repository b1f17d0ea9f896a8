import sys

import polars as pl

source, target = sys.argv[1:]
(
    pl.scan_csv(source, try_parse_dates=True)
    .filter(pl.col("amount") > 500)
    .sink_parquet(pl.PartitionBy(target, max_rows_per_file=1_000_000), compression="snappy", mkdir=True)
)
