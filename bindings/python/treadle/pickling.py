"""Lazy frames and collections in other processes: what they are made of travels, nothing is computed.

A frame is the list of calls that made it; tables in memory travel as Arrow IPC, functions by cloudpickle where it is
installed (so that lambdas and what a script defines can be sent), else by pickle.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any, NamedTuple

from treadle import _core

_CSV_OPTIONS = (
    "delimiter", "quote", "escape", "comment", "header", "names", "skip_lines", "skip_rows", "max_rows",
    "skip_blank_lines", "spaces_are_blank", "fills_short_records", "cuts_long_records", "null_values", "quoted_nulls",
    "type_without_values", "parse_dates", "date_format", "infer_dates", "partition_bytes",
)  # fmt: skip


class _Made(NamedTuple):
    """In the arguments of a call: what an earlier call of the list made."""

    number: int


class Function:
    """A Python function on its way to another process."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def load(self) -> Any:
        return pickle.loads(self._content)


def _dump() -> tuple[Callable[[Any], bytes], str]:
    """What makes bytes of functions, and what to tell whom it does not do."""
    try:
        import cloudpickle
    except ImportError:
        return pickle.dumps, "; with cloudpickle installed (pip install cloudpickle) lambdas and local functions can be"
    return cloudpickle.dumps, ""


def dump_function(function: Callable[..., Any], name: str) -> Function:
    """TypeError naming the function if it holds what cannot be sent."""
    dump, hint = _dump()
    try:
        return Function(dump(function))
    except Exception as error:
        if isinstance(error, _NotPortable):
            raise
        blamed = _culprit(function, dump) or name
        raise _NotPortable(
            f"the function {blamed!r} cannot be pickled: {type(error).__name__}: {error}{hint}"
        ) from error


class _NotPortable(TypeError):
    """A function that cannot be sent; the message names it."""


def _culprit(function: Any, dump: Callable[[Any], bytes]) -> str | None:
    """The innermost function that a function of ours calls and that cannot be sent."""
    cells = [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]
    held = [*cells, *getattr(function, "__dict__", {}).values()]
    for one in held:
        for inner in one if isinstance(one, (tuple, list)) else one.values() if isinstance(one, dict) else [one]:
            if not callable(inner) or isinstance(inner, type):
                continue
            try:
                dump(inner)
            except Exception:
                return _culprit(inner, dump) or str(getattr(inner, "__name__", type(inner).__name__))
    return None


def reduce_frame(frame: _core.DataFrame) -> tuple[Any, ...]:
    """What ``__reduce__`` of a frame answers."""
    return _frame_from, (_calls_of(frame),)


def _calls_of(frame: _core.DataFrame) -> list[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    """The calls that made a frame, arguments before their users; nothing recurses along plans, which may be deep."""
    numbers: dict[int, int] = {}
    calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
    open_frames = [frame]
    while open_frames:
        one = open_frames[-1]
        if id(one) in numbers:
            open_frames.pop()
            continue
        recipe = getattr(one, "_recipe", None) or _recipe_of_kept(one)
        if recipe is None:
            raise TypeError("a frame over work of this process cannot be pickled; use persist() or write it to files")
        name, args, named = recipe
        missing = [input_ for input_ in _frames_in((args, named)) if id(input_) not in numbers]
        if missing:
            open_frames += missing
            continue
        calls.append(_portable(name, args, named, numbers))
        numbers[id(one)] = len(numbers)
        open_frames.pop()
    return calls


def _recipe_of_kept(frame: _core.DataFrame) -> tuple[str, tuple[Any, ...], dict[str, Any]] | None:
    """The call that makes a frame of the rows of one that was persisted; None for any other."""
    tables = _core.kept_tables(frame)
    if not tables:
        return None
    import pyarrow as pa

    rows = pa.concat_tables([pa.table(table) for table in tables])
    return "from_table", (_core.Table.from_arrow(rows), [len(table) for table in tables]), {}


def _frames_in(value: Any) -> list[_core.DataFrame]:
    if isinstance(value, _core.DataFrame):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [found for one in value for found in _frames_in(one)] if isinstance(value, (list, tuple)) else []


def _portable(
    name: str, args: tuple[Any, ...], named: dict[str, Any], numbers: dict[int, int]
) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    def replaced(value: Any) -> Any:
        if isinstance(value, _core.DataFrame):
            return _Made(numbers[id(value)])
        if isinstance(value, dict):
            return {key: replaced(one) for key, one in value.items()}
        if type(value) in (list, tuple):
            return type(value)(replaced(one) for one in value)
        return value

    if name == "frame_of_blocks":
        from treadle.steps import pack

        return name, (Function(_dump()[0](pack(args[0]))), args[1]), {}
    if name in ("map_partitions", "map_beside"):
        args = (args[0], dump_function(args[1], str(args[2]).removeprefix("python: ")), *args[2:])
    return name, replaced(args), replaced(named)


def _frame_from(calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]]) -> _core.DataFrame:
    made: list[_core.DataFrame] = []

    def restored(value: Any) -> Any:
        if isinstance(value, _Made):
            return made[value.number]
        if isinstance(value, Function):
            return value.load()
        if isinstance(value, dict):
            return {key: restored(one) for key, one in value.items()}
        if type(value) in (list, tuple):
            return type(value)(restored(one) for one in value)
        return value

    for name, args, named in calls:
        if name == "frame_of_blocks":
            made.append(_frame_of_steps(*args))
            continue
        owner: Any = _core.DataFrame if args and isinstance(args[0], _Made) else _core
        made.append(getattr(owner, name)(*restored(args), **restored(named)))
    return made[-1]


def _frame_of_steps(steps: Function, schema: Any) -> _core.DataFrame:
    from treadle.dataframe.blocks import frame_of
    from treadle.steps import unpack

    return frame_of(unpack(steps.load()), schema)


def reduce_expression(expression: _core.Expression) -> tuple[Any, ...]:
    """What ``__reduce__`` of an expression answers."""
    return _expression_from, (_core.expression_steps(expression),)


def _expression_from(steps: list[tuple[str, object, tuple[int, ...]]]) -> _core.Expression:
    return _core.expression_from(steps)


def reduce_table(table: _core.Table) -> tuple[Any, ...]:
    """What ``__reduce__`` of a table answers."""
    import pyarrow as pa

    whole = pa.table(table)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, whole.schema) as writer:
        writer.write_table(whole)
    return _table_from, (sink.getvalue().to_pybytes(),)


def _table_from(content: bytes) -> _core.Table:
    import pyarrow as pa

    return _core.Table.from_arrow(pa.ipc.open_stream(content).read_all())


def reduce_csv_options(options: _core.CsvOptions) -> tuple[Any, ...]:
    """What ``__reduce__`` of the options of a CSV scan answers."""
    values = {name: getattr(options, name) for name in _CSV_OPTIONS}
    return _csv_options_from, (values, options.types, options.skips_bad_rows)


def csv_options_with(options: _core.CsvOptions, types: dict[str, str], parse_dates: list[str]) -> _core.CsvOptions:
    """A copy of the options of a CSV scan with other types and dates."""
    values = {name: getattr(options, name) for name in _CSV_OPTIONS}
    return _csv_options_from({**values, "parse_dates": parse_dates}, types, options.skips_bad_rows)


def _csv_options_from(values: dict[str, Any], types: dict[str, str], skips_bad_rows: bool) -> _core.CsvOptions:
    options = _core.CsvOptions()
    for name, value in values.items():
        setattr(options, name, value)
    options.set_types(types)
    if skips_bad_rows:
        options.skip_bad_rows()
    return options
