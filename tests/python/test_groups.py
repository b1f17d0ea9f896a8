"""Groups whose rows pandas has to see: whole groups in partitions, in pandas' order, and rows picked by their place."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
import treadle.config
import treadle.dataframe as dd
from frames import assert_same, generated
from pandas.testing import assert_frame_equal, assert_series_equal

Case = Callable[[Any], Any]


def prepared() -> pd.DataFrame:
    data = generated(700, seed=5)
    data["i"] = data.a.astype("int32")
    return data


def by_appearance(d: Any, key: Any, **options: Any) -> Any:
    return d.groupby(key, sort=False, **options)


def without_keys(d: Any, key: Any, **options: Any) -> Any:
    return d.groupby(key, group_keys=False, **options)


BY_PANDAS: dict[str, Case] = {
    "by appearance": lambda d: by_appearance(d, "a")[["b", "i"]].apply(lambda g: g.nlargest(2, "b")),
    "aggregate by appearance": lambda d: by_appearance(d, "c").b.agg(lambda s: s.iloc[0]),
    "missing keys by appearance": lambda d: by_appearance(d, "c", dropna=False).b.skew(),
    "missing keys": lambda d: d.groupby("c", dropna=False).b.skew(),
    "same labels": lambda d: without_keys(d, "c").b.apply(lambda s: s - s.mean()),
    "same labels of frames": lambda d: without_keys(d, "k")[["a", "b"]].apply(lambda g: g - g.mean()),
    "other labels": lambda d: without_keys(d, "k")[["a", "b"]].apply(lambda g: g.nlargest(2, "b")),
    "other labels by appearance": lambda d: without_keys(d, "a", sort=False)[["a", "b"]].apply(
        lambda g: g.nlargest(2, "b")
    ),
    "values without keys": lambda d: without_keys(d, "k").b.apply(lambda s: s.max()),
    "groups that a function chooses": lambda d: d.groupby("a").filter(lambda g: g.b.mean() > 0),
    "values that a function chooses": lambda d: d.groupby("c").b.filter(lambda s: s.mean() > 0.01),
    "groups that are not chosen": lambda d: d[["a", "b"]].groupby("a").filter(lambda g: g.b.mean() > 0, dropna=False),
    "correlations": lambda d: d.groupby("k")[["a", "b"]].corr(),
    "counts of values": lambda d: d.groupby("k").a.value_counts(),
    "in order": lambda d: d.groupby("k").t.is_monotonic_increasing,
    "categories": lambda d: (
        d.assign(g=d.k.astype(pd.CategoricalDtype(["r", "z", "p", "q"])))
        .groupby("g", observed=False)
        .b.transform(lambda s: s - s.mean())
    ),
    "a key among the values": lambda d: d.groupby("k")[["k", "b"]].apply(lambda g: g.k.iloc[0] + str(len(g))),
}
NATIVE: dict[str, Case] = {
    "first rows": lambda d: d.groupby("c").head(3),
    "all but the last rows": lambda d: d.groupby("c").head(-30),
    "last rows": lambda d: d.groupby("k").tail(3),
    "all but the first rows": lambda d: d.groupby("k").tail(-300),
    "last values": lambda d: d.groupby("k").b.tail(),
    "first rows of some columns": lambda d: d.groupby(["k", "c"])[["b"]].head(),
    "no first rows": lambda d: d.groupby("k").head(0),
    "no last rows": lambda d: d.groupby("k").tail(0),
    "a row": lambda d: d.groupby("k").nth(3),
    "the last row": lambda d: d.groupby("c").nth(-1),
    "some rows": lambda d: d.groupby("c").nth([0, -2]),
    "every third row": lambda d: d.groupby("c").nth(slice(1, 20, 3)),
    "rows from the end": lambda d: d.groupby("c").nth([slice(-4, -2), 0]),
    "number of the group": lambda d: d.groupby("c").ngroup(),
    "number of the group backward": lambda d: d.groupby(["k", "a"]).ngroup(ascending=False),
    "number of the group by appearance": lambda d: d.groupby("a", sort=False).ngroup(),
    "any": lambda d: d.assign(f=d.a > 48).groupby("k").f.any(),
    "all": lambda d: d.assign(f=d.a >= 0).groupby("k").f.all(),
    "shift and fill": lambda d: d.a.shift(3, fill_value=-1),
    "shift and fill text": lambda d: d.c.shift(-3, fill_value="gone"),
    "shift and fill a frame": lambda d: d[["a", "b"]].shift(3, fill_value=0),
    "shift and fill times": lambda d: d.t.shift(3, fill_value=pd.Timestamp(0)),
    "shift and fill groups": lambda d: d.groupby("k").a.shift(2, fill_value=0),
    "shift and fill groups upward": lambda d: d.groupby("k")[["a", "b"]].shift(-2, fill_value=0),
    "shift and fill groups with missing keys": lambda d: d.groupby("c")[["b", "i"]].shift(1, fill_value=0),
    "mean by appearance": lambda d: d.groupby("a", sort=False).b.mean(),
}


@pytest.mark.parametrize("case", BY_PANDAS)
def test_pandas_sees_whole_groups(case: str, regime: str) -> None:
    data = prepared()
    lazy = BY_PANDAS[case](dd.from_pandas(data, npartitions=4))
    assert "all rows at once" not in lazy.explain()
    assert_same(lazy, BY_PANDAS[case](data))


@pytest.mark.parametrize("case", NATIVE)
def test_rows_of_groups_are_picked_by_the_core(case: str, regime: str) -> None:
    data = prepared()
    lazy = NATIVE[case](dd.from_pandas(data, npartitions=4))
    assert "python" not in lazy.explain()
    assert_same(lazy, NATIVE[case](data))


def objects() -> pd.DataFrame:
    """Keys of equal objects whose pickles differ, and of different ones."""
    data = prepared()
    data["o"] = pd.Series([Decimal(int(v)) if i % 3 else int(v) for i, v in enumerate(data.a)], dtype=object)
    data["p"] = pd.Series([int(v % 5) if v % 11 else np.nan for v in data.a], dtype=object)
    return data


OBJECTS: dict[str, Case] = {
    "sum": lambda d: d.groupby("o").b.sum(),
    "sum by appearance": lambda d: d.groupby("o", sort=False).b.sum(),
    "aggregates": lambda d: d.groupby("o").agg({"b": ["sum", "max"], "c": "first"}),
    "apply": lambda d: d.groupby("o").b.apply(lambda s: s.max()),
    "apply by appearance": lambda d: d.groupby("o", sort=False).b.apply(lambda s: s.max()),
    "two keys": lambda d: d.groupby(["o", "k"]).b.sum(),
    "mean beside rows": lambda d: d.groupby("p").b.transform("mean"),
    "function beside rows": lambda d: d.groupby("p").b.transform(lambda s: s - s.mean()),
    "running sum": lambda d: d.groupby("p").b.cumsum(),
    "first rows": lambda d: d.groupby("p")[["a", "b"]].head(2),
}


@pytest.mark.parametrize("case", OBJECTS)
def test_keys_may_be_objects(case: str, regime: str) -> None:
    data = objects()
    lazy = OBJECTS[case](dd.from_pandas(data, npartitions=4))
    whole = [line for line in lazy.explain().splitlines() if "all rows at once" in line]
    assert all("number different objects" in line for line in whole)
    got, wanted = lazy.compute(), OBJECTS[case](data)
    if case in ("sum", "aggregates", "apply", "sum by appearance", "apply by appearance"):
        # pandas finds a type of its own for labels that are objects.
        got.index, wanted.index = pd.Index(list(got.index), name="o"), pd.Index(list(wanted.index), name="o")
    if case == "two keys":
        got, wanted = got.reset_index(drop=True), wanted.reset_index(drop=True)
    (assert_frame_equal if isinstance(wanted, pd.DataFrame) else assert_series_equal)(got, wanted)


def test_values_that_are_objects_are_counted(regime: str) -> None:
    data = objects()
    lazy = dd.from_pandas(data, npartitions=4)
    for options in ({}, {"normalize": True}, {"ascending": True}, {"dropna": False}):
        got, wanted = lazy.p.value_counts(**options).compute(), data.p.value_counts(**options)
        assert got.sort_index().tolist() == wanted.sort_index().tolist()
        assert got.index.isna().sum() == wanted.index.isna().sum()
        assert got.tolist() == wanted.tolist()
    assert sorted(map(int, lazy.o.value_counts().compute().index)) == sorted(set(data.a))


def test_groups_go_through_little_memory_without_being_brought_together(tmp_path: Any) -> None:
    rows = 300_000
    data = pd.DataFrame({"k": np.arange(rows) % 5000, "y": np.random.default_rng(1).normal(size=rows)})
    data.to_parquet(tmp_path / "rows.parquet", row_group_size=20_000)
    lazy = dd.read_parquet(str(tmp_path / "rows.parquet"), blocksize="500 kB")
    sizes: list[int] = []

    def spread(group: pd.DataFrame) -> float:
        sizes.append(len(group))
        return float(group.y.max() - group.y.min())

    with treadle.config.set(working_memory="8 MiB", num_workers=2):
        got = lazy.groupby("k", sort=False)[["y"]].apply(spread, meta=("y", "float64")).compute()
    wanted = data.groupby("k", sort=False)[["y"]].apply(lambda g: float(g.y.max() - g.y.min()))
    assert got.index.equals(wanted.index)
    assert np.allclose(got, wanted)
    assert max(sizes) == 60


def test_what_groups_do_not_have_is_said() -> None:
    lazy = dd.from_pandas(prepared(), npartitions=2)
    with pytest.raises(NotImplementedError, match=r"nth\(dropna=\)"):
        lazy.groupby("k").nth(0, dropna="any")
    with pytest.raises(ValueError, match="positive step"):
        _ = lazy.groupby("k").nth[::-1]
    with pytest.raises(TypeError, match="nth: expected an integer"):
        lazy.groupby("k").nth("first")
    with pytest.raises(TypeError, match="filter function returned a str"):
        lazy.groupby("k").filter(lambda g: "yes").compute()
    with pytest.raises(NotImplementedError, match=r"groups have no boxplot yet; use apply\(\)"):
        lazy.groupby("k").boxplot()


@pytest.mark.parametrize("keys", [["k", "c"], ["c", "k", "b"], ["c", "t"], ["s", "c", "d"], ["d", "c"]], ids="-".join)
def test_categories_beside_other_keys_need_no_python(keys: list[str], regime: str) -> None:
    chance = np.random.default_rng(7)
    rows = 90
    data = pd.DataFrame(
        {
            "k": chance.choice(["p", "q", "r"], rows),
            "s": pd.array([None if value > 3 else f"s{value}" for value in chance.integers(0, 5, rows)], dtype="str"),
            "b": chance.random(rows) < 0.2,
            "t": pd.Series(pd.date_range("2024-01-01", periods=rows, freq="9h").floor("D")).mask(
                chance.random(rows) < 0.2
            ),
            "c": pd.Categorical.from_codes(chance.integers(-1, 3, rows), ["lo", "mid", "hi", "never"]),
            "d": pd.Categorical.from_codes(chance.integers(0, 2, rows), ["x", "y"], ordered=True),
            "v": chance.normal(size=rows),
        }
    )
    for some in (data, data[data.v > 1.3]):
        groups = dd.from_pandas(some, npartitions=3).groupby(keys, observed=False)
        wanted = some.groupby(keys, observed=False)
        for got, expected in [
            (groups.v.sum(), wanted.v.sum()),
            (groups.size(), wanted.size()),
            (groups.agg({"v": ["mean", "count"]}), wanted.agg({"v": ["mean", "count"]})),
        ]:
            assert_same(got, expected)
            assert "python" not in got.explain()


def test_partitions_without_a_key_have_missing_values() -> None:
    data = generated(60).assign(u=np.arange(60, dtype="uint8"))
    data["c"] = pd.Categorical(data.c.where(data.index >= 20), ["zz", "y", "x", "w"])
    lazy = dd.from_pandas(data, npartitions=3)
    for observed in (True, False):
        got, wanted = (frame.groupby("c", observed=observed) for frame in (lazy, data))
        assert_same(got.b.transform(lambda s: s.max()), wanted.b.transform(lambda s: s.max()))
        assert_same(got.u.cumsum(), wanted.u.cumsum())


SPLIT: dict[str, Any] = {
    "sum": lambda d, **out: d.groupby("a").b.sum(**out),
    "sum by appearance": lambda d, **out: by_appearance(d, "a").b.sum(**out),
    "several": lambda d, **out: d.groupby(["a", "k"]).agg({"b": ["sum", "mean"]}, **out),
    "size": lambda d, **out: d.groupby("k").size(**out),
    "keys as columns": lambda d, **out: d.groupby("a", as_index=False).b.max(**out),
    "median": lambda d, **out: d.groupby("a").b.median(**out),
    "by pandas": lambda d, **out: d.groupby("a").b.skew(**out),
    "one's own": lambda d, **out: d.groupby("a").b.agg(lambda s: s.iloc[0], **out),
    "different rows": lambda d, **out: d.drop_duplicates("a", **out),
    "different values": lambda d, **out: d.a.drop_duplicates(**out),
    "counts": lambda d, **out: d.a.value_counts(**out).sort_index(),
}


@pytest.mark.parametrize("split_out", [1, 3, 70, True])
@pytest.mark.parametrize("call", SPLIT.values(), ids=SPLIT)
def test_groups_come_in_as_many_partitions_as_asked_for(call: Any, split_out: Any) -> None:
    data = generated(700, seed=6)
    lazy = dd.from_pandas(data, npartitions=4)
    got = call(lazy, split_out=split_out)
    assert got.npartitions == (4 if split_out is True else split_out)
    assert_same(got, call(data))
    assert sum(len(part) for part in got.partitions) == len(call(data))


def test_different_values_come_in_as_many_partitions_as_asked_for() -> None:
    lazy = dd.from_pandas(generated(100), npartitions=4)
    assert lazy.a.unique(split_out=3).npartitions == lazy.set_index("a").index.unique(split_out=3).npartitions == 3
    assert lazy[["k", "c"]].value_counts(split_out=2).npartitions == 2
    for wrong in (0, -1, 2.5, "2"):
        with pytest.raises(ValueError, match="split_out"):
            lazy.groupby("k").a.sum(split_out=wrong)


def _range(groups: Any, times: int) -> Any:
    return (groups.max() - groups.min()) * times


@pytest.mark.parametrize("keys", ["a", "c", ["k", "a"]], ids=str)
def test_groups_are_counted(keys: Any) -> None:
    data = generated(700, seed=6)
    got, wanted = dd.from_pandas(data, npartitions=4).groupby(keys), data.groupby(keys)
    assert got.ngroups == len(got) == wanted.ngroups
    assert got.ndim == 2
    assert got.b.ndim == 1
    assert len(dd.from_pandas(data, npartitions=4).groupby(keys, as_index=False)) == wanted.ngroups
    assert_same(
        got.b.pipe(lambda groups, more: groups.max() - groups.min() + more, 1), wanted.b.max() - wanted.b.min() + 1
    )
    with pytest.raises(NotImplementedError, match="get_group"):
        list(got)


TOGETHER: dict[str, Case] = {
    "quotient": lambda d: d.groupby(["a", "k"]).b.sum() / d.groupby(["a", "k"]).b.count(),
    "of frames": lambda d: d.groupby(["a", "k"])[["b", "i"]].max() - d.groupby(["a", "k"])[["b", "i"]].min(),
    "of some rows": lambda d: d[d.b > 1].groupby(["a", "k"]).b.sum() / d.groupby(["a", "k"]).b.sum(),
    "of overlapping rows": lambda d: d[d.a > 10].groupby(["k", "a"]).b.sum() + d[d.a < 30].groupby(["k", "a"]).b.sum(),
    "joined": lambda d: d.groupby(["a", "k"])[["b"]].sum().join(d.groupby(["a", "k"])[["i"]].max()),
    "compared": lambda d: d.groupby(["a", "k"]).b.sum() > d.groupby(["a", "k"]).i.max(),
    "a column": lambda d: d.groupby(["a", "k"]).agg({"b": "sum"}).assign(n=d.groupby(["a", "k"]).size()),
}


@pytest.mark.parametrize("case", TOGETHER.values(), ids=TOGETHER)
def test_groups_by_several_keys_find_each_other(case: Case, regime: str) -> None:
    data = prepared()
    assert_same(case(dd.from_pandas(data, npartitions=4)), case(data))
