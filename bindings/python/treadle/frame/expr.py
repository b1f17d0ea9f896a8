"""Expressions in Polars' spelling: ``col("a").sum() / len()``."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any, NoReturn, TypeAlias

from treadle.frame import later, windows
from treadle.frame.bins import BinMethods
from treadle.frame.expr_numbers import NumberMethods
from treadle.frame.expr_order import OrderMethods
from treadle.frame.expr_rows import RowMethods
from treadle.frame.expr_steps import StepMethods
from treadle.frame.lists import ListNamespace
from treadle.frame.literals import literal_node
from treadle.frame.namespaces import DateNamespace, NameNamespace, StringNamespace
from treadle.frame.nodes import Node, call, column, is_pattern, output_name, reduces, to_text
from treadle.frame.rearranged import RearrangingMethods
from treadle.frame.sliding import SlidingMethods
from treadle.frame.structs import StructNamespace
from treadle.frame.types import Boolean, Int64, String, as_type
from treadle.frame.windows import Order

_REQUIRED: Any = object()

# Inside the class, `str` is the namespace.
Text: TypeAlias = str


class Expr(RowMethods, OrderMethods, RearrangingMethods, NumberMethods, StepMethods, SlidingMethods, BinMethods):
    """A computation on columns, not yet done. Operators and methods make further ones; a frame runs them."""

    __slots__ = ("_node",)
    # Arithmetic with NumPy scalars on the left is this class's business.
    __array_ufunc__ = None
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, node: Node) -> None:
        self._node = node

    def __repr__(self) -> Text:
        return to_text(self._node)

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "an expression is neither true nor false before a frame runs it; use & for and, | for or, ~ for not"
        )

    def __getattr__(self, name: Text) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        later.check("Expr", name)
        near = get_close_matches(name, [one for one in dir(Expr) if not one.startswith("_")], n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise AttributeError(f"an expression has no method {name!r}{hint}")

    # Operators.

    def __add__(self, other: Any) -> Expr:
        return binary("add", self, other)

    def __radd__(self, other: Any) -> Expr:
        return binary("add", other, self)

    def __sub__(self, other: Any) -> Expr:
        return binary("subtract", self, other)

    def __rsub__(self, other: Any) -> Expr:
        return binary("subtract", other, self)

    def __mul__(self, other: Any) -> Expr:
        return binary("multiply", self, other)

    def __rmul__(self, other: Any) -> Expr:
        return binary("multiply", other, self)

    def __truediv__(self, other: Any) -> Expr:
        return binary("divide", self, other)

    def __rtruediv__(self, other: Any) -> Expr:
        return binary("divide", other, self)

    def __floordiv__(self, other: Any) -> Expr:
        return binary("floor_divide", self, other)

    def __rfloordiv__(self, other: Any) -> Expr:
        return binary("floor_divide", other, self)

    def __mod__(self, other: Any) -> Expr:
        return binary("modulo", self, other)

    def __rmod__(self, other: Any) -> Expr:
        return binary("modulo", other, self)

    def __pow__(self, other: Any) -> Expr:
        return binary("pow", self, other)

    def __rpow__(self, other: Any) -> Expr:
        return binary("pow", other, self)

    def __and__(self, other: Any) -> Expr:
        return binary("and", self, other)

    def __rand__(self, other: Any) -> Expr:
        return binary("and", other, self)

    def __or__(self, other: Any) -> Expr:
        return binary("or", self, other)

    def __ror__(self, other: Any) -> Expr:
        return binary("or", other, self)

    def __xor__(self, other: Any) -> Expr:
        return binary("xor", self, other)

    def __rxor__(self, other: Any) -> Expr:
        return binary("xor", other, self)

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]
        return binary("equal", self, other)

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]
        return binary("not_equal", self, other)

    def __lt__(self, other: Any) -> Expr:
        return binary("less", self, other)

    def __le__(self, other: Any) -> Expr:
        return binary("less_equal", self, other)

    def __gt__(self, other: Any) -> Expr:
        return binary("greater", self, other)

    def __ge__(self, other: Any) -> Expr:
        return binary("greater_equal", self, other)

    def __neg__(self) -> Expr:
        return self._call("negate")

    def __pos__(self) -> Expr:
        return self

    def __invert__(self) -> Expr:
        return self._call("not")

    def __abs__(self) -> Expr:
        return self.abs()

    # The operators by name.

    def add(self, other: Any) -> Expr:
        return binary("add", self, other)

    def sub(self, other: Any) -> Expr:
        return binary("subtract", self, other)

    def mul(self, other: Any) -> Expr:
        return binary("multiply", self, other)

    def truediv(self, other: Any) -> Expr:
        return binary("divide", self, other)

    def floordiv(self, other: Any) -> Expr:
        return binary("floor_divide", self, other)

    def mod(self, other: Any) -> Expr:
        return binary("modulo", self, other)

    def pow(self, exponent: Any) -> Expr:
        return binary("pow", self, exponent)

    def neg(self) -> Expr:
        return -self

    def eq(self, other: Any) -> Expr:
        return binary("equal", self, other)

    def ne(self, other: Any) -> Expr:
        return binary("not_equal", self, other)

    def lt(self, other: Any) -> Expr:
        return binary("less", self, other)

    def le(self, other: Any) -> Expr:
        return binary("less_equal", self, other)

    def gt(self, other: Any) -> Expr:
        return binary("greater", self, other)

    def ge(self, other: Any) -> Expr:
        return binary("greater_equal", self, other)

    def and_(self, *others: Any) -> Expr:
        return _chain("and", self, others)

    def or_(self, *others: Any) -> Expr:
        return _chain("or", self, others)

    def xor(self, other: Any) -> Expr:
        return binary("xor", self, other)

    def not_(self) -> Expr:
        return ~self

    def eq_missing(self, other: Any) -> Expr:
        """Equality in which null equals null."""
        value = as_expr(other)
        return (self == value)._call("coalesce", self.is_null() & value.is_null())

    def ne_missing(self, other: Any) -> Expr:
        return ~self.eq_missing(other)

    # Names and types.

    def alias(self, name: Text) -> Expr:
        """The same values under another name."""
        return Expr(Node("alias", (self._node,), name))

    @property
    def name(self) -> NameNamespace:
        """What changes names of several columns at once."""
        return NameNamespace(self._node, Expr)

    @property
    def list(self) -> ListNamespace:
        """Operations on lists."""
        return ListNamespace(self._node)

    @property
    def struct(self) -> StructNamespace:
        """Operations on structs."""
        return StructNamespace(self._node)

    @property
    def str(self) -> StringNamespace:
        """Operations on text."""
        return StringNamespace(self._node, Expr)

    @property
    def dt(self) -> DateNamespace:
        """Operations on dates, times and durations."""
        return DateNamespace(self._node, Expr)

    def cast(self, dtype: Any, *, strict: bool = True) -> Expr:
        """As another type. A value that cannot be converted is an error, or null if not ``strict``."""
        return Expr(Node("cast", (self._node,), (as_type(dtype), strict)))

    def exclude(self, *columns: Any) -> Expr:
        """Of ``all()`` and selections by type: without these."""
        more = tuple(as_excluded(one) for one in flatten(columns))
        if self._node.kind == "all":
            return Expr(Node("all", data=(*self._node.data, *more)))
        if self._node.kind == "types":
            wanted, excluded = self._node.data
            return Expr(Node("types", data=(wanted, (*excluded, *more))))
        raise ValueError(f"exclude: expected all() or col() of types, found {self!r}")

    def pipe(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    # Missing values.

    def is_null(self) -> Expr:
        return self._call("is_null")

    def is_not_null(self) -> Expr:
        return self._call("is_not_null")

    def is_nan(self) -> Expr:
        return self._call("is_nan")

    def is_not_nan(self) -> Expr:
        return ~self.is_nan()

    def is_infinite(self) -> Expr:
        return self.abs() == float("inf")

    def is_finite(self) -> Expr:
        return (self - self) == 0.0

    def fill_null(self, value: Any = None, strategy: Any = None, limit: Any = None) -> Expr:
        """Nulls become ``value``, or what ``strategy`` says: "forward", "backward", "zero", "one", "mean",
        "min" or "max"."""
        if (value is None) == (strategy is None):
            raise ValueError("fill_null: expected either a value or a strategy")
        if strategy is None:
            return self._call("fill_null", value)
        if strategy in ("mean", "min", "max"):
            return self._call("fill_null_in_type", getattr(self, strategy)())
        if strategy in ("forward", "backward"):
            return self.forward_fill(limit) if strategy == "forward" else self.backward_fill(limit)
        if limit is not None or strategy not in ("zero", "one"):
            raise ValueError(
                'fill_null: expected a strategy "forward" or "backward" (which alone take a limit), "zero", "one", '
                f'"mean", "min" or "max", found {strategy!r}'
            )
        return self._call("fill_null", 0 if strategy == "zero" else 1)

    def fill_nan(self, value: Any) -> Expr:
        return choose(self.is_nan(), as_expr(value), self).alias_like(self)

    def alias_like(self, other: Expr) -> Expr:
        """Under the name that ``other`` has."""
        return Expr(Node("rename", (self._node,), ("keep()", _Named(other._node))))

    # Numbers.

    def abs(self) -> Expr:
        return self._call("abs")

    def sign(self) -> Expr:
        return self._call("sign")

    def floor(self) -> Expr:
        return self._call("floor")

    def ceil(self) -> Expr:
        return self._call("ceil")

    def round(self, decimals: int = 0, mode: Text = "half_to_even") -> Expr:
        """Halves go to the even neighbour."""
        if mode != "half_to_even":
            raise NotImplementedError(f'round(mode="{mode}") is not there yet; use (x + 0.5).floor()')
        return self._call("round", decimals)

    def sqrt(self) -> Expr:
        return self._call("sqrt")

    def exp(self) -> Expr:
        return self._call("exp")

    def log(self, base: float | None = None) -> Expr:
        natural = self._call("log")
        return natural if base is None else natural / _log_of(base)

    def log10(self) -> Expr:
        return self.log(10.0)

    def clip(self, lower_bound: Any = None, upper_bound: Any = None) -> Expr:
        result = self
        if upper_bound is not None:
            result = choose(self > upper_bound, as_expr(upper_bound), result)
        if lower_bound is not None:
            result = choose(self < lower_bound, as_expr(lower_bound), result)
        return result.alias_like(self)

    # Choice.

    def is_in(self, other: Any, *, nulls_equal: bool = False) -> Expr:
        """Whether the value is one of these; a null stays null unless ``nulls_equal``."""
        if isinstance(other, Expr):
            raise NotImplementedError("is_in(): of an expression is not there yet; use join(how='semi') of the frames")
        values = other.to_list() if hasattr(other, "to_list") else list(other)
        found = self._call("is_in", *[Expr(literal_node(value)) for value in values if value is not None])
        if not nulls_equal:
            return found
        return found._call("fill_null", builtins.any(value is None for value in values))

    def is_between(self, lower_bound: Any, upper_bound: Any, closed: Text = "both") -> Expr:
        if closed not in ("both", "left", "right", "none"):
            raise ValueError(f'closed: expected "both", "left", "right" or "none", found {closed!r}')
        low, high = as_expr(lower_bound, names=True), as_expr(upper_bound, names=True)
        above = self >= low if closed in ("both", "left") else self > low
        below = self <= high if closed in ("both", "right") else self < high
        return above & below

    def replace(self, old: Any, new: Any = None) -> Expr:
        """Values by others; what is not listed stays."""
        return _replace(self, _pairs(old, new), self)

    def replace_strict(self, old: Any, new: Any = None, *, default: Any = _REQUIRED, return_dtype: Any = None) -> Expr:
        """Values by others; what is not listed becomes ``default``, and is an error if that is not given."""
        pairs = _pairs(old, new)
        result = _replace(self, pairs, as_expr(None) if default is _REQUIRED else as_expr(default))
        if default is _REQUIRED:
            result = result._call("coalesce", _not_listed(self, pairs, result)).alias_like(self)
        return result if return_dtype is None else result.cast(return_dtype)

    # Aggregates.

    def sum(self) -> Expr:
        return self._aggregate("sum")

    def mean(self) -> Expr:
        return self._aggregate("mean")

    def median(self) -> Expr:
        return self._aggregate("median")

    def min(self) -> Expr:
        return self._aggregate("min")

    def max(self) -> Expr:
        return self._aggregate("max")

    def std(self, ddof: int = 1) -> Expr:
        return self._aggregate("std", ddof)

    def var(self, ddof: int = 1) -> Expr:
        return self._aggregate("var", ddof)

    def count(self) -> Expr:
        """How many values are not null."""
        return self._aggregate("count")

    def len(self) -> Expr:
        """How many values there are, nulls included."""
        return self._aggregate("size")

    def n_unique(self) -> Expr:
        """How many different values there are; null is one."""
        return self._aggregate("nunique")

    def first(self) -> Expr:
        return self._edge("first")

    def last(self) -> Expr:
        return self._edge("last")

    def _edge(self, kind: Text) -> Expr:
        if self._node.kind != "filter":
            return self._aggregate(kind)
        # Of the rows for which the condition is true: the one that is the first of them, counted from its end.
        value, found = Expr(self._node.args[0]), Expr(self._node.args[1]).fill_null(False)
        number = found.cast(Int64).cum_sum(reverse=kind == "last")
        return choose(found & (number == 1), value, as_expr(None))._aggregate("max")

    def null_count(self) -> Expr:
        return self.is_null()._aggregate("sum")

    def has_nulls(self) -> Expr:
        return self.null_count() > 0

    def any(self, *, ignore_nulls: bool = True) -> Expr:
        """Whether one of the values is true."""
        found = self.cast(Boolean)._aggregate("max")
        if ignore_nulls:
            return found._call("fill_null", False)
        unknown = choose(self.null_count() > 0, as_expr(None), as_expr(False))
        return choose(found._call("fill_null", False), as_expr(True), unknown).alias_like(self)

    def all(self, *, ignore_nulls: bool = True) -> Expr:
        """Whether no value is false."""
        found = self.cast(Boolean)._aggregate("min")._call("fill_null", True)
        if ignore_nulls:
            return found
        unknown = choose(self.null_count() > 0, as_expr(None), as_expr(True))
        return choose(found, unknown, as_expr(False)).alias_like(self)

    def filter(self, *predicates: Any) -> Expr:
        """Of the values, those for which all predicates are true."""
        condition = _chain("and", as_expr(predicates[0], names=True), predicates[1:])
        if self._node.kind == "filter" and not reduces(condition._node):
            return Expr(Node("filter", (self._node.args[0], (Expr(self._node.args[1]) & condition)._node)))
        return Expr(Node("filter", (self._node, condition._node)))

    def drop_nulls(self) -> Expr:
        """Without nulls."""
        return self.filter(self.is_not_null())

    def over(
        self,
        *partition_by: Any,
        order_by: Any = None,
        descending: bool = False,
        nulls_last: bool = False,
        mapping_strategy: Text = "group_to_rows",
    ) -> Expr:
        """What looks at several rows (aggregates, ``cum_sum``, ``rank``, ``shift`` ...) over those of each group.

        A group has the rows with equal keys; without keys, all rows are one. ``order_by`` says in which order the
        group's rows are gone through; it does not change the order of the frame.
        """
        if mapping_strategy != "group_to_rows":
            raise NotImplementedError(
                f'over(mapping_strategy="{mapping_strategy}") is not there yet; use group_by().agg()'
            )
        keys = [as_expr(one, names=True)._node for one in flatten(partition_by) if one is not None]
        order = [] if order_by is None else [as_expr(one, names=True)._node for one in flatten([order_by])]
        if not keys and not order:
            raise ValueError("over: expected at least one key or an order, found none")
        count = builtins.len(order)
        by = Order(builtins.len(keys), (descending,) * count, (nulls_last,) * count)
        return Expr(Node("over", (self._node, *keys, *order), by))

    def _call(self, function: Text, *others: Any) -> Expr:
        return Expr(call(function, self._node, *[as_expr(other)._node for other in others]))

    def _aggregate(self, kind: Text, parameter: Any = None) -> Expr:
        return Expr(Node("aggregate", (self._node,), (kind, parameter)))


class _Named:
    """The name of a tree, asked for once its selectors are expanded."""

    def __init__(self, node: Node) -> None:
        self.fixed = output_name(node) if node.kind == "alias" else None

    def __call__(self, root: str) -> str:
        return self.fixed or root


def flatten(values: Iterable[Any]) -> list[Any]:
    """Arguments and lists of arguments as one list."""
    flat: list[Any] = []
    for value in values:
        if isinstance(value, (list, tuple, set, frozenset)) or (hasattr(value, "__next__")):
            flat.extend(value)
        else:
            flat.append(value)
    return flat


def as_excluded(value: Any) -> Any:
    return value if isinstance(value, str) else as_type(value)


def as_expr(value: Any, names: bool = False) -> Expr:
    """An expression from a value; with ``names`` text is the name of a column."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, Then):
        return value.otherwise(None)
    if names and isinstance(value, str):
        return col(value)
    return Expr(literal_node(value))


