"""Collections over different rows: they find each other by their indexes, as pandas aligns objects."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import treadle.dataframe as dd
from frames import assert_same, generated

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


@pytest.mark.parametrize(
    "case",
    [
        lambda d: (d - d.mean()) / d.std(),
        lambda d: d.max() - d,
        lambda d: d.sub(d.min()),
        lambda d: d * (d.mean() + 1),
        lambda d: d.add(d.x, axis=0),
        lambda d: d[d > 2],
        lambda d: d.groupby(d.x % 2).sum(),
        lambda d: d.set_index(d.index),
        lambda d: d.x.dot(d.y),
        lambda d: d.y.autocorr(2),
    ],
)
def test_series_of_labels_masks_and_keys(case: Callable[[Any], Any]) -> None:
    wanted = (LEFT.x * LEFT.y).sum() if "dot" in case.__code__.co_names else case(LEFT)
    assert_same(case(dd.from_pandas(LEFT, npartitions=3)), wanted)


def test_standardising_stays_in_the_core() -> None:
    lazy = dd.from_pandas(LEFT, npartitions=3)
    assert "python" not in ((lazy - lazy.mean()) / lazy.std()).explain()


def test_values_under_a_mask_are_set() -> None:
    lazy, data = dd.from_pandas(LEFT, npartitions=3), LEFT.copy()
    lazy[lazy.x > 2] = 0
    data[data.x > 2] = 0
    lazy[lazy < 2] = 9
    data[data < 2] = 9
    assert_same(lazy, data)
    with pytest.raises(ValueError, match="same length as key"):
        lazy[["a", "b", "c"]] = lazy[["x", "y"]]


@pytest.mark.parametrize("on", ["x", ["x", "y"], "series", "frame", "index", "label", None])
def test_rows_are_shuffled_by_labels_series_and_frames(on: Any) -> None:
    lazy = dd.from_pandas(LEFT.rename_axis("label"), npartitions=3)
    by = {"series": lazy.x % 2, "frame": lazy[["x"]], "index": lazy.index}.get(on, on) if isinstance(on, str) else on
    together = lazy.shuffle(by)
    assert_same(together.compute().sort_index(), LEFT.rename_axis("label"))
    if on == "series":
        odd = [set(part.x % 2) for part in together._parts()]
        assert sum(1 in found for found in odd) == sum(0 in found for found in odd) == 1


def test_an_array_is_a_column_block_by_block() -> None:
    import treadle.array as ta

    lazy = dd.from_pandas(LEFT, npartitions=3)
    assert_same(lazy.assign(z=ta.arange(6, chunks=2)), LEFT.assign(z=np.arange(6)))
    with pytest.raises(ValueError, match="as many blocks as partitions, 3, found 2"):
        lazy.assign(z=ta.arange(6, chunks=3))


def test_aggregations_of_ones_own_have_as_many_steps_as_they_like() -> None:
    data = pd.DataFrame({"g": [0, 0, 1] * 3, "b": [1, 2, 3] * 3, "c": range(9)})
    lazy = dd.from_pandas(data, npartitions=2)
    mean = dd.Aggregation(
        "mean", lambda s: (s.count(), s.sum()), lambda n, s: (n.sum(), s.sum()), lambda n, total: total / n
    )
    total = dd.Aggregation("sum", lambda s: s.sum(), lambda s: s.sum())
    groups, wanted = lazy.groupby("g"), data.groupby("g")
    assert_same(groups.agg({"b": mean}), wanted.agg({"b": "mean"}))
    assert_same(groups.agg([mean, total]), wanted.agg(["mean", "sum"]))
    assert_same(groups.agg({"b": [mean, "max"], "c": [total]}), wanted.agg({"b": ["mean", "max"], "c": ["sum"]}))
    assert_same(groups.b.agg([mean, total]), wanted.b.agg(["mean", "sum"]))


@pytest.mark.parametrize("how", ["inner", "left", "right", "outer"])
def test_the_name_of_an_index_is_a_key(how: Any) -> None:
    left = pd.DataFrame({"x": range(6), "y": range(6)}).set_index("x")
    right = pd.DataFrame({"x": range(0, 8, 2), "z": range(4)})
    lazy, other = dd.from_pandas(left, npartitions=2), dd.from_pandas(right, npartitions=1)
    assert_same(lazy.merge(other, on="x", how=how), left.merge(right, on="x", how=how))
    assert_same(other.merge(lazy, on="x", how=how), right.merge(left, on="x", how=how))
    indexed = right.set_index("x")
    assert_same(lazy.merge(other.set_index("x"), on="x", how=how), left.merge(indexed, on="x", how=how))


def test_text_in_object_columns_stays_objects() -> None:
    data = pd.DataFrame({"k": ["p", "q", "p"], "t": pd.Series(["a", "b", "c"], dtype=object)})
    lazy = dd.from_pandas(data, npartitions=2)
    assert_same(lazy, data)
    assert_same(lazy.t.str.upper(), data.t.str.upper())
    assert_same(lazy.groupby("k").cumsum(numeric_only=True), data.groupby("k").cumsum(numeric_only=True))


def test_an_index_with_a_name_is_a_column_of_the_files(tmp_path: Any) -> None:
    data = pd.DataFrame({"v": range(6)}).rename_axis("row")
    dd.from_pandas(data, npartitions=2).to_parquet(str(tmp_path / "rows"))
    for again in (dd.read_parquet(str(tmp_path / "rows")), dd.read_parquet(str(tmp_path / "rows"), index="row")):
        pd.testing.assert_frame_equal(again.compute(), data, check_index_type=False)


def test_values_of_another_frame_where_they_are_missing() -> None:
    """The two have indexes of which one is numbers, the other the default."""
    data = generated(60)
    lazy = [dd.from_pandas(data, npartitions=count) for count in (3, 2)]
    assert_same(lazy[0].b.where(lazy[1].b > 0).combine_first(lazy[1].a), data.b.where(data.b > 0).combine_first(data.a))
    some = data[["a", "b"]].where(data.b > 0)
    assert_same(
        lazy[0][["a", "b"]].where(lazy[1].b > 0).combine_first(lazy[1][["a", "b"]]),
        some.combine_first(data[["a", "b"]]),
    )
