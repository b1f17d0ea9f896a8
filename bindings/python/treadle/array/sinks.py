"""Arrays into files: HDF5, Zarr, .npy and stacks of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import treadle.config
from treadle import _core
from treadle.array import native
from treadle.array.axes import check_axis, check_known
from treadle.array.collection import Array
from treadle.array.creation import asarray, from_array
from treadle.array.old_values import OldValues, ZarrEntries
from treadle.array.rechunking import rechunk
from treadle.array.storing import store


def _native(x: Array, what: str) -> _core.Array:
    check_known(x, what)
    core = native.core_of(x)
    if core is None:
        raise TypeError(
            f"{what} writes bool, integer, float, complex and datetime64 arrays, found {x.dtype}; astype() converts"
        )
    return core


def _options(kwargs: Mapping[str, Any]) -> _core.ComputeOptions:
    from treadle.dataframe.collection import options

    return options(kwargs)


def to_hdf5(filename: Any, *args: Any, chunks: Any = True, **kwargs: Any) -> None:
    """Writes arrays into data sets of an HDF5 file: ``to_hdf5("a.h5", "/x", x)`` or ``to_hdf5("a.h5", {"/x": x})``. The
    file appears, or is replaced by one that has the new data sets besides its own, when all is written."""
    if len(args) == 1 and isinstance(args[0], Mapping):
        data = dict(args[0])
    elif len(args) == 2 and isinstance(args[0], str) and isinstance(args[1], Array):
        data = {args[0]: args[1]}
    else:
        raise ValueError("Please provide {'/data/path': array} dictionary or '/data/path', array")
    if not data or not all(isinstance(one, Array) for one in data.values()):
        raise ValueError("to_hdf5 writes treadle arrays, at least one")
    compression = kwargs.pop("compression", None)
    level = kwargs.pop("compression_opts", None)
    shuffle = bool(kwargs.pop("shuffle", False))
    if isinstance(compression, int):
        compression, level = "gzip", compression
    if compression not in (None, "gzip"):
        raise NotImplementedError(
            f"compression={compression!r} is not there; 'gzip' is, and store() into an h5py data set takes any"
        )
    arrays = list(data.values())
    cut = []
    for one in arrays:
        cut.append(
            []
            if chunks is None or one.ndim == 0
            else list(chunks)
            if isinstance(chunks, (tuple, list))
            else [axis[0] for axis in one.chunks]
        )
    gzip = -1 if compression is None else 4 if level is None else int(level)
    _core.array_write_hdf5(
        os.fsdecode(os.fspath(filename)),
        [_native(one, "to_hdf5") for one in arrays],
        list(data),
        cut,
        gzip,
        shuffle,
        _options(kwargs),
    )


def to_zarr(
    arr: Any,
    url: Any,
    component: Any = None,
    storage_options: Any = None,
    region: Any = None,
    compute: bool = True,
    return_stored: bool = False,
    mode: str = "a",
    overwrite: bool = False,
    **zarr_array_kwargs: Any,
) -> Any:
    """Writes an array into a Zarr store, which appears when all of it is written; into an array of the zarr package,
    in place."""
    arr = asarray(arr)
    check_known(arr, "to_zarr")
    if type(url).__module__.startswith("zarr.") and hasattr(url, "shape"):
        return store(arr, url, regions=region, compute=compute, return_stored=return_stored)
    if not compute:
        from treadle.delayed import delayed

        # The array within a function, where nobody looks for what to compute first: it is written chunk by chunk.
        write = partial(to_zarr, arr, url, component, storage_options, region, mode=mode, overwrite=overwrite)
        return delayed(lambda: write(**zarr_array_kwargs))()
    if type(url).__module__.startswith("zarr."):
        root = getattr(url, "root", None)  # a LocalStore's folder
        if root is None:
            return _to_store_of_zarr(arr, url, component, overwrite or mode == "w", return_stored, zarr_array_kwargs)
        url = root
    if (
        storage_options
        or (isinstance(url, str) and "://" in url)
        or not (isinstance(url, str) or hasattr(url, "__fspath__"))
    ):
        raise NotImplementedError("to_zarr writes to paths on disk; store(x, zarr.create_array(...)) writes elsewhere")
    if region is not None:
        raise ValueError("Cannot use `region` keyword when url is not a `zarr.Array` instance.")
    uniform = tuple(max(max(axis), 1) for axis in arr.chunks)
    path, inner = os.fsdecode(os.fspath(url)), str(component or "")
    compressor = zarr_array_kwargs.pop("compressor", zarr_array_kwargs.pop("compressors", "auto"))
    form = int(zarr_array_kwargs.pop("zarr_format", None) or 3)
    if zarr_array_kwargs:
        raise NotImplementedError(
            f"to_zarr does not take {sorted(zarr_array_kwargs)}; store(x, zarr.create_array(...)) does"
        )
    name, level = _compressor(compressor)
    arr = rechunk(arr, uniform) if arr.ndim else arr
    core = _native(arr, "to_zarr")
    replace = overwrite or mode == "w" or _is_empty_folder(Path(path) / inner)
    _core.array_write_zarr(path, inner, core, name, level, form, replace, _options({}))
    if return_stored:
        from treadle.array.sources import from_zarr

        return from_zarr(url, component)
    return None


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _to_store_of_zarr(
    arr: Array, url: Any, component: Any, overwrite: bool, return_stored: bool, kwargs: dict[str, Any]
) -> Any:
    """Into an array that the zarr package makes in a store of its own, such as one in memory."""
    import zarr

    chunks = kwargs.pop("chunks", tuple(max(max(axis), 1) for axis in arr.chunks))
    values = OldValues(treadle.config.get("spill_directory", None) or "")
    entries = ZarrEntries(url, str(component or "").strip("/"), overwrite, values)
    try:
        target: Any = zarr.create_array(
            url, name=component, shape=arr.shape, dtype=arr.dtype, chunks=chunks, overwrite=overwrite, **kwargs
        )
        store(rechunk(arr, chunks) if arr.ndim else arr, target)
    except BaseException:
        entries.put_back()
        raise
    finally:
        values.close()
    return from_array(target) if return_stored else None


def _compressor(given: Any) -> tuple[str, int]:
    """A codec's name and level, of a name or of an object of zarr's or numcodecs'."""
    if given is None or given == ():
        return "none", -1
    if isinstance(given, (list, tuple)) and len(given) == 1:
        given = given[0]
    if isinstance(given, str):
        return ("zstd" if given == "auto" else given), -1
    name = str(getattr(given, "codec_id", type(given).__name__.removesuffix("Codec"))).lower()
    level = getattr(given, "clevel", getattr(given, "level", -1))
    return name, int(level)


def to_npy_stack(dirname: Any, x: Any, axis: int = 0) -> None:
    """Writes an array as a folder of .npy files, one for each chunk along an axis."""
    x = asarray(x)
    check_known(x, "to_npy_stack")
    axis = check_axis(axis, x.ndim)
    x = rechunk(x, tuple(lengths if i == axis % x.ndim else (sum(lengths),) for i, lengths in enumerate(x.chunks)))
    core = _native(x, "to_npy_stack")
    _core.array_write_npy_stack(os.fsdecode(os.fspath(dirname)), core, axis % x.ndim, _options({}))


def to_npy(filename: Any, x: Any) -> None:
    """Writes an array as one .npy file, which appears when all of it is written."""
    _core.array_write_npy(os.fsdecode(os.fspath(filename)), _native(asarray(x), "to_npy"), _options({}))
