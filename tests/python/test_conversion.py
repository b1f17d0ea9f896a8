"""Frames as arrays, records and bags, and back; parts of durations; what is drawn, validated and ranked."""

import pickle
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd
import pytest
import treadle
import treadle.array as da
import treadle.dataframe as dd
from frames import assert_same, generated
from treadle.dataframe.utils import make_meta

DATA = generated(600, seed=5)


@pytest.fixture
def lazy() -> Any:
    return dd.from_pandas(DATA, npartitions=3)


def test_values_are_lazy_arrays(lazy: Any, regime: str) -> None:
    array = lazy[["a", "b"]].to_dask_array()
    assert isinstance(array, da.Array)
    assert array.numblocks == (3, 1)
    assert np.isnan(array.shape[0])
    np.testing.assert_array_equal(array.compute(), DATA[["a", "b"]].to_numpy())
    known = lazy.a.to_dask_array(lengths=True)
    assert known.chunks == ((200, 200, 200),)
    assert (known + 1).mean().compute() == DATA.a.mean() + 1
    assert lazy.a.to_dask_array(lengths=[200, 200, 200]).shape == (600,)
    assert list(lazy.c.values.compute()[:3]) == list(DATA.c[:3])
    np.testing.assert_array_equal(np.asarray(lazy.index.values), DATA.index)
    with pytest.raises(ValueError, match="lengths: expected a number for each of 3 partitions, found 2"):
        lazy.a.to_dask_array(lengths=[300, 300])


def test_records_and_bags(lazy: Any) -> None:
    wanted = DATA.to_records(index=True)
    got = lazy.to_records(index=True).compute()
    assert got.dtype.names == wanted.dtype.names
    assert all(list(got[name]) == list(wanted[name]) for name in ("index", "a", "k", "t"))
    assert len(dd.to_records(lazy.a, lengths=True)) == 600
    assert lazy[["a", "k"]].to_bag().take(2) == tuple(DATA[["a", "k"]].head(2).itertuples(False, None))
    assert dd.to_bag(lazy[["a"]], index=True, format="dict").take(1) == ({"index": 0, "a": DATA.a[0]},)
    assert lazy.a.to_bag(index=True).take(1) == ((0, DATA.a[0]),)
    assert lazy.a.to_bag().sum().compute() == DATA.a.sum()
    assert lazy.to_bag(format="frame").map(len).compute() == [200, 200, 200]
    with pytest.raises(ValueError, match='format: expected "tuple"'):
        lazy.to_bag(format="xml")


def test_arrays_become_frames(lazy: Any) -> None:
    matrix = np.arange(20).reshape(10, 2)
    cut = da.from_array(matrix, chunks=(4, 2))
    assert_same(dd.from_dask_array(cut, columns=["p", "q"]), pd.DataFrame(matrix, columns=["p", "q"]))
    assert_same(dd.from_array(cut[:, 0], columns="v"), pd.Series(matrix[:, 0], name="v"))
    assert_same(dd.from_dask_array(lazy.b.values, columns="b", index=lazy.index), DATA.b)
    with pytest.raises(ValueError, match="as many partitions as blocks of rows, 3, found 1"):
        dd.from_dask_array(lazy.b.values, index=lazy.repartition(npartitions=1).index)
    dask_array = pytest.importorskip("dask.array")
    assert_same(dd.from_array(dask_array.arange(5, chunks=2)), pd.Series(np.arange(5)))


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parts_of_durations_are_the_cores(unit: str) -> None:
    data = (DATA.t - pd.Timestamp("2020-01-03 05:06:07.123456")).astype(f"timedelta64[{unit}]")
    data.iloc[3] = pd.NaT
    lazy = dd.from_pandas(data, npartitions=2)
    for name in ("days", "seconds", "microseconds", "nanoseconds"):
        part = getattr(lazy.dt, name)
        assert "python" not in part.explain()
        assert_same(part, getattr(data.dt, name))
    assert "python" not in lazy.dt.total_seconds().explain()
    assert_same(lazy.dt.total_seconds(), data.dt.total_seconds())
    assert_same(lazy.dt.components, data.dt.components)


