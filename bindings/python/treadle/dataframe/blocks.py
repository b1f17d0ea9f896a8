"""Frames as blocks of the graph that all collections share, and blocks as frames; pickled as what makes them."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from treadle import _core


class Tables:
    """A lazy table for each plan."""

    def __init__(self, plans: Sequence[_core.DataFrame]) -> None:
        self._plans = list(plans)

    def __treadle_blocks__(self) -> tuple[_core.Blocks, None]:
        return _core.frame_blocks(self._plans), None


def tables_of(plans: Sequence[_core.DataFrame]) -> _core.Blocks:
    """A block for each plan: its rows as a table."""
    return _core.made_blocks(_core.frame_blocks(list(plans)), (Tables, (list(plans),)))


def frame_of(tables: _core.Blocks, schema: pa.Table) -> _core.DataFrame:
    """A frame whose partitions are blocks that are tables of this schema."""
    frame = _core.frame_of_blocks(tables, _core.Table.from_arrow(schema).schema)
    frame._recipe = ("frame_of_blocks", (tables, schema), {})
    return frame
