"""Frames from Parquet files: types, categories and the index as pandas would have them."""

from __future__ import annotations

import glob as globbing
import json
import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from treadle import _core
from treadle.dataframe import arithmetic, arrow
from treadle.dataframe.collection import new_collection
from treadle.dataframe.divisions import found_divisions
from treadle.dataframe.read import block_size, local_paths
from treadle.dataframe.rows import ROW_NUMBER, Column, Rows


def read_parquet(
    path: Any = None,
    columns: Any = None,
    filters: Any = None,
    categories: Any = None,
    index: Any = None,
    storage_options: Any = None,
    dtype_backend: Any = None,
    calculate_divisions: bool = False,
    ignore_metadata_file: bool = False,
    metadata_task_size: Any = None,
    split_row_groups: Any = "infer",
    blocksize: Any = "default",
    aggregate_files: Any = None,
    parquet_file_extension: Any = (".parq", ".parquet", ".pq"),
    filesystem: Any = "fsspec",
    engine: Any = None,
    arrow_to_pandas: Any = None,
    **kwargs: Any,
) -> Any:
    """Parquet files or a directory of them; only the columns that are used are read.

    ``split_row_groups``: True makes a partition of each row group, a number of so many of the first file's size,
    False of each file; otherwise ``blocksize`` says how large a partition gets. The keys of directories, key=value, are
    categories: all values that there are. Files that ``filters`` rules out by them are not opened.

    ``calculate_divisions`` looks the index up: partitions whose labels lie behind one another have divisions.
    """
    paths = local_paths(path)
    size = _partition_size(split_row_groups, blocksize, paths)
    keys = dict(_core.directory_keys(paths))
    groups = _conjunctions(filters, keys) if filters else []
    files = _key_condition(groups)
    frame = _core.read_parquet(paths, True, size, files, True)
    wanted = [columns] if isinstance(columns, str) else columns
    result = frame_of(frame, _stored(_core.first_file(frame), paths), index)
    result = _filtered_by(result, groups)
    result = _with_categories(result, keys)
    if wanted is not None:
        result = result[list(wanted)]
        result = result[columns] if isinstance(columns, str) else result
    return result._with_divisions(found_divisions(result)) if calculate_divisions else result


def _partition_size(split_row_groups: Any, blocksize: Any, paths: list[str]) -> int:
    """The most bytes of row groups in a partition."""
    if split_row_groups is True:
        return 1
    if split_row_groups is False:
        return 1 << 62
    if split_row_groups in ("infer", "adaptive", None):
        return block_size(blocksize)
    if not isinstance(split_row_groups, int) or split_row_groups < 1:
        raise ValueError(
            'split_row_groups: expected True, False, "infer", "adaptive" or a number of row groups from 1 on, found '
            f"{split_row_groups!r}"
        )
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(_parquet_file(paths[0]))
    sizes = [metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups)]
    return max(1, split_row_groups * max(sizes, default=1))


def _parquet_file(path: str) -> str:
    """The first file of a data set, or the path itself if there is none."""
    if os.path.isdir(path):
        pattern = os.path.join(path, "**", "*.par*")
    elif globbing.has_magic(path):
        pattern = path
    else:
        return path
    return next(iter(sorted(globbing.glob(pattern, recursive=True))), path)


@dataclass(frozen=True)
class Stored:
    """What a file says of its columns besides the types of their values."""

    # The index's columns by name, or the numbers it counts by.
    index: list[str | dict[str, Any]] = field(default_factory=list)
    # What pandas says of each column, by its name in the file.
    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    # What pandas says of the columns' labels.
    labels: dict[str, Any] = field(default_factory=dict)
    # Columns that are categories, and whether these are ordered.
    categories: dict[str, bool] = field(default_factory=dict)


_NOTHING = Stored()


def _stored(file: str, paths: list[str]) -> Stored:
    """What the first of the files says."""
    import pyarrow.parquet as pq

    schema = pq.read_schema(file)
    kinds = {one.name: one.type for one in schema}
    categories = {
        name: bool(kind.ordered)
        for name, kind in kinds.items()
        if pa.types.is_dictionary(kind) and arrow.is_text(kind.value_type)
    }
    written = json.loads((schema.metadata or {}).get(b"pandas", b"{}"))
    index = [one for one in written.get("index_columns", []) if isinstance(one, str) or paths == [file]]
    columns = {one.get("field_name"): one for one in written.get("columns", [])}
    indexes = written.get("column_indexes", [])
    labels: dict[str, Any] = indexes[0] if len(indexes) == 1 else {}
    return Stored(index, columns, labels, categories)