def test_small_things_about_columns(lazy: Any) -> None:
    assert lazy.t.is_monotonic_increasing.compute()
    assert not lazy.t.is_monotonic_decreasing.compute()
    assert not lazy.b.is_monotonic_increasing.compute()
    assert lazy.index.is_monotonic_increasing.compute()
    assert lazy.a.memory_usage(index=False).compute() == DATA.a.memory_usage(index=False)
    assert lazy.nunique_approx().compute() == 600
    assert_same(lazy[["a", "b"]].median_approximate(), DATA[["a", "b"]].quantile(0.5))
    assert list(lazy.a.columns) == ["a"]
    assert "int64" in lazy.a.to_string()
    assert_same(dd.Series.from_dict({"a": [1, 2]}, npartitions=2).a, pd.Series([1, 2], name="a"))
    assert list(make_meta({"a": "int64"}).dtypes) == ["int64"]
    for got, wanted in zip(lazy[["a", "b"]].align(lazy[["b", "c"]]), DATA[["a", "b"]].align(DATA[["b", "c"]])):  # noqa: B905
        assert_same(got, wanted)


OTHER = pd.DataFrame({"a": range(60), "w": np.arange(60) * 1.5})


def test_merges_are_validated(lazy: Any, regime: str) -> None:
    other = dd.from_pandas(OTHER, npartitions=2)
    for promise in ("m:1", "many_to_one", "m:m"):
        merged = lazy.merge(other, on="a", validate=promise)
        assert "merge, all rows" not in merged.explain()
        assert_same(merged, DATA.merge(OTHER, on="a"))
    by_index = DATA.drop(columns="b").merge(OTHER, left_on="a", right_index=True)
    assert_same(lazy.drop(columns="b").merge(other, left_on="a", right_index=True, validate="m:1"), by_index)
    words = "Merge keys are not unique in left dataset; not a one-to-one merge"
    wrong = lazy.merge(other, on="a", validate="1:1")
    for result in (wrong, wrong.w.sum(), wrong.map_partitions(len)):
        with pytest.raises(pd.errors.MergeError, match=words):
            result.compute()
    with pytest.raises(pd.errors.MergeError, match="not unique in right dataset; not a one-to-one"):
        other.merge(lazy, on="a", validate="one_to_one").compute()
    with pytest.raises(ValueError, match=r'"1:2" is not a valid argument'):
        lazy.merge(other, on="a", validate="1:2")


def test_rows_may_be_drawn_again(lazy: Any, regime: str) -> None:
    drawn = lazy.sample(n=1000, replace=True, random_state=3)
    got = drawn.compute()
    assert len(got) == 1000
    assert 1 < np.bincount(got.index, minlength=600).max() < 20
    pd.testing.assert_frame_equal(got, DATA.loc[got.index])
    pd.testing.assert_frame_equal(got, drawn.compute(scheduler="synchronous"))
    with pytest.raises(ValueError, match="a must be greater than 0"):
        lazy[lazy.a < 0].sample(n=1, replace=True).compute()


@pytest.mark.parametrize("method", ["spearman", "kendall"])
def test_correlations_of_ranks(method: str, regime: str) -> None:
    data = DATA.assign(n=np.where(DATA.a % 7 == 0, np.nan, DATA.a), z=1.0)
    lazy = dd.from_pandas(data, npartitions=4)
    if regime != "little-memory":  # each pair is a walk of its own: many at once are more than that
        matrix = lazy[["a", "b", "n", "z"]].corr(method=method)
        assert "python: corr" not in matrix.explain()
        assert_same(matrix, data[["a", "b", "n", "z"]].corr(method=method))
    assert_same(lazy.n.corr(lazy.b, method=method), float(data.n.corr(data.b, method=method)))
    assert np.isnan(lazy.n.corr(lazy.b, method=method, min_periods=601).compute())


def test_data_sets_by_chance_are_the_same_for_a_seed() -> None:
    series = treadle.datasets.timeseries(end="2000-01-05", freq="1h", seed=1, id_lam=10)
    assert (series.npartitions, series.divisions[1]) == (4, pd.Timestamp("2000-01-02"))
    frame = series.compute()
    pd.testing.assert_frame_equal(
        frame, treadle.datasets.timeseries(end="2000-01-05", freq="1h", seed=1, id_lam=10).compute()
    )
    assert len(frame) == 96
    assert frame.id.mean() < 20
    assert frame.x.between(-1, 1).all()
    with pytest.raises(TypeError, match="unexpected arguments"):
        treadle.datasets.timeseries(z_lam=1)
    with pytest.raises(ValueError, match="expected float, int, str or 'category' for column 'x'"):
        treadle.datasets.timeseries(dtypes={"x": complex})
    people = treadle.datasets.make_people(npartitions=2, records_per_partition=3, seed=1)
    assert len(people.compute()) == 6
    assert people.take(1) == treadle.datasets.make_people(2, 3, seed=1).take(1)


