"""treadle.distributed: what Dask's documentation says of futures, tried on the embedded engine."""

# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import gc
import operator
import os
import pickle
import socket
import subprocess
import sys
import textwrap
import threading
import time
import traceback
import weakref
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
import treadle
import treadle.array
import treadle.bag
import treadle.dataframe
from treadle import _core
from treadle.distributed import (
    CancelledError,
    Client,
    Event,
    Future,
    KilledWorker,
    LocalCluster,
    Lock,
    MultiLock,
    Queue,
    Semaphore,
    TimeoutError,
    Variable,
    as_completed,
    fire_and_forget,
    futures_of,
    get_client,
    get_worker,
    rejoin,
    secede,
    wait,
    worker_client,
)
from treadle.errors import InvalidArgument, TaskFailed


def inc(x):
    return x + 1


def fail(x):
    raise ValueError(f"bad {x}")


@pytest.fixture
def client():
    with Client(n_workers=2, threads_per_worker=2) as made:
        yield made


class Gate:
    """Holds calls up until it is opened."""

    def __init__(self):
        self.opened = threading.Event()

    def __call__(self, value=None):
        assert self.opened.wait(60)
        return value

    def open(self):
        self.opened.set()


@pytest.fixture
def gate():
    made = Gate()
    yield made
    made.open()


def test_submit_result_and_status(client):
    future = client.submit(inc, 1)
    assert future.result() == 2
    assert (future.status, future.done(), future.cancelled(), future.type) == ("finished", True, False, int)
    assert repr(future) == f"<Future: finished, type: builtins.int, key: {future.key}>"
    assert future.key.startswith("inc-")


def test_futures_are_arguments_at_any_depth(client):
    first = client.submit(inc, 1)
    assert client.submit(lambda *a, **k: (a, k), [first, {"a": (first,)}], x=first).result() == (
        ([2, {"a": (2,)}],),
        {"x": 2},
    )
    assert client.submit(operator.add, first, treadle.delayed(inc)(first)).result() == 5
    assert treadle.delayed(inc)(first).compute() == 3


def test_map_and_gather_keep_the_order(client):
    futures = client.map(operator.add, range(100), range(100, 200))
    assert client.gather(futures) == [i + i + 100 for i in range(100)]
    assert client.gather({"a": futures[0], "b": [futures[1], (futures[2], 7)]}) == {"a": 100, "b": [102, (104, 7)]}
    assert client.gather(client.map(pow, range(3), exp=2)) == [0, 1, 4]
    assert list(client.gather(iter(futures[:3]))) == [100, 102, 104]
    named = client.map(inc, [1, 2], key="mine")
    assert all(one.key.startswith("mine-") for one in named)
    others = client.map(inc, [3, 4], key="mine")  # other calls, though of the same name
    assert client.gather(named + others) == [2, 3, 4, 5]
    assert [one.key for one in client.map(inc, [1, 2], key=["x", "y"])] == ["x", "y"]


def test_one_bad_file_spoils_one_future(client, tmp_path):
    for name, text in {"a": "1 2", "b": "x", "c": "3"}.items():
        (tmp_path / name).write_text(text)

    def process(path):
        return sum(int(word) for word in path.read_text().split())

    futures = client.map(process, [tmp_path / name for name in "abc"])
    wait(futures)
    assert [future.status for future in futures] == ["finished", "error", "finished"]
    assert client.gather(futures, errors="skip") == [3, 3]
    assert client.gather(dict(zip("abc", futures, strict=True)), errors="skip") == {"a": 3, "b": None, "c": 3}
    assert client.gather(futures[1], errors="skip") is None
    with pytest.raises(ValueError, match="'x'"):
        client.gather(futures)


def test_a_future_s_exception_has_its_type_and_its_line(client):
    future = client.submit(fail, 3)
    error = future.exception()
    assert isinstance(error, ValueError)
    assert [line.name for line in traceback.extract_tb(future.traceback())] == ["fail"]
    for _ in range(2):  # it may be asked for again
        with pytest.raises(ValueError, match="bad 3") as caught:
            future.result()
        assert caught.traceback[-1].name == "fail"
    assert [line.name for line in traceback.extract_tb(future.traceback())] == ["fail"]  # as it was
    behind = client.submit(inc, future)
    with pytest.raises(ValueError, match="bad 3"):
        behind.result()
    assert client.submit(inc, 1).exception() is None


