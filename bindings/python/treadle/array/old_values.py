"""How targets of ``store`` keep what a region holds before it is written: as a value that fills it, as values in a file
without a name, or as the stored bytes of its chunks. Where nothing has been stored yet there is nothing to keep."""

from __future__ import annotations

import errno
import io
import itertools
import os
import pickle
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

Undo = Callable[[], None]

# Asking for each chunk of a region whether it is there costs more than reading the region where they are many.
_MOST_CHUNKS = 4096

# What says in a store of zarr's that a group begins there.
_ENTRIES_OF_GROUPS = ("zarr.json", ".zgroup", ".zattrs", ".zmetadata")


class NotKept(Exception):
    """Why nobody can tell what a region holds."""


class OldValues:
    """Objects in a file that goes when it is closed, or with the process. Thread-safe."""

    def __init__(self, directories: str) -> None:
        self._directories = directories
        self._mutex = threading.Lock()
        self._file: Any = None

    def keep(self, value: Any) -> int:
        """Where the value lies. OSError if there is no room."""
        with self._mutex:
            directory = _roomiest(self._directories)
            try:
                if self._file is None:
                    # Without a buffer: one that could not be written would be in the way of reading.
                    self._file = tempfile.TemporaryFile(buffering=0, dir=directory)  # noqa: SIM115 (close() does)
                place = int(self._file.seek(0, os.SEEK_END))
                pickle.dump(value, _WholeWrites(self._file), 5)
            except OSError as error:
                raise OSError(
                    error.errno,
                    "store() keeps what its target holds until all is written, and finds no room for it "
                    f"({error.strerror}): spill_directory= says where else, undo=False does without",
                    directory,
                ) from error
        return place

    def get(self, place: int) -> Any:
        with self._mutex:
            self._file.seek(place)
            reader = io.BufferedReader(self._file)
            try:
                return pickle.load(reader)
            finally:
                reader.detach()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


class _WholeWrites:
    """What pickle writes to: a file of its own may write less than it is given."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, data: Any) -> None:
        left = memoryview(data).cast("B")
        while len(left) != 0:
            left = left[self._file.write(left) :]


def _roomiest(directories: str) -> str:
    """Of the directories for spill files, as the engine chooses it, the one with the most room."""
    named = directories or os.environ.get("TREADLE_SPILL_DIRECTORY") or os.environ.get("TMPDIR") or "/tmp"
    return max((one for one in named.split(":") if one), key=lambda one: shutil.disk_usage(one).free)


class Keeper:
    """Of a target that can be read as it is written. Thread-safe for regions that different blocks go to."""

    def __init__(self, target: Any, values: OldValues) -> None:
        self._target = target
        self._values = values

    def keep_whole(self) -> Undo | None:
        """What empties the target again, if nothing has ever been stored in it: asked before anything else."""
        return None

    def keep(self, key: tuple[Any, ...], shape: tuple[int, ...]) -> Undo | None:
        """What gives a region, which has this shape, the values that it holds now; None if keep_whole() did. Raises
        NotKept if they cannot be read, OSError if there is no room for them."""
        if prod(shape) == 0:
            return None
        try:
            old = self._target[key]
            old = old if isinstance(old, np.ma.MaskedArray) else np.asarray(old)
        except Exception as error:  # a target may do without reading, or may be damaged where it is to be replaced
            raise NotKept(f"it does not read: {type(error).__name__}: {error}") from error
        if old.shape != shape:
            raise NotKept(f"expected to read the shape {shape}, found {old.shape}")
        if (filling := _filling(old)) is not None:
            return partial(self._put, key, filling)
        try:
            place = self._values.keep(old)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise NotKept(f"its values cannot be written down: {error}") from error
        return lambda: self._put(key, self._values.get(place))

    def check(self) -> None:
        """OSError if what has been written, and a library holds back, will find no room. flush() may follow."""

    def flush(self) -> None:
        """Has it go to where it belongs."""

    def _put(self, key: tuple[Any, ...], old: Any) -> None:
        self._target[key] = old


def _filling(old: Any) -> Any:
    """The value of all elements if they have the same bits, as those of a new target have."""
    if isinstance(old, np.ma.MaskedArray) or old.dtype.kind not in "biufcmM" or old.dtype.itemsize > 8:
        return None
    bits = old.view(f"u{old.dtype.itemsize}")
    first = (0,) * old.ndim
    last = tuple(length - 1 for length in old.shape)
    if bits[first] != bits[last] or not (bits == bits[first]).all():
        return None
    return old[first]


class _DataSet(Keeper):
    """Of a data set of h5py's."""

    def __init__(self, target: Any, values: OldValues) -> None:
        super().__init__(target, values)
        self.is_new = not target.is_virtual and target.external is None and target.id.get_storage_size() == 0

    def keep_whole(self) -> Undo | None:
        if self.is_new:  # in one piece, which is given its place at the first write
            self._check_room(self._target.nbytes)
        return None

    def keep(self, key: tuple[Any, ...], shape: tuple[int, ...]) -> Undo | None:
        self._check_room(0)
        if prod(shape) != 0 and (self.is_new or self._has_no_chunk(key)):
            return partial(self._put, key, self._target.fillvalue)
        return super().keep(key, shape)

    def check(self) -> None:
        if self._target.chunks is not None:
            self._check_room(self._target.id.get_access_plist().get_chunk_cache()[1])

    def flush(self) -> None:
        self._target.flush()

    def _check_room(self, waiting: int) -> None:
        """OSError if what HDF5 has given places in the file, and this much more, finds no room on the disk. HDF5 says
        nothing of chunks that it could not write until it is told to flush, and is no longer to be used then."""
        file = self._target.file
        if file.driver != "sec2":
            return
        missing = file.id.get_filesize() - Path(file.filename).stat().st_size
        if missing > 0 or waiting > 0:
            disk = os.statvfs(file.filename)
            if disk.f_bavail * disk.f_frsize < missing + min(waiting, self._target.nbytes):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), file.filename)

    def _has_no_chunk(self, key: tuple[Any, ...]) -> bool:
        chunks = self._target.chunks
        places = None if chunks is None else _chunks_of(key, self._target.shape, chunks)
        if places is None:
            return False
        stored = self._target.id.get_chunk_info_by_coord
        starts = (tuple(i * length for i, length in zip(place, chunks, strict=True)) for place in places)
        return all(stored(start).byte_offset is None for start in starts)


