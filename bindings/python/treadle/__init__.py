"""Treadle: lazy, parallel, out-of-core collections over one task graph.

``import treadle.dataframe as dd`` takes the place of ``import dask.dataframe as dd``. Modules load at first use.
"""

from __future__ import annotations

import atexit

from treadle import _core

# What `typing` calls so; importing it takes longer than everything here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Threads that run when the interpreter goes would find it gone.
atexit.register(_core.cancel_all_work)

__version__: str = _core.__version__

# Where each name of the top level lives; a name that is its module's is the module.
_HOMES = {
    "compute": "treadle.computing",
    "config": "treadle.config",
    "dataframe": "treadle.dataframe",
    "errors": "treadle.errors",
    "persist": "treadle.computing",
    "visualize": "treadle.computing",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'treadle' has no attribute {name!r}")
    from importlib import import_module

    module = import_module(home)
    value = module if home == f"treadle.{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
