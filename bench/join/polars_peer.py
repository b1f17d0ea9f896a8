import sys
import time
from typing import Literal

import polars as pl

QUESTIONS: list[tuple[str, str, str, Literal["inner", "left"]]] = [
    ("q1", "small", "id1", "inner"),
    ("q2", "medium", "id2", "inner"),
    ("q3", "medium", "id2", "left"),
    ("q4", "medium", "id5", "inner"),
    ("q5", "big", "id3", "inner"),
]

left = pl.read_parquet(f"{sys.argv[1]}/left.parquet")
for name, table, key, how in QUESTIONS:
    right = pl.read_parquet(f"{sys.argv[1]}/{table}.parquet")
    began = time.perf_counter()
    answer = left.lazy().join(right.lazy(), on=key, how=how).collect(engine=sys.argv[2])
    seconds = time.perf_counter() - began
    print(name, seconds, len(answer), answer["v1"].sum(), answer["v2"].sum(), sep="\t")
    del answer
