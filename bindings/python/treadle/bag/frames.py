"""A bag as a data frame: the partitions of one are those of the other, in one graph."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from operator import add
from typing import Any

import pandas as pd

from treadle import _core
from treadle.bag.collection import Bag
from treadle.bag.reductions import _Block
from treadle.base import tokenize
from treadle.dataframe import fallback
from treadle.dataframe.blocks import frame_of
from treadle.dataframe.collection import new_collection
from treadle.dataframe.rows import Rows


def to_dataframe(bag: Bag, meta: Any, columns: Sequence[Any] | None) -> Any:
    known = _meta_of(bag, meta, columns)
    names, index, made = fallback.result_columns(known)
    before = pd.Series([], dtype="object")
    inner = fallback.PandasCall(partial(_framed, known), before, known, [False], names, True)
    blocks = bag._pieces
    starts: Any = _starts(blocks) if bag._in_pieces else 0
    rows = _core.call_each(partial(_table_of, inner), (blocks, starts), {}, blocks.num_blocks, "python: to_dataframe")
    frame = new_collection(Rows(frame_of(rows, fallback.arrow_schema(known, names))), index, made, known)
    return frame.repartition(npartitions=1) if bag._in_pieces else frame


def _starts(pieces: _core.Blocks) -> _core.Blocks:
    """How many items lie before each piece."""
    token = tokenize("starts", pieces.key)
    lengths = _core.call_each(len, (pieces,), {}, pieces.num_blocks, "count-part", f"{token} lengths", stays_here=True)
    starts = [_core.call_one(int, (), {}, "count-before", f"{token} 0", stays_here=True)]
    for i in range(1, pieces.num_blocks):
        before = (_Block(starts[-1]), _Block(lengths[i - 1]))
        starts.append(_core.call_one(add, before, {}, "count-before", f"{token} {i}", stays_here=True))
    return _core.join_blocks(starts)


def _meta_of(bag: Bag, meta: Any, columns: Sequence[Any] | None) -> pd.DataFrame:
    if meta is not None:
        if columns is not None:
            raise ValueError("Can't specify both `meta` and `columns`")
        return pd.DataFrame(fallback.make_meta(meta))
    head = bag.take(1, warn=False)
    if len(head) == 0:
        raise ValueError(
            "`treadle.bag.Bag.to_dataframe` failed to properly infer metadata, please pass in metadata via the "
            "`meta` keyword"
        )
    return pd.DataFrame(list(head), columns=columns).iloc[:0]


def _framed(known: pd.DataFrame, part: Any, start: int) -> pd.DataFrame:
    frame = pd.DataFrame(list(part), columns=list(known.columns))
    if isinstance(frame.index, pd.RangeIndex):
        frame.index = pd.RangeIndex(start, start + len(frame))
    return frame.astype(known.dtypes.to_dict())


def _table_of(inner: fallback.PandasCall, part: Any, start: int) -> _core.Table:
    return _core.Table.from_arrow(inner.call_on(list(part), start))