def test_a_failure_may_be_met_by_several_and_again(client):
    future = client.submit(fail, 3)
    behind = treadle.delayed(inc)(future)
    for _ in range(3):
        with pytest.raises(ValueError, match="bad 3"):
            behind.compute()
        assert isinstance(future.exception(), ValueError)
        with pytest.raises(ValueError, match="bad 3"):
            future.result()


def test_a_process_that_saw_failures_ends_in_peace():
    """The engine's threads let go of what was raised while the interpreter goes."""
    script = textwrap.dedent(
        """
        import treadle

        def fail(x):
            raise ValueError(x)

        for i in range(3):
            try:
                treadle.delayed(fail)(i).compute()
            except ValueError:
                pass
        client = treadle.Client(n_workers=1)
        futures = client.map(fail, range(3))
        assert [str(future.exception()) for future in futures] == ["0", "1", "2"]
        """
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")


def test_equal_calls_share_a_future_that_is_alive(client):
    calls = []
    first = client.submit(lambda: calls.append(1), key="once")
    assert client.submit(lambda: calls.append(2), key="once") == first
    first.result()
    assert client.submit(inc, 5).key == client.submit(inc, 5).key
    assert client.submit(inc, 5, pure=False).key != client.submit(inc, 5, pure=False).key
    assert calls == [1]


def test_results_are_released_with_the_last_future(client):
    class Big:
        pass

    future = client.submit(Big, pure=False)
    alive = weakref.ref(future.result())
    again = client.submit(lambda big: big is not None, future)
    assert again.result()
    del future
    client.submit(inc, 0, pure=False).result()  # a task comes by and drops what was left behind
    for _ in range(6000):  # far more than it takes, however busy the machine is
        gc.collect()
        if alive() is None:
            break
        time.sleep(0.01)
    assert alive() is None


def test_release(client):
    future = client.submit(inc, 1)
    future.result()
    future.release()
    assert future.status == "cancelled"
    assert future.key not in client.futures
    assert client.submit(inc, 1).result() == 2


def test_a_future_is_found_by_what_it_names(client):
    future, other = client.submit(inc, 1), client.submit(inc, 2)
    before = hash(future)
    kept = {future: "mine"}
    future.result()
    assert client.submit(inc, 1) == future
    future.release()
    other.release()
    assert hash(future) == before
    assert kept[future] == "mine"
    assert future != other
    assert future != "text"
    with Client(n_workers=1, set_as_default=False) as second:
        assert second.submit(inc, 1) != future


def test_a_future_is_had_by_its_key(client):
    future = client.submit(inc, 1, key="mine")
    assert Future("mine", client).result() == 2
    assert Future("mine") == future
    with pytest.raises(KeyError, match="no future of the client has the key 'other'"):
        Future("other", client)


def test_cancelled_futures_say_so(client, gate):
    waits = client.submit(gate, pure=False)
    behind = client.submit(inc, waits)
    waits.cancel()
    assert (waits.status, waits.cancelled()) == ("cancelled", True)
    wait([behind])
    assert behind.status == "cancelled"
    with pytest.raises(CancelledError, match=behind.key):
        behind.result()
    others = [client.submit(gate, 1, pure=False), client.submit(gate, 2, pure=False)]
    client.cancel(others, reason="too-late", msg="nobody waits")
    with pytest.raises(CancelledError, match="too-late: nobody waits"):
        others[1].result()


def test_timeouts(client, gate):
    future = client.submit(gate)
    with pytest.raises(TimeoutError):
        future.result(timeout="10ms")
    with pytest.raises(TimeoutError):
        wait([future], timeout=0.01)
    with pytest.raises(ValueError, match=r"timeout: .*found a Future.*list"):
        wait(future, future)
    with pytest.raises(TimeoutError):
        next(as_completed([future], timeout=0.01))


def test_retries_and_retry(client):
    left = [3]

    def flaky():
        left[0] -= 1
        if left[0]:
            raise OSError("not yet")
        return "there"

    assert client.submit(flaky, retries=2).result() == "there"
    left[0] = 2
    future = client.submit(flaky, pure=False)
    assert isinstance(future.exception(), OSError)
    future.retry()
    assert future.result() == "there"


def test_retries_of_lazy_values_and_graphs(client):
    left = [0]

    def flaky():
        left[0] -= 1
        if left[0] > 0:
            raise OSError("not yet")
        return "there"

    lazy = treadle.delayed(flaky)()
    for retries, there in ((1, False), (2, True)):
        left[0] = 3
        assert (client.compute(lazy, retries=retries).exception() is None) == there
    left[0] = 3
    assert client.persist(lazy, retries=2).compute() == "there"
    left[0] = 3
    assert client.get({"x": (flaky,)}, "x", retries=2) == "there"
    left[0] = 3
    assert client.get({"x": (flaky,)}, "x", sync=False, retries=2).result() == "there"
    left[0] = 3
    with pytest.raises(OSError, match="not yet"):
        client.get({"x": (flaky,)}, "x")


def test_callbacks(client):
    seen: list[Future] = []
    ended = threading.Event()

    def note(future):
        seen.append(future)
        ended.set()

    future = client.submit(inc, 1)
    future.add_done_callback(note)
    assert ended.wait(60)
    future.add_done_callback(seen.append)
    assert seen == [future, future]


def test_as_completed_in_the_order_of_the_ends(client, gate):
    slow = client.submit(gate, "slow", pure=False)
    quick = client.submit(inc, 1)
    order = as_completed([slow, quick], with_results=True)
    assert next(order) == (quick, 2)
    gate.open()
    more = client.submit(inc, 10)
    order.add(more)
    assert {result for _, result in order} == {"slow", 11}
    assert order.is_empty()
    assert sorted(len(batch) for batch in as_completed(client.map(inc, range(3))).batches())[-1] >= 1
    failing = as_completed([client.submit(fail, 1)], with_results=True, raise_errors=False)
    kind, error, trace = next(failing)[1]
    assert kind is ValueError
    assert str(error) == "bad 1"
    assert traceback.extract_tb(trace)[-1].name == "fail"


def test_whoever_waits_for_ever_waits(client, gate):
    future = client.submit(gate, 1, pure=False)
    behind = client.submit(lambda: gate.open(), pure=False)
    assert behind.result(timeout=float("inf")) is None
    assert future.result(timeout=1e300) == 1


def test_ctrl_c_ends_a_wait_within_a_pickle():
    script = """if True:
    import pickle, signal, sys, threading, time
    import treadle
    from treadle.distributed import Client
    begun, stop = threading.Event(), threading.Event()
    def stays():
        begun.set()
        stop.wait()
    client = Client(n_workers=1, threads_per_worker=1, processes=False)
    lazy = client.persist(treadle.delayed(stays)())
    begun.wait()
    main = threading.main_thread().ident
    def interrupt():
        while "treadle" not in sys._current_frames()[main].f_code.co_filename:
            time.sleep(0.001)
        signal.pthread_kill(main, signal.SIGINT)
    try:
        threading.Thread(target=interrupt).start()
        pickle.dumps(lazy)
        print("pickled")
    except KeyboardInterrupt:
        print("interrupted")
    stop.set()
    client.close()
    """
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")


def test_wait_for_the_first(client, gate):
    slow, quick = client.submit(gate, pure=False), client.submit(inc, 1)
    done, not_done = wait([slow, quick], return_when="FIRST_COMPLETED")
    assert quick in done
    assert slow in not_done


def test_scatter(client):
    data = client.scatter([1, 2])
    assert [one.status for one in data] == ["finished", "finished"]
    assert client.submit(operator.add, *data).result() == 3
    named = client.scatter({"x": 5})
    assert named["x"].key == "x"
    assert client.scatter("text").result() == "text"

    class Pair(NamedTuple):
        a: Any
        b: Any

    pair = Pair(1, 2)
    assert client.scatter(pair).result() == pair  # one value
    assert client.gather(Pair(*client.map(inc, pair))) == (2, 3)
    assert client.scatter(data[0]) is data[0]


def test_persisted_collections_are_under_way(client, gate):
    array = client.persist(treadle.array.ones((4,), chunks=2).map_blocks(gate, dtype=float, meta=np.ones(0)))
    delayed, bag = client.persist([treadle.delayed(gate)(7), treadle.bag.from_sequence(range(4), 2).map(gate)])
    item = bag.sum().persist()
    futures = futures_of(array)
    assert len(futures) == 2
    assert len(futures_of([delayed, bag])) == 3
    assert [future.status for future in futures] == ["pending", "pending"]
    with pytest.raises(TimeoutError):
        wait(array, timeout=0.01)
    gate.open()
    done, not_done = wait([array, delayed, bag, item])
    assert (len(done), len(not_done)) == (6, 0)
    assert client.gather(client.map(lambda block: block.sum(), futures)) == [2, 2]
    assert futures_of(array + 1) != []
    assert (array.sum().compute(), delayed.compute(), bag.compute(), item.compute()) == (4, 7, [0, 1, 2, 3], 6)
    assert len(pickle.loads(pickle.dumps(delayed + 1)).compute().__str__()) == 1
    frame = client.persist(treadle.dataframe.from_dict({"a": [1, 2]}, npartitions=2))
    assert wait(frame) == (set(), set())
    assert frame.a.sum().compute() == 3


def test_persisted_work_is_cancelled_and_fails(client, gate):
    array = client.persist(treadle.array.ones((4,), chunks=2).map_blocks(gate, dtype=float, meta=np.ones(0)))
    client.cancel(array)
    with pytest.raises(CancelledError):
        futures_of(array)[0].result()
    bad = client.persist(treadle.delayed(fail)(3))
    wait(bad)
    with pytest.raises(ValueError, match="bad 3"):
        bad.compute()
    assert isinstance(futures_of(bad)[0].exception(), ValueError)


def test_compute_persist_and_get(client):
    lazy = treadle.delayed(inc)(1)
    future = client.compute(lazy)
    assert isinstance(future, Future)
    assert future.result() == 2
    assert client.compute([lazy, 5], sync=True) == [2, 5]
    assert client.compute({"a": lazy, "b": [lazy, 1]}).result() == {"a": 2, "b": [2, 1]}
    frames = client.map(lambda i: pd.DataFrame({"a": [i]}), range(3))
    assert treadle.dataframe.from_delayed(frames).a.sum().compute() == 3
    assert client.persist(lazy).compute() == 2
    assert client.get({"x": 1, "y": (inc, "x")}, ["y", "x"]) == (2, 1)
    assert client.get({"y": (inc, 3)}, "y", sync=False).result() == 4
    assert lazy.compute(scheduler=client) == 2


def test_an_open_client_is_where_compute_runs(client):
    inside = treadle.delayed(lambda: get_client())()
    assert inside.compute() is client
    assert inside.compute(scheduler="sync") is client  # the default one, as there is no task of another
    other = Client(n_workers=1, threads_per_worker=1)
    assert inside.compute() is other
    with client.as_current():
        assert Client.current() is client
        assert inside.compute() is client
    other.close()
    assert inside.compute() is client


def test_many_clients():
    clients = [Client(n_workers=1, threads_per_worker=1, set_as_default=False) for _ in range(5)]
    futures = [one.submit(inc, i) for i, one in enumerate(clients)]
    assert [future.result() for future in futures] == [1, 2, 3, 4, 5]
    with LocalCluster(n_workers=1) as cluster, Client(cluster) as first, cluster.get_client() as second:
        assert first.submit(inc, second.submit(inc, 1)).result() == 3
        first.publish_dataset(x=1)
        assert second.get_dataset("x") == 1
    for one in clients:
        one.close()


def fibonacci(n):
    if n < 2:
        return n
    client = get_client()
    return sum(client.gather([client.submit(fibonacci, n - 1), client.submit(fibonacci, n - 2)]))


def test_tasks_may_start_tasks_and_wait_for_them():
    def within(n):
        with worker_client() as client:
            secede()
            total = sum(future.result() for future in as_completed(client.map(inc, range(n))))
            rejoin()
            return total

    with Client(n_workers=1, threads_per_worker=1) as client:  # one thread, which lends itself
        assert client.submit(fibonacci, 10).result() == 55
        assert client.submit(within, 10).result() == 55
        assert client.submit(lambda: get_worker().nthreads).result() == 1
    with pytest.raises(ValueError, match="in a task"):
        secede()


def test_executor(client):
    with client.get_executor() as executor:
        assert isinstance(executor, concurrent.futures.Executor)
        assert list(executor.map(pow, range(5), range(5))) == [1, 1, 4, 27, 256]
        futures = [executor.submit(inc, i) for i in range(5)]
        assert {future.result() for future in concurrent.futures.as_completed(futures)} == {1, 2, 3, 4, 5}
        with pytest.raises(ValueError, match="bad 1"):
            executor.submit(fail, 1).result()
    with pytest.raises(RuntimeError, match="after shutdown"):
        executor.submit(inc, 1)
    with pytest.raises(TypeError, match="nonsense"):
        client.get_executor(nonsense=1)


def test_worker_processes():
    with Client(n_workers=2, threads_per_worker=1, processes=True) as client:
        pids = client.gather(client.map(lambda _: os.getpid(), range(4)))
        assert os.getpid() not in pids
        with pytest.raises(ValueError, match="bad 2"):
            client.submit(fail, 2).result()
        with pytest.raises(KilledWorker, match="_exit"):
            client.submit(os._exit, 3, pure=False).result()
        assert client.submit(inc, 1).result() == 2
        lock = threading.Lock()
        with pytest.raises(TypeError, match="a lock, cannot be pickled"):
            client.submit(inc, lock, pure=False).result()


class TwoParts(Exception):
    """Its pickle cannot be read: it calls this with one argument."""

    def __init__(self, what, where):
        super().__init__(f"{what} in {where}")
        self.where = where


def test_exceptions_of_any_kind_come_out_of_worker_processes():
    def raise_it(holds=None):
        error: Any = TwoParts("dust", "the cogs")
        error.holds = holds() if holds else None
        raise error

    with Client(n_workers=1, threads_per_worker=1, processes=True) as client:
        (pid,) = client.gather([client.submit(os.getpid)])
        with pytest.raises(TwoParts, match="dust in the cogs") as caught:
            client.submit(raise_it).result()
        assert caught.value.where == "the cogs"
        assert "in raise_it" in str(caught.value.__cause__)
        with pytest.raises(TaskFailed, match="TwoParts: dust in the cogs"):
            client.submit(raise_it, threading.Lock).result()
        with pytest.raises(TypeError, match=r"the answer of .*<lambda>, a lock, cannot be pickled"):
            client.submit(lambda: threading.Lock()).result()
        assert client.submit(os.getpid, pure=False).result() == pid  # it lived through all this


def test_actors(client):
    class Counter:
        n = 0

        def increment(self):
            self.n += 1
            return self.n

        async def later(self):
            return self.n

    counter = client.submit(Counter, actor=True).result()
    futures = [counter.increment() for _ in range(10)]
    assert [future.result() for future in futures] == list(range(1, 11))
    assert counter.n == 10
    assert counter.later().result() == 10
    assert client.submit(lambda actor: actor.increment().result(), counter, pure=False).result() == 11


def test_locks_events_queues_variables_semaphores(client):
    count = [0]

    def add():
        with Lock("counter"):
            before = count[0]
            time.sleep(0)
            count[0] = before + 1

    client.gather([client.submit(add, pure=False) for _ in range(50)])
    assert count == [50]
    assert not Lock("counter").locked()
    with pytest.raises(RuntimeError, match="not held"):
        Lock("counter").release()

    waiting = client.submit(lambda: Event("go").wait(60), pure=False)
    Event("go").set()
    assert waiting.result() is True

    queue = Queue("jobs", maxsize=2)
    queue.put(client.submit(inc, 1))
    assert Queue("jobs").qsize() == 1
    assert client.submit(lambda: Queue("jobs").get().result(), pure=False).result() == 2
    with pytest.raises(TimeoutError, match="empty"):
        queue.get(timeout=0.01)

    setting = client.submit(lambda: Variable("answer").get(timeout=60), pure=False)
    Variable("answer").set(42)
    assert setting.result() == 42
    with pytest.raises(TimeoutError, match="not set"):
        Variable("nothing").get(timeout=0.01)

    semaphore = Semaphore(2, name="two")
    assert semaphore.acquire()
    assert Semaphore(2, name="two").acquire()
    assert not semaphore.acquire(timeout=0.01)
    assert semaphore.get_value() == 2
    semaphore.release()
    semaphore.release()
    with pytest.raises(RuntimeError, match="too often"):
        semaphore.release()
    with MultiLock(["a", "b"]), pytest.raises(ValueError, match="timeout"):
        Lock("a").acquire(blocking=False, timeout=1)


def test_what_the_client_knows(client):
    assert sum(client.nthreads().values()) == 4
    assert client.ncores() == client.nthreads()
    info = client.scheduler_info()
    assert len(info["workers"]) == 2
    assert client.dashboard_link is None
    assert str(client.dashboard_link) == "None"
    assert "threads=4" in repr(client)
    future = client.submit(inc, 1)
    future.result()
    assert len(client.who_has(future)[future.key]) == 2
    assert all(future.key in keys for keys in client.has_what().values())
    assert client.run(inc, 1) == dict.fromkeys(info["workers"], 2)
    client.set_metadata(["a", "b"], 1)
    assert client.get_metadata(["a", "b"]) == 1
    with pytest.raises(KeyError):
        client.get_metadata("missing")
    client.wait_for_workers(2)
    with pytest.raises(TimeoutError):
        client.wait_for_workers(3)
    client.cluster.scale(3)
    assert len(client.scheduler_info()["workers"]) == 3
    assert client.submit(inc, 2).result() == 3


def test_datasets(client):
    client.publish_dataset(treadle.delayed(inc)(1), name="two")
    assert client.list_datasets() == ("two",)
    assert client.get_dataset("two").compute() == 2
    with pytest.raises(KeyError, match="already exists"):
        client.publish_dataset(two=1)
    client.unpublish_dataset("two")
    with pytest.raises(KeyError, match="not found"):
        client.get_dataset("two")


def test_fire_and_forget(client):
    ended = threading.Event()
    fire_and_forget(client.submit(ended.set, pure=False))
    assert ended.wait(60)


def test_use_after_close():
    client = Client(n_workers=1)
    gate = Gate()
    done, lost = client.submit(inc, 1), client.submit(gate, pure=False)
    assert done.result() == 2
    client.close()
    gate.open()
    with pytest.raises(InvalidArgument, match="closed"):
        client.submit(inc, 2)
    with pytest.raises(InvalidArgument, match="closed"):
        client.scatter(1)
    assert lost.status == "lost"
    with pytest.raises(CancelledError, match="client was closed"):
        lost.result()
    client.close()  # again: nothing


def test_closing_the_cluster_closes_its_clients():
    cluster = LocalCluster(n_workers=1)
    client = Client(cluster)
    cluster.close()
    assert client.status == "closed"
    with pytest.raises(InvalidArgument, match="closed"):
        client.submit(inc, 1)
    with pytest.raises(InvalidArgument, match="closed"):
        Client(cluster, set_as_default=False).submit(inc, 1)


def test_bad_arguments(client):
    with pytest.raises(TypeError, match="callable"):
        client.submit(1)
    with pytest.raises(TypeError, match="callable"):
        client.map("text", [1])
    with pytest.raises(ValueError, match="threads_per_worker: expected a number of at least 1, found 0"):
        LocalCluster(threads_per_worker=0)
    with pytest.raises(ValueError, match="tcp://"):
        Client("tcp://10.0.0.1:8786")
    with pytest.raises(ValueError, match="errors"):
        client.gather([], errors="ignore")
    with pytest.raises(NotImplementedError, match="return_when"):
        wait([], return_when="SOMETIMES")
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"port {port} is taken"):
            LocalCluster(scheduler_port=port)


