"""What NumPy's own functions do when they are given lazy arrays."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from treadle.array.collection import Array

_OTHER_NAMES = {"amax": "max", "amin": "min", "concat": "concatenate", "permute_dims": "transpose", "astype": ""}


def dispatch(func: Any, types: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """The function of this package that has a NumPy function's name; NumPy's own, on computed arrays, if there is
    none, with a warning."""
    if not all(issubclass(one, (Array, np.ndarray)) for one in types):
        return NotImplemented
    found = _found(func)
    if found is not None:
        return found(*args, **kwargs)
    warnings.warn(
        f"The `{getattr(func, '__module__', '')}.{func.__name__}` function is not implemented by treadle arrays: they "
        "are computed for it.",
        FutureWarning,
        stacklevel=3,
    )
    return func(*_computed(args), **{name: _computed(one) for name, one in kwargs.items()})


def _found(func: Any) -> Any:
    import treadle.array

    module: Any = treadle.array
    for part in (getattr(func, "__module__", "") or "").split(".")[1:]:
        if part.startswith("_"):
            continue
        module = getattr(module, part, None)
        if module is None:
            return None
    name = _OTHER_NAMES.get(func.__name__, func.__name__)
    if name == "shape":
        return lambda a: a.shape
    if name in ("may_share_memory", "shares_memory"):
        return lambda a, b, max_work=None: False  # what is not computed has no memory
    try:
        return getattr(module, name, None) if name else None
    except NotImplementedError:  # a name of NumPy's that is not here
        return None


def _computed(value: Any) -> Any:
    if isinstance(value, Array):
        return np.asarray(value.compute())
    if isinstance(value, (list, tuple)):
        return type(value)(_computed(one) for one in value)
    return value
