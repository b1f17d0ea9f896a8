"""Arrays over what lies elsewhere: NumPy's memory, memory maps, files of HDF5 and Zarr."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.chunking import bounds, normalize_chunks
from treadle.array.collection import Array

# A memory map's chunks: while one is looked at, its pages are resident.
_MAP_CHUNK_BYTES = 32 << 20


def from_sliceable(x: Any, chunks: Any, lock: Any, as_array: bool | None) -> Array:
    """A lazy array over anything with shape, dtype and slicing."""
    shape = tuple(int(length) for length in x.shape)
    dtype = np.dtype(getattr(x, "dtype", None) or np.asarray(x[tuple(slice(0, 1) for _ in shape)]).dtype)
    stored: Any = getattr(x, "chunks", None)
    if isinstance(x, np.memmap) or _map_below(x):
        cut = normalize_chunks(chunks, shape, limit=_MAP_CHUNK_BYTES, dtype=dtype)
    elif isinstance(chunks, str) and chunks == "auto" and _is_shape(stored, len(shape)):
        cut = _multiples(shape, stored, dtype)
    else:
        cut = normalize_chunks(chunks, shape, dtype=dtype)
    if isinstance(x, np.ndarray) and not isinstance(x, np.ma.MaskedArray) and native.supports(dtype):
        return native.wrap(_core.array_from_numpy(x, native.lengths(cut)), "array")
    core = _opened(x, dtype, cut)
    if core is not None:
        return native.wrap(core, "array")
    if lock is True:
        from threading import Lock

        lock = Lock()
    if as_array is None:
        as_array = not hasattr(x, "__array_function__")
    row = rows.call_numbered(_read, [_Held(x, lock), cut, as_array], {}, rows.count(cut), "from_array")
    return Array(row, cut, dtype, "array", isinstance(x, np.ma.MaskedArray) and not as_array)


def _is_shape(chunks: Any, ndim: int) -> bool:
    return isinstance(chunks, tuple) and len(chunks) == ndim and all(isinstance(one, int) for one in chunks)


def _map_below(x: Any) -> bool:
    while isinstance(x, np.ndarray):
        if isinstance(x, np.memmap):
            return True
        x = x.base
    return False


def _multiples(shape: tuple[int, ...], stored: tuple[int, ...], dtype: Any) -> Any:
    """Chunks that are made of whole chunks of the storage."""
    wanted = normalize_chunks("auto", shape, dtype=dtype)
    made = []
    for length, one, cut in zip(shape, stored, wanted, strict=True):
        longest = max(cut)
        step = one if longest <= one or one == 0 else longest // one * one
        made.append(min(max(int(step), 1), length) if length else -1)
    return normalize_chunks(tuple(made), shape, dtype=dtype)


def _opened(x: Any, dtype: Any, cut: Any) -> _core.Array | None:
    """The same data opened by the core; none if it does not read them or others may be writing them."""
    if not native.supports(dtype):
        return None
    module = type(x).__module__
    try:
        if module.startswith("h5py.") and getattr(x.file, "mode", "") == "r":
            return _core.array_from_hdf5(x.file.filename, x.name, native.lengths(cut))
        if module.startswith("zarr.") and type(x).__name__ == "Array":
            root = getattr(getattr(x, "store", None), "root", None)
            if root is not None:
                return _core.array_from_zarr(str(root), str(x.path or ""), native.lengths(cut))
    except (TypeError, ValueError, OSError):
        # The library it came from knows what the core does not.
        return None
    return None


class _Held:
    """Something sliceable that tasks share, and the lock it is read under."""

    def __init__(self, x: Any, lock: Any) -> None:
        self.x = x
        self.lock = lock


def _read(number: int, held: _Held, cut: Any, as_array: bool) -> Any:
    place = np.unravel_index(number, [len(axis) for axis in cut]) if cut else ()
    key = tuple(slice(*bounds(axis)[int(i)]) for axis, i in zip(cut, place, strict=True))
    if held.lock:
        held.lock.acquire()
        try:
            part = held.x[key]
        finally:
            held.lock.release()
    else:
        part = held.x[key]
    return np.asarray(part) if as_array else part


def from_zarr(
    url: Any,
    component: Any = None,
    storage_options: Any = None,
    chunks: Any = None,
    name: Any = None,
    inline_array: bool = False,
    **kwargs: Any,
) -> Array:
    """A lazy array over a Zarr array: the path of a store, a store of the zarr package, or its array."""
    if isinstance(url, (str, bytes)) or hasattr(url, "__fspath__"):
        path = os.fsdecode(os.fspath(url))
        if storage_options or "://" in path:
            raise NotImplementedError("stores elsewhere are not there yet; from_array(zarr.open(url)) reads them")
        try:
            core = _core.array_from_zarr(path, str(component or ""), None)
            result = native.wrap(core, "from_zarr")
            if chunks is None:
                return result
            cut = normalize_chunks(chunks, result.shape, dtype=result.dtype)
            return native.wrap(_core.array_from_zarr(path, str(component or ""), native.lengths(cut)), "from_zarr")
        except TypeError:
            import zarr

            url = zarr.open(path, path=component, mode="r")
    elif not hasattr(url, "shape"):
        import zarr

        url = zarr.open(url, path=component, mode="r")
    return from_sliceable(url, chunks if chunks is not None else url.chunks, False, None)


def from_hdf5(filename: Any, datapath: str, chunks: Any = "auto") -> Array:
    """A lazy array over a data set of an HDF5 file."""
    core = _core.array_from_hdf5(os.fsdecode(os.fspath(filename)), datapath, None)
    result = native.wrap(core, "from_hdf5")
    if isinstance(chunks, str) and chunks == "auto":
        return result
    cut = normalize_chunks(chunks, result.shape, dtype=result.dtype)
    return native.wrap(
        _core.array_from_hdf5(os.fsdecode(os.fspath(filename)), datapath, native.lengths(cut)), "from_hdf5"
    )


def from_npy_stack(dirname: Any, mmap_mode: str | None = "r") -> Array:
    """A lazy array over a folder of .npy files, as to_npy_stack() makes it."""
    return native.wrap(_core.array_from_npy_stack(os.fsdecode(os.fspath(dirname))), "from_npy_stack")


def from_npy(filename: Any, chunks: Any = "auto") -> Array:
    """A lazy array over an .npy file."""
    path = os.fsdecode(os.fspath(filename))
    result = native.wrap(_core.array_from_npy(path, None), "from_npy")
    if isinstance(chunks, str) and chunks == "auto":
        return result
    cut = normalize_chunks(chunks, result.shape, dtype=result.dtype)
    return native.wrap(_core.array_from_npy(path, native.lengths(cut)), "from_npy")