@pytest.mark.parametrize("limit", [-5, "much", "half%", "200%", "0%", "-1GB", float("inf"), [1]])
def test_memory_limits_that_say_nothing(limit):
    with pytest.raises(InvalidArgument, match="memory_limit: expected bytes of a worker"):
        LocalCluster(memory_limit=limit)


def test_memory_limit():
    for limit in (0.25, "25%"):
        with LocalCluster(n_workers=1, memory_limit=limit) as cluster:
            assert cluster.scheduler_info["workers"][cluster.workers[0]]["memory_limit"] == _core.machine_memory() // 4
    with (
        Client(n_workers=1, threads_per_worker=1, memory_limit="1 kB") as client,
        pytest.raises(InvalidArgument, match="memory_limit"),
    ):
        client.submit(inc, 1).result()
    with Client(n_workers=1, threads_per_worker=1, memory_limit="4GB") as client:
        assert client.submit(inc, 1).result() == 2


def test_await():
    async def main():
        async with Client(n_workers=1, asynchronous=True) as client:
            assert await client.submit(inc, 1) == 2
            futures = client.map(inc, range(3))
            assert await client.gather(futures) == [1, 2, 3]
            assert await client.submit(inc, 5).result() == 6
            with pytest.raises(ValueError, match="bad"):
                await client.submit(fail, 1)
            seen = [future async for future in as_completed(client.map(inc, range(5, 8)))]
            assert sorted([await future for future in seen]) == [6, 7, 8]
            done, not_done = await wait(futures)
            assert (len(done), len(not_done)) == (3, 0)
            data = await client.scatter([1, 2])
            assert await client.gather(data) == [1, 2]
            assert await client.submit(asyncio.sleep, 0, "slept") == "slept"
        return client.status

    assert asyncio.run(main()) == "closed"


