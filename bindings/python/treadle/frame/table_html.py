"""Tables as HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from treadle import _core
from treadle.frame.construct import to_arrow
from treadle.frame.table_text import chosen_rows, value_text
from treadle.frame.types import from_core


def draw(table: _core.Table, most_rows: int = 10, most_columns: int = 75) -> str:
    arrow = to_arrow(table)
    places = chosen_rows(arrow.num_columns, most_columns)
    rows = chosen_rows(table.num_rows, most_rows)
    kinds = [from_core(kind).short for kind in table.schema.types]
    names = ["…" if place is None else escape(arrow.column_names[place]) for place in places]
    types = ["…" if place is None else escape(kinds[place]) for place in places]
    body = ""
    for row in rows:
        cells = [
            "…" if row is None or place is None else escape(value_text(arrow.column(place)[row].as_py(), True))
            for place in places
        ]
        body += "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
    head = "".join(f"<th>{name}</th>" for name in names)
    types_row = "".join(f"<td>{kind}</td>" for kind in types)
    return (
        f'<div><small>shape: ({table.num_rows:_}, {arrow.num_columns:_})</small><table border="1">'
        f"<thead><tr>{head}</tr><tr>{types_row}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def draw_plan(schema: Mapping[str, Any], plan: str) -> str:
    """Names and types of what is yet to be computed, and the steps that make it."""
    names = "".join(f"<th>{escape(name)}</th>" for name in schema)
    types = "".join(f"<td>{escape(repr(kind))}</td>" for kind in schema.values())
    return (
        "<div><small>LazyFrame: nothing is computed before collect()</small>"
        f'<table border="1"><thead><tr>{names}</tr><tr>{types}</tr></thead></table><pre>{escape(plan)}</pre></div>'
    )
