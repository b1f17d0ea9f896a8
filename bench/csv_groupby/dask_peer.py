import json
import sys

import dask
import dask.dataframe as dd

with dask.config.set(scheduler="threads", num_workers=2):
    frame = dd.read_csv(sys.argv[1], usecols=["category", "amount"])
    groups = frame[frame["amount"] > 500].groupby("category")["amount"].agg(["count", "mean"]).compute()
print(json.dumps(sorted(groups.itertuples(name=None))))
