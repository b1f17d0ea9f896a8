"""What only pandas can do: a Python function on partitions, which ``explain()`` shows as ``MapPartitions python: ...``.

A function gets a partition as the pandas object that the collection's meta describes, under the GIL, and answers with
one that its own meta describes.
"""

from __future__ import annotations

import datetime
import decimal
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from treadle import _core
from treadle.dataframe import arrow
from treadle.dataframe.rows import Column, Extension, Rows, new_name

# So that functions may be called on empty frames without a word about means of nothing.
_QUIET = (RuntimeWarning, FutureWarning, UserWarning, DeprecationWarning)


def function_name(function: Any) -> str:
    return str(getattr(function, "__name__", None) or type(function).__name__)


class Plausible(NamedTuple):
    """In place of a meta that does not tell what its objects are: such objects, a series or a frame with them."""

    values: Any


def sample_of(meta: Any) -> Any:
    """An object of the types of ``meta`` with two rows of plausible values, to try functions on."""
    if isinstance(meta, Plausible):
        return meta.values
    index = _sample_index(arrow.index_of(meta))
    if isinstance(meta, pd.Index):
        return index
    if isinstance(meta, pd.Series):
        return _sample_series(meta.dtype, index).rename(meta.name)
    values = {i: _sample_series(dtype, index) for i, dtype in enumerate(meta.dtypes)}
    frame = pd.DataFrame(values, index=index)
    frame.columns = meta.columns
    return frame


def _sample_series(dtype: Any, index: pd.Index) -> pd.Series:
    """Made-up values; objects that are text stay objects."""
    return pd.Series(_sample_values(dtype), index=index, dtype=object if arrow.is_pickled(dtype) else None)


def _sample_index(meta: pd.Index) -> pd.Index:
    if isinstance(meta, pd.MultiIndex):
        levels = [_sample_values(level.dtype) for level in meta.levels]
        return pd.MultiIndex.from_arrays(levels, names=meta.names)
    if isinstance(meta, pd.RangeIndex):
        return pd.RangeIndex(2, name=meta.name)
    return pd.Index(_sample_values(meta.dtype), name=meta.name)


def _sample_values(dtype: Any) -> Any:
    if isinstance(dtype, pd.CategoricalDtype):
        categories = dtype.categories if len(dtype.categories) else pd.Index([arrow.UNKNOWN])
        return pd.Categorical([categories[0]] * 2, categories=categories, ordered=dtype.ordered)
    if isinstance(dtype, pd.ArrowDtype):
        example = _example_of(dtype.pyarrow_dtype)
        return pd.array([True, False] if example is True else [example] * 2, dtype=dtype)
    kind = getattr(dtype, "kind", "O")
    if kind == "M":
        return (
            pd.Series(pd.to_datetime(["2000-01-01", "2000-01-02"]))
            .astype("datetime64[ns]")
            .dt.tz_localize(getattr(dtype, "tz", None))
            .astype(dtype)
            .array
        )
    if kind == "m":
        return pd.Series(pd.to_timedelta(["1D", "2D"])).astype(dtype).array
    if kind == "b":
        return pd.array([True, False], dtype=dtype)
    if kind in "iuf":
        return pd.array([1, 1], dtype=dtype)
    return pd.array(["foo", "foo"], dtype=dtype)


def _example_of(kind: pa.DataType) -> Any:
    """A value of one of Arrow's types; of those that hold others, an empty one."""
    is_a = pa.types
    if is_a.is_boolean(kind):
        return True
    if is_a.is_decimal(kind):
        return decimal.Decimal(1)
    if is_a.is_integer(kind) or is_a.is_floating(kind):
        return 1
    if is_a.is_date(kind):
        return datetime.date(2000, 1, 1)
    if is_a.is_time(kind):
        return datetime.time(1)
    if is_a.is_timestamp(kind):
        return pd.Timestamp("2000-01-01", tz=kind.tz)
    if is_a.is_duration(kind):
        return pd.Timedelta("1D")
    if is_a.is_dictionary(kind):
        return _example_of(kind.value_type)
    if is_a.is_nested(kind):
        return {} if is_a.is_struct(kind) else []
    return b"foo" if is_a.is_binary(kind) or is_a.is_large_binary(kind) else None if is_a.is_null(kind) else "foo"


