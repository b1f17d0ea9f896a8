"""Partitions as in Dask."""

import pickle
from pathlib import Path
from typing import Any

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
    assert dd.from_pandas(data, npartitions=4, sort=False).divisions == (0, 25, 50, 75, 99)
    assert dd.from_pandas(data[::-1], npartitions=4, sort=False).divisions == (None,) * 5
    assert [len(part) for part in dd.from_pandas(data, npartitions=7).partitions] == [15, 15, 14, 14, 14, 14, 14]
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
    assert repr(lazy).endswith("Plan: 1 step")
    assert repr(lazy[lazy.a > 3].b).endswith("Name: b, dtype: float64\nPlan: 3 steps")
    assert "<table" in lazy._repr_html_()
    assert "<div>Plan: 1 step</div>" in lazy._repr_html_()
    assert "Name: a, dtype: int64" in lazy.a._repr_html_()
    assert "2 partitions" in lazy.index._repr_html_()
    assert repr(lazy.groupby("k")) == "<treadle GroupBy by ['k'], 2 partitions>"
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


def test_sorts_merges_and_unions_keep_partitions(regime: str) -> None:
    data = generated(3000, seed=2)
    lazy = dd.from_pandas(data, npartitions=4)
    ordered = lazy.sort_values(["k", "b"])
    assert ordered.npartitions == 4
    assert [len(part) for part in ordered.partitions] == [750] * 4
    assert_same(ordered, data.sort_values(["k", "b"]))
    assert_same(ordered.partitions[1:3], data.sort_values(["k", "b"]).iloc[750:2250])
    assert_same(
        ordered.partitions[[3, 0]], pd.concat([data.sort_values(["k", "b"]).iloc[i : i + 750] for i in (2250, 0)])
    )
    names = pd.DataFrame({"k": ["p", "q", "r"], "name": ["P", "Q", "R"]})
    merged = lazy.merge(dd.from_pandas(names, npartitions=1), on="k")
    assert merged.npartitions == 4
    assert_same(merged, data.merge(names, on="k"))
    both = dd.concat([lazy, lazy[lazy.a > 25]])
    assert both.npartitions == 8
    assert_same(both, pd.concat([data, data[data.a > 25]]))
    assert_same(both.partitions[5], data.iloc[750:1500][data.iloc[750:1500].a > 25])
    assert_same(both.groupby("k").a.sum(), pd.concat([data, data[data.a > 25]]).groupby("k").a.sum())


def test_divisions_are_found_when_asked_for(regime: str) -> None:
    data = generated(2000, seed=3)
    lazy = dd.from_pandas(data, npartitions=4).set_index("a")
    wanted = data.set_index("a").sort_index(kind="stable")
    assert lazy.npartitions == 4
    assert lazy.known_divisions
    assert_same(lazy, wanted)
    found = list(lazy.divisions)
    assert found == sorted(found)
    assert (found[0], found[-1]) == (wanted.index[0], wanted.index[-1])
    for i, part in enumerate(lazy.partitions):
        labels = part.compute().index
        assert labels.min() == found[i]
        assert labels.max() <= found[i + 1]
        assert i == 3 or labels.max() < found[i + 1]
    given = dd.from_pandas(data, npartitions=4).set_index("a", divisions=[0, 10, 30, 49])
    assert [len(part) for part in given.partitions] == [
        int(((data.a >= low) & (data.a < high)).sum()) for low, high in ((0, 10), (10, 30), (30, 50))
    ]


def test_divisions_of_sorted_rows_are_those_of_their_partitions() -> None:
    data = generated(1000).set_index("t")
    lazy = dd.from_pandas(data.reset_index(), npartitions=3).set_index("t", sorted=True)
    sizes = [len(part) for part in lazy.partitions]
    starts = [0, sizes[0], sizes[0] + sizes[1]]
    assert lazy.divisions == (*[data.index[start] for start in starts], data.index[-1])
    assert lazy.map_partitions(lambda part: part + 0, meta=lazy[["a", "b"]]).npartitions == 3
    kept = lazy.map_partitions(lambda part: part, meta=lazy)
    assert kept.divisions == lazy.divisions
    assert not lazy.map_partitions(lambda part: part, meta=lazy, clear_divisions=True).known_divisions
    known = dd.from_pandas(data, npartitions=3)
    assert known[known.a > 3].divisions == known.divisions
    assert known.partitions[1:].divisions == known.divisions[1:]
    assert dd.concat([known.partitions[0], known.partitions[2]]).divisions == (
        *known.divisions[:1],
        *known.divisions[2:],
    )


