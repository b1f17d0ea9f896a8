"""treadle.array against NumPy, on generated arrays."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import treadle
import treadle.array as da

DTYPES = ["bool", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "c8", "c16", "M8[ns]", "m8[s]"]


def made(dtype: str, shape: tuple[int, ...], seed: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 100, shape)
    if dtype == "bool":
        return values % 2 == 0
    if dtype.startswith("c"):
        return (values + 1j * rng.integers(0, 9, shape)).astype(dtype)
    return (values / 3).astype(dtype) if dtype.startswith("f") else values.astype(dtype)


def same(lazy: Any, expected: Any, exact: bool = False) -> None:
    found = lazy.compute() if hasattr(lazy, "compute") else lazy
    assert np.shape(found) == np.shape(expected)
    assert np.asarray(found).dtype == np.asarray(expected).dtype
    if isinstance(lazy, da.Array):
        assert lazy.dtype == np.asarray(expected).dtype
    if exact or np.asarray(expected).dtype.kind not in "fc":
        np.testing.assert_array_equal(found, expected)
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-6 if np.asarray(expected).dtype.itemsize <= 4 else 1e-12)


MATRIX = made("f8", (23, 17))
CHUNKS = [(5, 7), (23, 17), (1, 4), ((3, 20), (17,))]

EXPRESSIONS = """
x + 1|x - x.mean(axis=0)|2 / (x + 1)|x // 3|x % 3|x ** 2|-x|abs(x)|x > 10|(x > 3) & (x < 20)|~(x > 3)
np.sin(x)|np.exp(x / 50)|np.log1p(x)|np.sqrt(x)|np.maximum(x, 5)|np.add.outer(x[0], x[1])|np.rint(x)|np.isnan(x)
x.astype("f4")|x.astype("i2")|np.where(x > 10, x, 0)|np.clip(x, 3, 9)|np.round(x, 1)|np.real(x)|np.isclose(x, x + 1)
x[3:20:4, ::-2]|x[5]|x[:, -1]|x[..., 2]|x[None]|x[[1, 20, 3]]|x[:, [2, 2, 9]]|x[x[:, 0] > 10]|x[x > 10]|x[4:4]
x.T|x.reshape(17, 23)|x.reshape(-1)|x.reshape(23, 17, 1)|x.ravel()|np.moveaxis(x, 0, 1)|np.expand_dims(x, 1)
np.squeeze(x[None])|np.flip(x, 0)|np.roll(x, 3, 1)|np.tile(x, (2, 3))|np.repeat(x, 2, axis=0)|np.pad(x, 2)
np.pad(x, ((1, 2), (3, 0)), mode="reflect")|np.pad(x, 1, mode="linear_ramp")|np.concatenate([x, x], axis=1)
np.stack([x, x], axis=1)|np.vstack([x, x])|np.hstack([x, x])|np.dstack([x, x])|np.broadcast_to(x, (2, 23, 17))
x.sum()|x.sum(axis=0)|x.mean(axis=1, keepdims=True)|x.std()|x.var(axis=0, ddof=1)|x.min(axis=1)|x.max()|x.prod(axis=1)
x.argmin(axis=1)|x.argmax()|(x > 5).any(axis=0)|(x > 5).all()|np.ptp(x, axis=0)|np.count_nonzero(x > 5, axis=0)
x.cumsum(axis=0)|np.cumsum(x)|np.cumprod(x / 20, axis=1)|np.nansum(x, axis=0)|np.nanmean(x)|np.median(x, axis=0)
np.quantile(x, [0.2, 0.7], axis=1)|np.average(x, axis=0, weights=np.arange(23.0))|np.diff(x, axis=1)
np.gradient(x, axis=0)|np.cov(x)|np.corrcoef(x)|np.histogram(x, bins=10, range=(0, 40))[0]|np.digitize(x, [3, 9])
np.unique(x)|np.isin(x, [0, 3])|np.argwhere(x > 20)|np.nonzero(x > 20)[1]|np.take(x, [1, 2], axis=1)|np.trace(x)
x @ x.T|np.dot(x, x.T)|np.tensordot(x, x, axes=([0], [0]))|np.einsum("ij,kj->ik", x, x)|np.outer(x[0], x[1])
np.vdot(x, x)|np.tril(x)|np.triu(x, 1)|np.diag(x[0])|np.diag(x)|np.linalg.norm(x)|np.linalg.norm(x, axis=0)
np.meshgrid(x[0], x[1])[0]|np.apply_along_axis(np.sort, 0, x)|np.insert(x, 3, 7, axis=0)|np.delete(x, 2, axis=1)
np.searchsorted(np.arange(30.0), x)|np.union1d(x, x + 1)|np.swapaxes(x, 0, 1)|np.rot90(x)|np.ediff1d(x)
"""


def expressions() -> list[str]:
    return [one for line in EXPRESSIONS.strip().splitlines() for one in line.split("|")]


@pytest.mark.parametrize("text", expressions())
def test_numpys_answer(text: str) -> None:
    expected = eval(text, {"np": np, "x": MATRIX})
    for chunks in CHUNKS[:2]:
        same(eval(text, {"np": np, "x": da.from_array(MATRIX, chunks=chunks)}), expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("chunks", CHUNKS)
def test_every_dtype_comes_back(dtype: str, chunks: Any) -> None:
    values = made(dtype, (23, 17))
    x = da.from_array(values, chunks=chunks)
    same(x, values)
    same(x[::2, 3:].T, values[::2, 3:].T)
    same(x.rechunk((4, 4)).reshape(-1), values.reshape(-1))
    same(da.concatenate([x, x]), np.concatenate([values, values]))
    if dtype not in ("bool", "c8", "c16"):
        same(x.max(axis=0), values.max(axis=0))
        same(x - x[:1], values - values[:1]) if dtype[0] in "fimM" else None


@pytest.mark.parametrize(("left", "right"), list(itertools.product(DTYPES[:13], repeat=2)))
def test_promotion(left: str, right: str) -> None:
    a, b = made(left, (6,)), made(right, (6,), 1)
    same(da.from_array(a, chunks=4) + da.from_array(b, chunks=2), a + b)
    same(da.from_array(a, chunks=4) * 2, a * 2)


def test_elements_that_only_numpy_has() -> None:
    for values in (np.arange(5).astype("f2"), np.array(["a", "bb"]), np.array([{}, None], object)):
        same(da.from_array(values, chunks=1), values)
    same(da.from_array(np.arange(5).astype("f2"), chunks=2) * 2, np.arange(5).astype("f2") * 2)


def test_zero_length_and_no_axes() -> None:
    empty = da.from_array(np.zeros((0, 3)), chunks=2)
    same(empty.sum(axis=0), np.zeros(3))
    same(empty + 1, np.zeros((0, 3)))
    same(empty.reshape(3, 0), np.zeros((3, 0)))
    point = da.from_array(np.array(5.0))
    same(point + 1, np.float64(6))
    assert point.chunks == () and point.compute() == 5.0 and float(point) == 5.0
    with pytest.raises(ValueError, match="zero-size array"):
        empty.max(axis=0)


def test_unknown_chunk_sizes() -> None:
    values = np.arange(20)
    x = da.from_array(values, chunks=6)
    some = x[x % 3 == 0]
    assert np.isnan(some.shape[0])
    same(some, values[values % 3 == 0])
    same(some + 1, values[values % 3 == 0] + 1)
    same(some.sum(), values[values % 3 == 0].sum())
    with pytest.raises(ValueError, match="compute_chunk_sizes"):
        some[2]
    with pytest.raises(ValueError, match="compute_chunk_sizes"):
        some.rechunk(4)
    rows = da.from_array(MATRIX, chunks=(6, 5))
    tall = rows[rows[:, 0] % 2 == 0]
    same(tall.rechunk({1: -1}), MATRIX[MATRIX[:, 0] % 2 == 0])
    assert [len(axis) for axis in tall.rechunk((tall.chunks[0], 4)).chunks] == [4, 5]
    with pytest.raises(ValueError, match="compute_chunk_sizes"):
        tall.rechunk({0: -1})
    assert some.compute_chunk_sizes().chunks == ((2, 2, 2, 1),)
    same(some[2], np.int64(6))


def climatology(x: Any) -> Any:
    return ((x - x.mean(axis=0)) / (x.std(axis=0) + 1)).rechunk((7, 5)).sum(axis=1)


def test_the_same_bits_for_any_threads_and_memory() -> None:
    x = da.from_array(made("f8", (301, 40)), chunks=(37, 11))
    first = climatology(x).compute(num_workers=1)
    for threads in (2, 8):
        np.testing.assert_array_equal(climatology(x).compute(num_workers=threads), first)
    with treadle.config.set({"working_memory": "4MiB"}):
        np.testing.assert_array_equal(climatology(x).compute(), first)
    drawn = [da.random.default_rng(7).normal(size=(50, 20), chunks=8).compute(num_workers=n) for n in (1, 8)]
    np.testing.assert_array_equal(*drawn)


def test_assignment() -> None:
    values = MATRIX.copy()
    x = da.from_array(MATRIX, chunks=(5, 7))
    for key, value in (((slice(2, 5), 3), 7), (10, np.arange(17)), (([1, 9], slice(None, None, 2)), -1)):
        x[key] = value
        values[key] = value
    x[x > 20] = 0
    values[values > 20] = 0
    same(x, values)
    same(da.from_array(MATRIX, chunks=4), MATRIX)


@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "f2", "c16"])
@pytest.mark.parametrize("chunks", [3, (2, 5), -1])
def test_assignment_by_masks(dtype: str, chunks: Any) -> None:
    expected = (np.random.default_rng(0).random((7, 9)) * 10).astype(dtype)
    x: Any = da.from_array(expected.copy(), chunks=chunks)
    x[x.real > 5] = 3
    expected[expected.real > 5] = 3
    for lazy, bound in ((False, 4), (True, 2)):
        several = np.arange(np.count_nonzero(expected.real > bound)) % 7
        x[x.real > bound] = da.from_array(several, chunks=4) if lazy else several
        expected[expected.real > bound] = several
    x[x.real < 2] = x * 2
    expected[expected.real < 2] *= 2
    same(x, expected)


def test_assignment_of_values_with_more_axes_and_masks_of_other_shapes() -> None:
    x: Any = da.from_array(MATRIX, chunks=(5, 7))
    x[2] = x[[3]] * 2
    assert np.array_equal(x[2].compute(), MATRIX[3] * 2)
    with pytest.raises(IndexError, match="boolean index did not match"):
        x[np.array([[True], [False]])] = 1


def test_rounding_keeps_the_type() -> None:
    values = made("f4", (13, 9))
    for decimals in (-1, 0, 2):
        same(da.round(da.from_array(values, chunks=5), decimals), np.round(values, decimals))


def test_what_is_shifted_can_be_transformed() -> None:
    x = da.from_array(MATRIX, chunks=-1)
    same(da.fft.fftshift(da.fft.fft2(da.fft.ifftshift(x))), np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(MATRIX))))


def test_automatic_chunks_join_small_ones() -> None:
    assert da.ones(10, chunks=1).rechunk().chunks == ((10,),)
    small = da.ones((100, 1000), chunks=(10, 10)).rechunk("auto", block_size_limit=8 * 100 * 100)
    assert small.chunks == ((100,), (100,) * 10)


def test_places_of_triangles() -> None:
    for name in ("tril_indices", "triu_indices"):
        for n, k, m in ((5, 0, None), (4, 1, 6), (6, -2, 3)):
            for found, expected in zip(getattr(da, name)(n, k, m, 2), getattr(np, name)(n, k, m), strict=True):
                np.testing.assert_array_equal(found.compute(), expected)
        for found, expected in zip(
            getattr(da, name + "_from")(da.ones((4, 3), chunks=2), 1), getattr(np, name)(4, 1, 3), strict=True
        ):
            np.testing.assert_array_equal(found.compute(), expected)


def test_assignment_by_masks_refuses_what_does_not_fit() -> None:
    x: Any = da.arange(10, chunks=3)
    with pytest.raises(ValueError, match="NaN"):
        x[x > 5] = np.nan
    x[x > 5] = [1, 2, 3]
    with pytest.raises(ValueError, match="3 input values to the 4"):
        x.compute()


def test_quantiles_of_narrow_floats() -> None:
    values = made("f4", (301,))
    x = da.from_array(values, chunks=100)
    for q in (0.3, [0.1, 0.5, 0.9], np.float64(0.2)):
        for method in ("linear", "lower", "higher", "midpoint"):
            found, expected = da.quantile(x, q, method=method), np.quantile(values, q, method=method)
            assert found.dtype == found.compute().dtype == expected.dtype
            np.testing.assert_allclose(found.compute(), expected, rtol=1e-6)
    same(da.median(x, axis=0), np.median(values))


def test_blocks_of_other_shapes_than_were_said_come_together_as_they_are() -> None:
    x = da.from_array(MATRIX, chunks=(5, 7))
    same(x.map_blocks(lambda block: block[:2], chunks=x.chunks).compute(), MATRIX[np.arange(23) % 5 < 2])


def test_maps_of_blocks() -> None:
    x = da.from_array(MATRIX, chunks=(5, 7))
    same(x.map_blocks(lambda block: block * 2), MATRIX * 2)
    where = x.map_blocks(lambda block, block_id=None: np.full(block.shape, block_id[0]), dtype=int)
    same(where, np.repeat(np.arange(5), [5, 5, 5, 5, 3])[:, None] * np.ones((1, 17), int))
    same(
        x.map_blocks(lambda block: block.sum(axis=1), drop_axis=1) if x.numblocks[1] == 1 else x.sum(),
        x.sum().compute(),
    )
    padded = x.map_overlap(lambda block: block + np.roll(block, 1, 0), depth={0: 1}, boundary={0: "periodic"})
    same(padded, MATRIX + np.roll(MATRIX, 1, 0))
    same(da.blockwise(np.add, "ij", x, "ij", x, "ij"), 2 * MATRIX)
    rows = da.apply_gufunc(lambda block: block.mean(axis=-1), "(i)->()", x.rechunk({1: -1}), output_dtypes=float)
    same(rows, MATRIX.mean(axis=1))
    same(da.coarsen(np.mean, x[:20, :16], {0: 2, 1: 4}), MATRIX[:20, :16].reshape(10, 2, 4, 4).mean(axis=(1, 3)))


def test_linear_algebra() -> None:
    x = da.from_array(MATRIX, chunks=(5, 17))
    q, r = da.linalg.qr(x)
    np.testing.assert_allclose(q.compute() @ r.compute(), MATRIX, atol=1e-10)
    u, s, v = da.compute(*da.linalg.svd(x))
    np.testing.assert_allclose((u * s) @ v, MATRIX, atol=1e-10)
    np.testing.assert_allclose(s, np.linalg.svd(MATRIX)[1])
    square = MATRIX.T @ MATRIX + np.eye(17)
    y = da.from_array(square, chunks=5)
    same(da.linalg.inv(y), np.linalg.inv(square))
    same(da.linalg.cholesky(y, lower=True), np.linalg.cholesky(square))
    p, lower, upper = da.compute(*da.linalg.lu(y))
    np.testing.assert_allclose(p @ lower @ upper, square)
    k = da.linalg.svd_compressed(x, 3, n_power_iter=4, seed=1)[1]
    np.testing.assert_allclose(k.compute(), np.linalg.svd(MATRIX)[1][:3], rtol=1e-2)


def test_transforms() -> None:
    x = da.from_array(MATRIX, chunks=(5, 17))
    for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
        same(getattr(da.fft, name)(x), getattr(np.fft, name)(MATRIX))
    same(da.fft.fft2(x.rechunk(-1)), np.fft.fft2(MATRIX))
    same(da.fft.fftshift(x), np.fft.fftshift(MATRIX))
    same(da.fft.fftfreq(9, 0.1, chunks=4), np.fft.fftfreq(9, 0.1))
    with pytest.raises(ValueError, match=r"rechunk\(\{0: -1\}\)"):
        da.fft.fft(x, axis=0)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("normal", (5, 2)),
        ("uniform", (2, 3)),
        ("poisson", (4,)),
        ("exponential", (2,)),
        ("beta", (2, 3)),
        ("gamma", (3, 1)),
    ],
)
def test_draws_have_their_distribution(name: str, args: tuple[float, ...]) -> None:
    for source in (da.random.default_rng(3), da.random.RandomState(3)):
        drawn = getattr(source, name)(*args, size=(200, 100), chunks=(60, 100)).compute()
        reference = getattr(np.random.default_rng(0), name)(*args, size=20000)
        assert abs(drawn.mean() - reference.mean()) < 0.1
        assert abs(drawn.std() - reference.std()) < 0.1


def test_draws_do_not_depend_on_the_cut() -> None:
    drawn = [da.random.default_rng(5).normal(2, 3, size=(40, 30), chunks=chunks) for chunks in (7, 40)]
    np.testing.assert_array_equal(drawn[0].compute(), drawn[1].compute())
    rng = da.random.default_rng(5)
    assert (rng.random(100).compute() != rng.random(100).compute()).all()


def test_choices_and_orders() -> None:
    rng = da.random.default_rng(0)
    assert sorted(rng.permutation(50).compute()) == list(range(50))
    assert len(set(rng.choice(100, 30, replace=False, chunks=10).compute())) == 30
    picked = rng.choice(np.array([3.0, 5.0]), 100, chunks=30, p=[0, 1]).compute()
    assert set(picked) == {5.0}
    assert set(np.unique(rng.integers(0, 3, 1000, chunks=100).compute())) == {0, 1, 2}
    assert da.random.random(10).compute().max() < 1


def test_what_it_looks_like() -> None:
    x = da.ones((20, 30), chunks=(5, 10), dtype="f4")
    assert repr(x) == "treadle.array<ones, shape=(20, 30), dtype=float32, chunksize=(5, 10), chunktype=numpy.ndarray>"
    html = x._repr_html_()
    assert "2.34 kiB" in html and "12 chunks" in html and html.count("<line") == 9
    assert da.ones((2, 3, 4, 5)).to_svg().startswith("<svg")
    assert (x.numblocks, x.npartitions, x.nbytes, len(x)) == ((4, 3), 12, 2400, 20)
    assert x.blocks[1, 2].shape == (5, 10)


def test_results_are_the_callers() -> None:
    values = np.ones(5)
    x = da.from_array(values)
    found = x.compute()
    found[0] = 7
    assert values[0] == 1
    held = (x + 1).persist()
    first = held.compute()
    first[:] = 0
    np.testing.assert_array_equal(held.compute(), np.full(5, 2.0))


def test_with_the_other_collections() -> None:
    from dask.base import compute as dask_compute

    x = da.from_array(MATRIX, chunks=(5, 7))
    assert dask_compute(x.sum())[0] == x.sum().compute()  # type: ignore[no-untyped-call]
    parts = x.to_delayed()
    assert parts.shape == (5, 3)
    np.testing.assert_array_equal(parts[1, 2].compute(), MATRIX[5:10, 14:])
    back = da.from_delayed(parts[0, 0], shape=(5, 7), dtype=float)
    same(back * 2, MATRIX[:5, :7] * 2)
    total, mean = treadle.compute(x.sum(), x.mean())
    assert total == x.sum().compute() and mean == x.mean().compute()


def bad_calls() -> Iterator[tuple[type[Exception], str, Callable[[Any], Any]]]:
    yield ValueError, r"\(23, 17\).*\(5,\)", lambda x: x + np.arange(5)
    yield ValueError, r"\(23, 17\).*chunks", lambda x: x.rechunk(((5, 5), (17,)))
    yield np.exceptions.AxisError, "axis 2", lambda x: x.sum(axis=2)
    yield IndexError, "out of bounds", lambda x: x[30]
    yield IndexError, "too many indices", lambda x: x[0, 0, 0]
    yield IndexError, "valid indices", lambda x: x[1.5]
    yield ValueError, "cannot reshape", lambda x: x.reshape(5, 5)
    yield TypeError, "Cannot cast", lambda x: x.astype("i4", casting="safe")
    yield ValueError, "differ", lambda x: x @ x
    yield ValueError, "callable|answer", lambda x: x.map_blocks(lambda block: block[:1]).rechunk(4).compute()
    yield NotImplementedError, "map_blocks", lambda x: da.sort(x)
    yield ValueError, "ambiguous", lambda x: bool(x)
    yield ZeroDivisionError, "on the block", lambda x: x.map_blocks(_fails, dtype=float).compute()


def _fails(block: Any) -> Any:
    raise ZeroDivisionError("on the block")


@pytest.mark.parametrize(("kind", "words", "call"), list(bad_calls()))
def test_bad_input(kind: type[Exception], words: str, call: Callable[[Any], Any]) -> None:
    with pytest.raises(kind, match=words):
        call(da.from_array(MATRIX, chunks=(5, 7)))
