"""What is read from CSV is what pandas and DuckDB read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import Treadle
from generated import table, write_csv
from pandas.testing import assert_frame_equal, assert_series_equal


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("partition_bytes", ["128MiB", "16KiB"])
def test_a_table_comes_back_value_for_value(treadle: Treadle, seed: int, partition_bytes: str) -> None:
    frame = table(seed, 3000)
    write_csv(frame, str(treadle.folder / "in.csv"))
    read = treadle.run_job({"csv": "in.csv", "partition_bytes": partition_bytes}, [])
    assert list(read.columns) == list(frame.columns)
    assert_series_equal(read["word"].astype(object).fillna("<null>"), frame["word"].astype(object).fillna("<null>"))
    assert read["whole"].astype("Int64").equals(frame["whole"])
    assert_series_equal(read["number"], frame["number"])
    assert (read["flag"] == frame["flag"]).all()
    assert (pd.to_datetime(read["day"]) == frame["day"]).all()
    assert (pd.to_datetime(read["time"]) == frame["time"]).all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1\n2\n", "int64"),
        ("1\n2.5\n", "float64"),
        ("true\nfalse\n", "bool"),
        ("2024-01-01\n", "date"),
        ("2024-01-01\n2024-01-01T10:00:00\n", "timestamp"),
        ("1\nx\n", "utf8"),
        ("99999999999999999999\n1\n", "float64"),
    ],
)
def test_types_are_inferred(treadle: Treadle, text: str, expected: str) -> None:
    (treadle.folder / "in.csv").write_text("v\n" + text)
    assert expected in treadle.call("schema", "in.csv").stdout


@pytest.mark.parametrize("seed", range(3))
def test_floats_are_exactly_rounded(treadle: Treadle, seed: int) -> None:
    random = np.random.default_rng(seed)
    numbers = zip(random.random(2000) * 10, random.integers(-300, 300, 2000), strict=True)
    texts = [f"{digits:.17g}e{exponent}" for digits, exponent in numbers]
    (treadle.folder / "in.csv").write_text("v\n" + "\n".join(texts) + "\n")
    read = treadle.run_job({"csv": "in.csv"}, [])
    assert_frame_equal(read, pd.DataFrame({"v": [float(text) for text in texts]}), check_exact=True)


@pytest.mark.parametrize("place", [0, 15_000, 29_999])
@pytest.mark.parametrize("odd", ["2.5", "x", "9223372036854775808"])
def test_a_late_odd_value_widens_as_if_known_from_the_start(treadle: Treadle, place: int, odd: str) -> None:
    values = [str(i) for i in range(30_000)]
    values[place] = odd
    (treadle.folder / "in.csv").write_text("v,w\n" + "".join(f"{v},{i}\n" for i, v in enumerate(values)))
    wider = "utf8" if odd == "x" else "float64"
    sampled = treadle.run_job({"csv": "in.csv", "partition_bytes": "32KiB"}, [])
    known = treadle.run_job({"csv": "in.csv", "dtypes": {"v": wider}}, [])
    assert_frame_equal(sampled, known)