def test_repartition_at_values_of_any_rows(regime: str) -> None:
    data = generated(3000, seed=4).sample(frac=1, random_state=0)
    lazy = dd.from_pandas(data, npartitions=3, sort=False)
    cut = lazy.repartition(divisions=[0, 100, 101, 2999])
    assert [len(part) for part in cut.partitions] == [100, 1, 2899]
    assert_same(cut, data.sort_index())
    named = dd.from_pandas(data.set_index("k"), npartitions=3, sort=False).repartition(divisions=["p", "q", "r"])
    assert_same(named.partitions[0], data.set_index("k").sort_index(kind="stable").loc[["p"]])
    times = dd.from_pandas(data.set_index("t"), npartitions=2, sort=False).repartition(freq="30D")
    assert_same(times, data.set_index("t").sort_index())
    assert all(part.compute().index.to_period("D").nunique() <= 30 for part in times.partitions)


def test_bytes_are_counted_and_not_kept() -> None:
    from treadle.dataframe.divisions import bytes_of

    data = generated(1000)
    lazy = dd.from_pandas(data, npartitions=2)
    texts = data.c.str.len().sum() + data.k.str.len().sum()
    assert bytes_of(lazy) == 1000 * (4 * 8 + 2 * 4) + texts
    assert bytes_of(lazy[lazy.a > 100]) == 0


def test_shuffled_rows_of_equal_keys_are_in_one_partition(regime: str) -> None:
    data = generated(1000)
    parts = [part.compute() for part in dd.from_pandas(data, npartitions=4).shuffle("a").partitions]
    assert len(parts) == 4
    owners = pd.concat([part.a.drop_duplicates() for part in parts])
    assert owners.is_unique
    assert_same(pd.concat(parts).sort_index(), data)


def test_persisted_partitions_are_the_lazy_ones() -> None:
    data = generated(100)
    lazy = dd.from_pandas(data, npartitions=4)
    kept = lazy[lazy.a > 30].persist()
    sent = pickle.loads(pickle.dumps(kept))
    assert sent.npartitions == kept.npartitions
    assert sent.compute().equals(kept.compute())
    assert [len(part) for part in kept.partitions] == [len(part) for part in lazy[lazy.a > 30].partitions]
    assert kept.divisions == lazy.divisions
    for cut in (
        lazy.set_index("b"),
        lazy.sort_values("b"),
        lazy.merge(lazy, on="a"),
        lazy.repartition(npartitions=7),
        lazy.repartition(npartitions=3)[["a"]],
        lazy.shuffle("k"),
        lazy.assign(far=lazy.b - lazy.b.mean()),
    ):
        assert [len(part) for part in cut.persist().partitions] == [len(part) for part in cut.partitions]
        assert_same(cut.persist(), cut.compute())


def test_functions_know_partitions_by_their_own_numbers() -> None:
    lazy = dd.from_pandas(generated(100), npartitions=4)

    def numbered(part: pd.DataFrame, partition_info: Any = None) -> pd.Series:
        return pd.Series([partition_info["number"] if partition_info else -1])

    mapped = lazy.map_partitions(numbered, meta=(None, "int64"))
    assert mapped.compute().tolist() == [0, 1, 2, 3]
    assert mapped.partitions[2:].compute().tolist() == [2, 3]
    assert mapped.partitions[1:].partitions[1].compute().tolist() == [2]


def moving(part: Any) -> Any:
    return part.rolling(4, center=True).sum()


def test_functions_see_rows_of_neighbours(regime: str) -> None:
    data = generated(1000)[["a", "b"]]
    lazy = dd.from_pandas(data, npartitions=5)
    over = lazy.map_overlap(moving, 2, 1)
    assert over.npartitions == 5
    assert over.divisions == lazy.divisions
    assert_same(over, moving(data))
    assert_same(lazy.a.map_overlap(moving, 2, 1), moving(data.a))
    assert_same(dd.map_overlap(lambda part, more: part.diff() + more, lazy, 1, 0, 3), data.diff() + 3)
    assert_same(over.partitions[2:4], moving(data).iloc[400:800])
    times = dd.from_pandas(generated(200).set_index("t")[["a"]], npartitions=2)
    wanted = generated(200).set_index("t")[["a"]].rolling("5h").sum()
    assert_same(times.map_overlap(lambda part: part.rolling("5h").sum(), pd.Timedelta("5h"), 0), wanted)
    with pytest.raises(NotImplementedError, match="repartition"):
        lazy.map_overlap(moving, 300, 0).compute()
    with pytest.raises(ValueError, match="before and after"):
        lazy.map_overlap(moving, -1, 0)


