"""Generated data, and how results are compared with pandas'."""

from typing import Any

import numpy as np
import pandas as pd
from pandas.testing import assert_frame_equal, assert_index_equal, assert_series_equal

ROWS = 1500


def generated(rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    """Integers, floats and text with missing values, keys, times."""
    chance = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "a": chance.integers(0, 50, rows),
            "b": chance.normal(size=rows),
            "c": chance.choice(np.array(["x", "y", "zz", None], dtype=object), rows),
            "k": chance.choice(["p", "q", "r"], rows),
            "t": pd.date_range("2020-01-01", periods=rows, freq="h"),
        }
    )
    frame.loc[chance.random(rows) < 0.1, "b"] = np.nan
    return frame


def computed(value: Any) -> Any:
    return value.compute() if hasattr(value, "compute") else value


def assert_same(got: Any, wanted: Any) -> None:
    got = computed(got)
    if isinstance(wanted, pd.DataFrame):
        assert_frame_equal(got, wanted)
    elif isinstance(wanted, pd.Series):
        assert_series_equal(got, wanted)
    elif isinstance(wanted, pd.Index):
        assert_index_equal(got, wanted)
    elif wanted is pd.NA or wanted is pd.NaT:
        assert got is wanted, (got, wanted)
    elif isinstance(wanted, float):
        assert np.isclose(got, wanted, equal_nan=True), (got, wanted)
    else:
        assert got == wanted, (got, wanted)
