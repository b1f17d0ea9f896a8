"""Frames do what pandas does: the same function over a pandas frame and a lazy one."""

from collections.abc import Callable
from typing import Any

import dask.dataframe as dask_frames
import pandas as pd
import pytest
import treadle.dataframe as dd
from frames import assert_same, generated

OTHER = pd.DataFrame({"k": ["p", "q", "s"], "v": [1, 2, 3]})
Case = Callable[[Any], Any]

# Done under every engine, number of threads and size of memory.
EVERYWHERE: dict[str, Case] = {
    "filter": lambda d: d[(d.a > 25) & ~(d.b > 0)],
    "arithmetic": lambda d: d.a * 2 + d.b / 3,
    "assign": lambda d: d.assign(z=lambda x: x.a + 1)[d.b > 0],
    "sum": lambda d: d.a.sum(),
    "reduce frame": lambda d: d[["a", "b"]].mean(),
    "group mean": lambda d: d.groupby("k").b.mean(),
    "group two keys": lambda d: d.groupby(["k", "c"])[["a", "b"]].sum(),
    "group transform": lambda d: d.groupby("k").b.transform("mean"),
    "sort": lambda d: d.sort_values(["k", "b"], ascending=[False, True]),
    "merge": lambda d: d.merge(OTHER, on="k", how="left"),
    "python": lambda d: d.c.str.upper(),
    "cumsum": lambda d: d.a.cumsum(),
    "drop duplicates": lambda d: d.drop_duplicates("k"),
}

