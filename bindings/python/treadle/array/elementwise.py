"""Functions of elements: NumPy's ufuncs, and what is made of them."""

from __future__ import annotations

import builtins
import datetime
import itertools
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.chunking import Chunks, common, is_unknown
from treadle.array.collection import Array

_OPERANDS = (
    *(Array, np.ndarray, np.generic, int, float, complex, bool, list),
    *(str, bytes, type(None), datetime.date, datetime.timedelta),
)


def is_operand(value: Any) -> bool:
    """Whether an operator of arrays takes it; lazy collections of other kinds bring their own."""
    return isinstance(value, _OPERANDS) or (
        not hasattr(value, "__treadle_blocks__")
        and not hasattr(value, "__treadle_plan__")
        and hasattr(value, "__array__")
    )


def broadcast_chunks(arrays: Sequence[Array]) -> tuple[Chunks, list[Array]]:
    """The chunks that arrays broadcast to, and the arrays so cut. Raises ValueError that shows the shapes."""
    from treadle.array.rechunking import rechunk

    ndim = max(array.ndim for array in arrays)
    chunks: list[tuple[Any, ...]] = []
    for axis in range(ndim):
        found = [array.chunks[axis - ndim + array.ndim] for array in arrays if axis - ndim + array.ndim >= 0]
        long = [lengths for lengths in found if lengths != (1,)]
        totals = {sum(lengths) for lengths in long if not any(is_unknown(one) for one in lengths)}
        if len(totals) > 1:
            shapes = ", ".join(str(array.shape) for array in arrays)
            raise ValueError(f"operands could not be broadcast together with shapes {shapes}")
        chunks.append(common(long) if long else (1,))
    cut = []
    for array in arrays:
        own = tuple(
            array.chunks[axis] if array.chunks[axis] == (1,) else chunks[axis + ndim - array.ndim]
            for axis in range(array.ndim)
        )
        cut.append(array if own == array.chunks else rechunk(array, own))
    return tuple(chunks), cut


def aligned(array: Array, chunks: Chunks) -> _core.Blocks:
    """For each block of a grid, the block of an array that broadcasts to it."""
    if array.chunks == chunks or array.npartitions == 1:
        return array._blocks
    missing = len(chunks) - array.ndim
    numbers = []
    for place in rows.grid(chunks):
        own = [0 if len(array.chunks[axis]) == 1 else place[axis + missing] for axis in range(array.ndim)]
        numbers.append(rows.number(own, array.chunks))
    return _core.choose_blocks(array._blocks, numbers)


def elementwise(
    function: Callable[..., Any], *args: Any, dtype: Any = None, name: str | None = None, **kwargs: Any
) -> Array:
    """A function of elements, applied to matching blocks. Arrays among the arguments broadcast; others are
    handed over as they are."""
    from treadle.array.creation import asarray

    args = tuple(asarray(arg) if isinstance(arg, np.ndarray) and arg.ndim > 0 else arg for arg in args)
    if isinstance(function, np.ufunc) and not kwargs and dtype is None:
        made = native.apply(function.__name__, args)
        if made is not None:
            return made
    arrays = [arg for arg in args if isinstance(arg, Array)]
    chunks, cut = broadcast_chunks(arrays)
    if dtype is None:
        dtype = result_type(function, args, kwargs)
    following = iter(cut)
    given = [aligned(next(following), chunks) if isinstance(arg, Array) else arg for arg in args]
    label = str(name or getattr(function, "__name__", "elementwise"))
    row = rows.call_each(function, given, kwargs, rows.count(chunks), label)
    return Array(row, chunks, dtype, label, any(array._masked for array in arrays))


def same_everywhere(value: bool, *args: Any) -> Array:
    """One truth value for each element that the arguments broadcast to."""
    from treadle.array.creation import asarray

    chunks, cut = broadcast_chunks([asarray(one) for one in args])
    call = partial(_filled, value)
    row = rows.call_each(call, [aligned(one, chunks) for one in cut], {}, rows.count(chunks), "compare")
    return Array(row, chunks, bool, "compare")


def _filled(value: bool, *blocks: Any) -> Any:
    return np.full(np.broadcast_shapes(*(one.shape for one in blocks)), value)


