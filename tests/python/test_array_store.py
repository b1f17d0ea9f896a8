"""store() that fails: its targets hold again what they held before, whatever they are and whatever failed."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import treadle
import treadle.array as da
import zarr

SHAPE, CHUNKS = (60, 40), (10, 20)
NEW = np.arange(2400.0).reshape(SHAPE) + 1
OLD = -np.arange(2400.0).reshape(SHAPE) - 1
HALF = np.where(np.arange(60)[:, None] < 25, OLD, 0)


class CountingLock:
    """A lock that knows how often it was let go of: how many blocks have been written."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0

    def acquire(self) -> None:
        self.lock.acquire()

    def release(self) -> None:
        self.count += 1
        self.lock.release()


def failing(lock: CountingLock, error: BaseException, answer: Any = None) -> da.Array:
    """The new values; the last block fails, or is this answer, once all others have been written."""

    def function(block: Any, block_info: Any = None) -> Any:
        where = block_info[None]["chunk-location"]
        if where != (5, 1):
            return block
        end = time.monotonic() + 30
        while lock.count < 11:
            assert time.monotonic() < end, "the other blocks were not written"
            time.sleep(0.001)
        if answer is not None:
            return answer
        raise error

    return da.from_array(NEW, chunks=CHUNKS).map_blocks(function, dtype=float)  # type: ignore[no-any-return]


def data_set(path: Path, values: Any, **options: Any) -> Any:
    made = h5py.File(str(path / "a.h5"), "w").create_dataset("x", SHAPE, "f8", **options)
    if values is not None:
        made[:] = values
    return made


def half_chunked(path: Path) -> Any:
    """The first chunks are there, the others are not, and some of them lie across those of the source."""
    made = data_set(path, None, chunks=(7, 40), fillvalue=0)
    made[:25] = OLD[:25]
    return made


def zarr_array(path: Path, values: Any, **options: Any) -> Any:
    made = zarr.create_array(str(path / "a.zarr"), shape=SHAPE, dtype="f8", **options)
    if values is not None:
        made[: len(values)] = values
    return made


def memory_map(path: Path, values: Any) -> Any:
    made = np.memmap(str(path / "a.bin"), "f8", "w+", shape=SHAPE)
    made[:] = values
    return made


TARGETS: dict[str, Callable[[Path], Any]] = {
    "new data set in chunks": lambda path: data_set(path, None, chunks=CHUNKS, fillvalue=7),
    "new compressed data set": lambda path: data_set(
        path, None, chunks=(9, 40), compression="gzip", maxshape=(None, 40)
    ),
    "new contiguous data set": lambda path: data_set(path, None, fillvalue=7),
    "data set in chunks": lambda path: data_set(path, OLD, chunks=(7, 9)),
    "compressed data set": lambda path: data_set(path, OLD, chunks=CHUNKS, compression="gzip", shuffle=True),
    "contiguous data set": lambda path: data_set(path, OLD),
    "half a data set": half_chunked,
    "new zarr 2": lambda path: zarr_array(path, None, chunks=CHUNKS, zarr_format=2, fill_value=7),
    "new zarr 3": lambda path: zarr_array(path, None, chunks=(7, 40), zarr_format=3, fill_value=7),
    "zarr 2": lambda path: zarr_array(path, OLD, chunks=(7, 40), zarr_format=2),
    "zarr 3": lambda path: zarr_array(path, OLD, chunks=CHUNKS, zarr_format=3),
    "half a zarr": lambda path: zarr_array(path, OLD[:25], chunks=(7, 9), zarr_format=3),
    "sharded zarr": lambda path: zarr_array(path, OLD[:25], chunks=CHUNKS, shards=(30, 40), zarr_format=3),
    "memory map": lambda path: memory_map(path, OLD),
    "new memory map": lambda path: memory_map(path, 0),
    "array": lambda path: OLD.copy(),
    "array of NaN": lambda path: np.full(SHAPE, np.nan),
    "array of zeros, Fortran's order": lambda path: np.zeros(SHAPE, order="F"),
}


