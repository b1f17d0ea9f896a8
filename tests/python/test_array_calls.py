"""Arguments of NumPy's and Dask's functions of arrays, compared with NumPy."""

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import treadle.array as da
import zarr

A = np.arange(12.0).reshape(3, 4)
X: Any = da.from_array(A, chunks=(2, 3))  # NumPy's stubs know nothing of arrays that take its functions


def test_ufuncs_take_a_type_and_a_mask() -> None:
    added = da.add(da.arange(4, chunks=2), 1, dtype="f8")
    assert added.dtype == added.compute().dtype == np.dtype("f8")
    out: Any = da.zeros((3, 4), chunks=2)
    assert np.true_divide(X, X, where=X > 0, out=out) is out
    assert out.compute().sum() == 11
    assert np.array_equal(np.add(X, 1, where=A > 5).compute()[A > 5], A[A > 5] + 1)


def test_lists_of_arrays_are_operands() -> None:
    assert np.array_equal(np.add(X, [X[0], X[1], X[2]]).compute(), A + A)
    assert da.result_type(X, 1, "i4") == np.result_type(A, 1, "i4")


def test_masked_chunks_keep_their_masks() -> None:
    masked = np.ma.masked_greater(A, 7)
    x = da.from_array(masked, chunks=2)
    assert x.sum().compute() == masked.sum()
    assert np.array_equal((x + 1).mean(axis=0).compute(), (masked + 1).mean(axis=0))
    assert np.allclose(x.std().compute(), masked.std())
    assert np.array_equal(x[1:].compute().mask, masked[1:].mask)
    with pytest.raises(TypeError, match="masked"):
        X.map_blocks(lambda block: np.ma.masked_greater(block, 2), dtype=float).sum().compute()


def test_chunks_of_unknown_length_are_picked_from_and_filled() -> None:
    some = X[X[:, 0] > -1]
    assert np.array_equal(some[:, [0, 2]].compute(), A[:, [0, 2]])
    assert da.zeros_like(some).compute().shape == (3, 4)
    assert da.full_like(some, 7).sum().compute() == 84


@pytest.mark.parametrize(
    ("place", "values", "axis"), [(0, np.arange(4), 0), (1, 5, 0), ([0, 2], 9, 1), (slice(0, 2), 7, 0), (-1, 1, 1)]
)
def test_insert(place: Any, values: Any, axis: int) -> None:
    assert np.array_equal(da.insert(X, place, values, axis).compute(), np.insert(A, place, values, axis))


@pytest.mark.parametrize("weights", [{"fweights": [1, 2, 1, 3]}, {"aweights": [0.5, 1, 2, 1]}, {"ddof": 0}])
def test_covariances(weights: Any) -> None:
    assert np.allclose(da.cov(X, **weights).compute(), np.cov(A, **weights))
    assert np.allclose(da.corrcoef(X, rowvar=False).compute(), np.corrcoef(A, rowvar=False))


def test_quantiles_with_weights() -> None:
    weights = np.arange(1.0, 13.0).reshape(3, 4)
    ours = da.quantile(X, [0.25, 0.5], axis=0, weights=weights, method="inverted_cdf")
    assert np.allclose(ours.compute(), np.quantile(A, [0.25, 0.5], axis=0, weights=weights, method="inverted_cdf"))


def test_blocks_are_matched_by_number_where_shapes_do_not_broadcast() -> None:
    made = da.map_blocks(lambda x, y: x[:1] + y.sum(), da.ones(40, chunks=10), da.ones(8, chunks=2), chunks=(1,))
    assert made.compute().tolist() == [3, 3, 3, 3]
    with pytest.raises(ValueError, match="broadcast"):
        da.map_blocks(lambda x, y: x, da.ones(40, chunks=10), da.ones(9, chunks=3))


def test_dropped_axes_come_in_one_piece_and_further_axes_are_new() -> None:
    assert np.array_equal(X.map_blocks(lambda block: block.sum(axis=1), drop_axis=1).compute(), A.sum(axis=1))
    assert X.map_blocks(lambda block: block[None], chunks=((1,), (2, 1), (3, 1))).compute().shape == (1, 3, 4)
    with pytest.raises(ValueError, match="drop_axis"):
        X.map_blocks(lambda block: block, drop_axis=5)


def test_block_info_names_arguments_by_their_place() -> None:
    seen: list[Any] = []

    def note(x: Any, factor: int, y: Any, block_info: Any = None) -> Any:
        seen.append(block_info)
        return (x * factor * y).sum(axis=1)

    da.map_blocks(note, X, 2, X, drop_axis=1, dtype=float).compute(scheduler="sync")
    told = [one for one in seen if one]
    assert {frozenset(one) for one in told} == {frozenset({0, 2, None})}
    assert {one[None]["chunk-shape"] for one in told} == {(2,), (1,)}


def test_neighbours_of_several_arrays() -> None:
    x, y = da.ones((10,), chunks=10), da.ones((1, 10), chunks=5)
    made = da.map_overlap(lambda a, b: a + b, x, y, depth=1, boundary="none")
    assert made.shape == (1, 10)
    assert made.sum().compute() == 20


@pytest.mark.parametrize(("length", "chunk", "window"), [(5, 2, 2), (7, 3, 3), (10, 3, 2), (4, 4, 4), (9, 2, 5)])
def test_windows_at_the_end(length: int, chunk: int, window: int) -> None:
    ours = da.lib.stride_tricks.sliding_window_view(da.arange(length, chunks=chunk), window)
    assert np.array_equal(ours.compute(), np.lib.stride_tricks.sliding_window_view(np.arange(length), window))