CASES: dict[str, Case] = {
    "itself": lambda d: d,
    "division by zero": lambda d: d.a / (d.a - 10),
    "floor division": lambda d: d.a // 7,
    "modulo": lambda d: d.a % 7,
    "floor division by zero": lambda d: d.a // 0,
    "floor division of small integers by zero": lambda d: d.a.astype("int32") // (d.a % 3).astype("int8"),
    "modulo by zero": lambda d: d.a % (d.a % 3),
    "power": lambda d: d.b**2,
    "reversed": lambda d: 1 - d.b,
    "negative": lambda d: -d.a,
    "not equal": lambda d: d[d.b != 0],
    "constant column": lambda d: d.assign(w="u", z=1.5, y=True),
    "isna": lambda d: d.isna(),
    "fillna": lambda d: d.b.fillna(0),
    "fillna by column": lambda d: d.fillna({"b": 1.5, "c": "none"}),
    "dropna": lambda d: d.dropna(),
    "dropna all": lambda d: d[["b", "c"]].dropna(how="all"),
    "isin": lambda d: d[d.c.isin(["x", "y"])],
    "between": lambda d: d[d.a.between(3, 7)],
    "where": lambda d: d.b.where(d.b > 0, 0),
    "where missing": lambda d: d.b.where(d.b > 0),
    "mask": lambda d: d.a.mask(d.a > 10, -1),
    "clip": lambda d: d.b.clip(-1, 1),
    "round": lambda d: d.b.round(1),
    "abs": lambda d: d.b.abs(),
    "to float": lambda d: d.a.astype(float),
    "to text": lambda d: d.a.astype(str),
    "to types": lambda d: d.astype({"a": "int32", "b": "float32"}),
    "rename": lambda d: d.rename(columns={"a": "A"}),
    "drop": lambda d: d.drop(columns=["a"]),
    "prefix": lambda d: d.add_prefix("x_"),
    "one column": lambda d: d["b"],
    "several columns": lambda d: d[["b", "a"]],
    "lower": lambda d: d.c.str.lower(),
    "text length": lambda d: d.k.str.len(),
    "contains": lambda d: d.c.str.contains("z"),
    "starts with": lambda d: d[d.c.str.startswith("z")],
    "text sum": lambda d: d.c.fillna("?") + "!",
    "text replace": lambda d: d.c.str.replace("z", "Z"),
    "text slice": lambda d: d.c.str[0],
    "hour": lambda d: d.t.dt.hour,
    "day of week": lambda d: d.t.dt.day_of_week,
    "day name": lambda d: d.t.dt.day_name(),
    "floor of a time": lambda d: d.t.dt.floor("D"),
    "after a time": lambda d: d[d.t > "2020-02-01"],
    "difference of times": lambda d: d.t - pd.Timestamp("2020-01-01"),
    "mean": lambda d: d.b.mean(),
    "standard deviation": lambda d: d.b.std(),
    "variance": lambda d: d.b.var(ddof=0),
    "median": lambda d: d.b.median(),
    "latest time": lambda d: d.t.max(),
    "count": lambda d: d.b.count(),
    "distinct values": lambda d: d.c.nunique(),
    "any": lambda d: (d.a > 48).any(),
    "all": lambda d: (d.a >= 0).all(),
    "product": lambda d: d.b.head(20).prod() if isinstance(d, pd.DataFrame) else d.b.head(20, compute=False).prod(),
    "counts": lambda d: d.count(),
    "numeric means": lambda d: d.mean(numeric_only=True),
    "distinct counts": lambda d: d.nunique(),
    "group agg by dict": lambda d: d.groupby("k").agg({"a": ["sum", "mean"], "b": "max"}),
    "group agg named": lambda d: d.groupby("k").agg(s=("a", "sum"), m=("b", "std")),
    "group agg list": lambda d: d.groupby("k").b.agg(["min", "count"]),
    "group size": lambda d: d.groupby("k").size(),
    "group first": lambda d: d.groupby("k").first(),
    "group last": lambda d: d.groupby("k").last(),
    "group distinct": lambda d: d.groupby("k").c.nunique(),
    "group median": lambda d: d.groupby("k").b.median(),
    "group with missing keys": lambda d: d.groupby("c").a.sum(),
    "group keeping missing keys": lambda d: d.groupby("c", dropna=False).a.sum(),
    "group unsorted": lambda d: d.groupby("k", sort=False).a.sum(),
    "group by a computed key": lambda d: d.groupby(d.a % 5).b.mean(),
    "group apply": lambda d: d.groupby("k").b.apply(lambda s: s.max() - s.min()),
    "group cumsum": lambda d: d.groupby("k").a.cumsum(),
    "group then reset": lambda d: d.groupby("k").b.mean().reset_index(),
    "value counts": lambda d: d.k.value_counts(),
    "value shares": lambda d: d.c.value_counts(normalize=True),
    "value counts of columns": lambda d: d[["k", "c"]].value_counts(),
    "value counts of columns, of some": lambda d: d.value_counts(["k"]),
    "value counts of columns, of one": lambda d: d.value_counts("c", dropna=False, ascending=True),
    "value shares of columns": lambda d: d[["k", "c"]].value_counts(normalize=True, sort=False),
    "between lazy times": lambda d: d.t.between(d.t.min(), d.t.max()),
    "times where lazy ones are not": lambda d: d.t.where(d.b > 0, d.t.max()),
    "describe": lambda d: d.describe(),
    "quantile": lambda d: d.b.quantile(0.3),
    "largest rows": lambda d: d.nlargest(5, "b"),
    "largest values": lambda d: d.b.nlargest(5),
    "sort one": lambda d: d.sort_values("b"),
    "sort missing first": lambda d: d.sort_values("b", na_position="first"),
    "set index": lambda d: d.set_index("b").sort_index() if isinstance(d, pd.DataFrame) else d.set_index("b"),
    "labels": lambda d: d.loc[5:100],
    "labels and columns": lambda d: d.loc[d.a > 40, ["a", "b"]],
    "one label": lambda d: d.loc[[7, 9]],
    "length": len,
    "head": lambda d: d.head(3),
    "tail": lambda d: d.tail(3),
    "map by mapping": lambda d: d.k.map({"p": 1, "q": 2, "r": 3}),
    "map by function": lambda d: d.a.map(lambda value: value + 1),
    "shift": lambda d: d.b.shift(1),
    "forward fill": lambda d: d.b.ffill(),
    "difference to mean": lambda d: d.b - d.b.mean(),
    "share of sum": lambda d: d.a / d.a.sum(),
    "merge inner": lambda d: d.merge(OTHER, on="k"),
    "merge outer": lambda d: d.merge(OTHER, on="k", how="outer"),
    "merge right": lambda d: d.merge(OTHER, on="k", how="right"),
    "merge other names": lambda d: d.merge(OTHER.rename(columns={"k": "kk"}), left_on="k", right_on="kk"),
    "merge same names": lambda d: d.merge(OTHER.assign(a=1), on="k", suffixes=("_l", "_r")),
    "merge of an index and a key of both": lambda d: d.merge(
        OTHER.assign(a=[1, 7, 900]), left_index=True, right_on="a", how="left"
    ),
    "join": lambda d: d.join(OTHER.set_index("k"), on="k"),
    "query": lambda d: d.query("a > 3 and b < 0"),
    "correlation": lambda d: d[["a", "b"]].corr(),
    "index": lambda d: d.index,
    "melt": lambda d: d.melt(id_vars=["k"], value_vars=["a"]),
    "rows by a function of rows": lambda d: d[["a", "b"]].apply(lambda row: row.a + row.b, axis=1),
    "sum over columns": lambda d: d[["a", "b"]].sum(axis=1),
    "select types": lambda d: d.select_dtypes("number"),
    "frame arithmetic": lambda d: d[["a", "b"]] * 2 + d[["a", "b"]],
}


