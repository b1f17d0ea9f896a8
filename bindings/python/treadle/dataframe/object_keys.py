"""Keys that are Python objects, as numbers: equal objects have one number, whatever bytes they are pickled to.

Only the different objects are ever brought together, not the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from treadle import _core
from treadle.dataframe import arrow, running
from treadle.dataframe.rows import Column, Extension, new_name


def numbered_objects(series: Any, sort: bool) -> Any:
    """A series over the same rows of numbers for its objects: in their order, or by first appearance."""
    column = series._columns[0]
    take, code = new_name("object"), new_name("code")

    def apply(plan: _core.DataFrame) -> _core.DataFrame:
        kept = [_core.col(name) for name in plan.schema.names]
        plan = plan.with_columns([column.node.alias(take)])
        numbers = _numbers_of(plan.select([_core.col(take)]).unique([take]), take, code, sort)
        partition, count = new_name("partition"), plan.num_partitions
        if count > 1:
            plan = plan.with_running([("partition", "", partition, 0)])
        joined = plan.join(numbers, "left", [_core.col(take)], [_core.col(f"{take}n")], coalesce=False)
        return running.cut_at_partitions(joined, partition, count).select([*kept, _core.col(code)])

    inputs = frozenset(column.node.references())
    rows = series._rows.extended(
        Extension(inputs, frozenset({code}), apply, name="numbers of objects", by_partition=False)
    )
    meta = pd.Series([], dtype="int64", index=arrow.index_of(series._meta), name=series._meta.name)
    return series._like(rows, [Column(_core.col(code))], meta)


def _numbers_of(objects: _core.DataFrame, name: str, code: str, sort: bool) -> _core.DataFrame:
    schema = pa.table({f"{name}n": pa.nulls(0, pa.binary()), code: pa.nulls(0, pa.int64())})
    call = _numbering(f"{name}n", code, sort)
    return objects.map_partitions(call, "python: number different objects", schema, True)


def _numbering(name: str, code: str, sort: bool) -> Callable[[_core.Table, int], pa.Table]:
    def call(table: _core.Table, partition: int) -> pa.Table:
        pickles = pa.table(table).column(0)
        values = arrow.decode_values(pickles, np.dtype(object), True)
        codes, _ = pd.factorize(values, sort=sort)
        return pa.table({name: pickles, code: pa.array(codes, pa.int64(), mask=codes < 0)})

    return call
