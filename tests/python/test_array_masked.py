"""Masked arrays and other late names of arrays, compared with NumPy's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import treadle.array as da

RANDOM = np.random.default_rng(7)
VALUES = np.where(RANDOM.random((6, 7, 5)) < 0.4, 0.0, RANDOM.random((6, 7, 5)))
MASKED = np.ma.masked_equal(VALUES, 0)


def lazy() -> Any:
    return da.ma.masked_equal(da.from_array(VALUES, chunks=(4, 3, 5)), 0)


def check(made: Any, wanted: Any) -> None:
    found = made.compute()
    assert isinstance(found, np.ma.MaskedArray) == isinstance(wanted, np.ma.MaskedArray)
    np.testing.assert_array_equal(np.ma.getmaskarray(found), np.ma.getmaskarray(wanted))
    np.testing.assert_allclose(np.ma.filled(found, 0), np.ma.filled(wanted, 0))
    assert made.dtype == np.ma.getdata(wanted).dtype


@pytest.mark.parametrize(
    "function",
    [
        lambda x: 2 * x + x,
        lambda x: np.expm1(x),
        lambda x: abs(x) > 0.5,
        lambda x: x[0],
        lambda x: x[:1, None, 1:3],
        lambda x: x[:, [0, 5, 1]],
        lambda x: x.T,
        lambda x: x.reshape(42, 5),
        lambda x: x.astype("complex128"),
        lambda x: x.sum(axis=0),
        lambda x: x.max(axis=(0, 2)),
        lambda x: x.mean(axis=1),
        lambda x: x.std(axis=1),
        lambda x: x.round(1),
    ],
)
def test_arrays_stay_masked(function: Callable[[Any], Any]) -> None:
    check(function(lazy()), function(MASKED))


def test_other_chunks_and_arrays_put_together() -> None:
    check(lazy().rechunk((5, 2, 2)), MASKED)
    joined: Any = np.ma.concatenate
    check(da.concatenate([lazy(), da.from_array(VALUES, chunks=3)], axis=1), joined([MASKED, VALUES], axis=1))
    check(lazy().map_blocks(lambda block: block * 2), MASKED * 2)
    check(lazy().persist()[1:], MASKED[1:])
    check(da.from_array(MASKED, chunks=2), MASKED)


@pytest.mark.parametrize(
    "name", ["masked_equal", "masked_not_equal", "masked_less", "masked_less_equal", "masked_greater"]
)
def test_masks_by_a_value(name: str) -> None:
    x = da.from_array(VALUES, chunks=4)
    check(getattr(da.ma, name)(x, 0.5), getattr(np.ma, name)(VALUES, 0.5))


def test_masks_by_conditions() -> None:
    x = da.from_array(VALUES, chunks=4)
    where: Any = np.ma.masked_where
    check(da.ma.masked_where(x > 0.5, x), where(VALUES > 0.5, VALUES))
    check(da.ma.masked_inside(x, 0.2, 0.5), np.ma.masked_inside(VALUES, 0.2, 0.5))
    check(da.ma.masked_outside(x, 0.2, 0.5), np.ma.masked_outside(VALUES, 0.2, 0.5))
    odd = np.where(VALUES > 0.6, np.nan, VALUES)
    check(da.ma.masked_invalid(da.from_array(odd, chunks=2)), np.ma.masked_invalid(odd))
    mask = VALUES > 0.3
    made: Any = np.ma.masked_array
    check(da.ma.masked_array(x, da.from_array(mask, chunks=3), fill_value=5), made(VALUES, mask, fill_value=5))
    assert da.ma.masked_array(x, mask, fill_value=5).compute().fill_value == 5
    with pytest.raises(IndexError, match="Inconsistent shape"):
        da.ma.masked_where(mask[0], x)
    with pytest.raises(np.ma.MaskError, match=r"\(7, 5\)"):
        da.ma.masked_array(x, mask[0])


def test_masks_come_off() -> None:
    """What is not masked is the core's again."""
    for made, wanted in (
        (da.ma.filled(lazy(), -1), np.ma.filled(MASKED, -1)),
        (da.ma.getdata(lazy()), np.ma.getdata(MASKED)),
        (da.ma.getmaskarray(lazy()), np.ma.getmaskarray(MASKED)),
        (da.ma.count(lazy(), axis=1), MASKED.count(axis=1)),
    ):
        check(made, wanted)
        check(made * 2 if made.dtype != bool else ~made, wanted * 2 if made.dtype != bool else ~wanted)


@pytest.mark.parametrize("axis", [None, 0, 2])
def test_places_of_extremes_leave_out_what_is_masked(axis: Any) -> None:
    x, values = da.ma.masked_greater(lazy(), 0.6), np.ma.masked_greater(MASKED, 0.6)
    for name in ("argmin", "argmax"):
        np.testing.assert_array_equal(getattr(x, name)(axis).compute(), getattr(values, name)(axis))


