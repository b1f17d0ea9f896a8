"""Columns of the less common types: decimals, pandas' own integers and truth values, text that knows NA."""

import datetime
import decimal
import itertools
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import treadle.dataframe as dd
from frames import assert_same

ROWS = 120


def none_where(gone: Any, values: Any) -> list[Any]:
    return [None if none else value for none, value in zip(gone, values, strict=True)]


def typed(seed: int = 0) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    gone = chance.random(ROWS) < 0.2
    whole = chance.integers(-40, 40, ROWS)
    cents = none_where(gone, [decimal.Decimal(int(value)) / 4 for value in whole])
    days = [
        None if none else datetime.date(2024, 1, 1 + abs(int(value)) % 28)
        for value, none in zip(whole, gone, strict=False)
    ]
    return pd.DataFrame(
        {
            "k": chance.choice(["p", "q", "r"], ROWS),
            "i": whole,
            "f": np.where(gone, np.nan, chance.normal(size=ROWS)),
            "I": pd.array(none_where(gone, whole), dtype="Int64"),
            "B": pd.array(none_where(gone, whole > 0), dtype="boolean"),
            "S": pd.array(none_where(gone, chance.choice(["a", "bb", "cab"], ROWS)), dtype="string"),
            "s": pd.array(none_where(gone, chance.choice(["a b", "bb", "c a b"], ROWS)), dtype="str"),
            "t": pd.Series(pd.date_range("2024-01-01", periods=ROWS, freq="7h")).mask(gone),
            "d": pd.array(cents, dtype=pd.ArrowDtype(pa.decimal128(12, 2))),
            "day": pd.array(days, dtype=pd.ArrowDtype(pa.date32())),
            "u": whole.astype("uint8"),
        }
    )


