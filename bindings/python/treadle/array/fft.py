"""Fourier transforms along axes that are one chunk each."""

from __future__ import annotations

from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.axes import check_axis, check_known
from treadle.array.chunking import is_unknown
from treadle.array.collection import Array
from treadle.array.creation import asarray
from treadle.array.flipping import roll
from treadle.array.rechunking import rechunk

__all__ = [
    "fft",
    "fft2",
    "fft_wrap",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]


def _check_whole(a: Array, axes: Any) -> None:
    for axis in axes:
        if is_unknown(a.shape[axis]):
            check_known(a, "a transform")
        if len(a.chunks[axis]) > 1:
            raise ValueError(
                f"transforms need axes that are one chunk: axis {axis} is cut into {a.chunks[axis]}; "
                f"rechunk({{{axis}: -1}}) makes it one"
            )


def _applied(function: Any, a: Array, axes: Any, sample_kwargs: dict[str, Any], kwargs: dict[str, Any]) -> Array:
    """The function of each block; lengths along ``axes`` from a sample."""
    shape = tuple(a.shape[axis] if axis in axes else 1 for axis in range(a.ndim))
    sample = function(np.ones(shape, a.dtype), **sample_kwargs)
    chunks = tuple((sample.shape[axis],) if axis in axes else lengths for axis, lengths in enumerate(a.chunks))
    row = rows.call_each(function, [a._blocks], kwargs, a.npartitions, function.__name__)
    return Array(row, chunks, sample.dtype, function.__name__)


def _one(name: str) -> Any:
    function = getattr(np.fft, name)

    def transform(a: Any, n: int | None = None, axis: int | None = None, norm: str | None = None) -> Array:
        a = asarray(a)
        at = check_axis(-1 if axis is None else axis, a.ndim)
        _check_whole(a, [at])
        core = native.core_of(a) if n is None or isinstance(n, (int, np.integer)) else None
        if core is not None:
            return native.wrap(_core.array_fft(name, core, n, at, norm or "backward"), name)
        kwargs = {"n": n, "axis": at, "norm": norm}
        return _applied(function, a, [at], kwargs, kwargs)

    transform.__name__ = name
    transform.__doc__ = f"NumPy's ``fft.{name}``, along an axis that is one chunk."
    return transform


def _many(name: str, default: tuple[int, ...] | None) -> Any:
    function = getattr(np.fft, name)

    def transform(a: Any, s: Any = None, axes: Any = default, norm: str | None = None) -> Array:
        a = asarray(a)
        if axes is None:
            axes = tuple(range(a.ndim)) if s is None else tuple(range(a.ndim - len(s), a.ndim))
        at = tuple(check_axis(axis, a.ndim) for axis in axes)
        _check_whole(a, at)
        core = native.core_of(a)
        lengths = None if s is None else [int(one) for one in s]
        if core is not None and len(set(at)) == len(at) and all(one > 0 for one in lengths or ()):
            kind = name.rstrip("2n")
            return native.wrap(_core.array_fftn(kind, core, lengths, list(at), norm or "backward"), name)
        kwargs = {"s": s, "axes": at, "norm": norm}
        return _applied(function, a, at, kwargs, kwargs)

    transform.__name__ = name
    transform.__doc__ = f"NumPy's ``fft.{name}``, along axes that are one chunk each."
    return transform


fft, ifft, rfft, irfft, hfft, ihfft = (_one(name) for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"))
fft2, ifft2, rfft2, irfft2 = (_many(name, (-2, -1)) for name in ("fft2", "ifft2", "rfft2", "irfft2"))
fftn, ifftn, rfftn, irfftn = (_many(name, None) for name in ("fftn", "ifftn", "rfftn", "irfftn"))


def fft_wrap(fft_func: Any, kind: str | None = None, dtype: Any = None, allow_fftpack: bool = False) -> Any:
    """The transform of this module that has the function's name."""
    return globals()[kind or fft_func.__name__]


def fftfreq(n: int, d: float = 1.0, chunks: Any = "auto") -> Array:
    """The frequencies of a transform."""
    from treadle.array.creation import from_array

    return from_array(np.fft.fftfreq(n, d), chunks)


def rfftfreq(n: int, d: float = 1.0, chunks: Any = "auto") -> Array:
    """The frequencies of a transform of real numbers."""
    from treadle.array.creation import from_array

    return from_array(np.fft.rfftfreq(n, d), chunks)


def _shifted(x: Any, axes: Any, back: bool) -> Array:
    x = asarray(x)
    at = tuple(range(x.ndim)) if axes is None else (axes,) if isinstance(axes, (int, np.integer)) else tuple(axes)
    lengths = [x.shape[axis] for axis in at]
    turned = roll(x, [-(length // 2) if back else length // 2 for length in lengths], at)
    # An axis that was one chunk is one again: it may be transformed next.
    return rechunk(turned, {axis: -1 for axis in at if len(x.chunks[axis]) == 1})


def fftshift(x: Any, axes: Any = None) -> Array:
    """The zero frequency in the middle."""
    return _shifted(x, axes, False)


def ifftshift(x: Any, axes: Any = None) -> Array:
    """Undoes fftshift."""
    return _shifted(x, axes, True)
