"""What simple functions do, read from their code.

    lambda record: record["status"] == "paid" and record["amount"] > least

becomes a tree of tuples, which the core evaluates without Python: parts of the argument, constants, variables,
comparisons, ``in``, ``is None``, ``.get()``, ``and``, ``or``, ``not`` and conditions. The code is followed along all of
its branches; any instruction that is not known makes the function one for Python, so a tree never says less than it.
"""

from __future__ import annotations

import dis
import inspect
import math
from collections.abc import Callable
from functools import partial
from operator import itemgetter
from types import CellType, CodeType, FunctionType
from typing import Any

Tree = tuple[Any, ...]

ITEM: Tree = ("item",)
_OTHER_CALLS = (
    inspect.CO_VARARGS
    | inspect.CO_VARKEYWORDS
    | inspect.CO_GENERATOR
    | inspect.CO_COROUTINE
    | inspect.CO_ITERABLE_COROUTINE
    | inspect.CO_ASYNC_GENERATOR
)
_MOST_INSTRUCTIONS = 300  # along all branches

_IGNORED = frozenset(("RESUME", "NOP", "CACHE", "PRECALL", "NOT_TAKEN", "EXTENDED_ARG", "COPY_FREE_VARS", "TO_BOOL"))
# Whether the jump is made if the value is true; whether the value is then kept (and dropped where it is not made).
_JUMPS_ON_TRUTH = {
    "POP_JUMP_IF_TRUE": (True, False),
    "POP_JUMP_IF_FALSE": (False, False),
    "POP_JUMP_FORWARD_IF_TRUE": (True, False),
    "POP_JUMP_FORWARD_IF_FALSE": (False, False),
    "JUMP_IF_TRUE_OR_POP": (True, True),
    "JUMP_IF_FALSE_OR_POP": (False, True),
}
_JUMPS_ON_NONE = {
    "POP_JUMP_IF_NONE": True,
    "POP_JUMP_IF_NOT_NONE": False,
    "POP_JUMP_FORWARD_IF_NONE": True,
    "POP_JUMP_FORWARD_IF_NOT_NONE": False,
}
_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))


class _NotSimple(Exception):
    """Only Python can say what the function does."""


class _NoJson:
    """What a variable holds that JSON does not have."""


def tree_of(function: Any) -> Tree | None:
    """What a function of one argument answers; None if that is for Python to say."""
    if function is bool:
        return ITEM
    if type(function) is itemgetter:
        keys = function.__reduce__()[1]
        return part(ITEM, keys[0]) if len(keys) == 1 and is_key(keys[0]) else None
    if type(function) is not FunctionType:
        return None
    code = function.__code__
    if code.co_flags & _OTHER_CALLS or code.co_exceptiontable or code.co_argcount != 1 or code.co_kwonlyargcount:
        return None
    try:
        return _Reader(function).run(0, ())
    except (_NotSimple, IndexError, RecursionError):
        return None


def picked_by(function: Any) -> Tree | None:
    """A function that answers with a part of its argument, or a constant where it has no such part; else None."""
    tree = tree_of(function)
    return tree if tree is not None and _is_pick(tree) else None


def part(of: Tree, key: Any) -> Tree:
    return ("part", of, key)


def part_or(of: Tree, key: Any, default: Any) -> Tree:
    return ("part or", of, ("constant", default), key)


def is_key(key: Any) -> bool:
    """Whether the core can ask a value for it."""
    return type(key) in (str, int) and is_constant(key)


def is_constant(value: Any) -> bool:
    """Whether JSON has such a value."""
    kind = type(value)
    if kind is int:
        return bool(-(2**63) <= value < 2**63)
    if kind is float:
        return math.isfinite(value)
    if kind is str:
        return value.isascii() or not any("\ud800" <= one <= "\udfff" for one in value)
    return value is None or kind is bool


def _is_pick(tree: Tree) -> bool:
    return tree[0] in ("part", "part or", "get") and (tree[1] == ITEM or _is_pick(tree[1]))


