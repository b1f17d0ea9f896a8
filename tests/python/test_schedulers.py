"""Where computations run: names, settings, functions of Dask's form, worker processes, pools; graphs by hand."""

# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

import collections
import concurrent.futures
import contextvars
import json
import multiprocessing.pool
import os
import subprocess
import sys
import textwrap
import threading
from typing import Any

import pytest
import treadle
import treadle.bag as db
import treadle.multiprocessing
import treadle.threaded
from treadle import delayed
from treadle.errors import CycleError, TaskFailed, WorkerCrashed

dask: Any = pytest.importorskip("dask")


def inc(x):
    return x + 1


def here():
    return os.getpid(), threading.get_ident()


Pair = collections.namedtuple("Pair", "a b")

GRAPH = {
    "x": 1,
    "y": (inc, "x"),
    ("z", 0): (sum, ["x", "y", (inc, "y")]),
    "alias": "y",
    "list": ["x", ("z", 0), "text"],
    "constant": [1, (2, 3)],
    "tuple": (1, ("x", (inc, "y")), [("z", 0)]),
    "in a tuple": (list, [(1, "y", "text")]),
    "set": {1, "y", ("z", 0)},
    "pair": Pair("x", (inc, "x")),
    "dict": {"x": "y"},
}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (treadle.get, dask.get),
        (treadle.threaded.get, dask.threaded.get),
        (treadle.multiprocessing.get, dask.get),
    ],
)
@pytest.mark.parametrize(
    "keys",
    ["y", ("z", 0), "alias", ["y", ["x", ("z", 0)]], "list", [], "tuple", "in a tuple", "set", "pair", "dict"],
)
def test_graphs_by_hand_like_dask(ours, theirs, keys):
    assert ours(GRAPH, keys) == theirs(GRAPH, keys)


def test_graphs_that_dask_made():
    lazy = dask.delayed(inc)(dask.delayed(inc)(1))
    assert treadle.get(lazy.__dask_graph__(), lazy.key) == 3


def test_a_cycle_is_an_error_that_shows_the_way_around():
    with pytest.raises(CycleError, match="'a' -> 'b' -> 'c' -> 'a'") as caught:
        treadle.get({"a": (inc, "b"), "b": [["c"]], "c": (inc, (inc, "a"))}, "a")
    assert isinstance(caught.value, RuntimeError)
    with pytest.raises(CycleError, match="'a' -> 'a'"):
        treadle.threaded.get({"a": (inc, "a")}, ["a"])


def test_a_deep_graph_by_hand():
    graph = {0: 0, **{i: (inc, i - 1) for i in range(1, 20_001)}}
    assert treadle.get(graph, 20_000) == 20_000


def test_a_key_that_is_not_there():
    with pytest.raises(KeyError, match="missing"):
        treadle.get({"x": 1}, "missing")


@pytest.mark.parametrize("name", ["sync", "synchronous", "single-threaded"])
def test_the_calling_thread(name):
    assert delayed(here)().compute(scheduler=name) == here()
    with treadle.config.set(scheduler=name):
        assert delayed(here)().compute() == here()


def test_threads_of_this_process():
    pid, thread = delayed(here)().compute(scheduler="threads")
    assert pid == os.getpid()
    assert thread != threading.get_ident()
    barrier = threading.Barrier(4)  # passed only if four calls are under way at once
    calls = [delayed(barrier.wait)(30) for _ in range(4)]
    assert sorted(treadle.compute(*calls, num_workers=4)) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "get", [treadle.get, treadle.threaded.get, treadle.multiprocessing.get], ids=lambda get: get.__module__
)
def test_get_says_where(get):
    assert delayed(inc)(1).compute(get=get) == 2
    assert treadle.compute(delayed(inc)(1), scheduler=get) == (2,)


def test_functions_of_dask_s_form():
    assert delayed(inc)(1).compute(scheduler=dask.get) == 2
    assert delayed(inc)(1).compute(get=dask.threaded.get) == 2


