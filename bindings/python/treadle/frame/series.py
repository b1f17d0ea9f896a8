"""Series: one column in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn, Self

from treadle import _core
from treadle.frame.construct import array_of, to_arrow
from treadle.frame.expr import Expr, as_expr, col
from treadle.frame.types import DataType, as_type, from_core
from treadle.optional import needed

if TYPE_CHECKING:
    from treadle.frame.eager import DataFrame

# Methods of expressions that give one value; others give a series.
_SINGLE = frozenset(
    [
        "sum",
        "mean",
        "median",
        "min",
        "max",
        "std",
        "var",
        "count",
        "n_unique",
        "null_count",
        "has_nulls",
        "any",
        "all",
        "first",
        "last",
        "approx_n_unique",
        "arg_max",
        "arg_min",
        "entropy",
        "get",
        "index_of",
        "kurtosis",
        "max_by",
        "min_by",
        "nan_max",
        "nan_min",
        "product",
        "quantile",
        "search_sorted",
        "skew",
    ]
)


def _operator(name: str) -> Any:
    def method(self: Series, other: Any) -> Series:
        return self._binary(name, other)

    return method


class Series:
    """A name and values of one type. Methods of expressions work on it at once."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, name: Any = None, values: Any = None, dtype: Any = None, *, strict: bool = True) -> None:
        if values is None and name is not None and not isinstance(name, str):
            name, values = "", name
        import pyarrow as pa

        array = array_of(
            [] if values is None else values, None if dtype is None else as_type(dtype), name or "", strict
        )
        self._table = _core.Table.from_arrow(pa.table({name or "": array}))

    @classmethod
    def _of(cls, table: _core.Table, name: str) -> Self:
        import pyarrow as pa

        series = cls.__new__(cls)
        series._table = _core.Table.from_arrow(pa.table(table).select([name]))
        return series

    @property
    def name(self) -> str:
        return self._table.schema.names[0]

    @property
    def dtype(self) -> DataType:
        return from_core(self._table.schema.types[0])

    @property
    def shape(self) -> tuple[int]:
        return (len(self),)

    def __len__(self) -> int:
        return self._table.num_rows

    def len(self) -> int:
        return len(self)

    def is_empty(self) -> bool:
        return len(self) == 0

    def __bool__(self) -> NoReturn:
        raise TypeError("a Series is neither true nor false; use any(), all() or is_empty()")

    def __repr__(self) -> str:
        from treadle.frame.display import current
        from treadle.frame.table_text import chosen_rows, value_text

        array, rows = self.to_arrow(), chosen_rows(len(self), current().tbl_rows)
        shown = ["…" if row is None else value_text(array[row].as_py(), True) for row in rows]
        lines = "".join(f"\t{one}\n" for one in shown)
        return f"shape: ({len(self):_},)\nSeries: {self.name!r} [{self.dtype.short}]\n[\n{lines}]"

    def __iter__(self) -> Iterator[Any]:
        return iter(self.to_list())

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, int):
            place = item + len(self) if item < 0 else item
            if not 0 <= place < len(self):
                raise IndexError(f"expected a row below {len(self)}, found {item}")
            return self.to_arrow()[place].as_py()
        return self.to_frame()[item].to_series()

    # Conversions.

    def to_list(self) -> list_[Any]:
        values: list_[Any] = self.to_arrow().to_pylist()
        return values

    def to_arrow(self) -> Any:
        """A pyarrow array."""
        return to_arrow(self._table).column(0).combine_chunks()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow_stream().__arrow_c_stream__(requested_schema)

    def to_arrow_stream(self) -> Any:
        """The values as chunks: what the Arrow C stream hands over."""
        return to_arrow(self._table).column(0)

    def to_pandas(self) -> Any:
        needed("pandas", "to_pandas()")
        series = to_arrow(self._table).column(0).to_pandas()
        series.name = self.name
        return series

    def to_polars(self) -> Any:
        return self.to_frame().to_polars().to_series()

    def to_numpy(self) -> Any:
        needed("numpy", "to_numpy()")
        return self.to_arrow().to_numpy(zero_copy_only=False)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        values = self.to_numpy()
        return values if dtype is None else values.astype(dtype)

    def to_frame(self, name: str | None = None) -> DataFrame:
        from treadle.frame.eager import DataFrame

        frame = DataFrame._of(self._table)
        return frame if name is None else frame.rename({self.name: name})

    # What frames do.

    def alias(self, name: str) -> Series:
        return self.to_frame(name).to_series()

    rename = alias

    def head(self, n: int = 10) -> Series:
        return self.to_frame().head(n).to_series()

    def tail(self, n: int = 10) -> Series:
        return self.to_frame().tail(n).to_series()

    def slice(self, offset: int, length: int | None = None) -> Series:
        return self.to_frame().slice(offset, length).to_series()

    def sort(self, *, descending: bool = False, nulls_last: bool = False) -> Series:
        return self.to_frame().sort(self.name, descending=descending, nulls_last=nulls_last).to_series()

    def unique(self, *, maintain_order: bool = True) -> Series:
        return self.to_frame().unique().to_series()

    def drop_nulls(self) -> Series:
        return self.to_frame().drop_nulls().to_series()

    def filter(self, predicate: Any) -> Series:
        if isinstance(predicate, Expr):
            return self.to_frame().filter(predicate).to_series()
        keep = list_(predicate)
        return self.to_frame()._take([place for place, one in enumerate(keep) if one]).to_series()

    def value_counts(
        self, *, sort: bool = False, parallel: bool = False, name: str_ | None = None, normalize: bool = False
    ) -> DataFrame:
        """A row for each different value, and how often it is there: as a share of all if ``normalize``."""
        counted = name or ("proportion" if normalize else "count")
        if counted == self.name:
            raise ValueError(f"value_counts: expected another name than the series', found {counted!r}")
        counts = self.to_frame().group_by(self.name).len(counted)
        if normalize:
            counts = counts.with_columns(col(counted) / col(counted).sum())
        return counts.sort(counted, descending=True) if sort else counts

    def sample(
        self,
        n: int | None = None,
        *,
        fraction: float | None = None,
        with_replacement: bool = False,
        shuffle: bool = False,
        seed: int | None = None,
    ) -> Series:
        """Values by chance."""
        options: dict[str_, Any] = {"with_replacement": with_replacement, "shuffle": shuffle, "seed": seed}
        return self.to_frame().sample(n, fraction=fraction, **options).to_series()

    def shuffle(self, seed: int | None = None) -> Series:
        """All values in an order by chance."""
        return self.sample(fraction=1.0, shuffle=True, seed=seed)

    def append(self, other: Series) -> Series:
        """The values of both; this one stays as it is."""
        return self.to_frame().vstack(other.alias(self.name).to_frame()).to_series()

    def clear(self) -> Series:
        return self.head(0)

    def clone(self) -> Series:
        return self

    def extend_constant(self, value: Any, n: int) -> Series:
        """The values, then one so many times."""
        return self.append(Series(self.name, [value] * n, self.dtype))

    def is_sorted(self, *, descending: bool = False, nulls_last: bool = False) -> bool:
        return self.equals(self.sort(descending=descending, nulls_last=nulls_last))

    def zip_with(self, mask: Any, other: Any) -> Series:
        """The values where the mask is true, and those of another series elsewhere."""
        from treadle.frame.expr import choose

        given = [Series(name, values) for name, values in (("mask", mask), ("other", other))]
        both = self.to_frame("value").hstack(given)
        return both.select(choose(col("mask"), col("value"), col("other")).alias(self.name)).to_series()

    def to_dummies(self, *, separator: str_ = "_", drop_first: bool = False) -> DataFrame:
        """A column of 0 and 1 for each different value."""
        return self.to_frame().to_dummies(separator=separator, drop_first=drop_first)

    def dot(self, other: Any) -> Any:
        """The sum of the products."""
        return (self * (other if isinstance(other, Series) else Series("", other))).sum()

    def describe(self, percentiles: Any = (0.25, 0.5, 0.75)) -> DataFrame:
        """Counts, mean, spread and percentiles."""
        return self.to_frame("value").describe(percentiles)

    def item(self, index: int | None = None) -> Any:
        if index is None and len(self) != 1:
            raise ValueError(f"item: expected a series of one value, found {len(self)}")
        return self[index or 0]

    def equals(self, other: Series, *, check_names: bool = False) -> bool:
        same = self.to_frame("x").equals(other.to_frame("x"))
        return same and (not check_names or self.name == other.name)

    # What expressions do.

    @property
    def str(self) -> _Namespace:
        return _Namespace(self, "str")

    @property
    def dt(self) -> _Namespace:
        return _Namespace(self, "dt")

    @property
    def list(self) -> _Namespace:
        return _Namespace(self, "list")

    @property
    def struct(self) -> _Namespace:
        return _Namespace(self, "struct")

    def __getattr__(self, name: str_) -> Any:
        if name.startswith("_") or not callable(getattr(Expr, name, None)):
            # Says what there is instead.
            getattr(Expr(as_expr(None)._node), name)
        return lambda *args, **kwargs: self._run(getattr(col(self.name), name)(*args, **kwargs), name in _SINGLE)

    def _run(self, expr: Expr, single: bool = False) -> Any:
        result = self.to_frame().select(expr.alias(self.name)).to_series()
        return result[0] if single else result

    def _binary(self, operator: str_, other: Any) -> Series:
        method = getattr(col(self.name), operator)
        if not isinstance(other, Series):
            result: Series = self._run(method(other))
            return result
        if len(other) == 1:
            found: Series = self._run(method(other[0]))
            return found
        both = self.to_frame("left").hstack([other.alias("right")])
        return both.select(getattr(col("left"), operator)(col("right")).alias(self.name)).to_series()

    __add__ = _operator("__add__")
    __radd__ = _operator("__radd__")
    __sub__ = _operator("__sub__")
    __rsub__ = _operator("__rsub__")
    __mul__ = _operator("__mul__")
    __rmul__ = _operator("__rmul__")
    __truediv__ = _operator("__truediv__")
    __rtruediv__ = _operator("__rtruediv__")
    __floordiv__ = _operator("__floordiv__")
    __rfloordiv__ = _operator("__rfloordiv__")
    __mod__ = _operator("__mod__")
    __rmod__ = _operator("__rmod__")
    __pow__ = _operator("__pow__")
    __rpow__ = _operator("__rpow__")
    __and__ = _operator("__and__")
    __rand__ = _operator("__rand__")
    __or__ = _operator("__or__")
    __ror__ = _operator("__ror__")
    __xor__ = _operator("__xor__")
    __rxor__ = _operator("__rxor__")
    __lt__ = _operator("__lt__")
    __le__ = _operator("__le__")
    __gt__ = _operator("__gt__")
    __ge__ = _operator("__ge__")

    def __neg__(self) -> Series:
        negated: Series = self._run(-col(self.name))
        return negated

    def __invert__(self) -> Series:
        inverted: Series = self._run(~col(self.name))
        return inverted

    def __eq__(self, other: object) -> Series:  # type: ignore[override]
        return self._binary("__eq__", other)

    def __ne__(self, other: object) -> Series:  # type: ignore[override]
        return self._binary("__ne__", other)


str_ = str
list_ = list


class _Namespace:
    """``.str`` and ``.dt`` of a series: those of an expression, run at once."""

    def __init__(self, series: Series, label: str) -> None:
        self._series = series
        self._label = label

    def __getattr__(self, name: str) -> Any:
        method = getattr(getattr(col(self._series.name), self._label), name)
        return lambda *args, **kwargs: self._series._run(method(*args, **kwargs))
