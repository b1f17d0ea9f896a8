import sys

import dask
import dask.dataframe as dd

source, target = sys.argv[1:]
with dask.config.set(scheduler="threads", num_workers=2):
    frame = dd.read_csv(source, parse_dates=["time"])
    frame[frame["amount"] > 500].to_parquet(target, compression="snappy", write_index=False)
