"""Methods of expressions that are steps of their own: lists, functions of one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from treadle.frame import steps
from treadle.frame.construct import arrow_type
from treadle.frame.nodes import Node
from treadle.frame.types import as_type

if TYPE_CHECKING:
    from treadle.frame.expr import Expr


class StepMethods:
    """What ``Expr`` has of them."""

    __slots__ = ()
    _node: Node

    def _step(self, name: str, function: Any, kind: Any = steps.same, whole: bool = True, arguments: str = "") -> Expr:
        from treadle.frame.expr import Expr

        return Expr(steps.step(self._node, name, function, kind, whole, arguments))

    def map_elements(
        self, function: Callable[[Any], Any], return_dtype: Any = None, *, skip_nulls: bool = True, **unused: Any
    ) -> Expr:
        """``function`` of each value, as a Python object."""
        kind = as_type(return_dtype) if return_dtype is not None else None
        if kind is None:
            raise ValueError("map_elements: give return_dtype=, for types are known before anything runs")
        run = steps.of_elements(function, kind, skip_nulls)
        return self._step(_name_of(function), run, lambda _: arrow_type(kind), whole=False)

    def map_batches(
        self, function: Callable[[Any], Any], return_dtype: Any = None, *, is_elementwise: bool = False, **unused: Any
    ) -> Expr:
        """``function`` of all values as a ``Series``, or of pieces of them if it looks at each by itself."""
        kind = as_type(return_dtype) if return_dtype is not None else None
        made = steps.same if kind is None else (lambda _: arrow_type(kind))
        return self._step(_name_of(function), steps.of_batches(function), made, whole=not is_elementwise)

    def repeat_by(self, by: Any) -> Expr:
        """A list of each value, so many times as ``by`` says; null where that is null."""
        from treadle.frame.expr import Expr, as_expr

        made = steps.Step("repeat_by", steps.repeated, lambda kind, _: steps.list_of(kind))
        return Expr(Node("step", (self._node, as_expr(by, names=True)._node), made))


def _name_of(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))
