"""Statements: their parameters, and those that write files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from treadle import _core, config
from treadle.frame.construct import table_of
from treadle.frame.expr import len as length
from treadle.frame.literals import lower_literal
from treadle.frame.read import scan_parquet
from treadle.sql.results import Query
from treadle.sql.tables import plan_of

_FORMATS = {".parquet": "parquet", ".pq": "parquet", ".tsv": "tsv", ".json": "json"}
_FORMATS |= {".ndjson": "ndjson", ".jsonl": "ndjson"}
_OPTIONS = {
    "csv": ("header", "delimiter", "delim", "sep"),
    "parquet": ("compression", "codec", "row_group_size", "partition_by", "overwrite", "overwrite_or_ignore"),
    "json": ("array",),
}


def with_parameters(text: str, parameters: Any) -> str:
    """The text with literals in the places of ``?``, ``$1`` and ``$name``."""
    if not isinstance(text, str):
        raise TypeError(f"sql: expected a query as text, found {type(text).__name__}")
    if parameters is None:
        return text
    if isinstance(parameters, Mapping):
        named = {str(name): _literal(name, value) for name, value in parameters.items()}
        return _core.sql_with_parameters(text, [], named)
    if isinstance(parameters, str) or not isinstance(parameters, Sequence):
        raise TypeError(f"parameters: expected a list of values, or a dict by name, found {type(parameters).__name__}")
    return _core.sql_with_parameters(text, [_literal(i + 1, value) for i, value in enumerate(parameters)], {})


def _literal(name: object, value: Any) -> _core.Expression:
    if isinstance(value, (list, tuple, set, dict)):
        raise TypeError(
            f"parameter {name}: expected one value, found {type(value).__name__}; register() a frame of the values and "
            "ask for IN (SELECT ...)"
        )
    return lower_literal(value)


def plan_query(text: str, frames: Mapping[str, Any]) -> Query:
    return Query(_core.sql(text, {name: plan_of(name, frame) for name, frame in frames.items()}))


def _counted(rows: int) -> Query:
    return Query(_core.from_table(table_of({"Count": [rows]})))


def copy(statement: _core.SqlStatement, frames: Mapping[str, Any]) -> Query:
    """Writes what the query of a COPY has; how many rows these are, as in DuckDB."""
    given = dict(statement.options)
    kind = given.pop("format", [_FORMATS.get(Path(statement.path).suffix.lower(), "csv")])[0].lower()
    family = {"tsv": "csv", "ndjson": "json"}.get(kind, kind)
    if family not in _OPTIONS:
        raise NotImplementedError(f"COPY: the format {kind!r} is not there yet; expected csv, json or parquet")
    for name in given:
        if name not in _OPTIONS[family]:
            known = ", ".join(_OPTIONS[family])
            raise NotImplementedError(
                f"COPY: the option {name!r} is not there yet for {kind}; there are {known}; sql(...).df() has the rows"
            )
    query = plan_query(statement.query, frames)
    if family == "parquet":
        return _counted(_copy_parquet(query, statement.path, given))
    if family == "json":
        _core.write_json(query._plan(), statement.path, config.options(), not _flag(given, "array", False))
    else:
        separator = given.get("delimiter") or given.get("delim") or given.get("sep")
        mark = separator[0] if separator else "\t" if kind == "tsv" else ","
        query.sink_csv(statement.path, include_header=_flag(given, "header", True), separator=mark)
    # Counted from the plan, which needs few columns for it: text tells no number of rows.
    return _counted(int(query.select(length()).collect().item()))


def _flag(options: Mapping[str, list[str]], name: str, default: bool) -> bool:
    if name not in options:
        return default
    word = options[name][0].lower()
    if word not in ("true", "false", "1", "0", "on", "off"):
        raise ValueError(f"COPY: {name} is true or false, found {word!r}")
    return word in ("true", "1", "on")


def _copy_parquet(query: Query, path: str, options: Mapping[str, list[str]]) -> int:
    compression = (options.get("compression") or options.get("codec") or ["snappy"])[0].lower()
    keys = options.get("partition_by")
    if keys and Path(path).exists() and not (_flag(options, "overwrite", False) or "overwrite_or_ignore" in options):
        raise FileExistsError(f"COPY: {path} is there; add OVERWRITE to replace it")
    rows = int(options.get("row_group_size", ["131072"])[0])
    query.sink_parquet(path, compression=compression, row_group_size=rows, partition_by=keys)
    return int(scan_parquet(path).select(length()).collect().item())
