"""CSV and JSON written by the core where it spells values as pandas would; what it does not is written by pandas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import arrow
from treadle.dataframe.rows import Column

# Arguments of pandas' to_csv that the core follows, and the values of others that change nothing.
_KNOWN = frozenset({"sep", "index", "header", "na_rep", "columns", "index_label", "date_format"})
_WITHOUT_EFFECT: dict[str, tuple[Any, ...]] = {
    "quoting": (None, 0), "quotechar": ('"',), "doublequote": (True,), "escapechar": (None,), "decimal": (".",),
    "lineterminator": (None, "\n"), "float_format": (None,), "errors": ("strict",),
}  # fmt: skip
PLAIN_DATE_FORMAT = re.compile(r"(%[YmdHMS]|[^%])*")

Named = list[tuple[str, _core.Expression]]


class CsvText:
    """How the core is to write the partitions of a frame; made by ``csv_text``."""

    def __init__(self, named: Named, names: list[str], delimiter: str, null_text: str) -> None:
        self.named = named
        self._names = names
        self._delimiter = delimiter
        self._null_text = null_text

    def write(self, plan: _core.DataFrame, file: str, header: bool, options: _core.ComputeOptions) -> None:
        _core.write_pandas_csv(plan, file, options, self._delimiter, header, self._names, self._null_text)


def csv_text(frame: Any, encoding: str, compression: Any, arguments: Mapping[str, Any]) -> CsvText | None:
    """None if pandas has to write."""
    for name, value in arguments.items():
        if name not in _KNOWN and value not in _WITHOUT_EFFECT.get(name, ()):
            return None
    delimiter = arguments.get("sep", ",")
    if encoding.lower() not in ("utf-8", "utf8") or compression not in (None, "infer") or len(delimiter) != 1:
        return None
    if arguments.get("columns") is not None:
        frame = frame[list(arguments["columns"])]
    header = arguments.get("header", True)
    labels = list(header) if isinstance(header, (list, tuple)) else [str(label) for label in frame.columns]
    if len(labels) != len(frame.columns) or isinstance(frame.columns, pd.MultiIndex):
        return None
    date_format = arguments.get("date_format")
    index = list(frame._index) if arguments.get("index", True) else []
    if index:
        labels = [*_index_labels(frame, arguments.get("index_label")), *labels]
    dtypes = [*(arrow.index_dtypes(arrow.index_of(frame._meta)) if index else []), *frame.dtypes]
    nodes = [_spelled(one, dtype, date_format) for one, dtype in zip([*index, *frame._columns], dtypes, strict=True)]
    named = [(f"column_{i}", node) for i, node in enumerate(nodes) if node is not None]
    if not nodes or len(named) < len(nodes):
        return None
    return CsvText(named, labels, delimiter, str(arguments.get("na_rep", "")))


def _index_labels(frame: Any, given: Any) -> list[str]:
    names = arrow.index_of(frame._meta).names
    if given is not None and given is not False:
        return [given] if isinstance(given, str) else list(given)
    return ["" if name is None else str(name) for name in names]


def _spelled(column: Column, dtype: Any, date_format: str | None) -> _core.Expression | None:
    """A column whose values the core spells as pandas does; None if it cannot."""
    if is_plain(column, dtype):
        return column.node
    if isinstance(dtype, np.dtype) and dtype.kind == "M" and date_format and PLAIN_DATE_FORMAT.fullmatch(date_format):
        return _core.call("dt.strftime", [column.node, _core.literal(date_format, "utf8")])
    return None


def is_plain(column: Column, dtype: Any) -> bool:
    """Whether a column holds whole numbers, double floats, truth values or text."""
    if column.pickled:
        return False
    if isinstance(dtype, pd.CategoricalDtype):
        return not arrow.is_known(dtype) or isinstance(dtype.categories.dtype, pd.StringDtype)
    if isinstance(dtype, pd.StringDtype):
        return True
    kind = getattr(dtype, "numpy_dtype", dtype)
    return isinstance(kind, np.dtype) and (kind.kind in "iub" or kind == np.dtype("float64"))


def json_columns(frame: Any, orient: str, compression: Any, arguments: Mapping[str, Any]) -> Named | None:
    """The columns of JSON objects that the core can write; None if pandas has to."""
    if orient != "records" or compression not in (None, "infer") or arguments:
        return None
    if not isinstance(frame._meta, pd.DataFrame):
        return None
    labels: Sequence[Any] = list(frame.columns)
    if not labels or len(set(labels)) != len(labels) or not all(isinstance(label, str) for label in labels):
        return None
    if not all(is_plain(column, dtype) for column, dtype in zip(frame._columns, frame.dtypes, strict=True)):
        return None
    return [(label, column.node) for label, column in zip(labels, frame._columns, strict=True)]
