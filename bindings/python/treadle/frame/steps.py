"""What the core's expressions do not compute, by pyarrow or a function of one's own: steps that ``explain`` shows.

A step takes columns and answers with one of as many rows: partition by partition, or of all rows at once where a row
depends on those before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from treadle import _core
from treadle.frame.construct import arrow_type, to_arrow
from treadle.frame.nodes import Node
from treadle.frame.types import DataType
from treadle.optional import needed

ArrowFunction = Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Step:
    """What a node of kind ``step`` has as its data."""

    name: str
    function: ArrowFunction  # an array for each argument of the node to one
    kind: Callable[..., Any]  # their types to that of the answer
    whole: bool = False
    arguments: str = ""  # as they would be typed


def step(node: Node, name: str, function: ArrowFunction, kind: Any, whole: bool = False, arguments: str = "") -> Node:
    return Node("step", (node,), Step(name, function, kind, whole, arguments))


def apply(plan: _core.DataFrame, taken: Sequence[_core.Expression], made: str, one: Step) -> _core.DataFrame:
    """The plan with what a step makes of expressions as a further column, named ``made``."""
    import pyarrow as pa

    from treadle.frame import whole

    given = [f"{made}input_{place}__" for place in range(len(taken))]
    names = plan.schema.names
    plan = plan.with_columns([value.alias(name) for value, name in zip(taken, given, strict=True)])
    before = to_arrow(whole.empty_table(plan.select([_core.col(name) for name in given]).schema)).schema
    schema = pa.table({made: pa.nulls(0, one.kind(*before.types))})

    def run(table: _core.Table, partition: int) -> Any:
        values = [column.combine_chunks() for column in to_arrow(table).columns]
        return pa.table({made: pa.array(one.function(*values)).cast(schema.schema.field(0).type)})

    plan = plan.map_beside(run, f"python: {one.name}", schema, given, one.whole)
    return plan.select([_core.col(name) for name in [*names, made]])


def same(kind: Any) -> Any:
    return kind


def always(name: str) -> Callable[[Any], Any]:
    """A type by pyarrow's name of it, whatever goes in."""

    def kind(_: Any) -> Any:
        import pyarrow as pa

        return getattr(pa, name)()

    return kind


def always_list(name: str) -> Callable[[Any], Any]:
    return lambda _: list_of(always(name)(None))


# Text and lists.


def split(by: str) -> ArrowFunction:
    def function(values: Any) -> Any:
        import pyarrow.compute as pc

        return pc.split_pattern(values.cast("string"), by)

    return function


def by_arrow(name: str, *arguments: Any) -> ArrowFunction:
    """A function of pyarrow over texts."""

    def function(values: Any) -> Any:
        import pyarrow.compute as pc

        return getattr(pc, name)(values.cast("string"), *arguments)

    return function


def count_matches(pattern: str, literal: bool) -> ArrowFunction:
    return by_arrow("count_substring" if literal else "count_substring_regex", pattern)


def find(pattern: str, literal: bool) -> ArrowFunction:
    def function(values: Any) -> Any:
        import pyarrow.compute as pc

        found = by_arrow("find_substring" if literal else "find_substring_regex", pattern)(values)
        return pc.if_else(pc.less(found, 0), None, found)

    return function


def zfill(length: int) -> ArrowFunction:
    def function(values: Any) -> Any:
        import pyarrow as pa

        return pa.array([None if one is None else one.zfill(length) for one in values.to_pylist()], "string")

    return function


def replace_some(name: str, pattern: str, value: str, count: int) -> ArrowFunction:
    def function(values: Any) -> Any:
        import pyarrow.compute as pc

        return getattr(pc, name)(values.cast("string"), pattern, value, max_replacements=count)

    return function


def of_texts(function: Callable[[str], Any], kind: Callable[[Any], Any]) -> ArrowFunction:
    """A function of each text that is not null."""

    def run(values: Any) -> Any:
        import pyarrow as pa

        found = [None if one is None else function(one) for one in values.cast("string").to_pylist()]
        return pa.array(found, kind(values.type))

    return run


def decoded(encoding: str, strict: bool) -> Callable[[str], bytes | None]:
    def function(text: str) -> bytes | None:
        import base64

        try:
            return bytes.fromhex(text) if encoding == "hex" else base64.b64decode(text, validate=True)
        except ValueError:
            if strict:
                raise ValueError(f"str.decode: expected text in {encoding}, found {text!r}") from None
            return None

    return function


def whole_numbers(base: int, strict: bool) -> Callable[[str], int | None]:
    def function(text: str) -> int | None:
        try:
            return int(text, base)
        except ValueError:
            if strict:
                raise ValueError(f"str.to_integer: expected a number to base {base}, found {text!r}") from None
            return None

    return function


def pieces(split: Callable[[str], list[str]], names: Sequence[str]) -> ArrowFunction:
    """Texts cut in pieces, as structs; a missing text as one of nulls."""

    def run(values: Any) -> Any:
        import pyarrow as pa

        cut = [[] if one is None else split(one) for one in values.cast("string").to_pylist()]
        columns = [[one[place] if place < len(one) else None for one in cut] for place in range(len(names))]
        return pa.StructArray.from_arrays([pa.array(one, pa.string()) for one in columns], list(names))

    return run


