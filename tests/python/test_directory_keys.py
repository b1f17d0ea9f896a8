"""Keys of directories, key=value, as columns: categories, as pandas and Dask read them."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.dataframe as dask_dd
import pandas as pd
import pyarrow.parquet as pq
import pytest
import treadle.dataframe as dd
from frames import assert_same


def _written(folder: Path, directories: list[str]) -> Path:
    for i, directory in enumerate(directories):
        (folder / directory).mkdir(parents=True)
        pd.DataFrame({"x": [10 * i, 10 * i + 1]}).to_parquet(folder / directory / f"part.{i}.parquet")
    return folder


def _spoil(folder: Path) -> None:
    """Makes files that whoever opens one fails on."""
    for file in folder.rglob("*.parquet"):
        file.write_bytes(b"PAR1, but nothing else")


NAMES = {
    "integers": ["k=10", "k=9", "k=2"],
    "zeros before them": ["k=07", "k=8", "k=-01"],
    "too large for 32 bits": ["k=9999999999", "k=1"],
    "text": ["k=b", "k=a", "k=a%20c", "k=é"],
    "integers and text": ["k=10", "k=x"],
    "fractions": ["k=1.5", "k=2.5"],
    "truth values": ["k=True", "k=False"],
    "dates": ["k=2024-01-02", "k=2024-01-01"],
    "several": ["a=1/k=x", "a=2/k=y", "a=1/k=y"],
}


@pytest.mark.parametrize("directories", NAMES.values(), ids=NAMES)
def test_keys_are_the_categories_of_dask(tmp_path: Path, directories: list[str], regime: str) -> None:
    folder = _written(tmp_path / "rows", directories)
    ours, theirs = dd.read_parquet(folder), dask_dd.read_parquet(folder)
    assert ours.dtypes.equals(theirs.dtypes)
    for label in theirs.columns.drop("x"):
        assert ours[label].cat.known
        pd.testing.assert_index_equal(ours[label].cat.categories, theirs[label].cat.categories)
        assert all(part.compute()[label].dtype == ours[label].dtype for part in ours.partitions)
    wanted = theirs.compute().sort_values("x").reset_index(drop=True)
    assert_same(ours.compute().sort_values("x").reset_index(drop=True), wanted)
    # The values and the order of the rows are those of pandas, which has categories in the order of directories.
    plain = pd.read_parquet(folder)
    for label in plain.columns.drop("x"):
        plain[label] = plain[label].cat.set_categories(ours[label].cat.categories)
    assert_same(ours, plain)


def test_null_is_no_category(tmp_path: Path) -> None:
    folder = _written(tmp_path / "rows", ["k=1", "k=__HIVE_DEFAULT_PARTITION__", "k=3"])
    keys = dd.read_parquet(folder).k
    assert keys.cat.categories.tolist() == [1, 3]
    assert keys.isna().sum().compute() == 2


FILTERS = [
    [("k", ">=", 9)],
    [("k", "in", [2, 10])],
    [("k", "!=", 9)],
    [("k", "==", 77)],
    [[("k", "==", 2)], [("k", ">", 9), ("x", "<", 1)]],
    [("x", ">=", 20)],
]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_filters_leave_all_categories(tmp_path: Path, filters: Any) -> None:
    folder = _written(tmp_path / "rows", NAMES["integers"])
    ours = dd.read_parquet(folder, filters=filters)
    assert ours.k.cat.categories.tolist() == [2, 9, 10]
    plain = pd.read_parquet(folder, filters=filters)
    plain["k"] = plain.k.cat.set_categories([2, 9, 10]).astype(ours.k.dtype)
    assert_same(ours.compute().reset_index(drop=True), plain)


def test_filters_may_spell_integers_as_directories_do(tmp_path: Path) -> None:
    _spoil(_written(tmp_path, ["k=07", "k=8", "k=-01"]) / "k=8")
    for filters in ([("k", "==", "07")], [("k", "in", ["7", 9])], [[("k", "==", "7"), ("x", ">=", 0)]]):
        assert dd.read_parquet(tmp_path, filters=filters).x.compute().tolist() == [0, 1]
    assert dd.read_parquet(tmp_path, filters=[("k", "<", "00")]).x.compute().tolist() == [20, 21]
    with pytest.raises(TypeError, match="expected an integer for 'k', whose values are integers, found 'seven'"):
        dd.read_parquet(tmp_path, filters=[("k", "==", "seven")])
    texts = _written(tmp_path / "texts", ["k=a", "k=b"])
    with pytest.raises(TypeError, match="expected a text for 'k', whose values are texts, found 1"):
        dd.read_parquet(texts, filters=[("k", "==", 1)])


def test_filters_on_directories_open_no_other_files(tmp_path: Path) -> None:
    folder = _written(tmp_path / "rows", ["year=2023/month=01", "year=2024/month=01", "year=2024/month=02"])
    _spoil(folder / "year=2023")
    _spoil(folder / "year=2024" / "month=01")
    found = dd.read_parquet(folder, filters=[("year", "==", 2024), ("month", "==", 2)])
    assert found.x.compute().tolist() == [20, 21]
    assert found.year.cat.categories.tolist() == [2023, 2024]


CONDITIONS: dict[str, Callable[[Any], Any]] = {
    "equal": lambda df: df.k == 9,
    "among": lambda df: df.k.isin([9, 11]),
}


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
def test_conditions_on_keys_rule_files_out(tmp_path: Path, condition: Callable[[Any], Any]) -> None:
    folder = _written(tmp_path / "rows", NAMES["integers"])
    for other in ("k=2", "k=10"):
        file = next((folder / other).iterdir())
        footer = pq.read_metadata(file).serialized_size + 8  # footers are read to plan; pages need not be
        file.write_bytes(b"\xff" * (file.stat().st_size - footer) + file.read_bytes()[-footer:])
    frame = dd.read_parquet(folder)
    with pytest.raises(OSError, match="k="):
        frame.x.compute()
    picked = frame[condition(frame)]
    assert "python" not in picked.explain()
    assert picked.x.compute().tolist() == [10, 11]


def test_a_value_that_is_no_category_is_found_nowhere(tmp_path: Path) -> None:
    frame = dd.read_parquet(_written(tmp_path / "rows", NAMES["integers"]))
    plain = frame.compute()
    for value in (5, 9.0, "9"):
        assert_same(frame.k == value, plain.k == value)
        assert_same(frame.k != value, plain.k != value)
    with pytest.raises(TypeError, match="can only compare equality"):
        frame.k > 2  # noqa: B015


STEPS: dict[str, Callable[[Any], Any]] = {
    "groups": lambda df: df.groupby("k", observed=True).x.sum(),
    "groups of all categories": lambda df: df[df.k != 9].groupby("k", observed=False).x.agg(["sum", "count"]),
    "groups of two keys": lambda df: df.assign(odd=df.x % 2).groupby(["k", "odd"], observed=True).x.max(),
    "counts": lambda df: df.k.value_counts(sort=False).sort_index(),
    "codes": lambda df: df.k.cat.codes,
    "order": lambda df: df.sort_values(["k", "x"], ascending=False),
    "numbers": lambda df: df.k.astype("int64") + 1,
    "mapped": lambda df: df.k.map({2: "two", 9: "nine", 10: "ten"}),
    "mapped together": lambda df: df.k.map({2: "few", 9: "many", 10: "many"}),
    "joined to categories": lambda df: df.merge(df, on="k"),
    "joined to integers": lambda df: df.merge(pd.DataFrame({"k": [9, 10], "name": ["n", "t"]}), on="k"),
    "different": lambda df: df.drop_duplicates("k"),
    "query": lambda df: df.query("k == 9"),
    "missing": lambda df: df.k.isna(),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_keys_are_worked_with_like_other_categories(tmp_path: Path, step: Callable[[Any], Any], regime: str) -> None:
    frame = dd.read_parquet(_written(tmp_path / "rows", NAMES["integers"]))
    assert_same(step(frame), step(frame.compute()))


def test_keys_are_written_and_read_again(tmp_path: Path) -> None:
    frame = dd.read_parquet(_written(tmp_path / "rows", NAMES["several"]))
    frame.to_parquet(tmp_path / "again", partition_on=["a", "k"])
    assert_same(dd.read_parquet(tmp_path / "again").compute(), frame.compute().reset_index(drop=True))
    frame.to_parquet(tmp_path / "one")
    assert_same(pd.read_parquet(tmp_path / "one").k.reset_index(drop=True), frame.k.compute())


def test_keys_as_the_index(tmp_path: Path) -> None:
    folder = _written(tmp_path / "rows", NAMES["integers"])
    got = dd.read_parquet(folder, index="k").sort_values("x").compute()
    assert_same(got, dask_dd.read_parquet(folder, index="k").compute().sort_values("x"))


def test_a_picked_file_and_a_pickled_frame_keep_their_keys(tmp_path: Path) -> None:
    folder = _written(tmp_path / "rows", NAMES["integers"])
    one = dd.read_parquet(str(folder / "k=*" / "*.parquet"))
    assert_same(pickle.loads(pickle.dumps(one)).k, one.k.compute())
    assert one.k.cat.categories.tolist() == [2, 9, 10]


def test_listed_files_are_one_data_set(tmp_path: Path) -> None:
    folder = _written(tmp_path / "rows", NAMES["integers and text"])
    files = [str(folder / "k=x" / "part.1.parquet"), str(folder / "k=10" / "part.0.parquet")]
    wanted = pd.DataFrame({"x": [10, 11, 0, 1], "k": pd.Categorical(["x", "x", "10", "10"])})
    assert_same(dd.read_parquet(files), wanted)
