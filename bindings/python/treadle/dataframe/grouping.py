"""Keys and values of a group-by, and aggregates of groups as plans."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, reduce
from operator import and_
from typing import Any

import pandas as pd
import pyarrow as pa

from treadle import _core
from treadle.dataframe import arrow, reductions
from treadle.dataframe.collection import Collection, new_collection
from treadle.dataframe.frame import DataFrame
from treadle.dataframe.object_keys import numbered_objects
from treadle.dataframe.order import sort_value
from treadle.dataframe.rows import Column, Rows, merge_rows, new_name
from treadle.dataframe.series import Series

# An aggregate: its name, the column's label, the column, its type, arguments.
Request = tuple[str, Any, Column, Any, dict[str, Any]]
NATIVE = frozenset(
    {
        "sum", "prod", "mean", "min", "max", "count", "std", "var", "sem", "median", "quantile", "nunique", "size",
        "any", "all", "first", "last",
    }
)  # fmt: skip
# What these give for a category that does not occur; the others are missing there.
_OF_NOTHING = {"sum": 0, "count": 0, "size": 0, "nunique": 0, "prod": 1, "any": False, "all": True}


class Keyed:
    """Keys and values over one root. ``values`` is a frame, or a series once one column is picked."""

    def __init__(
        self, keys: list[Series], labels: list[Any], values: Any, options: dict[str, Any], selected: bool = False
    ) -> None:
        self._keys = keys
        self._labels = labels
        self._values = values
        self._options = options
        # Whether the columns were picked: then a key among them is a value, too.
        self._selected = selected

    @cached_property
    def _by(self) -> list[Series]:
        """What tells groups apart, in the order of the groups: the keys, but numbers for Python objects."""
        sort = self._options.get("sort") is not False
        return [numbered_objects(key, sort) if key._columns[0].pickled else key for key in self._keys]

    def _measured(self) -> Any:
        """The columns that aggregates see: keys are not among them."""
        if isinstance(self._values, Series):
            return self._values.to_frame()
        own = [label for label in self._values.columns if self._selected or not self._is_key(label)]
        return self._values[own]

    def _is_key(self, label: Any) -> bool:
        return any(
            self._is_column(label, key)
            for one, key in zip(self._labels, self._keys, strict=True)
            if one is label or (isinstance(one, str) and one == label)
        )

    def _rows(self, *more: Collection) -> Rows:
        rows = merge_rows([*(by._rows for by in self._by), *(one._rows for one in more)])
        if rows is None:
            raise NotImplementedError("keys over other rows than the values; bring them together by merge()")
        return rows

    def _all_categories(self) -> bool:
        """Whether categories that do not occur are groups, too."""
        categories = any(isinstance(key._meta.dtype, pd.CategoricalDtype) for key in self._keys)
        return categories and self._options.get("observed") is False

    def _order(self, columns: list[Column]) -> list[_core.Expression]:
        """What groups of these keys are sorted by."""
        return [sort_value(column, by._meta.dtype) for column, by in zip(columns, self._by, strict=True)]

    def _present(self) -> _core.Expression | None:
        """Whether no key of a row is missing; None if missing keys make groups."""
        if self._options.get("dropna") is False:
            return None
        tests = [by._columns[0].clean().is_not_null() for by in self._by]
        test = tests[0]
        for one in tests[1:]:
            test = test & one
        return test

    def _native(self, requests: list[Request], meta: Any, rows: Rows) -> Any:
        """Aggregates ``(name, label, column, dtype, arguments)`` as one plan; None if one is not the core's."""
        if self._all_categories() and not self._has_all_categories():
            return None
        inputs = [(f"key_{i}", by._columns[0].clean()) for i, by in enumerate(self._by)]
        objects = [key for key in self._keys if key._columns[0].pickled]
        shown: list[Request] = [("first", None, key._columns[0], None, {}) for key in objects]
        aggregates = aggregates_of([*requests, *shown], inputs)
        if aggregates is None:
            return None
        keys = [f"key_{i}" for i in range(len(self._keys))]
        plan = rows.build(inputs, self._present()).group_by([_core.col(key) for key in keys], aggregates)
        if self._all_categories():
            plan = self._with_all_categories(plan, rows, requests, meta)
        if self._options.get("sort") is not False and not self._only_categories():
            order = self._order([Column(_core.col(key)) for key in keys])
            plan = plan.with_columns([node.alias(f"order_{i}") for i, node in enumerate(order)])
            plan = plan.sort([(f"order_{i}", False, False) for i in range(len(order))])
        values = [
            Column(
                _core.col(f"value_{i}"),
                pickled=name in ("first", "last") and column.pickled,
                kind=column.kind if name in ("first", "last", "min", "max") else "",
            )
            for i, (name, _, column, _, _) in enumerate(requests)
        ]
        objects_at = iter(range(len(requests), len(requests) + len(objects)))
        index = [
            Column(_core.col(f"value_{next(objects_at)}"), pickled=True)
            if series._columns[0].pickled
            else Column(_core.col(key))
            for key, series in zip(keys, self._keys, strict=True)
        ]
        return new_collection(Rows(plan), index, values, meta)

    def _has_all_categories(self) -> bool:
        """Whether all groups are the combinations of known categories and of values that occur."""
        known = [
            arrow.is_known(key._meta.dtype)
            if isinstance(key._meta.dtype, pd.CategoricalDtype)
            else not key._columns[0].pickled
            for key in self._keys
        ]
        return all(known) and self._options.get("sort") is not False and self._options.get("dropna") is not False

    def _only_categories(self) -> bool:
        """Whether groups come in the order of their combinations of categories."""
        return self._all_categories() and all(isinstance(key._meta.dtype, pd.CategoricalDtype) for key in self._keys)

    def _with_all_categories(
        self, groups: _core.DataFrame, rows: Rows, requests: list[Any], meta: Any
    ) -> _core.DataFrame:
        """A row for each combination of categories, and of those of other keys that occur."""
        tables, others = [], []
        for i, key in enumerate(self._keys):
            if not isinstance(key._meta.dtype, pd.CategoricalDtype):
                others.append(i)
                continue
            categories = pa.table({f"all_{i}": arrow.encode_values(key._meta.dtype.categories, key._meta.dtype)})
            tables.append(_core.from_table(_core.Table.from_arrow(categories)))
        if others:  # their combinations, also where a category is missing
            values = [(f"all_{i}", self._by[i]._columns[0].clean()) for i in others]
            present = reduce(and_, [value.is_not_null() for _, value in values])
            tables.append(rows.build(values, present).unique([name for name, _ in values]))
        all_keys = reduce(lambda table, other: table.join(other, "cross", [], []), tables)
        count = range(len(self._keys))
        plan = all_keys.join(
            groups,
            "left",
            [_core.col(f"all_{i}") for i in count],
            [_core.col(f"key_{i}") for i in count],
            coalesce=False,
        )
        selected = [_core.col(f"all_{i}").alias(f"key_{i}") for i in count]
        for i, (request, dtype) in enumerate(zip(requests, arrow.column_dtypes(meta), strict=True)):
            node = _core.col(f"value_{i}")
            nothing = None if request[4].get("min_count") else _OF_NOTHING.get(request[0])
            if nothing is not None:
                kind = arrow.type_name(dtype)
                literal = _core.literal(nothing, "bool" if isinstance(nothing, bool) else "int64")
                node = node.cast(kind).fill_null(literal.cast(kind))
            selected.append(node.alias(f"value_{i}"))
        return plan.select(selected)

    def _as_pandas(self) -> tuple[Any, Callable[[pd.DataFrame], Any]]:
        """A frame of keys and values, and what makes pandas' groups of its rows."""
        values = self._values.to_frame() if isinstance(self._values, Series) else self._values
        rows = self._rows(values)
        keys = [key for key in self._keys]
        meta = values._meta.copy()
        meta.columns = pd.RangeIndex(meta.shape[1])
        width = meta.shape[1]
        for i, key in enumerate(keys):
            meta[width + i] = pd.Series(key._meta.array, index=meta.index, dtype=key._meta.dtype)
        columns = [*values._columns, *[key._columns[0] for key in keys]]
        frame = new_collection(rows, values._index, columns, meta)
        labels, names, series = values._meta.columns, self._labels, isinstance(self._values, Series)
        options = {name: value for name, value in self._options.items() if value is not None}
        inside = isinstance(values, DataFrame) and not series and not self._selected
        in_frame = [inside and self._is_column(label, key) for label, key in zip(names, keys, strict=True)]

        def regroup(part: pd.DataFrame) -> Any:
            own = part.iloc[:, :width].set_axis(labels, axis=1)
            by: list[Any] = []
            for i, (name, inside) in enumerate(zip(names, in_frame, strict=True)):
                # A copy: pandas takes a view of the frame's own memory for a column of it.
                by.append(name if inside else part.iloc[:, width + i].rename(name).copy())
            grouped = own.groupby(by if len(by) > 1 else by[0], **options)
            return grouped[labels[0]] if series else grouped

        return frame, regroup

    def _is_column(self, label: Any, key: Series) -> bool:
        """Whether a key is the column of this label: a series that was computed is none, whatever its name."""
        labels = self._values.columns
        return label in labels and key._columns[0] is self._values._columns[self._values._place(label)]


def aggregates_of(requests: list[Request], inputs: list[tuple[str, _core.Expression]]) -> list[_core.Expression] | None:
    """The aggregates ``value_0`` ..., over columns that are added to ``inputs``; None if one is not the core's."""
    aggregates = []
    takes: dict[int, str] = {}  # a column that several aggregates look at is there once
    for i, (name, _, column, dtype, arguments) in enumerate(requests):
        if name == "size":
            aggregates.append(_core.count().alias(f"value_{i}"))
            continue
        take = takes.get(id(column))
        if take is None:
            take = takes[id(column)] = new_name("input")
            inputs.append((take, column.node))
        own = Column(_core.col(take), nan=column.nan, pickled=column.pickled, kind=column.kind)
        node = reductions.aggregate(name, own, dtype, **arguments) if name in NATIVE else None
        if node is None:
            return None
        aggregates.append(node.alias(f"value_{i}"))
    return aggregates