def pieces(data: pd.DataFrame) -> Any:
    """Partitions of which some are empty and some have one row."""
    cuts = [0, 0, 1, 1, ROWS // 2, ROWS // 2 + 1, ROWS, ROWS]
    parts = [data.iloc[start:stop] for start, stop in itertools.pairwise(cuts)]
    return dd.from_map(lambda part: part, parts, meta=data.iloc[:0])


CASES: dict[str, Any] = {
    "decimals added to": lambda df: df.d + 1,
    "decimals multiplied": lambda df: df.d * df.d,
    "decimals divided": lambda df: df.d / 2,
    "decimals compared": lambda df: df.d > decimal.Decimal("1.25"),
    "decimals negated": lambda df: -df.d,
    "decimals rounded": lambda df: df.d.round(1),
    "sum of decimals": lambda df: df.d.sum(),
    "least decimal": lambda df: df.d.min(),
    "decimals of groups": lambda df: df.groupby("k").d.sum(),
    "days compared": lambda df: df.day == datetime.date(2024, 1, 5),
    "last day": lambda df: df.day.max(),
    "a frame with decimals": lambda df: df.round(1),
    "a frame with decimals, replaced": lambda df: df.replace({"i": {1: 50}}),
    "a query beside decimals": lambda df: df.query("I > 0"),
    "rows where true": lambda df: df[df.B],
    "rows where not true": lambda df: df[~df.B],
    "rows by pandas' integers": lambda df: df[(df.I > 0) & (df.i < 20)],
    "values where true": lambda df: df.f[df.B],
    "rows and columns where true": lambda df: df.loc[df.B, ["f", "I"]],
    "text that knows NA, its length": lambda df: df.S.str.len(),
    "text that knows NA, found": lambda df: df.S.str.contains("b"),
    "text that knows NA, its start": lambda df: df.S.str.startswith("b"),
    "text that knows NA, compared": lambda df: df.S == "a",
    "rows by text that knows NA": lambda df: df[df.S.str.contains("b")],
    "text in three": lambda df: df.s.str.partition(" "),
    "text in three from the right": lambda df: df.s.str.rpartition(" "),
    "integers wrapped into fewer bits": lambda df: df.i.astype("int8").astype("uint8"),
    "missing numbers filled by text": lambda df: df.f.fillna("none"),
    "missing values of a frame filled by text": lambda df: df[["f", "s"]].fillna("none"),
    "missing times filled by a number": lambda df: df.t.fillna(0),
    "two columns by a function": lambda df: df.i.combine(df.f, max),
    "sums of groups beyond eight bits": lambda df: df.groupby("k").u.sum(),
    "ranks in groups by a method": lambda df: df.groupby("k").i.rank(method="dense"),
    "missing text filled by a number": lambda df: df.s.fillna(0),
    "missing text that knows NA, filled": lambda df: df.S.fillna("none"),
    "the longest of durations, missing": lambda df: (df.t - df.t.min()).max(skipna=False),
    "a sum that is NA": lambda df: df.I.sum(skipna=False),
    "a quantile in 32 bits": lambda df: df.f.astype("float32").quantile([0.1, 0.9]),
    "rounded by Python": lambda df: round(df.f, 1),
    "powers of nothing": lambda df: df.i**np.nan,
    "values by index": lambda df: df.i.sort_index(ascending=False),
    "running sums of small integers in groups": lambda df: df.groupby("k").u.cumsum(),
    "correlations beside infinities": lambda df: df.assign(g=df.f.where(df.i != 3, np.inf))[["i", "f", "g"]].corr(),
    "spread of infinities in groups": lambda df: df.f.where(df.i != 3, np.inf).groupby(df.k).std(),
    "numbered rows whose labels are named": lambda df: df[["i", "f"]].reset_index(names="n"),
    "groups by the index": lambda df: df.groupby(level=0).i.sum(),
}


@pytest.mark.parametrize("case", CASES)
def test_values_are_those_of_pandas(case: str) -> None:
    data = typed()
    wanted = CASES[case](data)
    for lazy in (dd.from_pandas(data, npartitions=3), pieces(data)):
        assert_same(CASES[case](lazy), wanted)


FLAT: dict[str, Any] = {
    "a mean": lambda df: df.groupby("k", as_index=False).f.mean(),
    "sums of columns": lambda df: df.groupby(["k", "u"], as_index=False)[["i", "f"]].sum(),
    "named aggregates": lambda df: df.groupby("k", as_index=False).agg(least=("i", "min"), mean=("f", "mean")),
    "several of a column": lambda df: df.groupby("k", as_index=False).agg({"i": ["min", "max"]}),
    "sizes": lambda df: df.groupby("k", as_index=False).size(),
    "row by row": lambda df: df.groupby("k", as_index=False).i.transform("max"),
    "first rows": lambda df: df.groupby("k", as_index=False).head(1),
}


@pytest.mark.parametrize("case", FLAT)
def test_keys_become_columns_where_they_are_to(case: str, regime: str) -> None:
    data = typed()
    assert_same(FLAT[case](dd.from_pandas(data, npartitions=3)), FLAT[case](data))


def test_sums_of_small_integers_do_not_wrap() -> None:
    data = pd.DataFrame({"k": ["a", "b"] * 100, "i": np.full(200, 2**30, dtype="int32")})
    sums = dd.from_pandas(data, npartitions=4).groupby("k").i.sum()
    assert_same(sums, data.groupby("k").i.sum())
    assert (sums + 1).max().compute() == 100 * 2**30 + 1


def test_what_has_no_meaning_is_said() -> None:
    frame = dd.from_pandas(typed(), npartitions=2)
    with pytest.raises(NotImplementedError, match="get_dummies"):
        frame.s.str.get_dummies(" ")
    with pytest.raises(ValueError, match="level"):
        frame.groupby(level="nowhere").i.sum()
    with pytest.raises(TypeError, match="as_index"):
        frame.i.groupby(frame.k, as_index=False)


def test_conversions_take_a_pair_as_meta() -> None:
    text = pd.DataFrame({"a": ["2023-04-01 22:12:11+00:00"]})
    times = dd.to_datetime(dd.from_pandas(text, npartitions=1).a, format="ISO8601", meta=("a", "datetime64[us, UTC]"))
    assert_same(times, pd.to_datetime(text.a, format="ISO8601"))


def test_products_with_each_column_are_summed() -> None:
    data = typed()
    lazy = dd.from_pandas(data, npartitions=3)
    assert_same(lazy.i.dot(lazy[["i", "u"]]), data.i.dot(data[["i", "u"]]))


def test_text_in_place_of_numbers_under_a_condition_that_knows_na() -> None:
    data = pd.DataFrame({"name": pd.array(["A", None, "C"] * 3, dtype="string[pyarrow]"), "other": [np.nan] * 9})
    lazy = dd.from_pandas(data, npartitions=2)
    assert_same(
        lazy.other.mask(lazy.name == "A", other="found").astype(str),
        data.other.mask(data.name == "A", other="found").astype(str),
    )


def test_names_of_columns_are_offered_by_groups() -> None:
    assert "f" in dir(dd.from_pandas(typed(), npartitions=2).groupby("k"))


def test_named_aggregates_of_pandas_are_the_cores(regime: str) -> None:
    data = typed()
    groups = dd.from_pandas(data, npartitions=3).groupby("k")
    sums = groups.agg(total=pd.NamedAgg("i", "sum"), least=pd.NamedAgg(column="f", aggfunc="min"))
    wanted = data.groupby("k").agg(total=pd.NamedAgg("i", "sum"), least=pd.NamedAgg(column="f", aggfunc="min"))
    assert_same(sums, wanted)
    assert "python" not in sums.explain()
    own = pd.NamedAgg("i", lambda values: values.max() - values.min())
    assert_same(groups.agg(spread=own), data.groupby("k").agg(spread=own))


@pytest.mark.parametrize("aggfunc", ["first", "last"])
def test_first_and_last_text_in_a_table_of_two_keys(aggfunc: str) -> None:
    data = typed().assign(c=lambda df: pd.Categorical(np.where(df.i > 0, "more", "less")))
    lazy = dd.from_pandas(data, npartitions=3)
    for values in ("s", ["i", "s"], "t"):
        wanted = data.pivot_table(index="k", columns="c", values=values, aggfunc=aggfunc, observed=False)
        got = lazy.pivot_table(index="k", columns="c", values=values, aggfunc=aggfunc).compute()
        assert_same(got if values != ["i", "s"] else got.astype(wanted.dtypes.to_dict()), wanted)


def test_a_value_to_come_is_a_collection_of_one() -> None:
    total = dd.from_pandas(typed(), npartitions=3).i.sum()
    assert (total.npartitions, total.divisions, total.known_divisions) == (1, (None, None), False)
    assert_same(total.to_series(), pd.Series([typed().i.sum()]))
    assert total.optimize() is total
