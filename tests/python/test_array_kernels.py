"""Functions of treadle.array that the core computes, against NumPy: values, dtypes, NaN, and any chunks."""

from typing import Any

import numpy as np
import pytest
import treadle.array as da


def native(x: Any) -> bool:
    """Whether no step of an array is a call of Python."""
    return x._core is not None and "python:" not in x._core.explain()


RNG = np.random.default_rng(8)
VALUES = RNG.normal(size=(23, 17))
WITH_NAN = np.where(VALUES > 1, np.nan, VALUES)
COUNTS = RNG.integers(0, 30, (23, 17))
CUTS = [(5, 7), (23, 17), (1, 4)]

EXACT = """
np.median(x, axis=0)|np.median(x)|np.median(x, axis=1, keepdims=True)|np.nanmedian(n, axis=0)|np.median(n, axis=1)
np.quantile(x, 0.3)|np.quantile(x, [0.2, 0.9], axis=1)|np.nanquantile(n, [0.1], axis=0, keepdims=True)
np.quantile(x, 0.4, axis=0, method="lower")|np.quantile(x, 0.4, axis=0, method="higher")|np.quantile(k, 0.25, axis=0)
np.median(k, axis=1)|np.percentile(x[0], [10, 50])|np.quantile(x.astype("f4"), 0.5, axis=0)
np.digitize(n, [-1.0, 0.0, 0.5])|np.digitize(n, [-1.0, 0.0, 0.5], right=True)|np.digitize(k, [3, 9], right=True)
np.digitize(x, [1.0, 0.0, -1.0])|np.bincount(k.ravel())|np.bincount(k.ravel(), minlength=40)
np.histogram(x, bins=[-2.0, 0.0, 0.1, 3.0])[0]|np.histogram(k, bins=5, range=(0, 30))[0]
np.histogram(n, [0.0, 1.0])[0]|np.take(x, [3, -1, 3, 0], axis=0)|np.take(x, [[1, 2], [16, 0]], axis=1)|x[[22, 0, 11]]
x[:, np.arange(17)[::-1]]|x[x[:, 3] > 0]|x[:, k[2] > 9]|x[k > 9]|np.compress(k[:, 0] > 9, x, axis=0)
np.extract(k > 20, k)|x.reshape(17, 23)|x.reshape(23 * 17)|k.reshape(1, 391, 1)|np.cumsum(k, axis=1)
np.cumprod(k[:2] > 0, axis=0)|np.cumsum(k.astype("i2"), axis=0)|np.where(k > 9, x, 0)|np.where(k > 9, k, 0.5)
np.where(k, n, x)|np.clip(x, -0.5, 0.5)|np.clip(x, None, 0.5)|np.clip(k, 3, 9)|np.clip(n, -1, 1)|np.round(x)
np.round(x, 2)|np.round(x * 99, -1)|np.round(k, 1)|np.real(x)|np.imag(x)|np.angle(x + 1j * x)|np.isclose(x, x + 1e-9)
np.isin(k, [3, 9])
"""

CLOSE = """
np.fft.fft(x, axis=0)|np.fft.ifft(x, n=20, axis=1)|np.fft.rfft(x, axis=1)|np.fft.irfft(x, axis=0)
np.fft.hfft(x, axis=1)|np.fft.ihfft(x, axis=1)|np.fft.fft2(x)|np.fft.ifft2(x, s=(8, 30))|np.fft.rfft2(x)
np.fft.irfft2(x)|np.fft.fftn(x)|np.fft.rfftn(x, axes=(1, 0))|np.fft.fft(x.astype("f4"), axis=0)|np.fft.fft(k, axis=1)
np.fft.fft(x, axis=0, norm="ortho")|np.fft.ifft(x, axis=1, norm="forward")|np.fft.fft(k > 9, axis=0)
np.einsum("ij,kj->ik", x, k)|np.einsum("ij->j", x)|np.einsum("ij,ij->", x, x)|np.einsum("ii->i", x[:17])
np.einsum("...j,j->...", x, x[0])|np.einsum("ij,j,ik->jk", x, x[1], x)|np.tensordot(x, x, axes=([0, 1], [0, 1]))
np.tensordot(k, k, axes=0)|np.matmul(k, k.T)|np.matmul(k > 9, (k > 9).T)|np.dot(x.astype("f4"), x.T)
np.matmul(x, x[0])|np.dot(k.astype("i1"), k.T.astype("i1"))|x.T @ (x + 1j)|np.bincount(k.ravel(), weights=x.ravel())
np.histogram(x, bins=[-2.0, 0.0, 3.0], weights=x)[0]|np.cumsum(x)|np.isclose(n, n, equal_nan=True)
np.cumsum(x, axis=0)|np.nancumsum(n, axis=0)|np.cumprod(x, axis=1)|np.cumsum(x + 1j * x, axis=1)|np.linalg.norm(x, 1)
"""


