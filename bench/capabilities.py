#!/usr/bin/env python3
"""Prints how long the questions of tutorials take, here and in pandas, Polars and Dask, in one run.

    bench/capabilities.py [--rows 5000000] [--repetitions 3]

Run it with an interpreter that has treadle and the peers (.venv after `make test`). All answers are compared
before anything is printed; times are medians, in this process, of calls that take turns. Files lie in the page cache.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.dataframe as dask_frame
import numpy as np
import pandas as pd
import polars as pl
import treadle.dataframe as dd

Question = dict[str, Callable[[], Any]]


def write_data(folder: Path, rows: int) -> None:
    """Keys and random numbers as CSV; fourteen columns of them as Parquet and as CSV."""
    chance = np.random.default_rng(0)
    keys = chance.choice([f"key{i}" for i in range(100)], rows)
    pd.DataFrame({"k": keys, "v": chance.random(rows).round(6)}).to_csv(folder / "keys.csv", index=False)
    wide = pd.DataFrame({f"c{i}": chance.integers(0, 10_000, rows // 5) for i in range(14)})
    wide.to_csv(folder / "wide.csv", index=False)
    wide.to_parquet(folder / "wide.parquet")


def questions(folder: Path) -> dict[str, Question]:
    keys, csv, parquet = (str(folder / name) for name in ("keys.csv", "wide.csv", "wide.parquet"))
    return {
        "group-by mean of a CSV file": {
            "treadle": lambda: dd.read_csv(keys).groupby("k").v.mean().compute().to_dict(),
            "pandas": lambda: pd.read_csv(keys).groupby("k").v.mean().to_dict(),
            "polars": lambda: dict(pl.scan_csv(keys).group_by("k").agg(pl.col("v").mean()).collect().iter_rows()),
            "dask": lambda: dask_frame.read_csv(keys).groupby("k").v.mean().compute().to_dict(),
        },
        "one column of fourteen, CSV": {
            "treadle": lambda: {"sum": int(dd.read_csv(csv).c3.sum().compute())},
            "pandas": lambda: {"sum": int(pd.read_csv(csv, usecols=["c3"]).c3.sum())},
            "polars": lambda: {"sum": pl.scan_csv(csv).select(pl.col("c3").sum()).collect().item()},
            "dask": lambda: {"sum": int(dask_frame.read_csv(csv).c3.sum().compute())},
        },
        "one column of fourteen, Parquet": {
            "treadle": lambda: {"sum": int(dd.read_parquet(parquet).c3.sum().compute())},
            "pandas": lambda: {"sum": int(pd.read_parquet(parquet, columns=["c3"]).c3.sum())},
            "polars": lambda: {"sum": pl.scan_parquet(parquet).select(pl.col("c3").sum()).collect().item()},
            "dask": lambda: {"sum": int(dask_frame.read_parquet(parquet).c3.sum().compute())},
        },
    }


def measure(question: Question, repetitions: int) -> dict[str, float]:
    """Median seconds of each, after one call that loads what is loaded once. SystemExit if answers differ."""
    wanted = question["pandas"]()
    for name, ask in question.items():
        got = ask()
        if got.keys() != wanted.keys() or not all(np.isclose(got[key], wanted[key]) for key in wanted):
            raise SystemExit(f"{name} answers otherwise than pandas")
    seconds: dict[str, list[float]] = {name: [] for name in question}
    for _ in range(repetitions):
        for name, ask in question.items():
            began = time.perf_counter()
            ask()
            seconds[name].append(time.perf_counter() - began)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--repetitions", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(folder, asked.rows)
        print("| question | program | s | time to ours |\n|---|---|---|---|")
        for title, question in questions(folder).items():
            taken = measure(question, asked.repetitions)
            for program, seconds in taken.items():
                print(f"| {title} | {program} | {seconds:.3f} | {seconds / taken['treadle']:.2f}x |")
        csv, parquet = ((folder / f"wide.{kind}").stat().st_size for kind in ("csv", "parquet"))
        print(f"\nCSV is {csv / parquet:.1f} times as large as Parquet.")


if __name__ == "__main__":
    main()
