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


@pytest.mark.parametrize("mode", ["r", "r+", "c"])
def test_maps_larger_than_the_memory_they_take(script: Script, mode: str) -> None:
    """Ten maps of 32 MB each, read as one array: the peak is far below their size, in every mode; in mode c what was
    written into the maps counts and stays."""
    ran = script(
        f"""
        import json
        import numpy as np
        import treadle
        import treadle.array as da
        from measuring import AddedMemory
        n = 4_000_000
        for i in range(10):
            np.lib.format.open_memmap(f"{{i}}.npy", mode="w+", dtype="float64", shape=(n,))[:] = i
        da.ones(10, chunks=5).mean().compute()
        with AddedMemory() as added:
            maps = [np.load(f"{{i}}.npy", mmap_mode="{mode}") for i in range(10)]
            if "{mode}" == "c":
                for one in maps:
                    one[1000] += 400
            x = da.concatenate([da.from_array(one, chunks=1_000_000) for one in maps])
            mean, spread = treadle.compute(x.mean(), x.std())
        kept = [float(one[1000]) for one in maps]
        print(json.dumps({{"mean": float(mean), "spread": float(spread), "kept": kept, "added": added.bytes}}))
        """
    )
    more = 400.0 if mode == "c" else 0.0
    whole = np.repeat(np.arange(10.0), 1000)
    assert ran.answer["mean"] == pytest.approx(4.5 + 10 * more / 40_000_000)
    if mode != "c":
        assert ran.answer["spread"] == pytest.approx(whole.std())
    assert ran.answer["kept"] == [i + more for i in range(10)]
    assert ran.answer["added"] < 320e6 / 3


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
