"""What can be seen of a computation: progress, profiles, callbacks, drawings, and Python's own profilers."""

import importlib
import io
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import treadle
import treadle as tl
import treadle.dataframe as dd
from treadle.cache import Cache
from treadle.callbacks import Callback
from treadle.diagnostics import CacheProfiler, Profiler, ProgressBar, ResourceProfiler, visualize

PARTITIONS = 5


@pytest.fixture
def lazy() -> Any:
    data = pd.DataFrame({"a": np.arange(10_000), "k": np.arange(10_000) % 7})
    return dd.from_pandas(data, npartitions=PARTITIONS)


def fail(part: Any) -> Any:
    raise ZeroDivisionError


def test_a_bar_is_drawn_in_place_and_ends_full(lazy: Any) -> None:
    out = io.StringIO()
    with ProgressBar(width=10, out=out) as bar:
        lazy.a.sum().compute()
    assert out.getvalue().endswith("\n")
    assert "\r[##########] | 100% Completed | " in out.getvalue()
    assert bar.last_duration > 0
    before = out.getvalue()
    lazy.a.sum().compute()
    assert out.getvalue() == before


def test_a_bar_grows_while_tasks_run(lazy: Any) -> None:
    out = io.StringIO()
    drawn = threading.Event()

    class Watched(io.StringIO):
        def write(self, text: str) -> int:
            drawn.set()
            return out.write(text)

    def wait(part: pd.DataFrame) -> pd.DataFrame:
        assert drawn.wait(30)
        return part

    with ProgressBar(dt=0.001, out=Watched()):
        lazy.map_partitions(wait, meta=lazy).compute(num_workers=1)
    first = out.getvalue().split("\r")[1]
    assert first.startswith("[")
    assert "100%" not in first


def test_a_short_computation_is_not_shown(lazy: Any) -> None:
    out = io.StringIO()
    with ProgressBar(minimum=1000, out=out):
        lazy.a.sum().compute()
    assert out.getvalue() == ""


def test_a_bar_of_what_failed_does_not_end_full(lazy: Any) -> None:
    out = io.StringIO()
    with ProgressBar(out=out), pytest.raises(ZeroDivisionError):
        lazy.map_partitions(fail, meta=lazy).compute()
    assert "100%" not in out.getvalue()
    assert out.getvalue().endswith("\n")


def test_registered_bars_are_shown_until_unregistered(lazy: Any) -> None:
    out = io.StringIO()
    bar = ProgressBar(out=out)
    bar.register()
    try:
        lazy.a.sum().compute()
        tl.DataFrame({"a": [1, 2]}).lazy().select(tl.col("a").sum()).collect()
    finally:
        bar.unregister()
    # A line a computation. How often a line was drawn over depends on the time it took.
    lines = out.getvalue().split("\n")
    assert [line.split("\r")[-1].split(" | ")[1] for line in lines[:-1]] == ["100% Completed"] * 2
    assert lines[-1] == ""
    with pytest.raises(KeyError):
        bar.unregister()


@pytest.mark.parametrize("scheduler", ["threads", "synchronous"])
def test_a_profiler_has_a_record_for_each_task(lazy: Any, scheduler: str) -> None:
    with Profiler() as profiler:
        lazy.a.sum().compute(scheduler=scheduler, num_workers=2)
    results = profiler.results
    assert len([one for one in results if one.task == "scan"]) == PARTITIONS
    assert len({one.key for one in results}) == len(results)
    assert all(one.start_time <= one.end_time for one in results)
    assert results == sorted(results, key=lambda one: one.start_time)
    assert results[0]._fields == ("key", "task", "start_time", "end_time", "worker_id")
    with profiler:
        pass
    assert profiler.results == []


def test_a_profiler_keeps_what_failed_and_several_computations(lazy: Any) -> None:
    profiler = Profiler()
    profiler.register()
    try:
        lazy.a.sum().compute()
        once = len(profiler.results)
        lazy.a.sum().compute()
        with pytest.raises(ZeroDivisionError):
            lazy.map_partitions(fail, meta=lazy).compute()
    finally:
        profiler.unregister()
    assert len(profiler.results) > 2 * once
    profiler.clear()
    assert profiler.results == []


