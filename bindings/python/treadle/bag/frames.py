"""A bag as a data frame: the partitions of one are those of the other, in one graph."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd

from treadle import _core
from treadle.bag.collection import Bag
from treadle.dataframe import fallback
from treadle.dataframe.blocks import frame_of
from treadle.dataframe.collection import new_collection
from treadle.dataframe.rows import Rows


def to_dataframe(bag: Bag, meta: Any, columns: Sequence[Any] | None) -> Any:
    known = _meta_of(bag, meta, columns)
    names, index, made = fallback.result_columns(known)
    before = pd.Series([], dtype="object")
    inner = fallback.PandasCall(partial(_framed, known), before, known, [False], names)
    rows = _core.call_each(partial(_table_of, inner), (bag._blocks,), {}, bag.npartitions, "python: to_dataframe")
    return new_collection(Rows(frame_of(rows, fallback.arrow_schema(known, names))), index, made, known)


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


def _framed(known: pd.DataFrame, part: Any) -> pd.DataFrame:
    frame = pd.DataFrame(list(part), columns=list(known.columns))
    return frame.astype(known.dtypes.to_dict())


def _table_of(inner: fallback.PandasCall, part: Any) -> _core.Table:
    return _core.Table.from_arrow(inner.call_on(list(part)))
