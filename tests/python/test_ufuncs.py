"""NumPy's functions of lazy series, frames and indexes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import treadle.dataframe as dd
from frames import assert_same, computed, generated

ONE = {
    "sqrt": lambda df: np.sqrt(df.b),
    "exp of small integers": lambda df: np.exp(df.a.astype("int8")),
    "log of none and less": lambda df: np.log(df.a - 1),
    "floor": lambda df: np.floor(df.b),
    "ceil of 32 bits": lambda df: np.ceil(df.b.astype("float32")),
    "log1p": lambda df: np.log1p(df.a),
    "isnan": lambda df: np.isnan(df.b),
    "of each column": lambda df: np.sqrt(df[["a", "b"]]),
    "of an index": lambda df: np.sqrt(df.index.to_series()),
    "larger of two columns": lambda df: np.maximum(df.a, df.b),
    "and a value": lambda df: np.minimum(df.a, 7),
    "an operator": lambda df: np.add(df.a, df.b),
    "a value before": lambda df: np.less(10, df.a),
    "a NumPy value before": lambda df: np.float64(2) * df.a,
    "a duration before": lambda df: np.timedelta64(1, "h") + df.t,
    "truth values": lambda df: np.logical_and(df.a > 1, df.b > 0),
}


@pytest.mark.parametrize("case", ONE)
def test_functions_of_rows_are_those_of_pandas(case: str, regime: str) -> None:
    data = generated()
    with np.errstate(all="ignore"):
        wanted = ONE[case](data)
    lazy = ONE[case](dd.from_pandas(data, npartitions=4))
    assert hasattr(lazy, "explain")
    assert_same(lazy, wanted)


def test_functions_with_two_results_give_two_series() -> None:
    data = generated()
    for got, wanted in zip(np.modf(dd.from_pandas(data, npartitions=3).b), np.modf(data.b), strict=True):
        assert_same(got, wanted)


@pytest.mark.parametrize("function", [np.sqrt, np.exp, np.log])
def test_what_the_core_has_needs_no_python(function: Callable[[Any], Any]) -> None:
    series = dd.from_pandas(generated(), npartitions=2).a
    assert "python" not in function(series).explain()
    assert "python: cbrt" in np.cbrt(series).explain()


def test_an_array_beside_rows_has_no_meaning() -> None:
    series = dd.from_pandas(pd.Series([1, 2, 3]), npartitions=2)
    with pytest.raises(TypeError):
        np.add(np.arange(3), series)
    assert computed(np.add(series, np.float64(1))).tolist() == [2.0, 3.0, 4.0]