def test_resources_have_a_first_and_a_last_record(lazy: Any) -> None:
    with ResourceProfiler(dt=100) as profiler:
        lazy.a.sum().compute()
    first, last = profiler.results
    assert first._fields == ("time", "mem", "cpu")
    assert first.time < last.time
    assert last.mem > 10
    assert first.cpu == 0 <= last.cpu
    profiler.close()


def test_writing_and_iterating_are_observed_too(lazy: Any, tmp_path: Path) -> None:
    with Profiler() as profiler:
        lazy.to_parquet(str(tmp_path / "out"))
        written = len(profiler.results)
        assert written >= PARTITIONS
        list(lazy.batches())
    assert len(profiler.results) > written


def test_profiles_are_drawn_as_one_page(lazy: Any, tmp_path: Path) -> None:
    with Profiler() as tasks, ResourceProfiler() as resources:
        lazy.a.sum().compute()
        lazy.a.max().compute()
    target = tmp_path / "profile.html"
    page = visualize([tasks, resources], filename=target, show=False)
    assert page.path == str(target)
    assert "scan" in target.read_text()
    assert "<iframe" in page._repr_html_()
    assert tasks.visualize(save=False, show=False).path is None
    with pytest.raises(ValueError, match="nothing was recorded"):
        Profiler().visualize(show=False)


def test_values_are_kept_until_their_last_use() -> None:
    def double(value: int) -> int:
        return 2 * value

    one = treadle.delayed(double)(1)
    two, three = treadle.delayed(double)(one), treadle.delayed(double)(one)
    total = treadle.delayed(sum)([two, three])
    with CacheProfiler() as values, CacheProfiler(metric="nbytes") as sizes, Profiler() as tasks:
        assert total.compute(num_workers=1) == 8
    kept = {record.key: record for record in values.results}
    ends = {task.key: task.end_time for task in tasks.results}
    assert kept.keys() == ends.keys()
    for key, record in kept.items():
        users = [other.key for other in kept.values() if key in other.task[1:]]
        assert record.cache_time == pytest.approx(ends[key], abs=1e-6)
        assert record.free_time == pytest.approx(max(ends[user] for user in users or ends), abs=1e-6)
    assert sorted(len(record.task) - 1 for record in kept.values()) == [0, 1, 1, 2]
    assert [record.metric for record in values.results] == [1] * 4
    assert all(record.metric > 0 for record in sizes.results)
    assert (values.metric_name, sizes.metric_name) == ("count", "nbytes")


def test_what_is_not_recorded_is_said() -> None:
    with pytest.raises(TypeError, match="values stay in the engine"):
        CacheProfiler(metric=len)  # type: ignore[arg-type]
    with pytest.raises(NotImplementedError, match=r"persist\(\)"):
        Cache(2e9)


NAMES = Path(__file__).parent / "names" / "diagnostics.tsv"


@pytest.mark.parametrize("name", [line.split("\t")[0] for line in NAMES.read_text().splitlines()])
def test_dask_s_names_are_there(name: str) -> None:
    module, *rest = name.split(".")
    if rest[0] == "Cache":  # which says at once that it is not
        rest = rest[:1]
    found: Any = importlib.import_module(f"treadle.{module}")
    for one in rest:
        found = getattr(found, one)


def test_callbacks_are_called_in_order(lazy: Any) -> None:
    log: list[Any] = []
    calls = Callback(
        start=lambda dsk: log.append("start"),
        start_state=lambda dsk, state: log.append(len(state["waiting"])),
        pretask=lambda key, dsk, state: log.append(("pre", key)),
        posttask=lambda key, result, dsk, state, worker: log.append(("post", key)),
        finish=lambda dsk, state, failed: log.append(("finish", failed)),
    )
    with calls:
        lazy.a.sum().compute(num_workers=1)
    assert log[0] == "start"
    assert log[-1] == ("finish", False)
    total = log[1]
    keys = [key for what, key in log[2:-1] if what == "post"]
    assert len(keys) == total
    assert log[2:-1] == [(what, key) for key in keys for what in ("pre", "post")]
    log.clear()
    with calls, pytest.raises(ZeroDivisionError):
        lazy.map_partitions(fail, meta=lazy).compute()
    assert log[-1] == ("finish", True)