def test_restart(client):
    future = client.submit(inc, 1)
    future.result()
    client.restart()
    assert client.submit(inc, 2).result() == 3


def test_many_futures(client):
    futures = client.map(inc, range(2000), pure=False)
    total = client.submit(sum, futures)
    assert total.result() == sum(range(1, 2001))


def test_small_calls_share_the_engine_s_runs():
    with Client(n_workers=1, threads_per_worker=2, set_as_default=False) as client:
        assert client.gather(client.map(inc, range(5_000))) == list(range(1, 5_001))
        assert client.gather([client.submit(inc, i, pure=False) for i in range(1_000)]) == list(range(1, 1_001))
        assert client._calls is not None
        queue = client._calls[1]
        assert queue is not None
        assert 0 < queue.num_lanes_started < 1_000


def test_a_call_that_went_well_lets_go_of_its_arguments(client):
    class Large:
        pass

    large = Large()
    gone = weakref.ref(large)
    future = client.submit(lambda one: 1, large, pure=False)
    assert future.result() == 1
    del large
    for _ in range(100):
        if gone() is None:
            break
        client.submit(inc, 1, pure=False).result()  # a thread that holds the GIL drops what others left behind
    assert gone() is None
    with pytest.raises(ValueError, match="only a call that was submitted"):
        future.retry()


