"""What a client tells of its tasks: streams, reports, bars, plugins, logs."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-subclassing-any

from __future__ import annotations

import asyncio
import io
import json
import threading
import time
from typing import Any

import pytest
import treadle
from treadle.distributed import (
    Client,
    LocalCluster,
    SchedulerPlugin,
    WorkerPlugin,
    get_task_stream,
    get_worker,
    performance_report,
    progress,
)
from treadle.errors import InvalidArgument


@pytest.fixture
def client():
    with Client(n_workers=2, threads_per_worker=1) as one:
        yield one


def inc(x):
    return x + 1


def fail(x):
    raise ZeroDivisionError(x)


def test_a_stream_has_calls_and_computations(client):
    before = time.time()
    with get_task_stream(client) as stream:
        futures = client.map(inc, range(5), pure=False)
        client.gather(futures)
        bad = client.submit(fail, 1)
        bad.exception()
        assert treadle.delayed(inc)(41).compute() == 42
    after = time.time()
    by_key = {record["key"]: record for record in stream.data}
    for future in futures:
        record = by_key[future.key]
        assert (record["name"], record["status"]) == ("inc", "OK")
        assert record["worker"] in client.nthreads()
        (step,) = record["startstops"]
        assert step["action"] == "compute"
        assert before - 1 < step["start"] <= step["stop"] < after + 1
    assert by_key[bad.key]["status"] == "error"
    assert len(stream.data) == 7  # five, the one that failed, the delayed one
    client.submit(inc, 100).result()
    assert len(stream.data) == 7


def test_a_client_keeps_its_stream_from_the_first_question_on(client):
    client.submit(inc, 1, pure=False).result()
    assert client.get_task_stream() == ()
    futures = client.map(inc, range(4), pure=False)
    client.gather(futures)
    assert {record["key"] for record in client.get_task_stream()} == {future.key for future in futures}
    assert len(client.get_task_stream(count=2)) == 2
    assert client.get_task_stream(stop=1.0) == ()
    assert len(client.get_task_stream(start="60s")) == 4
    rows, page = client.get_task_stream(plot=True)
    assert len(rows) == 4
    assert "inc" in page.text


def test_a_stream_is_drawn(client, tmp_path):
    path = tmp_path / "stream.html"
    with get_task_stream(client, plot="save", filename=path) as stream:
        client.submit(inc, 1).result()
    assert stream.figure is not None
    assert path.read_text() == stream.figure.text
    assert "inc" in path.read_text()


def test_a_report_is_written_also_of_nothing_and_of_what_failed(client, tmp_path):
    with performance_report(filename=tmp_path / "report.html"):
        client.gather(client.map(inc, range(3)))
        treadle.delayed(inc)(1).compute()
    assert "inc" in (tmp_path / "report.html").read_text()
    with performance_report(filename=tmp_path / "nothing.html"):
        pass
    assert "Nothing ran" in (tmp_path / "nothing.html").read_text()
    with pytest.raises(ZeroDivisionError), performance_report(filename=tmp_path / "failed.html"):
        treadle.delayed(fail)(1).compute()
    assert "fail" in (tmp_path / "failed.html").read_text()
    with pytest.raises(InvalidArgument, match="storage_options"):
        performance_report(storage_options={"key": 1})


def test_a_report_shows_runs_that_overlap_as_one(client, tmp_path):
    with performance_report(filename=tmp_path / "report.html"):
        client.gather(client.map(inc, range(20)))
        client.gather(client.map(lambda x: -x, range(20)))
    page = (tmp_path / "report.html").read_text()
    shown = {
        name: json.JSONDecoder().raw_decode(page, page.index(f'"{name}":') + len(name) + 3)[0]
        for name in ("kinds", "samples", "profile", "num_tasks")
    }
    assert len(set(shown["kinds"])) == len(shown["kinds"])
    assert {"inc", "lambda"} <= set(shown["kinds"])
    assert {row[0]: row[1] for row in shown["profile"]}["inc"] == 20
    assert shown["num_tasks"] >= 40
    times = [sample[0] for sample in shown["samples"]]
    assert times == sorted(times)
    processor = [sample[3] for sample in shown["samples"]]
    assert processor == sorted(processor)


def test_a_report_around_coroutines(tmp_path):
    async def work():
        async with (
            Client(asynchronous=True, n_workers=1, set_as_default=False) as client,
            performance_report(filename=tmp_path / "report.html"),
        ):
            assert await client.submit(inc, 1) == 2

    asyncio.run(work())
    assert "inc" in (tmp_path / "report.html").read_text()


def test_progress_draws_until_all_have_ended(client):
    out = io.StringIO()
    futures = client.map(inc, range(10))
    progress(futures, out=out)
    assert all(future.done() for future in futures)
    assert "100% Completed" in out.getvalue().splitlines()[-1]
    empty = io.StringIO()
    progress([], out=empty)
    assert "100% Completed" in empty.getvalue()


def test_plugins_are_set_up_and_torn_down():
    told = []

    class Mine(WorkerPlugin):
        name = "mine"

        def setup(self, worker):
            told.append(("setup", worker))

        def teardown(self, worker):
            told.append(("teardown", worker))

    class Theirs(SchedulerPlugin):
        async def start(self, scheduler):
            told.append(("start", scheduler))

        async def close(self):
            told.append(("close", None))

    with Client(n_workers=2, threads_per_worker=1, set_as_default=False) as client:
        client.register_plugin(Mine())
        client.register_plugin(Theirs())
        workers = list(client.scheduler.workers.values())
        scheduler = told[-1][1]
        assert scheduler.address == client.scheduler.address
        client.unregister_worker_plugin("mine")
        with pytest.raises(ValueError, match="mine does not exist"):
            client.unregister_worker_plugin("mine")
    assert [worker.address for worker in workers] == list(client.nthreads())
    first, second = workers
    assert told == [
        ("setup", first),
        ("setup", second),
        ("start", scheduler),
        ("teardown", first),
        ("teardown", second),
        ("close", None),
    ]


def test_what_a_plugin_sets_on_a_worker_its_tasks_find(client):
    class Mine(WorkerPlugin):
        def setup(self, worker):
            worker.mine = worker.name * 10

    client.register_plugin(Mine())

    def look():
        worker: Any = get_worker()
        worker.log_event("looked", worker.name)
        return worker.mine == worker.name * 10

    assert all(client.gather([client.submit(look, pure=False) for _ in range(4)]))
    assert len(client.get_events("looked")) == 4


def test_functions_that_ask_for_the_worker_or_the_scheduler_get_it(client):
    async def later():
        return "later"

    names = client.run(lambda dask_worker: (dask_worker.name, dask_worker.nthreads))
    assert list(names.values()) == [(0, 1), (1, 1)]
    assert list(client.run(later).values()) == ["later", "later"]
    assert client.run_on_scheduler(lambda dask_scheduler: dask_scheduler.address) == client.scheduler.address
    assert client.run_on_scheduler(max, 1, 2) == 2


def test_logs_are_empty_and_workers_come_and_go(client):
    assert client.get_scheduler_logs() == ()
    assert set(client.get_worker_logs().values()) == {()}
    first, second = client.nthreads()
    assert client.restart_workers([first]) == {first: "OK"}
    assert client.retire_workers([second]) == {second: {"status": "OK"}}
    assert list(client.nthreads()) == [first]
    assert client.submit(inc, 1, pure=False).result() == 2


def test_what_is_for_other_machines_says_what_there_is_instead():
    from treadle import distributed

    for name in ("Security", "Worker", "Nanny", "Scheduler", "SpecCluster", "Adaptive", "SSHCluster"):
        with pytest.raises(NotImplementedError, match=f"treadle.distributed has no {name}; "):
            getattr(distributed, name)
    with pytest.raises(InvalidArgument, match="security: expected None, as nothing leaves this process; found a dict"):
        Client(security={"tls": True})
    with pytest.raises(InvalidArgument, match="security: expected None"):
        LocalCluster(security=object())
    with Client(security=None, n_workers=1, set_as_default=False) as one:
        assert one.submit(inc, 1).result() == 2


def test_a_profile_counts_where_functions_were(client):
    stop = threading.Event()

    def stays():
        return stop.wait(60)

    future = client.submit(stays, pure=False)
    while client.profile()["count"] < 2:
        time.sleep(0.001)
    stop.set()
    assert future.result() is True
    sampled = client.profile(key="stays")
    assert sampled["identifier"] == "root"
    (child,) = sampled["children"].values()
    assert child["description"]["name"] == "stays"
    assert child["description"]["filename"] == __file__
    assert "def stays" in child["description"]["line"]
    assert child["count"] == sampled["count"] >= 1
    assert any("wait" in one["description"]["name"] for one in child["children"].values())
    assert client.profile(key="other")["count"] == 0
    assert client.profile(stop=1.0)["count"] == 0


def test_a_profile_is_drawn(client, tmp_path):
    stop = threading.Event()
    future = client.submit(stop.wait, 60, pure=False)
    while client.profile()["count"] < 1:
        time.sleep(0.001)
    stop.set()
    future.result()
    path = tmp_path / "profile.html"
    sampled, page = client.profile(plot=True, filename=path)
    assert path.read_text() == page.text
    assert f"{sampled['count']} samples" in page.text
    assert "wait" in page.text


def test_a_call_stack_shows_what_runs_now(client):
    begun, stop = threading.Event(), threading.Event()

    def stays():
        begun.set()
        return stop.wait(60)

    future = client.submit(stays, pure=False)
    assert begun.wait(60)
    for found in (client.call_stack(), client.call_stack([future]), client.call_stack(keys=[future.key])):
        ((address, stacks),) = found.items()
        assert address in client.nthreads()
        (lines,) = stacks.values()
        assert list(stacks) == [future.key]
        assert f'File "{__file__}"' in lines[0]
        assert "in stays" in lines[0]
    assert client.call_stack(keys=["other"]) == {}
    stop.set()
    future.result()
    client.close()
    assert client.call_stack() == {}


def test_no_profile_where_settings_say_so():
    with (
        treadle.config.set({"distributed.worker.profile.enabled": False}),
        Client(n_workers=1, set_as_default=False) as client,
    ):
        client.submit(inc, 1).result()
        assert client.profile()["count"] == 0
        assert client._running._thread is None


def test_notebooks_show_clients_clusters_and_futures(client):
    shown = client._repr_html_()
    assert client.id in shown
    assert "<th style='text-align:left'>Workers</th><td>2</td>" in shown
    for address in client.nthreads():
        assert address in shown
    assert "Total threads" in client.cluster._repr_html_()
    future = client.submit(inc, 1)
    future.result()
    assert "<b>Future: inc</b>" in future._repr_html_()
    assert "builtins.int" in future._repr_html_()
    client.close()
    assert "closed" in client._repr_html_()
    text = client.cluster._repr_html_()
    assert text.count("<table>") == text.count("</table>") == 3
