"""Tables as text in a box, as Polars draws them: shape, names, types, the first and last rows."""

from __future__ import annotations

import datetime
import decimal
import math
import unicodedata
from collections.abc import Sequence
from typing import Any

from treadle import _core
from treadle.frame.construct import to_arrow
from treadle.frame.display import Display, current
from treadle.frame.types import DataType, from_core

_UNITS = (("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1000), ("µs", 1))


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) != 0 for c in text)


def _cut(text: str) -> str:
    shown = text.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    most = current().fmt_str_lengths
    return shown if len(shown) <= most else shown[:most] + "…"


def _float_text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    precision = current().float_precision
    if precision is not None:
        return f"{value:.{precision}f}"
    if value.is_integer() and abs(value) < 1e6:
        return f"{value:.1f}"
    digits = f"{decimal.Decimal(repr(value)):f}".removesuffix(".0")
    if len(digits) <= 9:
        return _shortest_exponent(value) if value.is_integer() else digits
    if 1e-6 <= abs(value) <= 999999.0:
        digits = f"{value:.6f}".rstrip("0")
        return digits + "0" if digits.endswith(".") else digits
    mantissa, _, exponent = f"{value:.4e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def _shortest_exponent(value: float) -> str:
    """As few digits as tell the number, before and behind an ``e``."""
    sign, digits, exponent = decimal.Decimal(repr(value)).normalize().as_tuple()
    first, *rest = map(str, digits)
    power = int(exponent) + len(rest)
    return ("-" if sign else "") + first + ("." + "".join(rest) if rest else "") + f"e{power}"


def _duration_text(value: datetime.timedelta) -> str:
    rest = value // datetime.timedelta(microseconds=1)
    sign, rest, parts = "-" if rest < 0 else "", abs(rest), []
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(sign + part for part in parts) or "0µs"


def value_text(value: Any, quoted: bool = False) -> str:
    """One value as a cell shows it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, str):
        return f'"{_cut(value)}"' if quoted else _cut(value)
    if isinstance(value, datetime.timedelta):
        return _duration_text(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ") if value.tzinfo is None else f"{value:%Y-%m-%d %H:%M:%S %Z}"
    if isinstance(value, list):
        shown = [value_text(one, True) for one in value]
        return f"[{', '.join(shown if len(shown) <= 3 else [*shown[:2], '… ' + shown[-1]])}]"
    if isinstance(value, dict):
        return "{" + ",".join(value_text(one, True) for one in value.values()) + "}"
    return _cut(str(value))


def chosen_rows(count: int, most: int) -> list[int | None]:
    """All rows, or the first and last ones with None between them; all if ``most`` is negative."""
    if count <= most or most < 0:
        return list(range(count))
    front = (most + 1) // 2
    return [*range(front), None, *range(count - most // 2, count)]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
    return "│ " + " ┆ ".join(padded) + " │"


def _columns(table: _core.Table, kinds: Sequence[DataType], rows: list[int | None], most: int) -> list[list[str]]:
    """The cells of the first and last columns, those between them as one of dots."""
    arrow = to_arrow(table)
    columns = []
    for place in chosen_rows(len(kinds), most):
        if place is None:
            columns.append(["…", "", "…" if current().tbl_hide_column_names else "", *["…" for _ in rows]])
            continue
        # Few values of a long column become Python objects.
        values = [None if row is None else arrow.column(place)[row].as_py() for row in rows]
        shown = ["…" if row is None else value_text(value) for row, value in zip(rows, values, strict=True)]
        columns.append([_cut(arrow.column_names[place]), "---", kinds[place].short, *shown])
    return columns


def _hidden(display: Display) -> set[int]:
    """Which of the lines name, rule and type of a column's head are left out."""
    names, kinds = display.tbl_hide_column_names, display.tbl_hide_column_data_types
    return ({0} if names else set()) | ({2} if kinds else set()) | ({1} if names or kinds else set())


def draw(table: _core.Table, most_rows: int | None = None, most_columns: int | None = None) -> str:
    """The whole box, with its shape above; by default as ``Config`` says."""
    display = current()
    names, kinds = table.schema.names, [from_core(kind) for kind in table.schema.types]
    shape = f"shape: ({table.num_rows:_}, {len(names):_})"
    if not names:
        return shape + "\n┌┐\n╞╡\n└┘"
    rows = chosen_rows(table.num_rows, display.tbl_rows if most_rows is None else most_rows)
    columns = _columns(table, kinds, rows, display.tbl_cols if most_columns is None else most_columns)
    hidden = _hidden(display)
    columns = [[cell for place, cell in enumerate(cells) if place not in hidden] for cells in columns]
    widths = [max(map(_width, cells)) for cells in columns]
    lines = [_line(cells, widths) for cells in zip(*columns, strict=True)]

    def rule(left: str, line: str, middle: str, right: str) -> str:
        return left + middle.join(line * (width + 2) for width in widths) + right

    shown = 3 - len(hidden)
    head, body = lines[:shown], lines[shown:]
    above = [*head, rule("╞", "═", "╪", "╡")] if head else []
    box = [rule("┌", "─", "┬", "┐"), *above, *body, rule("└", "─", "┴", "┘")]
    return "\n".join(box if display.tbl_hide_dataframe_shape else [shape, *box])
