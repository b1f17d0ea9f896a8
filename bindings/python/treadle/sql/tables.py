"""Which frames a query can name: given ones, and those in the caller's variables."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any

from treadle import _core
from treadle.frame.eager import DataFrame
from treadle.frame.verbs import Verbs


def plan_of(name: str, frame: Any) -> _core.DataFrame:
    """A frame of any library as a plan."""
    if isinstance(frame, Verbs):
        return frame._plan()
    if isinstance(frame, _core.DataFrame):
        return frame
    if hasattr(frame, "__treadle_plan__"):
        plan: _core.DataFrame = frame.__treadle_plan__()[0]
        return plan
    if isinstance(frame, Mapping) or hasattr(frame, "__arrow_c_stream__"):
        return DataFrame(frame)._plan()
    if is_lazy_polars(frame):
        return DataFrame(frame.collect())._plan()
    raise TypeError(f"{name}: expected a frame of Treadle, Polars, pandas or pyarrow, found {type(frame).__name__}")


def is_lazy_polars(value: Any) -> bool:
    return type(value).__name__ == "LazyFrame" and type(value).__module__.startswith("polars.")


def is_frame(value: Any) -> bool:
    if isinstance(value, type):
        return False
    kinds = ("__treadle_plan__", "__arrow_c_stream__")
    return isinstance(value, Verbs) or any(hasattr(value, kind) for kind in kinds) or is_lazy_polars(value)


def frames_of_caller(text: str, depth: int) -> dict[str, Any]:
    """Frames in the variables of the caller, ``depth`` calls up, whose names the query has."""
    frame = sys._getframe(depth)
    words = set(re.findall(r"\w+", text))
    seen = {**frame.f_globals, **frame.f_locals}
    return {name: seen[name] for name in words & seen.keys() if is_frame(seen[name])}
