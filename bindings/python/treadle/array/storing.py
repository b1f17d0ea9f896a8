"""``store``: the blocks of arrays into whatever takes assignment to slices, all of them or none."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

import treadle.config
from treadle import _core
from treadle.array import blocks as rows
from treadle.array.axes import check_known
from treadle.array.chunking import bounds
from treadle.array.collection import Array
from treadle.array.creation import from_array
from treadle.array.undo import Target, UndoRecord, forget_records


def store(
    sources: Any,
    targets: Any,
    lock: Any = True,
    regions: Any = None,
    compute: bool = True,
    return_stored: bool = False,
    load_stored: Any = None,
    undo: bool = True,
    **kwargs: Any,
) -> Any:
    """Writes blocks into targets that take assignment to slices: h5py data sets, Zarr arrays, memory maps, arrays.

    If it fails, targets hold again what they held before. Old values wait in the directory for spill files meanwhile;
    where nothing has been stored yet, there are none to keep. ``undo=False`` keeps nothing."""
    from treadle.dataframe.collection import options
    from treadle.delayed import _new

    single = isinstance(sources, Array)
    arrays = [sources] if single else list(sources)
    if not all(isinstance(one, Array) for one in arrays):
        raise ValueError("All sources must be treadle array objects")
    into = [targets] if single else list(targets)
    if len(arrays) != len(into):
        raise ValueError(f"Different number of sources [{len(arrays)}] and targets [{len(into)}]")
    places = regions if isinstance(regions, list) else [regions] * len(arrays)
    if len(places) != len(arrays):
        raise ValueError(
            f"Different number of sources [{len(arrays)}] and targets [{len(into)}] than regions [{len(places)}]"
        )
    for one, target, region in zip(arrays, into, places, strict=True):
        check_known(one, "store()")
        _check_writeable(target)
        _check_fits(one, target, region)
    lock = threading.Lock() if lock is True else lock
    held = [Target(one, lock, "the target" if single else f"target {i}") for i, one in enumerate(into)]
    directories = kwargs.get("spill_directory") or treadle.config.get("spill_directory", None) or ""
    if not compute:
        done = _stored_later(arrays, held, places, directories if undo else None)
        if not return_stored:
            return _new(done)
        later = tuple(_read_back(done, *one) for one in zip(arrays, held, places, strict=True))
        return later[0] if single else later
    record = UndoRecord(directories) if undo else None
    try:
        _core.compute_blocks(_writes(arrays, held, places, record), options(kwargs))
        if record is not None:
            record.commit()
    except BaseException as error:
        if record is not None:
            record.roll_back_for(error)
        raise
    if not return_stored:
        return None
    stored = tuple(_read_back(None, *one) for one in zip(arrays, held, places, strict=True))
    return stored[0] if single else stored


def _read_back(done: _core.Blocks | None, source: Array, into: Target, region: Any) -> Array:
    """What was stored of an array, in its chunks; ``done`` is the block that is there when all has been stored."""
    target = into.target
    if done is None and region is None and hasattr(target, "shape") and hasattr(target, "__getitem__"):
        return from_array(target, chunks=source.chunks)
    made = rows.call_numbered_here(_read, [into, done, source.chunks, region], source.npartitions, "load-stored")
    return Array(made, source.chunks, getattr(target, "dtype", source.dtype), "load-stored")


def _read(number: int, into: Target, done: None, chunks: Any, region: Any) -> Any:
    with into.locked():
        return np.asarray(into.target[_place(number, chunks, region, into)[0]])


def _check_writeable(target: Any) -> None:
    if isinstance(target, np.ndarray) and not target.flags.writeable:
        raise ValueError(
            "assignment destination is read-only: store() writes to arrays and memory maps that may be written "
            "(mode 'r+'), found " + (f"a map of {target.filename}" if isinstance(target, np.memmap) else "an array")
        )


def _check_fits(source: Array, target: Any, region: Any) -> None:
    """Raises ValueError that shows both shapes, before anything is written."""
    shape = getattr(target, "shape", None)
    if not isinstance(shape, tuple) or not all(isinstance(one, (int, np.integer)) for one in shape):
        return
    if region is not None:
        given = region if isinstance(region, tuple) else (region,)
        if not all(isinstance(one, (slice, int, np.integer)) for one in given):
            return
        shape = np.broadcast_to(np.empty(()), shape)[region].shape
    if tuple(shape) != source.shape:
        where = "a target" if region is None else f"the region {region} of a target"
        raise ValueError(f"store(): expected {where} of the shape {source.shape}, found {tuple(shape)}")


def _writes(arrays: list[Array], held: list[Target], places: list[Any], record: Any) -> list[_core.Blocks]:
    """The tasks that write: a row for each array. ``record``: an UndoRecord, a block that will be one, or None."""
    return [
        rows.call_numbered_here(_write, [target, record, one._blocks, one.chunks, region], one.npartitions, "store")
        for one, target, region in zip(arrays, held, places, strict=True)
    ]


def _stored_later(arrays: list[Array], held: list[Target], places: list[Any], directories: str | None) -> _core.Blocks:
    """All the writes as one block, whose every run has a record of its own. Where a run fails, nothing holds on to its
    record, which rolls back."""
    record = None if directories is None else rows.call_one_here(UndoRecord, (directories,), "store-begin")
    written = _writes(arrays, held, places, record)
    ends = [row[i] for row in written for i in range(row.num_blocks)]
    return rows.call_one_here(_end, (record, ends), "store")


def _end(record: UndoRecord | None, written: Any) -> None:
    if record is None:
        return
    try:
        record.commit()
    except BaseException as error:
        del record
        forget_records(error)
        raise


def _write(number: int, into: Target, record: UndoRecord | None, block: Any, chunks: Any, region: Any) -> None:
    key, shape = _place(number, chunks, region, into)
    try:
        with into.locked():
            if record is None:
                into.target[key] = block
            else:
                record.write(into, key, block, shape)
    except BaseException as error:
        del record
        forget_records(error)
        raise


def _place(number: int, chunks: Any, region: Any, into: Target) -> tuple[Any, tuple[int, ...]]:
    """Where a block lies in the target, and its shape."""
    place = np.unravel_index(number, [len(axis) for axis in chunks]) if chunks else ()
    spans = [bounds(axis)[int(i)] for axis, i in zip(chunks, place, strict=True)]
    key: Any = tuple(slice(*span) for span in spans)
    if region is not None:
        key = _within(region, key, getattr(into.target, "shape", ()))
    return key, tuple(stop - start for start, stop in spans)


def _within(region: Any, key: Any, shape: Any) -> Any:
    """Slices of a region of the target."""
    given = list(region) if isinstance(region, tuple) else [region]
    given += [slice(None)] * (len(shape) - len(given))
    parts = iter(key)
    result = []
    for one, length in zip(given, shape, strict=True):
        if not isinstance(one, slice):
            result.append(one)
            continue
        part = next(parts)
        start, _, step = one.indices(length)
        if step != 1:
            raise NotImplementedError("store: regions with steps are not there")
        result.append(slice(start + part.start, start + part.stop))
    return tuple(result)
