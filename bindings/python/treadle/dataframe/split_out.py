"""``split_out=``: in how many partitions groups and different values are to come."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np


def in_partitions(result: Any, split_out: Any, count: int) -> Any:
    """The rows in so many partitions, or for True in ``count``; their order stays."""
    if split_out is None or split_out is False:
        return result
    wanted = count if split_out is True else split_out
    if not isinstance(wanted, (int, np.integer)) or wanted < 1:
        raise ValueError(f"split_out: expected a whole number of at least 1, or True, found {split_out!r}")
    return result if result.npartitions == wanted else result.repartition(npartitions=int(wanted))


def splits(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of a collection, or of its groups, that takes ``split_out`` by its name; else the rows come in one
    partition, or as many as the method sees fit."""

    @wraps(method)
    def split(self: Any, *args: Any, **kwargs: Any) -> Any:
        split_out = kwargs.pop("split_out", None)
        rows = getattr(self, "_values", self)
        return in_partitions(method(self, *args, **kwargs), split_out, rows.npartitions)

    return split
