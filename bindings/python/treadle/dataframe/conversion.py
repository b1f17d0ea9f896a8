"""Frames as arrays and bags, and arrays as frames: partitions are blocks of the one graph that both become."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import fallback
from treadle.dataframe.blocks import tables_of
from treadle.dataframe.protocol import parts_of

if TYPE_CHECKING:
    from treadle.array.collection import Array
    from treadle.bag.collection import Bag


def blocks_of(collection: Any, turn: Callable[[Any], Any], name: str) -> _core.Blocks:
    """A block for each partition: what ``turn`` makes of it, a pandas object."""
    plans = [part.__treadle_plan__() for part in parts_of(collection)]
    tables = tables_of([plan for plan, _ in plans])
    call = partial(_turned, plans[0][1], turn)
    return _core.call_each(call, (tables,), {}, len(plans), f"python: {name}")


def _turned(finish: Callable[[Any], Any], turn: Callable[[Any], Any], table: Any) -> Any:
    return turn(finish(table))


def _row_counts(collection: Any, lengths: Any) -> tuple[Any, ...]:
    """How many rows the partitions have: as given, counted (``True``), or unknown."""
    count: int = collection.npartitions
    if lengths is None or lengths is False:
        return (float("nan"),) * count
    if lengths is True:
        return tuple(int(one) for one in collection.map_partitions(_length, meta=(None, "int64")).compute())
    given = tuple(int(one) for one in lengths)
    if len(given) != count:
        raise ValueError(f"lengths: expected a number for each of {count} partitions, found {len(given)}")
    return given


def _length(part: Any) -> pd.Series:
    return pd.Series([len(part)])


def to_array(collection: Any, lengths: Any = None) -> Array:
    """The values as a lazy array, a block a partition; its length is unknown unless ``lengths`` says it."""
    from treadle.array.collection import Array

    sample = fallback.sample_of(collection._meta).to_numpy()
    rows = _row_counts(collection, lengths)
    chunks = (rows,) if sample.ndim == 1 else (rows, (sample.shape[1],))
    turn = partial(_numpy, sample.dtype)
    return Array(blocks_of(collection, turn, "to_array"), chunks, sample.dtype, "to_array")


def _numpy(dtype: np.dtype[Any], part: Any) -> Any:
    values = np.ascontiguousarray(part.to_numpy())
    if dtype.kind in "iu" and values.dtype.kind == "f" and not np.isfinite(values).all():
        raise TypeError(
            f"to_dask_array: expected {dtype}, which the column is without missing values and divisions by zero, found "
            "NaN or an infinity; astype('float64') takes them along"
        )
    return values


def to_records(collection: Any, index: bool = False, lengths: Any = None) -> Array:
    """The rows as a lazy array of NumPy records, a block a partition."""
    from treadle.array.collection import Array

    turn = partial(_records, index)
    dtype = turn(fallback.sample_of(collection._meta)).dtype
    return Array(blocks_of(collection, turn, "to_records"), (_row_counts(collection, lengths),), dtype, "to_records")


def _records(index: bool, part: Any) -> Any:
    frame = part if isinstance(part, pd.DataFrame) else part.to_frame()
    records = frame.to_records(index=index)
    # Plain records: pandas gives its own kind of array.
    return records.view(np.dtype(records.dtype.descr), np.ndarray)


def to_bag(collection: Any, index: bool = False, format: str = "tuple") -> Bag:
    """The rows as a bag: tuples, values of a series, mappings (``"dict"``), or partitions as they are (``"frame"``)."""
    from treadle.bag.collection import Bag

    if format not in ("tuple", "dict", "frame"):
        raise ValueError(f'format: expected "tuple", "dict" or "frame", found {format!r}')
    turn = partial(_items, index, format)
    return Bag._of(blocks_of(collection, turn, "to_bag"), "to_bag")


def _items(index: bool, format: str, part: Any) -> list[Any]:
    if format == "frame":
        return [part]
    if isinstance(part, pd.Index):
        return list(part)
    if format == "dict":
        frame = part if isinstance(part, pd.DataFrame) else part.to_frame()
        rows = frame.to_dict(orient="records")
        return [{"index": label, **row} for label, row in zip(frame.index, rows, strict=True)] if index else rows
    if isinstance(part, pd.DataFrame):
        return list(part.itertuples(index, name=None))
    return list(part.items()) if index else list(part)


def from_dask_array(x: Any, columns: Any = None, index: Any = None, meta: Any = None) -> Any:
    """A frame of a lazy matrix or a series of a lazy vector, of Treadle or Dask, a partition for each block of rows."""
    import treadle.array as da
    from treadle.array.conversion import to_dask_dataframe

    array = x if isinstance(x, da.Array) else da.from_array(x, chunks=x.chunks)
    return to_dask_dataframe(array, columns=columns, index=index, meta=meta)


def align(left: Any, right: Any, how: str, axis: Any, fill_value: Any) -> tuple[Any, Any]:
    """Two collections over the same rows with the labels of both, as pandas' ``align``."""
    from treadle.dataframe.alignment import aligned
    from treadle.dataframe.elementwise import together

    if axis in (1, "columns"):
        return _with_columns(left, right, how, fill_value, 0), _with_columns(left, right, how, fill_value, 1)
    left, right = aligned([left, right], how, "align")

    def side(place: int) -> Any:
        def call(a: Any, b: Any) -> Any:
            return a.align(b, join=how, axis=axis, fill_value=fill_value)[place]

        meta = fallback.infer_meta(call, left._meta, right._meta)
        return together(call, meta, "align", left, right)

    return side(0), side(1)


def _with_columns(left: Any, right: Any, how: str, fill_value: Any, place: int) -> Any:
    """One of two frames with the columns that aligning them leaves."""

    def call(part: Any) -> Any:
        pair = (part, right._meta) if place == 0 else (left._meta, part)
        return pair[0].align(pair[1], join=how, axis=1, fill_value=fill_value)[place]

    frame = (left, right)[place]
    return frame._beside(call, fallback.infer_meta(call, frame._meta), "align")


def in_order(series: Any, rising: bool) -> Any:
    """Whether values never fall, or never rise; a missing one is in no order."""
    from treadle.dataframe.scalar import Scalar

    values = series._columns[0].clean()
    before = series.shift(1)
    rows = series._rows.merged(before._rows)
    last = before._columns[0].clean()
    kept = last <= values if rising else last >= values
    flags: Sequence[tuple[str, _core.Expression]] = [
        ("missing", values.is_null().cast("int64")),
        ("kept", kept.fill_null(_core.literal(True, "bool")).cast("int64")),
    ]
    zero, one = _core.literal(0, "int64"), _core.literal(1, "int64")
    missing = _core.col("missing").max().fill_null(zero) == zero
    plan = rows.build(flags).select([(missing & (_core.col("kept").min().fill_null(one) == one)).alias("value")])
    return Scalar(plan, np.dtype("bool"))
