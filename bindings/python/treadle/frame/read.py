"""Frames from files and from other libraries."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from treadle import _core
from treadle.frame.construct import schema_pairs, table_of
from treadle.frame.eager import DataFrame
from treadle.frame.lazy import LazyFrame

Source = Any


def _paths(source: Source) -> list[str]:
    listed = source if isinstance(source, (list, tuple)) else [source]
    if not listed:
        raise ValueError("expected at least one file, found none")
    return [_path(one) for one in listed]


def _path(source: Any) -> str:
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError(f"expected the path of a file or a pattern, found {type(source).__name__}")
    path = str(source)
    if path.startswith("~"):
        from pathlib import Path

        path = str(Path(path).expanduser())
    return path


def _csv_options(given: Mapping[str, Any]) -> _core.CsvOptions:
    options = _core.CsvOptions()
    for name, value in given.items():
        setattr(options, name, value)
    return options


def scan_csv(
    source: Source,
    *,
    has_header: bool = True,
    separator: str = ",",
    comment_prefix: str | None = None,
    quote_char: str | None = '"',
    skip_rows: int = 0,
    skip_rows_after_header: int = 0,
    schema: Any = None,
    schema_overrides: Any = None,
    new_columns: list[str] | None = None,
    null_values: Any = None,
    n_rows: int | None = None,
    try_parse_dates: bool = False,
    ignore_errors: bool = False,
    truncate_ragged_lines: bool = False,
    infer_schema: bool = True,
    infer_schema_length: int | None = None,
    row_index_name: str | None = None,
    row_index_offset: int = 0,
    **unused: Any,
) -> LazyFrame:
    """CSV files by path, pattern or list as a lazy frame; a bounded sample says the types."""
    _check_unused("scan_csv", unused)
    wanted = schema_pairs(schema)
    options = _csv_options(
        {
            "header": has_header,
            "delimiter": _byte("separator", separator),
            "comment": _byte("comment_prefix", comment_prefix),
            "quote": _byte("quote_char", quote_char),
            "skip_lines": skip_rows,
            "skip_rows": skip_rows_after_header,
            "max_rows": n_rows,
            "infer_dates": try_parse_dates,
            "null_values": _null_values(null_values),
            "fills_short_records": True,
            "cuts_long_records": truncate_ragged_lines,
        }
    )
    if new_columns or wanted:
        options.names = list(new_columns or wanted)
    types = {name: kind.core for name, kind in {**wanted, **schema_pairs(schema_overrides)}.items() if kind is not None}
    options.set_types(types)
    if ignore_errors:
        options.skip_bad_rows()
    frame = _core.read_csv(_paths(source), options)
    if not infer_schema or infer_schema_length == 0:
        options.set_types({name: "utf8" for name in frame.schema.names if name not in types})
        frame = _core.read_csv(_paths(source), options)
    return _numbered(LazyFrame(frame), row_index_name, row_index_offset)


def _null_values(given: Any) -> list[str]:
    if given is None:
        return [""]
    if isinstance(given, Mapping):
        raise NotImplementedError("null_values by column are not there yet; give a list for all columns")
    return ["", *([given] if isinstance(given, str) else given)]


def _byte(name: str, given: str | None) -> str:
    if given is None:
        return "\0"
    if len(given) != 1 or ord(given) > 127:
        raise ValueError(f"{name}: expected one ASCII character, found {given!r}")
    return given


# Options of Polars' that say how to read and not what comes of it.
_HARMLESS = frozenset(
    [
        "low_memory",
        "rechunk",
        "cache",
        "glob",
        "encoding",
        "batch_size",
        "n_threads",
        "eol_char",
        "use_statistics",
        "parallel",
        "storage_options",
        "retries",
        "use_pyarrow",
        "memory_map",
        "missing_utf8_is_empty_string",
        "decimal_comma",
        "raise_if_empty",
        "hive_schema",
        "try_parse_hive_dates",
        "credential_provider",
    ]
)


# Options of Polars' that are not there yet, and what does the same.
_LATER = {
    "include_file_paths": "scan each file by itself, with_columns() of its name, and concat()",
    "with_column_names": "rename()",
    "deletion_files": "filter()",
    "missing_columns": 'concat(how="diagonal")',
    "extra_columns": "select()",
    "cast_options": "cast()",
}


def _check_unused(function: str, unused: Mapping[str, Any]) -> None:
    for name, value in unused.items():
        if name in _LATER:
            raise NotImplementedError(f"{function}({name}=) is not there yet; use {_LATER[name]}")
        if name not in _HARMLESS:
            raise TypeError(f"{function}() has no argument {name!r}")
        if name in ("missing_utf8_is_empty_string", "decimal_comma") and value:
            raise NotImplementedError(f"{function}({name}=True) is not there yet; Polars reads such files")
        if name == "encoding" and str(value).lower() not in ("utf8", "utf-8", "utf8-lossy"):
            raise NotImplementedError(f"{function}(encoding={value!r}) is not there yet; expected 'utf8'")


def _numbered(frame: LazyFrame, name: str | None, offset: int) -> LazyFrame:
    return frame if name is None else frame.with_row_index(name, offset)


def _is_text(source: Any) -> bool:
    return isinstance(source, (bytes, bytearray)) or hasattr(source, "read")


def read_csv(source: Source, *, columns: Any = None, **options: Any) -> DataFrame:
    """CSV files as a table in memory; also the bytes of one, or an open one."""
    if not _is_text(source):
        return _with_columns(scan_csv(source, **options), columns).collect()
    import tempfile
    from pathlib import Path

    text = source.read() if hasattr(source, "read") else bytes(source)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "text.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_csv(path, columns=columns, **options)


def _with_columns(frame: LazyFrame, columns: Any) -> LazyFrame:
    if columns is None:
        return frame
    names = [frame.columns[one] if isinstance(one, int) else one for one in columns]
    return frame.select(names)


def scan_parquet(
    source: Source,
    *,
    n_rows: int | None = None,
    hive_partitioning: bool | None = None,
    row_index_name: str | None = None,
    row_index_offset: int = 0,
    **unused: Any,
) -> LazyFrame:
    """Parquet files by path, folder, pattern or list as a lazy frame; footers alone are read."""
    _check_unused("scan_parquet", unused)
    hive = True if hive_partitioning is None else hive_partitioning
    plans = [_core.read_parquet([path], hive, 128 << 20) for path in _paths(source)]
    plan = plans[0] if len(plans) == 1 else _core.concat(plans)
    return _numbered(LazyFrame(plan if n_rows is None else plan.head(n_rows)), row_index_name, row_index_offset)


def read_parquet(source: Source, *, columns: Any = None, **options: Any) -> DataFrame:
    """Parquet files as a table in memory."""
    return _with_columns(scan_parquet(source, **options), columns).collect()


def scan_ndjson(
    source: Source,
    *,
    schema: Any = None,
    schema_overrides: Any = None,
    n_rows: int | None = None,
    infer_schema_length: int | None = None,
    **unused: Any,
) -> LazyFrame:
    """JSON, an object a line, as a lazy frame; a bounded sample says the types. ``schema``: these columns alone."""
    _check_unused("scan_ndjson", unused)
    wanted = schema_pairs(schema)
    known = {**wanted, **schema_pairs(schema_overrides)}
    types = {name: kind.core for name, kind in known.items() if kind is not None}
    return LazyFrame(_core.read_ndjson(_paths(source), list(wanted), types, True, n_rows, 128 << 20))


def read_ndjson(source: Source, **options: Any) -> DataFrame:
    """JSON, an object a line, as a table in memory."""
    return scan_ndjson(source, **options).collect()


def read_json(source: Source, *, schema: Any = None) -> DataFrame:
    """JSON, an array of objects, as a table in memory."""
    import json
    from pathlib import Path

    rows = json.loads(Path(_path(source)).read_text(encoding="utf-8"))
    if not isinstance(rows, list):
        raise ValueError(f"{source}: expected an array of objects, found {type(rows).__name__}")
    return DataFrame(rows, schema_overrides=schema)


def from_dict(
    data: Mapping[str, Any], schema: Any = None, *, schema_overrides: Any = None, strict: bool = True
) -> DataFrame:
    """Columns by name."""
    return DataFrame(data, schema, schema_overrides=schema_overrides, strict=strict)


def from_dicts(data: Any, schema: Any = None, *, schema_overrides: Any = None, **unused: Any) -> DataFrame:
    """Rows as dicts; what a row lacks is null."""
    return DataFrame(list(data), schema, schema_overrides=schema_overrides)


def from_records(data: Any, schema: Any = None, *, orient: str | None = None, **options: Any) -> DataFrame:
    return DataFrame(data, schema, orient=orient)


def from_arrow(data: Any, schema: Any = None, **unused: Any) -> DataFrame:
    """Anything with the Arrow C stream, without copying where layouts allow."""
    return DataFrame(data, schema)


def from_pandas(data: Any, *, include_index: bool = False, **unused: Any) -> DataFrame:
    """A pandas frame; NaN becomes null."""
    import pyarrow as pa

    if type(data).__name__ == "Series":
        data = data.to_frame(data.name if data.name is not None else "")
    return DataFrame._of(table_of(pa.Table.from_pandas(data, preserve_index=include_index)))


def from_numpy(data: Any, schema: Any = None, **unused: Any) -> DataFrame:
    return DataFrame(data, schema)
