"""A connection: frames by name, and queries over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from treadle import _core
from treadle.frame.construct import table_of
from treadle.frame.types import String
from treadle.sql.results import Query
from treadle.sql.statements import copy, plan_query, with_parameters
from treadle.sql.tables import frames_of_caller, plan_of


class Connection:
    """A set of named frames and a way to ask them.

    ``CREATE VIEW name AS query`` keeps a plan, ``CREATE TABLE name AS query`` its rows, as long as the connection is
    open; nothing is written to disk but by ``COPY``.
    """

    def __init__(self, frames: dict[str, Any] | None = None) -> None:
        self._frames: dict[str, Any] | None = {} if frames is None else frames
        self._result: Query | None = None

    def _open(self) -> dict[str, Any]:
        if self._frames is None:
            raise ValueError("the connection is closed")
        return self._frames

    def register(self, name: str, frame: Any) -> Self:
        """``frame`` is a table by this name from now on."""
        plan_of(name, frame)
        self._open()[name] = frame
        return self

    def unregister(self, name: str) -> Self:
        if self._open().pop(name, None) is None:
            raise KeyError(f"no frame is registered as {name!r}")
        return self

    def execute(self, query: str, parameters: Any = None) -> Query:
        """Runs a statement over registered frames, files, and frames in the caller's variables.

        ``parameters``: a list for ``?`` and ``$1``, or a dict for ``$name``.
        """
        return self._ask(query, 3, {}, parameters)

    def sql(self, query: str, *, params: Any = None, **frames: Any) -> Query:
        return self._ask(query, 3, frames, params)

    def query(self, query: str, *, params: Any = None, **frames: Any) -> Query:
        return self._ask(query, 3, frames, params)

    def _ask(self, text: str, depth: int, given: Mapping[str, Any], parameters: Any) -> Query:
        kept = self._open()
        bound = with_parameters(text, parameters)
        frames = {**frames_of_caller(bound, depth), **kept, **given}
        self._result = self._do(_core.sql_statement(bound), frames)
        return self._result

    def _do(self, statement: _core.SqlStatement, frames: dict[str, Any]) -> Query:
        if statement.kind == "copy":
            return copy(statement, frames)
        if statement.kind in ("table", "view"):
            return self._create(statement, frames)
        if statement.kind == "drop":
            if self._open().pop(statement.name, None) is None and not statement.lenient:
                raise KeyError(f"DROP: there is no table or view {statement.name!r}; IF EXISTS allows for that")
            return _nothing()
        if statement.kind == "show":
            return Query(_core.from_table(table_of({"name": sorted(self._open())}, {"name": String})))
        return plan_query(statement.query, frames)

    def _create(self, statement: _core.SqlStatement, frames: dict[str, Any]) -> Query:
        kept, name = self._open(), statement.name
        if name in kept and not statement.replace:
            if statement.lenient:
                return _nothing()
            raise ValueError(f"CREATE: there is a table or view {name!r}; OR REPLACE takes its place")
        made = plan_query(statement.query, frames)
        if statement.kind == "view":
            kept[name] = made
            return _nothing()
        rows = made.collect()
        kept[name] = rows
        return Query(_core.from_table(table_of({"Count": [rows.height]})))

    def table(self, name: str) -> Query:
        """All of a table that is registered or was created."""
        frames = self._open()
        if name not in frames:
            raise KeyError(f"no table is called {name!r}; there are {', '.join(sorted(frames)) or 'none'}")
        return Query(plan_of(name, frames[name]))

    view = table

    def from_df(self, frame: Any) -> Query:
        """A frame of any library as a query."""
        self._open()
        return Query(plan_of("frame", frame))

    from_arrow = from_df

    def cursor(self) -> Connection:
        """A connection with results of its own over the same tables."""
        return Connection(self._open())

    duplicate = cursor

    # Of what was asked last.

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows that were not fetched yet."""
        return self._last().fetchall()

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row, or None."""
        return self._last().fetchone()

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        return self._last().fetchmany(size)

    def fetchnumpy(self) -> dict[str, Any]:
        return self._last().fetchnumpy()

    def fetchdf(self) -> Any:
        return self._last().df()

    df = fetchdf
    fetch_df = fetchdf

    def arrow(self) -> Any:
        return self._last().arrow()

    fetch_arrow_table = arrow

    def pl(self) -> Any:
        return self._last().pl()

    @property
    def description(self) -> list[tuple[Any, ...]] | None:
        """Names and types of what was asked last; None before."""
        self._open()
        return None if self._result is None else self._result.description

    def _last(self) -> Query:
        self._open()
        if self._result is None:
            raise ValueError("expected execute() first")
        return self._result

    def close(self) -> None:
        self._frames = self._result = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _nothing() -> Query:
    """No rows: what a statement answers with that only changes names."""
    return Query(_core.from_table(table_of({"Success": [True]})).head(0))


def connect(database: str = ":memory:", read_only: bool = False, config: Any = None) -> Connection:
    """A connection without a database: tables are files and frames."""
    if database not in (":memory:", ""):
        raise NotImplementedError(
            f"connect: databases in files are not there; found {database!r}, expected none; tables are files: "
            "FROM 'x.parquet'"
        )
    return Connection()
