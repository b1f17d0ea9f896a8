"""Partitions as in Dask."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import treadle
import treadle.dataframe as dd
from frames import assert_same, generated


def test_frames_are_cut_as_asked() -> None:
    data = generated(100)
    assert dd.from_pandas(data, npartitions=4).npartitions == 4
    assert dd.from_pandas(data, chunksize=30).npartitions == 4
    assert dd.from_pandas(data, npartitions=4).divisions == (0, 25, 50, 75, 99)
    assert dd.from_pandas(data, npartitions=4, sort=False).divisions == (None,) * 5
    with pytest.raises(ValueError, match="npartitions"):
        dd.from_pandas(data, npartitions=0)


def test_partitions_are_picked_by_number() -> None:
    data = generated(100)
    lazy = dd.from_pandas(data, npartitions=4)
    assert_same(lazy.partitions[1], data.iloc[25:50])
    assert_same(lazy.partitions[1:3], data.iloc[25:75])
    assert_same(lazy[lazy.a > 10].get_partition(3), data.iloc[75:][data.iloc[75:].a > 10])
    assert [len(part) for part in lazy.partitions] == [25] * 4
    with pytest.raises(ValueError, match="4"):
        lazy.get_partition(4)


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_repartition_keeps_all_rows(count: int) -> None:
    data = generated(100)
    lazy = dd.from_pandas(data, npartitions=3).repartition(npartitions=count)
    assert lazy.npartitions == count
    assert_same(lazy, data)
    assert_same(lazy[lazy.a > 10].groupby("k").a.sum(), data[data.a > 10].groupby("k").a.sum())


def test_repartition_by_size_and_divisions() -> None:
    data = generated(1000)
    lazy = dd.from_pandas(data, npartitions=2)
    assert lazy.repartition(partition_size="10 kB").npartitions > 3
    cut = lazy.repartition(divisions=[0, 10, 500, 999])
    assert cut.divisions == (0, 10, 500, 999)
    assert [len(part) for part in cut.partitions] == [10, 490, 500]
    daily = dd.from_pandas(data.set_index("t"), npartitions=2).repartition(freq="7D")
    assert_same(daily, data.set_index("t"))
    assert daily.npartitions == 7
    assert daily.divisions[0] == data.t.iloc[0]


def test_functions_see_one_partition_each() -> None:
    data = generated(100)
    lazy = dd.from_pandas(data, npartitions=4)
    assert lazy.map_partitions(len).compute().tolist() == [25] * 4
    assert_same(lazy.map_partitions(lambda part, more: part.a + more, 2), data.a + 2)
    both = dd.map_partitions(lambda a, b: a + b, lazy.a, lazy.b, meta=(None, float))
    assert_same(both, data.a + data.b)


def test_persisted_rows_are_computed_once() -> None:
    data = generated(100)
    calls = []

    def seen(part: pd.DataFrame) -> pd.DataFrame:
        calls.append(1)
        return part

    lazy = dd.from_pandas(data, npartitions=4)
    kept = lazy.map_partitions(seen, meta=lazy).persist()
    assert len(calls) == 4
    assert_same(kept, data)
    assert_same(kept.a.sum(), data.a.sum())
    assert (len(calls), kept.npartitions) == (4, 4)


def test_empty_and_small_partitions() -> None:
    data = generated(7)
    lazy = dd.from_pandas(data, npartitions=7)
    assert_same(lazy[lazy.a > 100], data[data.a > 100])
    assert_same(lazy[lazy.a > 100].map_partitions(lambda part: part, meta=lazy), data[data.a > 100])
    assert len(lazy[lazy.a > 100]) == 0
    nothing = data.iloc[:0]
    assert_same(dd.from_pandas(nothing, npartitions=2), nothing)
    assert_same(dd.from_pandas(nothing, npartitions=1).a.sum(), 0)


def test_frames_are_shown_as_structures() -> None:
    lazy = dd.from_pandas(generated(100), npartitions=2)
    text = repr(lazy)
    assert "npartitions=2" in text
    assert "float64" in text
    assert "..." in repr(lazy.a)
    assert "<table" in lazy._repr_html_()
    assert list(lazy.columns) == ["a", "b", "c", "k", "t"]
    assert lazy.dtypes.a == "int64"


@treadle.delayed
def rows_from(start: int) -> pd.DataFrame:
    return pd.DataFrame({"a": np.arange(start, start + 10), "k": ["x", "y"] * 5}, index=np.arange(start, start + 10))


def test_delayed_objects_are_partitions(regime: str) -> None:
    parts = [rows_from(start) for start in (0, 10, 20)]
    wanted = pd.concat([part.compute() for part in parts])
    lazy = dd.from_delayed(parts, meta=wanted.iloc[:0], divisions=(0, 10, 20, 29))
    assert lazy.npartitions == 3
    assert lazy.divisions == (0, 10, 20, 29)
    assert_same(lazy, wanted)
    assert_same(lazy.groupby("k").a.sum(), wanted.groupby("k").a.sum())
    assert_same(dd.from_delayed(rows_from(0)), wanted.iloc[:10])
    assert_same(dd.from_delayed([part["a"] for part in parts]), wanted.a)


def test_delayed_objects_that_do_not_fit_are_named() -> None:
    with pytest.raises(ValueError, match=r"expected columns \['b'\], as meta says, found \['a', 'k'\]"):
        dd.from_delayed([rows_from(0)], meta={"b": "int64"}).compute()
    with pytest.raises(TypeError, match="Expected Delayed object, got int"):
        dd.from_delayed([1])
    with pytest.raises(TypeError, match="at least one"):
        dd.from_delayed([])


def test_partitions_are_delayed_objects(regime: str) -> None:
    data = generated()
    lazy = dd.from_pandas(data, npartitions=4)
    for one, wanted in ((lazy, data), (lazy.a, data.a), (lazy[lazy.a > 25], data[data.a > 25])):
        parts = one.to_delayed()
        assert len(parts) == 4
        assert_same(pd.concat(treadle.compute(*parts)), wanted)
        assert_same(dd.from_delayed(parts, meta=one._meta), wanted)
    assert treadle.delayed(sum)([treadle.delayed(len)(part) for part in lazy.to_delayed()]).compute() == len(data)
    assert lazy.a.sum().to_delayed().compute() == data.a.sum()
    cut = lazy.repartition(npartitions=7).to_delayed()
    assert len(cut) == 7
    assert_same(pd.concat(treadle.compute(*cut)), data)


def test_partitions_among_calls_are_read_once(tmp_path: Path) -> None:
    generated().to_csv(tmp_path / "rows.csv", index=False)
    lazy = dd.read_csv(tmp_path / "rows.csv")
    (part,) = lazy.to_delayed()
    with treadle.diagnostics.Profiler() as profiler:
        treadle.compute(treadle.delayed(len)(part), part)
    assert len([one for one in profiler.results if one.task == "scan"]) == 1
