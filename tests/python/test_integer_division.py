"""Integers divided by columns that may hold zeros: the type depends on values, as in pandas."""

import operator
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import treadle.dataframe as dd
from frames import assert_same

DTYPES = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


def numbers(dtype: str = "int64", zeros: bool = True, rows: int = 400) -> pd.DataFrame:
    chance = np.random.default_rng(7)
    kind = np.iinfo(dtype)
    a = chance.integers(kind.min, kind.max, rows, dtype=dtype, endpoint=True)
    b = chance.integers(max(kind.min, -9), 9, rows).astype(dtype)
    a[::17] = 0
    b[b == 0] = 3
    b[1] = kind.max
    if kind.min < 0:
        b[2] = -1
        a[2] = kind.min
    if zeros:
        b[[0, 17, 34, 200, -1]] = 0
    return pd.DataFrame({"a": a, "b": b, "k": chance.choice(["x", "y"], rows)})


@pytest.fixture(params=[True, False], ids=["zeros", "no zeros"])
def data(request: pytest.FixtureRequest) -> pd.DataFrame:
    return numbers(zeros=request.param)


@pytest.mark.parametrize("zeros", [True, False])
@pytest.mark.parametrize("dtype", DTYPES)
def test_of_each_type(dtype: str, zeros: bool) -> None:
    data = numbers(dtype, zeros)
    lazy = dd.from_pandas(data, npartitions=4)
    assert (lazy.a // lazy.b).dtype == np.dtype(dtype)
    assert_same(lazy.a // lazy.b, data.a // data.b)
    assert_same(7 // lazy.b, 7 // data.b)
    assert_same(lazy.b.rfloordiv(7), 7 // data.b)
    assert_same(lazy.a // 0, data.a // 0)
    assert_same(lazy.a // 3, data.a // 3)
    assert_same(lazy.a % lazy.b, data.a % data.b)
    for got, wanted in zip(divmod(lazy.a, lazy.b), divmod(data.a, data.b), strict=True):
        assert_same(got, wanted)


def test_methods_leave_zeros_to_numpy(data: pd.DataFrame) -> None:
    lazy = dd.from_pandas(data, npartitions=4)
    for name in ("floordiv", "mod", "rfloordiv", "rmod"):
        assert_same(getattr(lazy.b, name)(lazy.k.str.len() - 1), getattr(data.b, name)(data.k.str.len() - 1))
        assert_same(getattr(lazy.a, name)(lazy.b), getattr(data.a, name)(data.b))
        assert_same(getattr(lazy.a, name)(lazy.b, fill_value=1), getattr(data.a, name)(data.b, fill_value=1))


def test_texts_of_expressions_are_operators(data: pd.DataFrame) -> None:
    lazy = dd.from_pandas(data, npartitions=4)
    # numexpr, if it is there, divides as C does; by zero it has no answer of its own.
    assert_same(lazy.query("a // b > 1"), data.query("a // b > 1", engine="python"))
    assert_same(lazy.eval("a % b"), data.eval("a % b", engine="python"))


def test_of_values_that_are_computed(data: pd.DataFrame) -> None:
    lazy = dd.from_pandas(data, npartitions=4)
    for operate in (operator.floordiv, operator.mod):
        got, wanted = operate(lazy.b.sum(), lazy.b.count()).compute(), operate(data.b.sum(), data.b.count())
        assert (got, type(got)) == (wanted, np.int64)


def test_of_two_types() -> None:
    data = numbers().assign(c=numbers("int8").b, u=numbers("uint64").b)
    lazy = dd.from_pandas(data, npartitions=3)
    assert_same(lazy.a // lazy.c, data.a // data.c)
    assert_same(lazy.c // lazy.b, data.c // data.b)
    assert_same(lazy.b // lazy.u, data.b // data.u)
    assert_same(lazy[["a", "c"]] // lazy[["a", "c"]], data[["a", "c"]] // data[["a", "c"]])


@pytest.mark.parametrize("kind", ["Int64", "float64"])
def test_of_types_that_hold_missing_values(kind: str) -> None:
    data = numbers().astype({"a": kind, "b": kind})
    data.loc[5, "a"] = None
    lazy = dd.from_pandas(data, npartitions=3)
    assert_same(lazy.a // lazy.b, data.a // data.b)


STEPS: dict[str, Callable[[Any, Any], Any]] = {
    "sum": lambda q, f: q.sum(),
    "max": lambda q, f: q.max(),
    "min": lambda q, f: q.min(),
    "count": lambda q, f: q.count(),
    "nunique": lambda q, f: q.nunique(),
    "compared": lambda q, f: q > 100,
    "equal to itself": lambda q, f: q == q,
    "missing": lambda q, f: q.isna(),
    "more": lambda q, f: q + 1,
    "taken from itself": lambda q, f: (q - q).count(),
    "divided again": lambda q, f: f.b // (q // 10**15),
    "filtered": lambda q, f: q[f.b != 0],
    "a filter": lambda q, f: f[q > 5],
    "beside columns": lambda q, f: f.assign(q=q),
    "beside columns, filtered": lambda q, f: f.assign(q=q)[f.b != 0],
    "a column of few": lambda q, f: f.assign(q=q)[["q", "k"]],
    "sums of groups": lambda q, f: f.assign(q=q).groupby("k").q.sum(),
    "the largest of groups": lambda q, f: f.assign(q=q).groupby("k").q.max(),
    "groups": lambda q, f: f.assign(q=q // 10**16).groupby("q").b.count(),
    "sorted": lambda q, f: f.assign(q=q).sort_values(["q", "a", "b"]).q,
    "filled": lambda q, f: q.fillna(3),
    "two places later": lambda q, f: q.shift(2),
    "spread": lambda q, f: (q // 2**40).clip(-(10**6), 10**6).std(),
    "each row's sum": lambda q, f: f.assign(q=q // 4)[["q", "b"]].sum(axis=1),
    "below one another": lambda q, f: (dd if isinstance(f, dd.DataFrame) else pd).concat([q, f.b]),
    "replaced": lambda q, f: q.replace(3, 4),
    "kept once": lambda q, f: q.drop_duplicates(),
    "the largest few": lambda q, f: q.nlargest(7),
    "is among": lambda q, f: q.isin([0, 3, 7]),
    "absolute": lambda q, f: (q // 2).abs(),
    "negative": lambda q, f: -(q // 2),
    "rounded": lambda q, f: q.round(),
    "as floats": lambda q, f: q.astype("float64"),
    "running sums": lambda q, f: q.cumsum(),
    "where": lambda q, f: q.where(f.b > 2, -1),
    "clipped": lambda q, f: q.clip(-5, 5),
    "two of them": lambda q, f: q + f.a // (f.b + 100),
    "exact beside one that is not": lambda q, f: f.assign(q=q, r=f.a // (f.b + 100)),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("operate", [operator.floordiv, operator.mod])
def test_steps_upon_it(operate: Callable[[Any, Any], Any], step: str, data: pd.DataFrame) -> None:
    lazy = dd.from_pandas(data, npartitions=5)
    wanted = STEPS[step](operate(data.a, data.b), data)
    assert_same(STEPS[step](operate(lazy.a, lazy.b), lazy), wanted)


def test_the_type_is_that_of_all_rows(data: pd.DataFrame, regime: str) -> None:
    wanted = data.a // data.b
    for npartitions in (1, 2, 7):
        lazy = dd.from_pandas(data, npartitions=npartitions)
        quotient = lazy.a // lazy.b
        assert quotient.dtype == np.dtype("int64")
        assert_same(quotient, wanted)
        assert_same(quotient[lazy.b != 0], wanted[data.b != 0])
        assert_same(quotient.sum(), wanted.sum())
        assert_same(quotient.persist().compute(), wanted)
        assert_same(pickle.loads(pickle.dumps(quotient)).compute(), wanted)


def test_files_hold_what_pandas_would(data: pd.DataFrame, tmp_path: Path) -> None:
    lazy = dd.from_pandas(data, npartitions=4)
    wanted = data.assign(q=data.a // data.b)
    lazy.assign(q=lazy.a // lazy.b).to_parquet(tmp_path / "parts")
    parts = sorted((tmp_path / "parts").glob("*.parquet"))
    assert {str(pq.read_schema(part).field("q").type) for part in parts} == {
        "double" if wanted.q.dtype.kind == "f" else "int64"
    }
    assert_same(pd.read_parquet(tmp_path / "parts").reset_index(drop=True), wanted)
    lazy.assign(q=lazy.a // lazy.b).to_csv(tmp_path / "one.csv", single_file=True, index=False)
    wanted.to_csv(tmp_path / "wanted.csv", index=False)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "wanted.csv").read_bytes()


def test_columns_of_files(data: pd.DataFrame, tmp_path: Path, regime: str) -> None:
    data.to_csv(tmp_path / "in.csv", index=False)
    lazy = dd.read_csv(tmp_path / "in.csv", blocksize=1000)
    assert lazy.npartitions > 3
    assert_same((lazy.a // lazy.b).compute().reset_index(drop=True), data.a // data.b)
    some, known = data[data.b > 2], lazy[lazy.b > 2]
    assert_same((known.a // known.b).sum(), (some.a // some.b).sum())


def test_a_function_of_parts_that_gives_infinities_says_so(data: pd.DataFrame) -> None:
    lazy = dd.from_pandas(data, npartitions=3)
    doubled = (lazy.a // lazy.b).map_partitions(lambda part: part * 0.5, meta=(None, "float64"))
    assert_same(doubled, (data.a // data.b) * 0.5)
    if (data.b == 0).any():
        with pytest.raises(TypeError, match="infinity"):
            (lazy.a // lazy.b).map_partitions(lambda part: part - 1).compute()


def test_a_filter_before_it_decides() -> None:
    data = numbers()
    lazy = dd.from_pandas(data, npartitions=3)
    some, known = data[data.b != 0], lazy[lazy.b != 0]
    wanted = some.a // some.b
    assert wanted.dtype == np.dtype("int64")
    assert_same(known.a // known.b, wanted)


def test_graphs_of_parts(data: pd.DataFrame) -> None:
    lazy = dd.from_pandas(data, npartitions=3)
    quotient = lazy.a // lazy.b
    wanted = data.a // data.b
    assert_same(pd.concat([part.compute() for part in quotient.to_delayed()]), wanted)
    assert "IntegerDivision" in quotient.explain()
    as_floats = quotient.astype("float64").to_dask_array(lengths=True)
    np.testing.assert_array_equal(as_floats.compute(), wanted.to_numpy("float64"))
    if wanted.dtype.kind == "i":
        np.testing.assert_array_equal(quotient.to_dask_array(lengths=True).compute(), wanted.to_numpy())
    else:
        with pytest.raises(TypeError, match="infinity"):
            quotient.to_dask_array(lengths=True).compute()
