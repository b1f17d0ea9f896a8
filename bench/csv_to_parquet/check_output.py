"""Prints what any correct output must agree in: rows, and sums of id, cents, seconds, and lengths of the texts."""

import sys

import duckdb

print(
    duckdb.execute(
        "SELECT count(*), sum(id), sum(round(amount * 100)::BIGINT), sum(epoch(time)::BIGINT), "
        "sum(length(category)), sum(hash(region) % 1000) FROM read_parquet(?, union_by_name = true)",
        [f"{sys.argv[1]}/**/*.parquet"],
    ).fetchone()
)
