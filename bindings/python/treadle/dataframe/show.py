"""Collections as text and HTML, as Dask shows them: the types, and where partitions begin."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd

# As many lines as Dask shows: the first and last partitions of more.
_MOST_LINES = 5


def structure(collection: Any) -> Any:
    """A pandas object that shows the types of columns and the beginnings of partitions."""
    divisions = _divisions_found(collection)
    count = len(divisions) - 1
    labels = [str(value) for value in divisions] if divisions[0] is not None else [""] * (count + 1)
    if count > 10:
        labels = [*labels[:5], "...", *labels[-5:]]
    meta = collection._meta
    index = pd.Index(labels, name=f"npartitions={collection.npartitions}", dtype=object)
    frame = meta.to_frame() if isinstance(meta, pd.Series) else meta
    rows = {}
    for i, dtype in enumerate(frame.dtypes):
        name = "category[known]" if _known(dtype) else "category[unknown]" if str(dtype) == "category" else str(dtype)
        rows[i] = [name, *["..."] * (len(labels) - 1)]
    shown = pd.DataFrame(rows, index=index, dtype=object)
    shown.columns = frame.columns
    return shown.iloc[:, 0] if isinstance(meta, pd.Series) else shown


def _divisions_found(collection: Any) -> tuple[Any, ...]:
    """Divisions that had to be computed are not looked for: a look runs nothing."""
    divisions: Any = collection._rows.divisions
    count: int = collection.npartitions + 1
    return tuple(divisions) if isinstance(divisions, tuple) and len(divisions) == count else (None,) * count


def _known(dtype: Any) -> bool:
    from treadle.dataframe.arrow import is_known

    return isinstance(dtype, pd.CategoricalDtype) and is_known(dtype)


def _steps(collection: Any) -> int:
    """How many steps the plan has: the calls that made it, each once."""
    seen: set[int] = set()
    waiting: list[Any] = [collection._rows.root]
    while waiting:
        one = waiting.pop()
        recipe = getattr(one, "_recipe", None)
        if recipe is None or id(one) in seen:
            continue
        seen.add(id(one))
        _, args, named = recipe
        for argument in (*args, *named.values()):
            waiting += argument if isinstance(argument, list) else [argument]
    return max(1, len(seen)) + len(collection._rows.extensions)


def _footer(collection: Any) -> list[str]:
    steps = _steps(collection)
    lines = [f"Plan: {steps} {'step' if steps == 1 else 'steps'}"]
    if isinstance(collection._meta, pd.Series):
        lines.insert(0, f"Name: {collection._meta.name}, dtype: {collection._meta.dtype}")
    return lines


def text_of(collection: Any) -> str:
    kind = type(collection).__name__
    if isinstance(collection._meta, pd.DataFrame) and not len(collection._meta.columns):
        divisions = ", ".join(map(str, _divisions_found(collection)))
        empty = [f"Empty Treadle {kind} Structure:", "Columns: []", f"Divisions: [{divisions}]"]
        return "\n".join([*empty, *_footer(collection)])
    body = structure(collection).to_string(max_rows=_MOST_LINES)
    return "\n".join([f"Treadle {kind} Structure:", body, *_footer(collection)])


def html_of(collection: Any) -> str:
    """What a notebook shows: the table, and the plan's size under it as Dask has its own."""
    shown = structure(collection)
    table = (shown.to_frame() if isinstance(shown, pd.Series) else shown).to_html(notebook=True, max_rows=_MOST_LINES)
    footer = "".join(f"<div>{html.escape(line)}</div>" for line in _footer(collection))
    return f"<div><strong>Treadle {type(collection).__name__} Structure:</strong></div>\n{table}\n{footer}"


def info(frame: Any, buf: Any) -> None:
    import sys

    out = sys.stdout if buf is None else buf
    lines = [
        "<class 'treadle.dataframe.DataFrame'>",
        f"Columns: {len(frame.columns)} entries, {frame.columns[0]} to {frame.columns[-1]}",
    ]
    counts = frame.dtypes.map(str).value_counts()
    kinds = ", ".join(f"{name}({count})" for name, count in counts.sort_index().items())
    out.write("\n".join([*lines, f"dtypes: {kinds}"]) + "\n")
