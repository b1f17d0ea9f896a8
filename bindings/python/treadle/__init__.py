"""Treadle: lazy, parallel, out-of-core collections over one task graph.

``import treadle.dataframe as dd`` takes the place of ``import dask.dataframe as dd``; ``import treadle as tl`` that of
``import polars as pl``. Modules load at first use.
"""

from __future__ import annotations

import atexit

from treadle import _core, _joblib_import

# What `typing` calls so; importing it takes longer than everything here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from treadle.delayed import CallableModule as DelayedModule
    from treadle.frame.top import *  # noqa: F403
    from treadle.sql import CallableModule

    delayed: DelayedModule
    sql: CallableModule

# Threads that run when the interpreter goes would find it gone.
atexit.register(_core.leave)
_joblib_import.watch()

__version__: str = _core.__version__

# Where each name of the top level lives; a name that is its module's is the module.
_HOMES = {
    "Client": "treadle.distributed",
    "LocalCluster": "treadle.distributed",
    "array": "treadle.array",
    "annotate": "treadle.annotations",
    "bag": "treadle.bag",
    "base": "treadle.base",
    "cache": "treadle.cache",
    "callbacks": "treadle.callbacks",
    "compute": "treadle.computing",
    "config": "treadle.config",
    "dataframe": "treadle.dataframe",
    "datasets": "treadle.datasets",
    "delayed": "treadle.delayed",
    "diagnostics": "treadle.diagnostics",
    "distributed": "treadle.distributed",
    "dot": "treadle.dot",
    "errors": "treadle.errors",
    "get": "treadle.local",
    "get_annotations": "treadle.annotations",
    "is_dask_collection": "treadle.base",
    "local": "treadle.local",
    "multiprocessing": "treadle.multiprocessing",
    "optimize": "treadle.computing",
    "persist": "treadle.computing",
    "selectors": "treadle.selectors",
    "sql": "treadle.sql",
    "threaded": "treadle.threaded",
    "tokenize": "treadle.base",
    "visualize": "treadle.drawing",
}

# Names of the Polars-style top level.
_FRAME_NAMES = (
    "Binary Boolean Categorical Config DataFrame DataType Date Datetime Decimal Duration Expr Float32 Float64 "
    "Int16 Int32 Int64 Int8 LazyFrame List Null SQLContext Schema Series String Struct Time UInt16 UInt32 "
    "UInt64 UInt8 Utf8 all all_horizontal any any_horizontal approx_n_unique arange arctan2 arg_sort_by "
    "arg_where coalesce col collect_all concat concat_list concat_str corr count cov cum_sum date date_range "
    "datetime datetime_range duration exclude first fold format from_arrow from_dict from_dicts from_epoch "
    "from_numpy from_pandas from_records head implode int_range last len lit max max_horizontal mean "
    "mean_horizontal median min min_horizontal n_unique nth ones quantile read_csv read_database read_ipc "
    "read_json read_ndjson read_parquet read_parquet_schema reduce repeat row_index scan_csv scan_ndjson "
    "scan_parquet select std struct sum sum_horizontal tail thread_pool_size var when zeros"
)
_HOMES.update(dict.fromkeys(_FRAME_NAMES.split(), "treadle.frame.top"))


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        from difflib import get_close_matches

        if not name.startswith("_"):
            from treadle.frame.later import check

            check("treadle", name)

        near = get_close_matches(name, _HOMES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise AttributeError(f"module 'treadle' has no attribute {name!r}{hint}")
    from importlib import import_module

    module = import_module(home)
    value = module if home == f"treadle.{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