def test_arguments_that_nobody_knows_are_refused():
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'n_worker'; did you mean 'n_workers'"):
        Client(n_worker=2)
    with pytest.raises(TypeError, match="unexpected keyword argument 'bogus'"):
        LocalCluster(bogus=1)
    with LocalCluster(
        n_workers=1, silence_logs=False, host="localhost", local_directory="x", death_timeout=1
    ) as cluster:
        assert cluster.status == "running"


def test_the_highest_priority_is_next():
    with Client(n_workers=1, threads_per_worker=1) as client:
        begun, go = threading.Event(), threading.Event()
        order: list[Any] = []

        def first():
            begun.set()
            go.wait()

        blocking = client.submit(first)
        begun.wait()
        low = [client.submit(order.append, i, priority=-1, pure=False) for i in range(3)]
        usual = client.map(order.append, [10, 11], pure=False)
        high = client.map(order.append, [20, 21], priority=5, pure=False)
        go.set()
        wait([blocking, *low, *usual, *high])
        assert order == [20, 21, 10, 11, 0, 1, 2]


class MostAtOnce:
    """Notes how many calls are under way at once."""

    def __init__(self):
        self.lock, self.now, self.most, self.workers = threading.Lock(), 0, 0, set()

    def __call__(self, item):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.workers.add(get_worker().name)
        time.sleep(0.002)
        with self.lock:
            self.now -= 1
        return item


