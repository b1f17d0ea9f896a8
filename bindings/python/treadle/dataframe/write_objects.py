"""Object columns on their way to files: Python objects as the values that pandas would write for them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa


def has_objects(df: Any) -> bool:
    """Whether some columns hold pickled objects, which no other reader of a file could make sense of."""
    return any(column.pickled for column in (*df._index, *df._columns))


def with_values(df: Any, schema: Any, run: dict[str, Any]) -> tuple[Any, dict[str, pa.DataType]]:
    """The frame with such columns in types of Arrow, and these by name.

    ``schema`` says some of them, as a mapping or a schema of pyarrow's; what is left is what the values have in common:
    computing the objects once more finds it.
    """
    index = [i for i, column in enumerate(df._index) if column.pickled]
    places = [i for i, column in enumerate(df._columns) if column.pickled]
    found = _types(df, index, places, run)
    labels = list(df.columns)
    for place in places:
        given = _given(schema, labels[place])
        found[f"c{place}"] = found[f"c{place}"] if given is None else given
    meta = df._meta.copy()
    for place in places:
        meta.isetitem(place, pd.array([], dtype=pd.ArrowDtype(found[f"c{place}"])))
    if index:
        meta.index = _index(meta.index, {i: pd.ArrowDtype(found[f"i{i}"]) for i in index})

    def values(part: pd.DataFrame) -> pd.DataFrame:
        part = part.copy()
        for place in places:
            part.isetitem(place, _array(part.iloc[:, place], found[f"c{place}"]))
        if index:
            part.index = _index(part.index, {i: pd.ArrowDtype(found[f"i{i}"]) for i in index})
        return part

    named = {str(labels[place]): found[f"c{place}"] for place in places}
    return df._map_partitions(values, meta, "objects as values"), named


def _given(schema: Any, label: Any) -> pa.DataType | None:
    if isinstance(schema, pa.Schema):
        return schema.field(label).type if label in schema.names else None
    return schema.get(label) if isinstance(schema, dict) else None


def _types(df: Any, index: list[int], places: list[int], run: dict[str, Any]) -> dict[str, pa.DataType]:
    """By "i" or "c" and place: the type that the objects of all partitions have."""

    def types(part: pd.DataFrame) -> pd.DataFrame:
        levels = {f"i{i}": _array(part.index.get_level_values(i).to_series(), None) for i in index}
        columns = {f"c{place}": _array(part.iloc[:, place], None) for place in places}
        return pd.DataFrame({name: pd.Series([array.type], dtype=object) for name, array in (levels | columns).items()})

    names = [*(f"i{i}" for i in index), *(f"c{place}" for place in places)]
    meta = pd.DataFrame({name: pd.Series([], dtype=object) for name in names})
    by_partition = df._map_partitions(types, meta, "types of objects").compute(**run)
    return {name: _common(name, by_partition[name]) for name in names}


def _common(name: str, types: pd.Series) -> pa.DataType:
    schemas = [pa.schema([(name, kind)]) for kind in types]
    return pa.unify_schemas(schemas, promote_options="permissive").field(name).type


def _array(values: pd.Series, kind: pa.DataType | None) -> Any:
    """The objects as an array of Arrow's; with a type as pandas' over it."""
    try:
        array = pa.array(values, type=kind, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise TypeError(
            f"to_parquet: column {values.name!r} of objects: expected values of one type of files, found: {error}"
        ) from None
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return array if kind is None else pd.array(array, dtype=pd.ArrowDtype(kind))


def _index(index: pd.Index, dtypes: dict[int, Any]) -> pd.Index:
    if not isinstance(index, pd.MultiIndex):
        return pd.Index(_array(index.to_series(), dtypes[0].pyarrow_dtype), name=index.name)
    levels = [index.get_level_values(i) for i in range(index.nlevels)]
    typed = [level if i not in dtypes else _index(level, {0: dtypes[i]}) for i, level in enumerate(levels)]
    return pd.MultiIndex.from_arrays(typed, names=index.names)


def described(kind: pa.DataType) -> dict[str, Any]:
    """What pandas says in a file of a column of objects that became values of this type."""
    from pyarrow.pandas_compat import get_logical_type

    digits = {"precision": kind.precision, "scale": kind.scale} if pa.types.is_decimal(kind) else None
    return {"pandas_type": get_logical_type(kind), "numpy_type": "object", "metadata": digits}
