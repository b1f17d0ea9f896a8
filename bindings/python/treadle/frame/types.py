"""Types of columns, named as in Polars: ``Int64``, ``String``, ``Datetime("ms", "UTC")``, ``List(Int64)`` ..."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from treadle import _core


class DataType:
    """The type of a column. Calling one gives a variant of it: ``Datetime("ms")``, ``Int64()``."""

    def __init__(self, name: str, core: str, short: str) -> None:
        self.name = name
        # As the core spells it, and as tables print it.
        self.core = core
        self.short = short

    def __call__(self) -> DataType:
        return self

    def __eq__(self, other: object) -> bool:
        if isinstance(other, type):
            other = _OF_PYTHON.get(other)
        return isinstance(other, DataType) and self.core == other.core

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return self.name

    @property
    def _kind(self) -> _core.DataType:
        return _core.DataType.from_string(self.core)

    def is_integer(self) -> bool:
        return self._kind.is_integer

    def is_float(self) -> bool:
        return self._kind.is_float

    def is_numeric(self) -> bool:
        return self._kind.is_numeric

    def is_temporal(self) -> bool:
        return self._kind.is_temporal

    def is_nested(self) -> bool:
        return self._kind.is_nested


class _Timed(DataType):
    """A type with a unit. The bare name stands for microseconds and equals any variant of it."""

    def __init__(self, name: str, kind: str, unit: str = "us", zone: str | None = None, bare: bool = True) -> None:
        inside = f"{unit}, {zone}" if zone else unit
        printed = inside.replace("us", "μs", 1)
        super().__init__(name, f"{kind}[{inside}]", f"{name.lower()}[{printed}]")
        self.kind = kind
        self.time_unit = unit
        self.time_zone = zone
        self._bare = bare

    def __call__(self, time_unit: str = "us", time_zone: str | None = None) -> DataType:
        if time_unit not in ("ms", "us", "μs", "ns", "s"):
            raise ValueError(f'time_unit: expected "ms", "us" or "ns", found {time_unit!r}')
        return _Timed(self.name, self.kind, time_unit.replace("μ", "u"), time_zone, bare=False)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _Timed) and (self._bare or other._bare):
            return self.name == other.name
        return super().__eq__(other)

    __hash__ = DataType.__hash__

    def __repr__(self) -> str:
        zone = "" if self.name == "Duration" else f", time_zone={self.time_zone!r}"
        return f"{self.name}(time_unit={self.time_unit!r}{zone})"


class _Decimal(DataType):
    def __init__(self, precision: int = 38, scale: int = 0) -> None:
        super().__init__("Decimal", f"decimal128({precision}, {scale})", f"decimal[{precision},{scale}]")
        self.precision, self.scale = precision, scale

    def __call__(self, precision: int | None = None, scale: int = 0) -> DataType:
        return _Decimal(precision or 38, scale)

    def __repr__(self) -> str:
        return f"Decimal(precision={self.precision}, scale={self.scale})"


class _List(DataType):
    def __init__(self, inner: DataType | None = None) -> None:
        element = inner or Null
        super().__init__("List", f"list<{element.core}>", f"list[{element.short}]")
        self.inner = inner

    def __call__(self, inner: Any = None) -> DataType:
        return _List(as_type(inner)) if inner is not None else self

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _List) and (self.inner is None or other.inner is None):
            return True
        return super().__eq__(other)

    __hash__ = DataType.__hash__

    def __repr__(self) -> str:
        return f"List({self.inner!r})" if self.inner is not None else "List"


class _Struct(DataType):
    def __init__(self, fields: Mapping[str, DataType] | None = None) -> None:
        inside = ", ".join(f"{name}: {kind.core}" for name, kind in (fields or {}).items())
        super().__init__("Struct", f"struct<{inside}>", f"struct[{len(fields or {})}]")
        self.fields = dict(fields) if fields is not None else None

    def __call__(self, fields: Any = None) -> DataType:
        pairs: Iterable[tuple[str, Any]] = fields.items() if isinstance(fields, Mapping) else fields or ()
        return _Struct({name: as_type(kind) for name, kind in pairs})

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _Struct) and (self.fields is None or other.fields is None):
            return True
        return super().__eq__(other)

    __hash__ = DataType.__hash__

    def __repr__(self) -> str:
        return f"Struct({self.fields!r})" if self.fields is not None else "Struct"


Null = DataType("Null", "null", "null")
Boolean = DataType("Boolean", "bool", "bool")
Int8 = DataType("Int8", "int8", "i8")
Int16 = DataType("Int16", "int16", "i16")
Int32 = DataType("Int32", "int32", "i32")
Int64 = DataType("Int64", "int64", "i64")
UInt8 = DataType("UInt8", "uint8", "u8")
UInt16 = DataType("UInt16", "uint16", "u16")
UInt32 = DataType("UInt32", "uint32", "u32")
UInt64 = DataType("UInt64", "uint64", "u64")
Float32 = DataType("Float32", "float32", "f32")
Float64 = DataType("Float64", "float64", "f64")
String = DataType("String", "utf8", "str")
Utf8 = String
# Whether text is held as codes is no part of its type here.
Categorical = String
Binary = DataType("Binary", "binary", "binary")
Date = DataType("Date", "date", "date")
Time = DataType("Time", "time[us]", "time")
Datetime = _Timed("Datetime", "timestamp")
Duration = _Timed("Duration", "duration")
Decimal = _Decimal()
List = _List()
Struct = _Struct()

_PLAIN = [Null, Boolean, Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Float32, Float64, String, Binary]
_PLAIN += [Date]
_OF_CORE = {one.core: one for one in _PLAIN}
_OF_PYTHON: dict[Any, DataType] = {
    bool: Boolean,
    int: Int64,
    float: Float64,
    str: String,
    bytes: Binary,
    datetime.date: Date,
    datetime.datetime: Datetime,
    datetime.timedelta: Duration,
    datetime.time: Time,
    decimal.Decimal: Decimal,
}


def as_type(value: Any) -> DataType:
    """A type from a type, from a Python type (``int``), or from its name (``"Int64"``, ``"int64"``)."""
    if isinstance(value, DataType):
        return value
    if isinstance(value, type) and value in _OF_PYTHON:
        return _OF_PYTHON[value]
    if isinstance(value, str):
        return from_core(_core.DataType.from_string(value))
    # A type of Polars' own: its name says what it is.
    name = getattr(value, "__name__", type(value).__name__)
    known = {one.name: one for one in [*_PLAIN, Time, Datetime, Duration, Decimal]}
    if name in known and type(value).__module__.startswith("polars"):
        found = known[name]
        if isinstance(found, _Timed):
            return found(getattr(value, "time_unit", None) or "us", getattr(value, "time_zone", None))
        return found
    near = get_close_matches(str(value), known, n=1)
    hint = f'; did you mean "{near[0]}"?' if near else ""
    raise TypeError(f"expected a data type such as Int64, String, Datetime or int, found {value!r}{hint}")


def from_core(kind: _core.DataType) -> DataType:
    return _parse(str(kind))


def _parse(text: str) -> DataType:
    if text in _OF_CORE:
        return _OF_CORE[text]
    at = min(text.find(c) for c in "[(<" if c in text)
    name, inside = text[:at], text[at + 1 : -1]
    if name == "time":
        return Time if inside == "us" else DataType("Time", text, "time")
    if name in ("timestamp", "duration"):
        unit, _, zone = inside.partition(", ")
        return _Timed("Datetime" if name == "timestamp" else "Duration", name, unit, zone or None, bare=False)
    if name.startswith("decimal"):
        precision, _, scale = inside.partition(",")
        return _Decimal(int(precision), int(scale))
    if name == "list":
        return _List(_parse(inside))
    fields: dict[str, DataType] = {}
    for part in _split(inside):
        field, _, kind = part.partition(": ")
        fields[field] = _parse(kind)
    return _Struct(fields)


def _split(text: str) -> list[str]:
    """Parts between commas that no bracket encloses."""
    parts, depth, start = [], 0, 0
    for at, c in enumerate(text):
        depth += (c in "[(<") - (c in "])>")
        if c == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    return [*parts, text[start:].strip()] if text.strip() else parts


class Schema(dict[str, DataType]):
    """Names and types of columns, in order."""

    def names(self) -> list[str]:
        return list(self)

    def dtypes(self) -> list[DataType]:
        return list(self.values())

    def len(self) -> int:
        return len(self)

    def __repr__(self) -> str:
        return f"Schema({dict(self)!r})"


def schema_of(schema: _core.Schema) -> Schema:
    return Schema(zip(schema.names, map(from_core, schema.types), strict=True))
