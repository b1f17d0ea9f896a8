import sys

import pandas as pd

frame = pd.read_csv(sys.argv[1], parse_dates=["time"])
last = frame.iloc[-1]
print(len(frame), last["id"], last["amount"], last["time"].isoformat())
