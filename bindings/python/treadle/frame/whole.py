"""Steps over all rows at once, by pyarrow: what a plan cannot say of a row without knowing those before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from treadle import _core
from treadle.frame.construct import to_arrow


def empty_table(schema: _core.Schema) -> _core.Table:
    """No rows of these columns, without running anything else."""
    import pyarrow as pa

    none = _core.from_table(_core.Table.from_arrow(pa.table({"none": pa.nulls(0)})))
    pairs = zip(schema.names, schema.types, strict=True)
    columns = [_core.literal(None, "null").cast(str(kind)).alias(name) for name, kind in pairs]
    return _core.compute([none.select(columns)], _core.ComputeOptions(scheduler="synchronous"))[0]


def map_whole(
    plan: _core.DataFrame, function: Callable[[Any], Any], name: str, schema: _core.Table | None = None
) -> _core.DataFrame:
    """``function`` of a pyarrow table of all rows, as a step of the plan; ``schema`` where it changes the columns."""

    def run(table: _core.Table, partition: int) -> Any:
        return function(to_arrow(table))

    return plan.map_partitions(run, name, empty_table(plan.schema) if schema is None else schema, True)


def with_lists(plan: _core.DataFrame, names: Sequence[str]) -> _core.Table:
    """No rows of the plan's columns, some of which became lists."""
    import pyarrow as pa

    schema = to_arrow(empty_table(plan.schema)).schema
    fields = [(one.name, pa.list_(one.type) if one.name in names else one.type) for one in schema]
    return _core.Table.from_arrow(pa.schema(fields).empty_table())


def cut(table: Any, offset: int, length: int | None) -> Any:
    """``length`` rows from ``offset`` on; a negative offset counts from the end and may lie before the start."""
    start = table.num_rows + offset if offset < 0 else min(offset, table.num_rows)
    stop = table.num_rows if length is None else min(start + length, table.num_rows)
    start = max(start, 0)
    return table.slice(start, max(stop - start, 0))


def reverse(table: Any) -> Any:
    import pyarrow as pa

    return table.take(pa.array(range(table.num_rows - 1, -1, -1), pa.int64()))
