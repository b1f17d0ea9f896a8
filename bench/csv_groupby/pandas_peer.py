import json
import sys

import pandas as pd

frame = pd.read_csv(sys.argv[1], usecols=["category", "amount"])
groups = frame[frame["amount"] > 500].groupby("category")["amount"].agg(["count", "mean"])
print(json.dumps(sorted(groups.itertuples(name=None))))
