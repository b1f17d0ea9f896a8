"""Collections among Dask's own, and in other processes: Dask's collection protocol, pickling, copies."""

import copy
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import dask.base
import numpy as np
import pandas as pd
import pytest
import treadle as tl
import treadle.dataframe as dd
from dask.delayed import delayed
from frames import assert_same, generated
from treadle import _core

DASK: Any = dask.base


@pytest.fixture
def lazy() -> Any:
    return dd.from_pandas(generated(), npartitions=4)


def double(part: Any) -> Any:
    return part * 2


def builds() -> list[Any]:
    """Ways to make a collection, each of it and of the same in pandas."""
    return [
        lambda df: df,
        lambda df: df.a,
        lambda df: df.assign(d=df.a * 2 + 1)[df.a > 25],
        lambda df: df.groupby("k").b.mean(),
        lambda df: df.c.str.upper(),
        lambda df: df.merge(df[["k", "a"]].drop_duplicates(), on=["k", "a"]),
        lambda df: df.sort_values(["k", "b"]),
        lambda df: df.t.dt.month.value_counts(),
        lambda df: df.set_index("t"),
        lambda df: df.a.sum(),
        lambda df: df.b.mean() + 1.0,
        lambda df: df.c.astype("category"),
        lambda df: df.index,
    ]


@pytest.mark.parametrize("build", builds())
def test_dask_computes_collections(lazy: Any, build: Any) -> None:
    wanted = build(lazy).compute()
    assert DASK.is_dask_collection(build(lazy))
    assert_same(DASK.compute(build(lazy))[0], wanted)
    assert_same(DASK.compute(build(lazy), scheduler="threads")[0], wanted)
    assert_same(DASK.compute(build(lazy), scheduler="sync")[0], wanted)


def test_a_graph_maps_keys_to_tasks(lazy: Any) -> None:
    graph = lazy.__dask_graph__()
    keys = lazy.__dask_keys__()
    assert list(graph)[-4:] == keys
    assert len(keys) == 4
    parts = [graph[key][0]() for key in keys]
    assert_same(pd.concat(parts), lazy.compute())
    assert len(lazy.a.sum().__dask_keys__()) == 1
    assert len(lazy.repartition(npartitions=7).__dask_keys__()) == 7


def test_what_the_engine_runs_is_named_by_the_partitions(lazy: Any) -> None:
    graph = lazy.groupby("a").b.sum().__dask_graph__()
    kinds = [task[0].__name__ for task in graph.values()]
    assert kinds.count("scan") == 4
    assert kinds[-1] == "compute_series"
    assert {name for task in graph.values() for name in task[1:]} == set(list(graph)[:-1])


def test_equal_work_has_equal_keys(lazy: Any) -> None:
    assert (lazy.a + 1).__dask_keys__() == (lazy.a + 1).__dask_keys__()
    assert (lazy.a + 1).__dask_keys__() != (lazy.a + 2).__dask_keys__()
    assert lazy.a.__dask_tokenize__() != lazy.a.rename("z").__dask_tokenize__()
    assert DASK.tokenize(lazy.a) == DASK.tokenize(lazy.a)


def test_dask_computes_several_in_one_run(lazy: Any) -> None:
    from treadle.diagnostics import Profiler

    with Profiler() as alone:
        lazy.a.sum().compute()
    with Profiler() as together:
        assert DASK.compute(lazy.a.sum(), lazy.a.max()) == (lazy.a.sum().compute(), 49)
    scans = [[one.key for one in profiler.results if one.task == "scan"] for profiler in (alone, together)]
    assert len(scans[0]) == 4
    assert len(scans[1]) == 8  # those of the run in dask.compute(), and of the one behind it


def test_dask_persists_collections(lazy: Any) -> None:
    (kept,) = DASK.persist(lazy.assign(d=lazy.a * 2))
    assert kept.npartitions == 4
    assert_same(kept, lazy.assign(d=lazy.a * 2).compute())
    assert "python" not in kept.explain()


def test_delayed_functions_of_dask_take_collections(lazy: Any) -> None:
    total = delayed(len)(lazy)
    assert total.compute(scheduler="threads") == len(lazy)


@pytest.mark.parametrize("build", builds())
def test_pickled_collections_stay_lazy(lazy: Any, build: Any) -> None:
    from treadle.diagnostics import Profiler

    with Profiler() as profiler:
        made = build(lazy)
        before = len(profiler.results)
        data = pickle.dumps(made)
        back = pickle.loads(data)
        assert len(profiler.results) == before
    assert type(back) is type(made)
    if hasattr(made, "npartitions"):
        assert back.npartitions == made.npartitions
        assert back.divisions == made.divisions
    assert_same(back, made.compute())


