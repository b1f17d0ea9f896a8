"""Methods of values that the core computes as pandas does: no Python in their plans, under every regime."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import treadle.dataframe as dd
from frames import assert_same, generated

Case = Callable[[Any], Any]


def prepared() -> pd.DataFrame:
    data = generated(700, seed=5)
    data["n"] = np.where(data.a % 7 == 0, np.nan, data.a)
    data["z"] = data.t.dt.tz_localize("Europe/Berlin")
    data["l"] = (data.t - pd.Timestamp("2020-01-05 06:07:08")).astype("timedelta64[ms]")
    data.loc[5:9, "t"] = pd.NaT
    data.loc[7:11, "l"] = pd.NaT
    data["g"] = data.k.astype("category")
    return data


CASES: dict[str, Case] = {
    "times less a time": lambda d: d.t - pd.Timestamp("2020-01-03"),
    "times less the first": lambda d: d.t - d.t.min(),
    "times of a zone less the first": lambda d: d.z - d.z.min(),
    "a time less times": lambda d: pd.Timestamp("2021-01-01") - d.t,
    "times and a day": lambda d: d.t + pd.Timedelta("1D"),
    "times of a zone and an hour": lambda d: d.z - pd.Timedelta("1h"),
    "times and durations": lambda d: d.t + d.l,
    "durations less durations": lambda d: d.l - d.l.shift(),
    "long durations": lambda d: d[d.l > pd.Timedelta("5D")],
    "seconds since": lambda d: (d.t - d.t.min()).dt.total_seconds(),
    "text and text": lambda d: d.k + d.c,
    "text and a word": lambda d: "<" + d.c + ">",
    "text where": lambda d: d.k.where(d.a > 3, "no"),
    "text where other text": lambda d: d.c.mask(d.a > 3, d.k),
    "truth of numbers": lambda d: d.n.astype(bool),
    "truth of integers": lambda d: d.a.astype(bool),
    "sum of rows": lambda d: d[["a", "n", "b"]].sum(axis=1),
    "mean of rows": lambda d: d[["n", "b"]].mean(axis=1),
    "sum of rows' numbers": lambda d: d.sum(axis=1, numeric_only=True),
    "sum of integers of rows": lambda d: d[["a"]].sum(axis=1),
    "days of times": lambda d: d.t.dt.floor("D"),
    "quarters of hours": lambda d: d.t.dt.floor("15min"),
    "midnight": lambda d: d.t.dt.normalize(),
    "months as text": lambda d: d.t.dt.strftime("%Y-%m"),
    "a number replaced": lambda d: d.a.replace(3, 4),
    "a fraction for an integer": lambda d: d.a.replace(3, 4.5),
    "numbers exchanged": lambda d: d.a.replace({3: 4, 4: 3}),
    "text replaced": lambda d: d.c.replace("x", "z"),
    "text mapped to numbers": lambda d: d.k.map({"p": 1, "q": 2, "r": 3}),
    "some text mapped": lambda d: d.c.map({"x": "one", "y": "two"}),
    "numbers mapped": lambda d: d.a.map({1: 0.5, 2: 1.5}),
    "a frame where": lambda d: d[["a", "b"]].where(d[["a", "b"]] > 3, 0),
    "a frame masked": lambda d: d[["a", "b"]].mask(d[["a", "b"]] > 3),
    "different values": lambda d: d.nunique(),
}


@pytest.mark.parametrize("case", CASES)
def test_a_method_is_the_cores(case: str, regime: str) -> None:
    data = prepared()
    lazy = CASES[case](dd.from_pandas(data, npartitions=3))
    assert "python" not in lazy.explain().replace("python: show a value a column", "")
    assert_same(lazy, CASES[case](data))


BY_PANDAS: dict[str, Case] = {
    "seven minutes": lambda d: d.t.dt.floor("7min"),
    "weekdays as text": lambda d: d.t.dt.strftime("%A"),
    "patterns": lambda d: d.k.replace("[pq]", "z", regex=True),
    "lists": lambda d: d.a.replace([3, 4], 0),
    "frames": lambda d: d[["a", "b"]].replace(3, 4),
    "functions": lambda d: d.a.map(lambda value: value + 1),
    "zones": lambda d: d.z.dt.floor("D"),
    "finer than the unit": lambda d: d.l + pd.Timedelta(1, "ns"),
    "gaps made values": lambda d: d.n.replace(np.nan, 1.5),
    "rows with gaps": lambda d: d[["n", "b"]].sum(axis=1, skipna=False),
    "rows with enough": lambda d: d[["n", "b"]].sum(axis=1, min_count=2),
}


@pytest.mark.parametrize("case", BY_PANDAS)
def test_a_method_is_pandas_on_partitions(case: str) -> None:
    data = prepared()
    lazy = BY_PANDAS[case](dd.from_pandas(data, npartitions=3))
    assert "all rows at once" not in lazy.explain()
    assert_same(lazy, BY_PANDAS[case](data))
