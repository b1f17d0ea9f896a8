"""Trees of expressions: what ``col("a").sum() + 1`` is before a frame takes it.

A node may stand for several columns (``all()``, ``col("a", "b")``); ``expand`` makes one tree a column from it. Only
then is it known what the result is called.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from treadle.frame.types import DataType, Schema

# Kinds of nodes that stand for columns that only a schema knows.
SELECTORS = frozenset({"columns", "all", "types", "regex", "chosen"})
# Kinds that make one value of many rows.
REDUCING = frozenset({"aggregate", "len"})


@dataclass(frozen=True, eq=False)
class Node:
    """``kind`` says what ``data`` holds: a column's name, a literal's value and type, a function's name ..."""

    kind: str
    args: tuple[Node, ...] = ()
    data: Any = None

    def walk(self) -> Iterator[Node]:
        yield self
        for arg in self.args:
            yield from arg.walk()


def column(name: str) -> Node:
    return Node("column", data=name)


def call(function: str, *args: Node) -> Node:
    return Node("call", args, function)


def replace(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """The tree with what ``change`` gives for a node in its place; ``None`` looks further down."""
    changed = change(node)
    if changed is not None:
        return changed
    args = tuple(replace(arg, change) for arg in node.args)
    return node if all(a is b for a, b in zip(args, node.args, strict=True)) else Node(node.kind, args, node.data)


def _chosen(node: Node, schema: Schema, hidden: frozenset[str]) -> list[str]:
    """The columns that a selector stands for."""
    if node.kind == "columns":
        return [name for one in node.data for name in ([one] if not is_pattern(one) else _matching(one, schema))]
    if node.kind == "regex":
        return _matching(node.data, schema)
    if node.kind == "chosen":
        return [name for name in node.data[1](schema) if name not in hidden]
    if node.kind == "types":
        wanted, excluded = node.data
        found = [name for name, kind in schema.items() if kind in wanted]
    else:
        excluded = node.data
        found = [name for name in schema if name not in hidden]
    return [name for name in found if not _is_excluded(name, schema, excluded)]


def _is_excluded(name: str, schema: Schema, excluded: tuple[Any, ...]) -> bool:
    for one in excluded:
        if isinstance(one, DataType):
            if schema[name] == one:
                return True
        elif one == name or (is_pattern(one) and re.search(one, name)):
            return True
    return False


def is_pattern(name: str) -> bool:
    """Polars takes a name between ``^`` and ``$`` as a regular expression."""
    return name.startswith("^") and name.endswith("$")


def _matching(pattern: str, schema: Schema) -> list[str]:
    return [name for name in schema if re.search(pattern, name)]


def expand(node: Node, schema: Schema, hidden: frozenset[str] = frozenset()) -> list[Node]:
    """One tree for each column that the tree's selectors stand for. ``hidden``: what ``all()`` leaves out."""
    node = replace(node, lambda one: _fold(one, schema, hidden) if one.kind == "fold" else None)
    choices = [_chosen(one, schema, hidden) for one in node.walk() if one.kind in SELECTORS]
    if not choices:
        return [node]
    count = max(len(choice) for choice in choices)
    if any(len(choice) not in (1, count) for choice in choices):
        found = ", ".join(str(len(choice)) for choice in choices)
        raise ValueError(f"expected selections of as many columns as each other in {to_text(node)}, found {found}")
    return [_pick(node, choices, place) for place in range(count)]


def _fold(node: Node, schema: Schema, hidden: frozenset[str]) -> Node:
    """One tree over all columns that the arguments stand for: what the node's data makes of them."""
    parts = [part for arg in node.args for part in expand(arg, schema, hidden)]
    if not parts:
        raise ValueError("expected at least one column to fold, found none")
    made: Node = node.data(parts)
    return made


def _pick(node: Node, choices: list[list[str]], place: int) -> Node:
    rest = iter(choices)

    def pick(one: Node) -> Node | None:
        if one.kind not in SELECTORS:
            return None
        choice = next(rest)
        return column(choice[place if len(choice) > 1 else 0])

    return replace(node, pick)


def root_name(node: Node) -> str:
    """The leftmost column, as ``.name`` operations see it."""
    for one in node.walk():
        if one.kind == "column":
            return str(one.data)
    return output_name(node)


def output_name(node: Node) -> str:
    """What the result is called: that of the leftmost part, as in Polars."""
    if node.kind in ("column", "alias"):
        return str(node.data)
    if node.kind == "rename":
        return str(node.data[1](root_name(node.args[0])))
    if node.kind in ("literal", "len"):
        return "literal" if node.kind == "literal" else "len"
    return output_name(node.args[_naming_argument(node)])


def _naming_argument(node: Node) -> int:
    if node.kind == "call" and node.data in ("if_else", "str.concat"):
        return 1
    return 0


def is_scalar(node: Node) -> bool:
    """Whether the tree gives one value for all rows: no column is looked at but by an aggregate."""
    if node.kind in REDUCING:
        return True
    if node.kind in ("column", "over", "macro", "window", "rearranged") or node.kind in SELECTORS:
        return False
    return all(is_scalar(arg) for arg in node.args)


def reduces(node: Node) -> bool:
    """Whether there is an aggregate in it."""
    return any(one.kind in REDUCING for one in node.walk())


_INFIX = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "floor_divide": "//",
    "modulo": "%",
    "pow": "**",
    "equal": "==",
    "not_equal": "!=",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "and": "&",
    "or": "|",
    "xor": "^",
}


