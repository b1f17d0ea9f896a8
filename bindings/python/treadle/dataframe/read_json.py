"""JSON files: an object a line by the core, what pandas alone understands by pandas, a file at a time."""

from __future__ import annotations

import glob
import os
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import arrow
from treadle.dataframe.read import _blocksize, _from_scan, _paths, from_map
from treadle.errors import Error, FileNotFound

_ROWS_OF_SAMPLE = 1000


def read_json(
    url_path: Any,
    orient: str = "records",
    lines: bool | None = None,
    storage_options: Any = None,
    blocksize: Any = None,
    sample: int = 1 << 20,
    encoding: str = "utf-8",
    errors: str = "strict",
    compression: Any = "infer",
    meta: Any = None,
    engine: Any = None,
    include_path_column: Any = False,
    path_converter: Any = None,
    **kwargs: Any,
) -> Any:
    """JSON files. ``lines``: an object a line, a partition for each ``blocksize`` bytes; else a partition a file."""
    by_line = orient == "records" if lines is None else lines
    files = [
        file
        for path in _paths(url_path)
        for file in (sorted(glob.glob(path, recursive=True)) if glob.has_magic(path) else [path])  # noqa: PTH207
    ]
    if not files or not os.path.exists(files[0]):  # noqa: PTH110
        raise FileNotFound(f"no file matches {url_path!r}")
    how = {"orient": orient, "lines": by_line, "encoding": encoding, "compression": compression, **kwargs}
    if meta is None:
        few = {"nrows": _ROWS_OF_SAMPLE} if by_line else {}
        meta = pd.read_json(files[0], **how, **few).iloc[:0]
        meta.index = pd.RangeIndex(0)
    if by_line and orient == "records" and not kwargs and not include_path_column and encoding.lower() == "utf-8":
        native = _by_core(files, meta, blocksize)
        if native is not None:
            return native

    def read(file: Any) -> pd.DataFrame:
        part = pd.read_json(file, **how)
        return part.reset_index(drop=True) if by_line else part

    read.__name__ = "read_json"
    return from_map(read, files, meta=meta)


def _by_core(files: list[str], meta: Any, blocksize: Any) -> Any:
    """None where pandas makes something of the values that the core does not: dates by a column's name, objects."""
    if not isinstance(meta, pd.DataFrame):
        return None
    try:
        frame = _core.read_ndjson(files, [], {}, False, None, _blocksize(blocksize))
    except Error:
        return None  # pandas says what is wrong, or reads it
    schema = frame.schema
    known = dict(meta.dtypes.items())
    parts = {}
    for name, kind in zip(schema.names, schema.types, strict=True):
        dtype = known.get(name, arrow.meta_dtype(kind))
        if not _agree(kind, dtype):
            return None
        parts[name] = pd.Series([], dtype=dtype)
    typed = pd.DataFrame(parts, index=pd.RangeIndex(0))
    return _from_scan(frame, typed, list(range(len(parts))), list(parts), {}, False)


def _agree(kind: _core.DataType, dtype: Any) -> bool:
    if kind.is_nested or kind.name == "null":
        return False
    if kind.name == "utf8":
        return isinstance(dtype, pd.StringDtype) or dtype == np.dtype(object)
    if kind.name == "bool":
        return bool(dtype == np.dtype(bool))
    return isinstance(dtype, np.dtype) and dtype.kind in "iuf"