# What pandas and Dask call an index without a name.
_UNNAMED = ("__index_level_", "__null_dask_index__")


def frame_of(frame: _core.DataFrame, stored: Stored = _NOTHING, index: Any = None) -> Any:
    """A frame of pandas' types over a plan that reads files or memory, so that rows have numbers."""
    kinds = dict(zip(frame.schema.names, frame.schema.types, strict=True))
    names = _index_names(list(kinds), stored, index)
    dtypes = {name: _dtype(kind, name, stored) for name, kind in kinds.items() if name not in names}
    parts = {name: _empty(dtype) for name, dtype in dtypes.items()}
    columns = [_column(name, kinds[name], dtype) for name, dtype in dtypes.items()]
    if len(names) == 1:
        label = None if names[0].startswith(_UNNAMED) else names[0]
        values = pd.Index([], dtype=_index_dtype(kinds[names[0]], names[0], stored), name=label)
        meta = pd.DataFrame(parts, index=values)
        return new_collection(Rows(frame), [Column(_core.col(names[0]))], columns, _labelled(meta, stored))
    rows = Rows(frame.with_row_numbers(ROW_NUMBER), plain=frame.num_partitions == 1)
    node, values = _numbers(stored, index)
    return new_collection(rows, [Column(node)], columns, _labelled(pd.DataFrame(parts, index=values), stored))


def _with_categories(frame: Any, keys: dict[str, list[int] | list[str]]) -> Any:
    """The frame whose keys of directories, plain until now, are categories: all values, those of other files, too."""
    if not keys:
        return frame

    def categories(values: Any, dtype: Any) -> pd.Categorical:
        return pd.Categorical([], categories=pd.Index(values, dtype=dtype))

    meta = frame._meta
    for label, dtype in meta.dtypes.items():
        if label in keys:
            meta = meta.assign(**{label: categories(keys[label], dtype)})
    if meta.index.name in keys:
        values = categories(keys[meta.index.name], meta.index.dtype)
        meta = meta.set_axis(pd.CategoricalIndex(values, name=meta.index.name), axis=0)
    return frame._like(frame._rows, frame._columns, meta)


def _empty(dtype: Any) -> Any:
    """No values of a type: what a frame is made of with the least ado, as there may be many columns."""
    return np.empty(0, dtype) if isinstance(dtype, np.dtype) else pd.array([], dtype=dtype)


def _column(name: str, kind: _core.DataType, dtype: Any) -> Column:
    return Column(_core.col(name), nan=kind.is_float, kind=str(kind) if arrow.is_pickled(dtype) else "")


def _index_names(names: list[str], stored: Stored, index: Any) -> list[str]:
    if index is False:
        return []
    found = [one for one in stored.index if one in names] if index is None else index
    found = [found] if isinstance(found, str) else list(found)
    return found if len(found) < 2 else []  # an index of several levels: columns like others


def _numbers(stored: Stored, index: Any) -> tuple[_core.Expression, pd.Index]:
    """The numbers of the rows, as pandas counted them when it wrote a single file."""
    node = _core.col(ROW_NUMBER)
    counted = next((one for one in stored.index if isinstance(one, dict) and one.get("kind") == "range"), None)
    if counted is None or index is False:
        return node, pd.RangeIndex(0)
    start, step, name = int(counted["start"]), int(counted["step"]), counted.get("name")
    if (start, step) == (0, 1):
        return node, pd.RangeIndex(0, name=name)
    moved = node * _core.literal(step, "int64") + _core.literal(start, "int64")
    return moved, pd.Index([], dtype="int64", name=name)


def _labelled(meta: pd.DataFrame, stored: Stored) -> pd.DataFrame:
    """The labels of columns as they were before they became names."""
    if not stored.labels:
        return meta
    labels = meta.columns
    if stored.labels.get("pandas_type") in ("int64", "float64", "bool"):
        try:
            labels = labels.astype(stored.labels["numpy_type"])
        except (TypeError, ValueError):
            return meta  # another program has added or renamed columns
    meta.columns = labels.rename(stored.labels.get("name"))
    return meta


