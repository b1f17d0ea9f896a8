"""JSON, an object a line: a partition a file, read by pyarrow."""

from __future__ import annotations

from typing import Any

from treadle import _core
from treadle.frame.construct import arrow_type
from treadle.frame.types import DataType


def scan(files: list[str], types: dict[str, DataType | None]) -> _core.DataFrame:
    """A plan over the files. The first block of the first one says which columns there are, and their types."""
    import pyarrow as pa
    from pyarrow import json

    known = {name: arrow_type(kind) for name, kind in types.items() if kind is not None}
    found = _open(json, files[0], pa.schema(list(known.items())))
    fields = {field.name: field.type for field in found}
    schema = pa.schema([(name, known.get(name, kind)) for name, kind in {**fields, **known}.items()])

    def read(table: _core.Table, partition: int) -> Any:
        parts = [_read(json, path, schema) for path in pa.table(table).column("path").to_pylist()]
        return pa.concat_tables(parts) if parts else schema.empty_table()

    paths = _core.Table.from_arrow(pa.table({"path": pa.array(files, pa.string())}))
    plan = _core.from_table(paths, [1] * len(files))
    return plan.map_partitions(read, "read_ndjson", _core.Table.from_arrow(schema.empty_table()), False)


def _open(json: Any, path: str, known: Any) -> Any:
    import pyarrow as pa

    try:
        with json.open_json(path, parse_options=json.ParseOptions(explicit_schema=known)) as reader:
            return reader.schema
    except pa.ArrowInvalid as error:
        raise ValueError(f"{path}: expected JSON, an object a line; {error}") from None


def _read(json: Any, path: str, schema: Any) -> Any:
    import pyarrow as pa

    options = json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    try:
        return json.read_json(path, parse_options=options).select(schema.names)
    except pa.ArrowInvalid as error:
        raise ValueError(f"{path}: {error}") from None