def test_running_sums_leave_out_what_is_masked() -> None:
    values = np.ma.masked_greater(np.arange(12.0).reshape(3, 4) % 5, 3)
    x = da.from_array(values, chunks=2)
    for axis in (0, 1):
        for name in ("cumsum", "cumprod"):
            found, expected = getattr(da, name)(x + 1, axis).compute(), getattr(np.ma, name)(values + 1, axis)
            np.testing.assert_array_equal(found.mask, expected.mask)
            np.testing.assert_array_equal(found.filled(-1), expected.filled(-1))


def test_masked_is_a_value_to_assign() -> None:
    x: Any = da.arange(10.0, chunks=3)
    x[x > 7] = np.ma.masked
    x[2:4] = np.ma.masked
    x[0] = np.ma.masked
    np.testing.assert_array_equal(np.flatnonzero(x.compute().mask), [0, 2, 3, 8, 9])
    assert x.sum().compute() == 1 + 4 + 5 + 6 + 7


def test_averages_and_products() -> None:
    weights = RANDOM.random(VALUES.shape)
    average: Any = np.ma.average
    check(da.ma.average(lazy(), axis=1), average(MASKED, axis=1))
    check(da.ma.average(lazy(), 1, da.from_array(weights, chunks=3)), average(MASKED, 1, weights))
    check(da.ma.average(lazy(), 1, weights[0, :, 0]), average(MASKED, 1, weights[0, :, 0]))
    matrix = MASKED[:, 0]
    dot: Any = np.ma.dot
    check(lazy()[:, 0].dot(matrix.T), dot(matrix, matrix.T))


def test_missing_elements() -> None:
    for values in (
        np.array([1.0, np.nan, 3]),
        np.array([1, 2, 3]),
        np.array(["2020-01-01", "NaT"], "M8[ns]"),
        np.array([1, None, "x"], object),
    ):
        import pandas as pd

        np.testing.assert_array_equal(da.isnull(da.from_array(values, chunks=2)).compute(), pd.isnull(values))
        np.testing.assert_array_equal(da.notnull(da.from_array(values, chunks=2)).compute(), pd.notnull(values))


def test_piecewise() -> None:
    values = np.linspace(-3, 3, 20).reshape(4, 5)
    x = da.from_array(values, chunks=3)
    choices: list[Any] = [[-1, 1], [-1.5, 2, 0.5], [lambda block: -block, lambda block: block + 1], [abs, 2, -7]]
    for pieces in choices:
        conditions = [values < -1, values > 1]
        made = da.piecewise(x, [x < -1, x > 1], pieces)
        np.testing.assert_allclose(made.compute(), np.piecewise(values, conditions, pieces))
    with pytest.raises(ValueError, match="2 condition"):
        da.piecewise(x, [x < -1, x > 1], [1])


def test_groups_are_shuffled_into_chunks() -> None:
    values = np.arange(24).reshape(3, 8)
    x = da.from_array(values, chunks=((2, 1), (4, 4)))
    for groups, rows, columns in (
        ([[1, 5, 6], [0, 2, 3, 4, 7]], (2, 1), (3, 5)),
        ([[1, 5, 6], [0, 3], [4, 2, 7]], (2, 1), (5, 3)),
        ([[1], [0, 6, 5, 3, 2, 4], [7]], (1, 1, 1), (1, 6, 1)),
    ):
        made = x.shuffle(groups, axis=1)
        assert made.chunks == (rows, columns)
        np.testing.assert_array_equal(made.compute(), values[:, [one for group in groups for one in group]])
    for wrong, message in ((([1], 1), "list of lists"), (([[9]], 1), "9"), (([[1]], 5), "out of bounds")):
        with pytest.raises((ValueError, IndexError), match=message):
            x.shuffle(*wrong)


def test_chunks_are_unified_by_letters() -> None:
    x, y = da.ones((10, 6), chunks=((5, 2, 3), (4, 2))), da.ones(10, chunks=((2, 3, 5),))
    cut, (first, second, third) = da.unify_chunks(x, "ij", y, "i", 5, None)
    assert cut == {"i": (2, 3, 2, 3), "j": (4, 2)}
    assert first.chunks == ((2, 3, 2, 3), (4, 2))
    assert second.chunks == ((2, 3, 2, 3),)
    assert third == 5


def test_borrowed_borders_come_and_go() -> None:
    values = np.arange(12.0).reshape(3, 4)
    x = da.from_array(values, chunks=2)
    wide = da.overlap.overlap(x, depth=1, boundary={0: "reflect", 1: "none"})
    assert wide.chunks == ((4, 3), (3, 3))
    np.testing.assert_array_equal(da.overlap.trim_overlap(wide, 1, {0: "reflect", 1: "none"}).compute(), values)
