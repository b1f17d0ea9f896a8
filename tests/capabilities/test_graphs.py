"""What is to be done is a graph that can be listed, drawn and run."""

from pathlib import Path

import pandas as pd
import pytest
import treadle
import treadle.array as da
import treadle.bag as db
import treadle.dataframe as dd
from conftest import Script


def test_a_collection_is_a_mapping_of_keys_to_tasks() -> None:
    """dict(x.__dask_graph__()) has a task for each partition: more partitions, more tasks."""
    rows = pd.DataFrame({"a": range(100)})
    small, large = (dict(dd.from_pandas(rows, npartitions=n).__dask_graph__()) for n in (2, 8))
    assert 0 < len(small) < len(large)
    assert all(callable(task[0]) for task in large.values())


def test_a_graph_holds_what_happens_in_between() -> None:
    """A result of one partition lists what its source's partitions become; a call lists its arguments' calls."""
    rows = pd.DataFrame({"a": range(100), "b": 1.0})

    def graphs(n: int) -> list[dict[object, tuple[object, ...]]]:
        frame, array = dd.from_pandas(rows, npartitions=n), da.ones((8, 8), chunks=8 // n)
        numbers = db.from_sequence(range(8), npartitions=n)
        calls = treadle.delayed(sum)([treadle.delayed(abs)(-i) for i in range(n)])
        made = (frame.groupby("a").b.mean(), frame.b.sum(), (array + array.T).sum(), numbers.map(abs).sum(), calls)
        return [dict(one.__dask_graph__()) for one in made]

    for small, large in zip(graphs(2), graphs(8), strict=True):
        assert 2 < len(small) < len(large)
        assert all(callable(task[0]) for task in large.values())
        assert all(name in large for task in large.values() for name in task[1:] if isinstance(name, str))


def test_a_listed_graph_runs() -> None:
    """Dask's own schedulers and get() compute what the mapping ends with."""
    frame = dd.from_pandas(pd.DataFrame({"a": range(100), "b": 1.0}), npartitions=4)
    total, array = frame.b.sum(), da.ones((8, 8), chunks=4).sum()
    for value, wanted in ((total, 100.0), (array, 64.0)):
        (key,) = value.__dask_keys__()
        assert treadle.get(dict(value.__dask_graph__()), key) == wanted


def test_a_graph_written_by_hand_runs_and_a_cycle_is_refused() -> None:
    """get() runs a dict of tasks; one that needs itself is an error, not a wait."""
    graph = {"a": 1, "b": (lambda x: x + 1, "a"), "c": (lambda x, y: x * y, "a", "b")}
    assert treadle.get(graph, "c") == 2
    with pytest.raises((ValueError, RuntimeError), match=r"Cycle.*a.*b"):
        treadle.get({"a": (abs, "b"), "b": (abs, "a")}, "a")


@pytest.mark.parametrize(("ending", "begins"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("dot", b"digraph")])
def test_a_graph_is_drawn(tmp_path: Path, ending: str, begins: bytes) -> None:
    """visualize(filename=...) writes PNG, SVG or DOT by the ending of the name."""
    total = treadle.delayed(sum)([treadle.delayed(abs)(-i) for i in range(4)])
    total.visualize(filename=str(tmp_path / f"task_graph.{ending}"))
    assert (tmp_path / f"task_graph.{ending}").read_bytes().lstrip().startswith(begins)


def test_without_graphviz_the_error_names_it(script: Script) -> None:
    """A picture that needs the program dot says so where it is not installed."""
    ran = script(
        """
        import os
        os.environ["PATH"] = ""
        import treadle
        try:
            treadle.delayed(abs)(1).visualize(filename="graph.png")
        except Exception as error:
            print(error)
        """
    )
    assert "raphviz" in ran.stdout
