"""What a notebook shows of lazy and computed objects, before anything is computed."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import treadle as tl
import treadle.array as da
import treadle.dataframe as dd


def test_an_array_shows_the_grid_of_its_chunks() -> None:
    """Bytes, shape, chunks and a drawing that is well-formed SVG."""
    html = da.ones((100, 80), chunks=(50, 20))._repr_html_()
    svg = ElementTree.fromstring(html[html.index("<svg") : html.rindex("</svg>") + 6])
    assert svg.tag.endswith("svg")
    assert "(50, 20)" in html
    assert "float64" in html


def test_a_lazy_frame_shows_names_and_types_but_no_values() -> None:
    """Names and types of columns, the number of partitions; no row."""
    html = dd.from_dict({"name": ["secret"], "n": [1]}, npartitions=1)._repr_html_()
    assert "name" in html
    assert "int64" in html
    assert "secret" not in html


def test_a_lazy_plan_shows_its_steps(tmp_path: Path) -> None:
    """A LazyFrame: the columns that it will have and the steps that make it; no file's rows are read."""
    tl.DataFrame({"a": [1], "b": ["<x>"]}).write_csv(tmp_path / "t.csv")
    plan = tl.scan_csv(tmp_path / "t.csv").filter(tl.col("a") > 0).select("b")
    html = plan._repr_html_()
    assert "<th>b</th>" in html
    assert "Filter" in html
    assert "<x>" not in html


def test_a_computed_frame_is_a_table_with_its_shape() -> None:
    """Rows, names, types, the shape; what looks like markup is text."""
    html = tl.DataFrame({"a": [1, 2], "b": ["<i>", None]})._repr_html_()
    assert "shape: (2, 2)" in html
    assert "&lt;i&gt;" in html
    assert "<i>" not in html


def test_results_plot_as_they_are() -> None:
    """What compute() gives is what plotting libraries take: NumPy arrays and pandas objects."""
    assert type(da.arange(5, chunks=2).compute()) is np.ndarray
    assert np.asarray(da.arange(5, chunks=2)).tolist() == [0, 1, 2, 3, 4]
    assert np.asarray(tl.DataFrame({"a": [1, 2], "b": [3, 4]})).tolist() == [[1, 3], [2, 4]]
    with pytest.raises(TypeError):
        len(tl.DataFrame({"a": [1]}).lazy())
