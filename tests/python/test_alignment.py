"""Collections over different rows: they find each other by their indexes, as pandas aligns objects."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import treadle.dataframe as dd
from frames import assert_same

LEFT = pd.DataFrame({"x": [1, 2, 3, 4, 5, 6], "y": [1.0, 2, np.nan, 4, 5, 6]}, index=[1, 2, 3, 4, 5, 6])
RIGHT = pd.DataFrame({"x": [10, 20, 30, 40], "y": [1, np.nan, 3, 4]}, index=[3, 1, 2, 9])

Case = Callable[[Any, Any], Any]
CASES: dict[str, Case] = {
    "series": lambda a, b: a.x + b.x,
    "frames": lambda a, b: a * b,
    "filled where one is missing": lambda a, b: a.y.add(b.y, fill_value=0),
    "assigned": lambda a, b: a.assign(z=b.x),
    "missing values": lambda a, b: a.fillna(b),
    "one behind the other": lambda a, b: a.y.combine_first(b.y),
    "a mask": lambda a, b: a[(b.x > 0).reindex(a.index, fill_value=False) if isinstance(b, pd.DataFrame) else b.x > 0],
    "where": lambda a, b: a.y.where(a.x > 2, b.y),
    "columns of both": lambda a, b: a.align(b[["x"]], axis=1)[0],
}


@pytest.mark.parametrize("case", CASES)
def test_rows_find_each_other_by_their_index(case: str, regime: str) -> None:
    lazy = CASES[case](dd.from_pandas(LEFT, npartitions=3), dd.from_pandas(RIGHT, npartitions=2))
    assert_same(lazy, CASES[case](LEFT, RIGHT))


def test_a_column_of_pandas_is_assigned_by_its_index() -> None:
    assert_same(dd.from_pandas(LEFT, npartitions=3).assign(z=RIGHT.x), LEFT.assign(z=RIGHT.x))


def test_two_filters_of_one_frame_are_added() -> None:
    lazy = dd.from_pandas(LEFT, npartitions=3)
    assert_same(lazy[lazy.x > 2].x + lazy[lazy.x > 3].y, LEFT[LEFT.x > 2].x + LEFT[LEFT.x > 3].y)


def test_a_label_that_occurs_twice_is_not_assigned() -> None:
    twice = dd.from_pandas(pd.Series([1, 2], index=[1, 1]), npartitions=1)
    with pytest.raises(ValueError, match="not unique"):
        dd.from_pandas(LEFT, npartitions=2).assign(z=twice).compute()


def test_rows_that_are_only_numbered_do_not_find_each_other(tmp_path: Any) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("x\n1\n")
    lazy = dd.read_csv(str(tmp_path / "*.csv"))
    with pytest.raises(NotImplementedError, match="no index by which these find each other"):
        _ = lazy.x + dd.from_pandas(LEFT, npartitions=1).x


def test_partitions_of_other_frames_come_by_their_number() -> None:
    lazy, other = dd.from_pandas(LEFT, npartitions=3), dd.from_pandas(LEFT * 2, npartitions=3)
    assert_same(lazy.map_partitions(lambda a, b: a + b, other), LEFT * 3)
    single = dd.from_pandas(RIGHT, npartitions=1)
    added = lazy.clear_divisions().map_partitions(lambda a, b: a.x + b.x.sum(), single)
    assert_same(added, LEFT.x + 100)
    with pytest.raises(ValueError, match=r"as many partitions.*found \[2, 3\]"):
        lazy.clear_divisions().map_partitions(lambda a, b: a, dd.from_pandas(RIGHT, npartitions=2))
