"""Workers: threads and processes that nobody has to manage, and the classes that Python users know."""

import os
import threading
from concurrent.futures import Executor, as_completed

import pytest
import treadle
import treadle.bag as db
from conftest import Script
from treadle.distributed import Client, LocalCluster


def test_work_is_done_in_other_processes_in_order(script: Script) -> None:
    """square over range(100) through bag and delayed: answers in order, not in this process; guarded code runs once."""
    ran = script(
        """
        import json, os
        import treadle, treadle.bag as db

        def square(x):
            return x * x, os.getpid()

        if __name__ == "__main__":
            with treadle.config.set(scheduler="processes", num_workers=2):
                bag = db.from_sequence(range(100), npartitions=8).map(square).compute()
                calls = treadle.compute(*[treadle.delayed(square)(i) for i in range(4)])
            pids = {pid for _, pid in [*bag, *calls]}
            print(json.dumps([[n for n, _ in bag], [n for n, _ in calls], os.getpid() in pids]))
        """
    )
    assert ran.answer == [[i * i for i in range(100)], [0, 1, 4, 9], False]


def test_independent_tasks_overlap() -> None:
    """Two calls that wait for each other end: they run side by side on two workers."""
    meeting = threading.Barrier(2, timeout=60)

    def meet(number: int) -> int:
        meeting.wait()
        return number

    with treadle.config.set(scheduler="threads", num_workers=2):
        assert db.from_sequence(range(2), npartitions=2).map(meet).compute() == [0, 1]


def test_an_executor_of_concurrent_futures() -> None:
    """client.get_executor(): map, submit, as_completed, and the function's own exception."""
    with Client(n_workers=1, threads_per_worker=2) as client:
        executor = client.get_executor()
        assert isinstance(executor, Executor)
        assert list(executor.map(abs, range(-5, 0))) == [5, 4, 3, 2, 1]
        futures = [executor.submit(pow, 2, i) for i in range(5)]
        assert sorted(future.result() for future in as_completed(futures)) == [1, 2, 4, 8, 16]
        with pytest.raises(ZeroDivisionError):
            executor.submit(divmod, 1, 0).result()


def test_a_cluster_of_workers_as_asked_for() -> None:
    """Four workers of two threads and 4 GB each, as scheduler_info() tells it."""
    with LocalCluster(n_workers=4, threads_per_worker=2, memory_limit="4GB") as cluster, Client(cluster) as client:
        workers = client.scheduler_info()["workers"].values()
        assert [worker["nthreads"] for worker in workers] == [2] * 4
        assert [worker["memory_limit"] for worker in workers] == [4_000_000_000] * 4
        assert sum(client.nthreads().values()) == 8
        assert client.submit(sum, [1, 2]).result() == 3


def test_a_cluster_finds_the_cores_by_itself() -> None:
    """LocalCluster(): threads add up to the cores that the process may use."""
    with LocalCluster() as cluster, Client(cluster) as client:
        assert sum(client.nthreads().values()) == len(os.sched_getaffinity(0))
