"""Masked arrays: chunks are NumPy's masked arrays, and NumPy computes with them. What takes the mask off (filled(),
getdata(), getmaskarray(), count()) answers with arrays that the core takes up again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from treadle.array import reductions
from treadle.array.collection import Array
from treadle.array.creation import asarray
from treadle.array.elementwise import elementwise
from treadle.array.searching import nonzero as _nonzero


def _marked(function: Callable[..., Any], *args: Any, dtype: Any, masked: bool = True, **kwargs: Any) -> Array:
    made = elementwise(function, *args, dtype=dtype, **kwargs)
    made._masked = masked
    return made


def _by_value(name: str) -> Any:
    function = getattr(np.ma, name)

    def marked(x: Any, value: Any, copy: bool = True) -> Array:
        x = asarray(x)
        if np.ndim(value) and name == "masked_equal":
            raise ValueError(f"{name} takes one value, found one of shape {np.shape(value)}")
        return _marked(function, x, value if np.ndim(value) == 0 else asarray(value), dtype=x.dtype, name=name)

    marked.__name__ = name
    marked.__doc__ = f"NumPy's ``ma.{name}``, chunk by chunk."
    return marked


masked_equal = _by_value("masked_equal")
masked_not_equal = _by_value("masked_not_equal")
masked_less = _by_value("masked_less")
masked_less_equal = _by_value("masked_less_equal")
masked_greater = _by_value("masked_greater")
masked_greater_equal = _by_value("masked_greater_equal")


def masked_inside(x: Any, v1: Any, v2: Any) -> Array:
    """Elements between two values masked, those included."""
    x = asarray(x)
    return _marked(np.ma.masked_inside, x, dtype=x.dtype, v1=v1, v2=v2)


def masked_outside(x: Any, v1: Any, v2: Any) -> Array:
    """Elements that are not between two values masked."""
    x = asarray(x)
    return _marked(np.ma.masked_outside, x, dtype=x.dtype, v1=v1, v2=v2)


def masked_values(x: Any, value: Any, rtol: float = 1e-05, atol: float = 1e-08, shrink: bool = True) -> Array:
    """Elements close to a value masked."""
    x = asarray(x)
    if np.ndim(value):
        raise ValueError(f"masked_values takes one value, found one of shape {np.shape(value)}")
    return _marked(np.ma.masked_values, x, dtype=x.dtype, value=value, rtol=rtol, atol=atol, shrink=shrink)


def masked_invalid(a: Any) -> Array:
    """NaN and infinities masked."""
    a = asarray(a)
    return _marked(np.ma.masked_invalid, a, dtype=a.dtype)


def fix_invalid(a: Any, fill_value: Any = None) -> Array:
    """NaN and infinities masked, and replaced beneath the mask."""
    a = asarray(a)
    return _marked(np.ma.fix_invalid, a, dtype=a.dtype, fill_value=fill_value)


def masked_where(condition: Any, a: Any) -> Array:
    """Elements masked where a condition holds."""
    a = asarray(a)
    shape = np.shape(condition) if not isinstance(condition, Array) else condition.shape
    if shape and shape != a.shape:
        raise IndexError(f"Inconsistent shape between the condition and the input (got {shape} and {a.shape})")
    return _marked(np.ma.masked_where, asarray(condition) if shape else condition, a, dtype=a.dtype)


def masked_array(data: Any, mask: Any = np.ma.nomask, fill_value: Any = None, **kwargs: Any) -> Array:
    """Data and where it does not count."""
    data = asarray(data)
    if np.ndim(fill_value):
        raise ValueError("non-scalar fill_value not supported")
    dtype = np.dtype(kwargs.pop("dtype", None) or data.dtype)
    kwargs.pop("chunks", None)
    if not isinstance(mask, Array) and np.ndim(mask) == 0:
        parts = [data]
        kwargs["mask"] = mask
    else:
        mask = asarray(mask)
        if mask.size == 1:
            mask = mask.reshape((1,) * data.ndim)
        elif mask.shape != data.shape:
            raise np.ma.MaskError(
                f"Mask and data not compatible: data shape is {data.shape}, and mask shape is {mask.shape}."
            )
        parts = [data, mask]
    if data._masked:
        kwargs.setdefault("keep_mask", True)
    call = _MaskedArray(dtype, {"fill_value": fill_value, **kwargs})
    return _marked(call, *parts, dtype=dtype, name="masked_array")


class _MaskedArray:
    def __init__(self, dtype: Any, kwargs: dict[str, Any]) -> None:
        self.dtype = dtype
        self.kwargs = kwargs
        self.__name__ = "masked_array"

    def __call__(self, data: Any, mask: Any = None) -> Any:
        given = {} if mask is None else {"mask": np.broadcast_to(mask, np.shape(data))}
        return np.ma.masked_array(data, dtype=self.dtype, **{**self.kwargs, **given})


def filled(a: Any, fill_value: Any = None) -> Array:
    """Masked elements replaced; no mask is left."""
    a = asarray(a)
    if not a._masked:
        return a
    return _marked(np.ma.filled, a, dtype=a.dtype, masked=False, fill_value=fill_value)


def getdata(a: Any) -> Array:
    """What lies beneath the mask."""
    a = asarray(a)
    return _marked(np.ma.getdata, a, dtype=a.dtype, masked=False) if a._masked else a


def getmaskarray(a: Any) -> Array:
    """Where elements are masked."""
    a = asarray(a)
    return _marked(np.ma.getmaskarray, a, dtype=bool, masked=False)


def set_fill_value(a: Array, fill_value: Any) -> None:
    """Says what masked elements are replaced with; the array becomes one with that value."""
    a._become(_marked(_with_fill_value, a, dtype=a.dtype, fill_value=fill_value))


def _with_fill_value(block: Any, fill_value: Any) -> Any:
    made = np.ma.array(block)
    made.fill_value = fill_value
    return made


def count(a: Any, axis: Any = None, keepdims: bool = False, split_every: Any = None) -> Array:
    """How many elements are not masked."""
    result: Array = reductions.sum(~getmaskarray(a), axis, np.intp, keepdims, split_every)
    return result


def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, keepdims: bool = False) -> Any:
    """The average, weighted if asked, of what is not masked; masked where that is nothing."""
    a = asarray(a)
    valid = ~getmaskarray(a)
    if weights is None:
        wide = np.result_type(a.dtype, float)
        total, scale = reductions.sum(a, axis, wide, keepdims), reductions.sum(valid, axis, wide, keepdims)
    else:
        wide = np.result_type(a.dtype, asarray(weights).dtype, float)
        weights = reductions.weights_like(a, axis, weights).astype(wide)
        total = reductions.sum(a * weights, axis, wide, keepdims)
        scale = reductions.sum(valid * weights, axis, wide, keepdims)
    made = _marked(np.ma.divide, total, scale, dtype=wide, name="average") if a._masked else total / scale
    return (made, scale) if returned else made


def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """Elements of ``x`` where the condition holds, of ``y`` elsewhere; masked where what is chosen, or the condition,
    is."""
    if (x is None) != (y is None):
        raise ValueError("either both or neither of x and y should be given")
    if x is None:
        return nonzero(condition)
    args = [one if np.isscalar(one) else asarray(one) for one in (condition, x, y)]
    dtype = np.result_type(*(one.dtype if isinstance(one, Array) else one for one in args[1:]))
    return _marked(np.ma.where, *args, dtype=dtype, name="where")


def nonzero(a: Any) -> tuple[Array, ...]:
    """The places of the elements that are neither zero nor masked, an array for each axis."""
    return _nonzero(filled(a, 0))


def _like(name: str) -> Any:
    function = getattr(np.ma, name)

    def made(a: Any, **kwargs: Any) -> Array:
        a = asarray(a)
        dtype = np.dtype(kwargs.get("dtype") or a.dtype)
        return _marked(partial(function, dtype=dtype), a, dtype=dtype, name=name)

    made.__name__ = name
    made.__doc__ = f"NumPy's ``ma.{name}``: the mask stays."
    return made


empty_like = _like("empty_like")
ones_like = _like("ones_like")
zeros_like = _like("zeros_like")
