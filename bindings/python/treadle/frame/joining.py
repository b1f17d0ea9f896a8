"""Joins with the columns and names that Polars gives them."""

from __future__ import annotations

from typing import Any

from treadle import _core
from treadle.frame import lower
from treadle.frame.expr import as_expr, flatten
from treadle.frame.nodes import Node, expand
from treadle.frame.types import schema_of

_HOW = ("inner", "left", "right", "full", "semi", "anti", "cross")


def _keys(plan: _core.DataFrame, on: Any) -> list[Node]:
    schema = schema_of(plan.schema)
    nodes = [as_expr(one, names=True)._node for one in flatten([on])]
    return [one for node in nodes for one in expand(node, schema)]


def _both_keys(
    left: _core.DataFrame, right: _core.DataFrame, on: Any, left_on: Any, right_on: Any
) -> tuple[list[Node], list[Node]]:
    if on is not None:
        if left_on is not None or right_on is not None:
            raise ValueError("join: expected either on, or left_on and right_on, found both")
        left_on = right_on = on
    if left_on is None or right_on is None:
        raise ValueError("join: expected on, or left_on and right_on")
    left_keys, right_keys = _keys(left, left_on), _keys(right, right_on)
    if len(left_keys) != len(right_keys):
        raise ValueError(
            f"join: expected as many keys on the left as on the right, found {len(left_keys)} and {len(right_keys)}"
        )
    return left_keys, right_keys


def join(
    left: _core.DataFrame,
    right: _core.DataFrame,
    on: Any,
    how: str,
    left_on: Any,
    right_on: Any,
    suffix: str,
    nulls_equal: bool,
    coalesce: bool | None,
) -> _core.DataFrame:
    kind = "full" if how == "outer" else how
    if kind not in _HOW:
        raise ValueError(f"how: expected one of {', '.join(_HOW)}, found {how!r}")
    if kind == "cross":
        if on is not None or left_on is not None or right_on is not None:
            raise ValueError('join: expected no keys for how="cross"')
        return left.join(right, kind, [], [], right_suffix=suffix)
    left_keys, right_keys = _both_keys(left, right, on, left_on, right_on)
    plain = all(node.kind == "column" for node in [*left_keys, *right_keys])
    together = (kind != "full" if coalesce is None else coalesce) and plain
    by_left = [lower.lower(node, left.schema) for node in left_keys]
    by_right = [lower.lower(node, right.schema) for node in right_keys]
    if kind in ("semi", "anti"):
        return left.join(right, kind, by_left, by_right, nulls_equal=nulls_equal)
    joined = left.join(right, kind, by_left, by_right, nulls_equal=nulls_equal, coalesce=together, right_suffix=suffix)
    if kind == "right" and together:
        return _as_right(joined, left, right, left_keys, right_keys, suffix)
    return joined


def _as_right(
    joined: _core.DataFrame,
    left: _core.DataFrame,
    right: _core.DataFrame,
    left_keys: list[Node],
    right_keys: list[Node],
    suffix: str,
) -> _core.DataFrame:
    """Polars keeps the right frame's keys, in their places: the left columns but keys, then all right ones."""
    key_of = dict(zip([node.data for node in right_keys], [node.data for node in left_keys], strict=True))
    left_names = left.schema.names
    others = [name for name in left_names if name not in key_of.values()]
    columns = [_core.col(name) for name in others]
    for name in right.schema.names:
        shown = name + suffix if name in others else name
        made = key_of[name] if name in key_of else (name + suffix if name in left_names else name)
        columns.append(_core.col(made).alias(shown))
    return joined.select(columns)
