"""treadle.array against NumPy where they once differed: values, dtypes and shapes."""

import datetime
import pickle
import warnings
from importlib import import_module
from typing import Any

import numpy as np
import pytest
import treadle
import treadle.array as da

TABLE = np.arange(60.0).reshape(6, 10)
CUBE = np.arange(140.0).reshape(7, 5, 4)
MASK = np.arange(35).reshape(7, 5) % 3 == 0
BYTES = np.array([[1, 200], [255, 9]], "u1")
DAYS = np.arange(np.datetime64("2020-01-01"), np.datetime64("2020-01-06"))


def check(text: str, values: Any, chunks: Any = 2, **more: Any) -> None:
    """The answer of NumPy, or an error where NumPy has one."""
    names = {"np": np, "datetime": datetime, **more}
    lazy = da.from_array(values, chunks=chunks)
    try:
        with np.errstate(all="ignore"):
            expected = eval(text, {**names, "m": np, "x": values})
    except (TypeError, ValueError, IndexError) as error:
        with pytest.raises((type(error), TypeError, ValueError, IndexError)):
            eval(text, {**names, "m": da, "x": lazy}).compute()
        return
    found = eval(text, {**names, "m": da, "x": lazy})
    several = found if isinstance(found, tuple) else (found,)
    for one, wanted in zip(several, expected if isinstance(expected, tuple) else (expected,), strict=True):
        result = one.compute()
        assert (np.shape(result), np.asarray(result).dtype) == (np.shape(wanted), np.asarray(wanted).dtype)
        assert one.dtype == np.asarray(wanted).dtype
        np.testing.assert_array_equal(result, wanted)


LISTS = """
x[[0, 2], [1, 3]]|x[[0, 2], 1]|x[1, [0, 1]]|x[1, :, [0, 1]]|x[:, [0, 1], [1, 2]]|x[[0, 1], :, [1, 2]]
x[0, [0, 1], None, 1]|x[:, [[0, 1], [1, 0]]]
x[[[0, 1]], [[1], [2]]]|x[None, [0, 1], [1, 2]]|x[[0, 1], None, [1, 2]]|x[..., [0, 1], [1, 2]]
x[[True] * 7, [1]]|x[mask]|x[mask, 1]|x[mask, :2]|x[True]|x[False]|x[[], []]|x[::-2, [0, -1], [1, 2]]
x[[0, 9], [1, 1]]|x[[0, 1, 2], [1, 2]]|x[[True] * 6, [1]]|x[mask.T]
"""


@pytest.mark.parametrize("chunks", [(3, 2, 3), -1])
@pytest.mark.parametrize("text", [one for line in LISTS.strip().splitlines() for one in line.split("|")])
def test_lists_of_places(text: str, chunks: Any) -> None:
    check(text, CUBE, chunks, mask=MASK)


@pytest.mark.parametrize(
    "text",
    [
        "m.average(x, weights=x)",  # products of bytes do not fit a byte
        "m.average(x, axis=0, weights=x, returned=True)",
        "np.sqrt(x) + 1",  # NumPy's answer for bytes is float16
        "m.angle(x)",
        "x.conj()",
        "m.count_nonzero(x, axis=0, keepdims=True)",
        "m.einsum(x, [0, 1], x, [2, 1], [0, 2])",
        "m.einsum(x, [0, 1], x, [1, 2])",
        "m.einsum(x, [..., 0], [0, ...])",
        "np.percentile(x, 40, axis=0)",
        "np.percentile(x, [40, 50], axis=1, keepdims=True)",
        "x == 'a'",
        "x != np.datetime64('2020-01-01')",
        "x == None",
        "x + 'a'",
    ],
)
def test_bytes(text: str) -> None:
    check(text, BYTES, 1)


@pytest.mark.parametrize("text", ["x == 'a'", "x != 'a'", "'a' == x", "x >= 'b'", "x == b'a'", "x == None", "x + 1"])
def test_texts(text: str) -> None:
    check(text, np.array(["a", "b", "a"]))


