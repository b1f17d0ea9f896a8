"""The columns of a frame: chosen, replaced, added, dropped, named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from treadle.dataframe import arithmetic, arrow
from treadle.dataframe.alignment import aligned
from treadle.dataframe.collection import Collection, new_collection
from treadle.dataframe.order import Ordered
from treadle.dataframe.rows import Column
from treadle.dataframe.scalar import Scalar
from treadle.dataframe.series import Series
from treadle.dataframe.series_values import filtered
from treadle.errors import NotFound


class FrameColumns(Ordered):
    """What a frame does with its columns as a whole."""

    @property
    def columns(self) -> pd.Index:
        return self._meta.columns

    @columns.setter
    def columns(self, labels: Any) -> None:
        self._meta = self._meta.set_axis(labels, axis=1)

    @property
    def dtypes(self) -> pd.Series:
        return self._meta.dtypes

    @property
    def index(self) -> Any:
        return new_collection(self._rows, self._index, (), self._meta.index)

    @index.setter
    def index(self, labels: Any) -> None:
        if not isinstance(labels, Series):
            raise TypeError(f"an index is a lazy index or series of the frame's rows, found {type(labels).__name__}")
        values = labels._series() if type(labels) is not Series else labels
        if not self._rows.fits(values._rows):
            raise NotImplementedError("an index of other rows than the frame's; use set_index()")
        index = pd.Index(values._meta.array, dtype=values._meta.dtype, name=values._meta.name)
        self._rows, self._index = replace(self._rows.merged(values._rows), divisions=None), (values._columns[0],)
        self._meta = self._meta.set_axis(index, axis=0)

    @property
    def axes(self) -> list[Any]:
        return [self.index, self.columns]

    def keys(self) -> pd.Index:
        return self.columns

    @property
    def iloc(self) -> Any:
        from treadle.dataframe.selection import PositionIndexer

        return PositionIndexer(self)

    def _place(self, label: Any) -> int:
        columns = self._meta.columns
        try:
            place = columns.get_loc(label)
        except (KeyError, TypeError, pd.errors.InvalidIndexError):
            raise no_column(label, columns) from None
        if isinstance(place, int):
            return place
        if isinstance(columns, pd.MultiIndex):  # a part of a label
            raise no_column(label, columns)
        return int(np.arange(len(columns))[place][0])  # a label that occurs several times: the first

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, Series):
            if not arithmetic.is_mask(key._meta.dtype):
                raise TypeError(f"expected a mask of type bool, found {key._meta.dtype}")
            return filtered(self, key)
        if isinstance(key, slice):
            return self.loc[key]
        if isinstance(key, FrameColumns):
            return self.where(key)
        if isinstance(key, (list, pd.Index, pd.Series, np.ndarray)):
            places = [self._place(label) for label in key]
            return self._like(self._rows, [self._columns[place] for place in places], self._meta[list(key)])
        if callable(key) and not isinstance(key, type):
            return self[key(self)]
        if isinstance(key, tuple) and any(isinstance(part, Series) for part in key):
            raise KeyError("a mask and columns go to loc: frame.loc[mask, columns]")
        place = self._place(key)
        return self._like(self._rows, [self._columns[place]], self._meta.iloc[:, place])

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, FrameColumns):
            result = self.mask(key, value)
        elif isinstance(key, Series):
            result = self._each(lambda series: series.mask(key, value))
        elif isinstance(key, (list, tuple)) and isinstance(value, FrameColumns):
            if len(key) != len(value.columns):
                raise ValueError("Columns must be same length as key")
            result = self.assign(**{label: value.iloc[:, i] for i, label in enumerate(key)})
        elif isinstance(key, list):
            result = self.assign(**dict.fromkeys(key, value))
        else:
            result = self._assigned(key, value)
        self._rows, self._index, self._columns, self._meta = result._rows, result._index, result._columns, result._meta

    def __delitem__(self, key: Any) -> None:
        self._columns, self._meta = (lambda frame: (frame._columns, frame._meta))(self.drop(columns=[key]))

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and "_meta" in self.__dict__ and name in self._meta.columns:
            return self[name]
        return super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if "_meta" in self.__dict__ and not name.startswith("_") and name != "columns" and name in self._meta.columns:
            self[name] = value
            return
        object.__setattr__(self, name, value)

    def __dir__(self) -> list[str]:
        return [
            *super().__dir__(),
            *[label for label in self._meta.columns if isinstance(label, str) and label.isidentifier()],
        ]

    def __contains__(self, label: Any) -> bool:
        return label in self._meta.columns

    def __iter__(self) -> Iterator[Any]:
        return iter(self._meta.columns)

    def assign(self, **pairs: Any) -> Any:
        """The frame with columns added or replaced."""
        result = self
        for label, value in pairs.items():
            result = result._assigned(
                label, value(result) if callable(value) and not isinstance(value, Collection) else value
            )
        return result

    def _assigned(self, label: Any, value: Any) -> Any:
        rows = self._rows
        if isinstance(value, Scalar):
            rows, node = value.column_of(rows)
            column, part = value._beside(node), pd.Series(np.zeros(0, dtype=value.dtype))
        elif isinstance(value, (Collection, pd.Series)):
            if isinstance(value, pd.Series):
                from treadle.dataframe.read import from_pandas

                value = from_pandas(value, npartitions=1, sort=False)
            if isinstance(value, Series) and type(value) is not Series:
                value = value._series()
            if not isinstance(value, Series):
                raise TypeError(
                    f"a column is a series, an array of one dimension or a value, found {type(value).__name__}"
                )
            own, value = aligned([self, value], "left", f"assigning {label!r}")
            if own is not self:
                result: FrameColumns = own._assigned(label, value)
                return result
            rows, column, part = rows.merged(value._rows), value._columns[0], value._meta
        elif hasattr(value, "__treadle_blocks__") and getattr(value, "ndim", None) == 1:
            return self._with_array(label, value)
        else:
            part = pd.Series([value])
            if len(part) != 1 or pd.api.types.is_list_like(value):
                raise TypeError("a column is a series of this frame's rows or a single value")
            given = arithmetic.literal(value, part.dtype)
            if given is None or not (arithmetic.is_plain(part.dtype, "iufb") or arithmetic.is_text(part.dtype)):
                return self._constant(label, value)
            column, part = Column(given.cast(arrow.type_name(part.dtype))), part.iloc[:0]
        meta = self._meta.copy()
        meta[label] = pd.Series(part.array[:0], index=meta.index, dtype=part.dtype)
        columns = list(self._columns)
        if label in self._meta.columns:
            columns[self._place(label)] = column
        else:
            columns.append(column)
        return new_collection(rows, self._index, columns, meta)

    def _with_array(self, label: Any, array: Any) -> Any:
        """A column of a lazy array that has a block for each partition."""
        from treadle.dataframe.conversion import from_dask_array
        from treadle.dataframe.mapping import map_partitions

        values = from_dask_array(array, columns=label)
        if values.npartitions != self.npartitions:
            raise ValueError(
                f"expected as many blocks as partitions, {self.npartitions}, found {values.npartitions}; rechunk() it"
            )

        def call(part: pd.DataFrame, block: pd.Series) -> pd.DataFrame:
            return part.assign(**{label: block.to_numpy()})

        meta = self._meta.assign(**{label: pd.Series([], dtype=values.dtype)})
        return map_partitions(call, self, values, meta=meta, align_dataframes=False)

    def _constant(self, label: Any, value: Any) -> Any:
        meta = self._meta.assign(**{label: pd.Series([value]).iloc[:0]})
        return self._beside(lambda part: part.assign(**{label: value}), meta, f"assign {label}")

    def insert(self, loc: int, column: Any, value: Any) -> None:
        self[column] = value
        order = [label for label in self.columns if label != column]
        order.insert(loc, column)
        ordered = self[order]
        self._columns, self._meta = ordered._columns, ordered._meta

    def pop(self, item: Any) -> Any:
        """The column, which the frame then lacks."""
        series = self[item]
        del self[item]
        return series

    def drop(self, labels: Any = None, axis: Any = 0, columns: Any = None, errors: str = "raise") -> Any:
        """The frame without columns."""
        if columns is None and axis in (1, "columns"):
            columns = labels
        if columns is None:
            return self._map_partitions(lambda part: part.drop(labels, errors="ignore"), self._meta, "drop")
        gone = columns if pd.api.types.is_list_like(columns) else [columns]
        if errors == "raise":
            for label in gone:
                self._place(label)
        gone = list(gone)
        kept = [i for i, label in enumerate(self._meta.columns) if label not in gone]
        return self._like(self._rows, [self._columns[i] for i in kept], self._meta.iloc[:, kept])

    def rename(self, index: Any = None, columns: Any = None) -> Any:
        """Other labels for columns."""
        meta = self._meta.rename(columns=columns)
        if index is not None:
            return self._map_partitions(lambda part: part.rename(index=index, columns=columns), meta, "rename")
        return self._like(self._rows, self._columns, meta)

    def add_prefix(self, prefix: str, axis: Any = None) -> Any:
        return self._like(self._rows, self._columns, self._meta.add_prefix(prefix))

    def add_suffix(self, suffix: str, axis: Any = None) -> Any:
        return self._like(self._rows, self._columns, self._meta.add_suffix(suffix))

    def select_dtypes(self, include: Any = None, exclude: Any = None) -> Any:
        """The columns of some types."""
        return self[list(self._meta.select_dtypes(include, exclude).columns)]

    def items(self) -> Iterator[tuple[Any, Any]]:
        return ((label, self.iloc[:, i]) for i, label in enumerate(self._meta.columns))

    def iterrows(self) -> Iterator[Any]:
        for part in self._parts():
            yield from part.iterrows()

    def itertuples(self, index: bool = True, name: Any = "Pandas") -> Iterator[Any]:
        for part in self._parts():
            yield from part.itertuples(index=index, name=name)


def no_column(label: Any, labels: Iterable[Any]) -> NotFound:
    """The error of a label that is not there, with the nearest that is."""
    import difflib

    near = difflib.get_close_matches(str(label), [str(one) for one in labels], 1)
    return NotFound(f"no column is named {label!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