def binary(function: str, left: Any, right: Any) -> Expr:
    return Expr(call(function, as_expr(left)._node, as_expr(right)._node))


def choose(condition: Expr, yes: Expr, no: Expr) -> Expr:
    return Expr(call("if_else", condition._node, yes._node, no._node))


def _chain(function: str, first: Expr, others: Iterable[Any]) -> Expr:
    for other in others:
        first = binary(function, first, as_expr(other, names=True))
    return first


def _log_of(base: float) -> float:
    import math

    return math.log(base)


def _pairs(old: Any, new: Any) -> list[tuple[Any, Any]]:
    if isinstance(old, dict):
        return list(old.items())
    olds = list(old) if isinstance(old, (list, tuple)) else [old]
    news = list(new) if isinstance(new, (list, tuple)) else [new] * builtins.len(olds)
    if builtins.len(news) != builtins.len(olds):
        raise ValueError(
            f"replace: expected as many new values as old ones, found {builtins.len(news)} and {builtins.len(olds)}"
        )
    return list(zip(olds, news, strict=True))


def _replace(value: Expr, pairs: list[tuple[Any, Any]], otherwise: Expr) -> Expr:
    result = otherwise
    for old, new in reversed(pairs):
        result = choose(value.eq_missing(old), as_expr(new), result)
    return result.alias_like(value)


