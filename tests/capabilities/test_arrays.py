"""Arrays: NumPy's answers over chunks, from memory maps, HDF5 and Zarr."""

import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import treadle.array as da
import zarr
from conftest import Script


class Source:
    """What can be sliced, and counts how often it is."""

    dtype = np.dtype("f8")
    ndim = 2

    def __init__(self, shape: tuple[int, int]) -> None:
        self.shape = shape
        self.reads = 0

    def __getitem__(self, item: Any) -> Any:
        self.reads += 1
        return np.ones(self.shape)[item]


def test_operators_mean_what_numpy_means() -> None:
    """* and + are element by element, @ is the matrix product, sum(axis=1) the rows' sums."""
    a, b = np.arange(6.0).reshape(2, 3), np.arange(6.0, 12.0).reshape(2, 3)
    x, y = da.from_array(a, chunks=(1, 2)), da.from_array(b, chunks=(1, 2))
    for lazy, eager in [(x * y, a * b), (x + y, a + b), (x @ y.T, a @ b.T), (x.sum(axis=1), a.sum(axis=1))]:
        assert np.array_equal(lazy.compute(), eager)


def test_blocks_are_multiplied_and_reduced() -> None:
    """A product of blocks and a sum over it: the scheduler's work, NumPy's numbers."""
    chance = np.random.default_rng(3)
    a, b = chance.random((20, 30)), chance.random((30, 10))
    product = da.from_array(a, chunks=(5, 10)).dot(da.from_array(b, chunks=(10, 5)))
    assert product.numblocks == (4, 2)
    assert np.allclose(product.sum(axis=0).compute(), (a @ b).sum(axis=0))


@pytest.mark.parametrize(
    ("chunks", "wanted"),
    [
        ((10, 20), ((10,) * 10, (20,) * 3)),
        (50, ((50, 50), (50, 10))),
        (-1, ((100,), (60,))),
        ("auto", ((100,), (60,))),
        ({0: 25, 1: -1}, ((25,) * 4, (60,))),
        (((40, 60), (60,)), ((40, 60), (60,))),
    ],
)
def test_chunks_are_told_in_many_ways(chunks: Any, wanted: Any) -> None:
    """A size an axis, one for all, -1, "auto", a dict, the lengths themselves; rechunk cuts anew."""
    x = da.from_array(np.ones((100, 60)), chunks=chunks)
    assert x.chunks == wanted
    assert x.rechunk((25, 30)).numblocks == (4, 2)
    assert x.rechunk({0: 50}).chunks[0] == (50, 50)


def test_automatic_chunks_are_a_good_size() -> None:
    """ "auto": chunks of 50 to 200 MB of a large array, whatever its shape and type."""
    for shape, kind in [((100_000, 10_000), "f8"), ((10**9,), "i4"), ((200, 3000, 3000), "f4")]:
        chunk = da.ones(shape, dtype=kind, chunks="auto").chunksize
        assert 50e6 <= np.prod(chunk) * np.dtype(kind).itemsize <= 200e6


def test_slices_along_the_chunks_touch_fewer_blocks() -> None:
    """The first 150 rows: two reads of the source if chunks are of rows, ten if they are of columns."""
    reads = []
    for chunks in [(100, 1000), (1000, 100)]:
        source = Source((1000, 1000))
        x = da.from_array(source, chunks=chunks)
        source.reads = 0
        assert x[:150].sum().compute() == 150_000
        reads.append(source.reads)
    assert reads == [2, 10]


def test_arrays_with_other_chunks_can_be_added() -> None:
    """Chunks need not match: the sum is right, in more pieces."""
    rows, columns = da.ones((100, 100), chunks=(10, 100)), da.ones((100, 100), chunks=(100, 10))
    assert (rows + rows).numblocks == (10, 1)
    assert (rows + columns).numblocks == (10, 10)
    assert (rows + columns).sum().compute() == 20_000