@pytest.mark.parametrize(
    "text",
    [
        "x == 2",
        "2 != x",
        "x == [1, 2, 3, 4, 5]",
        "x < 2",
        "x + datetime.timedelta(days=2)",
        "x > datetime.date(2020, 1, 2)",
        "x - datetime.date(2020, 1, 2)",
        "m.arange(np.datetime64('2020-01'), np.datetime64('2021-03'))",
        "m.arange(np.datetime64('2020-01-01'), np.datetime64('2020-01-02'), np.timedelta64(5, 'h'))",
        "m.arange(np.timedelta64(9, 's'), np.timedelta64(0, 's'), -2)",
    ],
)
def test_times(text: str) -> None:
    check(text, DAYS)


@pytest.mark.parametrize(
    "text", ["x.sum(axis=0)", "x.argmax(axis=-1)", "m.cumsum(x, axis=0)", "m.nonzero(x)", "x.sum(axis=1)"]
)
def test_no_axes_at_all(text: str) -> None:
    check(text, np.array(5.0), "auto")


@pytest.mark.parametrize("text", ["2**x", "x**x", "x**-1", "x ** abs(x)", "np.power(2.0, x)", "x.astype('i1') ** x"])
def test_powers_of_integers(text: str) -> None:
    check(text, np.arange(-3, 4))


def test_powers_of_nothing() -> None:
    check("x ** np.array([1 + 2j, 0, -1, 2j])", np.zeros(4, complex))


def test_places_of_no_float16_elements() -> None:
    for text in ("m.argmin(x, axis=1)", "m.argmax(x, axis=1, keepdims=True)", "m.nanargmax(x, axis=1)"):
        check(text, np.zeros((0, 3), "f2"))


def test_differences_of_truth_values_are_refused() -> None:
    check("m.ediff1d(x)", np.array([True, False, True]))


def test_assignment_with_new_axes_and_by_several_lists() -> None:
    values = CUBE.copy()
    x: Any = da.from_array(CUBE, chunks=(3, 2, 3))
    for key in ((2, None, slice(1, 3)), (slice(None), None, slice(0, 0)), (None, [1, 2], None)):
        given = np.arange(float(values[key].size)).reshape(values[key].shape)
        values[key] = given
        x[key] = given
    np.testing.assert_array_equal(x.compute(), values)
    with pytest.raises(NotImplementedError, match="several"):
        x[[0, 2], [1, 3]] = 1


UNKNOWN = """
x.T @ x|x @ x.T|m.cov(x.T)|m.corrcoef(x.T)|m.average(x, axis=0, returned=True)|m.average(x, axis=1, weights=x)
m.stack([x, x])|x[x > 20]|m.unique(x)|x.ravel()|m.histogram(x, bins=[0, 10, 30])[0]|m.vdot(x, x)|m.cumsum(x)
m.bincount(x[:, 0].astype(int), weights=x[:, 0])|m.isin(x, x)|m.append(x, x)|x - x.mean(axis=0)|x[:, [0, 2]]
"""


def some_rows() -> tuple[Any, Any]:
    """Six of ten rows, and the same as an array that does not know how many it has."""
    values = np.arange(40.0).reshape(10, 4)
    mask = np.isin(np.arange(10), [0, 2, 3, 6, 7, 9])
    return values[mask], da.from_array(values, chunks=(3, 2))[da.from_array(mask, chunks=3)]


@pytest.mark.parametrize("text", [one for line in UNKNOWN.strip().splitlines() for one in line.split("|")])
def test_lengths_that_nobody_knows(text: str) -> None:
    values, x = some_rows()
    expected, found = eval(text, {"m": np, "x": values}), eval(text, {"m": da, "x": x})
    several = found if isinstance(found, tuple) else (found,)
    for one, wanted in zip(several, expected if isinstance(expected, tuple) else (expected,), strict=True):
        np.testing.assert_allclose(one.compute(), wanted, rtol=1e-12)


def test_moments_of_lengths_that_nobody_knows() -> None:
    values, x = some_rows()
    away = values - values.mean(axis=0)
    np.testing.assert_allclose(da.moment(x, 3, axis=0).compute(), (away**3).mean(axis=0), atol=1e-9)


NEEDS_LENGTHS = """
da.pad(x, 1)|da.tril(x)|da.triu(x)|da.diag(x)|da.diag(x[:, 0])|da.diagonal(x)|da.trace(x)|da.insert(x, 0, 1, axis=0)
da.delete(x, 0, axis=0)|da.fft.fft(x, axis=0)|da.meshgrid(x[:, 0], x[:, 0])|da.broadcast_to(x, (2, 6, 4))|x[0]|x[::2]
da.apply_along_axis(np.sum, 0, x)|da.topk(x, 2, axis=0)|x.reshape(4, 6)|da.flip(x, 0)|da.argmin(x)
da.stack([x, x[:, :2]])
"""