def _not_listed(value: Expr, pairs: list[tuple[Any, Any]], result: Expr) -> Expr:
    """Null, but for values that are not listed: these fail, naming the value."""
    known = value.is_null()
    for old, _ in pairs:
        known = known | value.eq_missing(old)
    complaint = concat_str(value, lit(" is not listed in replace_strict(); give default="))
    # No number: the cast fails with the text.
    failing = choose(known, as_expr(None), complaint).cast(Int64)
    return choose(failing.is_null(), as_expr(None), result)


class _Col:
    """``col("a")``, ``col("a", "b")``, ``col(["a", "b"])``, ``col("^x.*$")``, ``col(Int64)``, ``col.a``."""

    def __call__(self, name: Any, *more: Any) -> Expr:
        names = flatten([name, *more])
        if builtins.all(isinstance(one, str) for one in names):
            if builtins.len(names) == 1 and isinstance(name, str):
                return _column(name)
            return Expr(Node("columns", data=tuple(names)))
        if builtins.any(isinstance(one, str) for one in names):
            raise TypeError(f"col: expected either names or types, found both: {names!r}")
        return Expr(Node("types", data=(tuple(as_type(one) for one in names), ())))

    def __getattr__(self, name: str) -> Expr:
        if name.startswith("__"):
            raise AttributeError(name)
        return _column(name)


