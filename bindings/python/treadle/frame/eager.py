"""DataFrame: a table in memory, with the verbs of LazyFrame done at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

from treadle import _core, config
from treadle.frame import whole
from treadle.frame.construct import table_of, to_arrow
from treadle.frame.expr import col, flatten, lit
from treadle.frame.grouping import GroupBy, group_by
from treadle.frame.lazy import LazyFrame, check_length
from treadle.frame.lower import new_name
from treadle.frame.verbs import Verbs
from treadle.optional import needed

if TYPE_CHECKING:
    from treadle.frame.series import Series


class DataFrame(Verbs):
    """Columns in memory. Immutable: every method answers with a new frame."""

    _table: _core.Table

    def __init__(
        self,
        data: Any = None,
        schema: Any = None,
        *,
        schema_overrides: Any = None,
        strict: bool = True,
        orient: str | None = None,
    ) -> None:
        self._table = table_of(data, schema, schema_overrides, orient, strict)

    @classmethod
    def _of(cls, table: _core.Table) -> Self:
        frame = cls.__new__(cls)
        frame._table = table
        return frame

    def _plan(self) -> _core.DataFrame:
        return _core.from_table(self._table)

    def _from(self, plan: _core.DataFrame) -> Self:
        return self._of(_core.compute([plan], config.options())[0])

    def lazy(self) -> LazyFrame:
        """A plan that begins with this table."""
        return LazyFrame(self._plan())

    def clone(self) -> Self:
        return self._of(self._table)

    def group_by(self, *by: Any, maintain_order: bool = True, **named_by: Any) -> GroupBy[Self]:
        """Rows with equal keys together; null is a key. Groups come by first appearance."""
        return group_by(self, by, named_by)

    # Shape and looks.

    @property
    def height(self) -> int:
        return self._table.num_rows

    @property
    def shape(self) -> tuple[int, int]:
        return self.height, self.width

    def __len__(self) -> int:
        return self.height

    def is_empty(self) -> bool:
        return self.height == 0

    def estimated_size(self, unit: str = "b") -> float:
        """Bytes in memory."""
        sizes = {"b": 0, "kb": 1, "mb": 2, "gb": 3, "tb": 4}
        return self._table.nbytes / 1024 ** sizes[unit] if sizes[unit] else self._table.nbytes

    def __bool__(self) -> bool:
        raise TypeError("a DataFrame is neither true nor false; use is_empty()")

    def __repr__(self) -> str:
        from treadle.frame.table_text import draw

        return draw(self._table)

    def _repr_html_(self) -> str:
        from treadle.frame.table_html import draw

        return draw(self._table)

    def glimpse(
        self, *, max_items_per_column: int = 10, return_type: str | None = None, return_as_string: bool = False
    ) -> str | None:
        """A line a column: name, type, first values; printed, or with ``return_type="string"`` returned."""
        from treadle.frame.table_text import value_text

        lines = [f"Rows: {self.height}", f"Columns: {self.width}"]
        names = max(map(len, self.columns), default=0)
        kinds = max((len(kind.short) for kind in self.dtypes), default=0) + 2
        for series in self.head(max_items_per_column).iter_columns():
            shown = ", ".join(value_text(value, True) for value in series.to_list())
            kind = f"<{series.dtype.short}>"
            lines.append(f"$ {series.name:<{names}} {kind:<{kinds}} {shown}")
        text = "\n".join(lines)
        if return_as_string or return_type == "string":
            return text
        print(text)
        return None

    # Series beside expressions: columns that are there while the verb runs.

    def filter(self, *predicates: Any, **constraints: Any) -> Self:
        """Rows for which all predicates, expressions or series of bools, are true."""
        wide, exprs = self._with_series(flatten(map(_as_mask, predicates)))
        kept = Verbs.filter(wide, *exprs, **constraints)
        return kept if wide is self else kept._keep(self.columns)

    def select(self, *exprs: Any, **named: Any) -> Self:
        """These columns, expressions and series; aggregates beside columns stand in every row."""
        from treadle.frame.series import Series

        values = [*flatten(exprs), *named.values()]
        if not any(isinstance(one, Series) for one in values):
            return Verbs.select(self, *exprs, **named)
        if all(isinstance(one, Series) for one in values):
            names = [*(one.name for one in values[: len(values) - len(named)]), *named]
            return type(self)([one.alias(name) for one, name in zip(values, names, strict=True)])
        wide, listed = self._with_series(values)
        unnamed = len(listed) - len(named)
        return Verbs.select(wide, *listed[:unnamed], **dict(zip(named, listed[unnamed:], strict=True)))

    def with_columns(self, *exprs: Any, **named: Any) -> Self:
        """All columns, with these expressions and series added or replaced."""
        wide, listed = self._with_series([*flatten(exprs), *named.values()])
        unnamed = len(listed) - len(named)
        result = Verbs.with_columns(wide, *listed[:unnamed], **dict(zip(named, listed[unnamed:], strict=True)))
        hidden = set(wide.columns) - set(self.columns)
        return result if not hidden else result._keep([name for name in result.columns if name not in hidden])

    def _with_series(self, values: list[Any]) -> tuple[Self, list[Any]]:
        """The frame with the series among the values as hidden columns, and expressions for all of them."""
        from treadle.frame.series import Series

        wide, exprs = self, []
        for value in values:
            if isinstance(value, Series):
                hidden = new_name("series")
                wide, value = wide.hstack([value.alias(hidden)]), col(hidden).alias(value.name)
            exprs.append(value)
        return wide, exprs

    # Rows by place.

    def slice(self, offset: int, length: int | None = None) -> Self:
        """``length`` rows from ``offset`` on; a negative offset counts from the end."""
        check_length("slice", length)
        return self._of(_core.Table.from_arrow(whole.cut(to_arrow(self._table), offset, length)))

    def tail(self, n: int = 5) -> Self:
        """The last ``n`` rows."""
        check_length("tail", n)
        return self.slice(max(self.height - n, 0), n)

    def last(self) -> Self:
        return self.tail(1)

    def reverse(self) -> Self:
        """The rows in the opposite order."""
        return self._of(_core.Table.from_arrow(whole.reverse(to_arrow(self._table))))

    def gather_every(self, n: int, offset: int = 0) -> Self:
        return self._take(range(offset, self.height, n))

    def _take(self, places: Any) -> Self:
        import pyarrow as pa

        return self._of(_core.Table.from_arrow(to_arrow(self._table).take(pa.array(places, pa.int64()))))

    def sample(
        self,
        n: int | None = None,
        *,
        fraction: float | None = None,
        with_replacement: bool = False,
        shuffle: bool = False,
        seed: int | None = None,
    ) -> Self:
        """Rows by chance: in their order, unless ``shuffle``. One if neither ``n`` nor ``fraction`` is given."""
        import random

        if n is not None and fraction is not None:
            raise ValueError("sample: expected n or fraction, found both")
        count = int(self.height * fraction) if fraction is not None else 1 if n is None else n
        source = random.Random(seed)
        if count > self.height and not with_replacement:
            raise ValueError(f"sample: expected at most {self.height} rows, found {count}")
        rows = range(self.height)
        chosen = source.choices(rows, k=count) if with_replacement else source.sample(rows, count)
        return self._take(chosen if shuffle else sorted(chosen))

    # Columns.

    def corr(self) -> Self:
        """The correlation of each two columns of numbers, a row a column."""
        from treadle.frame.expr_numbers import corr

        rows = [self.select([corr(one, other).alias(other) for other in self.columns]) for one in self.columns]
        return self._from(_core.concat([row._plan() for row in rows]))

    def fold(self, operation: Any) -> Series:
        """``operation`` of the first two columns as series, then of that and the next one, and so on."""
        first, *others = self.iter_columns()
        for other in others:
            first = operation(first, other)
        return first

    def to_struct(self, name: str = "") -> Series:
        """All columns as one of structs."""
        from treadle.frame.structs import struct

        return self.select(struct(*self.columns).alias(name)).to_series()

    def get_column(self, name: str) -> Series:
        from treadle.frame.series import Series

        self._check([name])
        return Series._of(self._table, name)

    def get_columns(self) -> list[Series]:
        return [self.get_column(name) for name in self.columns]

    def iter_columns(self) -> Iterator[Series]:
        return iter(self.get_columns())

    def to_series(self, index: int = 0) -> Series:
        return self.get_column(self.columns[index])

    def hstack(self, columns: Any) -> Self:
        """With further columns of as many rows at the right."""
        import pyarrow as pa

        table = to_arrow(self._table)
        for series in columns.get_columns() if isinstance(columns, DataFrame) else columns:
            if len(series) != self.height:
                raise ValueError(f"hstack: expected {self.height} rows, found {len(series)} in {series.name!r}")
            table = table.append_column(pa.field(series.name, series.to_arrow().type), series.to_arrow())
        return self._of(_core.Table.from_arrow(table))

    def vstack(self, other: DataFrame) -> Self:
        """The rows of both, one below the other."""
        return self._from(_core.concat([self._plan(), other._plan()]))

    extend = vstack

    def partition_by(
        self, by: Any, *more_by: Any, maintain_order: bool = True, include_key: bool = True, as_dict: bool = False
    ) -> Any:
        """A frame for each group, by first appearance; without the keys if not ``include_key``."""
        names, number = flatten([by, *more_by]), new_name("number")
        groups = self.with_row_index(number).group_by(names).agg(col(number))
        parts = {}
        for *key, places in groups.rows():
            rows = self._take(places)
            parts[tuple(key)] = rows if include_key else rows.drop(names)
        return parts if as_dict else list(parts.values())

    def pivot(
        self,
        on: Any,
        *,
        index: Any = None,
        values: Any = None,
        aggregate_function: str | None = None,
        sort_columns: bool = False,
        separator: str = "_",
    ) -> Self:
        """A column for each value of the column ``on``."""
        from treadle.frame.reshape import pivot

        return pivot(self, on, index, values, aggregate_function, sort_columns, separator)

    def describe(self, percentiles: Any = (0.25, 0.5, 0.75)) -> DataFrame:
        """Counts, mean, spread and percentiles of each column."""
        from treadle.frame.reshape import describe

        return describe(self, percentiles)

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, tuple) and all(isinstance(one, str) for one in item):
            return self.select(list(item))
        if isinstance(item, tuple) and len(item) == 2:
            rows, columns = item
            chosen = self[rows] if not isinstance(rows, int) else self[rows : rows + 1 or None]
            found = chosen[columns] if isinstance(columns, (str, list)) else chosen._columns_at(columns)
            if isinstance(rows, int) and isinstance(columns, (str, int)):
                return found[0]
            return found
        if isinstance(item, str):
            return self.get_column(item)
        if isinstance(item, int):
            place = self._place(item)
            return self.slice(place, 1)
        if isinstance(item, slice):
            start, stop, step = item.indices(self.height)
            return self.slice(start, max(stop - start, 0)) if step == 1 else self._take(range(start, stop, step))
        if isinstance(item, (list, tuple)):
            if all(isinstance(one, str) for one in item):
                return self.select(list(item)) if item else self.select([])
            if all(isinstance(one, bool) for one in item):
                return self._take([place for place, keep in enumerate(item) if keep])
            return self._take([self._place(one) for one in item])
        raise TypeError(f"expected a column's name, a row's number, a slice or a list, found {type(item).__name__}")

    def _columns_at(self, columns: Any) -> Any:
        names = self.columns[columns]
        return self.get_column(names) if isinstance(names, str) else self.select(names)

    def _place(self, row: int) -> int:
        place = row + self.height if row < 0 else row
        if not 0 <= place < self.height:
            raise IndexError(f"expected a row below {self.height}, found {row}")
        return place

    def rechunk(self) -> Self:
        """The same rows."""
        return self

    def is_duplicated(self) -> Series:
        """Whether each row is there more than once."""
        return self._repeats("is_duplicated")

    def is_unique(self) -> Series:
        return self._repeats("is_unique")

    def _repeats(self, name: str) -> Series:
        count = lit(1).count().over(self.columns)
        return self.select((count > 1 if name == "is_duplicated" else count == 1).alias("")).to_series()

    def iter_slices(self, n_rows: int = 10_000) -> Iterator[Self]:
        """Frames of so many rows, one behind the other."""
        if n_rows < 1:
            raise ValueError(f"iter_slices: expected a number of rows of at least 1, found {n_rows}")
        return (self.slice(start, n_rows) for start in range(0, self.height, n_rows))

    def replace_column(self, index: int, column: Series) -> Self:
        """With another column in the place of one."""
        names = self.columns
        wide = self.hstack([column.alias(new := new_name("column"))])
        names[index] = new
        return wide._keep(names).rename({new: column.name})

    def map_rows(self, function: Any, return_dtype: Any = None) -> DataFrame:
        """``function`` of each row, a tuple of values, as a frame: a tuple gives several columns."""
        rows = [function(row) for row in self.iter_rows()]
        if rows and not isinstance(rows[0], tuple):
            return DataFrame({"map": rows}, schema=None if return_dtype is None else {"map": return_dtype})
        width = len(rows[0]) if rows else 0
        return DataFrame({f"column_{place}": [row[place] for row in rows] for place in range(width)})

    def transpose(
        self, *, include_header: bool = False, header_name: str = "column", column_names: Any = None
    ) -> DataFrame:
        """Rows as columns."""
        rows = list(zip(*self.rows(), strict=True)) if self.height else [()] * self.width
        names = self.columns
        if isinstance(column_names, str):
            place = names.index(column_names)
            heads = [str(one) for one in rows.pop(place)]
            names = names[:place] + names[place + 1 :]
        else:
            heads = [f"column_{place}" for place in range(self.height)] if column_names is None else list(column_names)
        one_type = len(set(map(str, self.dtypes))) == 1 or all(kind.is_numeric() for kind in self.dtypes)
        values = {
            head: [row[place] if one_type or row[place] is None else str(row[place]) for row in rows]
            for place, head in enumerate(heads)
        }
        return DataFrame({**({header_name: names} if include_header else {}), **values})

    def to_dummies(self, columns: Any = None, *, separator: str = "_", drop_first: bool = False) -> Self:
        """A column of 0 and 1 for each different value of these columns, in the order of their names."""
        chosen = self._subset(columns)
        made: list[Any] = []
        for name in self.columns:
            if name not in chosen:
                made.append(col(name))
                continue
            column = self[name]
            texts = {_shown(value): value for value in column.unique().to_list()}
            for text in sorted(texts)[1 if drop_first else 0 :]:
                made.append(col(name).eq_missing(texts[text]).cast("uint8").alias(f"{name}{separator}{text}"))
        return self.select(made)

    def sum_horizontal(self, *, ignore_nulls: bool = True) -> Series:
        """The sum of each row; nulls count as 0."""
        return self._across("sum_horizontal")

    def mean_horizontal(self, *, ignore_nulls: bool = True) -> Series:
        return self._across("mean_horizontal")

    def min_horizontal(self) -> Series:
        return self._across("min_horizontal")

    def max_horizontal(self) -> Series:
        return self._across("max_horizontal")

    def _across(self, name: str) -> Series:
        from treadle.frame import expr

        names = [one for one, kind in self.schema.items() if kind.is_numeric() or kind.core == "bool"]
        folded = getattr(expr, name)(*[col(one) for one in names])
        return self.select(folded.alias(name.removesuffix("_horizontal"))).to_series()

    def get_column_index(self, name: str) -> int:
        self._check([name])
        return self.columns.index(name)

    def insert_column(self, index: int, column: Any) -> Self:
        """With a series or an expression as the column at a place."""
        added = self.with_columns(column)
        new = [name for name in added.columns if name not in self.columns]
        if len(new) != 1:
            raise ValueError("insert_column: expected a column of a new name")
        names = self.columns
        names.insert(index if index >= 0 else len(names) + index, new[0])
        return added.select(names)

    def rows_by_key(self, key: Any, *, named: bool = False, include_key: bool = False, unique: bool = False) -> Any:
        """Rows by the values of a column, or of several."""
        keys = flatten([key])
        shown = self if include_key else self.drop(keys)
        found: dict[Any, Any] = {}
        for one, row in zip(self.select(keys).iter_rows(), shown.iter_rows(named=named), strict=True):
            place = one[0] if len(keys) == 1 else one
            if unique:
                found[place] = row
            else:
                found.setdefault(place, []).append(row)
        return found

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def __iter__(self) -> Iterator[Series]:
        return self.iter_columns()

    # Values.

    def item(self, row: int | None = None, column: int | str | None = None) -> Any:
        """The only value, or that in a row and a column."""
        if row is None and column is None:
            if self.shape != (1, 1):
                raise ValueError(f"item: expected a frame of one value, found one of shape {self.shape}")
            row = column = 0
        name = self.columns[column] if isinstance(column, int) else column
        if name is None or row is None:
            raise ValueError("item: expected both a row and a column")
        self._check([name])
        return to_arrow(self._table).column(name)[self._place(row)].as_py()

    def row(self, index: int, *, named: bool = False) -> Any:
        """One row as a tuple or, ``named``, as a dict."""
        return self.slice(self._place(index), 1).rows(named=named)[0]

    def rows(self, *, named: bool = False) -> list[Any]:
        """All rows as tuples or, ``named``, as dicts."""
        return self.to_dicts() if named else list(self.iter_rows())

    def iter_rows(self, *, named: bool = False, buffer_size: int = 512) -> Iterator[Any]:
        names = self.columns
        for batch in to_arrow(self._table).to_batches(max_chunksize=max(buffer_size, 1)):
            values = [column.to_pylist() for column in batch.columns]
            for row in zip(*values, strict=True):
                yield dict(zip(names, row, strict=True)) if named else row

    def to_dict(self, *, as_series: bool = True) -> dict[str, Any]:
        return {one.name: one if as_series else one.to_list() for one in self.iter_columns()}

    def to_dicts(self) -> list[dict[str, Any]]:
        return list(self.iter_rows(named=True))

    def equals(self, other: DataFrame, *, null_equal: bool = True) -> bool:
        """Whether names, types and values are the same; NaN equals NaN."""
        if self.schema != other.schema or self.height != other.height:
            return False
        if not null_equal and any(self.null_count().row(0)):
            return False
        return all(_same(a, b) for a, b in zip(self.iter_rows(), other.iter_rows(), strict=True))

    # Other libraries.

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)

    def to_arrow(self) -> Any:
        """A pyarrow table."""
        return to_arrow(self._table)

    def to_pandas(self, **options: Any) -> Any:
        needed("pandas", "to_pandas()")
        return to_arrow(self._table).to_pandas(**options)

    def to_polars(self) -> Any:
        needed("polars", "to_polars()")
        import polars

        return polars.from_arrow(to_arrow(self._table))

    def to_numpy(self) -> Any:
        """A two-dimensional array."""
        needed("numpy", "to_numpy()")
        import numpy as np

        return np.column_stack([one.to_numpy() for one in self.iter_columns()])

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        values = self.to_numpy()
        return values if dtype is None else values.astype(dtype)

    # Files.

    def write_csv(
        self,
        file: str | os.PathLike[str] | None = None,
        *,
        include_header: bool = True,
        separator: str = ",",
        **how: Any,
    ) -> str | None:
        """Writes a CSV file; without a name, answers with the text. ``how``: as ``LazyFrame.sink_csv``."""

        def write(path: str | os.PathLike[str]) -> None:
            self.lazy().sink_csv(path, include_header=include_header, separator=separator, **how)

        if file is not None:
            write(file)
            return None
        return _as_text(write)

    def write_ndjson(self, file: str | os.PathLike[str] | None = None) -> str | None:
        """Writes an object a line; without a name, answers with the text."""
        if file is not None:
            self.lazy().sink_ndjson(file)
            return None
        return _as_text(self.lazy().sink_ndjson)

    def write_json(self, file: str | os.PathLike[str] | None = None) -> str | None:
        """Writes an array of objects; without a name, answers with the text."""
        from treadle.frame.sinks import file_path

        def write(path: str | os.PathLike[str]) -> None:
            _core.write_json(self._plan(), file_path(path), config.options(), False)

        if file is not None:
            write(file)
            return None
        return _as_text(write)

    def write_ipc(self, file: str | os.PathLike[str], *, compression: str = "uncompressed") -> None:
        """Writes one Arrow file, which appears whole."""
        from treadle.frame.arrow_files import write_ipc

        write_ipc(self.to_arrow(), file, compression)

    def write_parquet(self, file: str | os.PathLike[str], *, compression: str = "zstd", **options: Any) -> None:
        """Writes one Parquet file, or with ``partition_by`` a directory of them."""
        self.lazy().sink_parquet(file, compression=compression, **options)


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, tuple):
        return all(map(_same, a, b))
    return bool(a == b or (a != a and b != b))


def _as_text(write: Any) -> str:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "text"
        write(path)
        return path.read_text(encoding="utf-8")


def _shown(value: Any) -> str:
    """A value as a name has it."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _as_mask(predicate: Any) -> Any:
    """A list of bools as a series: one for each row."""
    from treadle.frame.series import Series

    if isinstance(predicate, list) and predicate and all(isinstance(one, bool) for one in predicate):
        return Series("", predicate)
    return predicate
