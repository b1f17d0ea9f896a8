"""What is read from JSON lines is what Python's json, pandas, Polars and DuckDB read."""

from __future__ import annotations

import gzip
import json
import random
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from conftest import Treadle
from pandas.testing import assert_frame_equal


def records(seed: int, rows: int) -> list[dict[str, Any]]:
    """Flat objects with every scalar, keys missing and in any order."""
    source = random.Random(seed)
    made = []
    for row in range(rows):
        record: dict[str, Any] = {
            "id": row,
            "whole": source.randrange(-(2**63), 2**63),
            "number": source.uniform(-1, 1) * 10.0 ** source.randrange(-300, 300),
            "flag": source.random() < 0.5,
            "text": "".join(source.choice('aä"\\\n\t\u2028😀 ,{') for _ in range(source.randrange(12))),
        }
        items = [(key, None if source.random() < 0.1 else value) for key, value in record.items()]
        kept = [item for item in items if row == 0 or item[0] == "id" or source.random() < 0.9]
        if row % 7 == 0:
            source.shuffle(kept)
        made.append(dict(kept) | {"id": row})
    return made


def nested_records(seed: int, rows: int) -> list[dict[str, Any]]:
    source = random.Random(seed)

    def maybe(value: Any) -> Any:
        return None if source.random() < 0.2 else value

    return [
        {
            "id": row,
            "tags": maybe([maybe(source.choice(["a", "bb", ""])) for _ in range(source.randrange(4))]),
            "place": maybe({"x": maybe(source.random()), "names": [maybe({"first": maybe("é"), "age": row})]}),
            "grid": maybe([[source.randrange(9) for _ in range(source.randrange(3))] for _ in range(2)]),
        }
        for row in range(rows)
    ]


def write(treadle: Treadle, rows: list[dict[str, Any]], ascii_only: bool = False) -> str:
    path = treadle.folder / "in.ndjson"
    path.write_text("".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in rows), newline="\n")
    return str(path)


def result_rows(treadle: Treadle) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(treadle.folder / "result").to_pylist()
    return rows


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("partition_bytes", ["128MiB", "16KiB"])
@pytest.mark.parametrize("threads", ["1", "2"])
def test_scalars_are_those_of_pythons_json(treadle: Treadle, seed: int, partition_bytes: str, threads: str) -> None:
    rows = records(seed, 2000)
    write(treadle, rows, ascii_only=seed == 1)
    treadle.run_job({"ndjson": "in.ndjson", "partition_bytes": partition_bytes}, [], "--threads", threads)
    names = ["id", "whole", "number", "flag", "text"]
    assert result_rows(treadle) == [{name: row.get(name) for name in names} for row in rows]


@pytest.mark.parametrize("partition_bytes", ["128MiB", "4KiB"])
def test_nested_values_are_those_of_polars_and_duckdb(treadle: Treadle, partition_bytes: str) -> None:
    path = write(treadle, nested_records(5, 500))
    treadle.run_job({"ndjson": "in.ndjson", "partition_bytes": partition_bytes}, [])
    read = result_rows(treadle)
    assert read == pl.read_ndjson(path, infer_schema_length=None).to_dicts()
    duck = duckdb.execute(f"SELECT * FROM read_json('{path}', format='newline_delimited') ORDER BY id")
    names = [column[0] for column in duck.description or []]
    assert read == [dict(zip(names, row, strict=True)) for row in duck.fetchall()]


def test_a_group_by_agrees_with_duckdb(treadle: Treadle) -> None:
    path = write(treadle, records(9, 5000))
    query = "SELECT flag, count(*) AS n, count(text) AS texts, max(whole) AS most FROM '{}' GROUP BY flag ORDER BY n"
    read = treadle.sql(query.format("in.ndjson"))
    assert list(read.itertuples(index=False, name=None)) == duckdb.execute(query.format(path)).fetchall()


def test_gzip_and_pandas(treadle: Treadle) -> None:
    rows = [{key: row.get(key) for key in ("id", "number", "text")} for row in records(4, 3000)]
    with gzip.open(treadle.folder / "in.jsonl.gz", "wt") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    read = treadle.sql("SELECT * FROM 'in.jsonl.gz'")
    expected = pd.read_json(treadle.folder / "in.jsonl.gz", lines=True, precise_float=True, dtype={"text": "str"})
    assert read["id"].equals(expected["id"])
    assert [row.get("number") for row in rows] == [None if pd.isna(x) else x for x in read["number"]]
    assert [row.get("text") for row in rows] == [None if pd.isna(x) else x for x in read["text"]]


@pytest.mark.parametrize("place", [0, 15_000, 29_999])
@pytest.mark.parametrize(("odd", "wider"), [("2.5", "float64"), ('"x"', "utf8"), ("[1]", "utf8")])
def test_a_late_odd_value_widens_as_if_known_from_the_start(treadle: Treadle, place: int, odd: str, wider: str) -> None:
    lines = [f'{{"v": {i}, "pad": "......................................"}}' for i in range(30_000)]
    lines[place] = f'{{"v": {odd}}}'
    (treadle.folder / "in.ndjson").write_text("\n".join(lines))
    sampled = treadle.run_job({"ndjson": "in.ndjson", "partition_bytes": "64KiB"}, [])
    known = treadle.run_job({"ndjson": "in.ndjson", "dtypes": {"v": wider}}, [])
    assert_frame_equal(sampled, known)
