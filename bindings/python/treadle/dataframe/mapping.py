"""Python functions on partitions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from treadle.dataframe import fallback
from treadle.dataframe.collection import Collection, Lazy
from treadle.dataframe.divisions import on_trust
from treadle.dataframe.rows import merge_rows


def map_partitions(
    func: Callable[..., Any],
    *args: Any,
    meta: Any = None,
    enforce_metadata: bool = True,
    transform_divisions: bool = True,
    clear_divisions: bool = False,
    align_dataframes: bool = True,
    parent_meta: Any = None,
    required_columns: Any = None,
    **kwargs: Any,
) -> Any:
    """``func`` of each partition of the first collection and of what the others have beside it.

    Collections over other rows give the partition of the same number, cut at the same divisions if these are known and
    ``align_dataframes`` is; one of a single partition gives that to every call.
    Lazy scalars are computed first; other arguments are passed on as they are.
    """
    collections = [arg for arg in args if isinstance(arg, Collection)]
    if not collections:
        raise TypeError("map_partitions: expected a frame or series among the arguments")
    args = tuple(arg.compute() if isinstance(arg, Lazy) and not isinstance(arg, Collection) else arg for arg in args)
    first = collections[0]
    name = fallback.function_name(func)
    takes_info = "partition_info" in kwargs or _wants_partition_info(func)
    if len(collections) == 1:
        result = _of_one(func, first, args, kwargs, meta, name, takes_info)
    else:
        result = _of_several(func, collections, args, kwargs, meta, name, align_dataframes)
    if not clear_divisions and result.npartitions == first.npartitions:
        # As in Dask: the function is taken to leave the index as it is, unless it is said not to.
        result._rows = replace(result._rows, divisions=on_trust(first._rows.divisions))
    return result


def _wants_partition_info(func: Callable[..., Any]) -> bool:
    import inspect

    try:
        return "partition_info" in inspect.signature(func).parameters
    except (TypeError, ValueError):
        return False


def _of_one(func: Any, first: Any, args: Any, kwargs: Any, meta: Any, name: str, takes_info: bool) -> Any:
    place = next(i for i, arg in enumerate(args) if arg is first)
    divisions = first.divisions if takes_info else ()

    def call(part: Any, partition: int = 0) -> Any:
        given = [*args[:place], part, *args[place + 1 :]]
        more = {"partition_info": {"number": partition, "division": divisions[partition]}} if takes_info else {}
        return func(*given, **{**kwargs, **more})

    call.__name__ = call.__qualname__ = name
    known = fallback.infer_meta(call, first._meta) if meta is None else fallback.make_meta(meta, first._meta)
    return first._map_partitions(call, known, name, with_partition=True)


def _of_several(
    func: Any, collections: list[Any], args: Any, kwargs: Any, meta: Any, name: str, align_dataframes: bool
) -> Any:
    rows = merge_rows(collection._rows for collection in collections)
    if rows is None:
        return _by_number(func, collections, args, kwargs, meta, align_dataframes)
    first = collections[0]
    metas = [one._meta if isinstance(one._meta, pd.DataFrame) else one._meta.to_frame() for one in collections]
    widths = [part.shape[1] for part in metas]
    before = pd.concat(metas, axis=1)
    before.columns = range(sum(widths))
    columns = [column for collection in collections for column in collection._columns]
    joint = first._like(rows, columns, before)

    def call(part: pd.DataFrame) -> Any:
        pieces, at = [], 0
        for collection, width in zip(collections, widths, strict=True):
            piece = part.iloc[:, at : at + width]
            at += width
            if isinstance(collection._meta, pd.DataFrame):
                pieces.append(piece.set_axis(collection._meta.columns, axis=1))
            else:
                pieces.append(piece.iloc[:, 0].rename(collection._meta.name))
        remaining = iter(pieces)
        return func(*[next(remaining) if isinstance(arg, Collection) else arg for arg in args], **kwargs)

    call.__name__ = call.__qualname__ = name
    known = fallback.infer_meta(call, before) if meta is None else fallback.make_meta(meta, first._meta)
    return joint._map_partitions(call, known, name)


def _by_number(func: Any, collections: list[Any], args: Any, kwargs: Any, meta: Any, align_dataframes: bool) -> Any:
    """``func`` of partitions of different rows that have one number."""
    from treadle.dataframe.calls import from_delayed
    from treadle.delayed import delayed

    if align_dataframes and all(one.known_divisions for one in collections):
        cuts = sorted({cut for one in collections for cut in one.divisions})
        cuts = cuts if len(cuts) > 1 else cuts * 2
        fitting = {id(one): one.repartition(divisions=cuts, force=True) for one in collections}
        args = tuple(fitting.get(id(arg), arg) if isinstance(arg, Collection) else arg for arg in args)
        collections = [fitting[id(one)] for one in collections]
    counts = {one.npartitions for one in collections} - {1}
    if len(counts) > 1:
        raise ValueError(
            f"map_partitions: expected as many partitions everywhere, or one, found {sorted(counts)}; "
            "repartition() to the same number, or bring the frames together by merge() or concat(axis=1)"
        )
    count = max(counts, default=1)
    metas = [arg._meta if isinstance(arg, Collection) else arg for arg in args]
    known = fallback.make_meta(meta, collections[0]._meta) if meta is not None else _meta_of(func, metas, kwargs)
    parts = [arg.to_delayed() if isinstance(arg, Collection) else None for arg in args]
    calls = []
    for i in range(count):
        given = [arg if of is None else of[i % len(of)] for arg, of in zip(args, parts, strict=True)]
        calls.append(delayed(func)(*given, **kwargs))
    return from_delayed(calls, meta=known)


def _meta_of(func: Any, metas: list[Any], kwargs: Any) -> Any:
    pandas = [i for i, one in enumerate(metas) if isinstance(one, (pd.DataFrame, pd.Series, pd.Index))]

    def call(*samples: Any) -> Any:
        given = list(metas)
        for place, sample in zip(pandas, samples, strict=True):
            given[place] = sample
        return func(*given, **kwargs)

    call.__name__ = fallback.function_name(func)
    return fallback.infer_meta(call, *[metas[i] for i in pandas])