def test_a_lazy_scalar_beside_rows_leaves_them_in_their_partitions(regime: str) -> None:
    data = generated(900, seed=5)
    lazy = dd.from_pandas(data, npartitions=4)
    cases: dict[str, Any] = {
        "difference": lambda d: d.b - d.b.mean(),
        "mask": lambda d: d[d.b > d.b.mean()],
        "frame": lambda d: (d[["a", "b"]] - d.a.max()) / d.b.std(),
        "column": lambda d: d.assign(m=d.t.max(), n=d.b.min()),
        "filled": lambda d: d.b.fillna(d.b.mean()),
        "chosen": lambda d: d.b.where(d.a > 10, d.a.sum()),
    }
    for name, case in cases.items():
        moved, wanted = case(lazy), case(data)
        assert moved.npartitions == 4, name
        assert_same(moved, wanted)
        sizes = moved.map_partitions(lambda part: pd.Series([len(part)]), meta=(None, "int64")).compute()
        assert len(sizes) == 4, name
        assert sum(sizes) == len(wanted), name
        assert_same(moved.partitions[1:3], wanted[(wanted.index >= 225) & (wanted.index < 675)])
    assert_same(pickle.loads(pickle.dumps(lazy.b - lazy.b.mean())), data.b - data.b.mean())
    # Where nobody looks at partitions it is a join, whose rows are not kept.
    plan = (lazy.b - lazy.b.mean()).explain()
    assert "WithValues" not in plan[plan.index("optimized plan") :]


def test_labels_are_looked_for_only_where_they_may_lie() -> None:
    data = generated(200)
    data.index = pd.Index(np.repeat(np.arange(100), 2), name="n")
    frame = dd.from_pandas(data, npartitions=10)
    some = frame.loc[33:47]
    assert some.npartitions < 4
    assert (some.divisions[0], some.divisions[-1]) == (33, 47)
    for got, wanted in [
        (some, data.loc[33:47]),
        (frame.loc[95:], data.loc[95:]),
        (frame.loc[:20], data.loc[:20]),
        (frame.loc[50], data.loc[[50]]),
        (frame.b.loc[7:7], data.b.loc[7:7]),
        (frame.loc[120:130], data.loc[120:130]),
        (frame.loc[60:50], data.loc[60:50]),
        (frame.loc[98:, ["a", "k"]], data.loc[98:, ["a", "k"]]),
    ]:
        assert_same(got, wanted)
    assert frame.loc[50].divisions == (50, 50)
    assert frame.loc[50].npartitions == 1


def test_times_are_looked_for_by_parts_of_dates() -> None:
    data = generated(300).set_index("t")
    frame = dd.from_pandas(data, npartitions=6)
    assert frame.loc["2020-01-03":"2020-01-04"].npartitions < 6
    assert_same(frame.loc["2020-01-03":"2020-01-04"], data.loc["2020-01-03":"2020-01-04"])
    assert_same(frame.loc["2020-01-05"], data.loc["2020-01-05"])


FORMS = {
    "all": lambda frame: frame,
    "fewer": lambda frame: frame.repartition(npartitions=2),
    "one": lambda frame: frame.repartition(npartitions=1),
    "some": lambda frame: frame.partitions[[0, 2]],
    "the first rows": lambda frame: frame.head(3, compute=False),
    "the last rows": lambda frame: frame.tail(3, compute=False),
    "by chance": lambda frame: frame.sample(frac=0.5, random_state=3),
    "renumbered": lambda frame: frame.reset_index(),
    "a column, unsorted, as the index": lambda frame: frame.set_index("a", sort=False),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("index", ["numbers", "times"])
def test_divisions_that_are_known_hold(form: str, index: str) -> None:
    """What divisions promise is looked up in the rows."""
    data = generated(100) if index == "numbers" else generated(100).set_index("t")
    frame = FORMS[form](dd.from_pandas(data, npartitions=7))
    if form in ("renumbered", "a column, unsorted, as the index"):
        assert not frame.known_divisions
    else:
        check_divisions(frame)


def test_more_partitions_keep_their_divisions() -> None:
    data = generated(100)
    data.index = pd.Index(np.sort(np.random.default_rng(2).integers(0, 30, 100)), name="n")
    frame = dd.from_pandas(data, npartitions=3).repartition(npartitions=8)
    assert frame.npartitions == 8
    check_divisions(frame)
    assert_same(frame, data)
    assert_same(frame.loc[3:9], data.loc[3:9])


def check_divisions(frame: Any) -> None:
    assert frame.known_divisions
    divisions = frame.divisions
    for number, part in enumerate(frame.partitions):
        labels = part.compute().index
        last = number == frame.npartitions - 1
        assert (labels >= divisions[number]).all()
        assert (labels <= divisions[-1]).all() if last else (labels < divisions[number + 1]).all()