def dtype_of_all(*arrays_and_dtypes: Any) -> Any:
    """The dtype that NumPy gives to results of these arrays, dtypes and numbers together."""
    return np.result_type(*(one.dtype if isinstance(one, Array) else one for one in arrays_and_dtypes))


def result_type(function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """The dtype that a function answers with, by calling it on no elements."""
    return np.asarray(_on_nothing(function, args, kwargs)).dtype


def _on_nothing(function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    ndim = max(arg.ndim for arg in args if isinstance(arg, Array))
    with np.errstate(all="ignore"):
        try:
            return function(
                *(np.empty((0,) * ndim, arg.dtype) if isinstance(arg, Array) else arg for arg in args), **kwargs
            )
        except (ValueError, IndexError):
            return function(
                *(np.ones((1,) * ndim, arg.dtype) if isinstance(arg, Array) else arg for arg in args), **kwargs
            )


def apply_ufunc(ufunc: Any, method: str, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """What NumPy calls when a ufunc meets an Array."""
    out = kwargs.pop("out", None)
    if isinstance(out, tuple):
        out = out[0]
    if any(not is_operand(one) for one in inputs):
        return NotImplemented
    from treadle.array.creation import asarray

    inputs = [
        one if not isinstance(one, list) else asarray(one) if _holds_arrays(one) else np.asarray(one) for one in inputs
    ]
    where = kwargs.pop("where", True)
    if where is not True:
        if method != "__call__" or ufunc.nout != 1 or ufunc.signature is not None:
            raise NotImplementedError(f"{ufunc.__name__}: where= is there for calls with one result only")
        return _into(out, _call_where(ufunc, inputs, where, out, kwargs))
    if method == "__call__":
        if ufunc.signature is not None:
            result = _generalized(ufunc, inputs, kwargs)
        elif ufunc.nout > 1:
            return _several(ufunc, inputs, kwargs)
        else:
            result = _call(ufunc, inputs, kwargs)
    elif method == "outer":
        left, right = inputs
        from treadle.array.creation import asarray

        left, right = asarray(left), asarray(right)
        result = _call(ufunc, [left[(...,) + (None,) * right.ndim], right], kwargs)
    elif method == "reduce" and ufunc in _REDUCTIONS:
        from treadle.array import reductions

        axis = kwargs.pop("axis", 0)
        result = getattr(reductions, _REDUCTIONS[ufunc])(inputs[0], axis=axis, **kwargs)
    else:
        return NotImplemented
    return _into(out, result)


_REDUCTIONS = {
    np.add: "sum",
    np.multiply: "prod",
    np.maximum: "max",
    np.minimum: "min",
    np.logical_and: "all",
    np.logical_or: "any",
}


def _holds_arrays(value: Any) -> bool:
    return isinstance(value, Array) or (isinstance(value, (list, tuple)) and any(_holds_arrays(one) for one in value))


def _call(ufunc: Any, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Array:
    dtype = kwargs.pop("dtype", None)
    if dtype is None:
        return elementwise(ufunc, *inputs, **kwargs)
    return elementwise(partial(ufunc, dtype=np.dtype(dtype)), *inputs, dtype=dtype, name=ufunc.__name__, **kwargs)


def _call_where(ufunc: Any, inputs: Sequence[Any], where: Any, out: Any, kwargs: dict[str, Any]) -> Array:
    """``ufunc(..., where=mask)``: elements of ``out``, or zeros, where the mask does not hold."""
    from treadle.array.creation import asarray

    dtype = np.dtype(
        kwargs.pop("dtype", None)
        or (out.dtype if isinstance(out, Array) else None)
        or result_type(ufunc, [asarray(one) if isinstance(one, np.ndarray) else one for one in inputs], kwargs)
    )
    start = out if isinstance(out, Array) else 0
    call = partial(_called_where, ufunc, dtype, kwargs)
    return elementwise(call, asarray(where), start, *inputs, dtype=dtype, name=ufunc.__name__)


def _called_where(ufunc: Any, dtype: Any, kwargs: dict[str, Any], mask: Any, start: Any, *inputs: Any) -> Any:
    shape = np.broadcast_shapes(np.shape(mask), np.shape(start), *[np.shape(one) for one in inputs])
    result = np.array(np.broadcast_to(start, shape), dtype=dtype)
    return ufunc(*inputs, out=result, where=mask, **kwargs)


def _several(ufunc: Any, inputs: Sequence[Any], kwargs: dict[str, Any]) -> tuple[Array, ...]:
    arrays = [one for one in inputs if isinstance(one, Array)]
    whole = elementwise(ufunc, *inputs, dtype=arrays[0].dtype, **kwargs)
    types = [np.asarray(one).dtype for one in _on_nothing(ufunc, inputs, kwargs)]
    return tuple(
        Array(rows.call_each(_item, [whole._blocks, i], {}, whole.npartitions, ufunc.__name__), whole.chunks, one)
        for i, one in enumerate(types)
    )


def _item(values: Any, i: int) -> Any:
    return values[i]


def _generalized(ufunc: Any, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    if ufunc is np.matmul:
        from treadle.array.products import matmul

        return matmul(*inputs)
    from treadle.array.gufuncs import apply_gufunc

    return apply_gufunc(ufunc, ufunc.signature, *inputs, **kwargs)


def _into(out: Any, result: Array) -> Array:
    """``out=``: an array that becomes the result."""
    if out is None:
        return result
    if not isinstance(out, Array):
        raise TypeError(f"expected out= to be a treadle Array, found {type(out).__name__}")
    if out.shape != result.shape:
        raise ValueError(f"out= has the shape {out.shape}, expected {result.shape}")
    out._become(result)
    return out


class Ufunc:
    """A NumPy ufunc that answers with lazy arrays for lazy arrays."""

    def __init__(self, name: str) -> None:
        self._ufunc = getattr(np, name)
        self.__name__ = name
        self.__doc__ = f"NumPy's ``{name}``, on lazy arrays chunk by chunk."

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from treadle.array.creation import lazy_arguments

        return self._ufunc(*lazy_arguments(args), **kwargs)

    def outer(self, left: Any, right: Any, **kwargs: Any) -> Any:
        """The function of all pairs."""
        return self._ufunc.outer(left, right, **kwargs)

    def reduce(self, array: Any, axis: int = 0, **kwargs: Any) -> Any:
        """The function applied along an axis."""
        return self._ufunc.reduce(array, axis=axis, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ufunc, name)

    def __repr__(self) -> str:
        return repr(self._ufunc)


UFUNCS = """
abs absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and bitwise_not bitwise_or bitwise_xor
cbrt ceil conj conjugate copysign cos cosh deg2rad degrees divide divmod equal exp exp2 expm1 fabs float_power floor
floor_divide fmax fmin fmod frexp greater greater_equal hypot invert isfinite isinf isnan isnat ldexp left_shift
less less_equal log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor maximum
minimum mod modf multiply negative nextafter not_equal positive power rad2deg radians reciprocal remainder
right_shift rint sign signbit sin sinh spacing sqrt square subtract tan tanh true_divide trunc
"""
for _name in UFUNCS.split():
    globals()[_name] = Ufunc(_name)

# Functions that are no ufuncs, but of elements all the same.
_FUNCTIONS = "angle around fix i0 imag iscomplex isneginf isposinf isreal nan_to_num real sinc"


def _function(name: str) -> Any:
    numpy_function = getattr(np, name)

    def function(*args: Any, **kwargs: Any) -> Any:
        from treadle.array.creation import lazy_arguments

        lazy = lazy_arguments(args)
        made = native.apply(name, lazy) if not kwargs else None
        return elementwise(numpy_function, *lazy, **kwargs) if made is None else made

    function.__name__ = name
    function.__doc__ = f"NumPy's ``{name}``, on lazy arrays chunk by chunk."
    return function


for _name in _FUNCTIONS.split():
    globals()[_name] = _function(_name)


def isclose(arr1: Any, arr2: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Array:
    """Where elements agree within tolerances."""
    from treadle.array.creation import asarray

    a, b = asarray(arr1), asarray(arr2)
    if a.dtype.kind not in "biuf" or b.dtype.kind not in "biuf":
        return elementwise(np.isclose, a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)
    # NumPy's formula, of functions that the core has.
    b = b.astype(np.result_type(b.dtype, 1.0))
    near = (abs(a - b) <= atol + rtol * abs(b)) & np.isfinite(b)
    result: Array = near | (a == b)
    return result | (np.isnan(a) & np.isnan(b)) if equal_nan else result


def round(a: Any, decimals: int = 0) -> Array:
    """Rounds to so many decimals."""
    from treadle.array.creation import asarray

    a = asarray(a)
    if a.dtype.kind != "f" or native.core_of(a) is None:
        return elementwise(np.round, a, decimals=decimals)
    # NumPy's way: to whole numbers and back, by a plain number, which takes the elements' type.
    factor = 10.0 ** builtins.abs(int(decimals))
    result: Array = np.rint(a * factor if decimals > 0 else a / factor if decimals else a)
    return result / factor if decimals > 0 else result * factor if decimals else result


def clip(a: Any, min: Any = None, max: Any = None, **kwargs: Any) -> Array:
    """Limits values to an interval."""
    from treadle.array.creation import asarray

    a = asarray(a)
    if not kwargs and min is not None and max is not None:
        made = native.apply("clip", (a, min, max))
        if made is not None:
            return made
    return elementwise(np.clip, a, min, max, **kwargs)


def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """Elements of ``x`` where the condition holds, of ``y`` elsewhere; without them, the places that are not zero."""
    from treadle.array.creation import asarray

    if (x is None) != (y is None):
        raise ValueError("either both or neither of x and y should be given")
    if x is None:
        from treadle.array.searching import nonzero

        return nonzero(condition)
    if np.isscalar(condition):
        condition = np.asarray(condition)
    arrays = [asarray(one) if not np.isscalar(one) else one for one in (condition, x, y)]
    made = _native_where(arrays)
    return elementwise(np.where, *arrays) if made is None else made


def _native_where(arrays: Sequence[Any]) -> Array | None:
    operands = [native.operand(one) for one in arrays]
    if not isinstance(operands[0], _core.Array) or any(one is None for one in operands):
        return None
    try:
        return native.wrap(_core.array_where(*operands), "where")
    except TypeError:
        return None


def isin(
    element: Any, test_elements: Any, assume_unique: bool = False, invert: bool = False, *, kind: Any = None
) -> Array:
    """Where elements occur in a set of values."""
    from treadle.array.creation import asarray
    from treadle.array.searching import _comparable

    element = asarray(element)
    tested = test_elements.ravel() if isinstance(test_elements, Array) else np.asarray(test_elements).ravel()
    if isinstance(tested, Array) or tested.dtype.kind in "biufc":
        pair = _comparable(element, asarray(tested))
        if pair is not None:
            made = native.wrap(_core.array_isin(*pair), "isin")
            return ~made if invert else made
    if isinstance(tested, Array):
        from treadle.array.rechunking import rechunk

        tested = rechunk(tested, -1)
    row = tested._blocks if isinstance(tested, Array) else tested
    called = rows.call_each(_isin, [element._blocks, row, invert], {}, element.npartitions, "isin")
    return Array(called, element.chunks, bool, "isin")


def _isin(element: Any, tested: Any, invert: bool) -> Any:
    return np.isin(element, tested, invert=invert)


def digitize(a: Any, bins: Any, right: bool = False) -> Array:
    """The number of the bin in which each element falls."""
    from treadle.array.creation import asarray

    a, edges = asarray(a), np.asarray(bins)
    cores = native.cores(a) if a.dtype.kind in "iuf" and edges.dtype.kind in "iuf" and edges.ndim == 1 else None
    if cores is not None and len(edges) and (np.diff(edges) > 0).all():
        return native.wrap(_core.array_digitize(cores[0], edges.astype(float).tolist(), right), "digitize")
    return elementwise(_digitize, asarray(a), dtype=np.intp, bins=np.asarray(bins), right=right, name="digitize")


def _digitize(a: Any, bins: Any, right: bool) -> Any:
    return np.digitize(a, bins, right=right)


def allclose(arr1: Any, arr2: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Any:
    """Whether two arrays agree within tolerances."""
    from treadle.array.reductions import all as all_of

    return all_of(isclose(arr1, arr2, rtol, atol, equal_nan))


def choose(a: Any, choices: Any) -> Array:
    """Elements of several arrays, by number."""
    from treadle.array.creation import asarray

    return elementwise(
        _choose, asarray(a), *[asarray(one) for one in choices], dtype=asarray(choices[0]).dtype, name="choose"
    )


def _choose(a: Any, *choices: Any) -> Any:
    return np.choose(a, choices)


def select(condlist: Any, choicelist: Any, default: Any = 0) -> Array:
    """Elements of the array that goes with the first condition that holds."""
    if len(condlist) != len(choicelist):
        raise ValueError(f"select() takes as many choices as conditions, found {len(choicelist)} and {len(condlist)}")
    result: Any = default
    for condition, chosen in itertools.islice(zip(condlist[::-1], choicelist[::-1], strict=True), None):
        result = where(condition, chosen, result)
    return result


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Array:
    """Values or functions of the elements for which conditions hold; the last that holds wins, and one function more
    than there are conditions is for the others."""
    from treadle.array.creation import asarray

    x = asarray(x)
    conditions = [condlist] if not isinstance(condlist, (list, tuple)) else list(condlist)
    conditions = [asarray(one).astype(bool) for one in conditions]
    pieces = list(funclist)
    if len(pieces) not in (len(conditions), len(conditions) + 1):
        raise ValueError(
            f"with {len(conditions)} condition(s), either {len(conditions)} or {len(conditions) + 1} functions are "
            f"expected, found {len(pieces)}"
        )
    if any(callable(one) for one in pieces):
        call = partial(_piecewise, pieces, args, kw)
        return elementwise(call, x, *conditions, dtype=x.dtype, name="piecewise")
    values = [np.asarray(one).astype(x.dtype)[()] for one in pieces]
    result: Any = values[-1] if len(values) > len(conditions) else np.zeros((), x.dtype)[()]
    for condition, value in zip(conditions, values, strict=False):
        result = where(condition, value, result)
    return result


def _piecewise(pieces: Any, args: Any, kwargs: Any, block: Any, *conditions: Any) -> Any:
    return np.piecewise(block, [np.broadcast_to(one, block.shape) for one in conditions], pieces, *args, **kwargs)


def isnull(values: Any) -> Array:
    """Where elements are missing: NaN, NaT, None."""
    from treadle.array.creation import asarray

    x = asarray(values)
    if x.dtype.kind in "OSUV":
        return elementwise(_isnull, x, dtype=bool, name="isnull")
    result: Array = x != x
    return result


def _isnull(block: Any) -> Any:
    import pandas as pd

    return np.asarray(pd.isnull(block))


def notnull(values: Any) -> Array:
    """Where elements are not missing."""
    result: Array = ~isnull(values)
    return result


def unify_chunks(*args: Any, **kwargs: Any) -> tuple[dict[Any, Any], list[Any]]:
    """Arrays cut alike along axes of the same letter: ``unify_chunks(x, "ij", y, "jk")`` gives the chunks of each
    letter, and the arrays."""
    from treadle.array.creation import asarray
    from treadle.array.rechunking import rechunk

    pairs = [
        (asarray(one) if letters is not None else one, letters)
        for one, letters in zip(args[::2], args[1::2], strict=True)
    ]
    cut: dict[Any, tuple[Any, ...]] = {}
    for letter in dict.fromkeys(letter for _, letters in pairs if letters is not None for letter in letters):
        lengths = [
            one.chunks[i]
            for one, letters in pairs
            if letters is not None
            for i, at in enumerate(letters)
            if at == letter
        ]
        long = [one for one in lengths if one != (1,)]
        if len({sum(one) for one in long if not any(is_unknown(length) for length in one)}) > 1:
            raise ValueError(f"Chunks do not add up to same value: the axes {letter!r} have the chunks {long}")
        cut[letter] = common(long) if long else (1,)
    arrays = []
    for one, letters in pairs:
        if letters is not None and one.ndim:
            chunks = tuple(own if own == (1,) else cut[letter] for own, letter in zip(one.chunks, letters, strict=True))
            one = rechunk(one, chunks)
        arrays.append(one)
    return cut, arrays


def frompyfunc(func: Callable[..., Any], nin: int, nout: int) -> Any:
    """A Python function of elements as a ufunc of lazy arrays."""
    if nout > 1:
        raise NotImplementedError("frompyfunc with several outputs is not there; use apply_gufunc")
    numpy_function = np.frompyfunc(func, nin, nout)

    def function(*args: Any) -> Array:
        return elementwise(numpy_function, *args, dtype=object, name=getattr(func, "__name__", "frompyfunc"))

    return function
