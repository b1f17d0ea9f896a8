"""Data that does not fit its types, small data, and the libraries around."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import treadle.dataframe as dd
from pandas.testing import assert_frame_equal, assert_series_equal


def test_select_by_condition_and_column() -> None:
    """loc[condition, column]: a one-row Series with its index; a label that cannot be there is a KeyError."""
    rows = pd.DataFrame({"a": [1, 2, 3], "d": [3, 4, 5]}, index=["a", "b", "c"])
    frame = dd.from_pandas(rows, npartitions=2)
    assert_series_equal(frame.loc[frame.a == 1, "d"].compute(), rows.loc[rows.a == 1, "d"])
    for wrong in (False, "zz"):
        with pytest.raises(KeyError):
            frame.loc[wrong, "d"]
    with pytest.raises(KeyError, match="loc"):
        frame[frame.a == 1, "d"]
    with pytest.raises(KeyError, match="'no'"):
        frame["no"]


@pytest.mark.parametrize("how", ["inner", "left", "right", "outer"])
def test_merge_without_a_key(how: str) -> None:
    """The columns in common are the key."""
    left = pd.DataFrame({"k": [1, 2, 3], "x": [1.0, 2, 3]})
    right = pd.DataFrame({"k": [2, 3, 4], "y": [5.0, 6, 7]})
    merged = dd.from_pandas(left, npartitions=2).merge(dd.from_pandas(right, npartitions=2), how=how).compute()
    wanted = left.merge(right, how=how)
    assert_frame_equal(merged.sort_values("k").reset_index(drop=True), wanted.sort_values("k").reset_index(drop=True))


def test_files_of_numbers_without_a_header(tmp_path: Path) -> None:
    """np.savetxt's files by a pattern: in order, columns 0 to 4 as integers, described as pandas does."""
    for number in range(5):
        values = np.arange(50).reshape(10, 5) + 50 * number
        np.savetxt(tmp_path / f"x{number:03d}.csv", values, fmt="%d", delimiter=",")
    frame = dd.read_csv(tmp_path / "x*.csv", header=None)
    assert list(frame.columns) == [0, 1, 2, 3, 4]
    assert (frame.dtypes == "int64").all()
    rows = frame.compute()
    assert rows[0].tolist() == list(range(0, 250, 5))
    assert_frame_equal(frame.describe().compute(), rows.reset_index(drop=True).describe())


@pytest.mark.parametrize("by", ["text", "number", ["text", "number"]])
@pytest.mark.parametrize("ascending", [True, False])
def test_sorting_over_partitions(by: str | list[str], ascending: bool) -> None:
    """Text and numbers, both ways, equal rows in the order they had."""
    rows = pd.DataFrame({"text": list("badcb") * 3, "number": [i * 7 % 5 for i in range(15)], "place": range(15)})
    ordered = dd.from_pandas(rows, npartitions=4).sort_values(by, ascending=ascending).compute()
    assert_frame_equal(ordered, rows.sort_values(by, ascending=ascending, kind="stable"))


def test_rows_that_do_not_fit_are_named_or_skipped(tmp_path: Path) -> None:
    """A row with a field too many: its file and line, or left out on demand."""
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n3,4,5\n6,7\n")
    with pytest.raises(ValueError, match=r"bad\.csv.*(line 3|:3:)"):
        dd.read_csv(tmp_path / "bad.csv").compute()
    assert dd.read_csv(tmp_path / "bad.csv", on_bad_lines="skip").compute().a.tolist() == [1, 6]


def test_missing_values_are_counted_dropped_filled() -> None:
    """As pandas does, over partitions."""
    rows = pd.DataFrame({"a": [1, None, 3.0], "b": ["x", None, "z"]})
    frame = dd.from_pandas(rows, npartitions=2)
    assert_series_equal(frame.isna().sum().compute(), rows.isna().sum())
    assert_frame_equal(frame.dropna().compute(), rows.dropna())
    assert_frame_equal(frame.fillna({"a": 0, "b": ""}).compute(), rows.fillna({"a": 0, "b": ""}))
    assert_series_equal(frame.a.fillna(frame.a.mean()).compute(), rows.a.fillna(rows.a.mean()))


def test_a_late_change_of_type_is_not_silent(tmp_path: Path) -> None:
    """A text after a hundred thousand integers: text throughout, and digits as they were written."""
    (tmp_path / "late.csv").write_text("a\n" + "007\n" * 300_000 + "x\n")
    frame = dd.read_csv(tmp_path / "late.csv", blocksize=100_000)
    values = frame.a.compute()
    assert values.iloc[-1] == "x"
    assert values.iloc[0] == "007"
    assert values.dtype == "str"


def test_files_in_turn_or_together(tmp_path: Path) -> None:
    """Partitions come in the files' order; map_partitions works on each by itself."""
    for month in (1, 2, 3):
        pd.DataFrame({"month": [month] * 4}).to_csv(tmp_path / f"2024-{month:02}.csv", index=False)
    frame = dd.read_csv(tmp_path / "2024-*.csv")
    assert [part.month.compute().iloc[0] for part in frame.partitions] == [1, 2, 3]
    assert frame.map_partitions(len).compute().tolist() == [4, 4, 4]