@pytest.mark.parametrize("case", EVERYWHERE)
def test_a_case_under_each_regime(case: str, regime: str) -> None:
    data = generated()
    assert_same(EVERYWHERE[case](dd.from_pandas(data, npartitions=3)), EVERYWHERE[case](data))


@pytest.mark.parametrize("case", CASES)
def test_a_case(case: str) -> None:
    data = generated()
    assert_same(CASES[case](dd.from_pandas(data, npartitions=3)), CASES[case](data))


def test_concat_puts_frames_below_each_other() -> None:
    data = generated()
    lazy = dd.from_pandas(data, npartitions=2)
    assert_same(dd.concat([lazy, lazy[lazy.a > 3]]), pd.concat([data, data[data.a > 3]]))
    wider = data.assign(extra=1.5).drop(columns="a")
    assert_same(dd.concat([lazy, dd.from_pandas(wider, npartitions=1)]), pd.concat([data, wider]))


def test_categories_are_found_by_computing() -> None:
    data = generated()
    lazy = dd.from_pandas(data, npartitions=2).k.astype("category")
    assert not lazy.cat.known
    with pytest.raises(NotImplementedError, match="as_known"):
        _ = lazy.cat.categories
    known = lazy.cat.as_known()
    assert list(known.cat.categories) == ["p", "q", "r"]
    assert_same(known.cat.codes, data.k.astype("category").cat.codes.rename(None))
    assert_same(known, data.k.astype("category"))


def test_assignment_changes_the_frame_and_not_its_copy() -> None:
    data = generated()
    lazy = dd.from_pandas(data, npartitions=2)
    other = lazy.copy()
    lazy["z"] = lazy.a * 2
    lazy["c"] = lazy.c.str.upper()
    del lazy["k"]
    wanted = data.assign(z=data.a * 2, c=data.c.str.upper()).drop(columns="k")
    assert_same(lazy, wanted)
    assert_same(other, data)


def test_work_that_only_pandas_can_do_is_marked_in_the_plan() -> None:
    lazy = dd.from_pandas(generated(), npartitions=2)
    assert "python: str.upper" in lazy.c.str.upper().explain()
    assert "python" not in lazy[lazy.a > 3].groupby("k").b.mean().explain()


def test_nothing_runs_before_compute() -> None:
    calls = []

    def seen(part: pd.DataFrame) -> pd.DataFrame:
        calls.append(len(part))
        return part

    lazy = dd.from_pandas(generated(), npartitions=3)
    mapped = lazy.map_partitions(seen, meta=lazy)
    repr(mapped), mapped.dtypes, mapped.npartitions, mapped[mapped.a > 1]
    assert calls == []
    mapped.compute()
    assert sorted(calls) == [500, 500, 500]


def test_an_exception_of_a_users_function_keeps_its_type_and_line() -> None:
    def spoilt(part: pd.DataFrame) -> pd.DataFrame:
        raise ZeroDivisionError("of the user's")

    lazy = dd.from_pandas(generated(), npartitions=2)
    with pytest.raises(ZeroDivisionError, match="of the user's") as error:
        lazy.map_partitions(spoilt, meta=lazy).compute()
    assert any(entry.name == "spoilt" for entry in error.traceback)


