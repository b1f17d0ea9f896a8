"""Between pandas objects and the tables of plans: which type stands for which, and conversions both ways.

A column's meta, its pandas type, says what comes back: nulls are NaN, integers with nulls are float64, text is pandas'
``str``. Categories travel as their values, other Python objects pickled.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from treadle import _core

# The only category of a meta whose categories are not known, as in Dask.
UNKNOWN = "__UNKNOWN_CATEGORIES__"
# Beside it: those that turn up come in the order in which files list them; else sorted.
IN_ORDER = "__IN_THE_ORDER_OF_FILES__"

# What numbers and truth values of NumPy are to Arrow.
NUMPY_TYPES = {
    "bool": pa.bool_(),
    "int8": pa.int8(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "uint8": pa.uint8(),
    "uint16": pa.uint16(),
    "uint32": pa.uint32(),
    "uint64": pa.uint64(),
    "float16": pa.float32(),
    "float32": pa.float32(),
    "float64": pa.float64(),
}


def is_known(dtype: pd.CategoricalDtype) -> bool:
    """Whether the categories are known without computing."""
    return dtype.categories is not None and UNKNOWN not in dtype.categories


def arrow_type(dtype: Any) -> pa.DataType:
    """The type of the column that stands for a pandas column."""
    if isinstance(dtype, pd.CategoricalDtype):
        # Unknown categories: those of text, the usual case.
        return arrow_type(dtype.categories.dtype) if is_known(dtype) and len(dtype.categories) else pa.string()
    if isinstance(dtype, pd.StringDtype):
        return pa.string()
    if isinstance(dtype, pd.DatetimeTZDtype):
        return pa.timestamp(dtype.unit, pa.lib.tzinfo_to_string(dtype.tz))
    if isinstance(dtype, pd.ArrowDtype):
        return dtype.pyarrow_dtype
    if isinstance(dtype, np.dtype):
        if dtype.kind == "M":
            return pa.timestamp(np.datetime_data(dtype)[0])
        if dtype.kind == "m":
            return pa.duration(np.datetime_data(dtype)[0])
        if dtype.kind == "O":
            return pa.binary()
        if dtype.name in NUMPY_TYPES:
            return NUMPY_TYPES[dtype.name]
    numpy_dtype = getattr(dtype, "numpy_dtype", None)  # the masked types: Int64, boolean ...
    if numpy_dtype is not None and numpy_dtype.name in NUMPY_TYPES:
        return NUMPY_TYPES[numpy_dtype.name]
    raise TypeError(f"columns of type {dtype} are not supported; convert them by astype() first")


def type_name(dtype: Any) -> str:
    """The same type as the core spells it."""
    return core_type_name(arrow_type(dtype))


def core_type_name(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return f"timestamp[{kind.unit}, {kind.tz}]" if kind.tz else f"timestamp[{kind.unit}]"
    if pa.types.is_duration(kind):
        return f"duration[{kind.unit}]"
    if pa.types.is_time(kind):
        return f"time[{kind.unit}]"
    if pa.types.is_date(kind):
        return "date"
    return {
        "string": "utf8",
        "large_string": "utf8",
        "float": "float32",
        "double": "float64",
        "large_binary": "binary",
    }.get(str(kind), str(kind))


def is_text(kind: pa.DataType) -> bool:
    """Whether values are text, in whatever layout."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view())


def is_pickled(dtype: Any) -> bool:
    """Whether a column of this type holds Python objects, which travel pickled."""
    return isinstance(dtype, np.dtype) and dtype.kind == "O"


