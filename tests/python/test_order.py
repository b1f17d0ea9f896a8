"""Rows in order, and names and types of indexes."""

from typing import Any

import pandas as pd
import pytest
import treadle.dataframe as dd
from frames import assert_same, generated

SORTS: dict[str, Any] = {
    "by what a function makes of text": lambda df: df.sort_values("c", key=lambda s: s.str.upper(), kind="stable"),
    "by what it makes of each column": lambda df: df.sort_values(
        ["k", "a"], key=lambda s: -s if s.dtype == "int64" else s, kind="stable"
    ),
    "by the index": lambda df: df.sort_index(),
    "by the index, down": lambda df: df.sort_index(ascending=False),
    "numbered anew": lambda df: df.sort_index(ignore_index=True),
}


@pytest.mark.parametrize("case", SORTS)
def test_sorts_are_those_of_pandas(case: str, regime: str) -> None:
    data = generated().sample(frac=1, random_state=3)
    assert_same(SORTS[case](dd.from_pandas(data, npartitions=4, sort=False)), SORTS[case](data))


def test_an_index_that_was_sorted_has_divisions() -> None:
    data = generated(200).sample(frac=1, random_state=1)
    lazy = dd.from_pandas(data, npartitions=3, sort=False).sort_index()
    assert lazy.npartitions == 3
    assert lazy.known_divisions
    assert lazy.divisions[0] == 0
    assert lazy.divisions[-1] == 199


@pytest.mark.parametrize("method", ["sort_values", "sort_index"])
def test_arguments_that_nobody_knows_are_errors(method: str) -> None:
    frame = dd.from_pandas(generated(10), npartitions=2)
    arguments = ["a"] if method == "sort_values" else []
    with pytest.raises(TypeError, match="nonsense"):
        getattr(frame, method)(*arguments, nonsense=1)
    with pytest.raises(TypeError, match="inplace"):
        getattr(frame, method)(*arguments, inplace=True)


INDEXES: dict[str, Any] = {
    "mapped": lambda df: df.index.map(lambda label: label * 2),
    "in another type": lambda df: df.index.astype("float64"),
    "different labels": lambda df: df.index.unique(),
    "first of each label": lambda df: df.index.drop_duplicates(),
    "renamed": lambda df: df.rename_axis("label").reset_index(),
    "columns renamed": lambda df: df.rename_axis(columns="what"),
    "of a series": lambda df: df.a.rename_axis("label"),
}


@pytest.mark.parametrize("case", INDEXES)
def test_indexes_are_those_of_pandas(case: str) -> None:
    data = generated(60)
    data.index = pd.Index(data.a.to_numpy(), name="n")
    assert_same(INDEXES[case](dd.from_pandas(data, npartitions=3, sort=False)), INDEXES[case](data))


def test_frames_below_each_other_are_numbered_and_sorted_as_asked() -> None:
    first, second = generated(20), generated(15, seed=1)
    lazy = [dd.from_pandas(part, npartitions=2) for part in (first, second)]
    assert_same(dd.concat(lazy, ignore_index=True), pd.concat([first, second], ignore_index=True))
    few = [part[labels] for part, labels in zip(lazy, (["k", "a"], ["b", "a"]), strict=True)]
    assert_same(dd.concat(few, sort=True), pd.concat([first[["k", "a"]], second[["b", "a"]]], sort=True))
    with pytest.raises(NotImplementedError, match="keys"):
        dd.concat(lazy, keys=["x", "y"])
    with pytest.raises(TypeError, match="list of frames"):
        dd.concat(lazy[0])
    with pytest.raises(ValueError, match="join"):
        dd.concat(lazy, join="left")


def test_text_of_an_index_gives_an_index() -> None:
    data = generated(40).set_index("k")
    lazy = dd.from_pandas(data, npartitions=3, sort=False)
    assert_same(lazy.index.str.upper(), data.index.str.upper())
    assert_same(lazy.index.str[0], data.index.str[0])


def test_frames_without_a_column_in_common_are_joined_by_their_indexes_as_in_dask() -> None:
    first, second = generated(20)[["a"]], generated(15, seed=1)[["b"]]
    lazy = dd.merge(dd.from_pandas(first, npartitions=2), dd.from_pandas(second, npartitions=2))
    assert_same(lazy, first.merge(second, left_index=True, right_index=True))


def test_labels_are_mapped_to_the_meta_that_is_given() -> None:
    data = generated(30)
    lazy = dd.from_pandas(data, npartitions=2)
    wanted = data.index.map(lambda label: label / 2)
    assert_same(lazy.index.map(lambda label: label / 2, meta=wanted[:0]), wanted)
    assert lazy.index.any().compute()
    assert not lazy.index.all().compute()
