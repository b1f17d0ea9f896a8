"""What users of Dask import from ``dask.array.core``."""

from __future__ import annotations

import itertools
from typing import Any

from treadle.array.chunking import Chunks, PerformanceWarning, bounds, normalize_chunks
from treadle.array.collection import Array
from treadle.array.creation import asanyarray, asarray, from_array
from treadle.array.functions import map_blocks
from treadle.array.sinks import to_hdf5, to_npy_stack, to_zarr
from treadle.array.sources import from_npy_stack, from_zarr
from treadle.array.storing import store

__all__ = [
    "Array",
    "PerformanceWarning",
    "asanyarray",
    "asarray",
    "from_array",
    "from_npy_stack",
    "from_zarr",
    "map_blocks",
    "normalize_chunks",
    "slices_from_chunks",
    "store",
    "to_hdf5",
    "to_npy_stack",
    "to_zarr",
]


def slices_from_chunks(chunks: Chunks) -> list[tuple[slice, ...]]:
    """Where each chunk lies, in C order."""
    return list(itertools.product(*([slice(*span) for span in bounds(axis)] for axis in chunks)))


def __getattr__(name: str) -> Any:
    import treadle.array

    return getattr(treadle.array, name)