class _Reader:
    """Follows a function's code with trees on its stack."""

    def __init__(self, function: FunctionType) -> None:
        code: CodeType = function.__code__
        self._function = function
        self._argument = code.co_varnames[0]
        self._instructions = [one for one in dis.get_instructions(code) if one.opname not in _IGNORED]
        self._left = _MOST_INSTRUCTIONS

    def run(self, index: int, stack: tuple[Tree, ...]) -> Tree:
        """What the function answers from an instruction on."""
        while True:
            self._left -= 1
            if self._left < 0:
                raise _NotSimple
            one = self._instructions[index]
            name = one.opname
            index += 1
            if name == "RETURN_VALUE":
                return _value(stack[-1])
            if name == "RETURN_CONST":
                return _constant(one.argval)
            if name == "JUMP_FORWARD":
                index = self._at(one.argval)
            elif name in _JUMPS_ON_TRUTH:
                when, keeps = _JUMPS_ON_TRUTH[name]
                jumped = self.run(self._at(one.argval), stack if keeps else stack[:-1])
                passed = self.run(index, stack[:-1])
                return _if(_value(stack[-1]), jumped, passed) if when else _if(_value(stack[-1]), passed, jumped)
            elif name in _JUMPS_ON_NONE:
                jumped, passed = self.run(self._at(one.argval), stack[:-1]), self.run(index, stack[:-1])
                is_none = ("is none", _value(stack[-1]))
                return _if(is_none, jumped, passed) if _JUMPS_ON_NONE[name] else _if(is_none, passed, jumped)
            else:
                stack = self._next(one, stack)

    def _at(self, offset: int) -> int:
        """The first instruction from an offset on."""
        for index, one in enumerate(self._instructions):
            if one.offset >= offset:
                return index
        raise _NotSimple

    def _next(self, one: dis.Instruction, stack: tuple[Tree, ...]) -> tuple[Tree, ...]:
        """The stack behind an instruction that does not jump."""
        name = one.opname
        if name in ("LOAD_FAST", "LOAD_FAST_BORROW", "LOAD_FAST_CHECK") and one.argval == self._argument:
            return (*stack, ITEM)
        if name in ("LOAD_CONST", "LOAD_SMALL_INT"):
            return (*stack, _constant(one.argval))
        if name in ("LOAD_DEREF", "LOAD_GLOBAL"):
            return (*stack, ("variable", self._variable(one)))
        if name == "BINARY_SUBSCR" or (name == "BINARY_OP" and one.argrepr == "[]"):
            return (*stack[:-2], part(_value(stack[-2]), _key(stack[-1])))
        if name == "COMPARE_OP":
            return (*stack[:-2], _compared(one, stack[-2], stack[-1]))
        if name == "IS_OP" and stack[-1] == ("constant", None):
            return (*stack[:-2], _perhaps_not(one.arg, ("is none", _value(stack[-2]))))
        if name == "CONTAINS_OP":
            return (*stack[:-2], _perhaps_not(one.arg, _contained(stack[-2], stack[-1])))
        if name == "UNARY_NOT":
            return (*stack[:-1], ("not", _value(stack[-1])))
        if name == "LOAD_METHOD" or (name == "LOAD_ATTR" and (one.arg or 0) & 1):
            return (*stack[:-1], ("method", _value(stack[-1]), one.argval))
        if name == "CALL" and one.arg in (1, 2):
            return (*stack[: -one.arg - 1], _got(stack[-one.arg - 1], stack[-one.arg :]))
        if name == "COPY" and one.arg is not None:
            return (*stack, stack[-one.arg])
        if name == "SWAP" and one.arg is not None:
            swapped = list(stack)
            swapped[-1], swapped[-one.arg] = swapped[-one.arg], swapped[-1]
            return tuple(swapped)
        if name == "POP_TOP":
            return stack[:-1]
        raise _NotSimple

    def _variable(self, one: dis.Instruction) -> Callable[[], Any]:
        """What reads a variable: it may change until a partition is begun."""
        if one.opname == "LOAD_GLOBAL":
            if (one.arg or 0) & 1:  # to be called
                raise _NotSimple
            return partial(self._function.__globals__.get, one.argval, _NoJson)
        names = self._function.__code__.co_freevars
        if one.argval not in names or self._function.__closure__ is None:
            raise _NotSimple
        return partial(_contents, self._function.__closure__[names.index(one.argval)])


def _contents(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return _NoJson


def _value(tree: Tree) -> Tree:
    """A tree that stands for a value: no method, no list of constants."""
    if tree[0] == "method" or (tree[0] == "constant" and not is_constant(tree[1])):
        raise _NotSimple
    return tree


def _constant(value: Any) -> Tree:
    if is_constant(value) or (type(value) in (tuple, frozenset) and all(map(is_constant, value))):
        return ("constant", value)
    raise _NotSimple


def _key(tree: Tree) -> Any:
    if tree[0] != "constant" or not is_key(tree[1]):
        raise _NotSimple
    return tree[1]


def _if(condition: Tree, then: Tree, otherwise: Tree) -> Tree:
    return ("if", condition, then, otherwise)


def _perhaps_not(is_negated: int | None, tree: Tree) -> Tree:
    return ("not", tree) if is_negated else tree


def _compared(one: dis.Instruction, left: Tree, right: Tree) -> Tree:
    sign = str(one.argval).removeprefix("bool(").removesuffix(")")
    if sign not in _COMPARISONS:
        raise _NotSimple
    return (sign, _value(left), _value(right))


def _contained(left: Tree, right: Tree) -> Tree:
    if right[0] == "constant" and type(right[1]) in (tuple, frozenset):
        return ("in" if type(right[1]) is tuple else "in set", _value(left), tuple(right[1]))
    if left[0] == "constant" and type(left[1]) is str and right[0] not in ("constant", "variable"):
        return ("has", _value(right), left[1])
    raise _NotSimple


def _got(method: Tree, arguments: tuple[Tree, ...]) -> Tree:
    """x.get(key), x.get(key, default)."""
    if method[0] != "method" or method[2] != "get":
        raise _NotSimple
    default = arguments[1] if len(arguments) == 2 else ("constant", None)
    if default[0] != "constant":
        raise _NotSimple
    return ("get", method[1], _value(default), _key(arguments[0]))