NATIVE = """
da.fft.fft(x, axis=1)|da.fft.rfft2(x)|da.linalg.qr(x)[0]|da.linalg.svd(x)[1]|da.linalg.inv(x[:4, :4])
da.linalg.solve(x[:4, :4], x[:4, 0])|da.linalg.cholesky(x[:3, :3])|da.linalg.lu(x[:3, :3])[2]
da.einsum("ij,ik->jk", x, x)|da.tensordot(x, x, 2)|da.arange(10)|da.arange(0.5, 3.5, 0.25)|da.linspace(0, 1, 7)
x.reshape(-1)|x[x > 0]|x[[1, 2]]|da.median(x, axis=0)|da.quantile(x, 0.2, axis=1)
da.histogram(x, bins=3, range=(0, 1))[0]|da.digitize(x, [0.0])|x.cumsum(axis=0)|da.topk(x, 2)|da.argtopk(x, -2)
da.where(x > 0, x, 0)|da.clip(x, 0, 1)|da.round(x, 1)|da.isclose(x, 1)|da.map_blocks(np.sin, x)
da.map_blocks(np.add, x, x)
"""


def expressions(text: str) -> list[str]:
    return [one for line in text.strip().splitlines() for one in line.split("|")]


@pytest.mark.parametrize("text", expressions(EXACT) + expressions(CLOSE))
@pytest.mark.parametrize("chunks", CUTS)
def test_numpys_answer(text: str, chunks: Any) -> None:
    expected = np.asarray(eval(text, {"np": np, "x": VALUES, "n": WITH_NAN, "k": COUNTS}))
    cut = (-1, -1) if "fft" in text else chunks
    x, n, k = (da.from_array(one, chunks=cut) for one in (VALUES, WITH_NAN, COUNTS))
    lazy = eval(text, {"np": np, "x": x, "n": n, "k": k})
    found = np.asarray(lazy.compute())
    assert (found.shape, found.dtype, lazy.dtype) == (expected.shape, expected.dtype, expected.dtype)
    if text in expressions(EXACT):
        np.testing.assert_array_equal(found, expected)
    else:
        single = expected.dtype.itemsize <= (8 if expected.dtype.kind == "c" else 4)
        np.testing.assert_allclose(found, expected, rtol=1e-5 if single else 1e-11, atol=1e-5 if single else 1e-12)


@pytest.mark.parametrize("text", expressions(NATIVE))
def test_what_the_core_has_does_not_go_through_python(text: str) -> None:
    x = da.from_array(VALUES, chunks=(-1, -1))
    assert native(eval(text, {"da": da, "np": np, "x": x}))


@pytest.mark.parametrize("numbers", [(5,), (2, 30, 3), (10, -4, -3), (0.0, 1.0, 0.1), (1, 2, 0.3), (5, 5), (3.5,)])
def test_ranges_are_numpys_to_the_bit(numbers: Any) -> None:
    found = da.arange(*numbers, chunks=3)
    expected = np.arange(*numbers)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found.compute(), expected)


@pytest.mark.parametrize("kwargs", [{}, {"num": 7}, {"endpoint": False}, {"dtype": "i8"}, {"dtype": "f4"}, {"num": 1}])
def test_lines_are_numpys(kwargs: Any) -> None:
    expected = np.linspace(-2, 9.5, **kwargs)
    found = da.linspace(-2, 9.5, chunks=4, **kwargs)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found.compute(), expected, rtol=1e-15, atol=1e-15)


@pytest.mark.parametrize("k", [1, 3, -2, 50])
def test_the_largest_are_those_of_a_sorted_array_nan_above_all(k: int) -> None:
    for values in (VALUES, WITH_NAN, COUNTS):
        x = da.from_array(values, chunks=(5, 4))
        found = da.topk(x, k, axis=1).compute()
        ordered = np.sort(values, axis=1)
        np.testing.assert_array_equal(found, ordered[:, ::-1][:, :k] if k > 0 else ordered[:, :-k])
        places = da.argtopk(x, k, axis=1).compute()
        np.testing.assert_array_equal(np.take_along_axis(values, places, axis=1), found)


