import os
import sys
import tempfile
import time

folder, megabytes, engine, question = sys.argv[1:]
if engine == "budget":
    os.environ["POLARS_OOC_MEMORY_BUDGET_MB"] = megabytes

import polars as pl

rows, partners = pl.scan_parquet(f"{folder}/rows.parquet"), pl.scan_parquet(f"{folder}/partners.parquet")
QUESTIONS = {
    "groupby": (
        rows.group_by("key").agg(pl.len().alias("count"), pl.col("value").sum(), pl.col("text").max()),
        [pl.len(), pl.col("count").sum(), pl.col("value").sum()],
    ),
    "join": (
        rows.join(partners, on="key").select("id", "key", "value", "label", "weight"),
        [pl.len(), pl.col("value").sum(), pl.col("weight").sum()],
    ),
    "sort": (rows.sort("value", "id"), [pl.len(), pl.col("value").sum(), pl.col("id").max()]),
}
query, sums = QUESTIONS[question]
with tempfile.TemporaryDirectory(dir=folder) as spill:
    out = f"{spill}/out.parquet"
    began = time.perf_counter()
    query.sink_parquet(out, engine="streaming")
    seconds = time.perf_counter() - began
    sums = [value.alias(str(place)) for place, value in enumerate(sums)]
    print(question, seconds, *pl.scan_parquet(out).select(sums).collect().row(0), sep="\t")
