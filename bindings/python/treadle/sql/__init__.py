"""SQL over files and frames. ``treadle.sql("SELECT ...")`` is a call; ``treadle.sql.connect()`` a connection."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from treadle import _core
from treadle.sql.connection import Connection, connect
from treadle.sql.results import Query
from treadle.sql.statements import copy, plan_query, with_parameters
from treadle.sql.tables import frames_of_caller

__all__ = ["Connection", "Query", "connect"]


class CallableModule(ModuleType):
    """This module: calling it runs a query."""

    def __call__(self, text: str, /, *, eager: bool = False, params: Any = None, **frames: Any) -> Any:
        """The result of a SELECT over files (``FROM 'data/*.csv'``) and frames: given by name, or the caller's.

        ``params``: a list for ``?`` and ``$1``, or a dict for ``$name``. ``COPY (query) TO 'file'`` writes at once.
        """
        bound = with_parameters(text, params)
        found = {**frames_of_caller(bound, 2), **frames}
        statement = _core.sql_statement(bound)
        if statement.kind == "copy":
            result = copy(statement, found)
        elif statement.kind == "query":
            result = plan_query(bound, found)
        else:
            raise NotImplementedError(
                "sql: tables and views live in a connection: with treadle.sql.connect() as con: con.execute(...)"
            )
        return result.collect() if eager else result


sys.modules[__name__].__class__ = CallableModule