@pytest.mark.parametrize("shape", [(1100, 1100), (30, 30)])
def test_square_systems_are_numpys(shape: Any) -> None:
    a = RNG.normal(size=shape)
    b = RNG.normal(size=(shape[0], 2))
    x, y = da.from_array(a, chunks=300), da.from_array(b, chunks=(400, 1))
    np.testing.assert_allclose(da.linalg.solve(x, y).compute(), np.linalg.solve(a, b), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(da.linalg.inv(x).compute(), np.linalg.inv(a), rtol=1e-6, atol=1e-8)
    p, lower, upper = (one.compute() for one in da.linalg.lu(x))
    np.testing.assert_allclose(p @ lower @ upper, a, atol=1e-10)
    assert da.linalg.lu(x)[1].chunks == x.chunks
    assert (np.triu(lower, 1) == 0).all() and (np.tril(upper, -1) == 0).all() and (np.diag(lower) == 1).all()
    positive = a @ a.T / shape[0] + np.eye(shape[0])
    z = da.from_array(positive, chunks=300)
    np.testing.assert_allclose(da.linalg.cholesky(z, lower=True).compute(), np.linalg.cholesky(positive), atol=1e-10)
    np.testing.assert_allclose(
        da.linalg.solve(z, y, assume_a="pos").compute(), np.linalg.solve(positive, b), rtol=1e-8, atol=1e-10
    )
    triangle = np.tril(positive)
    np.testing.assert_allclose(
        da.linalg.solve_triangular(z, y, lower=True).compute(), np.linalg.solve(triangle, b), rtol=1e-8, atol=1e-9
    )


@pytest.mark.parametrize("shape", [(60, 7), (7, 60), (9, 9)])
@pytest.mark.parametrize("dtype", ["f8", "f4", "c16", "i4"])
def test_factors_put_the_matrix_together_again(shape: Any, dtype: str) -> None:
    a = (RNG.normal(size=shape) * 9).astype(dtype)
    x = da.from_array(a, chunks=(16, -1) if shape[0] > shape[1] else (-1, 16))
    atol = 1e-4 if dtype == "f4" else 1e-12
    q, r = da.linalg.qr(x)
    assert q.dtype == np.linalg.qr(a)[0].dtype and q.shape == np.linalg.qr(a)[0].shape
    np.testing.assert_allclose((q @ r).compute(), a, atol=atol * 10)
    u, s, vh = da.linalg.svd(x)
    assert s.dtype == np.linalg.svd(a)[1].dtype
    np.testing.assert_allclose(
        s.compute(), np.linalg.svd(a, full_matrices=False)[1], rtol=1e-5 if dtype == "f4" else 1e-11
    )
    np.testing.assert_allclose(((u * s) @ vh).compute(), a, atol=atol * 10)


def test_float16_goes_through_numpy() -> None:
    values = (VALUES * 3).astype("f2")
    x = da.from_array(values, chunks=(5, 7))
    for text in (
        "x + x",
        "np.sqrt(abs(x))",
        "x.sum(axis=0)",
        "x.T[2:5]",
        "x.astype('f4')",
        "x.max()",
        "x.mean()",
        "x.reshape(-1)",
    ):
        expected = eval(text, {"np": np, "x": values})
        found = eval(text, {"np": np, "x": x}).compute()
        assert found.dtype == expected.dtype, text
        np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-2)


NOTHING = """
da.linalg.solve(e, e[:, :0])|da.linalg.inv(e)|da.linalg.cholesky(e)|da.linalg.lu(e)[0]|da.linalg.qr(n)[1]|n.T @ n
n @ n.T|da.linalg.svd(n)[1]|da.einsum("ij->j", n)|da.tensordot(n, n, 2)|n.cumsum(axis=0)|da.fft.fft(n, axis=1)|n[:, 1]
n[::-1]|da.median(n, axis=1)|da.topk(n, 2, axis=1)|da.where(n > 0, 1, 0)|n.reshape(3, 0)|n[n > 0]|da.concatenate([n, n])
"""


@pytest.mark.parametrize("text", expressions(NOTHING))
def test_nothing_at_all_is_an_array_too(text: str) -> None:
    names = {"n": np.zeros((0, 3)), "e": np.zeros((0, 0))}
    shapes = {
        "da.linalg.lu(e)[0]": (0, 0), "da.linalg.svd(n)[1]": (0,), "da.topk(n, 2, axis=1)": (0, 2),
        "da.linalg.solve(e, e[:, :0])": (0, 0),
    }  # fmt: skip
    found = eval(text, {"da": da, **{name: da.from_array(one) for name, one in names.items()}}).compute()
    expected = shapes.get(text)
    if expected is None:
        expected = np.shape(eval(text.replace("da.", "np."), {"np": np, **names}))
    assert found.shape == expected


def test_masks_leave_unknown_lengths_that_products_and_sums_take() -> None:
    x = da.from_array(VALUES, chunks=(5, 17))
    kept = x[x[:, 0] > 0]
    expected = VALUES[VALUES[:, 0] > 0]
    np.testing.assert_allclose(
        (kept * 2 - kept.mean(axis=0)).sum(axis=1).compute(), (expected * 2 - expected.mean(axis=0)).sum(axis=1)
    )
    np.testing.assert_array_equal(kept.cumsum(axis=0).compute_chunk_sizes().shape, expected.shape)
    q, r = da.linalg.qr(kept[:, :5])
    np.testing.assert_allclose(q.compute() @ r.compute(), expected[:, :5])
    np.testing.assert_allclose(da.linalg.svd(kept[:, :5])[1].compute(), np.linalg.svd(expected[:, :5])[1])
    with pytest.raises(ValueError, match="at least 17 rows"):
        da.linalg.qr(kept)[1].compute()
    for text in ("da.linalg.qr(kept.T)", "kept.reshape(-1, 17)", "da.linalg.solve(kept, kept)"):
        with pytest.raises(ValueError, match=r"compute_chunk_sizes|chunk sizes|square"):
            eval(text, {"da": da, "kept": kept})