def test_generalised_ufuncs() -> None:
    x = X.rechunk((2, -1))
    mean, deviation = da.apply_gufunc(lambda a: (a.mean(-1), a.std(-1)), "(i)->(),()", x, output_dtypes=(float, float))
    assert np.allclose(mean.compute(), A.mean(axis=1))
    assert np.allclose(deviation.compute(), A.std(axis=1))
    assert np.array_equal(da.apply_gufunc(lambda a, b: a + b, "(),()->()", X, 3).compute(), A + 3)
    rows = X.rechunk((-1, 2))
    total = da.apply_gufunc(lambda a: a.sum(axis=-1), "(i)->()", rows, axis=0)
    assert np.array_equal(total.compute(), A.sum(axis=0))
    kept = da.apply_gufunc(lambda a: a.sum(axis=-1), "(i)->()", rows, axis=0, keepdims=True)
    assert np.array_equal(kept.compute(), A.sum(axis=0, keepdims=True))
    turned = da.apply_gufunc(lambda a: a * 2, "(i)->(i)", rows, axes=[(0,), (0,)])
    assert np.array_equal(turned.compute(), A * 2)
    with pytest.raises(ValueError, match="output_sizes"):
        da.apply_gufunc(lambda a: a, "(i)->(j)", x)
    with pytest.raises(ValueError, match="signature"):
        da.apply_gufunc(lambda a: a, "(i->()", x)


def test_arrays_are_copied_and_pickled() -> None:
    lazy = X.map_blocks(lambda block: block + 1) * 2
    other = copy.deepcopy(lazy)
    other[0] = 0
    assert np.array_equal(lazy.compute(), (A + 1) * 2)
    assert np.array_equal(pickle.loads(pickle.dumps(X.sum(axis=0))).compute(), A.sum(axis=0))


_called: list[int] = []


def _twice(block: Any) -> Any:
    _called.append(1)
    return block * 2


def test_pickles_hold_the_graph(tmp_path: Path) -> None:
    """Nothing is computed for a pickle; what comes out of it is lazy, and native where it was."""
    np.save(tmp_path / "a.npy", A)
    numbers = da.random.default_rng(3)
    made = {
        "native": (X + 1).sum(axis=0)[1:],
        "mapped": X.map_blocks(_twice, dtype=float)[1:].T + 1,
        "mapped again": (X + X.map_blocks(_twice, dtype=float).sum(axis=0)).map_blocks(_twice, dtype=float),
        "random": numbers.normal(size=(5, 5), chunks=3),
        "random as well": numbers.random(4, chunks=2) * X[0],
        "factor": abs(da.linalg.qr(X.T.rechunk((2, -1)))[1]),
        "counts": da.unique(X % 5, return_counts=True)[1],
        "map": da.from_array(np.load(tmp_path / "a.npy", mmap_mode="r"), chunks=2).mean(axis=1),
        "file": da.from_npy(tmp_path / "a.npy") * 2,
        "kept": (X + 1).persist() * 2,
        "masked": da.ma.masked_greater(X, 5) + 1,
        "choice": da.where(X > 3, X, -1),
    }
    pickles = {name: pickle.dumps(lazy) for name, lazy in made.items()}
    assert not _called
    for name, lazy in made.items():
        again = pickle.loads(pickles[name])
        assert again.chunks == lazy.chunks or name == "counts"
        np.testing.assert_array_equal(again.compute(), lazy.compute(), err_msg=name)
        assert "FromPython" not in (again + 0)._core.explain() if name in ("native", "random") else True
    assert len(pickles["map"]) < 1000
    deep = X
    for _ in range(3000):
        deep = deep + 1
    assert pickle.loads(pickle.dumps(deep)).compute()[0, 0] == 3000


def test_zarr_arrays_go_into_empty_folders_and_stores_in_memory(tmp_path: Path) -> None:
    X.to_zarr(tmp_path)
    assert np.array_equal(da.from_zarr(tmp_path).compute(), A)
    with pytest.raises(OSError, match="exists"):
        X.to_zarr(tmp_path)
    store = zarr.storage.MemoryStore()
    X.to_zarr(store)
    assert np.array_equal(da.from_zarr(store).compute(), A)


def test_functions_that_are_not_there_compute_their_arguments() -> None:
    with pytest.warns(FutureWarning, match="array_equal"):
        assert np.array_equal(X, A)


def test_other_arguments() -> None:
    assert da.from_array(np.array(3), chunks=(1,)).sum().compute() == 3
    assert da.from_array(np.array([1, 2, 3], dtype=object), chunks=2).sum().compute() == 6
    assert da.random.Generator(np.random.PCG64).random(3, chunks=2).compute().shape == (3,)
    ours, theirs = da.unravel_index(da.arange(6, chunks=2), (2, 3), "F"), np.unravel_index(np.arange(6), (2, 3), "F")
    assert all(np.array_equal(one.compute(), other) for one, other in zip(ours, theirs, strict=True))
    assert da.diff(X, n=0, prepend=1).shape == (3, 4)
    with pytest.raises(NotImplementedError, match="full_matrices"):
        da.linalg.svd(X, full_matrices=True)
