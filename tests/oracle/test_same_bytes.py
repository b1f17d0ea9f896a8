"""The same job gives the same bytes on any number of threads, on either engine, in any memory."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from conftest import Treadle
from generated import table, write_csv
from pandas.testing import assert_frame_equal

REGIMES = [
    ["--threads", "1"],
    ["--threads", "2"],
    ["--threads", "8"],
    ["--engine", "synchronous"],
    ["--threads", "2", "--working-memory", "8MiB"],
    ["--no-optimize"],
]


def digest(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("regime", REGIMES[1:], ids=" ".join)
def test_data_set_and_summary_are_the_same_bytes(treadle: Treadle, regime: list[str]) -> None:
    for part in range(3):
        write_csv(table(part, 20_000), str(treadle.folder / f"in-{part}.csv"))

    def run(options: list[str], name: str) -> tuple[str, dict[str, str]]:
        out = treadle.folder / name
        job = {
            "source": {"csv": "in-*.csv", "partition_bytes": "256KiB"},
            "steps": [
                {"filter": "number > 0", "name": "kept"},
                {"group_by": ["word", "flag"], "agg": {"mean": "avg(number)", "std": "stddev(number)"}},
            ],
            "sinks": [
                {"after": "kept", "parquet": {"directory": str(out), "partition_on": ["flag"]}},
                {"csv": {"file": str(treadle.folder / f"{name}.csv")}},
            ],
        }
        treadle.call("run", "-", *options, text=json.dumps(job))
        return (treadle.folder / f"{name}.csv").read_text(), digest(out)

    assert run(REGIMES[0], "reference") == run(regime, "other")


@pytest.mark.parametrize("regime", REGIMES[1:], ids=" ".join)
def test_first_rows_of_groups_are_the_same_rows(treadle: Treadle, regime: list[str]) -> None:
    path = str(treadle.folder / "in.csv")
    write_csv(table(7, 60_000), path)
    query = (
        "SELECT key, word, sum(number) AS s, count(*) AS n, min(place) AS first FROM (SELECT *, row_number() OVER "
        f"(PARTITION BY key, word ORDER BY whole DESC, number) AS place FROM '{path}') q "
        "WHERE place <= 3 GROUP BY key, word"
    )
    assert_frame_equal(treadle.sql(query, *regime), treadle.sql(query, *REGIMES[0]), check_exact=True)
