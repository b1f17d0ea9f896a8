import sys
import time

import dask
import dask.dataframe as dd

dask.config.set(scheduler="threads", num_workers=2)
x = dd.read_parquet(f"{sys.argv[1]}/groupby.parquet", split_row_groups=True).persist()
six = ["id1", "id2", "id3", "id4", "id5", "id6"]
# Questions 8 and 9 have no form in Dask but a Python function of each group.
QUESTIONS = [
    ("q1", x.groupby("id1").agg({"v1": "sum"}), ["v1"]),
    ("q2", x.groupby(["id1", "id2"]).agg({"v1": "sum"}), ["v1"]),
    ("q3", x.groupby("id3").agg({"v1": "sum", "v3": "mean"}), ["v1", "v3"]),
    ("q4", x.groupby("id4").agg({"v1": "mean", "v2": "mean", "v3": "mean"}), ["v1", "v2", "v3"]),
    ("q5", x.groupby("id6").agg({"v1": "sum", "v2": "sum", "v3": "sum"}), ["v1", "v2", "v3"]),
    ("q6", x.groupby(["id4", "id5"]).agg({"v3": ["median", "std"]}), [("v3", "median"), ("v3", "std")]),
    (
        "q7",
        x.groupby("id3").agg({"v1": "max", "v2": "min"}).assign(range=lambda of: of["v1"] - of["v2"]),
        ["range"],
    ),
    ("q10", x.groupby(six).agg({"v3": "sum", "v1": "count"}), ["v3", "v1"]),
]
for name, query, columns in QUESTIONS:
    began = time.perf_counter()
    answer = query.compute()
    seconds = time.perf_counter() - began
    print(name, seconds, len(answer), *(answer[column].sum() for column in columns), sep="\t", flush=True)
    del answer
