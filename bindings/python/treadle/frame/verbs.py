"""What lazy and eager frames have in common: verbs that make a plan from a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn, Self

from treadle import _core
from treadle.frame import later, lower
from treadle.frame.expr import Expr, as_expr, coalesce, col, exclude, flatten, lit
from treadle.frame.expr import len as count_rows
from treadle.frame.list_verbs import ListVerbs
from treadle.frame.nodes import Node, expand, output_name
from treadle.frame.types import DataType, Schema, as_type, schema_of


def no_such_name(owner: object, name: str) -> NoReturn:
    kind = next((one for one in ("DataFrame", "LazyFrame", "GroupBy") if one in map(_name, type(owner).__mro__)), None)
    if kind is not None:
        later.check(kind, name)
    near = get_close_matches(name, [one for one in dir(type(owner)) if not one.startswith("_")], n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise AttributeError(f"a {type(owner).__name__} has no attribute {name!r}{hint}")


def _name(kind: type) -> str:
    return kind.__name__


def named_exprs(exprs: Sequence[Any], named: Mapping[str, Any]) -> list[Expr]:
    listed = [as_expr(one, names=True) for one in flatten(exprs)]
    return listed + [as_expr(value, names=True).alias(name) for name, value in named.items()]


class Verbs(ListVerbs):
    """A frame's plan and what can be made of it. Each method answers with a new frame."""

    def _plan(self) -> _core.DataFrame:
        raise NotImplementedError

    def _from(self, plan: _core.DataFrame) -> Self:
        raise NotImplementedError

    def __getattr__(self, name: str) -> NoReturn:
        no_such_name(self, name)

    # What columns there are.

    def collect_schema(self) -> Schema:
        """Names and types, without running anything."""
        return schema_of(self._plan().schema)

    @property
    def schema(self) -> Schema:
        return self.collect_schema()

    @property
    def columns(self) -> list[str]:
        return list(self._plan().schema.names)

    @property
    def dtypes(self) -> list[DataType]:
        return self.collect_schema().dtypes()

    @property
    def width(self) -> int:
        return len(self._plan().schema)

    def _expand(self, exprs: Sequence[Expr], hidden: frozenset[str] = frozenset()) -> list[Node]:
        schema = self.collect_schema()
        return [node for one in exprs for node in expand(one._node, schema, hidden)]

    def _check(self, names: Sequence[str]) -> None:
        """An error for a name that is not there, with the nearest that is."""
        schema = self._plan().schema
        for name in names:
            schema.type_of(name)

    # Columns.

    def select(self, *exprs: Any, **named_: Any) -> Self:
        """These columns and expressions; aggregates beside columns stand in every row."""
        return self._from(lower.select(self._plan(), self._expand(named_exprs(exprs, named_))))

    def with_columns(self, *exprs: Any, **named_: Any) -> Self:
        """All columns, with these added or replaced."""
        return self._from(lower.with_columns(self._plan(), self._expand(named_exprs(exprs, named_))))

    select_seq = select
    with_columns_seq = with_columns

    def drop(self, *columns: Any, strict: bool = True) -> Self:
        names = [output_name(node) for node in self._expand(named_exprs(columns, {}))]
        if strict:
            self._check(names)
        return self._keep([name for name in self.columns if name not in names])

    def _keep(self, names: Sequence[str]) -> Self:
        return self._from(self._plan().select([_core.col(name) for name in names]))

    def rename(self, mapping: Any, *, strict: bool = True) -> Self:
        """New names by old ones, or by a function of the old name."""
        by_name = {name: mapping(name) for name in self.columns} if callable(mapping) else dict(mapping)
        if strict:
            self._check(list(by_name))
        return self._from(
            self._plan().select([_core.col(name).alias(by_name.get(name, name)) for name in self.columns])
        )

    def cast(self, dtypes: Any, *, strict: bool = True) -> Self:
        """Columns as other types: one type for all, or types by name or by present type."""
        if not isinstance(dtypes, Mapping):
            return self.with_columns(exclude().cast(dtypes, strict=strict))
        casts = [(key if isinstance(key, Expr) else col(key)).cast(kind, strict=strict) for key, kind in dtypes.items()]
        return self.with_columns(casts)

    def fill_null(
        self, value: Any = None, strategy: Any = None, limit: Any = None, *, matches_supertype: Any = None
    ) -> Self:
        """Nulls become ``value`` in the columns whose type can hold it."""
        schema = self.collect_schema()
        if isinstance(value, Expr) or value is None:
            return self.with_columns(exclude().fill_null(value, strategy, limit))
        fitting = [name for name, kind in schema.items() if _can_hold(kind, value)]
        return self.with_columns([col(name).fill_null(value) for name in fitting]) if fitting else self

    def fill_nan(self, value: Any) -> Self:
        floats = [name for name, kind in self.collect_schema().items() if kind.is_float()]
        return self.with_columns([col(name).fill_nan(value) for name in floats]) if floats else self

    # Rows.

    def filter(self, *predicates: Any, **constraints: Any) -> Self:
        """Rows for which all predicates are true; ``name=value`` is an equality."""
        listed = flatten(predicates)
        if any(isinstance(one, bool) for one in listed) and len(listed) > 1:
            raise TypeError("filter: expected expressions; a list of bools is for a frame in memory")
        exprs = [as_expr(one, names=True) for one in listed]
        exprs += [col(name) == value for name, value in constraints.items()]
        if not exprs:
            raise ValueError("filter: expected at least one predicate, found none")
        return self._from(lower.filter(self._plan(), self._expand(exprs)))

    def remove(self, *predicates: Any, **constraints: Any) -> Self:
        """The rows that ``filter`` would not keep."""
        exprs = [as_expr(one, names=True) for one in flatten(predicates)]
        exprs += [col(name) == value for name, value in constraints.items()]
        condition = exprs[0]
        for one in exprs[1:]:
            condition = condition & one
        return self.filter(~condition.fill_null(False))

    def drop_nulls(self, subset: Any = None) -> Self:
        """Rows without a null in the columns of ``subset``, by default in any."""
        nodes = self._subset(subset)
        plan = self._plan()
        for name in nodes:
            plan = plan.filter(_core.col(name).is_not_null())
        return self._from(plan)

    def drop_nans(self, subset: Any = None) -> Self:
        schema, plan = self.collect_schema(), self._plan()
        for name in self._subset(subset):
            if schema[name].is_float():
                keep = _core.call("fill_null", [~_core.col(name).is_nan(), _core.literal(True, "bool")])
                plan = plan.filter(keep)
        return self._from(plan)

    def _subset(self, subset: Any) -> list[str]:
        if subset is None:
            return self.columns
        names = [output_name(node) for node in self._expand(named_exprs([subset], {}))]
        self._check(names)
        return names

    def head(self, n: int = 5) -> Self:
        """The first ``n`` rows."""
        if n < 0:
            raise ValueError(f"head: expected a number of rows of at least 0, found {n}")
        return self._from(self._plan().head(n))

    def limit(self, n: int = 5) -> Self:
        return self.head(n)

    def first(self) -> Self:
        return self.head(1)

    def sort(
        self,
        by: Any,
        *more_by: Any,
        descending: Any = False,
        nulls_last: Any = False,
        maintain_order: bool = True,
        multithreaded: bool = True,
    ) -> Self:
        """Rows in the order of columns or expressions; stable. Nulls come first unless ``nulls_last``."""
        nodes = self._expand(named_exprs([by, *more_by], {}))
        down, last = _flags("descending", descending, len(nodes)), _flags("nulls_last", nulls_last, len(nodes))
        if all(node.kind == "column" for node in nodes):
            keys = [(str(node.data), d, not n) for node, d, n in zip(nodes, down, last, strict=True)]
            return self._from(self._plan().sort(keys))
        names = [lower.new_name("sort") for _ in nodes]
        plan = lower.with_columns(
            self._plan(), [Node("alias", (node,), name) for node, name in zip(nodes, names, strict=True)]
        )
        plan = plan.sort([(name, d, not n) for name, d, n in zip(names, down, last, strict=True)])
        return self._from(plan.select([_core.col(name) for name in self.columns]))

    def shift(self, n: int = 1, *, fill_value: Any = None) -> Self:
        """Each row has the values of the one ``n`` rows before; behind, if ``n`` is negative."""
        return self.select(exclude().shift(n, fill_value=fill_value))

    def with_row_index(self, name: str = "index", offset: int = 0) -> Self:
        """The number of each row as the first column."""
        if name in self.columns:
            raise ValueError(f"with_row_index: there is a column named {name!r} already")
        number = lower.new_name("number")
        plan = _core.with_windows(self._plan(), [("number", "", number, None, 0, False, 1, False)])
        numbered = _core.call("add", [_core.col(number), _core.literal(offset, "int64")]).cast("uint32")
        return self._from(plan.select([numbered.alias(name), *(_core.col(one) for one in self.columns)]))

    def gather_every(self, n: int, offset: int = 0) -> Self:
        """Each ``n``-th row."""
        if n < 1:
            raise ValueError(f"gather_every: expected a number of at least 1, found {n}")
        name = lower.new_name("number")
        number = col(name).cast("int64") - offset
        return self.with_row_index(name).filter((number >= 0) & (number % n == 0)).drop(name)

    def set_sorted(self, column: Any, *more_columns: Any, descending: Any = False, nulls_last: Any = False) -> Self:
        """The same rows: nothing here depends on the promise."""
        self._subset([column, *more_columns])
        return self

    def interpolate(self) -> Self:
        """Nulls in columns of numbers as values on the line between those around them."""
        numbers = [name for name, kind in self.collect_schema().items() if kind.is_numeric()]
        return self.with_columns([col(name).interpolate() for name in numbers]) if numbers else self

    def update(self, other: Any, on: Any = None, how: str = "left", *, include_nulls: bool = False) -> Self:
        """Values of ``other``, where it has the row, in the places of those here; by ``on``, or by numbers of rows."""
        if how not in ("left", "inner") or include_nulls:
            raise NotImplementedError("update(): with how='full' or include_nulls=True is not there yet; use join()")
        if on is None:
            number = lower.new_name("number")
            plain = self.with_row_index(number).update(other.with_row_index(number), on=number, how=how)
            return plain.drop(number)
        keys = flatten([on])
        shared = [name for name in other.columns if name in self.columns and name not in keys]
        joined = self.join(other.select([*keys, *shared]), on=keys, how=how, suffix="__updated__")
        newer = [coalesce(col(f"{name}__updated__"), col(name)).alias(name) for name in shared]
        return joined.with_columns(newer).select(self.columns)

    def group_by_dynamic(
        self,
        index_column: Any,
        *,
        every: str,
        period: str | None = None,
        offset: str | None = None,
        closed: str = "left",
        label: str = "left",
        group_by: Any = None,
        **unused: Any,
    ) -> Any:
        """Rows by the period of time, ``every`` so long, that ``index_column`` lies in; its starts are the labels."""
        from treadle.frame.time_groups import group_by_dynamic

        return group_by_dynamic(
            self,
            index_column,
            every=every,
            period=period,
            offset_by=offset,
            closed=closed,
            label=label,
            by=group_by,
        )

    def top_k(self, k: int, *, by: Any, reverse: Any = False) -> Self:
        """The ``k`` rows with the largest values of ``by``."""
        reversed_ = reverse if isinstance(reverse, (list, tuple)) else [reverse] * len(flatten([by]))
        return self.sort(by, descending=[not one for one in reversed_], nulls_last=True).head(k)

    def bottom_k(self, k: int, *, by: Any, reverse: Any = False) -> Self:
        reversed_ = reverse if isinstance(reverse, (list, tuple)) else [reverse] * len(flatten([by]))
        return self.sort(by, descending=list(reversed_), nulls_last=True).head(k)

    def unique(self, subset: Any = None, *, keep: str = "any", maintain_order: bool = False) -> Self:
        """One row of those that agree in the columns of ``subset`` (by default in all), by first appearance."""
        if keep not in ("any", "first", "last", "none"):
            raise ValueError(f'keep: expected "any", "first", "last" or "none", found {keep!r}')
        names, plan = self._subset(subset), self._plan()
        others = [name for name in plan.schema.names if name not in names]
        kinds = self.collect_schema()
        if any(kinds[name].is_nested() for name in others):
            return self._unique_of_nested(names, keep)
        if keep in ("any", "first") or (keep == "last" and not others):
            return self._from(plan.unique(names))
        count = lower.new_name("count")
        edge = [_core.col(name).last() if keep == "last" else _core.col(name).first() for name in others]
        aggregates = [one.alias(name) for one, name in zip(edge, others, strict=True)]
        groups = plan.group_by([_core.col(name) for name in names], [*aggregates, _core.count().alias(count)])
        if keep == "none":
            groups = groups.filter(_core.col(count) == _core.literal(1, "int64"))
        return self._from(groups.select([_core.col(name) for name in plan.schema.names]))

    def _unique_of_nested(self, names: list[str], keep: str) -> Self:
        """``unique`` of frames with lists and structs, which aggregates do not take: by numbers of rows."""
        keys = [col(name) for name in names]
        if keep == "none":
            return self.filter(count_rows().over(keys) == 1)
        return self.filter(lit(1).cum_sum(reverse=keep == "last").over(keys) == 1)

    # Several frames.

    def join(
        self,
        other: Any,
        on: Any = None,
        how: str = "inner",
        *,
        left_on: Any = None,
        right_on: Any = None,
        suffix: str = "_right",
        validate: str = "m:m",
        nulls_equal: bool = False,
        coalesce: bool | None = None,
        maintain_order: str | None = None,
        allow_parallel: bool = True,
        force_parallel: bool = False,
    ) -> Self:
        """Rows of both frames that belong together: inner, left, right, full, semi, anti or cross."""
        from treadle.frame.joining import join

        if not isinstance(other, Verbs):
            raise TypeError(f"join: expected a frame, found {type(other).__name__}")
        if validate not in ("m:m", "m:1", "1:m", "1:1"):
            raise ValueError(f'validate: expected "m:m", "m:1", "1:m" or "1:1", found {validate!r}')
        self._check_keys(validate, other, on, left_on, right_on)
        plan = join(self._plan(), other._plan(), on, how, left_on, right_on, suffix, nulls_equal, coalesce)
        return self._from(plan)

    def _check_keys(self, validate: str, other: Any, on: Any, left_on: Any, right_on: Any) -> None:
        """Eager frames look whether keys are there once; a plan cannot look before it runs."""
        for one, frame, keys in ((validate[0], self, left_on), (validate[2], other, right_on)):
            if one != "1":
                continue
            if not hasattr(frame, "height"):
                raise NotImplementedError(
                    f'join(validate="{validate}") of lazy frames is not there yet; collect() the side of unique keys'
                )
            shown = frame.select(on if on is not None else keys).drop_nulls()
            if shown.unique().height != shown.height:
                raise ValueError(f'join(validate="{validate}"): expected each key once, found one several times')

    def join_where(self, other: Any, *predicates: Any, suffix: str = "_right") -> Self:
        """Pairs of rows for which all predicates are true; columns of ``other`` that are there already get a suffix."""
        return self.join(other, how="cross", suffix=suffix).filter(*predicates)

    def join_asof(
        self,
        other: Any,
        *,
        left_on: str | None = None,
        right_on: str | None = None,
        on: str | None = None,
        by_left: Any = None,
        by_right: Any = None,
        by: Any = None,
        strategy: str = "backward",
        suffix: str = "_right",
        tolerance: Any = None,
        allow_exact_matches: bool = True,
        check_sortedness: bool = True,
    ) -> Self:
        """All rows, each with the row of ``other`` whose key is the nearest before it (``"forward"``: behind it).

        Neither frame has to be sorted. ``by``: columns that have to be equal.
        """
        from treadle.frame.join_asof import AsOf
        from treadle.frame.lazy import LazyFrame

        if not isinstance(other, Verbs):
            raise TypeError(f"join_asof: expected a frame, found {type(other).__name__}")
        keys = (on, on) if on is not None else (left_on, right_on)
        if keys[0] is None or keys[1] is None:
            raise ValueError("join_asof: expected on, or left_on and right_on")
        found = AsOf(strategy, tolerance, allow_exact_matches).join(
            LazyFrame(self._plan()),
            LazyFrame(other._plan()),
            (keys[0], keys[1]),
            by if by is not None else by_left,
            by if by is not None else by_right,
            suffix,
        )
        return self._from(found._plan())

    def unpivot(
        self, on: Any = None, *, index: Any = None, variable_name: str | None = None, value_name: str | None = None
    ) -> Self:
        """A row for each value of the columns ``on``: its column's name and the value."""
        kept = [] if index is None else self._subset(index)
        chosen = self._subset(on) if on is not None else [name for name in self.columns if name not in kept]
        variable, value = variable_name or "variable", value_name or "value"
        if not chosen:
            raise ValueError("unpivot: expected at least one column, found none")
        parts = []
        for name in chosen:
            label = _core.literal(name, "utf8").alias(variable)
            columns = [_core.col(one) for one in kept]
            parts.append(self._plan().select([*columns, label, _core.col(name).alias(value)]))
        return self._from(_core.concat(parts))

    # Whole columns as one row.

    def _each(self, make: Callable[[Expr], Expr], fits: Callable[[DataType], bool]) -> Self:
        nothing = lit(None)
        one = [
            make(col(name)) if fits(kind) else nothing.cast(kind).alias(name)
            for name, kind in self.collect_schema().items()
        ]
        return self.select(one)

    def sum(self) -> Self:
        """One row: the sum of each column, null where there is none."""
        return self._each(Expr.sum, _adds_up)

    def mean(self) -> Self:
        return self._each(Expr.mean, lambda kind: _adds_up(kind) or kind.is_temporal())

    def median(self) -> Self:
        return self._each(Expr.median, lambda kind: _adds_up(kind) or kind.is_temporal())

    def quantile(self, quantile: float, interpolation: str = "nearest") -> Self:
        return self._each(lambda one: one.quantile(quantile, interpolation), _adds_up)

    def n_unique(self) -> Self:
        return self._each(Expr.n_unique, lambda kind: not kind.is_nested())

    def product(self) -> Self:
        return self._each(Expr.product, _adds_up)

    def min(self) -> Self:
        return self._each(Expr.min, lambda kind: not kind.is_nested())

    def max(self) -> Self:
        return self._each(Expr.max, lambda kind: not kind.is_nested())

    def std(self, ddof: int = 1) -> Self:
        return self._each(lambda one: one.std(ddof), _adds_up)

    def var(self, ddof: int = 1) -> Self:
        return self._each(lambda one: one.var(ddof), _adds_up)

    def count(self) -> Self:
        return self._each(Expr.count, lambda kind: True)

    def null_count(self) -> Self:
        return self._each(Expr.null_count, lambda kind: True)

    def sql(self, query: str, *, table_name: str = "self") -> Any:
        """A query over this frame, which is called ``self`` in it."""
        plan = _core.sql(query, {table_name: self._plan()})
        return self._from(plan)

    def merge_sorted(self, other: Any, key: str) -> Self:
        """The rows of both frames, which are in the order of ``key``, in that order."""
        return self._from(_core.concat([self._plan(), other._plan()])).sort(key)

    def pipe(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """``function(frame, ...)``, so that steps read from left to right."""
        return function(self, *args, **kwargs)

    def clear(self) -> Self:
        """The columns without rows."""
        return self.head(0)


def _adds_up(kind: DataType) -> bool:
    return kind.is_numeric() or kind.core == "bool"


def _can_hold(kind: DataType, value: Any) -> bool:
    if isinstance(value, bool):
        return kind.core == "bool"
    if isinstance(value, (int, float)):
        return kind.is_numeric()
    return kind == as_type(type(value))


def _flags(name: str, given: Any, count: int) -> list[bool]:
    flags = [bool(given)] * count if isinstance(given, (bool, int)) else [bool(one) for one in given]
    if len(flags) != count:
        raise ValueError(f"{name}: expected one value, or one for each of {count} columns, found {len(flags)}")
    return flags
