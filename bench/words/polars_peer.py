import sys

import polars as pl

counts = (
    pl.scan_csv(sys.argv[1], has_header=False, new_columns=["line"], separator="\x01", quote_char=None)
    .select(pl.col("line").str.to_lowercase().str.split(" ").alias("word"))
    .explode("word")
    .filter(pl.col("word") != "")
    .group_by("word")
    .len()
    .top_k(10, by="len")
    .sort("len", descending=True)
    .collect(engine="streaming")
)
for word, count in counts.iter_rows():
    print(word, count)