def test_files_are_pickled_by_their_names(tmp_path: Path) -> None:
    data = generated(20_000)
    data.to_csv(tmp_path / "rows.csv", index=False)
    data.to_parquet(tmp_path / "rows.parquet")
    for made in (
        dd.read_csv(tmp_path / "rows.csv", parse_dates=["t"], dtype={"a": "float32"}, blocksize="100kB"),
        dd.read_parquet(tmp_path / "rows.parquet"),
        tl.scan_csv(tmp_path / "rows.csv").filter(tl.col("a") > 3),
        tl.scan_parquet(str(tmp_path / "rows.parquet")).group_by("k").agg(tl.col("b").mean()),
        tl.sql(f"SELECT k, sum(a) FROM '{tmp_path}/rows.parquet' GROUP BY k"),
    ):
        pickled = pickle.dumps(made)
        assert len(pickled) < 20_000
        back = pickle.loads(pickled)
        if isinstance(made, tl.LazyFrame):
            assert back.collect().equals(made.collect())
        else:
            assert back.npartitions == made.npartitions
            assert_same(back, made.compute())


def test_expressions_and_tables_are_pickled() -> None:
    table = tl.DataFrame({"a": [1, None, 3], "b": ["x", "é", None]})
    assert pickle.loads(pickle.dumps(table)).equals(table)
    shared = tl.col("a")
    for _ in range(40):  # a tree of 2**40 leaves, if it were written out
        shared = shared + shared
    for expression in (
        tl.when(tl.col("a") > 1).then(tl.lit("big")).otherwise(tl.lit(None)).alias("size"),
        tl.col("b").str.to_uppercase(),
        tl.col("a").std(ddof=0).cast(tl.Float32),
        tl.lit(2.5),
    ):
        back = pickle.loads(pickle.dumps(expression))
        assert table.select(back).equals(table.select(expression))
    core = _core.col("a")
    for _ in range(40):
        core = core + core
    assert pickle.loads(pickle.dumps(core)).output_name == "a"


def test_another_process_computes_what_was_pickled(tmp_path: Path, lazy: Any) -> None:
    factor = 3
    made = lazy.assign(d=lazy.a.map(lambda value: value * factor, meta=("d", "int64"))).map_partitions(double_a)
    (tmp_path / "frame.pickle").write_bytes(pickle.dumps(made))
    code = f"""
import pickle
frame = pickle.loads(open({str(tmp_path / "frame.pickle")!r}, "rb").read())
print(frame.d.sum().compute(), frame.assign(e=frame.a.map(lambda v: v, meta=("e", "int64"))).e.sum().compute())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path(__file__).parent
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(int(made.d.sum().compute())), str(int(made.a.sum().compute()))]


def double_a(part: pd.DataFrame) -> pd.DataFrame:
    return part.assign(a=part.a * 2)


def test_a_function_that_cannot_be_pickled_is_named(lazy: Any) -> None:
    lock = threading.Lock()

    def guarded(part: Any) -> Any:
        with lock:
            return part

    for made in (lazy.map_partitions(guarded, meta=lazy), lazy.a.map(guarded, meta=("a", "int64"))):
        with pytest.raises(TypeError, match=r"the function 'guarded' cannot be pickled: .*lock"):
            pickle.dumps(made)
        assert len(made.compute()) == 1500


def test_copies_are_equal_and_independent(lazy: Any) -> None:
    total = lazy.a.sum()
    for duplicate in (copy.copy, copy.deepcopy):
        other = duplicate(lazy)
        other["new"] = 1
        assert "new" not in lazy.columns
        assert_same(other.drop(columns="new"), lazy.compute())
        assert duplicate(total).compute() == total.compute()
        frame = tl.DataFrame({"a": [1, 2]})
        assert duplicate(frame.lazy()).collect().equals(frame)
        assert duplicate(frame).equals(frame)
        assert frame.select(duplicate(tl.col("a") + 1))["a"].to_list() == [2, 3]


def test_many_steps_are_pickled() -> None:
    made = dd.from_pandas(pd.DataFrame({"a": np.arange(10)}), npartitions=2)
    for _ in range(600):
        made = made[made.a >= 0]
    back = pickle.loads(pickle.dumps(made))
    assert back.npartitions == 2
    assert len(back.columns) == 1
