import sys
import time

import polars as pl

x = pl.read_parquet(f"{sys.argv[1]}/groupby.parquet").lazy()
engine = sys.argv[2]
v1, v2, v3 = pl.col("v1"), pl.col("v2"), pl.col("v3")
QUESTIONS = [
    ("q1", x.group_by("id1").agg(v1.sum()), ["v1"]),
    ("q2", x.group_by("id1", "id2").agg(v1.sum()), ["v1"]),
    ("q3", x.group_by("id3").agg(v1.sum(), v3.mean()), ["v1", "v3"]),
    ("q4", x.group_by("id4").agg(v1.mean(), v2.mean(), v3.mean()), ["v1", "v2", "v3"]),
    ("q5", x.group_by("id6").agg(v1.sum(), v2.sum(), v3.sum()), ["v1", "v2", "v3"]),
    ("q6", x.group_by("id4", "id5").agg(v3.median().alias("median"), v3.std().alias("sd")), ["median", "sd"]),
    ("q7", x.group_by("id3").agg((v1.max() - v2.min()).alias("range")), ["range"]),
    ("q8", x.group_by("id6").agg(v3.top_k(2)).explode("v3"), ["v3"]),
    ("q9", x.group_by("id2", "id4").agg((pl.corr("v1", "v2") ** 2).alias("r2")), ["r2"]),
    (
        "q10",
        x.group_by("id1", "id2", "id3", "id4", "id5", "id6").agg(v3.sum(), pl.len().alias("count")),
        ["v3", "count"],
    ),
]
for name, query, columns in QUESTIONS:
    began = time.perf_counter()
    answer = query.collect(engine=engine)
    seconds = time.perf_counter() - began
    print(name, seconds, len(answer), *(answer[column].sum() for column in columns), sep="\t")
    del answer