def _column(name: str) -> Expr:
    if name == "*":
        return all()
    return Expr(Node("regex", data=name)) if is_pattern(name) else Expr(column(name))


col = _Col()


def lit(value: Any, dtype: Any = None) -> Expr:
    """A value as an expression; a list stands in each row."""
    if isinstance(value, (list, tuple)) and not builtins.any(isinstance(one, (list, tuple)) for one in value):
        from treadle.frame.structs import concat_list

        items = concat_list([lit(one) for one in value]).alias("literal")
        return items if dtype is None else items.cast(dtype)
    return Expr(literal_node(value, None if dtype is None else as_type(dtype)))


def len(*columns: str) -> Expr:
    """How many rows there are."""
    return Expr(Node("len"))


def count(*columns: str) -> Expr:
    """How many rows there are; of columns: how many of their values are not null."""
    return col(*columns).count() if columns else Expr(Node("len")).alias("count")


def all(*names: str) -> Expr:
    """All columns, but keys inside an aggregation; of columns: whether all values are true."""
    return col(*names).all() if names else Expr(Node("all", data=()))


def any(*names: str) -> Expr:
    """Whether one value of a column is true."""
    return col(*names).any()


def exclude(*columns: Any) -> Expr:
    """All columns but these."""
    return all().exclude(*columns)