def infer_meta(function: Callable[..., Any], *metas: Any, **kwargs: Any) -> Any:
    """What ``function`` gives for objects like ``metas``: called on rows made up, then emptied."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        for category in _QUIET:
            warnings.simplefilter("ignore", category)
        try:
            result = function(*[sample_of(meta) for meta in metas], **kwargs)
        except Exception as error:
            raise _meta_error(type(error))(
                f"the meta of {function_name(function)} cannot be found: on made-up rows it raised "
                f"{type(error).__name__}: {error}; give meta="
            ) from error
    return emptied(result)


def _meta_error(kind: type[Exception]) -> type[Exception]:
    """A ValueError, as Dask raises, that also is what pandas raises at once: a TypeError, a KeyError ..."""
    kind = next(base for base in kind.__mro__ if base.__module__ == "builtins")
    if issubclass(ValueError, kind):
        return ValueError
    if issubclass(kind, ValueError):
        return kind if kind is ValueError else ValueError
    try:
        return type("MetaError", (ValueError, kind), {"__str__": Exception.__str__, "__module__": __name__})
    except TypeError:  # two kinds that cannot be one
        return ValueError


def emptied(result: Any) -> Any:
    if isinstance(result, (pd.DataFrame, pd.Series)):
        return result.iloc[:0]
    if isinstance(result, pd.Index):
        return result[:0]
    return pd.Series([result]).iloc[:0]


def make_meta(meta: Any, parent: Any = None) -> Any:
    """An empty pandas object from any way of giving meta: an object, ``(name, dtype)``, a mapping or list of them."""
    if isinstance(meta, (pd.DataFrame, pd.Series, pd.Index)):
        return emptied(meta)
    if hasattr(meta, "_meta"):
        return meta._meta
    index = arrow.index_of(parent)[:0] if parent is not None else None
    if isinstance(meta, tuple) and len(meta) == 2 and not isinstance(meta[0], tuple):
        return pd.Series([], dtype=meta[1], name=meta[0], index=index)
    if isinstance(meta, dict):
        return pd.DataFrame(
            {name: pd.Series([], dtype=dtype, index=index) for name, dtype in meta.items()}, index=index
        )
    if isinstance(meta, (list, tuple)):
        return pd.DataFrame({name: pd.Series([], dtype=dtype, index=index) for name, dtype in meta}, index=index)
    try:
        return pd.Series([], dtype=meta, index=index)
    except TypeError:
        raise TypeError(
            f"meta: expected a pandas object, a (name, dtype) pair, a mapping of names to dtypes or a dtype, "
            f"found {meta!r}"
        ) from None


class PandasCall:
    """A function of a pandas object as one of tables."""

    def __init__(
        self,
        function: Callable[..., Any],
        before: Any,
        after: Any,
        pickled: Sequence[bool],
        names: Sequence[str],
        with_partition: bool = False,
    ) -> None:
        self._function = function
        self._before = before
        self._after = after
        self._pickled = list(pickled)
        self._names = list(names)
        self._index_width = arrow.index_of(before).nlevels
        self._with_partition = with_partition

    @property
    def func(self) -> Callable[..., Any]:
        """The function of pandas objects: what errors name."""
        return self._function

    def __call__(self, table: _core.Table, partition: int) -> pa.Table:
        part = arrow.decode(table, self._before, self._pickled, self._index_width)
        return self.call_on(part, partition)

    def call_on(self, part: Any, partition: int = 0) -> pa.Table:
        """The answer for a pandas object."""
        result = self._function(part, partition) if self._with_partition else self._function(part)
        if not isinstance(result, (pd.DataFrame, pd.Series, pd.Index)):
            if result is None and isinstance(self._after, pd.DataFrame):
                raise ValueError("expected a DataFrame, as meta says, found None: does the function return one?")
            result = pd.Series([result], name=getattr(self._after, "name", None))
        return pa.table(dict(zip(self._names, arrow.encode(self._fitting(result), self._after), strict=True)))

    def _fitting(self, result: Any) -> Any:
        after = self._after
        if isinstance(after, pd.DataFrame) and isinstance(result, pd.Series):
            result = result.to_frame()
        if isinstance(after, pd.Series) and isinstance(result, pd.DataFrame) and result.shape[1] == 1:
            result = result.iloc[:, 0]
        if isinstance(after, pd.DataFrame) and list(result.columns) != list(after.columns):
            if set(result.columns) == set(after.columns) and len(result.columns) == len(after.columns):
                return result[list(after.columns)]
            raise ValueError(
                f"expected columns {list(after.columns)}, as meta says, found {list(result.columns)}; give meta="
            )
        return result


def arrow_schema(meta: Any, names: Sequence[str]) -> pa.Table:
    """An empty table that declares the columns of a result."""
    dtypes = [*arrow.index_dtypes(arrow.index_of(meta)), *arrow.column_dtypes(meta)]
    return pa.table({name: pa.nulls(0, arrow.arrow_type(dtype)) for name, dtype in zip(names, dtypes, strict=True)})


def result_columns(meta: Any) -> tuple[list[str], list[Column], list[Column]]:
    """Names of a result's columns in a plan; its index and its own columns by them."""
    index = arrow.index_dtypes(arrow.index_of(meta))
    dtypes = [*index, *arrow.column_dtypes(meta)]
    names = [new_name("index" if i < len(index) else "column") for i in range(len(dtypes))]
    columns = [
        Column(_core.col(name), pickled=arrow.is_pickled(dtype)) for name, dtype in zip(names, dtypes, strict=True)
    ]
    return names, columns[: len(index)], columns[len(index) :]


