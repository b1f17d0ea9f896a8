"""Chunked arrays."""

from typing import Any

import numpy as np
import pytest
import treadle.array as da
from treadle.distributed import Client


def steps(x: Any) -> Any:
    return x + x.T - x.mean(axis=0)


def test_a_large_random_array_knows_its_shape_without_being_made() -> None:
    """shape, dtype, chunks and numblocks of 10,000 x 10,000 in chunks of 1,000 x 1,000."""
    x = da.random.random((10_000, 10_000), chunks=(1_000, 1_000))
    assert (x.shape, x.dtype, x.numblocks, x.npartitions) == ((10_000, 10_000), np.float64, (10, 10), 100)
    assert x.nbytes == 800_000_000
    corner = x[:200, :200].compute()
    assert len(np.unique(corner)) == 40_000
    assert 0 <= corner.min() < 0.01 < 0.99 < corner.max() < 1
    assert 0.49 < corner.mean() < 0.51


def test_transposes_broadcasts_and_reductions_equal_numpys() -> None:
    """x + x.T - x.mean(axis=0), small, value by value."""
    values = np.random.default_rng(0).random((120, 120))
    np.testing.assert_allclose(
        steps(da.from_array(values, chunks=(50, 30))).compute(), steps(values), rtol=1e-9, atol=1e-12
    )


def test_the_same_on_a_cluster_and_with_every_scheduler() -> None:
    """The sum of x + x.T - x.mean(axis=0) is that of x, wherever it is computed; all give the same bits."""
    x = da.random.default_rng(3).random((2_000, 2_000), chunks=(500, 500))
    y = steps(x).sum()
    answers = {y.compute(scheduler=name) for name in ("synchronous", "threads", "processes")}
    with Client(n_workers=2, threads_per_worker=1):
        answers.add(y.compute())
    assert len(answers) == 1
    assert answers.pop() == pytest.approx(x.sum().compute())


def test_numpys_functions_stay_lazy() -> None:
    """np.sin(x), np.concatenate and the like give lazy arrays."""
    x = da.linspace(0, 1, 1_000, chunks=100)
    y = np.sin(x) ** 2 + np.cos(x) ** 2
    assert isinstance(y, da.Array)
    assert y.mean().compute() == pytest.approx(1)
    assert isinstance(np.concatenate([x, x]), da.Array)
