"""delayed: any function becomes lazy, and the tasks form a graph."""

import operator
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import treadle
import treadle.array as da
import treadle.bag as db
import treadle.dataframe as dd
import treadle.local
import treadle.multiprocessing
from treadle import delayed
from treadle.diagnostics import Profiler


def inc(x: int) -> int:
    return x + 1


@delayed  # type: ignore[untyped-decorator,unused-ignore]
def double(x: int) -> int:
    return x + 2


def total(data: list[int]) -> Any:
    """Three tasks an item and one that adds them."""
    return delayed(sum)([delayed(operator.add)(delayed(inc)(x), double(x)) for x in data])


def test_a_loop_of_calls_is_sixteen_tasks() -> None:
    """delayed as call and as decorator over five items: sixteen tasks, counted, drawn and run; the sum is 45."""
    lazy = total([1, 2, 3, 4, 5])
    assert len(lazy.dask) == 16
    assert treadle.get(lazy.dask, lazy.key) == 45
    drawn = str(lazy.visualize(filename=None, format="dot"))
    assert drawn.count("[label=") == 16
    with Profiler() as profile:
        assert lazy.compute() == 45
    assert len(profile.results) == 16


def test_what_is_independent_runs_side_by_side() -> None:
    """Two calls that each wait for the other to have begun can only end if both run at once."""
    both = threading.Barrier(2, timeout=300)

    def meet() -> int:
        return both.wait()

    assert sum(treadle.compute(*[delayed(meet, pure=False)() for _ in range(2)], num_workers=2)) == 1


def test_a_picture_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """visualize() alone makes a picture in this folder."""
    monkeypatch.chdir(tmp_path)
    total([1, 2]).visualize()
    assert [path.stat().st_size > 1000 for path in tmp_path.iterdir()] == [True]


def test_one_answer_from_each_scheduler() -> None:
    """Threads, processes, the calling thread, a client: for a call, for a block, for good."""
    lazy = db.range(10, npartitions=3).map(inc).sum()
    names = ["threads", "processes", "sync", "synchronous", "single-threaded"]
    assert {lazy.compute(scheduler=name) for name in names} == {55}
    with treadle.config.set(scheduler="processes"):
        assert lazy.compute() == 55
    with treadle.Client(n_workers=1) as client:
        assert lazy.compute(scheduler=client) == lazy.compute() == 55
    with pytest.raises(ValueError, match="expected one of synchronous"):
        lazy.compute(scheduler="no-such")


@pytest.mark.parametrize(
    "get", [treadle.get, treadle.threaded.get, treadle.local.get_sync, treadle.multiprocessing.get]
)
def test_a_get_function_says_where(get: Any) -> None:
    """compute(get=...), as older scripts have it."""
    assert db.range(10, npartitions=2).sum().compute(get=get) == 45


def test_collections_to_calls_and_back() -> None:
    """to_delayed() and from_delayed() of an array, a bag and a frame, with a change in between."""
    twice = delayed(lambda block: block * 2)
    blocks = da.arange(6.0, chunks=2).to_delayed()
    assert da.concatenate([da.from_delayed(twice(b), (2,), float) for b in blocks]).compute().tolist() == [
        0, 2, 4, 6, 8, 10
    ]  # fmt: skip
    parts = db.range(4, npartitions=2).to_delayed()
    assert db.from_delayed([delayed(lambda items: [-i for i in items])(p) for p in parts]).compute() == [0, -1, -2, -3]
    frames = dd.from_dict({"a": range(6)}, npartitions=3).to_delayed()
    assert dd.from_delayed([delayed(lambda f: f.assign(a=f.a * 2))(f) for f in frames]).a.sum().compute() == 30


def test_what_two_results_share_runs_once() -> None:
    """compute(y, z): the step that both stand on is called once a chunk, not twice."""
    calls: list[int] = []

    def add_one(block: np.ndarray) -> np.ndarray:
        calls.append(1)
        return block + 1

    x = da.random.randint(0, 10, size=(100,), chunks=10).map_blocks(add_one, dtype=int)
    calls.clear()
    y, z = treadle.compute(x.sum(), x.mean())
    assert y == z * 100
    assert len(calls) == 10
    assert da.compute(x.sum())[0] == y


def test_a_fault_shows_with_its_own_type_and_lines() -> None:
    """The exception of the function, its line in the traceback, with threads as with one thread."""

    def faulty(x: int) -> int:
        raise LookupError(f"no {x}")

    for scheduler in ("sync", "threads"):
        with pytest.raises(LookupError, match="no 2") as caught:
            delayed(faulty)(delayed(inc)(1)).compute(scheduler=scheduler)
        assert "faulty" in [entry.name for entry in caught.traceback]


def test_what_does_not_fit_memory_is_an_error_and_work_goes_on() -> None:
    """An array of a petabyte asked for whole is a MemoryError in the script; the process computes on."""
    huge = da.ones((10_000_000, 12_500_000))
    with pytest.raises(MemoryError):
        huge.compute()
    assert delayed(sum)([1, 2]).compute() == 3


def test_frames_arrays_and_bags_are_arguments() -> None:
    """A call gets lazy collections computed: pandas, NumPy, a list."""
    frame, array, bag = dd.from_dict({"a": [1, 2]}, npartitions=2), da.arange(3, chunks=1), db.range(3, npartitions=2)
    kinds = delayed(lambda *given: [type(one) for one in given])(frame, array, bag)
    assert kinds.compute() == [pd.DataFrame, np.ndarray, list]
