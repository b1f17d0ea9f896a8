"""Polars' way to ask frames by SQL."""

from __future__ import annotations

from typing import Any, Self

from treadle.frame.lazy import LazyFrame


class SQLContext:
    """Frames by name, and queries over them: ``SQLContext(flights=frame).execute("SELECT ...")``."""

    def __init__(
        self, frames: Any = None, *, eager: bool = False, register_globals: bool = False, **named: Any
    ) -> None:
        if register_globals:
            raise NotImplementedError("SQLContext(register_globals=True): treadle.sql() sees the caller's frames")
        self._frames: dict[str, Any] = {**(frames or {}), **named}
        self._eager = eager

    def register(self, name: str, frame: Any) -> Self:
        """``frame`` is a table by this name from now on."""
        self._frames[name] = frame
        return self

    def register_many(self, frames: Any = None, **named: Any) -> Self:
        self._frames.update({**(frames or {}), **named})
        return self

    def unregister(self, names: Any) -> Self:
        for name in [names] if isinstance(names, str) else list(names):
            if self._frames.pop(name, None) is None:
                raise KeyError(f"no frame is registered as {name!r}")
        return self

    def tables(self) -> list[str]:
        return sorted(self._frames)

    def execute(self, query: str, *, eager: bool | None = None) -> Any:
        """The result of a query: a lazy frame, or with ``eager`` one in memory."""
        from treadle.sql.statements import plan_query

        found = LazyFrame(plan_query(query, self._frames)._plan())
        return found.collect() if (self._eager if eager is None else eager) else found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._frames = {}