def map_rows(
    plan: _core.DataFrame,
    function: Callable[..., Any],
    before: Any,
    pickled: Sequence[bool],
    after: Any,
    name: str,
    whole: bool,
    with_partition: bool = False,
) -> tuple[Rows, list[Column], list[Column]]:
    """New rows: those that ``function`` makes of each partition of ``plan``, whose columns ``before`` describes."""
    names, index, columns = result_columns(after)
    call = PandasCall(function, before, after, pickled, names, with_partition)
    mapped = plan.map_partitions(call, f"python: {name}", arrow_schema(after, names), whole)
    return Rows(mapped), index, columns


def extend_rows(
    rows: Rows,
    inputs: Sequence[Column],
    function: Callable[..., Any],
    before: Any,
    after: Any,
    name: str,
    whole: bool,
    within: Callable[[_core.DataFrame, Callable[[_core.DataFrame], _core.DataFrame]], _core.DataFrame] | None = None,
    within_references: Sequence[str] = (),
    with_partition: bool = False,
) -> tuple[Rows, list[Column]]:
    """The same rows with the columns that ``function`` computes from ``inputs`` (index first), row by row.

    ``within(plan, step)`` may bring the rows into another order and other partitions around the step that calls it;
    ``within_references``: the columns that it looks at.
    """
    dtypes = arrow.column_dtypes(after)
    names = [new_name("column") for _ in dtypes]
    takes = [new_name("input") for _ in inputs]
    schema = pa.table({one: pa.nulls(0, arrow.arrow_type(dtype)) for one, dtype in zip(names, dtypes, strict=True)})
    pickled = [column.pickled for column in inputs]
    width = arrow.index_of(before).nlevels

    def call(table: _core.Table, partition: int) -> pa.Table:
        part = arrow.decode(table, before, pickled, width)
        result = function(part, partition) if with_partition else function(part)
        if isinstance(result, np.ndarray):
            result = pd.Series(result)
        columns = (
            [result] if isinstance(result, (pd.Series, pd.Index)) else [result.iloc[:, i] for i in range(len(names))]
        )
        arrays = [arrow.encode_column(values, dtype) for values, dtype in zip(columns, dtypes, strict=True)]
        return pa.table(dict(zip(names, arrays, strict=True)))

    def apply(plan: _core.DataFrame) -> _core.DataFrame:
        kept = plan.schema.names
        plan = plan.with_columns([column.node.alias(take) for column, take in zip(inputs, takes, strict=True)])

        def step(plan: _core.DataFrame) -> _core.DataFrame:
            return plan.map_beside(call, f"python: {name}", schema, takes, whole)

        plan = step(plan) if within is None else within(plan, step)
        return plan.select([_core.col(one) for one in [*kept, *names]])

    needed = frozenset(reference for column in inputs for reference in column.node.references())
    needed |= frozenset(within_references)
    extension = Extension(needed, frozenset(names), apply, whole, name, by_partition=within is None)
    columns = [
        Column(_core.col(one), pickled=arrow.is_pickled(dtype)) for one, dtype in zip(names, dtypes, strict=True)
    ]
    return rows.extended(extension), columns
