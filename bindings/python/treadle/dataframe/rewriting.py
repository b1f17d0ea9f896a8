"""pandas' methods of values as expressions of the core: rows summed, times cut, values exchanged for others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import arithmetic, arrow, fallback, reductions
from treadle.dataframe.rows import Column

# More pairs than these are a table, which pandas looks values up in.
_MOST_PAIRS = 32
_NULL = _core.literal(None, "null")

# pandas' units of time as the core spells them, and how many make a day: times are cut at multiples since midnight.
_UNITS = {"D": ("d", 1), "d": ("d", 1), "h": ("h", 24), "min": ("m", 1440), "s": ("s", 86400)}
_FREQUENCY = re.compile(r"(\d*)([a-zA-Z]+)")


def across(frame: Any, name: str, numeric_only: bool) -> Any:
    """``sum`` or ``mean`` of each row; None where pandas has to add."""
    meta_of = frame._meta.iloc[:, reductions.reduced_columns(frame._meta, name, numeric_only)]
    labels = list(meta_of.columns)
    if not labels or not meta_of.columns.is_unique or not all(arithmetic.is_plain(one) for one in meta_of.dtypes):
        return None
    meta = fallback.infer_meta(lambda part: getattr(part, name)(axis=1), meta_of)
    kind = arrow.type_name(meta.dtype)
    values = [frame._columns[frame._place(label)].clean() for label in labels]
    zero = _core.literal(0, "int64").cast(kind)
    own = [arithmetic.in_type(value, dtype, meta.dtype) for value, dtype in zip(values, meta_of.dtypes, strict=True)]
    total = reduce(lambda a, b: a + b, [value.fill_null(zero) for value in own])
    if name == "mean":
        present = [value.is_not_null().cast("int64").cast(kind) for value in values]
        total = total / reduce(lambda a, b: a + b, present)
    return frame._like(frame._rows, [Column(total, nan=meta.dtype.kind == "f")], meta)


def cut_times(series: Any, freq: Any) -> Any:
    """Times down to whole units; None for what the core does not cut at the same places."""
    found = _FREQUENCY.fullmatch(freq) if isinstance(freq, str) else None
    dtype = series._meta.dtype
    if found is None or found[2] not in _UNITS or not arithmetic.is_plain(dtype, "M"):
        return None
    unit, in_a_day = _UNITS[found[2]]
    count = int(found[1] or 1)
    if count == 0 or in_a_day % count:
        return None
    node = _core.call("dt.truncate", [series._columns[0].node, _core.literal(f"{count}{unit}", "utf8")])
    return series._like(series._rows, [Column(node)], series._meta)


def exchanged(series: Any, pairs: Mapping[Any, Any], meta: Any, others_stay: bool) -> Any:
    """Values exchanged for others by a mapping; what is not in it stays, or is missing. None if pandas has to look."""
    source, target = series._meta.dtype, meta.dtype
    if series._columns[0].pickled or not 0 < len(pairs) <= _MOST_PAIRS:
        return None
    if not (all(_fits(one, source) for one in pairs) and all(_fits(one, target) for one in pairs.values())):
        return None
    values, kind = series._columns[0].clean(), arrow.type_name(target)
    node = values if others_stay else _NULL.cast(kind)
    for old, new in pairs.items():
        before, after = arithmetic.literal(old, source), arithmetic.literal(new, target)
        if before is None or after is None:
            return None
        node = _core.choose(values == before, after.cast(kind), node)
    return series._like(series._rows, [Column(node)], meta)


def _fits(value: Any, dtype: Any) -> bool:
    """Whether a value is one of a column of this type, and not missing."""
    if arithmetic.is_text(dtype):
        return isinstance(value, str)
    if isinstance(value, (bool, np.bool_)):
        return False
    if arithmetic.is_plain(dtype, "iu"):
        return isinstance(value, (int, np.integer))
    return arithmetic.is_plain(dtype, "f") and arithmetic.is_number(value) and value == value


def replaced(series: Any, to_replace: Any, value: Any) -> Any:
    """pandas' ``replace`` of values by values; None for its other forms."""
    if type(to_replace) is dict and value is None:
        pairs = to_replace
    elif pd.api.types.is_scalar(to_replace) and pd.api.types.is_scalar(value) and value is not None:
        pairs = {to_replace: value}
    else:
        return None
    whole = arithmetic.is_plain(series._meta.dtype, "iu")
    if whole and any(isinstance(one, float) for one in pairs.values()):
        # What integers become where one is replaced by a fraction; that none is cannot be known before.
        series = series.astype("float64")
    return exchanged(series, pairs, series._meta, True)
