"""The lazy frame."""

from __future__ import annotations

from typing import Any

import pandas as pd

from treadle.dataframe import arithmetic, arrow, fallback, moments, reductions, running, summary
from treadle.dataframe.elementwise import together
from treadle.dataframe.frame_values import FrameValues
from treadle.dataframe.scalar import Scalar
from treadle.dataframe.split_out import splits


class DataFrame(FrameValues):
    """Columns over rows, with pandas' meaning."""

    _pandas = pd.DataFrame

    def nunique(self, axis: Any = 0, dropna: bool = True, split_every: Any = False) -> Any:
        """How many different values each column has."""
        if axis in (1, "columns"):
            return self._by_pandas("nunique", axis=1, dropna=dropna)
        return reductions.reduce_frame(self, "nunique", {"dropna": dropna})

    def quantile(self, q: Any = 0.5, axis: Any = 0, numeric_only: bool = False, method: Any = "default") -> Any:
        """Exact quantiles of each column."""
        if axis in (1, "columns"):
            return self._by_pandas("quantile", q, axis=1, numeric_only=numeric_only)
        return summary.quantile_of_frame(self, q, numeric_only)

    def describe(
        self,
        split_every: Any = False,
        percentiles: Any = None,
        percentiles_method: Any = "default",
        include: Any = None,
        exclude: Any = None,
    ) -> Any:
        """What the columns are like: how many values, mean, spread, exact quantiles; of text the most frequent."""
        return summary.describe(self, percentiles, include, exclude)

    @splits
    def value_counts(
        self,
        subset: Any = None,
        normalize: bool = False,
        sort: bool = True,
        ascending: bool = False,
        dropna: bool = True,
        split_every: Any = None,
        split_out: Any = None,
    ) -> Any:
        """How often each combination of values occurs, the most frequent first."""
        one = subset is not None and not pd.api.types.is_list_like(subset)
        labels = [subset] if one else list(self.columns if subset is None else subset)
        counts = self.groupby(labels, sort=False, observed=False, dropna=dropna).size().rename("count")
        if len(labels) == 1 and not one:  # as in pandas: what was asked for by a list has an index of levels
            counts = counts._with_levels()
        counts = counts.sort_values(ascending=ascending) if sort else counts
        return (counts / counts.sum()).rename("proportion") if normalize else counts

    def corr(
        self, method: Any = "pearson", min_periods: Any = None, numeric_only: bool = False, split_every: Any = False
    ) -> Any:
        """The correlation of each pair of columns."""
        return moments.matrix(self, "corr", method, min_periods, numeric_only)

    def cov(self, min_periods: Any = None, numeric_only: bool = False, split_every: Any = False) -> Any:
        """The covariance of each pair of columns."""
        return moments.matrix(self, "cov", "pearson", min_periods, numeric_only)

    def mode(self, dropna: bool = True, split_every: Any = False, numeric_only: bool = False) -> Any:
        """The most frequent values of each column."""
        return summary.mode_of_frame(self, dropna, numeric_only)

    def idxmin(self, axis: Any = 0, skipna: bool = True, numeric_only: bool = False, split_every: Any = False) -> Any:
        """The label of the smallest value of each column."""
        return summary.indexes_of_extremes(self, "idxmin", axis, skipna, numeric_only)

    def idxmax(self, axis: Any = 0, skipna: bool = True, numeric_only: bool = False, split_every: Any = False) -> Any:
        """The label of the largest value of each column."""
        return summary.indexes_of_extremes(self, "idxmax", axis, skipna, numeric_only)

    def nunique_approx(self, split_every: Any = None) -> Any:
        """How many different rows there are: exact here."""
        return self.drop_duplicates()._num_rows()

    def median_approximate(self, axis: Any = 0, method: Any = "default", numeric_only: bool = False) -> Any:
        """The median of each column: exact here."""
        return self.quantile(0.5, axis=axis, numeric_only=numeric_only)

    @property
    def nbytes(self) -> Scalar:
        """The bytes of the values as pandas holds them."""
        total: Scalar = self.memory_usage(index=False).sum()
        return total

    def memory_usage(self, deep: bool = False, index: bool = True) -> Any:
        """The bytes of each column as pandas holds it, partition by partition."""

        def used(part: pd.DataFrame) -> pd.DataFrame:
            return part.memory_usage(deep=deep, index=index).to_frame().T

        return self._map_partitions(used, fallback.infer_meta(used, self._meta), "memory_usage").sum()

    # Groups and combinations

    def groupby(
        self,
        by: Any = None,
        group_keys: bool = True,
        sort: Any = None,
        observed: Any = None,
        dropna: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Groups of rows with equal keys."""
        from treadle.dataframe.groupby import group_frame

        return group_frame(self, by, sort=sort, observed=observed, dropna=dropna, group_keys=group_keys, **kwargs)

    def merge(
        self,
        right: Any,
        how: str = "inner",
        on: Any = None,
        left_on: Any = None,
        right_on: Any = None,
        left_index: bool = False,
        right_index: bool = False,
        suffixes: Any = ("_x", "_y"),
        indicator: bool = False,
        shuffle_method: Any = None,
        npartitions: Any = None,
        broadcast: Any = None,
        validate: Any = None,
    ) -> Any:
        """Rows of two frames that belong together."""
        from treadle.dataframe.combine import merge

        by = (how, on, left_on, right_on, left_index, right_index)
        return merge(self, right, *by, suffixes=suffixes, indicator=indicator, validate=validate)

    def join(
        self,
        other: Any,
        on: Any = None,
        how: str = "left",
        lsuffix: str = "",
        rsuffix: str = "",
        shuffle_method: Any = None,
        npartitions: Any = None,
    ) -> Any:
        """Rows of another frame whose index is this frame's index, or its column ``on``."""
        from treadle.dataframe.combine import join

        return join(self, other, on, how, lsuffix, rsuffix)

    def combine_first(self, other: Any) -> Any:
        """Its values, and those of a frame over the same rows where they are missing."""
        # Over the same rows: two samples of other indexes may not find each other.
        metas = [one.set_axis(pd.RangeIndex(0), axis=0) for one in (self._meta, other._meta)]
        meta = fallback.infer_meta(lambda a, b: a.combine_first(b), *metas)
        meta = meta.set_axis(arrow.index_of(self._meta), axis=0)
        return together(lambda a, b: a.combine_first(b), meta, "combine_first", self, other)

    def squeeze(self, axis: Any = None) -> Any:
        """The only column as a series; a frame of several stays as it is."""
        if axis in (0, "index"):
            raise NotImplementedError(f"{type(self)} does not support squeeze along axis 0")
        if axis not in (None, 1, "columns"):
            raise ValueError(f"No axis {axis} for object type {type(self)}")
        return self.iloc[:, 0] if len(self._columns) == 1 else self

    def melt(
        self,
        id_vars: Any = None,
        value_vars: Any = None,
        var_name: Any = None,
        value_name: str = "value",
        col_level: Any = None,
    ) -> Any:
        """Columns as rows."""
        from treadle.dataframe.reshape import melt

        return melt(self, id_vars, value_vars, var_name, value_name)

    def pivot_table(self, index: Any = None, columns: Any = None, values: Any = None, aggfunc: Any = "mean") -> Any:
        """Groups as a table of two keys."""
        from treadle.dataframe.reshape import pivot_table

        return pivot_table(self, index, columns, values, aggfunc)

    def categorize(self, columns: Any = None, index: Any = None, split_every: Any = None, **kwargs: Any) -> Any:
        """Categories found by computing."""
        labels = (
            columns
            if columns is not None
            else [
                label
                for label, dtype in self._meta.dtypes.items()
                if isinstance(dtype, pd.CategoricalDtype) or arithmetic.is_text(dtype)
            ]
        )
        result = self
        for label in [labels] if isinstance(labels, str) else labels:
            result = result._assigned(label, result[label].astype("category").cat.as_known())
        return result

    # Writing

    def to_parquet(self, path: Any, **kwargs: Any) -> Any:
        """Writes a data set of Parquet files: a directory that appears complete or not at all."""
        from treadle.dataframe.write import to_parquet

        return to_parquet(self, path, **kwargs)

    def to_csv(self, filename: Any, **kwargs: Any) -> Any:
        """Writes a CSV file for each partition, or one of all."""
        from treadle.dataframe.write import to_csv

        return to_csv(self, filename, **kwargs)

    def to_json(self, filename: Any, *args: Any, **kwargs: Any) -> Any:
        """Writes a JSON file for each partition."""
        from treadle.dataframe.write import to_json

        return to_json(self, filename, *args, **kwargs)

    def to_hdf(self, path_or_buf: Any, key: str, mode: str = "a", append: bool = False, **kwargs: Any) -> Any:
        """Writes a table of an HDF5 file: see ``treadle.dataframe.to_hdf``."""
        from treadle.dataframe.hdf import to_hdf

        return to_hdf(self, path_or_buf, key, mode, append, **kwargs)

    @staticmethod
    def from_dict(
        data: Any, *, npartitions: int = 1, orient: str = "columns", dtype: Any = None, columns: Any = None
    ) -> Any:
        """A frame from a mapping of labels to values."""
        from treadle.dataframe.read import from_dict

        return from_dict(data, npartitions, orient, dtype, columns)

    # Look

    def info(self, buf: Any = None, verbose: bool = False, memory_usage: bool = False) -> None:
        """Prints the columns and their types."""
        from treadle.dataframe.show import info

        info(self, buf)

    def to_string(self, max_rows: int = 5) -> str:
        from treadle.dataframe.show import structure

        return str(structure(self).to_string(max_rows=max_rows))

    def _repr_html_(self) -> str:
        from treadle.dataframe.show import html_of

        return html_of(self)

    def __repr__(self) -> str:
        from treadle.dataframe.show import text_of

        return text_of(self)


for _name in reductions.NATIVE:
    if _name != "nunique":
        setattr(DataFrame, _name, reductions.frame_reduction(_name))
running.add_to(DataFrame)
for _name in moments.SHAPES:
    setattr(DataFrame, _name, moments.frame_shape(_name))
