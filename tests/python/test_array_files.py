"""Arrays in files: written here and read by h5py, zarr and NumPy, and the other way; memory maps."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import treadle.array as da
import zarr
from zarr.codecs import BloscCodec, GzipCodec, ZstdCodec

VALUES = np.arange(23 * 17, dtype=float).reshape(23, 17) / 3


def lazy() -> da.Array:
    return da.from_array(VALUES, chunks=(5, 7))


@pytest.mark.parametrize("dtype", ["bool", "i2", "u4", "f4", "f8", "c8", "c16"])
def test_hdf5_is_h5pys(tmp_path: Path, dtype: str) -> None:
    values = VALUES.astype(dtype)
    x = da.from_array(values, chunks=(5, 7))
    path = str(tmp_path / "a.h5")
    da.to_hdf5(path, {"/x": x, "/group/y": x + x}, compression="gzip", shuffle=True)
    x.to_hdf5(path, "/later")
    with h5py.File(path) as file:
        np.testing.assert_array_equal(file["x"][:], values)
        np.testing.assert_array_equal(file["group/y"][:], values + values)
        assert file["x"].chunks == (5, 7) and file["x"].compression == "gzip"
        np.testing.assert_array_equal(da.from_array(file["later"]).compute(), values)
    with h5py.File(str(tmp_path / "b.h5"), "w") as file:
        file.create_dataset("x", data=values, chunks=(4, 5))
        np.testing.assert_array_equal(da.from_array(file["x"], chunks=6).compute(), values)
    np.testing.assert_array_equal(da.from_hdf5(str(tmp_path / "b.h5"), "/x").compute(), values)


@pytest.mark.parametrize("compressor", ["auto", "gzip", "blosc", None])
@pytest.mark.parametrize("form", [2, 3])
def test_zarr_is_zarrs(tmp_path: Path, compressor: Any, form: int) -> None:
    path = str(tmp_path / "a.zarr")
    da.to_zarr(lazy(), path, component="x", compressor=compressor, zarr_format=form)
    np.testing.assert_array_equal(zarr.open_array(path, path="x", mode="r")[:], VALUES)
    np.testing.assert_array_equal(da.from_zarr(path, component="x").compute(), VALUES)
    with pytest.raises(OSError, match="exists"):
        da.to_zarr(lazy(), path, component="x")
    da.to_zarr(lazy() + 1, path, component="x", overwrite=True)
    np.testing.assert_array_equal(da.from_zarr(path, "x", chunks=9).compute(), VALUES + 1)


@pytest.mark.parametrize("codec", [None, BloscCodec(), GzipCodec(), ZstdCodec()])
def test_zarrs_zarr_is_read(tmp_path: Path, codec: Any) -> None:
    path = str(tmp_path / "a.zarr")
    compressors = () if codec is None else (codec,)
    made = zarr.create_array(path, shape=(23, 17), chunks=(4, 17), dtype="f8", compressors=compressors, fill_value=-1.5)
    made[:10] = VALUES[:10]
    expected = np.where(np.arange(23)[:, None] < 10, VALUES, -1.5)
    np.testing.assert_array_equal(da.from_zarr(path).compute(), expected)
    np.testing.assert_array_equal(da.from_array(made).compute(), expected)
    np.testing.assert_array_equal(da.from_zarr(made).compute(), expected)
    da.to_zarr(lazy(), made)
    np.testing.assert_array_equal(made[:], VALUES)


def test_stacks_are_dasks(tmp_path: Path) -> None:
    theirs: Any = import_module("dask.array")
    da.to_npy_stack(str(tmp_path / "ours"), lazy(), axis=1)
    np.testing.assert_array_equal(theirs.from_npy_stack(str(tmp_path / "ours")).compute(), VALUES)
    theirs.to_npy_stack(str(tmp_path / "theirs"), theirs.from_array(VALUES, chunks=(5, 7)), axis=0)
    back = da.from_npy_stack(str(tmp_path / "theirs"))
    assert back.chunks[0] == (5, 5, 5, 5, 3)
    np.testing.assert_array_equal(back.compute(), VALUES)


def test_npy(tmp_path: Path) -> None:
    path = str(tmp_path / "a.npy")
    da.to_npy(path, lazy())
    np.testing.assert_array_equal(np.load(path), VALUES)
    for order in ("C", "F"):
        np.save(path, np.asarray(VALUES, order=order).astype(">f8"))
        np.testing.assert_array_equal(da.from_npy(path, chunks=6).compute(), VALUES)


def test_store(tmp_path: Path) -> None:
    target, part = np.zeros_like(VALUES), np.zeros((30, 17))
    da.store([lazy(), lazy()], [target, part], regions=[None, (slice(4, 27), slice(None))])
    np.testing.assert_array_equal(target, VALUES)
    np.testing.assert_array_equal(part[4:27], VALUES)
    with h5py.File(str(tmp_path / "a.h5"), "w") as file:
        again = lazy().store(file.create_dataset("x", VALUES.shape, "f8"), return_stored=True)
        np.testing.assert_array_equal(again.compute(), VALUES)
    with pytest.raises(ValueError, match="Different number"):
        da.store([lazy()], [target, part])


@pytest.mark.parametrize("mode", ["r", "r+", "c"])
def test_maps_are_not_copied(tmp_path: Path, mode: Any) -> None:
    np.save(tmp_path / "a.npy", VALUES)
    mapped = np.load(tmp_path / "a.npy", mmap_mode=mode)
    x = da.from_array(mapped, chunks=(5, 17))

    def seen(block: Any) -> Any:
        address = block.__array_interface__["data"][0]
        own = 0 <= address - mapped.__array_interface__["data"][0] < mapped.nbytes
        return np.array([[own or (mode == "c" and path_at(address) == str(tmp_path / "a.npy"))]])

    # Chunks of mode c lie in another map of the file, whose pages can be given back.
    assert x.map_blocks(seen, chunks=(1, 1), dtype=bool).compute().all()
    if mode != "r":
        mapped[3, 3] = -1
    np.testing.assert_array_equal(x.compute(), mapped)
    assert (mapped[3, 3] == -1) == (mode != "r")


def path_at(address: int) -> str:
    """The file whose map an address lies in."""
    with Path("/proc/self/maps").open() as maps:
        for line in maps:
            low, high = (int(one, 16) for one in line.split()[0].split("-"))
            if low <= address < high:
                return line.split(maxsplit=5)[5].strip() if len(line.split(maxsplit=5)) > 5 else ""
    return ""


def resident(path: Path) -> int:
    """Bytes of all maps of a file that are resident in this process."""
    total = 0
    with Path("/proc/self/smaps").open() as maps:
        inside = False
        for line in maps:
            if "-" in line.split()[0] and not line.split()[0].endswith(":"):
                inside = line.rstrip().endswith(str(path))
            elif inside and line.startswith("Rss:"):
                total += int(line.split()[1]) * 1024
    return total


@pytest.mark.parametrize("mode", ["r", "r+", "c"])
def test_pages_of_maps_are_given_back(tmp_path: Path, mode: Any) -> None:
    """While chunks are computed with, some of them are resident; afterwards what was changed in mode c."""
    path = tmp_path / "a.npy"
    values = np.lib.format.open_memmap(path, "w+", "f8", (64, 1 << 16))
    values[:] = 1
    del values
    mapped = np.load(path, mmap_mode=mode)
    if mode == "c":
        mapped[[0, 17], 5] = 9
    peak: list[int] = []

    def seen(block: Any) -> Any:
        total = block.sum(keepdims=True)
        peak.append(resident(path))
        return total

    x = da.from_array(mapped, chunks=(4, 1 << 16))
    assert x.mean().compute() == (1 if mode != "c" else 1 + 16 / x.size)
    x.map_blocks(seen, chunks=(1, 1), dtype=float).compute(num_workers=2)
    assert max(peak) < mapped.nbytes / 3
    assert resident(path) < mapped.nbytes / 8


def test_changes_of_any_kind_show_in_every_part_of_a_private_map(tmp_path: Path) -> None:
    """Slices, columns, every other row, what is changed between two runs: always what NumPy sees."""
    path = tmp_path / "a.npy"
    np.save(path, np.arange(300 * 700.0).reshape(300, 700))
    mapped = np.load(path, mmap_mode="c")
    x = da.from_array(mapped, chunks=(70, 300))
    random = np.random.default_rng(5)
    for _ in range(4):
        mapped[random.integers(0, 300, 40), random.integers(0, 700, 40)] = random.random(40)
        for part in (np.s_[:], np.s_[17:250:3], np.s_[:, 333], np.s_[::-2, 600:650]):
            np.testing.assert_array_equal(x[part].compute(), mapped[part])
    np.testing.assert_array_equal(da.from_array(mapped[::2, 5:], chunks=90).compute(), mapped[::2, 5:])
    assert np.load(path)[17, 17] == 17 * 700 + 17


def test_what_is_written_through_a_shared_map_reaches_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.arange(64 * 4096.0).reshape(64, 4096))
    mapped = np.load(path, mmap_mode="r+")
    mapped[3, 5] = -7
    x = da.from_array(mapped, chunks=(8, 4096))
    x.sum().compute()  # gives the pages back, the changed one among them
    assert mapped[3, 5] == -7
    da.store(x * 2, mapped)
    mapped.flush()
    del mapped
    assert np.load(path)[3, 5] == -14
    assert np.load(path)[60, 1] == 2 * (60 * 4096 + 1)


def test_changed_pages_of_private_maps_are_kept(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.ones((64, 1 << 14)))
    mapped = np.load(tmp_path / "a.npy", mmap_mode="c")
    mapped[5, 7] = 42
    mapped[60] = -1
    x = da.from_array(mapped, chunks=(4, 1 << 14))
    for _ in range(2):
        assert x.sum().compute() == 64 * (1 << 14) + 41 - 2 * (1 << 14)
    assert mapped[5, 7] == 42
    assert (mapped[60] == -1).all()
    assert (np.load(tmp_path / "a.npy") == 1).all()


def test_store_into_what_may_not_be_written_computes_nothing(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", VALUES)
    calls: list[int] = []

    def seen(block: Any) -> Any:
        calls.append(1)
        return block

    x = lazy().map_blocks(seen, dtype=float)
    with pytest.raises(ValueError, match=r"read-only.*mode 'r\+'.*a\.npy"):
        x.store(np.load(tmp_path / "a.npy", mmap_mode="r"))
    assert not calls
    private = np.load(tmp_path / "a.npy", mmap_mode="c")
    (lazy() + 1).store(private)
    np.testing.assert_array_equal(private, VALUES + 1)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), VALUES)


def test_a_slice_of_a_file_reads_its_part(tmp_path: Path) -> None:
    values = np.arange(1 << 16).reshape(64, 1024)
    np.save(tmp_path / "a.npy", values)
    h5py = pytest.importorskip("h5py")
    with h5py.File(str(tmp_path / "a.h5"), "w") as file:
        file["x"] = values
    for x in (da.from_npy(tmp_path / "a.npy"), da.from_hdf5(tmp_path / "a.h5", "/x")):
        part = (x * 2)[10:12, ::5]
        assert "Source part of" in part._core.explain()
        np.testing.assert_array_equal(part.compute(), (values * 2)[10:12, ::5])


def test_damaged_files_are_errors(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, VALUES)
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    with pytest.raises(OSError, match=r"truncated.*needs 3128 bytes"):
        da.from_npy(str(path))
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(OSError, match=r"not a valid \.npy file"):
        da.from_npy(str(path))
    with pytest.raises(OSError, match="No such file"):
        da.from_npy(str(tmp_path / "missing.npy"))
    (tmp_path / "a.h5").write_bytes(b"text")
    with pytest.raises(OSError, match="cannot read as HDF5"):
        da.from_hdf5(str(tmp_path / "a.h5"), "/x")
    with pytest.raises(FileNotFoundError, match="nothing: No such file or directory"):
        da.from_zarr(str(tmp_path / "nothing"))
    with pytest.raises(OSError, match="expected a Zarr array"):
        da.from_zarr(str(tmp_path))


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    def fails(block: Any) -> Any:
        raise RuntimeError("half-way")

    broken = da.concatenate([lazy(), lazy().map_blocks(fails, dtype=float)])
    writes: list[Callable[[], Any]] = [
        lambda: da.to_hdf5(str(tmp_path / "a.h5"), "/x", broken),
        lambda: da.to_zarr(broken, str(tmp_path / "a.zarr")),
        lambda: da.to_npy_stack(str(tmp_path / "a"), broken),
    ]
    for write in writes:
        with pytest.raises(RuntimeError, match="half-way"):
            write()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", ["0.npy", "1.npy", "3.npy", "info"])
def test_a_stack_is_no_shorter_for_pieces_that_are_missing(tmp_path: Path, missing: str) -> None:
    x = da.arange(8.0, chunks=2)
    da.to_npy_stack(tmp_path / "s", x)
    whole = (tmp_path / "s" / "info").read_bytes()
    (tmp_path / "s" / missing).unlink()
    with pytest.raises(FileNotFoundError, match=missing):
        da.from_npy_stack(tmp_path / "s")
    da.to_npy_stack(tmp_path / "t", x)
    (tmp_path / "t" / "info").write_bytes(whole[: len(whole) - 3])
    with pytest.raises(OSError, match="expected the pickled description"):
        da.from_npy_stack(tmp_path / "t")


def test_store_shows_both_shapes_before_it_writes(tmp_path: Path) -> None:
    x = da.ones((6, 4), chunks=2)
    for target, region in ((np.zeros((6, 5)), None), (np.zeros((7, 4)), None), (np.zeros((6, 4)), (slice(0, 2),))):
        with pytest.raises(ValueError, match=r"the shape \(6, 4\), found"):
            da.store([x, x], [target, target], regions=[region, region])
        assert not target.any()
    whole = np.zeros((3, 8, 4))
    x.store(whole, regions=(1, slice(2, 8)))
    np.testing.assert_array_equal(whole[1, 2:], np.ones((6, 4)))
    assert whole.sum() == 24


def test_bad_arguments_are_told() -> None:
    x = da.ones((6, 4), chunks=2)
    with pytest.raises(np.exceptions.AxisError):
        da.to_npy_stack("never", da.array(5.0))
    with pytest.raises(ValueError, match="the axis 5"):
        x.rechunk({5: 2})
    with pytest.raises(ValueError, match="2 and 1"):
        da.select([x > 0], [x, x])
    with pytest.raises(TypeError):
        x.sum(axis=1.5)
