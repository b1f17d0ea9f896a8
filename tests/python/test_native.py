"""What the core computes as pandas does: the same answers under every regime, and no Python in the plan."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import treadle.dataframe as dd
from frames import assert_same, generated

Case = Callable[[Any], Any]


OTHER = pd.DataFrame({"a": [3, 5, 5, 70], "w": [1.5, 2.5, 3.5, 4.5]})


def prepared() -> pd.DataFrame:
    data = generated(3000, seed=5)
    data["n"] = np.where(data.a % 7 == 0, np.nan, data.a)
    data["i"] = data.a.astype("int32")
    data["z"] = data.t.dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")
    data["p"] = data.c + "/" + data.a.astype(str) + np.where(data.a % 3 == 0, "/" + data.k + " é", "")
    return data


# Wholly in the core, but for showing a row of aggregates.
CASES: dict[str, Case] = {
    "query": lambda d: d.query("a > 3 & (b < 0.5 or c == 'x') and not k in ['p', 'q']"),
    "query of a chain and arithmetic": lambda d: d.query("1 <= a % 7 < 4 | a == [10, 20]"),
    "query of the caller's variables": lambda d: d.query("a >= @least", local_dict={"least": 40}),
    "running sum": lambda d: d.b.cumsum(),
    "running sums of a frame": lambda d: d[["a", "b", "i"]].cumsum(),
    "running product": lambda d: (1 + d.b / 100).cumprod(),
    "running minimum": lambda d: d.b.cummin(),
    "running maximum of times": lambda d: d.t.cummax(),
    "shift down": lambda d: d.b.shift(3),
    "shift up": lambda d: d.shift(-2),
    "shift beyond the ends": lambda d: d.a.shift(5000),
    "differences": lambda d: d.a.diff(),
    "differences of a frame": lambda d: d[["a", "b"]].diff(2),
    "differences to later rows": lambda d: d.b.diff(-1),
    "forward fill": lambda d: d.ffill(),
    "backward fill": lambda d: d.b.bfill(),
    "few filled": lambda d: d.n.ffill(limit=1),
    "running sum of filtered rows": lambda d: d[d.a > 20].a.cumsum(),
    "running sum of a running sum": lambda d: d.a.cumsum().cumsum(),
    "group running sum": lambda d: d.groupby("k").b.cumsum(),
    "group running sums": lambda d: d.groupby(["k", "a"])[["b", "i"]].cumsum(),
    "group running product": lambda d: d.assign(x=1 + d.b / 100).groupby("k").x.cumprod(),
    "group running maximum": lambda d: d.groupby("k").b.cummax(),
    "group number of rows": lambda d: d.groupby("k").cumcount(),
    "group shift": lambda d: d.groupby("k").a.shift(),
    "group shift up": lambda d: d.groupby("k")[["a", "c"]].shift(-1),
    "group forward fill": lambda d: d.groupby("k").b.ffill(),
    "group backward fill": lambda d: d.groupby("k")[["b", "c"]].bfill(limit=1),
    "group running sum with missing keys": lambda d: d.groupby("c").b.cumsum(),
    "group mean beside rows": lambda d: d.groupby("k").b.transform("mean"),
    "group sums beside rows": lambda d: d.groupby(["k", "c"])[["a", "b"]].transform("sum"),
    "group first": lambda d: d.groupby("k").first(),
    "group last": lambda d: d.groupby("a").last(),
    "group first by agg": lambda d: d.groupby("k").agg({"b": ["first", "last"], "c": "first"}),
    "group product": lambda d: d.assign(x=1 + d.b / 100).groupby("k").x.prod(),
    "group quantile": lambda d: d.groupby("k").b.quantile(0.3),
    "group standard error": lambda d: d.groupby("k").b.sem(),
    "product": lambda d: (1 + d.b / 100).prod(),
    "products": lambda d: (1 + d[["a", "b"]] / 1000).prod(),
    "standard error": lambda d: d.b.sem(),
    "quantile": lambda d: d.b.quantile(0.3),
    "quantile of integers": lambda d: d.a.quantile(0.75),
    "quantile of times": lambda d: d.t.quantile(0.3),
    "quantiles": lambda d: d.b.quantile([0, 0.1, 0.5, 1]),
    "quantiles of a frame": lambda d: d[["a", "b"]].quantile([0.1, 0.9]),
    "quantile of a frame": lambda d: d.quantile(0.9, numeric_only=True),
    "describe": lambda d: d.describe(include="number"),
    "describe at shares": lambda d: d[["a", "b"]].describe(percentiles=[0.05, 0.95]),
    "describe numbers": lambda d: d.b.describe(),
    "describe text": lambda d: d.c.describe(),
    "smallest label": lambda d: d.b.idxmin(),
    "largest label": lambda d: d.a.idxmax(),
    "mode": lambda d: d.c.mode(),
    "modes": lambda d: d.head(30).a.mode() if isinstance(d, pd.DataFrame) else d.head(30, compute=False).a.mode(),
    "last duplicates": lambda d: d.drop_duplicates(["k", "a"], keep="last"),
    "rows without duplicates": lambda d: d.drop_duplicates(["a", "c", "k"], keep=False),
    "values without duplicates": lambda d: d.n.drop_duplicates(keep="last"),
    "numbered anew": lambda d: d[d.a > 10].reset_index(drop=True),
    "sorted and numbered": lambda d: d.sort_values(["k", "b"], ignore_index=True),
    "running sum to the first gap": lambda d: d.b.cumsum(skipna=False),
    "sum with gaps": lambda d: d[["a", "b"]].sum(skipna=False),
    "distinct with gaps": lambda d: d[["b", "c"]].nunique(dropna=False),
    "sorted values": lambda d: d.b.sort_values(ascending=False),
    "share of values": lambda d: d.c.value_counts(normalize=True),
    "rounded": lambda d: d[["a", "b", "n"]].round(1),
    "rounded before the point": lambda d: d[["a", "b"]].round({"a": -1, "b": 0}),
    "floor division": lambda d: d.b // d.n,
    "floor division by nothing": lambda d: d.b // 0.0,
    "remainder": lambda d: d.b % -0.3,
    "remainder of whole numbers": lambda d: d.a % (d.i + 1),
    "power": lambda d: d.b.abs() ** d.n,
    "power of whole numbers": lambda d: d.a**3,
    "power of two": lambda d: 2 ** (d.a % 20),
    "root": lambda d: d.b.abs() ** 0.5,
    "anything to the power of nothing": lambda d: d.b**0,
    "quotient and remainder": lambda d: divmod(d.a, 7)[1],
    "part of text": lambda d: d.p.str.slice(1, -1),
    "characters of text": lambda d: d.p.str[2],
    "last character": lambda d: d.p.str.get(-1),
    "replaced text": lambda d: d.p.str.replace("/", "--"),
    "replaced once": lambda d: d.p.str.replace("/", "--", n=1),
    "replaced by pattern": lambda d: d.p.str.replace(r"(\w)/(\d)", r"\2/\1", regex=True),
    "replaced at the end": lambda d: d.p.str.replace(r"\d+$", "#", regex=True),
    "split in columns": lambda d: d.p.str.split("/", n=1, expand=True),
    "split from the end": lambda d: d.p.str.rsplit("/", n=1, expand=True),
    "words": lambda d: d.p.str.split(n=1, expand=True),
    "one part": lambda d: d.p.str.split("/").str[1],
    "contains a pattern": lambda d: d.p.str.contains(r"\d\d|x/"),
    "starts with a pattern": lambda d: d.p.str.match(r"[a-x]+/\d$"),
    "is as a pattern says": lambda d: d.p.str.fullmatch(r".*/7"),
    "stripped": lambda d: d.p.str.strip("x "),
    "hours of a zone": lambda d: d.z.dt.floor("2h", ambiguous=True, nonexistent="shift_forward"),
    "days of a zone": lambda d: d.z.dt.normalize(),
    "rounded times": lambda d: d.t.dt.round("3h"),
    "times rounded up": lambda d: d.z.dt.ceil("D"),
    "times as text in a zone": lambda d: d.z.dt.strftime("%Y-%m-%d %H:%M"),
    "another zone": lambda d: d.z.dt.tz_convert("Asia/Tokyo").dt.hour,
    "without a zone": lambda d: d.z.dt.tz_localize(None),
    "with a zone": lambda d: d.t.dt.tz_localize("Europe/Berlin", ambiguous="NaT", nonexistent="shift_forward"),
    "dates": lambda d: d.z.dt.date,
    "ends of months": lambda d: d.z.dt.is_month_end,
    "days in months": lambda d: d.t.dt.days_in_month,
    "names of days": lambda d: d.z.dt.day_name(),
    "weeks": lambda d: d.t.dt.isocalendar(),
}
# Several walks over the rows at once: more than the smallest memory allows.
SEVERAL: dict[str, Case] = {
    "correlations": lambda d: d[["a", "b", "n"]].corr(),
    "covariances": lambda d: d[["a", "b", "n"]].cov(),
    "correlation of two": lambda d: d.n.corr(d.b),
    "covariance of two": lambda d: d.a.cov(d.b),
    "skewness": lambda d: d.b.skew(),
    "kurtosis": lambda d: d.b.kurt(),
    "skewness of a frame": lambda d: d[["a", "b"]].skew(),
    "kurtosis of a frame": lambda d: d[["a", "b"]].kurtosis(),
    "smallest labels": lambda d: d[["a", "b"]].idxmin(),
    "largest labels": lambda d: d[["a", "b"]].idxmax(),
    "modes of a frame": lambda d: d[["k", "c", "a"]].mode(),
    "melt": lambda d: d.melt(id_vars=["k", "t"], value_vars=["a", "b"]),
    "melt text": lambda d: d.melt(id_vars=["a"], value_vars=["k", "c"], var_name="which", value_name="what"),
    "merge with sides": lambda d: d.drop_duplicates("a").merge(OTHER, on="a", how="outer", indicator=True),
    "merge left with sides": lambda d: d.merge(OTHER, on="a", how="left", indicator="side"),
    "describe all": lambda d: d[["a", "c", "k"]].describe(include="all"),
    "mean beside rows and their own": lambda d: d.assign(m=d.groupby("k").b.transform("mean"), s=d.b.cumsum()),
}
# Each group by pandas, on partitions of whole groups.
BY_GROUP: dict[str, Case] = {
    "apply": lambda d: d.groupby("k").b.apply(lambda s: s.max() - s.min()),
    "apply to frames": lambda d: d.groupby("a")[["b", "i"]].apply(lambda g: g.nlargest(2, "b")),
    "transform": lambda d: d.groupby("a").b.transform(lambda s: s - s.mean()),
    "aggregate": lambda d: d.groupby("k").b.agg(lambda s: s.iloc[0]),
    "rank": lambda d: d.groupby("k").b.rank(),
    "differences": lambda d: d.groupby("k").a.diff(),
    "skewness": lambda d: d.groupby("k").b.skew(),
}


@pytest.mark.parametrize("case", [*CASES, *SEVERAL])
def test_a_case_of_the_core(case: str) -> None:
    data, function = prepared(), (CASES | SEVERAL)[case]
    lazy = function(dd.from_pandas(data, npartitions=3))
    assert_same(lazy, function(data))
    plan = lazy.explain()
    assert "python" not in plan.replace("python: show", "").replace("python: a value a column", ""), plan


@pytest.mark.parametrize("case", CASES)
def test_a_case_of_the_core_in_every_regime(case: str, regime: str) -> None:
    data = prepared()
    assert_same(CASES[case](dd.from_pandas(data, npartitions=5)), CASES[case](data))


@pytest.mark.parametrize("case", BY_GROUP)
def test_groups_are_whole_in_partitions(case: str, regime: str) -> None:
    data = prepared()
    lazy = BY_GROUP[case](dd.from_pandas(data, npartitions=4))
    assert "all rows at once" not in lazy.explain()
    assert_same(lazy, BY_GROUP[case](data))


def test_groups_of_categories() -> None:
    data = prepared()
    kind = pd.CategoricalDtype(["r", "missing", "p", "q"])
    data["g"] = data.k.astype(kind)
    lazy = dd.from_pandas(data, npartitions=3)
    cases: list[Callable[[Any, bool], Any]] = [
        lambda d, observed: d.groupby("g", observed=observed).a.sum(),
        lambda d, observed: d.groupby("g", observed=observed)[["a", "b"]].agg(["mean", "count", "max"]),
        lambda d, observed: d.groupby("g", observed=observed).size(),
        lambda d, observed: d.groupby("g", observed=observed).first(),
    ]
    for case, observed in itertools.product(cases, (True, False)):
        assert "python" not in case(lazy, observed).explain()
        assert_same(case(lazy, observed), case(data, observed))
    for cased in (data.g, data.g[data.g != "q"]):
        again = dd.from_pandas(cased, npartitions=2)
        assert_same(again.value_counts(), cased.value_counts())
        assert_same(again.value_counts(normalize=True), cased.value_counts(normalize=True))
    assert_same(lazy.groupby(["g", "k"]).a.sum(), data.groupby(["g", "k"]).a.sum())
    assert_same(lazy.groupby("g").b.cumsum(), data.groupby("g").b.cumsum())


@pytest.mark.parametrize("how", ["mean", "sum", "count", "max", "first"])
def test_pivot_tables_are_groups(how: str) -> None:
    data = prepared()
    data["g"] = data.k.astype("category")
    lazy = dd.from_pandas(data, npartitions=3)
    table = lazy.pivot_table(index="a", columns="g", values="b", aggfunc=how)
    wanted = data.pivot_table(index="a", columns="g", values="b", aggfunc=how, observed=False).astype(float)
    assert "python" not in table.explain()
    assert_same(table, wanted)
    two = lazy.pivot_table(index="a", columns="g", values=["b", "i"], aggfunc=how)
    assert_same(
        two, data.pivot_table(index="a", columns="g", values=["b", "i"], aggfunc=how, observed=False).astype(float)
    )


def test_a_sample_of_rows_is_the_same_everywhere(regime: str) -> None:
    data = prepared()
    lazy = dd.from_pandas(data, npartitions=3)
    drawn = lazy.sample(n=40, random_state=3).compute()
    assert len(drawn) == 40
    assert drawn.index.is_unique
    pd.testing.assert_frame_equal(drawn, data.loc[drawn.index])
    pd.testing.assert_frame_equal(drawn, lazy.sample(n=40, random_state=3).compute(scheduler="synchronous"))
    share = lazy.sample(frac=0.1, random_state=3)
    whole = share.compute()
    second = whole[(whole.index >= 1000) & (whole.index < 2000)]
    pd.testing.assert_frame_equal(share.partitions[1].compute(), second)


def test_more_rows_than_memory_holds_are_gone_through(tmp_path: Any) -> None:
    rows = 400_000
    data = pd.DataFrame({"x": np.arange(rows) % 1000, "y": np.random.default_rng(1).normal(size=rows)})
    data.to_parquet(tmp_path / "rows.parquet", row_group_size=50_000)
    lazy = dd.read_parquet(str(tmp_path / "rows.parquet"))
    with treadle_memory("8 MiB"):
        running = lazy.assign(s=lazy.y.cumsum(), m=lazy.groupby("x").y.cumsum())
        got = running[["s", "m"]].tail(1000)
    wanted = pd.DataFrame({"s": data.y.cumsum(), "m": data.groupby("x").y.cumsum()}).tail(1000)
    pd.testing.assert_frame_equal(got.reset_index(drop=True), wanted.reset_index(drop=True))


def treadle_memory(size: str) -> Any:
    import treadle.config

    return treadle.config.set(working_memory=size, num_workers=2)