def sum(*names: str) -> Expr:
    return col(*names).sum()


def mean(*names: str) -> Expr:
    return col(*names).mean()


def median(*names: str) -> Expr:
    return col(*names).median()


def min(*names: str) -> Expr:
    return col(*names).min()


def max(*names: str) -> Expr:
    return col(*names).max()


def std(name: str, ddof: int = 1) -> Expr:
    return col(name).std(ddof)


def var(name: str, ddof: int = 1) -> Expr:
    return col(name).var(ddof)


def first(*names: str) -> Expr:
    """The first value of columns; without any, the first column."""
    return col(*names).first() if names else _at(0)


def last(*names: str) -> Expr:
    """The last value of columns; without any, the last column."""
    return col(*names).last() if names else _at(-1)


def _at(place: int) -> Expr:
    from treadle import selectors

    return selectors.by_index(place)


def n_unique(*names: str) -> Expr:
    return col(*names).n_unique()


def coalesce(exprs: Any, *more: Any) -> Expr:
    """The first value that is not null."""
    nodes = [as_expr(one, names=True)._node for one in flatten([exprs, *more])]
    return Expr(call("coalesce", *nodes))


def concat_str(exprs: Any, *more: Any, separator: str = "", ignore_nulls: bool = False) -> Expr:
    """Texts one after the other; null if one of them is, unless ``ignore_nulls``."""
    parts = [as_expr(one, names=True) for one in flatten([exprs, *more])]
    if ignore_nulls:
        return _joined_without_nulls(parts, separator)
    nodes = [Node("cast", (part._node,), (String, True)) for part in parts]
    return Expr(call("str.concat", literal_node(separator), *nodes))


