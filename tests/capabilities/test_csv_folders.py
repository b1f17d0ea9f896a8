"""A folder of CSV files is one table."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import treadle as tl
import treadle.dataframe as dd
from pandas.testing import assert_frame_equal, assert_series_equal

Sales = tuple[str, pd.DataFrame]


def test_types_are_found_and_dates_parsed(sales: Sales) -> None:
    """Dates asked for, integers, floats with gaps and quoted text come as pandas reads them."""
    frame = dd.read_csv(sales[0], parse_dates=["when"])
    one = pd.read_csv(sales[0].replace("*", "0"), parse_dates=["when"])
    assert frame.dtypes.astype(str).to_dict() == one.dtypes.astype(str).to_dict()
    assert_frame_equal(frame.partitions[0].compute(), one)
    assert len(frame) == 10_000


def test_each_file_is_at_least_one_partition(sales: Sales) -> None:
    """Five files are five partitions, blocks of a file more; each a pandas frame of the file's rows."""
    assert dd.read_csv(sales[0]).npartitions == 5
    assert dd.read_csv(sales[0], blocksize=20_000).npartitions > 15
    assert [len(part) for part in dd.read_csv(sales[0]).partitions] == [2_000] * 5
    assert len(dd.read_csv(sales[0], blocksize=20_000)) == 10_000


@pytest.mark.parametrize("named_as", ["attribute", "item"])
def test_group_by_a_column_and_mean_another(sales: Sales, named_as: str) -> None:
    """groupby(key).other.mean() and groupby(key)[other].mean(): a pandas Series, equal to pandas' own."""
    frame = dd.read_csv(sales[0], parse_dates=["when"])
    rows = pd.concat([pd.read_csv(sales[0].replace("*", str(i))) for i in range(5)])
    groups, wanted = frame.groupby("product"), rows.groupby("product").revenue.mean()
    got = (groups.revenue if named_as == "attribute" else groups["revenue"]).mean()
    assert isinstance(got, dd.Series)
    assert_series_equal(got.compute(), wanted)
    assert_series_equal(got.compute().head(2), wanted.head(2))


def test_the_mean_of_groups_is_the_true_mean(tmp_path: Path) -> None:
    """Not the mean of the files' means: files count by their rows."""
    pd.DataFrame({"k": ["a"] * 3, "v": [1.0, 1.0, 1.0]}).to_csv(tmp_path / "0.csv", index=False)
    pd.DataFrame({"k": ["a"], "v": [9.0]}).to_csv(tmp_path / "1.csv", index=False)
    assert dd.read_csv(tmp_path / "*.csv").groupby("k").v.mean().compute()["a"] == 3.0


def test_scan_filter_and_write_a_data_set(sales: Sales, tmp_path: Path) -> None:
    """read_csv over a glob, value > 100, to_parquet into a folder: several whole files that pandas reads."""
    out = tmp_path / "data" / "output"
    frame = dd.read_csv(sales[0], parse_dates=["when"])
    frame[frame.revenue > 100].to_parquet(f"{out}/")
    files = sorted(path.name for path in out.rglob("*.parquet"))
    assert len(files) == 5
    assert not [path for path in out.rglob("*") if path.suffix != ".parquet" and not path.name.startswith("_")]
    wanted = sales[1][sales[1].revenue > 100]
    back = pd.read_parquet(out)
    assert len(back) == len(wanted)
    assert np.isclose(back.revenue.sum(), wanted.revenue.sum())
    assert dd.read_parquet(f"{out}/").revenue.min().compute() == wanted.revenue.min()


def test_lists_folders_and_patterns_name_the_same_files(sales: Sales) -> None:
    """A list of paths, a pattern and pathlib paths are one table each, in the order of names."""
    paths = [sales[0].replace("*", str(i)) for i in range(5)]
    for source in (paths, sales[0], [Path(path) for path in paths]):
        assert dd.read_csv(source).units.sum().compute() == sales[1].units.sum()
    assert tl.scan_csv(sales[0]).select(tl.col("units").sum()).collect().item() == sales[1].units.sum()
    column = dd.read_csv(sales[0], include_path_column=True).path
    assert column.compute().astype(str).nunique() == 5


def test_a_missing_file_and_a_missing_column_are_named(sales: Sales, tmp_path: Path) -> None:
    """FileNotFoundError and KeyError say what was asked for, when it is asked for."""
    with pytest.raises(FileNotFoundError, match="nothing-here"):
        dd.read_csv(tmp_path / "nothing-here-*.csv")
    with pytest.raises((KeyError, ValueError), match="revenu"):
        dd.read_csv(sales[0], usecols=["revenu"])
    with pytest.raises(AttributeError, match="revenu"):
        _ = dd.read_csv(sales[0]).groupby("region").revenu


def test_a_column_that_changes_its_type_late(tmp_path: Path) -> None:
    """Integers for megabytes, then a text: the answer is as if the type had been known from the start."""
    (tmp_path / "late.csv").write_text("n\n" + "1\n" * 600_000 + "two\n")
    frame = dd.read_csv(tmp_path / "late.csv", blocksize=100_000)
    counts = frame.n.value_counts().compute()
    assert counts.to_dict() == {"1": 600_000, "two": 1}