@pytest.mark.parametrize("text", [one for line in NEEDS_LENGTHS.strip().splitlines() for one in line.split("|")])
def test_what_needs_lengths_says_which_call_finds_them_out(text: str) -> None:
    with pytest.raises(ValueError, match=r"compute_chunk_sizes\(\)"):
        eval(text, {"da": da, "np": np, "x": some_rows()[1]})


@pytest.mark.parametrize("text", ["s + x", "x - s", "s > x", "x < s", "s ** x", "(x + s).sum()"])
def test_series_beside_arrays(text: str) -> None:
    import pandas as pd
    import treadle.dataframe as dd

    series, values = pd.Series(np.arange(10.0), index=list("abcdefghij"), name="a"), np.arange(10)
    frame = dd.from_pandas(series, npartitions=3)
    lengths = tuple(len(part.compute()) for part in frame.partitions)
    expected = eval(text, {"s": series, "x": values})
    found = eval(text, {"s": frame, "x": da.from_array(values, chunks=(lengths,))}).compute()
    if isinstance(expected, pd.Series):
        pd.testing.assert_series_equal(found, expected)
    else:
        assert found == expected
    with pytest.raises(ValueError, match="as many blocks as partitions, 3, found 2"):
        eval(text, {"s": frame, "x": da.from_array(values, chunks=5)})


def test_draws_have_the_type_that_is_asked_for() -> None:
    for source in ("standard_normal", "standard_exponential", "random"):
        drawn = getattr(da.random.default_rng(1), source)(size=5, dtype="f4")
        assert drawn.dtype == drawn.compute().dtype == np.float32


def test_texts_of_numbers_are_whole() -> None:
    values = np.arange(60.0).reshape(6, 10) * 1.5
    for kind in (str, "S", "U"):
        x = da.from_array(values, chunks=(2, 5)).astype(kind)
        assert x.dtype == values.astype(kind).dtype
        np.testing.assert_array_equal(x.compute(), values.astype(kind))
    # How long texts of objects are, their chunks tell.
    objects = np.array(["a", "bcd", None, "ef"], dtype=object)
    texts = da.from_array(objects, chunks=1).astype(str)
    for x, expected in ((texts, objects), (texts.rechunk(3), objects), (texts[::-1], objects[::-1])):
        np.testing.assert_array_equal(x.compute(), expected.astype(str))


def test_chosen_by_a_mask_that_is_there_lengths_are_known() -> None:
    x = da.from_array(TABLE, chunks=(2, 5))
    mask = [True, False, True]
    assert da.compress(mask, x, axis=0).shape == (2, TABLE.shape[1])
    np.testing.assert_array_equal(da.compress(mask, x, axis=0).compute(), np.compress(mask, TABLE, axis=0))
    np.testing.assert_array_equal(da.compress(mask, x).compute(), np.compress(mask, TABLE))


def test_one_percentile_is_one_number() -> None:
    x = da.arange(10, chunks=3)
    assert da.percentile(x, 50).shape == () and da.percentile(x, [50]).shape == (1,)
    assert da.percentile(x, 50).compute() == 4.5


