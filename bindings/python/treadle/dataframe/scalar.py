"""A single value that is yet to be computed, such as a sum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from treadle import _core
from treadle.dataframe import arrow
from treadle.dataframe.arithmetic import DIVISIONS, OPERATORS, division_of_numpy, is_plain
from treadle.dataframe.collection import Lazy
from treadle.dataframe.operators import Operators
from treadle.dataframe.rows import Column, Extension, Rows, new_name
from treadle.pickling import dump_function


class Scalar(Operators, Lazy):
    """One value: the only column of the only row of a plan."""

    def __init__(
        self, plan: _core.DataFrame, dtype: Any, pickled: bool = False, after: Callable[[Any], Any] | None = None
    ) -> None:
        self._plan = plan
        self._dtype = dtype
        self._pickled = pickled
        self._after = after

    @property
    def dtype(self) -> Any:
        return self._dtype

    @property
    def npartitions(self) -> int:
        return 1

    @property
    def divisions(self) -> tuple[None, None]:
        """Of what has no index."""
        return (None, None)

    @property
    def known_divisions(self) -> bool:
        return False

    def optimize(self, fuse: bool = True) -> Scalar:
        """Itself: plans are optimised when they run."""
        return self

    def to_series(self) -> Any:
        """A series of this one value."""
        from treadle.dataframe.series import Series

        column = self._beside(_core.col(self._plan.schema.names[0]))
        meta = pd.Series([], dtype=self._dtype, index=pd.RangeIndex(0))
        return Series(Rows(self._plan), [Column(_core.literal(0, "int64"))], [column], meta)

    def __treadle_plan__(self) -> tuple[_core.DataFrame, Callable[[_core.Table], Any]]:
        return self._plan, self._finish

    def _finish(self, table: _core.Table) -> Any:
        arrow_table = pa.table(table)
        if arrow_table.num_rows == 0:
            return np.nan
        value = pd.Series(arrow.decode_values(arrow_table.column(0), self._dtype, self._pickled)).iloc[0]
        return value if self._after is None else self._after(value)

    def __reduce__(self) -> tuple[Any, ...]:
        after = None if self._after is None else dump_function(self._after, "scalar")
        return _scalar_from, (self._plan, self._dtype, self._pickled, after)

    def to_delayed(self, optimize_graph: bool = True) -> Any:
        """The value as a delayed one."""
        from treadle.dataframe.calls import to_delayed

        return to_delayed(self)[0]

    def persist(self, **kwargs: Any) -> Scalar:
        from treadle.dataframe.collection import options

        table = _core.compute([self._plan], options(kwargs))[0]
        return Scalar(_core.from_table(table), self._dtype, self._pickled, self._after)

    def column_of(self, rows: Rows) -> tuple[Rows, _core.Expression]:
        """The value beside each of the rows."""
        name = new_name("scalar")
        value = self._plan.select([_core.col(self._plan.schema.names[0]).alias(name)])

        def apply(plan: _core.DataFrame) -> _core.DataFrame:
            return _core.with_values(plan, value)

        return rows.extended(Extension(frozenset(), frozenset({name}), apply)), _core.col(name)

    def _beside(self, node: _core.Expression) -> Column:
        """The value as a column: ``node`` is where it stands."""
        return Column(node, nan=is_plain(self._dtype, "f"), pickled=self._pickled)

    def _operate(self, name: str, other: Any, reverse: bool = False) -> Any:
        if not isinstance(other, Scalar) and not isinstance(other, (bool, int, float, np.number)):
            return NotImplemented
        rows = Rows(self._plan)
        own = _core.col(self._plan.schema.names[0])
        dtype = other._dtype if isinstance(other, Scalar) else np.result_type(type(other))
        if isinstance(other, Scalar):
            rows, node = other.column_of(rows)
        else:
            from treadle.dataframe.arithmetic import literal

            given = literal(other, self._dtype)
            if given is None:
                return NotImplemented
            node = given
        sample = [np.ones(1, dtype=self._dtype), np.ones(1, dtype=dtype)]
        operands = [own, node]
        if reverse:
            operands.reverse()
            sample.reverse()
        with np.errstate(all="ignore"):
            result = OPERATORS[name](*sample).dtype
        if name in DIVISIONS and is_plain(result, "iu"):
            a, b = (Column(operand.cast(arrow.type_name(result))) for operand in operands)
            value = division_of_numpy(name, a, b, (result, result), result).node
            return Scalar(rows.build([("value", value)]), result)
        if name in DIVISIONS or name == "pow":
            operands = [operand.cast("float64") for operand in operands]
        whole = _whole if name == "pow" and is_plain(result, "iu") else None
        return Scalar(rows.build([("value", OPERATORS[name](*operands))]), result, after=whole)

    def __neg__(self) -> Any:
        return self * -1

    def __bool__(self) -> bool:
        raise TypeError("the value of a lazy Scalar is not known yet; call compute()")

    def __repr__(self) -> str:
        return f"<treadle Scalar, dtype={self._dtype}>"


def _whole(value: Any) -> Any:
    """A power of integers, computed in floats, as the integer that it is."""
    return np.int64(value) if np.isfinite(value) and abs(value) < 2**63 else value


def _scalar_from(plan: _core.DataFrame, dtype: Any, pickled: bool, after: Any) -> Scalar:
    return Scalar(plan, dtype, pickled, None if after is None else after.load())
