"""Generated data, and programs that run in Polars and in Treadle alike."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
import treadle as tl
from polars.testing import assert_frame_equal

ROWS = 5000


def generated(seed: int = 1, rows: int = ROWS) -> pl.DataFrame:
    """Columns of several types, about a tenth of each column null."""
    rng = np.random.default_rng(seed)

    def holed(values: Any) -> list[Any]:
        return [None if hole else value for value, hole in zip(values.tolist(), rng.random(rows) < 0.1, strict=True)]

    words = np.array(["pear", "apple", "Fig", " plum ", "", "Äpfel", "kiwi-7"])
    start = np.datetime64("2013-01-01T00:00:00", "us")
    times = start + rng.integers(0, 3 * 365 * 86_400_000_000, rows).astype("timedelta64[us]")
    return pl.DataFrame(
        {
            "id": np.arange(rows),
            "i": holed(rng.integers(-50, 50, rows)),
            "j": holed(rng.integers(0, 4, rows)),
            "x": holed(np.round(rng.normal(0, 10, rows), 3)),
            "s": holed(words[rng.integers(0, len(words), rows)]),
            "g": holed(np.array(["a", "b", "c", "d"])[rng.integers(0, 4, rows)]),
            "b": holed(rng.random(rows) < 0.5),
            "t": holed(times),
        },
        schema_overrides={"t": pl.Datetime("us")},
    ).with_columns(d=pl.col("t").dt.date())


Program = Callable[[Any, Any], Any]


@pytest.fixture(scope="session")
def frame() -> pl.DataFrame:
    return generated()


def same(ours: tl.DataFrame, theirs: pl.DataFrame, by: Any = None) -> None:
    """The same names, values and order (or, ``by`` some columns, in their order)."""
    got = ours.to_polars()
    if by is not None:
        got, theirs = got.sort(by, nulls_last=True), theirs.sort(by, nulls_last=True)
    assert_frame_equal(got, theirs, check_dtypes=False, categorical_as_str=True, rel_tol=1e-9, abs_tol=1e-9)


def agree(program: Program, frame: pl.DataFrame, by: Any = None) -> None:
    """A program of a library and a lazy frame gives the same in both, lazily and eagerly."""
    theirs = program(pl, frame.lazy()).collect()
    same(program(tl, tl.from_arrow(frame).lazy()).collect(), theirs, by)
    same(program(tl, tl.from_arrow(frame)), theirs, by)
