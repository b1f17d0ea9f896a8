"""Tables in HDF5 files as pandas keeps them: read a range of rows a partition, written a partition at a time."""

from __future__ import annotations

import fnmatch
import glob
import os
import shutil
import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from treadle.dataframe.read import from_map
from treadle.errors import FileNotFound

# HDF5 is one thread's at a time.
_lock = threading.Lock()


def _check_package() -> None:
    if find_spec("tables") is None:
        raise ImportError("HDF5 tables of pandas need PyTables: pip install tables")


def read_hdf(
    pattern: Any,
    key: str,
    start: int = 0,
    stop: int | None = None,
    columns: Any = None,
    chunksize: int = 1_000_000,
    sorted_index: bool = False,
    lock: Any = True,
    mode: str = "r",
) -> Any:
    """Tables that ``pattern`` (a path, a list) and ``key`` name, both perhaps with ``*``, cut at each ``chunksize``
    rows; one that is stored in the fixed format is a partition. ``sorted_index``: labels are in order through all."""
    _check_package()
    if chunksize <= 0:
        raise ValueError(f"chunksize: expected a positive number of rows, found {chunksize}")
    named = pattern if isinstance(pattern, (list, tuple)) else [pattern]
    files = [file for one in named for file in sorted(glob.glob(os.fspath(one))) or [os.fspath(one)]]  # noqa: PTH207
    pieces: list[tuple[str, str, int | None, int | None]] = []
    labels: list[Any] = []
    for file in files:
        if not Path(file).exists():
            raise FileNotFound(f"no file matches {pattern!r}")
        with _lock, pd.HDFStore(file, mode=mode) as store:
            for found in _keys(store, key, file):
                ranges = _ranges(store.get_storer(found), start, stop, chunksize, file, found)
                pieces += [(file, found, begin, end) for begin, end in ranges]
                if sorted_index:
                    labels += [_label(store, found, begin or 0) for begin, _ in ranges]
    if sorted_index:
        file, found, _, end = pieces[-1]
        with _lock, pd.HDFStore(file, mode=mode) as store:
            labels.append(_label(store, found, (end or store.get_storer(found).nrows) - 1))
    meta = _read(columns, mode, (pieces[0][0], pieces[0][1], None, None if pieces[0][3] is None else 1))
    read = _Reader(columns, mode)
    return from_map(
        read, pieces, meta=meta.iloc[:0], divisions=tuple(labels) if sorted_index else None, label="read_hdf"
    )


class _Reader:
    """Reads a range of rows; a function that travels by its arguments."""

    def __init__(self, columns: Any, mode: str) -> None:
        self._arguments = columns, mode

    def __call__(self, piece: tuple[str, str, int | None, int | None]) -> Any:
        return _read(*self._arguments, piece)


def _read(columns: Any, mode: str, piece: tuple[str, str, int | None, int | None]) -> Any:
    file, key, begin, end = piece
    rows = {} if begin is None and end is None else {"start": begin, "stop": end}
    with _lock:
        return pd.read_hdf(file, key, mode=mode, **({} if columns is None else {"columns": columns}), **rows)


def _keys(store: Any, key: str, file: str) -> list[str]:
    wanted = key if key.startswith("/") else f"/{key}"
    found = [one for one in sorted(store.keys()) if fnmatch.fnmatch(one, wanted)]
    if not found:
        raise KeyError(f"{file}: no table is named {key!r}; there are {', '.join(sorted(store.keys())) or 'none'}")
    return found


def _ranges(storer: Any, start: int, stop: int | None, chunksize: int, file: str, key: str) -> Any:
    if storer.format_type == "fixed":
        if start != 0 or stop is not None:
            raise TypeError(f"{file}: {key} is stored in the fixed format, which has no rows to start or stop at")
        return [(None, None)]
    last = storer.nrows if stop is None else min(stop, storer.nrows)
    if start > last:
        raise ValueError(f"start: expected at most {last}, as {key} of {file} has rows, found {start}")
    return [(begin, min(begin + chunksize, last)) for begin in range(start, max(last, start + 1), chunksize)]


def _label(store: Any, key: str, row: int) -> Any:
    return store.select(key, start=row, stop=row + 1).index[0]


def to_hdf(
    df: Any,
    path_or_buf: Any,
    key: str,
    mode: str = "a",
    append: bool = False,
    compute: bool = True,
    scheduler: Any = None,
    name_function: Callable[[int], str] | None = None,
    lock: Any = None,
    dask_kwargs: Any = None,
    **kwargs: Any,
) -> Any:
    """Writes partitions one behind the other into a table; ``*`` in the path or the key is the partition's number.

    Files appear complete: they are written beside their place and moved there.
    """
    _check_package()
    path = os.fspath(path_or_buf)
    if "*" in path and "*" in key:
        raise ValueError("to_hdf: expected one * in the path or in the key, found one in both")
    name = name_function or _padded(df.npartitions)

    def write() -> list[str]:
        targets = [path.replace("*", name(number)) for number in range(df.npartitions)]
        for place in sorted(set(targets)):
            _write_file(
                df, place, [i for i, target in enumerate(targets) if target == place], key, name, mode, append, kwargs
            )
        return targets

    if compute:
        return write()
    from treadle.delayed import delayed

    return delayed(write)()


def _padded(count: int) -> Callable[[int], str]:
    width = len(str(max(count - 1, 0)))
    return lambda number: str(number).zfill(width)


def _write_file(
    df: Any, place: str, numbers: list[int], key: str, name: Any, mode: str, append: bool, kwargs: dict[str, Any]
) -> None:
    beside = f"{place}.treadle-{os.getpid()}"
    try:
        if mode != "w" and Path(place).exists():
            shutil.copyfile(place, beside)
        begun: set[str] = set()
        for number in numbers:
            part = df._partitions([number]).compute()
            own = key.replace("*", name(number))
            with _lock:
                part.to_hdf(beside, key=own, mode="a", format="table", append=append or own in begun, **kwargs)
            begun.add(own)
        Path(beside).replace(place)
    finally:
        Path(beside).unlink(missing_ok=True)