def test_planes_of_a_memory_map_stack_up_and_go_to_hdf5(tmp_path: Path) -> None:
    """np.memmap plane by plane, concatenated, averaged, written to HDF5, which h5py opens."""
    values = np.random.default_rng(1).random((4, 300, 200))
    values.tofile(tmp_path / "planes.dat")
    planes = np.memmap(tmp_path / "planes.dat", dtype="f8", mode="r", shape=values.shape)
    parts = [da.from_array(plane, chunks=(100, 50)) for plane in planes]
    assert parts[0].chunks == ((100,) * 3, (50,) * 4)
    x = da.concatenate(parts)
    assert x.shape == (1200, 200)
    assert x.mean().compute() == pytest.approx(values.mean(), rel=1e-12)
    da.to_hdf5(str(tmp_path / "one.hdf5"), "/foo/xs", x)
    da.to_hdf5(str(tmp_path / "two.hdf5"), {"/a": parts[0], "/b/c": parts[1]})
    with h5py.File(tmp_path / "one.hdf5") as file:
        assert file["/foo/xs"].shape == (1200, 200)
        assert file["/foo/xs"].chunks == (100, 50)
        assert np.array_equal(file["/foo/xs"][:], values.reshape(1200, 200))
    with h5py.File(tmp_path / "two.hdf5") as file:
        assert np.array_equal(file["b/c"][:], values[1])
        back = da.from_array(file["a"], chunks=(100, 100))
        assert np.array_equal(back.compute(), values[0])


def test_zarr_is_written_chunk_by_chunk_and_read_by_zarr(tmp_path: Path) -> None:
    """to_zarr and from_zarr; the zarr package sees the same chunks and numbers."""
    values = np.arange(60.0).reshape(6, 10)
    da.to_zarr(da.from_array(values, chunks=(3, 5)), str(tmp_path / "x.zarr"))
    stored = zarr.open_array(str(tmp_path / "x.zarr"), mode="r")
    assert stored.chunks == (3, 5)
    assert np.array_equal(stored[:], values)
    assert np.array_equal(da.from_zarr(str(tmp_path / "x.zarr")).compute(), values)
    assert np.array_equal(da.from_array(stored).compute(), values)


def test_a_climatology_larger_than_memory_stays_within_its_budget(script: Script) -> None:
    """Anomalies of 175 MB within a working memory of 64 MiB: by how much the process grew, not what a ledger says.
    Its chunks are of a size that the C library keeps in its heap when they are freed or spilled."""
    ran = script(
        """
        import json
        import treadle
        import treadle.array as da
        from measuring import AddedMemory
        x = da.random.default_rng(5).normal(15, 3, size=(20, 365, 3000), chunks=(1, 73, 3000))
        anomaly = x - x.mean(axis=0)
        wanted = (abs(anomaly) > 3 * anomaly.std(axis=0)).sum(), (abs(anomaly) > 8).sum()
        da.ones(10, chunks=5).mean().compute()
        with AddedMemory() as added, treadle.config.set(working_memory="64 MiB"):
            found = [int(one) for one in treadle.compute(*wanted)]
        print(json.dumps({"found": found, "added": added.bytes, "size": x.nbytes}))
        """
    )
    assert ran.answer["found"] == [17637, 136566]
    assert ran.answer["size"] == 175_200_000
    assert ran.answer["added"] < 2 * (64 << 20) < ran.answer["size"]


def test_a_missing_file_is_a_file_not_found_error(tmp_path: Path) -> None:
    """FileNotFoundError with the name, for each kind of file."""
    for open_it in (
        lambda name: np.memmap(name, mode="r"),
        da.from_zarr,
        da.from_npy_stack,
        lambda name: da.from_hdf5(name, "/x"),
    ):
        with pytest.raises(FileNotFoundError, match="no-such"):
            open_it(str(tmp_path / "no-such"))


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_a_compiled_function_on_blocks(tmp_path: Path) -> None:
    """A function of C's for the critical loop, called on each block."""
    (tmp_path / "square.c").write_text("void square(double* x, long n) { for (long i = 0; i < n; ++i) x[i] *= x[i]; }")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", "square.so", "square.c"], cwd=tmp_path, check=True)
    library = ctypes.CDLL(str(tmp_path / "square.so"))

    def square(block: np.ndarray) -> np.ndarray:
        made = np.array(block)
        library.square(made.ctypes.data_as(ctypes.c_void_p), ctypes.c_long(made.size))
        return made

    assert da.arange(100.0, chunks=10).map_blocks(square).sum().compute() == (np.arange(100.0) ** 2).sum()
