"""Graphs written by hand in worker processes: ``treadle.multiprocessing.get``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treadle.graphs import run_graph


def get(
    dsk: Mapping[Any, Any],
    keys: Any,
    num_workers: int | None = None,
    func_loads: Any = None,
    func_dumps: Any = None,
    optimize_graph: bool = True,
    pool: Any = None,
    initializer: Any = None,
    chunksize: int | None = None,
    **kwargs: Any,
) -> Any:
    """The values of ``keys`` in a graph, whose functions run in ``num_workers`` processes, or in a pool's."""
    where: Any = "processes" if pool is None else pool
    return run_graph(where, dsk, keys, **({} if num_workers is None else {"num_workers": num_workers}))


get.__treadle_scheduler__ = "processes"  # type: ignore[attr-defined]