def test_worker_processes():
    assert delayed(here)().compute(scheduler="processes")[0] != os.getpid()
    with treadle.config.set(scheduler="processes", num_workers=2):
        pids = treadle.compute([delayed(here)() for _ in range(4)])[0]
    assert all(pid != os.getpid() for pid, _ in pids)
    offset = 5
    assert delayed(lambda x: x + offset)(delayed(inc)(1)).compute(scheduler="processes") == 7


def test_a_crashed_worker_fails_its_task_and_the_session_lives():
    def crash():
        os._exit(7)

    with pytest.raises(WorkerCrashed, match="crash"):
        delayed(crash)().compute(scheduler="processes", num_workers=2)
    assert delayed(inc)(1).compute(scheduler="processes", num_workers=2) == 2


class NeedsTwo(Exception):
    """Its class does not make it again of its arguments."""

    def __init__(self, a, b):
        super().__init__("needs two")
        self.pair = a, b


def test_errors_come_back_whole(tmp_path):
    def fail():
        raise NeedsTwo(1, 2)

    def fail_with_a_lock():
        error = NeedsTwo(1, threading.Lock())
        raise error

    with pytest.raises(NeedsTwo, match="needs two") as caught:
        delayed(fail)().compute(scheduler="processes", num_workers=2)
    assert caught.value.pair == (1, 2)
    with pytest.raises(TaskFailed, match="NeedsTwo: needs two"):
        delayed(fail_with_a_lock)().compute(scheduler="processes", num_workers=2)
    path = tmp_path / "x.json"
    path.write_text('1\n{"n": \n')
    with pytest.raises(json.JSONDecodeError) as bad:
        db.read_text(path).map(json.loads).compute(scheduler="processes", num_workers=2)
    assert f"line 2 of {path}" in bad.value.__notes__


def test_what_cannot_travel_is_named():
    lock = threading.Lock()

    def holds_a_lock():
        return lock

    with pytest.raises(TypeError, match=r"the function .*holds_a_lock cannot be pickled"):
        delayed(holds_a_lock)().compute(scheduler="processes")
    with pytest.raises(TypeError, match="argument 0 of inc, a lock, cannot be pickled"):
        delayed(inc)(lock).compute(scheduler="processes")
    with pytest.raises(ZeroDivisionError):
        delayed(divmod)(1, 0).compute(scheduler="processes")


def test_pools_of_one_s_own():
    with concurrent.futures.ThreadPoolExecutor(2, thread_name_prefix="mine") as executor:
        named = delayed(lambda: threading.current_thread().name)()
        assert named.compute(scheduler=executor).startswith("mine")
        assert named.compute(pool=executor).startswith("mine")
        with treadle.config.set(pool=executor):
            assert named.compute().startswith("mine")
    with multiprocessing.pool.ThreadPool(2) as pool:
        assert delayed(inc)(1).compute(pool=pool) == 2


VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE", default="default")


@pytest.mark.parametrize("scheduler", ["threads", "sync"])
def test_calls_see_the_caller_s_context(scheduler):
    calls = [delayed(VARIABLE.get)() for _ in range(20)]
    assert set(treadle.compute(*calls, scheduler=scheduler)) == {"default"}
    token = VARIABLE.set("mine")
    try:
        assert set(treadle.compute(*calls, scheduler=scheduler)) == {"mine"}
        delayed(VARIABLE.set)("theirs").compute(scheduler="threads")
        assert VARIABLE.get() == "mine"
    finally:
        VARIABLE.reset(token)


