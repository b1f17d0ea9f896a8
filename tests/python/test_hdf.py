"""Tables in HDF5 files."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import treadle.dataframe as dd
from frames import assert_same, generated
from test_bad_input import run_python, without

DATA = generated(500, seed=5).drop(columns="c")


@pytest.fixture
def lazy() -> Any:
    return dd.from_pandas(DATA, npartitions=4)


def test_without_its_package_it_is_said_what_to_install() -> None:
    for use in ("dd.read_hdf('x.h5', 'a')", "dd.from_dict({'a': [1]}, npartitions=1).to_hdf('x.h5', 'a')"):
        done = run_python(without("tables") + f"import treadle.dataframe as dd\n{use}")
        assert "HDF5 tables of pandas need PyTables: pip install tables" in done.stderr.splitlines()[-1]


def test_tables_are_written_and_read_in_partitions(lazy: Any, tmp_path: Path) -> None:
    pytest.importorskip("tables")
    file = str(tmp_path / "one.h5")
    lazy.to_hdf(file, "rows")
    assert_same(pd.read_hdf(file, "rows"), DATA)
    again = dd.read_hdf(file, "rows", chunksize=150)
    assert again.npartitions == 4
    assert_same(again, DATA)
    assert_same(again.a.sum(), int(DATA.a.sum()))
    assert_same(dd.read_hdf(file, "rows", start=10, stop=300, columns=["a", "b"]), DATA[["a", "b"]].iloc[10:300])
    assert dd.read_hdf(file, "/rows", chunksize=200, sorted_index=True).divisions == (0, 200, 400, 499)
    lazy.a.to_hdf(file, "column")
    assert_same(dd.read_hdf(file, "column"), DATA.a)
    assert_same(dd.read_hdf(file, "rows"), DATA)
    lazy.to_hdf(file, "rows", append=True)
    assert len(dd.read_hdf(file, "rows")) == 1000
    assert [path.name for path in tmp_path.iterdir()] == ["one.h5"]


def test_a_file_or_a_table_a_partition(lazy: Any, tmp_path: Path) -> None:
    pytest.importorskip("tables")
    assert len(lazy.to_hdf(str(tmp_path / "part-*.h5"), "rows")) == 4
    assert_same(dd.read_hdf(str(tmp_path / "part-*.h5"), "rows"), DATA)
    dd.to_hdf(lazy, tmp_path / "keys.h5", "part_*")
    assert_same(dd.read_hdf(tmp_path / "keys.h5", "part_*"), DATA)
    DATA.to_hdf(tmp_path / "fixed.h5", key="rows")
    assert_same(dd.read_hdf(tmp_path / "fixed.h5", "rows"), DATA)


def test_what_cannot_be_read_or_written(lazy: Any, tmp_path: Path) -> None:
    pytest.importorskip("tables")
    file = tmp_path / "one.h5"
    lazy.to_hdf(file, "rows")
    with pytest.raises(KeyError, match="no table is named 'other'; there are /rows"):
        dd.read_hdf(file, "other")
    with pytest.raises(FileNotFoundError, match="no file matches"):
        dd.read_hdf(tmp_path / "none-*.h5", "rows")
    with pytest.raises(ValueError, match="chunksize: expected a positive number of rows, found 0"):
        dd.read_hdf(file, "rows", chunksize=0)
    with pytest.raises(ValueError, match=r"one \* in the path or in the key"):
        lazy.to_hdf(str(tmp_path / "*.h5"), "k*")
    DATA.to_hdf(tmp_path / "fixed.h5", key="rows")
    with pytest.raises(TypeError, match="fixed format"):
        dd.read_hdf(tmp_path / "fixed.h5", "rows", start=3)

    def fails(part: pd.DataFrame) -> pd.DataFrame:
        raise RuntimeError("no")

    before = file.read_bytes()
    with pytest.raises(RuntimeError, match="no"):
        lazy.map_partitions(fails, meta=lazy).to_hdf(file, "rows")
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fixed.h5", "one.h5"]
