"""Between frames and delayed calls, both ways: partitions are blocks of the one graph that both become."""

from __future__ import annotations

from functools import partial
from typing import Any

from treadle import _core
from treadle.base import is_lazy
from treadle.dataframe import fallback
from treadle.dataframe.blocks import frame_of, tables_of
from treadle.dataframe.collection import new_collection
from treadle.dataframe.divisions import Claimed
from treadle.dataframe.protocol import parts_of
from treadle.dataframe.rows import Rows


def to_delayed(collection: Any) -> list[Any]:
    """A delayed pandas object for each partition."""
    from treadle.delayed import _new

    parts = parts_of(collection)
    plans = [part.__treadle_plan__() for part in parts]
    tables = tables_of([plan for plan, _ in plans])
    objects = [_core.call_one(finish, (tables[i],), {}, "partition") for i, (_, finish) in enumerate(plans)]
    count = getattr(collection, "npartitions", 1)
    if len(objects) == count:
        return [_new(one) for one in objects]
    # Partitions that are counted out of all rows.
    return [_new(_core.call_one(_share, (objects[0], i, count), {}, "partition")) for i in range(count)]


def _share(whole: Any, number: int, count: int) -> Any:
    """One of ``count`` parts as equal as can be, the first ones larger."""
    size, more = divmod(len(whole), count)
    begin = number * size + min(number, more)
    part = slice(begin, begin + size + (number < more))
    return whole.iloc[part] if hasattr(whole, "iloc") else whole[part]


def from_delayed(
    dfs: Any, meta: Any = None, divisions: Any = None, prefix: Any = None, verify_meta: bool = True
) -> Any:
    """A partition for each delayed pandas object, or future of one; without ``meta``, the first is computed to see
    what they are."""
    delayed = [_delayed_of(one) for one in (dfs if isinstance(dfs, (list, tuple)) else [dfs])]
    if not delayed:
        raise TypeError("Must supply at least one delayed object")
    for one in delayed:
        if not hasattr(one, "compute"):
            raise TypeError(f"Expected Delayed object, got {type(one).__name__}")
    if not all(is_lazy(one) for one in delayed):
        from treadle.dataframe.read import from_map

        return from_map(lambda one: one.compute(), delayed, meta=meta, divisions=divisions, label="from_delayed")
    known = fallback.emptied(delayed[0].compute()) if meta is None else fallback.make_meta(meta)
    names, index, columns = fallback.result_columns(known)
    encode = fallback.PandasCall(_itself, known, known, [], names)
    values = _core.join_blocks([_block_of(one) for one in delayed])
    tables = _core.call_each(partial(_table_of, encode), (values,), {}, len(delayed), "from_delayed")
    rows = Rows(
        frame_of(tables, fallback.arrow_schema(known, names)),
        divisions=None if divisions is None else Claimed(divisions),
    )
    return new_collection(rows, index, columns, known)


def _table_of(encode: fallback.PandasCall, value: Any) -> _core.Table:
    return _core.Table.from_arrow(encode.call_on(value))


def _delayed_of(one: Any) -> Any:
    """A future as a delayed value; others as they are."""
    from treadle.delayed import _new

    return one if hasattr(one, "compute") or not is_lazy(one) else _new(one.__treadle_blocks__()[0])


def _itself(value: Any) -> Any:
    return value


def _block_of(one: Any) -> _core.Blocks:
    block = _core.lazy_value(one)
    assert block is not None
    return block
