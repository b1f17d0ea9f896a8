"""The main job from Python; standard error tells when what began, for the times that are not Treadle's."""

import time

start = time.perf_counter()
import pandas  # noqa: F401

pandas_there = time.perf_counter()
import json
import sys

import treadle.dataframe as dd

imported = time.perf_counter()
frame = dd.read_csv(sys.argv[1], usecols=["category", "amount"])
lazy = frame[frame["amount"] > 500].groupby("category")["amount"].agg(["count", "mean"])
planned = time.perf_counter()
groups = lazy.compute(num_workers=2)
computed = time.perf_counter()
print(json.dumps(sorted(groups.itertuples(name=None))))
marks = {"pandas": pandas_there - start, "treadle": imported - pandas_there}
marks |= {"plan": planned - imported, "compute": computed - planned}
print(json.dumps(marks), file=sys.stderr)
