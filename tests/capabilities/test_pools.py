"""Workers: threads and processes that nobody has to manage, and the classes that Python users know."""

import math
import os
import threading
from concurrent.futures import Executor, as_completed
from pathlib import Path

import psutil
import pytest
import treadle
import treadle.bag as db
from conftest import Script
from treadle import _core
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
    meeting = threading.Barrier(2, timeout=300)

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


def test_a_cluster_finds_cores_and_memory_by_itself() -> None:
    """LocalCluster(): threads add up to the cores allowed, the workers' memory to no more than the machine's."""
    with LocalCluster() as cluster, Client(cluster) as client:
        assert sum(client.nthreads().values()) == _core.usable_threads() <= len(os.sched_getaffinity(0))
        limits = [worker["memory_limit"] for worker in client.scheduler_info()["workers"].values()]
        assert 0 < sum(limits) <= psutil.virtual_memory().total
    with LocalCluster(n_workers=4, threads_per_worker=1) as cluster:
        shares = [worker["memory_limit"] for worker in cluster.scheduler_info["workers"].values()]
        assert len(shares) == 4
        assert sum(shares) <= sum(limits)
    with LocalCluster(n_workers=1, memory_limit=0.5) as cluster:
        (worker,) = cluster.scheduler_info["workers"].values()
        assert worker["memory_limit"] == _core.machine_memory() // 2


def test_a_smaller_machine_needs_no_other_code(script: Script) -> None:
    """The same script where one core is allowed: one thread, the same answer."""
    ran = script(
        """
        import json, os
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        import treadle, treadle.array as da
        with treadle.Client() as client:
            print(json.dumps([sum(client.nthreads().values()), int(da.arange(1000, chunks=10).sum().compute())]))
        """
    )
    assert ran.answer == [1, 499_500]


def write_groups(root: Path, membership: str, files: dict[str, str]) -> tuple[str, str]:
    """A tree of control groups as a container sees it."""
    (root / "self").write_text(membership)
    for name, text in files.items():
        (root / "mount" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "mount" / name).write_text(text + "\n")
    return str(root / "self"), str(root / "mount")


@pytest.mark.parametrize(
    ("membership", "files", "wanted"),
    [
        ("0::/\n", {"cpu.max": "150000 100000", "memory.max": "2147483648"}, (1.5, 2 << 30)),
        ("0::/\n", {"cpu.max": "max 100000", "memory.max": "max"}, (None, None)),
        (
            "0::/pod/box\n",
            {"pod/memory.max": "1073741824", "pod/box/memory.max": "max", "pod/box/cpu.max": "50000 100000"},
            (0.5, 1 << 30),
        ),
        (
            "4:cpu,cpuacct:/docker/x\n3:memory:/docker/x\n",
            {
                "cpu/cpu.cfs_quota_us": "200000",
                "cpu/cpu.cfs_period_us": "100000",
                "memory/memory.limit_in_bytes": "536870912",
            },
            (2.0, 512 << 20),
        ),
        ("", {}, (None, None)),
    ],
    ids=["version 2", "no limit", "of the group above", "version 1", "no groups"],
)
def test_a_container_s_limits_are_honoured(
    tmp_path: Path, membership: str, files: dict[str, str], wanted: tuple[float | None, int | None]
) -> None:
    """What control groups allow, of both versions, is what is found: the tightest of the group and those above."""
    assert _core.cgroup_limits(*write_groups(tmp_path, membership, files)) == wanted


def test_what_the_container_allows_is_what_is_used() -> None:
    """Here: never more threads or memory than this process's own control group says."""
    cpus, memory = _core.cgroup_limits("/proc/self/cgroup", "/sys/fs/cgroup")
    assert _core.usable_threads() <= (math.ceil(cpus) if cpus else os.cpu_count() or 1)
    assert _core.machine_memory() <= (memory or psutil.virtual_memory().total)
    assert _core.memory_limit() <= _core.machine_memory()
