"""Partitions that begin at values of the index."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd


def cut_at(collection: Any, divisions: list[Any], force: bool) -> Any:
    """The rows in partitions ``[d0, d1), [d1, d2) ... [dn-1, dn]`` of the index."""
    if len(divisions) < 2 or any(a > b for a, b in itertools.pairwise(divisions)):
        raise ValueError(f"divisions: expected values in ascending order, at least two, found {divisions}")
    known = collection.divisions
    if collection.known_divisions and not force and (divisions[0] != known[0] or divisions[-1] != known[-1]):
        raise ValueError(f"left side of old and new divisions are different: {known[0]}..{known[-1]}; use force=True")
    labels = collection.index.to_series()
    whole = collection._map_partitions(lambda part: part, collection._meta, "sort_index", whole=True)
    del labels
    return _split(whole, divisions)


def _split(whole: Any, divisions: list[Any]) -> Any:
    """Cuts sorted rows: each partition takes its range of a single one."""
    from treadle.dataframe.read import from_map

    last = len(divisions) - 2
    cache: list[Any] = []

    def piece(number: int) -> Any:
        if not cache:
            cache.append(whole.compute(scheduler="synchronous").sort_index(kind="stable"))
        data = cache[0]
        lower = data.index >= divisions[number]
        upper = data.index <= divisions[number + 1] if number == last else data.index < divisions[number + 1]
        return data[lower & upper]

    piece.__name__ = "repartition"
    return from_map(piece, range(last + 1), meta=whole._meta, divisions=tuple(divisions))


def times_between(collection: Any, freq: Any) -> list[Any]:
    """The first label, the times after it at which periods of length ``freq`` begin, and the last label."""
    first, last = collection.index.min().compute(), collection.index.max().compute()
    times = list(pd.date_range(start=pd.Timestamp(first).ceil(freq), end=last, freq=freq))
    if not times or times[0] != first:
        times.insert(0, first)
    if times[-1] < last or len(times) == 1:
        times.append(last)
    return times
