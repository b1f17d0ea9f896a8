"""Frames print as Polars prints them."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
import treadle as tl

FRAMES: dict[str, dict[str, Any]] = {
    "small": {"a": [1, 2, None], "b": [1.5, None, -2.25], "c": ["x", None, "long " * 5]},
    "long": {"x": list(range(20)), "y": [i / 3 for i in range(20)]},
    "wide": {f"c{i}": [i] for i in range(12)},
    "times": {
        "d": [dt.date(2020, 1, 2), None],
        "t": [dt.datetime(2020, 1, 2, 3, 4, 5), dt.datetime(2021, 1, 1)],
        "e": [dt.timedelta(days=1, seconds=3), dt.timedelta(microseconds=5)],
    },
    "nested": {"l": [[1, 2], None], "m": [[1, 2, 3, 4, 5], []], "s": [{"x": 1}, {"x": 2}]},
    "floats": {"f": [1e-7, 123456.789, 1e15, float("nan"), float("inf"), -0.0, 0.1 + 0.2, 5e-5, 100.0]},
    "more floats": {"f": [1e7, 123456789.0, 1.23e-7, 1e6 + 0.5, 9999999.0, 2.5e-9, 123456.1234567, 1 / 3, 2e-6 / 3]},
    "nearly whole floats": {"f": [12.0000000001, 100000.00000000001, 0.99999999999]},
    "bools": {"b": [True, None, False]},
    "wide letters": {"w": ["日本語", "ä", ""]},
    "long text": {"s": ["a" * 40, "b" * 30]},
    "no columns": {},
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_prints_as_in_polars(name: str) -> None:
    frame = pl.DataFrame(FRAMES[name])
    assert repr(tl.from_arrow(frame)) == repr(frame)


def test_lazy_frames_print_their_plans() -> None:
    lazy = tl.DataFrame({"a": [1], "b": ["x"]}).lazy().filter(tl.col("a") > 0)
    assert repr(lazy).startswith("<LazyFrame [a: Int64, b: String] at 0x")
    assert "Filter" in str(lazy)
    assert "optimized plan:" in lazy.explain()
    assert "optimized plan:" not in lazy.explain(optimized=False)


def test_notebooks_get_html() -> None:
    html = tl.DataFrame({"<a>": ["<b>"]})._repr_html_()
    assert "&lt;a&gt;" in html
    assert "<b>" not in html
