"""Divisions behind each kind of step: known where Dask knows them, the same, and true of the rows."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.dataframe
import numpy as np
import pandas as pd
import pytest
import treadle.dataframe as dd
from frames import assert_same

dask_dd: Any = dask.dataframe  # not typed


def _data() -> dict[str, pd.DataFrame]:
    chance = np.random.default_rng(5)

    def numbers(count: int) -> Any:
        return chance.normal(size=count).round(3)

    return {
        "a": pd.DataFrame({"x": chance.integers(0, 5, 40), "y": numbers(40)}, index=np.arange(40)),
        "b": pd.DataFrame({"z": numbers(30)}, index=np.arange(10, 40)),
        "twice": pd.DataFrame({"w": numbers(12)}, index=np.repeat(np.arange(5, 11), 2)),
        "behind": pd.DataFrame({"x": np.arange(40)}, index=np.arange(40, 80)),
        "times": pd.DataFrame(
            {"v": numbers(20)}, index=pd.DatetimeIndex(np.arange("2024-01-01", "2024-01-21", dtype="M8[D]"))
        ),
        "few": pd.DataFrame({"q": numbers(4)}, index=np.arange(15, 19)),
    }


COUNTS = {"a": 4, "b": 3, "twice": 2, "behind": 3, "times": 4, "few": 1}


def _lazy(module: Any) -> dict[str, Any]:
    return {name: module.from_pandas(frame, npartitions=COUNTS[name]) for name, frame in _data().items()}


def check_divisions(frame: Any) -> None:
    """What divisions promise is looked up in the rows."""
    assert frame.known_divisions
    divisions = frame.divisions
    assert len(divisions) == frame.npartitions + 1
    for number in range(frame.npartitions):
        part = frame.get_partition(number).compute()
        labels = part if isinstance(part, pd.Index) else part.index
        last = number == frame.npartitions - 1
        assert (labels >= divisions[number]).all()
        assert (labels <= divisions[-1]).all() if last else (labels < divisions[number + 1]).all()


HOW = ["inner", "left", "right", "outer"]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("other", ["a", "b", "twice", "behind", "few"])
@pytest.mark.parametrize("first", ["a", "b", "twice", "few"])
def test_joins_by_index_begin_where_either_side_does(first: str, other: str, how: Any) -> None:
    data, ours, theirs = _data(), _lazy(dd), _lazy(dask_dd)
    by: dict[str, Any] = {"left_index": True, "right_index": True, "how": how}
    got = ours[first].merge(ours[other], **by)
    assert got.divisions == theirs[first].merge(theirs[other], **by).divisions
    check_divisions(got)
    assert_same(got, data[first].merge(data[other], **by))
    joined = ours[first].add_prefix("own_").join(ours[other], how=how)
    assert joined.divisions == got.divisions
    assert_same(joined, data[first].add_prefix("own_").join(data[other], how=how))


@pytest.mark.parametrize("how", HOW)
def test_joins_of_sorted_rows_find_their_divisions_later(how: Any, regime: str) -> None:
    """What set_index() sorts has divisions that are not computed before someone asks."""
    data = _data()
    left, right = data["a"].assign(k=data["a"].x * 3 + data["a"].index % 4), data["b"].assign(k=data["b"].index // 2)
    wanted = left.set_index("k").sort_index(kind="stable").join(right.set_index("k").sort_index(kind="stable"), how=how)
    sides = [dd.from_pandas(frame, npartitions=4).set_index("k") for frame in (left, right)]
    for pair in (sides, [sides[0], dd.from_pandas(right.set_index("k"), npartitions=3)]):
        got = pair[0].join(pair[1], how=how)
        assert_same(got, wanted)
        check_divisions(got)


@pytest.mark.parametrize("how", HOW)
def test_joins_of_partitions_whose_rows_were_moved(how: Any) -> None:
    """A function may leave the rows of a partition in any order: divisions are what they were."""
    moved = [
        frames["a"].map_partitions(lambda part: part.sort_values("y"), meta=_data()["a"].iloc[:0])
        for frames in (_lazy(dd), _lazy(dask_dd))
    ]
    got = moved[0].join(_lazy(dd)["twice"], how=how)
    theirs = moved[1].join(_lazy(dask_dd)["twice"], how=how).compute()
    check_divisions(got)
    assert_same(got.compute().sort_index(kind="stable"), theirs.sort_index(kind="stable"))
    assert_same(got.loc[7:9].sort_values(["y", "w"]), theirs.sort_index().loc[7:9].sort_values(["y", "w"]))
    with_itself = moved[0].join(moved[0], how=how, rsuffix="_again")
    check_divisions(with_itself)
    assert with_itself.x.sum().compute() == with_itself.x_again.sum().compute() == _data()["a"].x.sum()
    more = moved[0].repartition(npartitions=7)
    check_divisions(more)
    assert len(more) == 40


@pytest.mark.parametrize("how", HOW)
def test_joins_of_one_label(how: Any) -> None:
    one = pd.DataFrame({"x": [1, 2]}, index=[5, 5])
    got = dd.from_pandas(one, npartitions=1).join(dd.from_pandas(one, npartitions=1), how=how, rsuffix="_r")
    check_divisions(got)
    assert_same(got, one.join(one, how=how, rsuffix="_r"))


def test_indexes_of_two_types_are_joined_without_divisions() -> None:
    data = _data()
    numbers, fractions = data["a"], data["b"].set_index(data["b"].index + 0.5)
    got = dd.from_pandas(numbers, npartitions=3).join(dd.from_pandas(fractions, npartitions=2), how="outer")
    assert not got.known_divisions
    assert_same(got, numbers.join(fractions, how="outer"))


def test_joins_with_pandas_objects_keep_divisions() -> None:
    data, ours = _data(), _lazy(dd)
    got = ours["a"].join(data["few"])
    assert got.divisions == ours["a"].divisions
    assert_same(got, data["a"].join(data["few"]))


STEPS: dict[str, Callable[[dict[str, Any], Any], Any]] = {
    "side by side": lambda f, m: m.concat([f["a"], f["b"]], axis=1),
    "side by side, inner": lambda f, m: m.concat([f["a"], f["b"]], axis=1, join="inner"),
    "series side by side": lambda f, m: m.concat([f["a"].x, f["b"].z], axis=1),
    "columns of one frame": lambda f, m: m.concat([f["a"].x, f["a"].y], axis=1),
    "below": lambda f, m: m.concat([f["a"], f["behind"]]),
    "below, overlapping": lambda f, m: m.concat([f["a"], f["b"]], interleave_partitions=True),
    "below, unordered": lambda f, m: m.concat([f["a"], f["b"]]),
    "below, behind": lambda f, m: m.concat([f["behind"], f["a"]]),
    "slice of labels": lambda f, m: f["a"].loc[5:25],
    "labels up to": lambda f, m: f["a"].loc[:12],
    "labels from": lambda f, m: f["a"].loc[12:],
    "a label": lambda f, m: f["a"].loc[12],
    "times": lambda f, m: f["times"].loc["2024-01-03":"2024-01-12"],
    "a column of labels": lambda f, m: f["a"].loc[5:25, "x"],
    "a mask": lambda f, m: f["a"].loc[f["a"].x > 2],
    "divisions that are said": lambda f, m: f["a"].assign(k=f["a"].y).set_index("k", divisions=[-3, 0, 1, 3]),
    "fewer partitions": lambda f, m: f["a"].repartition(npartitions=2),
    "given divisions": lambda f, m: f["a"].repartition(divisions=[0, 15, 39]),
    "by time": lambda f, m: f["times"].repartition(freq="7D"),
    "a function of partitions": lambda f, m: f["a"].map_partitions(lambda part: part[part.x > 1]),
    "a function that clears": lambda f, m: f["a"].map_partitions(lambda part: part, clear_divisions=True),
    "numbered anew": lambda f, m: f["a"].reset_index(),
    "groups": lambda f, m: f["a"].groupby("x").y.sum(),
    "rows of groups added up": lambda f, m: f["a"].groupby("x").y.cumsum(),
    "arithmetic": lambda f, m: f["a"].x + f["b"].z,
    "arithmetic of frames": lambda f, m: f["a"][["x"]] + f["b"],
    "the first that are there": lambda f, m: f["a"].combine_first(f["b"]),
    "aligned": lambda f, m: f["a"].align(f["b"])[0],
    "running": lambda f, m: f["a"].y.cumsum(),
    "moved down": lambda f, m: f["a"].shift(1),
    "moved in time": lambda f, m: f["times"].shift(2, freq="D"),
    "lists": lambda f, m: f["a"].explode("x"),
    "sorted": lambda f, m: f["a"].sort_values("y"),
    "mapped labels": lambda f, m: f["a"].index.map(lambda label: -label),
    "years": lambda f, m: f["times"].index.year,
    "over neighbours": lambda f, m: f["a"].map_overlap(lambda part: part, 1, 0),
    "kept": lambda f, m: f["a"][f["a"].x > 2].persist(),
    "text before labels": lambda f, m: f["a"].add_prefix("p_"),
    "rows of conditions": lambda f, m: f["a"].query("x > 2").dropna().fillna(0).rename(columns={"x": "z"}),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_divisions_behind_steps_are_those_of_dask(step: Callable[[dict[str, Any], Any], Any]) -> None:
    got, theirs = step(_lazy(dd), dd), step(_lazy(dask_dd), dask_dd)
    assert got.known_divisions == theirs.known_divisions
    if got.known_divisions:
        assert got.divisions == theirs.divisions
        check_divisions(got)


def test_interleaved_partitions_hold_the_rows_of_all(regime: str) -> None:
    ours, theirs = _lazy(dd), _lazy(dask_dd)
    got = dd.concat([ours["a"], ours["b"], ours["twice"]], interleave_partitions=True)
    assert_same(got, dask_dd.concat([theirs["a"], theirs["b"], theirs["twice"]], interleave_partitions=True).compute())
    check_divisions(got)


def test_filters_and_copies_keep_divisions_that_are_not_found_yet() -> None:
    frame = _lazy(dd)["a"].set_index("y")
    assert frame[frame.x > 2].divisions == frame.divisions
    assert pickle.loads(pickle.dumps(frame[frame.x > 2])).divisions == frame.divisions
    some = frame.partitions[1:3]
    assert some.divisions == frame.divisions[1:4]
    check_divisions(some)
    assert not frame.partitions[[2, 0]].known_divisions
    kept = frame.persist()
    check_divisions(kept)
    assert kept.divisions == frame.divisions


LABELS: dict[str, Callable[[Any], Any]] = {
    "sum": lambda index: index + 1,
    "product": lambda index: 2 * index,
    "negated": lambda index: -index,
    "remainder": lambda index: index % 3,
    "text": lambda index: index.map(str),
}


@pytest.mark.parametrize("make", LABELS.values(), ids=LABELS)
def test_labels_computed_with_are_labels(make: Callable[[Any], Any]) -> None:
    data, frame = _data()["a"], _lazy(dd)["a"]
    made = make(frame.index)
    assert isinstance(made, dd.Index)
    pd.testing.assert_index_equal(made.compute(), make(data.index), exact="equiv")
    assert_same(frame.assign(k=made), data.assign(k=make(data.index)))


def test_parts_of_times_are_labels() -> None:
    data, frame = _data()["times"], _lazy(dd)["times"]
    makers: list[Callable[[Any], Any]] = [lambda i: i.day, lambda i: i.month_name(), lambda i: i.floor("2D")]
    for make in makers:
        assert_same(make(frame.index), make(data.index))
        assert_same(frame.assign(k=make(frame.index)), data.assign(k=make(data.index)))
    assert_same(frame[frame.index.day > 10], data[data.index.day > 10])
    assert_same(frame.groupby(frame.index.dayofweek).v.sum(), data.groupby(data.index.dayofweek).v.sum())


def test_text_before_and_behind_the_labels_of_a_series() -> None:
    data, series = _data()["a"].x, _lazy(dd)["a"].x
    assert_same(series.add_prefix("p_"), data.add_prefix("p_"))
    assert_same(series.add_suffix("_s"), data.add_suffix("_s"))


def test_divisions_of_files_are_looked_up_where_asked_for(tmp_path: Path) -> None:
    data = _data()["a"].rename_axis("label")
    dask_dd.from_pandas(data, npartitions=4).to_parquet(tmp_path / "ordered")
    ours, theirs = (module.read_parquet(tmp_path / "ordered", calculate_divisions=True) for module in (dd, dask_dd))
    assert ours.divisions == theirs.divisions
    check_divisions(ours)
    assert ours.loc[5:12].npartitions == 2
    assert_same(ours.join(ours, rsuffix="_r"), data.join(data, rsuffix="_r"))
    assert not dd.read_parquet(tmp_path / "ordered").known_divisions
    for name, second in (("overlapping", 5), ("touching", 9), ("before", -20)):
        (tmp_path / name).mkdir()
        for number, start in enumerate((0, second)):
            part = pd.DataFrame({"x": range(10)}, index=pd.Index(range(start, start + 10), name="label"))
            part.set_axis(pd.Index(list(part.index), name="label")).to_parquet(tmp_path / name / f"{number}.parquet")
        assert not dd.read_parquet(tmp_path / name, index="label", calculate_divisions=True).known_divisions
