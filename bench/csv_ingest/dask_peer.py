import sys

import dask
import dask.dataframe as dd

with dask.config.set(scheduler="threads", num_workers=2):
    frame = dd.read_csv(sys.argv[1], parse_dates=["time"]).compute()
last = frame.iloc[-1]
print(len(frame), last["id"], last["amount"], last["time"].isoformat())