def test_wrong_names_types_and_meta_are_told() -> None:
    lazy = dd.from_pandas(generated().rename(columns={"a": "apple"}), npartitions=2)
    with pytest.raises(KeyError, match=r"appel.*apple"):
        lazy["appel"]
    with pytest.raises(KeyError, match=r"^no column is named 'appel'; did you mean 'apple'"):
        lazy.groupby("appel")
    with pytest.raises(AttributeError, match="nonsense"):
        _ = lazy.nonsense
    with pytest.raises(NotImplementedError, match="map_partitions"):
        _ = lazy.to_feather
    with pytest.raises(ValueError, match="meta says"):
        lazy.map_partitions(lambda part: part[["apple"]], meta=lazy).compute()
    with pytest.raises(TypeError, match="mask"):
        lazy[lazy.apple]
    with pytest.raises(ValueError, match="ambiguous"):
        bool(lazy.apple == 1)


def test_results_are_the_same_bytes_for_any_number_of_threads() -> None:
    lazy = dd.from_pandas(generated(20_000), npartitions=8)
    answers = {
        lazy.groupby("k").b.mean().compute(scheduler=scheduler, num_workers=workers).to_numpy().tobytes()
        for scheduler, workers in [("threads", 1), ("threads", 3), ("threads", 8), ("synchronous", None)]
    }
    assert len(answers) == 1


def test_compute_shares_what_collections_have_in_common() -> None:
    calls = []

    def seen(part: pd.DataFrame) -> pd.DataFrame:
        calls.append(len(part))
        return part

    lazy = dd.from_pandas(generated(), npartitions=2)
    mapped = lazy.map_partitions(seen, meta=lazy)
    total, mean, rest = dd.compute(mapped.a.sum(), mapped.a.mean(), {"three": 3})
    assert (total, mean, rest) == (generated().a.sum(), generated().a.mean(), {"three": 3})
    assert len(calls) == 2


def test_groups_of_categories_that_are_not_known() -> None:
    data = generated()
    lazy = dd.from_pandas(data, npartitions=2).astype({"k": "category"})
    assert lazy.groupby("k").b.mean().compute().to_dict() == pytest.approx(data.groupby("k").b.mean().to_dict())


def test_groups_through_a_function_with_meta() -> None:
    data = generated()
    got = dd.from_pandas(data, npartitions=2).groupby("k").apply(lambda group: group.b.max(), meta=("b", float))
    assert_same(got, data.groupby("k").b.max())


def test_a_pivot_table_over_known_categories() -> None:
    data = generated()
    lazy = dd.from_pandas(data, npartitions=2).categorize(columns=["k"])
    wanted = data.astype({"k": "category"}).pivot_table(index="a", columns="k", values="b", observed=False)
    assert_same(lazy.pivot_table(index="a", columns="k", values="b"), wanted)


def test_an_aggregation_of_ones_own() -> None:
    data = generated()
    own = dd.Aggregation("total", lambda groups: groups.sum(), lambda parts: parts.sum())
    assert_same(dd.from_pandas(data, npartitions=2).groupby("k").a.agg(own), data.groupby("k").a.sum())


def test_a_merge_needs_keys_of_both_sides() -> None:
    lazy = dd.from_pandas(generated(20), npartitions=2)
    with pytest.raises(pd.errors.MergeError, match="right_on"):
        lazy.merge(OTHER, left_on="k")


def test_the_look_of_many_partitions_and_of_no_columns_is_that_of_dask() -> None:
    data = generated(60)[["a", "b"]]
    for columns in (["a", "b"], []):
        ours, theirs = (frames.from_pandas(data, npartitions=30)[columns] for frames in (dd, dask_frames))
        shown, wanted = (repr(frame).splitlines()[:-1] for frame in (ours, theirs))
        assert [line.replace("Treadle", "Dask") for line in shown] == wanted[:-1]
    assert ours._repr_html_().count("<tr") <= 8


def test_functions_get_further_arguments() -> None:
    data = generated(40)
    lazy = dd.from_pandas(data, npartitions=3)
    assert_same(lazy.a.apply(pow, args=(2,), meta=("a", "int64")), data.a.apply(pow, args=(2,)))
    assert_same(lazy.a.apply(lambda value, more, times: (value + more) * times, args=(1,), times=3), (data.a + 1) * 3)
    got = lazy.apply(lambda row, more: row.a + more, axis=1, args=(5,), meta=(None, "int64"))
    assert_same(got, data.apply(lambda row, more: row.a + more, axis=1, args=(5,)))
