"""Verbs of frames with lists and structs: their items as rows, their fields as columns. Steps by pyarrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from treadle import _core
from treadle.frame import whole
from treadle.frame.construct import plain_type, to_arrow
from treadle.frame.expr import flatten
from treadle.frame.types import DataType
from treadle.optional import needed

if TYPE_CHECKING:
    from treadle.frame.expr_order import TextJoin


def _is_list(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _arrow_schema(plan: _core.DataFrame) -> Any:
    import pyarrow as pa

    schema = to_arrow(whole.empty_table(plan.schema)).schema
    return pa.schema([(one.name, plain_type(one.type)) for one in schema])


def exploded(table: Any, names: list[str], schema: Any, empty_as_null: bool, keep_nulls: bool) -> Any:
    """A row for each item; one of null for a missing list (``keep_nulls``) or an empty one (``empty_as_null``)."""
    needed("numpy", "explode()")
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    lists = {name: table.column(name).combine_chunks() for name in names}
    lengths = [pc.fill_null(pc.list_value_length(one), 0).to_numpy(zero_copy_only=False) for one in lists.values()]
    for name, one in zip(names[1:], lengths[1:], strict=True):
        if not np.array_equal(one, lengths[0]):
            raise ValueError(f"explode: expected lists of the same lengths in {names[0]!r} and {name!r}, found others")
    missing = pc.is_null(lists[names[0]]).to_numpy(zero_copy_only=False)
    none = lengths[0] == 0
    counts = lengths[0] + (none & ((missing & keep_nulls) | (~missing & empty_as_null)))
    rows = np.repeat(np.arange(table.num_rows), counts)
    begins = np.concatenate([[0], np.cumsum(lengths[0])])[:-1]
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    empty = none[rows]
    places = pa.array(np.where(empty, 0, begins[rows] + within), pa.int64(), mask=empty)
    rest = table.drop_columns(names).take(pa.array(rows))
    columns = {
        name: pc.list_flatten(lists[name]).take(places) if name in lists else rest.column(name) for name in schema.names
    }
    return pa.table(columns).cast(schema)


class ListVerbs:
    """What frames have of them."""

    def _plan(self) -> _core.DataFrame:
        raise NotImplementedError

    def _from(self, plan: _core.DataFrame) -> Self:
        raise NotImplementedError

    def _check(self, names: Any) -> None:
        raise NotImplementedError

    def _subset(self, subset: Any) -> list[str]:
        raise NotImplementedError

    def _stepped(self, name: str, function: Callable[[Any], Any], schema: Any, all_rows: bool = False) -> Self:
        plan = self._plan()

        def run(table: _core.Table, partition: int) -> Any:
            return function(to_arrow(table))

        return self._from(plan.map_partitions(run, f"python: {name}", schema.empty_table(), all_rows))

    def explode(self, columns: Any, *more_columns: Any, empty_as_null: bool = False, keep_nulls: bool = True) -> Self:
        """A row for each item of the lists; a missing list gives one of null, an empty one none."""
        import pyarrow as pa

        names = self._subset(flatten([columns, *more_columns]))
        fields = []
        for one in _arrow_schema(self._plan()):
            if one.name in names and not _is_list(one.type):
                raise TypeError(f"explode: expected lists in column {one.name!r}, found {one.type}")
            fields.append((one.name, one.type.value_type if one.name in names else one.type))
        schema = pa.schema(fields)
        return self._stepped("explode", lambda table: exploded(table, names, schema, empty_as_null, keep_nulls), schema)

    def unnest(self, columns: Any, *more_columns: Any) -> Self:
        """The fields of structs as columns in their places."""
        import pyarrow as pa

        names = self._subset(flatten([columns, *more_columns]))
        fields: list[tuple[str, Any]] = []
        for one in _arrow_schema(self._plan()):
            if one.name in names and not pa.types.is_struct(one.type):
                raise TypeError(f"unnest: expected structs in column {one.name!r}, found {one.type}")
            inner = [(field.name, field.type) for field in one.type] if one.name in names else [(one.name, one.type)]
            fields.extend(inner)
        schema = pa.schema(fields)

        def function(table: Any) -> Any:
            arrays: list[Any] = []
            for name in table.column_names:
                column = table.column(name)
                arrays.extend(column.combine_chunks().flatten() if name in names else [column])
            return pa.table(arrays, names=schema.names).cast(schema)

        return self._stepped("unnest", function, schema)

    def _imploded(self) -> Self:
        """One row of the lists of all values."""
        import pyarrow as pa

        schema = pa.schema([(one.name, pa.list_(one.type)) for one in _arrow_schema(self._plan())])

        def function(table: Any) -> Any:
            return pa.table({name: [table.column(name).to_pylist()] for name in schema.names}, schema=schema)

        return self._stepped("implode", function, schema, all_rows=True)

    def _joined(self, join: TextJoin) -> Self:
        """One row: all texts of the only column as one."""
        import pyarrow as pa

        name = self._plan().schema.names[0]
        schema = pa.schema([(name, pa.string())])

        def function(table: Any) -> Any:
            return pa.table({name: join.joined(pa.array([table.column(0).to_pylist()]))})

        return self._stepped("str.join", function, schema, all_rows=True)

    def map_batches(
        self, function: Callable[[Any], Any], *, schema: Any = None, streamable: bool = False, **unused: Any
    ) -> Self:
        """``function`` of a frame of all rows, or of one of each partition if ``streamable``.

        ``schema``: names and types of what it answers with, if these are others.
        """
        import pyarrow as pa

        from treadle.frame.construct import arrow_type, schema_pairs
        from treadle.frame.eager import DataFrame

        made = _arrow_schema(self._plan())
        if schema is not None:
            kinds: dict[str, DataType | None] = schema_pairs(schema)
            made = pa.schema([(name, arrow_type(kind)) for name, kind in kinds.items() if kind is not None])

        def run(table: Any) -> Any:
            return pa.table(function(DataFrame(table))).cast(made)

        return self._stepped(str(getattr(function, "__name__", "map_batches")), run, made, all_rows=not streamable)
