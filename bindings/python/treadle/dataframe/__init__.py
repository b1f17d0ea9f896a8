"""Lazy, parallel dataframes: Dask's names, pandas' meaning.

``import treadle.dataframe as dd`` takes the place of ``import dask.dataframe as dd``.
"""

from __future__ import annotations

from typing import Any

from treadle.optional import needed

needed("pandas", "treadle.dataframe", "'treadle[dataframe]'")

from treadle.computing import compute
from treadle.dataframe.calls import from_delayed
from treadle.dataframe.combine import concat, merge
from treadle.dataframe.conversion import from_dask_array, to_bag, to_records
from treadle.dataframe.fallback import make_meta
from treadle.dataframe.frame import DataFrame
from treadle.dataframe.groupby import Aggregation, GroupBy, SeriesGroupBy
from treadle.dataframe.hdf import read_hdf, to_hdf
from treadle.dataframe.index import Index
from treadle.dataframe.mapping import map_partitions
from treadle.dataframe.overlap import map_overlap
from treadle.dataframe.read import (
    from_array,
    from_arrow,
    from_dict,
    from_map,
    from_pandas,
    read_csv,
    read_fwf,
    read_table,
)
from treadle.dataframe.read_json import read_json
from treadle.dataframe.read_parquet import read_parquet
from treadle.dataframe.reshape import get_dummies, melt, pivot_table, to_datetime, to_numeric, to_timedelta
from treadle.dataframe.scalar import Scalar
from treadle.dataframe.series import Series
from treadle.dataframe.write import to_csv, to_json, to_parquet
from treadle.errors import NotThereYet

__all__ = [
    "Aggregation",
    "DataFrame",
    "GroupBy",
    "Index",
    "Scalar",
    "Series",
    "SeriesGroupBy",
    "compute",
    "concat",
    "from_array",
    "from_arrow",
    "from_dask_array",
    "from_delayed",
    "from_dict",
    "from_map",
    "from_pandas",
    "get_dummies",
    "isna",
    "make_meta",
    "map_overlap",
    "map_partitions",
    "melt",
    "merge",
    "pivot_table",
    "read_csv",
    "read_fwf",
    "read_hdf",
    "read_json",
    "read_parquet",
    "read_table",
    "repartition",
    "to_bag",
    "to_csv",
    "to_datetime",
    "to_hdf",
    "to_json",
    "to_numeric",
    "to_parquet",
    "to_records",
    "to_timedelta",
]

# Names of Dask's that are not there yet, and what does the same today.
_LATER = {
    "merge_asof": "pandas.merge_asof() in map_partitions()",
    "read_orc": "from_map(pandas.read_orc, files)",
    "read_sql": "from_map() over queries with pandas.read_sql",
    "read_sql_query": "from_map() over queries with pandas.read_sql_query",
    "read_sql_table": "from_map() over queries with pandas.read_sql",
    "to_orc": "to_parquet()",
    "to_sql": "to_delayed() and pandas' to_sql()",
}


def isna(arg: Any) -> Any:
    """Where values are missing."""
    return arg.isna()


def repartition(df: Any, divisions: Any = None, force: bool = False, **kwargs: Any) -> Any:
    """The same rows in other partitions; a pandas object becomes a lazy one."""
    lazy = df if hasattr(df, "repartition") else from_pandas(df, npartitions=1)
    return lazy.repartition(divisions=divisions, force=force, **kwargs)


def __getattr__(name: str) -> Any:
    if name in _LATER:
        raise NotThereYet(f"treadle.dataframe.{name} is not there yet; use {_LATER[name]}")
    from difflib import get_close_matches

    near = get_close_matches(name, __all__, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise AttributeError(f"module 'treadle.dataframe' has no attribute {name!r}{hint}")
