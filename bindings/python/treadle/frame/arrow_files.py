"""Arrow files, databases and schemas of files, read at once."""

from __future__ import annotations

import os
from typing import Any

from treadle.frame.eager import DataFrame
from treadle.frame.types import Schema


def read_ipc(source: Any, *, columns: list[str] | None = None) -> DataFrame:
    """An Arrow file (Feather, version 2), all of it or some columns."""
    import pyarrow as pa
    from pyarrow import feather

    try:
        return DataFrame(feather.read_table(os.fspath(source), columns=columns))
    except pa.ArrowInvalid as error:
        raise ValueError(f"read_ipc: {os.fspath(source)}: {error}") from None


def write_ipc(table: Any, file: str | os.PathLike[str], compression: str) -> None:
    from pathlib import Path

    from pyarrow import feather

    if compression not in ("uncompressed", "lz4", "zstd"):
        raise ValueError(f'write_ipc: expected compression "uncompressed", "lz4" or "zstd", found {compression!r}')
    path = Path(file)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        feather.write_feather(table, unfinished, compression=compression)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_parquet_schema(source: Any) -> Schema:
    """Names and types of a Parquet file's columns; no row is read."""
    from treadle.frame.read import scan_parquet

    return scan_parquet(source).collect_schema()


def read_database(query: str, connection: Any, *, schema_overrides: Any = None) -> DataFrame:
    """The rows that a query of a connection (DB API 2.0) answers with."""
    cursor = connection.cursor() if hasattr(connection, "cursor") else connection
    cursor.execute(query)
    names = [str(one[0]) for one in cursor.description]
    rows = cursor.fetchall()
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return DataFrame(columns, schema_overrides=schema_overrides)
