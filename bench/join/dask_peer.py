import sys
import time

import dask
import dask.dataframe as dd

QUESTIONS = [
    ("q1", "small", "id1", "inner"),
    ("q2", "medium", "id2", "inner"),
    ("q3", "medium", "id2", "left"),
    ("q4", "medium", "id5", "inner"),
    ("q5", "big", "id3", "inner"),
]

dask.config.set(scheduler="threads", num_workers=2)


def table(name: str) -> dd.DataFrame:
    return dd.read_parquet(f"{sys.argv[1]}/{name}.parquet", split_row_groups=True).persist()


left = table("left")
for name, other, key, how in QUESTIONS:
    right = table(other)
    began = time.perf_counter()
    answer = left.merge(right, on=key, how=how).compute()
    seconds = time.perf_counter() - began
    print(name, seconds, len(answer), answer["v1"].sum(), answer["v2"].sum(), sep="\t", flush=True)
    del answer
