"""Graphs written by hand in the calling thread: ``treadle.get``, for finding faults with a debugger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treadle.graphs import run_graph


def get_sync(dsk: Mapping[Any, Any], keys: Any, **kwargs: Any) -> Any:
    """The values of ``keys`` in a graph, computed in this thread, one task after the other."""
    return run_graph("sync", dsk, keys)


get_sync.__treadle_scheduler__ = "sync"  # type: ignore[attr-defined]
get = get_sync
