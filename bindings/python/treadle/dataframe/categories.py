"""Categories of a series: ``series.cat``. Values travel as they are; what the categories are is in the meta."""

from __future__ import annotations

from typing import Any

import pandas as pd

from treadle import _core
from treadle.dataframe import arithmetic, arrow
from treadle.dataframe.arrow import UNKNOWN, is_known
from treadle.dataframe.rows import Column
from treadle.errors import NotThereYet


def code_of(column: Column, dtype: pd.CategoricalDtype) -> _core.Expression:
    """The place of each value among known categories; null where it is missing."""
    node = _core.literal(None, "null").cast("int64")
    values = column.node
    for code, category in reversed(list(enumerate(dtype.categories))):
        literal = arithmetic.literal(category, dtype.categories.dtype)
        if literal is None:
            return values
        node = _core.choose(values == literal, _core.literal(code, "int64"), node)
    return node


def _unknown() -> NotThereYet:
    return NotThereYet(
        "`df.column.cat.categories` with unknown categories is not supported.  Please use "
        "`column.cat.as_known()` or `df.categorize()` beforehand to ensure known categories"
    )


class CategoryMethods:
    """``series.cat``."""

    def __init__(self, series: Any) -> None:
        if not isinstance(series._meta.dtype, pd.CategoricalDtype):
            raise AttributeError("Can only use .cat accessor with a 'category' dtype")
        self._series = series
        self._dtype: pd.CategoricalDtype = series._meta.dtype

    @property
    def known(self) -> bool:
        """Whether the categories are known without computing."""
        return is_known(self._dtype)

    @property
    def ordered(self) -> bool:
        return bool(self._dtype.ordered)

    @property
    def categories(self) -> pd.Index:
        """The categories, if they are known."""
        if not self.known:
            raise _unknown()
        return self._dtype.categories

    def _as(self, dtype: pd.CategoricalDtype) -> Any:
        meta = pd.Series([], dtype=dtype, name=self._series._meta.name, index=arrow.index_of(self._series._meta))
        return self._series._like(self._series._rows, self._series._columns, meta)

    def as_known(self, **kwargs: Any) -> Any:
        """The same with categories that are found by computing them."""
        if self.known:
            return self._series
        if arrow.IN_ORDER in self._dtype.categories:
            return self._as(self._series.compute(**kwargs).dtype)
        plain = self._series._like(
            self._series._rows,
            self._series._columns,
            pd.Series([], dtype="str", index=arrow.index_of(self._series._meta)),
        )
        values = pd.Index(plain.dropna().unique().compute(**kwargs)).sort_values()
        return self._as(pd.CategoricalDtype(values, ordered=self.ordered))

    def as_unknown(self) -> Any:
        """The same without known categories."""
        return self._as(pd.CategoricalDtype([UNKNOWN], ordered=self.ordered)) if self.known else self._series

    @property
    def codes(self) -> Any:
        """The place of each value among the categories; -1 where it is missing."""
        self.categories  # noqa: B018 (raises if they are not known)
        meta = self._series._meta.cat.codes
        if len(self._dtype.categories) > 200:
            return self._series._beside(lambda part: part.cat.codes, meta, "cat.codes")
        node = code_of(self._series._columns[0], self._dtype).fill_null(_core.literal(-1, "int64"))
        return self._series._like(self._series._rows, [Column(node.cast(arrow.type_name(meta.dtype)))], meta)

    def as_ordered(self) -> Any:
        return self._as(pd.CategoricalDtype(self._dtype.categories, ordered=True))

    def as_unordered(self) -> Any:
        return self._as(pd.CategoricalDtype(self._dtype.categories, ordered=False))

    def remove_unused_categories(self) -> Any:
        """Only the categories that occur: computes which do."""
        present = set(self._series.dropna().unique().compute())
        return self._as(pd.CategoricalDtype([one for one in self.categories if one in present], ordered=self.ordered))

    def __getattr__(self, name: str) -> Any:
        if name in ("categories", "codes"):
            raise _unknown()
        if name.startswith("_") or not hasattr(pd.Series(pd.Categorical(["a"])).cat, name):
            raise AttributeError(f"'CategoryMethods' object has no attribute {name!r}")

        def method(*args: Any, **kwargs: Any) -> Any:
            self.categories  # noqa: B018
            meta = getattr(self._series._meta.cat, name)(*args, **kwargs)
            return self._series._beside(lambda part: getattr(part.cat, name)(*args, **kwargs), meta, f"cat.{name}")

        return method