def test_callbacks_are_told_what_tasks_need(lazy: Any) -> None:
    graphs: list[Any] = []
    with Callback(start_state=lambda dsk, state: graphs.append((dict(dsk), state["dependencies"]))):
        lazy.a.sum().compute()
    ((graph, dependencies),) = graphs
    assert dependencies == {key: set(task[1:]) for key, task in graph.items()}
    assert sorted(task[0] for task in graph.values()).count("scan") == PARTITIONS
    (merge,) = (needed for key, needed in dependencies.items() if key.startswith("aggregate.merge"))
    assert len(merge) == PARTITIONS


def test_a_class_of_ones_own_may_be_a_callback(lazy: Any) -> None:
    class Count(Callback):
        def __init__(self) -> None:
            super().__init__()
            self.tasks = 0

        def _posttask(self, *args: Any) -> None:
            self.tasks += 1

    with Count() as count:
        lazy.a.sum().compute()
    assert count.tasks > PARTITIONS
    assert not Callback.active


def test_what_a_callback_raises_ends_the_computation(lazy: Any) -> None:
    def refuse(*args: Any) -> None:
        raise LookupError("no")

    for hook in ("start", "start_state", "pretask", "finish"):
        with Callback(**{hook: refuse}), pytest.raises(LookupError, match="no"):
            lazy.a.sum().compute()
    assert lazy.a.sum().compute() == 49_995_000


def test_tasks_are_drawn(lazy: Any, tmp_path: Path) -> None:
    drawn = lazy.a.sum().visualize(tmp_path / "graph", format="dot", rankdir="LR")
    text = (tmp_path / "graph.dot").read_text()
    assert str(drawn) == str(tmp_path / "graph.dot")
    assert text.count('label="scan-') == PARTITIONS
    assert text.count("->") >= PARTITIONS
    assert 'rankdir="LR"' in text
    assert "rankdir=BT" not in text
    plan = str(treadle.visualize(lazy.a.sum(), filename=None, format="dot", tasks=False))
    assert "Aggregate" in plan
    both = str(treadle.visualize(lazy.a.sum(), [lazy.a.max()], filename=None, format="dot", optimize_graph=True))
    assert both.count("penwidth=3") == 2


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize(("format", "begins"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_graphviz_draws_pictures(lazy: Any, tmp_path: Path, format: str, begins: bytes) -> None:
    target = tmp_path / f"graph.{format}"
    drawn = lazy.visualize(filename=str(target))
    assert target.read_bytes().startswith(begins)
    assert drawn.content == target.read_bytes()
    assert any(kind.startswith("image/") for kind in drawn._repr_mimebundle_())


def test_without_graphviz_it_is_said_what_to_install(
    lazy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="install graphviz"):
        lazy.visualize(filename=str(tmp_path / "graph.png"))
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="rankdir"):
        lazy.visualize(rankdir="UP")
    with pytest.raises(TypeError, match="lazy"):
        treadle.visualize(3)


def test_raw_graphs_are_drawn() -> None:
    from treadle.dot import dot_graph

    text = str(dot_graph({"a": 1, "b": (sum, ["a", "a"])}, filename=None, format="dot"))
    assert text.count("->") == 1
    assert "sum\\nb" in text


@pytest.mark.parametrize("scheduler", ["threads", "synchronous"])
def test_python_s_profiler_sees_scripts(tmp_path: Path, scheduler: str) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        f"""
import pandas as pd
import treadle.dataframe as dd

def doubled(part):
    return part * 2

lazy = dd.from_pandas(pd.DataFrame({{"a": range(10)}}), npartitions=2)
print(lazy.map_partitions(doubled, meta=lazy).compute(scheduler="{scheduler}").a.sum())
"""
    )
    done = subprocess.run(
        [sys.executable, "-m", "cProfile", "-s", "cumulative", str(script)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "90\n" in done.stdout
    assert "collection.py" in done.stdout
    if scheduler == "synchronous":
        assert "(doubled)" in done.stdout