def _joined_without_nulls(parts: list[Expr], separator: str) -> Expr:
    # Each part has its separator before it; the first one is cut off.
    pieces = [(lit(separator) + part.cast(String))._call("fill_null", "") for part in parts]
    nodes = [piece._node for piece in pieces]
    joined = Expr(call("str.concat", literal_node(""), *nodes))
    return joined.str.slice(builtins.len(separator)).alias_like(parts[0])


def _folded(function: Callable[[Expr, Expr], Expr]) -> Callable[[list[Node]], Node]:
    def fold(parts: list[Node]) -> Node:
        result = Expr(parts[0])
        for part in parts[1:]:
            result = function(result, Expr(part))
        return result.alias(output_name(parts[0]))._node

    return fold


def _across(function: Callable[[Expr, Expr], Expr], exprs: tuple[Any, ...]) -> Expr:
    # A selection would make a column of each choice, where one of all is wanted: the frame folds it.
    nodes = tuple(as_expr(one, names=True)._node for one in flatten(exprs))
    return Expr(Node("fold", nodes, _folded(function)))


def sum_horizontal(*exprs: Any) -> Expr:
    """The sum over columns, row by row; nulls count as 0."""
    return _across(lambda a, b: a._call("fill_null", 0) + b._call("fill_null", 0), exprs)


def mean_horizontal(*exprs: Any) -> Expr:
    """The mean over columns, row by row; nulls are passed over."""
    count = _across(lambda a, b: a + b, tuple(as_expr(one, names=True).is_not_null() * 1 for one in flatten(exprs)))
    total = sum_horizontal(*exprs)
    return choose(count > 0, total / count, as_expr(None)).alias_like(total)


