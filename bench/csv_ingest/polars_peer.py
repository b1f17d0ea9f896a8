import sys

import polars as pl

frame = pl.read_csv(sys.argv[1], try_parse_dates=True)
last = frame.row(-1, named=True)
print(frame.height, last["id"], last["amount"], last["time"].isoformat())