def test_resources_limit_calls_that_ask_for_them():
    with Client(n_workers=2, threads_per_worker=4, resources={"GPU": 2, "disk": 1}) as client:
        for resources, most in (({"GPU": 1}, 4), ({"GPU": 2}, 2), ({"GPU": 0.5}, 8), ({"GPU": 1, "disk": 1}, 2)):
            seen = MostAtOnce()
            assert client.gather(client.map(seen, range(40), resources=resources, pure=False)) == list(range(40))
            assert 1 <= seen.most <= most, resources
        # Calls that ask for different amounts share what there is.
        seen = MostAtOnce()
        futures = [client.submit(seen, i, resources={"GPU": 1 + i % 2}, pure=False) for i in range(40)]
        assert client.gather(futures) == list(range(40))
        assert seen.most <= 4
        # Others do not wait for them, nor for what they hold.
        begun, go = threading.Event(), threading.Event()

        def holds():
            begun.set()
            go.wait()

        held = [client.submit(holds, resources={"disk": 1}, pure=False) for _ in range(20)]
        begun.wait()
        assert client.gather(client.map(abs, range(-50, 0))) == list(range(50, 0, -1))
        go.set()
        wait(held)
        failed = client.submit(lambda: 1 / 0, resources={"disk": 1})
        assert isinstance(failed.exception(), ZeroDivisionError)
        assert client.submit(abs, -3, resources={"disk": 1}).result() == 3  # it was given back