class _NewDataSet(_DataSet):
    """Of one in chunks, none of which has been stored."""

    def keep_whole(self) -> Undo | None:
        return self._empty

    def keep(self, key: tuple[Any, ...], shape: tuple[int, ...]) -> Undo | None:
        self._check_room(0)
        return None

    def _empty(self) -> None:
        # Chunks beyond a data set's shape are removed, also those that wait in memory for a disk that is full.
        shape = self._target.shape
        try:
            self._target.id.set_extent((0,) * len(shape))
        finally:
            self._target.id.set_extent(shape)


class _ZarrArray(Keeper):
    """Of an array of the zarr package: each chunk that a store touches is kept once, as it is stored."""

    def __init__(self, target: Any, values: OldValues) -> None:
        super().__init__(target, values)
        self._mutex = threading.Lock()
        self._kept: set[str] = set()

    def keep(self, key: tuple[Any, ...], shape: tuple[int, ...]) -> Undo | None:
        if prod(shape) == 0:
            return None
        array = self._target
        places = _chunks_of(key, array.shape, array.shards or array.chunks)
        if places is None:
            return super().keep(key, shape)
        undoes: list[Undo] = []
        with self._mutex:  # no other block changes a chunk before it has been kept
            for place in places:
                name = array.metadata.encode_chunk_key(place)
                if name not in self._kept:
                    undoes.append(kept_entry(array.store_path / name, self._values))
                    self._kept.add(name)
        return partial(_do_all, undoes) if undoes else None


def _do_all(undoes: list[Undo]) -> None:
    for undo in undoes:
        undo()


def kept_entry(path: Any, values: OldValues) -> Undo:
    """What gives an entry of a store of zarr's the bytes that it has now, or removes it if there is none."""
    from zarr.core.buffer import default_buffer_prototype
    from zarr.core.sync import sync

    stored = sync(path.get())
    if stored is None:
        return lambda: sync(path.delete())
    place = values.keep(stored.to_bytes())
    make = default_buffer_prototype().buffer.from_bytes
    return lambda: sync(path.set(make(values.get(place))))


class ZarrEntries:
    """The entries of a store of the zarr package's before an array is made in it."""

    def __init__(self, store: Any, component: str, replaced: bool, values: OldValues) -> None:
        self._store = store
        # Groups above the array are made with it.
        self._top = component.split("/")[0]
        self._names = self._found()
        below = [name for name in self._names if not component or name.startswith(component + "/")]
        self._undoes = [kept_entry(self._path(name), values) for name in below] if replaced else []

    def put_back(self) -> None:
        """Gives the store these entries again, and no others."""
        from zarr.core.sync import sync

        for name in self._found() - self._names:
            sync(self._path(name).delete())
        _do_all(self._undoes)

    def _path(self, name: str) -> Any:
        from zarr.storage import StorePath

        return StorePath(self._store, name)

    def _found(self) -> set[str]:
        from zarr.core.sync import sync

        async def names() -> set[str]:
            found = {name async for name in self._store.list_prefix(f"{self._top}/" if self._top else "")}
            return found | {name for name in _ENTRIES_OF_GROUPS if await self._store.exists(name)}

        return sync(names())


def _chunks_of(key: tuple[Any, ...], shape: Any, chunks: Any) -> Iterator[tuple[int, ...]] | None:
    """The places of the chunks that a region touches; none for a key that is not of plain slices and numbers, and for a
    region of very many."""
    spans = []
    if len(key) != len(shape):
        return None
    for one, length, chunk in zip(key, shape, chunks, strict=True):
        if isinstance(one, slice):
            start, stop, step = one.indices(length)
        elif isinstance(one, (int, np.integer)):
            start, stop, step = int(one) % length, int(one) % length + 1, 1
        else:
            return None
        if step != 1:
            return None
        spans.append(range(start // chunk, -(-stop // chunk)))
    return itertools.product(*spans) if prod(len(span) for span in spans) <= _MOST_CHUNKS else None


def keeper_of(target: Any, values: OldValues) -> Keeper:
    """The keeper for a kind of target."""
    module = type(target).__module__
    if module.startswith("h5py.") and hasattr(target, "is_virtual"):
        data_set = _DataSet(target, values)
        return _NewDataSet(target, values) if data_set.is_new and target.chunks is not None else data_set
    if module.startswith("zarr.") and hasattr(target, "store_path") and hasattr(target.metadata, "encode_chunk_key"):
        return _ZarrArray(target, values)
    return Keeper(target, values)
