"""What is to be done is a graph that can be listed, drawn and run."""

from pathlib import Path

import pandas as pd
import pytest
import treadle
import treadle.dataframe as dd
from conftest import Script


def test_a_collection_is_a_mapping_of_keys_to_tasks() -> None:
    """dict(x.__dask_graph__()) has a task for each partition: more partitions, more tasks."""
    rows = pd.DataFrame({"a": range(100)})
    small, large = (dict(dd.from_pandas(rows, npartitions=n).__dask_graph__()) for n in (2, 8))
    assert 0 < len(small) < len(large)
    assert all(callable(task[0]) for task in large.values())


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