def _dtype(kind: _core.DataType, name: str, stored: Stored) -> Any:
    """The pandas type of a column: the one that it was written from, if its values are of that."""
    if kind.name == "utf8" and name in stored.categories:
        return pd.CategoricalDtype([arrow.UNKNOWN, arrow.IN_ORDER], ordered=stored.categories[name])
    plain = arrow.meta_dtype(kind)
    written = stored.columns.get(name, {}).get("numpy_type")
    # Of a column of nothing, and of truth values some of which are missing, pandas makes objects.
    if kind.name == "null" or (kind.name == "bool" and written == "object"):
        return np.dtype(object)
    if written is None or written in arrow.NUMPY_TYPES or written == "object":
        return plain
    try:
        given = pd.api.types.pandas_dtype(written)
        fits = arrow.type_name(given) == str(kind)
    except (TypeError, ValueError, NotImplementedError):
        return plain  # no type of pandas', or one that the core has no values for
    return given if fits and pd.api.types.is_extension_array_dtype(given) else plain


def _index_dtype(kind: _core.DataType, name: str, stored: Stored) -> Any:
    """As pandas has it, an index is of NumPy's types, text or categories."""
    dtype = _dtype(kind, name, stored)
    return arrow.meta_dtype(kind) if hasattr(dtype, "numpy_dtype") or isinstance(dtype, pd.ArrowDtype) else dtype


_Conjunctions = list[list[tuple[str, str, Any]]]


def _conjunctions(filters: Any, keys: dict[str, list[int] | list[str]]) -> _Conjunctions:
    """The filters, of one or several conjunctions, as several. Texts such as "01", as directories spell their keys, are
    the integers that the keys are."""
    return [
        [(column, operator, _in_type_of(keys.get(column), column, value)) for column, operator, value in group]
        for group in (filters if isinstance(filters[0], list) else [filters])
    ]


def _in_type_of(values: list[int] | list[str] | None, column: str, value: Any) -> Any:
    if not values:
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_in_type_of(values, column, one) for one in value]
    integers = isinstance(values[0], int)
    if integers and isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            known = f"{column!r}, whose values are integers"
            raise TypeError(f"filters: expected an integer for {known}, found {value!r}") from None
    if not integers and isinstance(value, int):
        raise TypeError(f"filters: expected a text for {column!r}, whose values are texts, found {value!r}")
    return value


def _key_condition(groups: _Conjunctions) -> _core.Expression | None:
    """What the keys of directories must fulfil, in terms that the core knows; None if that is nothing."""
    either = None
    for group in groups:
        for _, operator, value in group:
            if operator in ("in", "not in") and not isinstance(value, (list, tuple, set, frozenset)):
                raise TypeError(f"Value of '{operator}' filter must be a list, set or tuple, found {value!r}")
        tests = [test for test in (_key_test(*one) for one in group) if test is not None]
        if not tests:
            return None
        both = tests[0]
        for test in tests[1:]:
            both = both & test
        either = both if either is None else either | both
    return either


def _key_test(column: str, operator: str, value: Any) -> _core.Expression | None:
    name = _OPERATORS.get(operator)
    values = list(value) if operator == "in" else [value]
    if (name is None and operator != "in") or not all(type(one) in (int, str) for one in values) or not values:
        return None
    literals = [arithmetic.literal(one, None) for one in values]
    if any(one is None for one in literals):
        return None
    key, test = _core.col(column), None
    for one in literals:
        same = arithmetic.OPERATORS[name or "eq"](key, one)
        test = same if test is None else test | same
    return test


_OPERATORS = {"==": "eq", "=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def _filtered_by(frame: Any, groups: _Conjunctions) -> Any:
    """Rows for which one of several conjunctions of ``(column, operator, value)`` holds."""
    mask = None
    for group in groups:
        part = None
        for column, operator, value in group:
            test = _test(frame[column], operator, value)
            part = test if part is None else part & test
        mask = part if mask is None else mask | part
    return frame if mask is None else frame[mask]


def _test(series: Any, operator: str, value: Any) -> Any:
    if operator == "in":
        return series.isin(value)
    if operator == "not in":
        return ~series.isin(value)
    if operator == "is":
        return series.isna()
    if operator == "is not":
        return series.notna()
    if operator not in _OPERATORS:
        raise ValueError(f"filters: expected an operator among {[*_OPERATORS, 'in', 'not in']}, found {operator!r}")
    test = getattr(series, _OPERATORS[operator])(value)
    # As in pandas' filters, nothing is told of a missing value.
    return test & series.notna() if operator == "!=" else test