def test_lines_with_the_files_that_they_come_from(tmp_path: Path) -> None:
    parts = [DATA[["a", "b", "k"]].iloc[:300], DATA[["a", "b", "k"]].iloc[300:].reset_index(drop=True)]
    files = [str(tmp_path / f"part-{number}.json") for number in range(2)]
    for file, part in zip(files, parts, strict=True):
        part.to_json(file, orient="records", lines=True)
    lazy = dd.read_json(str(tmp_path / "part-*.json"), lines=True, blocksize=4000, include_path_column=True)
    assert lazy.npartitions > 2
    assert "python" not in lazy.explain()
    got = lazy.compute().reset_index(drop=True)
    assert list(got.path.cat.categories) == files
    assert_same(got.drop(columns="path"), pd.concat(parts, ignore_index=True))
    assert got.path.tolist() == [files[0]] * 300 + [files[1]] * (len(DATA) - 300)
    named = dd.read_json(files, lines=True, include_path_column="of", path_converter=lambda path: Path(path).stem)
    assert named[named["of"] == "part-1"].a.sum().compute() == parts[1].a.sum()


def test_whole_documents(tmp_path: Path) -> None:
    parts = [DATA[["a", "b", "k"]].iloc[:300], DATA[["a", "b", "k"]].iloc[300:].reset_index(drop=True)]
    for number, part in enumerate(parts):
        part.to_json(tmp_path / f"part-{number}.json", orient="records")
    pattern = str(tmp_path / "part-*.json")
    wanted = pd.concat(pd.read_json(tmp_path / f"part-{number}.json") for number in range(2))
    lazy = dd.read_json(pattern, lines=False)
    assert lazy.npartitions == 2
    assert_same(lazy, wanted)
    # A sample is enough to know the columns, wherever it ends.
    for sample in (100, 101, 137, 1000):
        assert_same(dd.read_json(pattern, lines=False, sample=sample), wanted)
    with pytest.raises(ValueError, match=r"no whole record in the first 10 bytes; give meta= or a larger sample="):
        dd.read_json(pattern, lines=False, sample=10)
    named = dd.read_json(pattern, lines=False, include_path_column=True, path_converter=lambda path: Path(path).stem)
    assert list(named.path.compute().value_counts()) == [300, 300]
    with pytest.raises(ValueError, match="already contain the column name: a"):
        dd.read_json(pattern, lines=False, include_path_column="a")
    parts[0].to_json(tmp_path / "columns.json", orient="columns")
    assert_same(dd.read_json(str(tmp_path / "columns.json"), orient="columns"), pd.read_json(tmp_path / "columns.json"))


def test_frames_of_delayed_values_and_what_is_made_of_frames_travel_uncomputed() -> None:
    data = generated(60)
    calls: list[int] = []

    def seen(part: pd.DataFrame) -> pd.DataFrame:
        calls.append(1)
        return part

    lazy = dd.from_pandas(data, npartitions=3)
    back = dd.from_delayed(lazy.to_delayed(), meta=data.iloc[:0])
    made = dd.from_delayed(
        [treadle.delayed(seen)(data.iloc[:20]), treadle.delayed(seen)(data.iloc[20:])], meta=data[:0]
    )
    packed = cloudpickle.dumps((back[back.a > 3], made.groupby("k").a.sum()))
    assert not calls
    filtered, sums = cloudpickle.loads(packed)
    assert_same(filtered, data[data.a > 3])
    assert_same(sums, data.groupby("k").a.sum())
    bag, array = pickle.loads(pickle.dumps((lazy[["a"]].to_bag(), lazy.a.to_dask_array())))
    assert bag.compute() == list(data[["a"]].itertuples(index=False, name=None))
    assert array.compute().tolist() == data.a.tolist()
