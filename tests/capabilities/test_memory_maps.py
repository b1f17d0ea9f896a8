"""Arrays that lie in files: taken as they are, read as far as they are used."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import treadle.array as da
from conftest import Script


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "x.npy"
    np.save(path, np.arange(100_000, dtype="float64"))
    return path


def test_a_map_is_taken_as_it_is(script: Script) -> None:
    """Ten million numbers of np.load(mmap_mode='r'): five elements, one, the mean, in under a third of the file."""
    ran = script(
        """
        import json
        import numpy as np
        import treadle.array as da
        from measuring import AddedMemory
        n = 10_000_000
        np.lib.format.open_memmap("big.npy", mode="w+", dtype="float64", shape=(n,))[:] = np.arange(n)
        da.ones(10, chunks=5).mean().compute()
        with AddedMemory() as added:
            mapped = np.load("big.npy", mmap_mode="r")
            x = da.from_array(mapped, chunks=1_000_000)
            answer = [x[:5].compute().tolist(), float(x[7_000_000].compute()), float(x.mean().compute())]
        print(json.dumps({"answer": answer, "added": added.bytes, "size": 8 * n}))
        """
    )
    assert ran.answer["answer"] == [[0, 1, 2, 3, 4], 7_000_000, 4_999_999.5]
    assert ran.answer["added"] < ran.answer["size"] / 3


@pytest.mark.parametrize("opened", ["load", "memmap"])
def test_changes_of_the_file_show_since_nothing_was_copied(tmp_path: Path, opened: str) -> None:
    """from_array keeps the map: what is written to it before compute() is seen."""
    np.save(tmp_path / "x.npy", np.zeros(1000))
    if opened == "load":
        mapped: Any = np.load(tmp_path / "x.npy", mmap_mode="r+")
    else:
        mapped = np.memmap(tmp_path / "raw", dtype="float64", mode="w+", shape=(1000,))
    x = da.from_array(mapped, chunks=100)
    mapped[250] = 5.0
    assert x.sum().compute() == 5.0


def test_modes_r_r_plus_and_c(saved: Path) -> None:
    """store() into a map of mode r is refused, into r+ reaches the file, into c does not."""
    twice = da.from_array(np.load(saved, mmap_mode="r"), chunks=10_000) * 2
    with pytest.raises(ValueError, match="read-only"):
        da.store(twice, np.load(saved, mmap_mode="r"))
    assert np.load(saved)[3] == 3
    private = np.load(saved, mmap_mode="c")
    da.store(twice, private)
    assert private[3] == 6
    assert np.load(saved)[3] == 3
    shared = np.load(saved, mmap_mode="r+")
    da.store(da.from_array(np.load(saved), chunks=10_000) * 2, shared)
    shared.flush()
    assert np.load(saved)[3] == 6


def test_changed_pages_of_a_private_map_are_kept(saved: Path) -> None:
    """What was written into a map of mode c is computed with, before and after other work went over it."""
    private = np.load(saved, mmap_mode="c")
    private[10] = -1.0
    x = da.from_array(private, chunks=1_000)
    before = x.sum().compute()
    assert before == x.sum().compute() == np.arange(100_000.0).sum() - 11
    assert private[10] == -1.0
    assert np.load(saved)[10] == 10.0


def test_slices_two_dimensions_and_other_types(tmp_path: Path) -> None:
    """A map of rows and columns of small integers: slices, reductions along an axis, a strided view."""
    np.save(tmp_path / "m.npy", np.arange(12_000, dtype="int16").reshape(300, 40))
    mapped = np.load(tmp_path / "m.npy", mmap_mode="r")
    x = da.from_array(mapped, chunks=(100, 40))
    assert x.dtype == np.int16
    np.testing.assert_array_equal(x[10:200:3, 5].compute(), mapped[10:200:3, 5])
    np.testing.assert_array_equal(x.max(axis=0).compute(), mapped.max(axis=0))
    np.testing.assert_array_equal((da.from_array(mapped[::2], chunks=50) + 1).compute(), mapped[::2] + 1)
