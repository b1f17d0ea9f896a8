"""The values of a series, each by itself: operators, tests, types, replacements, functions of one's own."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.computing import compute
from treadle.dataframe import arithmetic, arrow, exact_values, fallback, rewriting
from treadle.dataframe.alignment import aligned
from treadle.dataframe.collection import Collection, new_collection
from treadle.dataframe.elementwise import Elementwise, operate_columns, together
from treadle.dataframe.exact_values import plausible
from treadle.dataframe.rows import Column
from treadle.dataframe.scalar import Scalar


class SeriesValues(Elementwise):
    """What a series does with each of its values."""

    # Operators

    def _operate(self, name: str, other: Any, reverse: bool = False, by_numpy: bool = False) -> Any:
        from treadle.dataframe.frame import DataFrame

        if isinstance(other, DataFrame):
            return NotImplemented
        if isinstance(other, Scalar):
            return self._with_scalar(name, other, reverse)
        if isinstance(other, Collection) and not isinstance(other, SeriesValues):
            return NotImplemented
        blocks = hasattr(other, "__treadle_blocks__") and not isinstance(other, Collection)
        if blocks and getattr(other, "ndim", None) == 1:
            return self._with_array(name, other, reverse)
        operator = arithmetic.OPERATORS[name]
        if isinstance(other, SeriesValues) and hasattr(other, "_series"):
            other = other._series()

        def call(a: Any, b: Any) -> Any:
            return operator(b, a) if reverse else operator(a, b)

        call.__name__ = name
        if isinstance(other, SeriesValues):
            meta = fallback.infer_meta(call, plausible(self), plausible(other))
        else:
            meta = fallback.infer_meta(lambda a: call(a, other), plausible(self))
        own, other = aligned([self, other], "outer", name)
        meta = meta.set_axis(arrow.index_of(own._meta))
        left, right = (other, own) if reverse else (own, other)
        native = operate_columns(name, left, right, meta, by_numpy)
        return together(call, meta, name, own, other) if native is None else native

    def _with_array(self, name: str, array: Any, reverse: bool) -> Any:
        """An operator with a lazy array that has a block for each partition."""
        from treadle.dataframe.conversion import from_dask_array
        from treadle.dataframe.mapping import map_partitions

        values = from_dask_array(array)
        if values.npartitions != self.npartitions:
            raise ValueError(
                f"expected as many blocks as partitions, {self.npartitions}, found {values.npartitions}; rechunk() it"
            )
        operator = arithmetic.OPERATORS[name]

        def call(part: pd.Series, block: pd.Series) -> Any:
            beside = block.to_numpy()
            return operator(beside, part) if reverse else operator(part, beside)

        call.__name__ = name
        meta = fallback.infer_meta(lambda part: call(part, pd.Series(np.ones(len(part), array.dtype))), plausible(self))
        return map_partitions(call, self, values, meta=meta, align_dataframes=False)

    def _with_scalar(self, name: str, other: Scalar, reverse: bool) -> Any:
        rows, node = other.column_of(self._rows)
        meta = pd.Series([], dtype=other.dtype, index=arrow.index_of(self._meta), name=self._meta.name)
        return self._operate(name, new_collection(rows, self._index, [other._beside(node)], meta), reverse)

    def __neg__(self) -> Any:
        if arithmetic.is_plain(self._meta.dtype, "if"):
            column = self._columns[0]
            return self._like(self._rows, [Column(-column.node, nan=column.nan)], -self._meta)
        return self._by_pandas("__neg__")

    def __invert__(self) -> Any:
        if arithmetic.is_plain(self._meta.dtype, "b"):
            return self._like(self._rows, [Column(~self._columns[0].node)], self._meta)
        return self._by_pandas("__invert__")

    # Values

    def isna(self) -> Any:
        """Where values are missing."""
        return self._like(self._rows, [Column(self._columns[0].clean().is_null())], self._meta.isna())

    isnull = isna

    def notna(self) -> Any:
        """Where values are not missing."""
        return self._like(self._rows, [Column(self._columns[0].clean().is_not_null())], self._meta.isna())

    notnull = notna

    def fillna(self, value: Any, axis: Any = None) -> Any:
        """``value`` for what is missing."""
        if isinstance(value, (SeriesValues, Scalar)):
            return together_where(self, self.notnull(), value)
        node = arithmetic.literal(value, self._meta.dtype) if not self._columns[0].pickled else None
        meta = self._filled_meta(value)
        same = arithmetic.is_number(value) == arithmetic.is_plain(self._meta.dtype, "iufb")
        if node is None or not same or isinstance(self._meta.dtype, pd.CategoricalDtype):
            return self._by_pandas("fillna", value, meta=meta)
        if arithmetic.is_plain(meta.dtype):
            kind = arrow.type_name(meta.dtype)
            values = self._columns[0].clean()
            values = values if self._meta.dtype == meta.dtype else values.cast(kind)
            return self._like(self._rows, [Column(values.fill_null(node.cast(kind)))], meta)
        return self._like(self._rows, [Column(self._columns[0].clean().fill_null(node))], meta)

    def _filled_meta(self, value: Any) -> pd.Series:
        """What missing values replaced by ``value`` make of the type: objects, if it does not fit beside the others."""
        dtype = self._meta.dtype
        holds = arithmetic.is_plain(dtype, "fmM") or arithmetic.is_time(dtype) or arithmetic.is_text(dtype)
        return fallback.infer_meta(lambda s: (s.where(s != s) if holds else s).fillna(value), self._meta)

    def astype(self, dtypes: Any) -> Any:
        """The values in another type."""
        target = pd.Series([], dtype=dtypes).dtype
        source = self._meta.dtype
        meta = pd.Series([], dtype=target, name=self._meta.name, index=arrow.index_of(self._meta))
        if target == source:
            return self.copy()
        if arithmetic.is_plain(target, "iuf") and arithmetic.is_plain(source, "iufb"):
            column = self._columns[0]
            if target.kind == "f" or (source.kind != "f" and np.can_cast(source, target)):
                return self._like(self._rows, [Column(column.node.cast(arrow.type_name(target)), nan=column.nan)], meta)
        if exact_values.digits_of(self._columns[0].kind) and target == np.dtype("float64"):
            return self._like(self._rows, [Column(self._columns[0].node.cast("float64"))], meta)
        if arithmetic.is_plain(target, "b") and arithmetic.is_plain(source, "iuf"):
            # What is missing is true, as in pandas.
            node = self._columns[0].clean() != _core.literal(0, "int64")
            return self._like(self._rows, [Column(node.fill_null(_core.literal(True, "bool")))], meta)
        if isinstance(target, pd.CategoricalDtype) and not self._columns[0].pickled:
            open_ended = target.categories is None or not len(target.categories)
            if isinstance(source, pd.CategoricalDtype) and open_ended:
                return self.copy()
            if open_ended:
                return self._like(self._rows, self._columns, unknown_categories(meta))
        return self._by_pandas("astype", dtypes, meta=meta)

    def isin(self, values: Any) -> Any:
        """Whether each value is one of these."""
        if isinstance(values, Collection):
            raise NotImplementedError("isin() takes values that are there: compute() them first, or merge()")
        if not pd.api.types.is_list_like(values):
            raise TypeError(
                f"only list-like objects are allowed to be passed to isin(), you passed a {type(values).__name__!r}"
            )
        listed = compute(list(values))[0]
        kind = self._columns[0].kind
        literals = [
            exact_values.literal(value, kind) if kind else arithmetic.literal(value, self._meta.dtype)
            for value in listed
        ]
        dtype = arithmetic.type_of_values(self._meta.dtype)
        fitting = (
            (arithmetic.is_plain(dtype) and all(arithmetic.is_number(value) and value == value for value in listed))
            or (arithmetic.is_text(dtype) and all(isinstance(value, builtins.str) for value in listed))
            or exact_values.digits_of(kind) or kind == "date"
        )  # fmt: skip
        if not fitting or not listed or any(node is None for node in literals):
            return self._by_pandas("isin", listed)
        test = _core.call("is_in", [self._columns[0].clean(), *[node for node in literals if node is not None]])
        exact = test.fill_null(_core.literal(False, "bool"))
        return self._like(self._rows, [Column(exact, test=test)], self._meta.isna())

    def between(self, left: Any, right: Any, inclusive: Any = "both") -> Any:
        """Whether each value lies between two."""
        if inclusive not in ("both", "neither", "left", "right"):
            raise ValueError("Inclusive has to be either string of 'both','left', 'right', or 'neither'.")
        lower = self >= left if inclusive in ("both", "left") else self > left
        upper = self <= right if inclusive in ("both", "right") else self < right
        return lower & upper

    def where(self, cond: Any, other: Any = np.nan) -> Any:
        """The values where ``cond`` is true, ``other`` elsewhere."""
        if not isinstance(cond, SeriesValues):
            return self._by_pandas("where", cond, other)
        return together_where(self, cond, other)

    def mask(self, cond: Any, other: Any = np.nan) -> Any:
        """The values where ``cond`` is false, ``other`` elsewhere."""
        if not isinstance(cond, SeriesValues):
            return self._by_pandas("mask", cond, other)
        return together_where(self, ~cond, other)

    def clip(self, lower: Any = None, upper: Any = None, axis: Any = None, **kwargs: Any) -> Any:
        """Values below ``lower`` and above ``upper`` replaced by these."""
        bounds = [None if bound is None or bound is pd.NA or bound != bound else bound for bound in (lower, upper)]
        numbers = all(bound is None or arithmetic.is_number(bound) for bound in bounds)
        if kwargs or not numbers or not arithmetic.is_plain(self._meta.dtype):
            return self._by_pandas("clip", lower, upper, **kwargs)
        meta = fallback.infer_meta(lambda part: part.clip(*bounds), self._meta)
        if any(bound is not None and bound != int(bound) for bound in bounds if np.isfinite(bound or 0)):
            # Integers beyond a bound that is none are floats.
            meta = meta.astype(np.promote_types(meta.dtype, "float64"))
        kind = arrow.type_name(meta.dtype)
        node = arithmetic.in_type(self._columns[0].clean(), self._meta.dtype, meta.dtype)
        least, most = (None if bound is None else arithmetic.literal(bound, meta.dtype) for bound in bounds)
        if least is not None:
            node = _core.choose(node < least.cast(kind), least.cast(kind), node)
        if most is not None:
            node = _core.choose(node > most.cast(kind), most.cast(kind), node)
        return self._like(self._rows, [Column(node)], meta)

    def replace(self, to_replace: Any = None, value: Any = None, regex: Any = False) -> Any:
        """Values replaced by others."""
        native = None if regex is not False else rewriting.replaced(self, to_replace, value)
        if native is not None:
            return native
        given = {} if value is None else {"value": value}
        return self._by_pandas("replace", to_replace, regex=regex, **given)

    def abs(self) -> Any:
        """Absolute values."""
        if arithmetic.is_plain(self._meta.dtype, "if"):
            column = self._columns[0]
            return self._like(self._rows, [Column(_core.call("abs", [column.node]), nan=column.nan)], self._meta)
        return self._by_pandas("abs")

    def round(self, decimals: int = 0) -> Any:
        """Values with so many digits behind the point; a negative number rounds before it."""
        dtype = self._meta.dtype
        if not arithmetic.is_plain(dtype, "iuf") or not isinstance(decimals, (int, np.integer)):
            return self._by_pandas("round", decimals)
        if dtype.kind != "f" and decimals >= 0:
            return self.copy()
        if dtype.kind != "f" and dtype != np.dtype("int64"):  # NumPy's wrap around
            return self._by_pandas("round", decimals)
        kind = "float64" if dtype.kind != "f" else arrow.type_name(dtype)
        column, digits = self._columns[0], _core.literal(int(decimals), "int64")
        node = _core.call("pandas.round", [column.node.cast(kind), digits]).cast(arrow.type_name(dtype))
        return self._like(self._rows, [Column(node, nan=column.nan)], self._meta)

    def map(self, arg: Any, na_action: Any = None, meta: Any = None) -> Any:
        """Each value through a function or a mapping."""
        if isinstance(arg, SeriesValues):
            arg = arg.compute()
        known = None if meta is None else fallback.make_meta(meta, self._meta)
        dtype = self._meta.dtype
        if known is None and isinstance(dtype, pd.CategoricalDtype) and arrow.is_known(dtype):
            known = self._meta.map(arg, na_action=na_action)  # each category is mapped, whether it occurs or not
        if known is None and isinstance(arg, (dict, pd.Series)):
            values = pd.Series(list(arg.values) if isinstance(arg, pd.Series) else list(arg.values()))
            known = self._like(self._rows, self._columns, values.iloc[:0].rename(self._meta.name))._meta
            known = known.set_axis(self._meta.index, axis=0)
        native = rewriting.exchanged(self, arg, known, False) if type(arg) is dict and na_action is None else None
        if native is not None:
            return native
        return self._by_pandas("map", arg, na_action=na_action, meta=known)

    def apply(
        self,
        function: Callable[..., Any],
        *more: Any,
        args: tuple[Any, ...] = (),
        meta: Any = None,
        axis: Any = 0,
        **kwargs: Any,
    ) -> Any:
        """Each value through a function, which also gets ``args``."""
        args = (*more, *args)
        known = None if meta is None else fallback.make_meta(meta, self._meta)

        def call(part: pd.Series) -> Any:
            return part.apply(function, args=args, **kwargs)

        call.__name__ = fallback.function_name(function)
        known = fallback.infer_meta(call, self._meta) if known is None else known
        return self._beside(call, known, f"apply {fallback.function_name(function)}")

    def rename(self, index: Any = None, sorted_index: bool = False) -> Any:
        """The same values under another name."""
        if callable(index) or isinstance(index, dict):
            return self._map_partitions(lambda part: part.rename(index), self._meta.rename(index), "rename")
        return self._like(self._rows, self._columns, self._meta.rename(index))

    def add_prefix(self, prefix: builtins.str) -> Any:
        """Labels of rows that start so."""
        meta = fallback.infer_meta(lambda part: part.add_prefix(prefix), self._meta)
        return self._map_partitions(lambda part: part.add_prefix(prefix), meta, f"add_prefix {prefix}")

    def add_suffix(self, suffix: builtins.str) -> Any:
        """Labels of rows that end so."""
        meta = fallback.infer_meta(lambda part: part.add_suffix(suffix), self._meta)
        return self._map_partitions(lambda part: part.add_suffix(suffix), meta, f"add_suffix {suffix}")

    def to_frame(self, name: Any = None) -> Any:
        """A frame of this one column."""
        meta = self._meta.to_frame() if name is None else self._meta.to_frame(name)
        return self._like(self._rows, self._columns, meta)

    def reset_index(self, drop: bool = False) -> Any:
        """The index as a column of a frame, or dropped."""
        frame = self.to_frame(0 if self._meta.name is None else self._meta.name).reset_index(drop)
        return frame[frame.columns[0]].rename(self._meta.name) if drop else frame


def unknown_categories(meta: pd.Series) -> pd.Series:
    """A meta of categories that are not known yet."""
    values = pd.Categorical([], categories=pd.Index([arrow.UNKNOWN]))
    return pd.Series(values, name=meta.name, index=meta.index)


def filtered(collection: Any, mask: SeriesValues) -> Any:
    """The rows for which ``mask`` is true."""
    collection, mask = aligned([collection, mask], "left", "a mask")
    rows = collection._rows.merged(mask._rows)
    return collection._kept(arithmetic.filter_form(mask._columns[0]), rows)


def together_where(series: SeriesValues, condition: SeriesValues, other: Any) -> Any:
    """``series`` where ``condition`` is true, else ``other``: natively for numbers of one kind and for text."""
    if isinstance(other, Scalar):
        rows, node = other.column_of(series._rows)
        empty = pd.Series([], dtype=other.dtype, index=arrow.index_of(series._meta))
        other = new_collection(rows, series._index, [other._beside(node)], empty)
    series, condition, other = aligned([series, condition, other], "left", "where")
    others = [other] if isinstance(other, SeriesValues) else []
    given = other if isinstance(other, SeriesValues) else None

    def call(a: Any, c: Any, b: Any = other) -> Any:
        return a.where(c, b)

    call.__name__ = "where"
    metas = [series._meta, condition._meta, *[one._meta for one in others]]
    meta = fallback.infer_meta(call, *metas)
    plain = arithmetic.is_plain(meta.dtype) and arithmetic.is_plain(series._meta.dtype)
    missing = not others and (other is None or other is pd.NA or (isinstance(other, float) and np.isnan(other)))
    fits = all(one._rows.fits(series._rows) for one in [condition, *others])
    text = arithmetic.is_text(meta.dtype) and arithmetic.is_text(series._meta.dtype)
    if fits and (plain or missing or text) and not series._columns[0].pickled:
        rows = series._rows.merged(condition._rows)
        node = series._columns[0].clean()
        if missing:
            chosen = _core.choose(condition._columns[0].node, node, _core.literal(None, "null"))
            return series._like(rows, [Column(chosen)], meta if plain else series._meta)
        first = arithmetic.in_type(node, series._meta.dtype, meta.dtype)
        if given is not None and (arithmetic.is_text if text else arithmetic.is_plain)(given._meta.dtype):
            rows = rows.merged(given._rows)
            second = arithmetic.in_type(given._columns[0].clean(), given._meta.dtype, meta.dtype)
            return series._like(rows, [Column(_core.choose(condition._columns[0].node, first, second))], meta)
        alike = isinstance(other, str) if text else arithmetic.is_number(other)
        value = arithmetic.literal(other, meta.dtype) if given is None and alike else None
        if value is not None:
            second = value.cast(arrow.type_name(meta.dtype))
            return series._like(rows, [Column(_core.choose(condition._columns[0].node, first, second))], meta)
    return together(call, meta, "where", series, condition, *others)


def _delegate(name: str) -> Callable[..., Any]:
    def method(self: Any, other: Any, level: Any = None, fill_value: Any = None, axis: Any = 0) -> Any:
        reverse = name.startswith("r") and name[1:] in arithmetic.OPERATORS
        base = name[1:] if reverse else name
        base = {"div": "truediv", "divide": "truediv", "multiply": "mul", "subtract": "sub", "rdiv": "truediv"}.get(
            base, base
        )
        if name == "rdiv":
            reverse = True
        by_numpy = isinstance(other, SeriesValues)  # pandas' methods do not look for zeros in series
        if fill_value is not None and isinstance(other, SeriesValues):
            own, other = aligned([self, other], "outer", name)
            result = own.fillna(fill_value)._operate(base, other.fillna(fill_value), reverse, by_numpy)
            # Where both are missing, nothing is filled.
            known = result.where(own.notna() | other.notna())
            return known._like(known._rows, known._columns, result._meta)
        if fill_value is not None:
            return self.fillna(fill_value)._operate(base, other, reverse)
        return self._operate(base, other, reverse, by_numpy)

    method.__name__ = name
    method.__doc__ = f"The operator ``{name}`` as a method."
    return method


OPERATOR_METHODS = (
    "add", "sub", "mul", "multiply", "subtract", "div", "divide", "truediv", "floordiv",
    "mod", "pow", "radd", "rsub", "rmul", "rdiv",
    "rtruediv", "rfloordiv", "rmod", "rpow", "eq", "ne", "lt", "le", "gt", "ge",
)  # fmt: skip
for _name in OPERATOR_METHODS:
    setattr(SeriesValues, _name, _delegate(_name))
