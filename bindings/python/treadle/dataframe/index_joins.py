"""Partitions of frames that were joined by their indexes: they begin where those of the two sides do."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from treadle import _core
from treadle.dataframe import arrow
from treadle.dataframe.divisions import Divisions, LateDivisions, bounds_of, is_ordered

# The partition of the side whose order the joined rows have, where a label does not say it.
_PARTITION = "partition_of_index"


class IndexJoin:
    """Two sides, both with divisions, that are joined by their indexes.

    The joined rows have the order of one side, the leading one, and are therefore in the order of its index as far as
    that side is; an outer join is in the order of the labels.
    """

    def __init__(self, kind: str, left: Any, right: Any) -> None:
        self._kind, self._left, self._right = kind, left, right
        self._leading = right if kind == "right" else left
        self._trusted = kind != "outer" and not is_ordered(self._leading._rows.divisions)

    @staticmethod
    def of(kind: str, left: Any, right: Any) -> IndexJoin | None:
        """What is known of the rows; None if labels are not of one type, or those of one side are anywhere."""
        levels = [arrow.index_dtypes(arrow.index_of(side._meta)) for side in (left, right)]
        if len(levels[0]) != 1 or levels[0] != levels[1]:
            return None
        if left._index[0].pickled or not (left.known_divisions and right.known_divisions):
            return None
        join = IndexJoin(kind, left, right)
        return None if join._trusted and isinstance(join._leading._rows.divisions, LateDivisions) else join

    def marked(self, left: _core.DataFrame, right: _core.DataFrame) -> tuple[_core.DataFrame, _core.DataFrame]:
        """The rows of both sides, before they are joined, with what will be needed to cut them."""
        if not self._trusted:
            return left, right
        number = [("partition", "", _PARTITION, 0)]
        return (left, right.with_running(number)) if self._kind == "right" else (left.with_running(number), right)

    def cut(self, plan: _core.DataFrame, key: str) -> tuple[_core.DataFrame, Divisions]:
        """The joined rows, whose labels are in the column ``key``, in partitions that begin where divisions say."""
        known = self._leading._rows.divisions
        meta = arrow.index_of(self._leading._meta)
        if self._trusted:
            numbers = pa.table({"bounds": pa.array(range(1, len(known) - 1), pa.int64())})
            return plan.repartition_at(_PARTITION, _core.Table.from_arrow(numbers)), known
        divisions = self._united()
        if divisions is not None:
            return plan.repartition_at(key, bounds_of(divisions, meta)), divisions
        count = max(self._left.npartitions, self._right.npartitions)
        plan = plan.repartition_together(count, [key]) if count > 1 else plan
        return plan, LateDivisions(plan, _core.col(key), meta)

    def _united(self) -> tuple[object, ...] | None:
        """Where the partitions of both sides begin, as in Dask; None if that takes computing."""
        left, right, leading = (side._rows.divisions for side in (self._left, self._right, self._leading))
        if not isinstance(left, tuple) or not isinstance(right, tuple):
            return tuple(leading) if isinstance(leading, tuple) and self._kind != "outer" else None
        if self._right.npartitions == 1 and self._kind in ("left", "inner", "semi", "anti"):
            return tuple(left)
        if self._left.npartitions == 1 and self._kind in ("right", "inner"):
            return tuple(right)
        united = sorted({*left, *right})
        return tuple(united if len(united) > 1 else united * 2)