def stored_entries(target: Any, path: Path) -> Any:
    """What is stored of a zarr array, byte for byte; of a data set whether anything is."""
    if isinstance(target, h5py.Dataset):
        return target.id.get_num_chunks() if target.chunks else None
    if isinstance(target, zarr.Array):
        return {str(one): one.read_bytes() for one in path.rglob("*") if one.is_file()}
    return None


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("cause", ["function", "block of another shape"])
@pytest.mark.parametrize("kind", TARGETS)
def test_a_target_holds_what_it_held(tmp_path: Path, kind: str, cause: str, later: bool) -> None:
    target, lock = TARGETS[kind](tmp_path), CountingLock()
    before, entries = np.array(target[...]), stored_entries(target, tmp_path)
    x = failing(lock, LookupError("the last block"), np.zeros((3, 3)) if cause != "function" else None)
    with pytest.raises(Exception) as raised:
        if later:
            da.store(x, target, lock=lock, compute=False).compute(num_workers=2)
        else:
            da.store(x, target, lock=lock, num_workers=2)
    # While the exception is held: nothing waits for it to go.
    np.testing.assert_array_equal(target[...], before)
    if kind != "half a data set":
        assert stored_entries(target, tmp_path) == entries
    assert lock.count >= 11
    assert isinstance(raised.value, LookupError) == (cause == "function")
    if not later:
        assert "holds again what it held before" in "".join(raised.value.__notes__)
    # And it is as good as before: the next store succeeds.
    da.store(da.from_array(NEW, chunks=CHUNKS), target)
    np.testing.assert_array_equal(target[...], NEW)


def test_of_several_targets_all_hold_what_they_held(tmp_path: Path) -> None:
    lock = CountingLock()
    good = da.from_array(NEW, chunks=CHUNKS)
    array, new, large = OLD.copy(), data_set(tmp_path, None, chunks=CHUNKS), np.full((100, 100), 3.0)
    regions: Any = [None, None, (slice(20, 80), slice(5, 45))]
    with pytest.raises(LookupError):
        da.store([good, good, failing(lock, LookupError())], [array, new, large], lock=lock, regions=regions)
    assert (array == OLD).all() and (large == 3).all() and not new[:].any() and new.id.get_num_chunks() == 0
    da.store([good, good, good], [array, new, large], regions=regions)
    assert (array == NEW).all() and (new[:] == NEW).all() and (large[20:80, 5:45] == NEW).all()


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("kind", ["array", "data set in chunks", "new data set in chunks", "zarr 3", "new zarr 3"])
def test_regions_that_overlap_go_back_to_the_oldest_values(tmp_path: Path, kind: str, later: bool) -> None:
    target = TARGETS[kind](tmp_path)
    before = np.array(target[...])
    lock = CountingLock()
    part = da.from_array(NEW[:30], chunks=(4, 40))
    regions: Any = [slice(0, 30), slice(10, 40), slice(0, 60)]
    with pytest.raises(LookupError):
        result = da.store(
            [part, part + 1, failing(lock, LookupError())],
            # A data set is another object each time that it is asked for.
            [target, target.file["x"] if isinstance(target, h5py.Dataset) else target, target],
            lock=lock,
            regions=regions,
            compute=not later,
        )
        result.compute()
    np.testing.assert_array_equal(target[...], before)


def test_without_a_lock(tmp_path: Path) -> None:
    target, count = OLD.copy(), CountingLock()

    class Counted(np.ndarray[Any, Any]):
        def __setitem__(self, key: Any, value: Any) -> None:
            super().__setitem__(key, value)
            count.count += 1

    with pytest.raises(LookupError):
        da.store(failing(count, LookupError()), target.view(Counted), lock=False, num_workers=4)
    np.testing.assert_array_equal(target, OLD)


