"""SQL over files and frames. ``treadle.sql("SELECT ...")`` is a call; ``treadle.sql.connect()`` a connection."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from treadle import _core
from treadle.frame.eager import DataFrame
from treadle.frame.lazy import LazyFrame
from treadle.frame.verbs import Verbs


class Query(LazyFrame):
    """The result of a query, not yet computed: a LazyFrame with the endings that DuckDB's results have."""

    def df(self) -> Any:
        """As a pandas frame."""
        return self.collect().to_pandas()

    fetchdf = df
    fetch_df = df

    def arrow(self) -> Any:
        """As a pyarrow table."""
        return self.collect().to_arrow()

    fetch_arrow_table = arrow

    def pl(self) -> Any:
        """As a Polars frame."""
        return self.collect().to_polars()

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.collect().rows()

    def fetchone(self) -> tuple[Any, ...] | None:
        """The first row, or None."""
        rows = self.head(1).collect().rows()
        return rows[0] if rows else None

    def fetchnumpy(self) -> dict[str, Any]:
        """A NumPy array a column."""
        return {series.name: series.to_numpy() for series in self.collect()}


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
    raise TypeError(f"{name}: expected a frame of Treadle, Polars, pandas or pyarrow, found {type(frame).__name__}")


def _frames_of_caller(text: str, depth: int) -> dict[str, Any]:
    """Frames in the caller's variables whose names the query has."""
    frame = sys._getframe(depth)
    words = set(re.findall(r"\w+", text))
    seen = {**frame.f_globals, **frame.f_locals}
    return {name: seen[name] for name in words & seen.keys() if _is_frame(seen[name])}


def _is_frame(value: Any) -> bool:
    if isinstance(value, type):
        return False
    return isinstance(value, Verbs) or hasattr(value, "__treadle_plan__") or hasattr(value, "__arrow_c_stream__")


def query(text: str, frames: Mapping[str, Any]) -> Query:
    if not isinstance(text, str):
        raise TypeError(f"sql: expected a query as text, found {type(text).__name__}")
    return Query(_core.sql(text, {name: plan_of(name, frame) for name, frame in frames.items()}))


class Connection:
    """A set of named frames and a way to ask them."""

    def __init__(self) -> None:
        self._frames: dict[str, Any] | None = {}
        self._result: Query | None = None

    def _open(self) -> dict[str, Any]:
        if self._frames is None:
            raise ValueError("the connection is closed")
        return self._frames

    def register(self, name: str, frame: Any) -> Connection:
        """``frame`` is a table by this name from now on."""
        plan_of(name, frame)
        self._open()[name] = frame
        return self

    def unregister(self, name: str) -> Connection:
        if self._open().pop(name, None) is None:
            raise KeyError(f"no frame is registered as {name!r}")
        return self

    def execute(self, query_text: str, parameters: Any = None) -> Query:
        """The result of a query, over registered frames, files, and frames in the caller's variables."""
        if parameters is not None:
            raise NotImplementedError("parameters of queries are not there yet; use filter() on the result")
        return self._ask(query_text, 3)

    def sql(self, query_text: str, **frames: Any) -> Query:
        return self._ask(query_text, 3, frames)

    def query(self, query_text: str, **frames: Any) -> Query:
        return self._ask(query_text, 3, frames)

    def _ask(self, text: str, depth: int, frames: Mapping[str, Any] | None = None) -> Query:
        registered = self._open()
        found = _frames_of_caller(text, depth) if isinstance(text, str) else {}
        self._result = query(text, {**found, **registered, **(frames or {})})
        return self._result

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Rows of what was asked last."""
        return self._last().fetchall()

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._last().fetchone()

    def fetchdf(self) -> Any:
        return self._last().df()

    df = fetchdf

    def arrow(self) -> Any:
        return self._last().arrow()

    def _last(self) -> Query:
        self._open()
        if self._result is None:
            raise ValueError("expected execute() first")
        return self._result

    def close(self) -> None:
        self._frames = self._result = None

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def connect(database: str = ":memory:") -> Connection:
    """A connection without a database: tables are files and frames."""
    if database != ":memory:":
        raise NotImplementedError(f"connect: databases in files are not there; found {database!r}, expected none")
    return Connection()


class CallableModule(ModuleType):
    """This module: calling it runs a query."""

    def __call__(self, text: str, /, *, eager: bool = False, **frames: Any) -> Any:
        """The result of a SELECT over files (``FROM 'data/*.csv'``) and frames: given by name, or the caller's."""
        found = _frames_of_caller(text, 2) if isinstance(text, str) else {}
        result = query(text, {**found, **frames})
        return result.collect() if eager else result


sys.modules[__name__].__class__ = CallableModule
