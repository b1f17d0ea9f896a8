"""Python data as tables of the core, by way of pyarrow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Sized
from typing import Any

from treadle import _core
from treadle.frame.types import DataType, as_type


def arrow_type(kind: DataType) -> Any:
    """The type as pyarrow's: that of an empty column of it."""
    import pyarrow as pa

    nulls = _core.from_table(_core.Table.from_arrow(pa.table({"x": pa.nulls(0)})))
    plan = nulls.select([_core.literal(None, "null").cast(kind.core).alias("x")])
    table = pa.table(_core.compute([plan], _core.ComputeOptions(scheduler="synchronous"))[0])
    return plain_type(table.schema.field(0).type)


def plain_type(kind: Any) -> Any:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_string_view(kind):
        return pa.string()
    return pa.binary() if pa.types.is_binary_view(kind) else kind


def array_of(values: Any, kind: DataType | None = None, name: str = "", strict: bool = True) -> Any:
    """A column of values as a pyarrow array."""
    import pyarrow as pa

    wanted = arrow_type(kind) if kind is not None else None
    if hasattr(values, "to_arrow"):
        values = values.to_arrow()
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values if wanted is None else values.cast(wanted, safe=strict)
    if not hasattr(values, "__array__"):
        values = list(values)
    try:
        return pa.array(values, type=wanted)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError) as error:
        if wanted is not None:
            return _converted(pa.array(values), wanted, name, strict)
        raise TypeError(f"column {name!r}: expected values of one type; {error}") from None


def _converted(array: Any, wanted: Any, name: str, strict: bool) -> Any:
    import pyarrow as pa

    try:
        return array.cast(wanted, safe=strict)
    except pa.ArrowException as error:
        raise TypeError(f"column {name!r}: expected values of type {wanted}; {error}") from None


def schema_pairs(schema: Any) -> dict[str, DataType | None]:
    """Names and, where given, types, from a mapping, from pairs or from names."""
    if schema is None:
        return {}
    if isinstance(schema, Mapping):
        return {name: None if kind is None else as_type(kind) for name, kind in schema.items()}
    pairs: dict[str, DataType | None] = {}
    for one in schema:
        name, kind = one if isinstance(one, tuple) else (one, None)
        pairs[name] = None if kind is None else as_type(kind)
    return pairs


def table_of(
    data: Any = None, schema: Any = None, overrides: Any = None, orient: str | None = None, strict: bool = True
) -> _core.Table:
    """A table from columns by name, rows, series, arrays, or anything with ``__arrow_c_stream__``."""
    wanted = schema_pairs(schema)
    types = {**wanted, **schema_pairs(overrides)}
    if isinstance(data, _core.Table):
        return data
    if hasattr(data, "__arrow_c_stream__"):
        return _typed_stream(data, wanted, types)
    if type(data).__module__.startswith("pandas"):
        import pyarrow as pa

        return _typed_stream(pa.Table.from_pandas(data, preserve_index=False), wanted, types)
    return _from_columns(_columns_of(data, wanted, orient), types, strict)


def _typed_stream(data: Any, wanted: dict[str, DataType | None], types: dict[str, DataType | None]) -> _core.Table:
    if not types:
        return _core.Table.from_arrow(data)
    import pyarrow as pa

    table = pa.table(data)
    names = list(wanted) if len(wanted) == table.num_columns else table.column_names
    return _from_columns(dict(zip(names, table.columns, strict=True)), types, True)


def _from_columns(columns: Mapping[str, Any], types: Mapping[str, DataType | None], strict: bool) -> _core.Table:
    import pyarrow as pa

    length = {name: _length(values) for name, values in columns.items()}
    rows = max((count for count in length.values() if count is not None), default=1)
    arrays = {}
    for name, values in columns.items():
        kind = types.get(name)
        scalar = length[name] is None
        array = array_of([values] * rows if scalar else values, kind, name, strict)
        if len(array) == 1 != rows and not scalar:
            raise ValueError(f"column {name!r}: expected {rows} values as in the longest column, found 1")
        if len(array) != rows:
            raise ValueError(f"column {name!r}: expected {rows} values as in the longest column, found {len(array)}")
        arrays[str(name)] = array
    return _core.Table.from_arrow(pa.table(arrays))


def _length(values: Any) -> int | None:
    """None for a single value, which stands in every row."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        return None
    return len(values) if isinstance(values, Sized) else len(list(values))


def _columns_of(data: Any, wanted: dict[str, DataType | None], orient: str | None) -> dict[str, Any]:
    if data is None:
        return {name: [] for name in wanted}
    if isinstance(data, Mapping):
        columns = {str(name): _listed(values) for name, values in data.items()}
        missing = [name for name in wanted if name not in columns]
        if missing and len(wanted) == len(columns):
            return dict(zip(wanted, columns.values(), strict=True))
        if missing:
            raise KeyError(f"schema: no column is named {missing[0]!r}; there are {list(columns)!r}")
        return {name: columns[name] for name in wanted} if wanted else columns
    if getattr(data, "ndim", None) == 2:
        return _named([data[:, i] for i in range(data.shape[1])], wanted)
    rows = _listed(data)
    if not isinstance(rows, (list, tuple)):
        if getattr(rows, "ndim", None) == 1:
            return _named([rows], wanted)
        raise TypeError(f"DataFrame: expected columns by name, rows or an Arrow table, found {type(data).__name__}")
    return _columns_of_list(list(rows), wanted, orient)


def _listed(values: Any) -> Any:
    return list(values) if hasattr(values, "__next__") or isinstance(values, (range, set, frozenset)) else values


def _columns_of_list(rows: list[Any], wanted: dict[str, DataType | None], orient: str | None) -> dict[str, Any]:
    if rows and all(hasattr(one, "to_arrow") and hasattr(one, "name") for one in rows):
        names = list(wanted) if wanted else [one.name for one in rows]
        return dict(zip(names, rows, strict=True))
    if rows and isinstance(rows[0], Mapping):
        names = list(wanted) if wanted else list(dict.fromkeys(name for row in rows for name in row))
        return {name: [row.get(name) for row in rows] for name in names}
    if rows and isinstance(rows[0], (list, tuple)):
        # Lists of as many values as there are names are rows, but where they might be columns as well.
        looks_so = isinstance(rows[0], tuple) or (len(rows[0]) == len(wanted) != len(rows))
        by_row = orient == "row" if orient is not None else looks_so
        if not by_row:
            return _named(rows, wanted)
        width = len(rows[0])
        for row in rows:
            if len(row) != width:
                raise ValueError(f"expected rows of {width} values as the first one, found one of {len(row)}")
        return _named([[row[i] for row in rows] for i in range(width)], wanted)
    if not rows:
        return {name: [] for name in wanted}
    return _named([rows], wanted)


def _named(columns: Sequence[Any], wanted: dict[str, DataType | None]) -> dict[str, Any]:
    names = list(wanted) if wanted else [f"column_{i}" for i in range(len(columns))]
    if len(names) != len(columns):
        raise ValueError(f"schema: expected {len(columns)} names, one a column, found {len(names)}")
    return dict(zip(names, columns, strict=True))


def to_arrow(table: _core.Table) -> Any:
    """As a pyarrow table, text that is held as codes or views written out: not all of pyarrow works on those."""
    import pyarrow as pa

    result = pa.table(table)
    plain = pa.schema([field.with_type(plain_type(field.type)) for field in result.schema])
    return result if plain == result.schema else result.cast(plain)