def fold(acc: Any, function: Callable[[Expr, Expr], Expr], exprs: Any) -> Expr:
    """``function`` of ``acc`` and the first column, then of that and the next one, and so on."""
    nodes = tuple(as_expr(one, names=True)._node for one in flatten([exprs]))
    return Expr(Node("fold", (as_expr(acc, names=True)._node, *nodes), _folded(function)))


def reduce(function: Callable[[Expr, Expr], Expr], exprs: Any) -> Expr:
    """As ``fold``, beginning with the first column."""
    return _across(function, tuple(flatten([exprs])))


def quantile(name: str, quantile: float, interpolation: str = "nearest") -> Expr:
    return col(name).quantile(quantile, interpolation)


def approx_n_unique(*names: str) -> Expr:
    return col(*names).n_unique()


def arange(start: Any = 0, end: Any = None, step: int = 1, *, dtype: Any = Int64, eager: bool = False) -> Any:
    return int_range(start, end, step, dtype=dtype, eager=eager)


def cum_sum(*names: str) -> Expr:
    return col(*names).cum_sum()


def int_range(start: Any = 0, end: Any = None, step: int = 1, *, dtype: Any = Int64, eager: bool = False) -> Any:
    """Numbers of rows: ``int_range(len())`` from 0, ``int_range(1, len() + 1)`` from 1; within groups by ``over``.

    ``eager``: a ``Series`` of the numbers from ``start`` to before ``end``.
    """
    first, behind = (0, start) if end is None else (start, end)
    if eager:
        from treadle.frame.series import Series

        return Series("literal", range(first, behind, step), dtype)
    rows = Expr(Node("len"))
    expected = {repr(one) for one in (rows, rows + first, first + rows)} - ({repr(rows)} if first else set())
    if not isinstance(first, int) or step != 1 or repr(behind) not in expected:
        raise NotImplementedError("int_range: expected a number for each row, as int_range(len()), found another range")
    return Expr(windows.macro(literal_node(first), "int_range", windows.number(first, as_type(dtype))))


def row_index(name: str = "index") -> Expr:
    """The number of each row, from 0."""
    return Expr(windows.macro(literal_node(0), "row_index", windows.number(0, as_type("uint32")))).alias(name)


def any_horizontal(*exprs: Any) -> Expr:
    return _across(lambda a, b: a | b, exprs)


def all_horizontal(*exprs: Any) -> Expr:
    return _across(lambda a, b: a & b, exprs)


def min_horizontal(*exprs: Any) -> Expr:
    """The least value of each row; nulls are passed over."""
    return _across(lambda a, b: coalesce(choose(b < a, b, a), b, a), exprs)


def max_horizontal(*exprs: Any) -> Expr:
    return _across(lambda a, b: coalesce(choose(b > a, b, a), b, a), exprs)


class When:
    """A condition that waits for its value."""

    def __init__(self, branches: list[tuple[Expr, Expr]], condition: Expr) -> None:
        self._branches = branches
        self._condition = condition

    def then(self, value: Any) -> Then:
        return Then([*self._branches, (self._condition, as_expr(value, names=True))])


class Then(Expr):
    """Conditions and values; an expression whose value is null where no condition is true."""

    __slots__ = ("_branches",)

    def __init__(self, branches: list[tuple[Expr, Expr]]) -> None:
        self._branches = branches
        super().__init__(self.otherwise(None)._node)

    def when(self, *conditions: Any, **equal: Any) -> When:
        return When(self._branches, _condition(conditions, equal))

    def otherwise(self, value: Any) -> Expr:
        result = as_expr(value, names=True)
        for condition, then in reversed(self._branches):
            result = choose(condition, then, result)
        return result


def _condition(conditions: tuple[Any, ...], equal: dict[str, Any]) -> Expr:
    listed = [*flatten(conditions), *(col(name) == value for name, value in equal.items())]
    if not listed:
        raise ValueError("when: expected a condition, found none")
    return _chain("and", as_expr(listed[0], names=True), listed[1:])


def when(*conditions: Any, **equal: Any) -> When:
    """``when(condition).then(value).otherwise(value)``: the value of the first condition that is true.

    ``name=value`` is an equality.
    """
    return When([], _condition(conditions, equal))