def test_worker_processes_load_nothing_in_the_engine_s_threads():
    """Several threads that import the same for the first time may see halves of it."""
    script = textwrap.dedent(
        """
        import os, sys, threading
        import treadle
        from treadle.distributed import Client, KilledWorker

        class Watch:
            found = []

            def find_spec(self, name, path=None, target=None):
                if threading.current_thread() is not threading.main_thread():
                    self.found.append(name)

        with Client(n_workers=2, threads_per_worker=1, processes=True) as client:
            sys.meta_path.insert(0, Watch())
            pids = client.gather(client.map(lambda _: os.getpid(), range(8), pure=False))
            assert os.getpid() not in pids
            try:
                client.submit(os._exit, 3).result()
            except KilledWorker:
                pass
        print(sorted(set(Watch.found) & sys.modules.keys()))
        """
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_unknown_schedulers_are_named():
    with pytest.raises(ValueError, match="'cluster'"):
        delayed(inc)(1).compute(scheduler="cluster")
    with pytest.raises(TypeError, match="found int"):
        delayed(inc)(1).compute(scheduler=5)
    with pytest.raises(ValueError, match="No clients found"):
        delayed(inc)(1).compute(scheduler="distributed")


def with_pid(part):
    return part.assign(pid=os.getpid())


def die_at_ten(part):
    if 10 in part.a.values:
        os._exit(3)
    return part


def test_functions_of_frames_run_in_worker_processes_too(tmp_path):
    pd = pytest.importorskip("pandas")
    import treadle.dataframe as dd

    frame = dd.from_pandas(pd.DataFrame({"a": range(40)}), npartitions=4)
    mapped = frame.map_partitions(with_pid)
    assert set(mapped.compute().pid) == {os.getpid()}
    found = mapped.compute(scheduler="processes", num_workers=2)
    assert os.getpid() not in set(found.pid)
    assert found.a.tolist() == list(range(40))
    together, pid = treadle.compute(mapped, delayed(os.getpid)(), scheduler="processes", num_workers=2)
    assert os.getpid() not in {*together.pid, pid}
    with treadle.config.set(scheduler="processes", num_workers=2):
        assert os.getpid() not in set(mapped.compute().pid)
        mapped.to_csv(tmp_path / "*.csv", index=False)
        assert frame.a.map(lambda x: x * 2).sum().compute() == 2 * sum(range(40))
    written = pd.concat([pd.read_csv(path) for path in sorted(tmp_path.glob("*.csv"))])
    assert os.getpid() not in set(written.pid)
    assert written.a.tolist() == list(range(40))


def test_a_crash_in_a_frame_s_function_fails_its_task_and_the_session_lives():
    pd = pytest.importorskip("pandas")
    import treadle.dataframe as dd

    frame = dd.from_pandas(pd.DataFrame({"a": range(40)}), npartitions=4)
    with pytest.raises(WorkerCrashed, match="the worker process died while it ran die_at_ten"):
        frame.map_partitions(die_at_ten, meta=frame._meta).compute(scheduler="processes", num_workers=2)
    assert frame.map_partitions(with_pid).compute(scheduler="processes", num_workers=2).a.sum() == sum(range(40))


def test_functions_of_frames_know_their_client():
    pd = pytest.importorskip("pandas")
    import treadle.dataframe as dd
    from treadle.distributed import Client, get_client

    def note_client(part):
        return part.assign(client=get_client().id)

    frame = dd.from_pandas(pd.DataFrame({"a": range(4)}), npartitions=2)
    with Client(n_workers=1, set_as_default=False) as client:
        mapped = frame.map_partitions(note_client, meta=frame._meta.assign(client="x"))
        assert set(mapped.compute(scheduler=client).client) == {client.id}


def test_processes_need_no_main_guard(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent("""
            import os
            import treadle

            def square(x):
                return x * x, os.getpid()

            results = treadle.compute([treadle.delayed(square)(i) for i in range(5)], scheduler="processes")[0]
            assert all(pid != os.getpid() for _, pid in results)
            print(sum(value for value, _ in results))
        """)
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=300, check=False)
    assert (done.stdout, done.stderr) == ("30\n", "")


def test_any_function_travels_to_processes_of_ones_own() -> None:
    """A lambda in a standard pool, which alone could not send it."""
    counts = db.range(10, npartitions=2).map(lambda x: x % 3).frequencies()
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        assert dict(counts.compute(scheduler=pool)) == {0: 4, 1: 3, 2: 3}
        with pytest.raises(TypeError, match="cannot be pickled"):
            db.from_sequence([threading.Lock()]).map(lambda lock: lock).compute(scheduler=pool)
