"""Expressions as text, ``query()`` and ``eval()``: operators of lazy columns, so that plans understand them.

What is more than names, values and operators is evaluated by pandas on partitions.
"""

from __future__ import annotations

import ast
import io
import keyword
import operator
import sys
import tokenize
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from treadle.dataframe import arithmetic, fallback
from treadle.dataframe.collection import Collection
from treadle.dataframe.series import Series
from treadle.dataframe.series_values import filtered

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow,
}  # fmt: skip
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip
# pandas reads these as words, which bind less than comparisons.
_WORDS = {"&": "and", "|": "or"}
_LOCAL = "__local_"


class _Beyond(Exception):
    """More than is understood here: pandas evaluates it."""


def query(frame: Any, expr: str, local_dict: Any = None, global_dict: Any = None, **kwargs: Any) -> Any:
    """Rows for which the text of an expression is true; ``@name`` is a variable of the caller."""
    names = _variables(expr, local_dict, global_dict)
    mask = None if kwargs else _natively(frame, expr, names)
    if not (isinstance(mask, Series) and arithmetic.is_plain(mask._meta.dtype, "b")):
        call = _by_pandas(expr, names, kwargs)
        _tried(frame, call, expr)
        mask = frame._beside(call, pd.Series([], dtype=bool), f"query {expr}")
    return filtered(frame, mask)


def evaluate(frame: Any, expr: str, local_dict: Any = None, global_dict: Any = None, **kwargs: Any) -> Any:
    """The value of an expression over the columns; ``name = expression``: the frame with that column."""
    names = _variables(expr, local_dict, global_dict)
    target, equals, value = expr.partition("=")
    assigns = bool(equals) and target.strip().isidentifier() and not value.startswith("=") and "\n" not in expr.strip()
    found = None if kwargs else _natively(frame, value if assigns else expr, names)
    if isinstance(found, Series):
        return frame.assign(**{target.strip(): found}) if assigns else found.rename(None)
    call = _by_pandas(expr, names, kwargs)
    return frame._beside(call, _tried(frame, call, expr), f"eval {expr}")


def _variables(expr: str, local_dict: Any, global_dict: Any) -> dict[str, Any]:
    """What ``@name`` may mean: variables of whoever called the frame's method."""
    if local_dict is not None:
        return {**(global_dict or {}), **local_dict}
    if "@" not in expr:
        return {}
    caller = sys._getframe(3)
    return {**caller.f_globals, **(global_dict or {}), **caller.f_locals}


def _by_pandas(expr: str, names: dict[str, Any], kwargs: dict[str, Any]) -> Callable[[Any], Any]:
    used = {name: value for name, value in names.items() if f"@{name}" in expr}
    return lambda part: part.eval(expr, local_dict=used, **kwargs)


def _tried(frame: Any, call: Callable[[Any], Any], expr: str) -> Any:
    """The meta of an expression; names that are not there are told with the nearest."""
    try:
        return fallback.emptied(call(fallback.sample_of(frame._meta)))
    except pd.errors.UndefinedVariableError as error:
        wanted = str(error).split("'")[1] if "'" in str(error) else str(error)
        near = get_close_matches(wanted, [str(label) for label in frame.columns], 1)
        error.args = (f"{error}; did you mean {near[0]!r}?",) if near else error.args
        raise


def _natively(frame: Any, expr: str, names: Mapping[str, Any]) -> Any:
    """The expression over lazy columns; None if it is for pandas."""
    try:
        tree = ast.parse(_as_python(expr), mode="eval")
        return _Evaluation(frame, names).value(tree.body)
    except (_Beyond, SyntaxError, tokenize.TokenError, NotImplementedError, TypeError):
        return None


def _as_python(expr: str) -> str:
    """pandas' spelling as Python's: ``&`` and ``|`` as words, ``@name`` as a name of its own."""
    made: list[tuple[int, str]] = []
    local = False
    for token in tokenize.generate_tokens(io.StringIO(expr.strip()).readline):
        if token.string in ("`", "$", "?") or (token.type == tokenize.NEWLINE and token.string):
            raise _Beyond
        if token.string == "@":
            local = True
            continue
        word = _WORDS.get(token.string) if token.type == tokenize.OP else None
        made.append((tokenize.NAME, word) if word else (token.type, _LOCAL * local + token.string))
        local = False
    return tokenize.untokenize(made)


class _Evaluation:
    """The value of a tree of an expression over the columns of a frame."""

    def __init__(self, frame: Any, names: Mapping[str, Any]) -> None:
        self._frame = frame
        self._names = names

    def value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float, str)):
            return node.value
        if isinstance(node, ast.Name):
            return self._named(node.id)
        if isinstance(node, (ast.List, ast.Tuple)):
            return [self.value(one) for one in node.elts]
        if isinstance(node, ast.BoolOp):
            parts = [self._truth(one) for one in node.values]
            return reduce(operator.and_ if isinstance(node.op, ast.And) else operator.or_, parts)
        if isinstance(node, ast.UnaryOp):
            return self._unary(node)
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            return _BINARY[type(node.op)](self.value(node.left), self.value(node.right))
        if isinstance(node, ast.Compare):
            return self._compared(node)
        raise _Beyond

    def _named(self, name: str) -> Any:
        if name.startswith(_LOCAL):
            value = self._names.get(name.removeprefix(_LOCAL), _Beyond)
            plain = isinstance(value, (bool, int, float, str, pd.Timestamp, np.number, list, tuple, set))
            if not plain:
                raise _Beyond
            return value
        if name not in self._frame.columns or keyword.iskeyword(name):
            raise _Beyond
        return self._frame[name]

    def _truth(self, node: ast.expr) -> Any:
        value = self.value(node)
        if not (isinstance(value, Collection) and arithmetic.is_plain(value._meta.dtype, "b")):
            raise _Beyond
        return value

    def _unary(self, node: ast.UnaryOp) -> Any:
        if isinstance(node.op, (ast.Not, ast.Invert)):
            return ~self._truth(node.operand)
        value = self.value(node.operand)
        return -value if isinstance(node.op, ast.USub) else value

    def _compared(self, node: ast.Compare) -> Any:
        left, tests = self.value(node.left), []
        for how, side in zip(node.ops, node.comparators, strict=True):
            right = self.value(side)
            tests.append(self._test(how, left, right))
            left = right
        return reduce(operator.and_, tests)

    def _test(self, how: ast.cmpop, left: Any, right: Any) -> Any:
        listed = isinstance(right, (list, tuple, set))
        if listed and isinstance(how, (ast.In, ast.Eq)) and isinstance(left, Series):
            return left.isin(list(right))
        if listed and isinstance(how, (ast.NotIn, ast.NotEq)) and isinstance(left, Series):
            return ~left.isin(list(right))
        if listed or type(how) not in _COMPARED:
            raise _Beyond
        return _COMPARED[type(how)](left, right)