@pytest.mark.parametrize("length", [1, 10, 100])
@pytest.mark.parametrize("chunk", [3, 4, 7, 12, 26, 30, 33, 40, 45, 60])
def test_balanced_chunks_are_dasks(chunk: int, length: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Dask warns where it leaves chunks as they are
        theirs = import_module("dask.array").zeros(length, chunks=10).rechunk(chunk, balance=True).chunks
    assert da.zeros(length, chunks=10).rechunk(chunk, balance=True).chunks == theirs


def test_edges_of_bins_are_lazy() -> None:
    x = da.arange(10, chunks=3)
    counts, across, down = da.histogram2d(x, x, bins=3, range=[[0, 10], [0, 10]])
    expected = np.histogram2d(np.arange(10), np.arange(10), bins=3, range=[[0, 10], [0, 10]])
    for found, wanted in zip((counts, across, down), expected, strict=True):
        np.testing.assert_allclose(found.compute(), wanted)


def test_what_users_import_from_core() -> None:
    from treadle.array.core import Array, normalize_chunks, slices_from_chunks

    x = da.asarray(TABLE.tolist(), chunks=(4, 5))
    assert isinstance(x, Array) and x.chunks == normalize_chunks((4, 5), shape=TABLE.shape)
    theirs = import_module("dask.array.core").slices_from_chunks(x.chunks)
    assert slices_from_chunks(x.chunks) == theirs
    assert da.core.concatenate is da.concatenate


@pytest.mark.parametrize("chunks", [(None, 2), (2, None), {0: 2}, {-1: -1}, {0: -1, 1: None}, 2.0, (None, "auto"), -1])
def test_axes_of_which_nothing_is_said_keep_their_chunks(chunks: Any) -> None:
    theirs = import_module("dask.array").zeros((10, 6), chunks=(5, 3)).rechunk(chunks)
    assert da.zeros((10, 6), chunks=(5, 3)).rechunk(chunks).chunks == theirs.chunks
    assert da.zeros((10, 6), chunks=chunks).chunks == import_module("dask.array").zeros((10, 6), chunks=chunks).chunks


def test_parts_of_elements_are_no_chunks() -> None:
    with pytest.raises(ValueError, match=r"expected whole numbers of elements as chunks, found \(2\.5, 2\)"):
        da.zeros((10, 6), chunks=(2.5, 2))


@pytest.mark.parametrize("offset", [-9, -3, -1, 0, 2, 6, 7])
def test_a_diagonal_is_taken_of_its_chunks(offset: int) -> None:
    seen: list[Any] = []

    def noted(block: Any, block_info: Any = None) -> Any:
        seen.append(block_info[None]["chunk-location"])
        return block

    x = da.from_array(CUBE, chunks=(3, 2, 3)).map_blocks(noted, dtype=float)
    for axes in ((0, 1), (1, 0), (2, 0), (-1, 1)):
        found = da.diagonal(x, offset, *axes)
        expected = np.diagonal(CUBE, offset, *axes)
        assert found.shape == expected.shape
        np.testing.assert_array_equal(found.compute(), expected)
        if expected.size:
            places = np.nonzero(np.isin(CUBE, expected))
            wanted = {(int(i) // 3, int(j) // 2, int(k) // 3) for i, j, k in zip(*places, strict=True)}
            assert set(seen) == wanted
        seen.clear()
    theirs = import_module("dask.array").from_array(TABLE, chunks=(2, 5))
    assert da.diag(da.from_array(TABLE, chunks=(2, 5)), 1).chunks == import_module("dask.array").diag(theirs, 1).chunks


@pytest.mark.parametrize("dtype", ["f8", "i4", "f4"])
@pytest.mark.parametrize(
    "options",
    [
        {"mode": "mean"},
        {"mode": "maximum", "stat_length": 2},
        {"mode": "minimum", "stat_length": ((1, 3), (4, 2))},
        {"mode": "median", "stat_length": ((3, 50), (2, 2))},
        {"mode": "linear_ramp"},
        {"mode": "linear_ramp", "end_values": ((5, -2), (3, 100))},
    ],
)
def test_borders_are_numpys_and_leave_chunks(dtype: str, options: dict[str, Any]) -> None:
    values = (TABLE * 3 % 17).astype(dtype)
    x = da.from_array(values, chunks=(2, 5))
    for widths in (2, ((1, 3), (0, 4))):
        found = da.pad(x, widths, **options)
        assert found.chunks[0][-4:-1] == (2, 2, 2)
        np.testing.assert_allclose(found.compute(), np.pad(values, widths, **options), rtol=1e-6)
        assert found.dtype == found.compute().dtype == dtype
    assert da.pad(x, 1, mode="empty").shape == (8, 12)


def test_matrices_that_cannot_be_factored_are_numpys_error() -> None:
    zeros = da.zeros((4, 4), chunks=2)
    for lazy in (da.linalg.inv(zeros), da.linalg.solve(zeros, da.ones(4, chunks=2)), da.linalg.cholesky(zeros - 1)):
        with pytest.raises(np.linalg.LinAlgError, match=r"expected a .*matrix") as raised:
            lazy.compute()
        again = pickle.loads(pickle.dumps(raised.value))
        assert type(again) is type(raised.value) and isinstance(again, ValueError)
        assert isinstance(again, treadle.errors.InvalidArgument)