class Written:
    """A target whose assignments can be counted, and fail, like those to a disk that fills up."""

    def __init__(self, values: Any, fails_at: int = 0, fails_again: bool = False) -> None:
        self.values, self.fails_at, self.fails_again, self.writes = values, fails_at, fails_again, 0
        self.shape, self.dtype = values.shape, values.dtype

    def __setitem__(self, key: Any, value: Any) -> None:
        self.writes += 1
        if self.writes == self.fails_at or (self.fails_again and self.writes == self.fails_at + 2):
            self.values[key][: len(value) // 2] = value[: len(value) // 2]
            raise OSError(errno.ENOSPC, "No space left on device")
        self.values[key] = value


class Readable(Written):
    def __getitem__(self, key: Any) -> Any:
        return self.values[key]


@pytest.mark.parametrize("later", [False, True])
def test_a_write_that_fails_half_way(later: bool) -> None:
    target = Readable(OLD.copy(), 7)
    with pytest.raises(OSError, match="No space left"):
        da.store(da.from_array(NEW, chunks=CHUNKS), target, compute=not later).compute()
    assert target.writes > 7
    np.testing.assert_array_equal(target.values, OLD)


def test_what_cannot_be_given_back_is_named() -> None:
    target = Readable(OLD.copy(), 7, fails_again=True)
    with pytest.raises(OSError, match="No space left") as raised:
        da.store(da.from_array(NEW, chunks=CHUNKS), target, num_workers=1)
    note = raised.value.__notes__[-1]
    assert "could not give back what was there to the target[" in note and "OSError: " in note, note
    different = np.argwhere(target.values != OLD)
    first, last = different.min(axis=0), different.max(axis=0) + 1
    # All but the one region, which the note names, has gone back.
    assert len(different) <= 200
    corner = [f"{int(a) // c * c}:{-(-int(b) // c) * c}" for a, b, c in zip(first, last, CHUNKS, strict=True)]
    assert f"the target[{', '.join(corner)}]" in note


def test_what_cannot_be_read_is_written_and_named() -> None:
    target = Written(OLD.copy())
    da.store(da.from_array(NEW, chunks=CHUNKS), target)
    np.testing.assert_array_equal(target.values, NEW)
    other = Written(OLD.copy(), 4)
    array = OLD.copy()
    x = da.from_array(NEW, chunks=CHUNKS)
    with pytest.raises(OSError, match="No space left") as raised:
        da.store([x, x], [array, other], num_workers=1)
    assert "target 1[" in raised.value.__notes__[-1] and "does not read: TypeError" in raised.value.__notes__[-1]
    np.testing.assert_array_equal(array, OLD)


def test_a_later_store_that_cannot_be_undone_warns() -> None:
    target = Written(OLD.copy(), 4)
    with (
        pytest.warns(RuntimeWarning, match=r"could not give back what was there to the target\["),
        pytest.raises(OSError, match="No space left"),
    ):
        da.store(da.from_array(NEW, chunks=CHUNKS), target, compute=False).compute()


def test_what_is_asked_not_to_be_undone_is_not() -> None:
    lock, target = CountingLock(), OLD.copy()
    with pytest.raises(LookupError) as raised:
        da.store(failing(lock, LookupError()), target, lock=lock, undo=False, num_workers=2)
    assert (target == NEW).sum() == 11 * 200
    assert not any("store()" in note for note in raised.value.__notes__)


def test_a_later_store_runs_twice_and_beside_others() -> None:
    target = OLD.copy()
    lazy = da.store(da.from_array(NEW, chunks=CHUNKS), target, compute=False)
    assert treadle.compute(lazy, da.ones(4).sum()) == (None, 4)
    np.testing.assert_array_equal(target, NEW)
    target[:] = OLD
    assert treadle.delayed(lambda stored: (stored, target.sum()))(lazy).compute() == (None, NEW.sum())

    def fails(stored: Any) -> None:
        raise LookupError

    # What has been stored whole stays, whatever fails behind it.
    target[:] = OLD
    with pytest.raises(LookupError):
        treadle.delayed(fails)(lazy).compute()
    np.testing.assert_array_equal(target, NEW)


@pytest.mark.parametrize("now", [True, False])
@pytest.mark.parametrize("kind", ["array", "new data set in chunks", "zarr 3"])
def test_what_was_stored_is_read_back_in_its_chunks(tmp_path: Path, kind: str, now: bool) -> None:
    target, part = TARGETS[kind](tmp_path), np.zeros((100, 100))
    x = da.from_array(NEW, chunks=CHUNKS)
    region = (slice(20, 80), slice(5, 45))
    stored = da.store([x, x + 1], [target, part], regions=[None, region], compute=now, return_stored=True)
    assert [one.chunks for one in stored] == [x.chunks, x.chunks]
    if not now:
        assert not part.any()
        stored[0][0, 0].compute()  # a part is read when all has been stored
    np.testing.assert_array_equal(part[region], NEW + 1)
    for one, expected in zip(stored, (NEW, NEW + 1), strict=True):
        np.testing.assert_array_equal(one.compute(), expected)
    alone = x.store(np.zeros(SHAPE), compute=now, return_stored=True)
    np.testing.assert_array_equal(alone.compute(), NEW)


def test_a_later_zarr_is_written_chunk_by_chunk(tmp_path: Path) -> None:
    x = da.from_array(NEW, chunks=CHUNKS)
    later = x.to_zarr(str(tmp_path / "later.zarr"), compute=False)
    assert not list(tmp_path.iterdir())
    later.compute()
    stored = zarr.open_array(str(tmp_path / "later.zarr"))
    assert stored.chunks == CHUNKS
    np.testing.assert_array_equal(stored[:], NEW)
    array = zarr.create_array(zarr.storage.MemoryStore(), shape=SHAPE, chunks=CHUNKS, dtype="f8")
    x.to_zarr(array, compute=False).compute()
    np.testing.assert_array_equal(array[:], NEW)


@pytest.mark.parametrize("scheduler", ["sync", "threads", "processes"])
def test_a_later_store_is_undone_under_any_scheduler(scheduler: str) -> None:
    target = Readable(OLD.copy(), 7)
    lazy = da.store(da.from_array(NEW, chunks=CHUNKS), target, compute=False)
    with pytest.raises(OSError, match="No space left"):
        lazy.compute(scheduler=scheduler)
    np.testing.assert_array_equal(target.values, OLD)
    lazy.compute(scheduler=scheduler)
    np.testing.assert_array_equal(target.values, NEW)


def test_a_clients_store_is_undone() -> None:
    target = Readable(OLD.copy(), 7)
    with treadle.distributed.Client(n_workers=1, threads_per_worker=2) as client:
        future = client.compute(da.store(da.from_array(NEW, chunks=CHUNKS), target, compute=False))
        with pytest.raises(OSError, match="No space left"):
            future.result()
        np.testing.assert_array_equal(target.values, OLD)
        with pytest.raises(OSError, match="No space left"):
            target.writes = 0
            da.store(da.from_array(NEW, chunks=CHUNKS), target)
    np.testing.assert_array_equal(target.values, OLD)


def test_a_store_in_little_memory_is_undone() -> None:
    values = np.arange(4_000_000.0).reshape(2000, 2000)
    target, lock = values.copy(), CountingLock()

    def function(block: Any, block_info: Any = None) -> Any:
        if block_info[None]["chunk-location"] == (9, 0):
            while lock.count < 9:
                time.sleep(0.001)
            raise LookupError
        return block

    x = (da.from_array(values, chunks=(200, 2000)) + 1).map_blocks(function, dtype=float)
    lazy = da.store(x, target, lock=lock, compute=False)
    with pytest.raises(LookupError):
        lazy.compute(working_memory="16 MiB", num_workers=2)
    np.testing.assert_array_equal(target, values)


@pytest.mark.parametrize("mask", [np.ma.nomask, np.arange(2400).reshape(SHAPE) % 5 == 0])
def test_masks_and_objects_go_back(mask: Any) -> None:
    lock, masked = CountingLock(), np.ma.MaskedArray(OLD.copy(), mask)
    with pytest.raises(LookupError):
        da.store(failing(lock, LookupError()), masked, lock=lock, num_workers=2)
    np.testing.assert_array_equal(masked.data, OLD)
    np.testing.assert_array_equal(np.ma.getmaskarray(masked), np.broadcast_to(mask, SHAPE))
    objects = np.array([["a", None, (1, 2)]] * 3, dtype=object)
    before = objects.copy()
    target = Readable(objects, 3)
    with pytest.raises(OSError, match="No space left"):
        da.store(da.from_array(np.ones((3, 3)), chunks=1), target)
    assert (objects == before).all()


def test_an_interrupt(tmp_path: Path) -> None:
    """While a write is under way, and again while it is being undone."""
    program = """
        import sys, threading, time, os, signal
        import numpy as np
        import treadle.array as da

        class Slow:
            def __init__(self, values):
                self.values, self.shape, self.writes, self.undoing = values, values.shape, 0, False
            def __getitem__(self, key):
                return self.values[key]
            def __setitem__(self, key, value):
                self.writes += 1
                if self.writes == 4:
                    print("half way", flush=True)
                    time.sleep(1)
                    self.undoing = True
                elif self.undoing:
                    print("undoing", flush=True)
                    time.sleep(0.3)
                self.values[key] = value

        target = Slow(np.arange(10.0))
        try:
            da.store(da.zeros(10, chunks=1) - 1, target, num_workers=2)
        except KeyboardInterrupt as error:
            print("interrupted", (target.values == np.arange(10.0)).all(), flush=True)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as ran:
        assert ran.stdout is not None
        assert ran.stdout.readline() == "half way\n"
        ran.send_signal(signal.SIGINT)
        assert ran.stdout.readline() == "undoing\n"
        ran.send_signal(signal.SIGINT)
        rest = ran.stdout.read().split("\n")
    assert [line for line in rest if line != "undoing"] == ["interrupted True", ""]
    assert ran.returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("needs to mount a small file system")
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("needs to mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


FULL = """
    import json, sys
    from pathlib import Path
    import h5py, numpy as np, zarr
    import treadle.array as da

    folder, kind = Path(sys.argv[1]), sys.argv[2]
    x = da.random.default_rng(0).random((1024, 512), chunks=(64, 512))
    old = np.arange(1024 * 512.0).reshape(1024, 512)
    if "data set" in kind:
        file = h5py.File(folder / "a.h5", "w")
        options = {} if "contiguous" in kind else {"chunks": (64, 512)}
        if "compressed" in kind:
            options["compression"] = "gzip"
        target = file.create_dataset("x", (1024, 512), "f8", fillvalue=3, **options)
    else:
        path = str(folder / "a.zarr")
        target = zarr.create_array(path, shape=(1024, 512), chunks=(64, 512), dtype="f8", fill_value=3)
    if "old" in kind:
        target[:] = old  # numbers that compress well
    else:
        old[:] = 3
    if "data set" in kind:
        file.flush()
    try:
        da.store(x, target)
        message = "no error"
    except (OSError, RuntimeError) as error:
        message = str(error) + " ".join(getattr(error, "__notes__", []))
    same = bool((target[:] == old).all())
    if "data set" in kind:
        file.close()
        with h5py.File(folder / "a.h5") as file:
            later = bool((file["x"][:] == old).all())
    else:
        later = bool((zarr.open_array(path)[:] == old).all())
    print(json.dumps([message, same, later]))
"""


@pytest.mark.parametrize(
    "kind",
    [
        "new data set",
        "new compressed data set",
        "new contiguous data set",
        "old compressed data set",
        "new zarr",
        "old zarr",
    ],
)
def test_a_disk_that_fills_up(small_disk: Path, kind: str) -> None:
    command = [sys.executable, "-c", textwrap.dedent(FULL), str(small_disk), kind]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    message, same, later = json.loads(ran.stdout)
    assert "No space left" in message, message
    assert "could not" not in message, message
    assert same and later


def test_no_room_for_old_values(small_disk: Path) -> None:
    target = np.random.default_rng(0).random((1024, 512))
    before = target.copy()
    x = da.from_array(np.zeros((1024, 512)), chunks=(64, 512))
    with pytest.raises(OSError, match=r"keeps what its target holds.*spill_directory= says where else") as raised:
        da.store(x, target, spill_directory=str(small_disk))
    assert raised.value.errno == errno.ENOSPC and raised.value.filename == str(small_disk)
    np.testing.assert_array_equal(target, before)
    da.store(x, target, spill_directory=str(small_disk), undo=False)
    assert not target.any()
    # Zeros are kept as a number.
    da.store(x + 1, target, spill_directory=str(small_disk))
    assert (target == 1).all() and not list(small_disk.iterdir())


@pytest.mark.parametrize("component", [None, "x", "group/x"])
@pytest.mark.parametrize("there", [False, True])
def test_a_store_of_zarrs_has_what_it_had(component: str | None, there: bool) -> None:
    store = zarr.storage.MemoryStore()
    if component is not None:
        zarr.create_array(store, name="other", shape=3, dtype="i4")[:] = 5
    if there:
        zarr.create_array(store, name=component, shape=SHAPE, chunks=(7, 40), dtype="f8")[:30] = OLD[:30]
    before = {name: entry.to_bytes() for name, entry in store._store_dict.items()}
    x = da.from_array(NEW, chunks=CHUNKS).map_blocks(fails_at_last, dtype=float)
    with pytest.raises(LookupError):
        x.to_zarr(store, component=component, overwrite=there)
    assert {name: entry.to_bytes() for name, entry in store._store_dict.items()} == before
    da.from_array(NEW, chunks=CHUNKS).to_zarr(store, component=component, overwrite=there)
    np.testing.assert_array_equal(da.from_zarr(store, component).compute(), NEW)


def fails_at_last(block: Any, block_info: Any = None) -> Any:
    if block_info[None]["chunk-location"] == (5, 1):
        time.sleep(0.2)
        raise LookupError
    return block


def test_old_values_leave_nothing_behind(tmp_path: Path) -> None:
    target = OLD.copy()
    with treadle.config.set(spill_directory=str(tmp_path)):
        da.store(da.from_array(NEW, chunks=CHUNKS), target)
        with pytest.raises(OSError, match="No space left"):
            da.store(da.from_array(NEW, chunks=CHUNKS), Readable(target, 3))
    assert (target == NEW).all() and not list(tmp_path.iterdir())
