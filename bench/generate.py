#!/usr/bin/env python3
"""Writes the CSV files of the benchmarks: the same bytes on every machine.

    bench/generate.py FOLDER {one,ten,large}

one: sales.csv, 5,000,000 rows. ten: ten/part-0.csv ..., of 1,000,000 rows. large: sales-large.csv, 50,000,000.
Columns: id (1, 2, ...), category (100 texts), region (10 texts), amount (0.00 to 999.99), time (a second of 2024).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy

HEADER = "id,category,region,amount,time\n"
CHUNK = 250_000
START = numpy.datetime64("2024-01-01T00:00:00")
SECONDS_OF_2024 = 366 * 86_400

CATEGORIES = [f"category_{number:03}" for number in range(100)]
REGIONS = [f"region_{number}" for number in range(10)]
AMOUNTS = [f"{cents / 100:.2f}" for cents in range(100_000)]


def chunks(first_id: int, num_rows: int) -> Iterator[str]:
    """The rows with these ids, as text. A chunk depends on its first id only."""
    for start in range(first_id, first_id + num_rows, CHUNK):
        random = numpy.random.Generator(numpy.random.PCG64(start))
        count = min(CHUNK, first_id + num_rows - start)
        category = random.integers(0, len(CATEGORIES), count).tolist()
        region = random.integers(0, len(REGIONS), count).tolist()
        amount = random.integers(0, len(AMOUNTS), count).tolist()
        seconds = random.integers(0, SECONDS_OF_2024, count)
        times = numpy.datetime_as_string(START + seconds.astype("timedelta64[s]")).tolist()
        rows = zip(range(start, start + count), category, region, amount, times, strict=True)
        yield "".join(f"{i},{CATEGORIES[c]},{REGIONS[r]},{AMOUNTS[a]},{t}\n" for i, c, r, a, t in rows)


def write(path: Path, first_id: int, num_rows: int) -> None:
    if path.exists():
        return
    print(f"generate: {path}, {num_rows:,} rows", file=sys.stderr)
    partial = path.with_suffix(".partial")
    with partial.open("w", newline="") as file:
        file.write(HEADER)
        for text in chunks(first_id, num_rows):
            file.write(text)
    partial.rename(path)


def main(folder: Path, what: str) -> None:
    (folder / "ten").mkdir(parents=True, exist_ok=True)
    if what == "one":
        write(folder / "sales.csv", 1, 5_000_000)
    elif what == "ten":
        for part in range(10):
            write(folder / "ten" / f"part-{part}.csv", 1 + part * 1_000_000, 1_000_000)
    elif what == "large":
        write(folder / "sales-large.csv", 1, 50_000_000)
    else:
        sys.exit(f"expected one, ten or large; found {what}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