def test_resources_that_no_worker_has_are_refused():
    with Client(n_workers=2, threads_per_worker=1, resources={"GPU": 1}) as client:
        for resources in ({"GPU": 2}, {"TPU": 1}):
            with pytest.raises(InvalidArgument, match=r"submit: resources: expected what a worker has.*GPU': 1.0"):
                client.submit(abs, -1, resources=resources)
        with pytest.raises(InvalidArgument, match="map: resources: expected names and amounts"):
            client.map(abs, [-1], resources={"GPU": "much"})
        with pytest.raises(InvalidArgument, match="workers: expected some of"):
            client.submit(abs, -1, workers="elsewhere")
        with pytest.warns(UserWarning, match="resources=.* is passed over"):
            assert client.compute(treadle.delayed(abs)(-1), resources={"GPU": 1}).result() == 1
    with pytest.raises(InvalidArgument, match="LocalCluster: resources: expected names"):
        LocalCluster(resources=["GPU"])  # type: ignore[arg-type]


def test_calls_stay_with_the_workers_that_are_named():
    with Client(n_workers=3, threads_per_worker=2) as client:
        addresses = list(client.cluster.workers.values())
        for workers, numbers in ((addresses[1], {1}), ([addresses[0], addresses[2]], {0, 2}), (1, {1})):
            seen = MostAtOnce()
            assert client.gather(client.map(seen, range(40), workers=workers, pure=False)) == list(range(40))
            assert seen.workers <= numbers
            assert seen.most <= 2 * len(numbers)
        seen = MostAtOnce()
        wait(client.map(seen, range(40), workers=addresses[1], allow_other_workers=True, pure=False))
        assert seen.now == 0
        with pytest.raises(InvalidArgument, match="workers: expected some of"):
            client.submit(abs, -1, workers="elsewhere", allow_other_workers=True)


