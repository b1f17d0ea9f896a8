"""Graphs written by hand on the engine's threads: ``treadle.threaded.get``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treadle.graphs import run_graph


def get(
    dsk: Mapping[Any, Any],
    keys: Any,
    cache: Any = None,
    num_workers: int | None = None,
    pool: Any = None,
    **kwargs: Any,
) -> Any:
    """The values of ``keys`` in a graph, computed by ``num_workers`` threads, or by an Executor."""
    where: Any = "threads" if pool is None else pool
    return run_graph(where, dsk, keys, **({} if num_workers is None else {"num_workers": num_workers}))


get.__treadle_scheduler__ = "threads"  # type: ignore[attr-defined]