def structs_of_texts(names: Sequence[str]) -> Callable[[Any], Any]:
    def kind(_: Any) -> Any:
        import pyarrow as pa

        return pa.struct([(name, pa.string()) for name in names])

    return kind


def with_parts(parts: dict[str, Any]) -> ArrowFunction:
    """Dates and times with other years, days, hours ..."""

    def run(values: Any) -> Any:
        import pyarrow as pa

        return pa.array([None if one is None else one.replace(**parts) for one in values.to_pylist()], values.type)

    return run


def at_json_path(keys: Sequence[str | int]) -> Callable[[str], str | None]:
    """What lies at a path in a JSON text, as text; None where there is no such place."""

    def function(text: str) -> str | None:
        import json

        value = json.loads(text)
        for key in keys:
            try:
                value = value[key]
            except (LookupError, TypeError):
                return None
        return value if value is None or isinstance(value, str) else json.dumps(value)

    return function


def of_lists(function: Callable[[list[Any]], Any], kind: Callable[[Any], Any]) -> ArrowFunction:
    """A function of each list that is not null."""

    def run(values: Any) -> Any:
        import pyarrow as pa

        found = [None if one is None else function(one) for one in values.to_pylist()]
        return pa.array(found, kind(values.type))

    return run


def list_of(kind: Any) -> Any:
    import pyarrow as pa

    return pa.list_(kind)


def item_kind(kind: Any) -> Any:
    import pyarrow as pa

    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind)):
        raise TypeError(f".list: expected lists, found {kind}")
    return kind.value_type


def list_get(index: int) -> ArrowFunction:
    """The item at ``index``, from the end if negative; null where the list is shorter."""

    def function(values: Any) -> Any:
        needed("numpy", "list.get()")
        import numpy as np
        import pyarrow as pa

        offsets = values.offsets.to_numpy()
        begins, ends = offsets[:-1].astype("int64"), offsets[1:].astype("int64")
        places = begins + index if index >= 0 else ends + index
        there = (places >= begins) & (places < ends) & values.is_valid().to_numpy(zero_copy_only=False)
        return values.values.take(pa.array(np.where(there, places, 0), mask=~there))

    return function


def list_length(values: Any) -> Any:
    import pyarrow.compute as pc

    return pc.list_value_length(values)


def list_join(separator: str, ignore_nulls: bool) -> ArrowFunction:
    def function(values: Any) -> Any:
        import pyarrow as pa
        import pyarrow.compute as pc

        if not ignore_nulls or values.flatten().null_count == 0:
            return pc.binary_join(values, separator)
        known = [None if one is None else [text for text in one if text is not None] for one in values.to_pylist()]
        return pc.binary_join(pa.array(known, values.type), separator)

    return function


def kept_items(values: Any, conditions: Any) -> Any:
    """Of each list, the items beside which another one has true."""
    import pyarrow as pa

    pairs = zip(values.to_pylist(), conditions.to_pylist(), strict=True)
    kept = [[item for item, keep in zip(items, keeps, strict=True) if keep] for items, keeps in pairs]
    return pa.array(kept, values.type)


def repeated(values: Any, counts: Any) -> Any:
    import pyarrow as pa

    pairs = zip(values.to_pylist(), counts.to_pylist(), strict=True)
    return pa.array([None if count is None else [value] * count for value, count in pairs], pa.list_(values.type))


# Functions of one's own.


def of_elements(function: Callable[[Any], Any], kind: DataType, skip_nulls: bool) -> ArrowFunction:
    def run(values: Any) -> Any:
        import pyarrow as pa

        found = [None if value is None and skip_nulls else function(value) for value in values.to_pylist()]
        return pa.array(found, arrow_type(kind))

    return run


def of_batches(function: Callable[[Any], Any]) -> ArrowFunction:
    def run(values: Any) -> Any:
        import pyarrow as pa

        from treadle.frame.series import Series

        found = function(Series("", values))
        answer = pa.array(found.to_arrow() if isinstance(found, Series) else found)
        if len(answer) != len(values):
            raise ValueError(f"map_batches: expected {len(values)} values, found {len(answer)}")
        return answer

    return run


def lists_of_groups(keys: Sequence[str], values: Sequence[str]) -> Callable[[Any], Any]:
    """A table of keys and values to one of a row a group, in order of appearance, with its values as lists."""

    def function(table: Any) -> Any:
        import pyarrow as pa

        # Lists of numbers of rows, for values of any type.
        numbered = table.select(list(keys)).append_column("row number", pa.array(range(table.num_rows), pa.int64()))
        numbered = numbered.rename_columns([*(f"key {place}" for place, _ in enumerate(keys)), "row number"])
        grouped = numbered.group_by(numbered.column_names[:-1], use_threads=False).aggregate([("row number", "list")])
        rows = grouped.column("row number_list").combine_chunks()
        ordered = table.select(list(values)).take(rows.flatten())
        offsets = pa.array(rows.offsets.to_pylist(), pa.int32())
        lists = [pa.ListArray.from_arrays(offsets, column.combine_chunks()) for column in ordered.columns]
        found = [grouped.column(f"key {place}") for place, _ in enumerate(keys)]
        return pa.table([*found, *lists], names=[*keys, *values])

    return function
