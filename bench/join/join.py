"""The five joins of db-benchmark (J1): makes the data, runs Treadle and the peers over tables in memory, and checks
that all answer with as many rows and the same sums.

    python bench/join/join.py --program build/release/bench/join --rows 10000000
"""

from __future__ import annotations

import argparse
import functools
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np
import polars as pl

QUESTIONS: dict[str, tuple[str, str, Literal["inner", "left"]]] = {
    "q1": ("small", "id1", "inner"),
    "q2": ("medium", "id2", "inner"),
    "q3": ("medium", "id2", "left"),
    "q4": ("medium", "id5", "inner"),
    "q5": ("big", "id3", "inner"),
}


def keys_of(random: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Keys of the left and of the right side: `count` each, nine of ten in both."""
    every = random.permutation(np.arange(1, count + max(1, count // 10) + 1))
    shared = every[: count - max(1, count // 10)]
    rest = every[len(shared) :]
    half = len(rest) // 2
    return np.concatenate([shared, rest[:half]]), np.concatenate([shared, rest[half:]])


def column_of(random: np.random.Generator, keys: np.ndarray, rows: int) -> np.ndarray:
    """Each key at least once if there is room, in any order."""
    if rows <= len(keys):
        return random.permutation(keys)[:rows]
    more = random.choice(keys, rows - len(keys))
    return random.permutation(np.concatenate([keys, more]))


def table_of(random: np.random.Generator, ids: dict[str, np.ndarray], rows: int, value: str) -> pl.DataFrame:
    columns = {name: column_of(random, keys, rows) for name, keys in ids.items()}
    frame = pl.DataFrame(columns)
    texts = [pl.format("id{}", pl.col(name)).alias(f"id{int(name[2:]) + 3}") for name in ids]
    return frame.with_columns(texts).with_columns(pl.Series(value, np.round(random.random(rows) * 100, 6)))


def generate(directory: Path, rows: int) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(108)
    sizes = {"id1": max(10, rows // 1_000_000), "id2": max(10, rows // 1_000), "id3": rows}
    pairs = {name: keys_of(random, count) for name, count in sizes.items()}
    left = {name: pair[0] for name, pair in pairs.items()}
    right = {name: pair[1] for name, pair in pairs.items()}
    table_of(random, left, rows, "v1").write_parquet(directory / "left.parquet")
    for name, names in (("small", ["id1"]), ("medium", ["id1", "id2"]), ("big", ["id1", "id2", "id3"])):
        keys = {one: right[one] for one in names}
        table_of(random, keys, sizes[names[-1]], "v2").write_parquet(directory / f"{name}.parquet")


Answer = tuple[int, float, float]
Results = dict[str, tuple[list[float], Answer]]


def timed(times: int, run: Callable[[], object]) -> list[float]:
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        kept = run()  # freed after the clock has stopped
        seconds.append(time.perf_counter() - begin)
        del kept
    return seconds


def run_polars(directory: Path, times: int) -> Results:
    left = pl.read_parquet(directory / "left.parquet")
    results: Results = {}
    for name, (side, key, how) in QUESTIONS.items():
        right = pl.read_parquet(directory / f"{side}.parquet")
        join = functools.partial(left.join, right, on=key, how=how, maintain_order="left")
        seconds = timed(times, join)
        answer = join()
        results[name] = (seconds, (len(answer), float(answer["v1"].sum()), float(answer["v2"].sum())))
    return results


def run_duckdb(directory: Path, times: int) -> Results:
    connection = duckdb.connect()
    for name in ("left", "small", "medium", "big"):
        connection.execute(f"CREATE TABLE t_{name} AS SELECT * FROM '{directory / name}.parquet'")
    results: Results = {}
    for name, (side, key, how) in QUESTIONS.items():
        others = [f"r.{one} AS r_{one}" for one in connection.table(f"t_{side}").columns if one not in (key, "v2")]
        names = ", ".join(["l.*", "r.v2", *others])
        query = f"CREATE OR REPLACE TABLE answer AS SELECT {names} FROM t_left l {how} JOIN t_{side} r USING ({key})"
        seconds = timed(times, functools.partial(connection.execute, query))
        row = connection.execute("SELECT count(*), sum(v1), sum(v2) FROM answer").fetchone()
        assert row is not None
        results[name] = (seconds, (row[0], row[1], row[2]))
    return results


def run_treadle(program: str, directory: Path, times: int) -> Results:
    text = subprocess.run([program, str(directory), str(times)], check=True, capture_output=True, text=True).stdout
    results: Results = {}
    for line in text.splitlines():
        words = line.split()
        seconds = [float(word) for word in words[1 : 1 + times]]
        results[words[0]] = (seconds, (int(words[2 + times]), float(words[4 + times]), float(words[5 + times])))
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=2)
    parser.add_argument("--data", type=Path, default=Path("data/bench"))
    options = parser.parse_args()
    directory = options.data / f"join_{options.rows}"
    if not (directory / "big.parquet").exists():
        generate(directory, options.rows)
    engines = {
        "treadle": run_treadle(options.program, directory, options.times),
        "polars": run_polars(directory, options.times),
        "duckdb": run_duckdb(directory, options.times),
    }
    for name in QUESTIONS:
        rows, first, second = engines["polars"][name][1]
        for engine, results in engines.items():
            found = results[name][1]
            same = found[0] == rows and np.allclose(found[1:], (first, second), rtol=1e-9)
            assert same, f"{engine} answers {name} with {found}, polars with {(rows, first, second)}"
        print(name, *(f"{engine} {min(results[name][0]):.3f}" for engine, results in engines.items()))
    for engine, results in engines.items():
        print(engine, f"all: {sum(min(seconds) for seconds, _ in results.values()):.3f} s")


if __name__ == "__main__":
    main()
