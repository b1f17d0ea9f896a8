"""JSON files: an object a line by the core, what pandas alone understands by pandas, a file at a time."""

from __future__ import annotations

import glob
import io
import json
import os
import re
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import arrow
from treadle.dataframe.collection import new_collection
from treadle.dataframe.path_column import PathColumn
from treadle.dataframe.read import _from_scan, _typed, block_size, from_map, local_paths
from treadle.dataframe.rows import ROW_NUMBER, Column, Rows
from treadle.errors import Error, FileNotFound, InvalidArgument

_ROWS_OF_SAMPLE = 1000
_SPACE = re.compile(r"\s*")


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
    """JSON files. ``lines``: an object a line, a partition for each ``blocksize`` bytes; else a partition a file.

    Without ``meta``, the first ``sample`` bytes of the first file say what columns there are; of a document that is not
    a list of records, all of it. ``include_path_column``: True or a name for a column of where rows come from.
    """
    by_line = orient == "records" if lines is None else lines
    files = [
        file
        for path in local_paths(url_path)
        for file in (sorted(glob.glob(path, recursive=True)) if glob.has_magic(path) else [path])  # noqa: PTH207
    ]
    if not files or not os.path.exists(files[0]):  # noqa: PTH110
        raise FileNotFound(f"no file matches {url_path!r}")
    how = {"orient": orient, "lines": by_line, "encoding": encoding, "compression": compression, **kwargs}
    if meta is None:
        meta = _sampled(files[0], how, sample)
        meta.index = pd.RangeIndex(0)
    shown = [file if path_converter is None else path_converter(file) for file in files]
    paths = PathColumn(include_path_column, files, meta.columns, shown) if include_path_column else None
    if by_line and orient == "records" and not kwargs and encoding.lower() == "utf-8":
        native = _by_core(files, meta, blocksize, paths) if paths is None or paths.is_text else None
        if native is not None:
            return native

    def read(number: int) -> pd.DataFrame:
        part = pd.read_json(files[number], **how)
        part = part.reset_index(drop=True) if by_line else part
        return part if paths is None else paths.beside(part, files[number])

    if paths is not None:
        meta = paths.beside(meta)
    return from_map(read, range(len(files)), meta=meta, label="read_json")


def _sampled(file: str, how: dict[str, Any], sample: int) -> pd.DataFrame:
    """No rows, but the columns and types that the beginning of a file has."""
    try:
        return _first_rows(file, how, sample).iloc[:0]
    except ValueError as error:
        if isinstance(error, Error):
            raise
        raise ValueError(f"{file}{_faulty_line(file, how)}: {error}") from None


def _faulty_line(file: str, how: dict[str, Any]) -> str:
    """Where the sample is no JSON, if it has a record a line."""
    if not how["lines"]:
        return ""
    with pd.io.common.get_handle(file, "r", encoding=how["encoding"], compression=how["compression"]) as handles:
        for number, line in zip(range(1, _ROWS_OF_SAMPLE + 1), handles.handle, strict=False):
            try:
                json.loads(line)
            except json.JSONDecodeError as error:
                return f", line {number}, column {error.colno}"
    return ""


def _first_rows(file: str, how: dict[str, Any], sample: int) -> pd.DataFrame:
    if how["lines"]:
        return pd.read_json(file, **how, nrows=_ROWS_OF_SAMPLE)
    if how["orient"] != "records" or os.path.getsize(file) <= sample:  # noqa: PTH202
        return pd.read_json(file, **how)
    with pd.io.common.get_handle(file, "r", encoding=how["encoding"], compression=how["compression"]) as handles:
        text: Any = handles.handle.read(sample)
    records = _first_records(text)
    if not records:
        raise InvalidArgument(f"{file}: no whole record in the first {sample} bytes; give meta= or a larger sample=")
    rest = {name: value for name, value in how.items() if name not in ("encoding", "compression")}
    return pd.read_json(io.StringIO("[" + ",".join(records) + "]"), **rest)


def _first_records(text: str) -> list[str]:
    """The whole records at the beginning of a list of them, as they stand."""
    decoder = json.JSONDecoder()
    records: list[str] = []
    place = _behind_space(text, 0)
    while place < len(text) and text[place] == ("," if records else "["):
        begin = _behind_space(text, place + 1)
        try:
            _, end = decoder.raw_decode(text, begin)
        except json.JSONDecodeError:
            break
        records.append(text[begin:end])
        place = _behind_space(text, end)
    return records


def _behind_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return place if found is None else found.end()


def _by_core(files: list[str], meta: Any, blocksize: Any, paths: PathColumn | None) -> Any:
    """None where pandas makes something of the values that the core does not: dates by a column's name, objects."""
    if not isinstance(meta, pd.DataFrame):
        return None
    size = block_size(blocksize)
    try:
        frame = _core.read_ndjson(files, [], {}, False, None, size)
        # All files have the columns and types of all: a plan a file, so that each knows where its rows come from.
        types = {name: str(kind) for name, kind in zip(frame.schema.names, frame.schema.types, strict=True)}
        parted = [_core.read_ndjson([file], list(types), types, False, None, size) for file in files] if paths else []
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
    if paths is None:
        return _from_scan(frame, typed, list(range(len(parts))), list(parts), {}, False)
    plan = paths.concatenated([frame.with_row_numbers(ROW_NUMBER) for frame in parted])
    columns = [_typed(name, plan.schema.type_of(name), dtype) for name, dtype in typed.dtypes.items()]
    return paths.added_to(new_collection(Rows(plan), [Column(_core.col(ROW_NUMBER))], columns, typed))


def _agree(kind: _core.DataType, dtype: Any) -> bool:
    if kind.is_nested or kind.name == "null":
        return False
    if kind.name == "utf8":
        return isinstance(dtype, pd.StringDtype) or dtype == np.dtype(object)
    if kind.name == "bool":
        return bool(dtype == np.dtype(bool))
    return isinstance(dtype, np.dtype) and dtype.kind in "iuf"
