"""What ``merge(validate=)`` promises of the keys, looked at by the core before the rows are joined."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from treadle import _core
from treadle.dataframe.rows import Column

# What is promised: whether the keys of the left and of the right side are different, and pandas' words for it.
_PROMISES = {
    "1:1": (True, True, "one-to-one"),
    "1:m": (True, False, "one-to-many"),
    "m:1": (False, True, "many-to-one"),
    "m:m": (False, False, "many-to-many"),
}
_LONG = {words.replace("-", "_"): short for short, (_, _, words) in _PROMISES.items()}

Key = tuple[Any, Column, Any]


def validated(
    promise: str, left: Any, left_keys: list[Key], right: Any, right_keys: list[Key]
) -> tuple[Any, list[Key], Any, list[Key]]:
    """Both sides with their keys, whose rows only come if the keys are as promised. MergeError when they are not."""
    short = _LONG.get(str(promise).replace("-", "_"), promise)
    if short not in _PROMISES:
        raise ValueError(
            f'"{promise}" is not a valid argument. Valid arguments are:\n- "1:1"\n- "1:m"\n- "m:1"\n- "m:m"\n'
            '- "one_to_one"\n- "one_to_many"\n- "many_to_one"\n- "many_to_many"'
        )
    left_differs, right_differs, words = _PROMISES[short]
    if left_differs:
        left, left_keys = _checked(left, left_keys, "left", words)
    if right_differs:
        right, right_keys = _checked(right, right_keys, "right", words)
    return left, left_keys, right, right_keys


def _checked(frame: Any, keys: list[Key], side: str, words: str) -> tuple[Any, list[Key]]:
    """The frame and its keys over one plan, with the check before its rows."""
    named = [*frame._named(), *[(f"__key_{i}__", column.clean()) for i, (_, column, _) in enumerate(keys)]]
    plan = frame._rows.build(named)
    names = [f"__key_{i}__" for i in range(len(keys))]
    groups = plan.group_by([_core.col(name) for name in names], [_core.count().alias("rows")])
    most = groups.select([_core.col("rows").max().alias("most")])
    message = f"Merge keys are not unique in {side} dataset; not a {words} merge"

    def check(table: _core.Table, partition: int) -> pa.Table:
        if (pa.table(table).column(0)[0].as_py() or 0) > 1:
            raise pd.errors.MergeError(message)
        return pa.table({"__valid__": [True]})

    schema = pa.table({"__valid__": pa.nulls(0, pa.bool_())})
    valid = most.map_partitions(check, f"python: check {side} keys", schema, True)
    plan = plan.join(valid, "cross", [], [])
    # Behind a filter on it, the check cannot be left out.
    plan = plan.filter(_core.col("__valid__")).select([_core.col(name) for name, _ in named])
    over = frame._over(plan)
    return over, [
        (label, Column(_core.col(name), pickled=column.pickled, kind=column.kind), dtype)
        for name, (label, column, dtype) in zip(names, keys, strict=True)
    ]