def is_missing(value: Any) -> bool:
    """Whether pandas would call a value of an object column missing."""
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def encode_values(values: pd.Series | pd.Index, dtype: Any) -> pa.Array:
    """Values as the column that ``dtype`` says; NaN becomes null."""
    wanted = arrow_type(dtype)
    if is_pickled(dtype):
        missing = [is_missing(value) for value in values]
        return pa.array(
            [None if gone else pickle.dumps(value) for value, gone in zip(values, missing, strict=True)],
            type=wanted,
        )
    series = values.to_series() if isinstance(values, pd.Index) else values
    if isinstance(series.dtype, pd.CategoricalDtype):
        return _values_of_categories(series, wanted)
    if wanted == pa.string() and series.dtype.kind not in "OU" and not isinstance(series.dtype, pd.StringDtype):
        if len(series) and not series.isna().all():
            raise TypeError(f"expected text, as meta says, found {series.dtype}")
        return pa.nulls(len(series), wanted)
    array = pa.array(series, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if is_text(array.type) and not is_text(wanted) and array.null_count < len(array):
        raise TypeError("expected no text, as meta says")
    if pa.types.is_integer(wanted) and pa.types.is_floating(array.type) and np.isinf(array.to_numpy(False)).any():
        raise TypeError(
            "found an infinity, as of a division by zero; astype('float64') before, or meta=, asks for floats"
        )
    return array if array.type == wanted else array.cast(wanted)


def _values_of_categories(series: pd.Series, wanted: pa.DataType) -> pa.Array:
    if not len(series.cat.categories):
        return pa.nulls(len(series), wanted)
    codes = series.cat.codes.to_numpy()
    return pa.array(series.cat.categories, type=wanted).take(pa.array(codes, mask=codes < 0))


def decode_values(column: pa.ChunkedArray, dtype: Any, pickled: bool) -> Any:
    """A column as an array that pandas takes, in the type that pandas would have given."""
    kind = column.type
    if pickled:
        objects = [np.nan if value is None else pickle.loads(value) for value in column.to_pylist()]
        result = np.empty(len(objects), dtype=object)
        result[:] = objects
        return result
    if isinstance(dtype, pd.CategoricalDtype):
        return _categorical(column, dtype)
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_null(kind) and is_pickled(dtype):
        return column.to_pandas().array
    if pa.types.is_null(kind):
        return pd.array([np.nan] * len(column), dtype=dtype if _holds_missing(dtype) else "float64")
    if is_text(kind):
        if is_pickled(dtype):  # text that pandas has as objects, such as a part of a split
            return np.array([np.nan if value is None else value for value in column.to_pylist()], dtype=object)
        text = dtype if isinstance(dtype, (pd.StringDtype, pd.ArrowDtype)) else pd.StringDtype(na_value=np.nan)
        return pd.Series(column.to_pandas(), dtype=text).array
    if isinstance(dtype, pd.ArrowDtype) or hasattr(dtype, "numpy_dtype"):
        return dtype.__from_arrow__(column if column.type == arrow_type(dtype) else column.cast(arrow_type(dtype)))
    if pa.types.is_date(kind) and getattr(dtype, "kind", "O") == "M":
        column = column.cast(pa.timestamp("s"))
    if pa.types.is_boolean(kind) and column.null_count and not is_pickled(dtype):
        result = column.to_numpy(zero_copy_only=False).astype(object)
        result[pd.isna(result)] = np.nan
        return result
    values = column.to_pandas(use_threads=False)
    # Floats stay what they are, though all of them be whole: the type is that of the column, not of these rows.
    if pa.types.is_floating(kind) and is_whole(dtype):
        return values.array
    return _as_type(values, dtype)


def is_whole(dtype: Any) -> bool:
    """Whether values are NumPy's integers or truth values."""
    return isinstance(dtype, np.dtype) and dtype.kind in "iub"


def _holds_missing(dtype: Any) -> bool:
    return not isinstance(dtype, np.dtype) or dtype.kind in "fMmO"


def _categorical(column: pa.ChunkedArray, dtype: pd.CategoricalDtype) -> pd.Categorical:
    in_order = not is_known(dtype) and IN_ORDER in dtype.categories
    if pa.types.is_dictionary(column.type):
        if in_order:
            coded = column.unify_dictionaries().combine_chunks()
            codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
            text = pd.StringDtype(na_value=np.nan) if len(coded.dictionary) else np.dtype(object)
            names = pd.Index(coded.dictionary.to_pandas(), dtype=text)
            return pd.Categorical.from_codes(codes, names, ordered=dtype.ordered)
        column = column.cast(column.type.value_type)
    values = column.to_pandas()
    if is_known(dtype):  # what is none of them is missing
        return pd.Categorical.from_codes(dtype.categories.get_indexer(values), dtype=dtype)
    if in_order:
        found = pd.Index(values.dropna().unique(), dtype=None if values.count() else object)
        return pd.Categorical(values, found, ordered=dtype.ordered)
    return pd.Categorical(values, ordered=dtype.ordered)


def _as_type(values: pd.Series, dtype: Any) -> Any:
    if values.dtype == dtype:
        return values.array
    if isinstance(dtype, np.dtype) and dtype.kind in "iub" and values.dtype.kind == "f":
        # Integers with missing values are floats, as everywhere in pandas; so are those of a column that turned out to
        # hold fractions.
        whole = not values.isna().any() and bool((np.mod(values, 1) == 0).all())
        return values.astype(dtype).array if whole else values.array
    if isinstance(dtype, np.dtype) and dtype.kind in "iu" and values.dtype.kind in "iu":
        # Sums of small integers are small where they fit, as in pandas.
        small = values.astype(dtype)
        return small.array if bool((small == values).all()) else values.array
    if isinstance(dtype, np.dtype) and dtype.kind in "iufMm" and values.dtype.kind in "iufMm":
        return values.astype(dtype).array
    return values.array


def decode(table: Any, meta: Any, pickled: Sequence[bool], index_width: int) -> Any:
    """A table as the object that ``meta`` describes: its first ``index_width`` columns are the index."""
    arrow = table if isinstance(table, pa.Table) else pa.table(table)
    if isinstance(meta, pd.Index):
        return _index(arrow, meta, pickled, arrow.num_columns)
    index = _index(arrow, meta.index, pickled, index_width)
    dtypes = [meta.dtype] if isinstance(meta, pd.Series) else list(meta.dtypes)
    arrays = [
        decode_values(arrow.column(index_width + i), dtype, pickled[index_width + i]) for i, dtype in enumerate(dtypes)
    ]
    if isinstance(meta, pd.Series):
        return pd.Series(arrays[0], index=index, name=meta.name, dtype=_object_or_none(arrays[0]), copy=False)
    columns = {
        i: array if _object_or_none(array) is None else pd.Series(array, index=index, dtype=object)
        for i, array in enumerate(arrays)
    }
    frame = pd.DataFrame(columns, index=index, copy=False)
    frame.columns = meta.columns
    return frame


def _object_or_none(array: Any) -> Any:
    """The type to make a series of an array with: of objects that are text, pandas would make another one."""
    return object if is_pickled(array.dtype) else None


def _index(arrow: pa.Table, meta: pd.Index, pickled: Sequence[bool], width: int) -> pd.Index:
    if width == 0:
        return pd.RangeIndex(arrow.num_rows, name=meta.name)
    if isinstance(meta, pd.MultiIndex):
        arrays = [decode_values(arrow.column(i), meta.levels[i].dtype, pickled[i]) for i in range(width)]
        return pd.MultiIndex.from_arrays(arrays, names=meta.names)
    index = pd.Index(decode_values(arrow.column(0), meta.dtype, pickled[0]), name=meta.name)
    return _as_range(index) if isinstance(meta, pd.RangeIndex) else index


def _as_range(index: pd.Index) -> pd.Index:
    length = len(index)
    if length == 0:
        return pd.RangeIndex(0, name=index.name)
    if index[0] == 0 and index[-1] == length - 1 and bool((np.diff(index.to_numpy()) == 1).all()):
        return pd.RangeIndex(length, name=index.name)
    return index


def index_dtypes(meta: pd.Index) -> list[Any]:
    return [level.dtype for level in meta.levels] if isinstance(meta, pd.MultiIndex) else [meta.dtype]


def column_dtypes(meta: Any) -> list[Any]:
    """The types of the columns behind the index."""
    if isinstance(meta, pd.Index):
        return []
    return [meta.dtype] if isinstance(meta, pd.Series) else list(meta.dtypes)


def index_of(value: Any) -> pd.Index:
    return value if isinstance(value, pd.Index) else value.index


def encode(value: Any, meta: Any) -> list[pa.Array]:
    """A pandas object as the columns of its index, then its own, in the types of ``meta``."""
    index = index_of(value)
    wanted = index_dtypes(index_of(meta))
    levels = [index.get_level_values(i) for i in range(index.nlevels)]
    if len(levels) != len(wanted):
        raise ValueError(f"expected an index of {len(wanted)} levels, as meta says, found {len(levels)}")
    arrays = [encode_values(level, dtype) for level, dtype in zip(levels, wanted, strict=True)]
    if isinstance(value, pd.Index):
        return arrays
    columns = [value] if isinstance(value, pd.Series) else [value.iloc[:, i] for i in range(value.shape[1])]
    dtypes = column_dtypes(meta)
    if len(columns) != len(dtypes):
        raise ValueError(f"expected {len(dtypes)} columns, as meta says, found {len(columns)}")
    return [*arrays, *(encode_column(column, dtype) for column, dtype in zip(columns, dtypes, strict=True))]


def encode_column(column: Any, dtype: Any) -> pa.Array:
    """Values as the column that ``dtype`` says. TypeError naming the column if they do not fit."""
    try:
        return encode_values(column, dtype)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError) as error:
        raise TypeError(f"column {column.name!r} does not fit its meta, {dtype}: {error}") from None


def table_of(arrays: list[pa.Array], names: Sequence[str]) -> _core.Table:
    return _core.Table.from_arrow(pa.table(dict(zip(names, arrays, strict=True))))


def meta_dtype(kind: _core.DataType) -> Any:
    """The pandas type that a column of this type, without nulls, comes back in."""
    name = kind.name
    if name in NUMPY_TYPES and name != "float16":
        return np.dtype(name)
    if name == "utf8":
        return pd.StringDtype(na_value=np.nan)
    if name == "timestamp":
        return pd.DatetimeTZDtype(kind.unit, kind.zone) if kind.zone else np.dtype(f"datetime64[{kind.unit}]")
    if name == "duration":
        return np.dtype(f"timedelta64[{kind.unit}]")
    if name == "null":
        return np.dtype("float64")
    return np.dtype(object)
