"""Python values as literals of the core."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

from treadle import _core
from treadle.frame.nodes import Node
from treadle.frame.types import DataType

_EPOCH = datetime.date(1970, 1, 1)
_MICROSECOND = datetime.timedelta(microseconds=1)


def _ticks(value: datetime.datetime) -> tuple[int, str]:
    """Microseconds since 1970, and the type: with the zone's name if there is one."""
    if value.tzinfo is None:
        return (value - datetime.datetime(1970, 1, 1)) // _MICROSECOND, "timestamp[us]"
    start = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    zone = getattr(value.tzinfo, "key", None) or "UTC"
    return (value - start) // _MICROSECOND, f"timestamp[us, {zone}]"


def physical(value: Any) -> tuple[Any, str]:
    """The value as the core holds it, and the name of its type."""
    if value is None:
        return None, "null"
    if isinstance(value, bool):
        return value, "bool"
    if isinstance(value, int):
        if -(2**63) <= value < 2**63:
            return value, "int64"
        if 0 <= value < 2**64:
            return value, "uint64"
        raise OverflowError(f"expected an integer of at most 64 bits, found {value}")
    if isinstance(value, float):
        return value, "float64"
    if isinstance(value, str):
        return value, "utf8"
    if isinstance(value, (bytes, bytearray)):
        return bytes(value), "binary"
    if isinstance(value, datetime.datetime):
        return _ticks(value)
    if isinstance(value, datetime.date):
        return (value - _EPOCH).days, "date"
    if isinstance(value, datetime.timedelta):
        return value // _MICROSECOND, "duration[us]"
    if isinstance(value, datetime.time):
        midnight = datetime.datetime.combine(_EPOCH, datetime.time())
        return (datetime.datetime.combine(_EPOCH, value.replace(tzinfo=None)) - midnight) // _MICROSECOND, "time[us]"
    if isinstance(value, decimal.Decimal):
        exponent = value.as_tuple().exponent
        scale = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        return f"{value:f}", f"decimal128(38, {scale})"
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        return physical(value.item())
    raise TypeError(f"expected an expression, a column's name or a value, found {type(value).__name__}: {value!r}")


def literal_node(value: Any, dtype: DataType | None = None) -> Node:
    # Looked at now, so that the error names the line that wrote it.
    physical(value)
    node = Node("literal", data=(value,))
    return node if dtype is None else Node("cast", (node,), (dtype, True))


def lower_literal(value: Any) -> _core.Expression:
    held, kind = physical(value)
    if kind.startswith("decimal"):
        return _core.literal(held, "utf8").cast(kind)
    return _core.literal(held, kind)