def _operand(node: Node) -> str:
    text = to_text(node)
    compound = node.kind == "call" and (node.data in _INFIX or node.data in ("negate", "not"))
    return f"({text})" if compound else text


def _list(nodes: tuple[Node, ...]) -> str:
    return ", ".join(map(to_text, nodes))


def _call_text(node: Node) -> str:
    if node.data in _INFIX and len(node.args) == 2:
        return f"{_operand(node.args[0])} {_INFIX[node.data]} {_operand(node.args[1])}"
    if node.data in ("negate", "not"):
        return ("-" if node.data == "negate" else "~") + _operand(node.args[0])
    if node.data == "if_else":
        condition, yes, no = map(to_text, node.args)
        return f"when({condition}).then({yes}).otherwise({no})"
    if node.data == "is_in":
        return f"{_operand(node.args[0])}.is_in([{_list(node.args[1:])}])"
    if node.data == "str.concat":
        return f"concat_str([{_list(node.args[1:])}], separator={to_text(node.args[0])})"
    return f"{_operand(node.args[0])}.{node.data}({_list(node.args[1:])})"


def to_text(node: Node) -> str:
    """As it would be typed."""
    if node.kind == "column":
        return f'col("{node.data}")'
    if node.kind == "literal":
        return repr(node.data[0])
    if node.kind == "columns":
        return f"col({list(node.data)!r})"
    if node.kind == "regex":
        return f'col("{node.data}")'
    if node.kind == "all":
        return f"all().exclude({list(node.data)!r})" if node.data else "all()"
    if node.kind == "types":
        return f"col({list(node.data[0])!r})"
    if node.kind == "len":
        return "len()"
    if node.kind == "chosen":
        return str(node.data[0])
    if node.kind == "call":
        return _call_text(node)
    return _operand(node.args[0]) + _method_text(node)


def _method_text(node: Node) -> str:
    if node.kind == "alias":
        return f'.alias("{node.data}")'
    if node.kind == "rename":
        return f".name.{node.data[0]}"
    if node.kind in ("macro", "rearranged"):
        over = f".over({_list(node.args[1:])})" if len(node.args) > 1 else ""
        return f".{node.data.name}({node.data.arguments}){over}"
    if node.kind == "step":
        return f".{node.data.name}({', '.join(filter(None, [_list(node.args[1:]), node.data.arguments]))})"
    if node.kind == "window":
        return f".{node.data!r}({_list(node.args[1:])})"
    if node.kind == "over":
        keys, orders = node.args[1 : 1 + node.data.num_keys], node.args[1 + node.data.num_keys :]
        return f".over({_list(keys)}{', order_by=' + _list(orders) if orders else ''})"
    if node.kind == "cast":
        kind, strict = node.data
        return f".cast({kind!r})" if strict else f".cast({kind!r}, strict=False)"
    if node.kind == "aggregate":
        kind, parameter = node.data
        return f".{kind}({'' if parameter in (None, 1) else parameter})"
    return f".{node.kind}({_list(node.args[1:])})"
