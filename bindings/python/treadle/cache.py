"""Dask's opportunistic cache: not there."""

from __future__ import annotations

from typing import Any


class Cache:
    """Not there: results live in the engine, which frees each behind its last use."""

    def __init__(self, cache: Any, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError(
            "Cache: results are not kept between computations; persist() keeps those of a collection, and "
            "compute(a, b) shares what both need"
        )
