"""Locks, events, queues, variables and semaphores: awaited, and from worker processes."""

# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
import treadle
from treadle.distributed import (
    Client,
    Event,
    Lock,
    MultiLock,
    Queue,
    Semaphore,
    TimeoutError,
    Variable,
    get_client,
)
from treadle.errors import InvalidArgument


def test_who_awaits_them_does_not_stop_the_others():
    """Each waits for what another coroutine of the same thread does later."""

    async def main():
        async with Client(n_workers=1, threads_per_worker=1, asynchronous=True):
            queue, event, variable = Queue("q"), Event("e"), Variable("v")
            waiting = [asyncio.ensure_future(one) for one in (queue.get(), event.wait(), variable.get())]
            await asyncio.sleep(0)
            await queue.put(False)
            await event.set()
            await variable.set(3)
            assert await asyncio.gather(*waiting) == [False, True, 3]

            order = []

            async def take(name):
                async with Lock("one"), Semaphore(1, name="s"), MultiLock(["a", "b"]):
                    order.append(name)
                    await asyncio.sleep(0.002)
                    order.append(name)

            await asyncio.gather(take("x"), take("y"))
            assert order in (["x", "x", "y", "y"], ["y", "y", "x", "x"])

            lock = Lock("held")
            assert await lock.acquire()
            assert await Lock("held").acquire(timeout=0.005) is False
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(Lock("held").acquire(), 0.005)
            await lock.release()  # the one that was called off does not take it
            assert not await Lock("held").locked()
            with pytest.raises(TimeoutError, match="empty"):
                await queue.get(timeout=0.005)
            full = Queue("full", maxsize=1)
            await full.put(1)
            with pytest.raises(TimeoutError, match="full"):
                await full.put(2, timeout=0.005)
            assert await full.get(batch=1) == [1]

    asyncio.run(main())


@pytest.fixture(scope="module")
def processes():
    with Client(n_workers=2, threads_per_worker=1, processes=True) as client:
        yield client


def add_under_lock(path):
    with Lock("counter"):
        number = int(path.read_text())
        path.write_text(str(number + 1))
    return os.getpid()


def test_worker_processes_share_them(processes, tmp_path):
    counter = tmp_path / "count"
    counter.write_text("0")
    pids = processes.gather([processes.submit(add_under_lock, counter, pure=False) for _ in range(40)])
    assert os.getpid() not in pids
    assert counter.read_text() == "40"

    waiting = processes.submit(lambda: Event("go").wait(60))
    assert not Event("go").is_set()
    Event("go").set()
    assert waiting.result() is True

    Queue("jobs").put({"a": 1})
    assert processes.submit(lambda: Queue("jobs").get(timeout=60)).result() == {"a": 1}
    processes.submit(lambda: Queue("answers").put(os.getpid())).result()
    assert Queue("answers").get(timeout=60) in pids
    processes.submit(lambda: Variable("setting").set([1, 2])).result()
    assert Variable("setting").get(timeout=60) == [1, 2]

    leases = Semaphore(1, name="one")
    assert leases.acquire()
    assert processes.submit(lambda sem: sem.acquire(timeout=0.01), leases).result() is False  # it came as an argument
    assert leases.release()


def test_errors_reach_the_worker_process(processes):
    with pytest.raises(TimeoutError, match="the queue nothing was empty"):
        processes.submit(lambda: Queue("nothing").get(timeout=0.01)).result()
    with pytest.raises(RuntimeError, match="too often"):
        processes.submit(lambda: Semaphore(1, name="fresh").release()).result()
    with pytest.raises(RuntimeError, match="not held"):
        processes.submit(lambda: Lock("free").release()).result()
    Semaphore(3, name="three")
    with pytest.raises(ValueError, match="Inconsistent max leases: 2, expected: 3"):
        processes.submit(lambda: Semaphore(2, name="three").acquire()).result()


def test_a_worker_process_has_no_client(processes):
    with pytest.raises(ValueError, match=r"a worker process has none.*Client\(processes=False\)"):
        processes.submit(lambda: get_client().submit(abs, 1)).result()


def test_worker_processes_of_no_cluster_share_nothing():
    with pytest.raises(InvalidArgument, match=r"Client\(processes=True\)"):
        treadle.delayed(lambda: Lock("alone").acquire())().compute(scheduler="processes")


def test_sharing_ends_with_its_cluster():
    client = Client(n_workers=1, threads_per_worker=1, processes=True, set_as_default=False)
    assert client.cluster._sharing is not None
    address, _ = client.cluster._sharing.home
    assert Path(address).exists()
    client.close()
    assert not Path(address).exists()


def test_the_path_of_temporary_files_may_be_long(tmp_path):
    script = """if True:
    from treadle.distributed import Client, Queue
    with Client(n_workers=1, threads_per_worker=1, processes=True) as client:
        client.submit(lambda: Queue("q").put(3)).result()
        print(Queue("q").get())
    """
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")
