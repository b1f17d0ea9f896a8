"""Samples for models and prototypes: drawn evenly, repeatable, taken by scikit-learn."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import treadle as tl
import treadle.array as da
import treadle.dataframe as dd
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler


@pytest.fixture
def line() -> dd.DataFrame:
    """y = 2 x + 1 in ten partitions."""
    x = np.arange(10_000.0)
    frame: dd.DataFrame = dd.from_pandas(pd.DataFrame({"x": x, "y": 2 * x + 1}), npartitions=10)
    return frame


def test_exactly_n_rows_and_the_same_again(line: dd.DataFrame) -> None:
    """sample(n=, random_state=): n different rows, the same ones each time, and a model that fits on them."""
    sampled = line.sample(n=500, random_state=42).compute()
    assert len(sampled) == sampled.x.nunique() == 500
    pd.testing.assert_frame_equal(sampled, line.sample(n=500, random_state=42).compute(scheduler="sync"))
    assert not sampled.equals(line.sample(n=500, random_state=43).compute())
    assert LinearRegression().fit(sampled[["x"]], sampled.y).coef_[0] == pytest.approx(2)


def test_more_rows_than_there_are(line: dd.DataFrame) -> None:
    """As in pandas: an error, unless rows may come more than once."""
    with pytest.raises(ValueError, match="larger sample than population"):
        line.sample(n=10_001).compute()
    assert len(line.sample(n=10_001, replace=True).compute()) == 10_001


def test_draws_come_from_all_partitions_evenly(line: dd.DataFrame) -> None:
    """A tenth of the rows is a tenth of each partition; n rows are near it everywhere."""
    assert [len(part) for part in line.sample(frac=0.1, random_state=3).partitions] == [100] * 10
    places = line.sample(n=1000, random_state=3).x.compute() // 1000
    assert places.value_counts().between(60, 140).all()
    assert places.nunique() == 10


def test_random_split_leaves_no_row_out_and_none_twice(line: dd.DataFrame) -> None:
    """Eighty and twenty parts of a hundred, apart from each other, all rows together."""
    train, test = (part.x.compute() for part in line.random_split([0.8, 0.2], random_state=1))
    assert sorted([*train, *test]) == list(range(10_000))
    assert 0.18 < len(test) / 10_000 < 0.22


def test_scikit_learn_takes_lazy_and_eager_objects(line: dd.DataFrame) -> None:
    """Frames of both styles and arrays go to fit() and transform() as they are."""
    assert LinearRegression().fit(line[["x"]], line["y"]).coef_[0] == pytest.approx(2)
    eager = tl.DataFrame({"x": [1.0, 2.0, 3.0], "y": [3.0, 5.0, 7.0]})
    assert LinearRegression().fit(eager.select("x"), eager["y"]).intercept_ == pytest.approx(1)
    points = da.random.default_rng(0).random((50, 2), chunks=10)
    assert StandardScaler().fit_transform(points).std(axis=0) == pytest.approx([1, 1])


def test_a_prototype_on_the_head_runs_unchanged_on_all(line: dd.DataFrame) -> None:
    """head() reads one partition; the function tried on it runs on the whole."""
    seen: list[int] = []

    def prototype(frame: Any) -> Any:
        return frame[frame.x > 2].y.mean()

    def count(part: pd.DataFrame) -> pd.DataFrame:
        seen.append(len(part))
        return part

    counted = line.map_partitions(count, meta=line._meta)
    small = counted.head(100)
    assert seen == [1000]
    assert prototype(small) == small[small.x > 2].y.mean()
    assert prototype(line).compute() == line.compute().pipe(prototype)
