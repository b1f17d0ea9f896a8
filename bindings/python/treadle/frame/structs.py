"""Structs and lists made of columns: ``struct("a", "b")``, ``concat_list("a", "b")``; ``.struct`` of expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from treadle.frame import later, steps
from treadle.frame.construct import plain_type
from treadle.frame.nodes import Node, output_name
from treadle.optional import needed

if TYPE_CHECKING:
    from treadle.frame.expr import Expr


def struct(*exprs: Any, schema: Any = None, eager: bool = False, **named: Any) -> Any:
    """The columns as one of structs, named as the first of them; a ``Series`` of it at once if ``eager``."""
    from treadle.frame.expr import Expr, as_expr, flatten

    if schema is not None:
        raise NotImplementedError("struct(schema=) is not there yet; cast() the columns before")
    given = [as_expr(one, names=True) for one in flatten(exprs)]
    given += [as_expr(one, names=True).alias(name) for name, one in named.items()]
    if eager:
        from treadle.frame.functions import select

        return select(*given).to_struct()
    return Expr(Node("fold", tuple(one._node for one in given), struct_of))


def struct_of(parts: Sequence[Node]) -> Node:
    names = [output_name(part) for part in parts]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ValueError(f"struct: two fields would be named {twice[0]!r}; use alias()")
    return Node("step", tuple(parts), steps.Step("struct", _structs(names), _struct_kind(names)))


def _structs(names: Sequence[str]) -> steps.ArrowFunction:
    def function(*columns: Any) -> Any:
        import pyarrow as pa

        return pa.StructArray.from_arrays([column.cast(plain_type(column.type)) for column in columns], list(names))

    return function


def _struct_kind(names: Sequence[str]) -> Callable[..., Any]:
    def kind(*kinds: Any) -> Any:
        import pyarrow as pa

        return pa.struct(list(zip(names, map(plain_type, kinds), strict=True)))

    return kind


def concat_list(exprs: Any, *more: Any) -> Expr:
    """A list of each row's values; of lists, their items one after the other, null where one of them is."""
    from treadle.frame.expr import Expr, as_expr, flatten

    nodes = tuple(as_expr(one, names=True)._node for one in flatten([exprs, *more]))
    return Expr(Node("fold", nodes, _lists_of))


def _lists_of(parts: Sequence[Node]) -> Node:
    return Node("step", tuple(parts), steps.Step("concat_list", _lists, _list_kind))


def _is_list(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def _list_kind(*kinds: Any) -> Any:
    import pyarrow as pa

    items = [plain_type(kind.value_type if _is_list(kind) else kind) for kind in kinds]
    schemas = [pa.schema([("item", item)]) for item in items]
    try:
        return pa.list_(pa.unify_schemas(schemas, promote_options="permissive").field(0).type)
    except pa.ArrowException:
        raise TypeError(f"concat_list: expected columns of one type, found {', '.join(map(str, items))}") from None


def _lists(*columns: Any) -> Any:
    needed("numpy", "concat_list()")
    import numpy as np
    import pyarrow as pa

    made = _list_kind(*[column.type for column in columns])
    if any(_is_list(column.type) for column in columns):
        return _joined_lists(columns, made)
    rows, width = len(columns[0]), len(columns)
    values = pa.concat_arrays([column.cast(made.value_type) for column in columns])
    by_row = np.arange(rows * width).reshape(width, rows).T.ravel()
    return pa.ListArray.from_arrays(pa.array(np.arange(rows + 1) * width, pa.int32()), values.take(pa.array(by_row)))


def _joined_lists(columns: Sequence[Any], made: Any) -> Any:
    import pyarrow as pa

    parts = [one.to_pylist() if _is_list(one.type) else [[value] for value in one.to_pylist()] for one in columns]
    joined = [
        None if any(one is None for one in row) else [item for one in row for item in one]
        for row in zip(*parts, strict=True)
    ]
    return pa.array(joined, made)


class StructNamespace:
    """Operations on structs."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        later.check("Expr.struct", name)
        raise AttributeError(f"Expr.struct has no method {name!r}")

    def __getitem__(self, name: str) -> Expr:
        return self.field(name)

    def field(self, name: str) -> Expr:
        """The values of a field, under its name; null where there is no struct."""
        from treadle.frame.expr import Expr

        made = steps.step(self._node, "struct.field", _field(name), _field_kind(name), arguments=repr(name))
        return Expr(made).alias(name)

    def rename_fields(self, names: Sequence[str]) -> Expr:
        """The same values in fields of other names, in their order."""
        from treadle.frame.expr import Expr

        wanted = list(names)
        return Expr(steps.step(self._node, "struct.rename_fields", _renamed(wanted), _renamed_kind(wanted)))

    def json_encode(self) -> Expr:
        """Each struct as JSON text."""
        from treadle.frame.expr import Expr

        return Expr(steps.step(self._node, "struct.json_encode", _encoded, steps.always("string")))


def _fields(kind: Any) -> list[Any]:
    import pyarrow as pa

    if not pa.types.is_struct(kind):
        raise TypeError(f".struct: expected structs, found {kind}")
    return list(kind)


def _field_kind(name: str) -> Callable[[Any], Any]:
    def kind(given: Any) -> Any:
        kinds = {one.name: one.type for one in _fields(given)}
        if name in kinds:
            return kinds[name]
        near = get_close_matches(name, kinds, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; there are {list(kinds)}"
        raise KeyError(f"struct.field: no field is named {name!r}{hint}")

    return kind


def _field(name: str) -> steps.ArrowFunction:
    def function(values: Any) -> Any:
        place = [one.name for one in values.type].index(name)
        return values.flatten()[place]

    return function


def _renamed_kind(names: Sequence[str]) -> Callable[[Any], Any]:
    def kind(given: Any) -> Any:
        import pyarrow as pa

        kinds = [one.type for one in _fields(given)]
        if len(names) != len(kinds):
            raise ValueError(f"struct.rename_fields: expected {len(kinds)} names, found {len(names)}")
        return pa.struct(list(zip(names, kinds, strict=True)))

    return kind


def _renamed(names: Sequence[str]) -> steps.ArrowFunction:
    def function(values: Any) -> Any:
        import pyarrow as pa

        return pa.StructArray.from_arrays(values.flatten(), list(names), mask=values.is_null())

    return function


def _encoded(values: Any) -> Any:
    import json

    import pyarrow as pa

    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode
    return pa.array([None if one is None else encode(one) for one in values.to_pylist()], pa.string())