def test_demands_hold_for_tries_and_for_worker_processes():
    with Client(n_workers=1, threads_per_worker=2, processes=True, resources={"GPU": 1}) as client:
        assert client.gather(client.map(abs, range(-9, 0), resources={"GPU": 1})) == list(range(9, 0, -1))
    with Client(n_workers=1, threads_per_worker=4, resources={"GPU": 1}) as client:
        seen, tries = MostAtOnce(), []

        def fails_first(item):
            tries.append(item)
            if tries.count(item) == 1:
                raise ValueError(item)
            return seen(item)

        futures = client.map(fails_first, range(10), resources={"GPU": 1}, retries=1, pure=False)
        assert client.gather(futures) == list(range(10))
        assert seen.most == 1
        failed = client.submit(fails_first, 99, resources={"GPU": 1}, priority=3)
        assert isinstance(failed.exception(), ValueError)
        failed.retry()
        assert failed.result() == 99


def test_futures_of_names_each_once():
    with Client(n_workers=1, threads_per_worker=2) as client:
        one, other = client.map(abs, [-1, -2])
        assert futures_of([one, (one, {"a": other})]) == client.futures_of([one, one, other]) == [one, other]
        begun, go = threading.Event(), threading.Event()
        late = client.submit(lambda: begun.set() or go.wait())  # type: ignore[func-returns-value]
        begun.wait()
        with pytest.raises(TimeoutError, match=r"1 of 2 futures have not ended after 0\.01 seconds"):
            wait([one, late], timeout=0.01)
        go.set()
