"""Data sets of many files: what is not read, what is added later, and what does not fit memory."""

import decimal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import treadle.config
import treadle.dataframe as dd
from frames import assert_same, generated

ROWS, GROUP = 4000, 1000


def _of_many_types() -> pa.Table:
    numbers = np.arange(ROWS)
    return pa.table(
        {
            "n": numbers,
            "price": pa.array([decimal.Decimal(int(i)) / 4 for i in numbers], pa.decimal128(12, 2)),
            "day": pa.array(numbers.astype("int32"), pa.date32()),
            "at": pa.array(numbers * 1_000_000, pa.timestamp("us")),
            "name": [f"{'abcd'[i // GROUP]}{i:05}" for i in numbers],
            "x": numbers * 0.5,
        }
    )


def _spoil(path: Path, row_groups: list[int]) -> None:
    """Overwrites the pages of some row groups: whoever reads one of them fails."""
    metadata = pq.read_metadata(path)
    content = bytearray(path.read_bytes())
    for number in row_groups:
        for i in range(metadata.num_columns):
            chunk = metadata.row_group(number).column(i)
            begin = chunk.dictionary_page_offset or chunk.data_page_offset
            content[begin : begin + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
    path.write_bytes(content)


FILTERS: list[tuple[str, Callable[[Any], Any]]] = [
    ("integer", lambda df: df.n >= 3100),
    ("timestamp", lambda df: df["at"] > pd.Timestamp(3100, unit="s")),
    ("text", lambda df: df.name > "d0"),
    ("prefix", lambda df: df.name.str.startswith("d")),
    ("is in", lambda df: df.n.isin([3001, 3999])),
    ("or", lambda df: (df.n == 3500) | (df.name > "d03998")),
    ("or of and", lambda df: ((df.n > 3300) & (df.n < 3400)) | (df.n > 3990)),
    ("between", lambda df: df.n.between(3100, 3200)),
    ("float and integer", lambda df: (df.x >= 1600) & (df.n > 3000)),
]


@pytest.mark.parametrize("condition", [pytest.param(c, id=name) for name, c in FILTERS])
def test_row_groups_that_statistics_rule_out_are_not_read(tmp_path: Path, condition: Callable[[Any], Any]) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(_of_many_types(), path, row_group_size=GROUP)
    data = dd.read_parquet(str(path)).compute()
    _spoil(path, [0, 1, 2])
    lazy = dd.read_parquet(str(path))
    with pytest.raises(OSError, match=r"a\.parquet"):
        lazy.compute()
    wanted = data[condition(data)]
    assert 0 < len(wanted) < ROWS
    assert_same(lazy[condition(lazy)], wanted)


def test_filters_as_an_argument_do_not_read_either(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(_of_many_types(), path, row_group_size=GROUP)
    data = dd.read_parquet(str(path)).compute()
    _spoil(path, [0, 2, 3])
    lazy = dd.read_parquet(str(path), filters=[("n", ">=", 1500), ("n", "<", 1510)])
    assert_same(lazy, data[(data.n >= 1500) & (data.n < 1510)])


def test_appended_files_join_those_that_are_there(tmp_path: Path) -> None:
    data, target = generated(), str(tmp_path / "out")
    for number, part in enumerate([data[:400], data[400:900], data[900:]]):
        dd.from_pandas(part, npartitions=2).to_parquet(target, append=True, write_index=False)
        assert len(list(Path(target).glob("part-*.parquet"))) == 2 * (number + 1)
    assert_same(pd.read_parquet(target), data)
    assert not [path for path in tmp_path.iterdir() if path.name != "out"]
    by = str(tmp_path / "by")
    for part in (data[:700], data[700:]):
        dd.from_pandas(part, npartitions=1).to_parquet(by, append=True, partition_on="k")
    assert dd.read_parquet(by).groupby("k").a.sum().compute().to_dict() == data.groupby("k").a.sum().to_dict()


def test_what_is_appended_has_the_columns_that_are_there(tmp_path: Path) -> None:
    target = str(tmp_path / "out")
    lazy = dd.from_pandas(generated(20), npartitions=1)
    lazy.to_parquet(target)
    before = sorted(Path(target).iterdir())
    for other in (lazy[["a", "b"]], lazy.assign(a=lazy.a.astype("float64")), lazy.rename(columns={"a": "z"})):
        with pytest.raises(ValueError, match="columns of"):
            other.to_parquet(target, append=True)
    with pytest.raises(ValueError, match="overwrite"):
        lazy.to_parquet(target, append=True, overwrite=True)
    assert sorted(Path(target).iterdir()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_frame_may_be_appended_to_what_it_is_read_from(tmp_path: Path) -> None:
    target = str(tmp_path / "out")
    dd.from_pandas(pd.DataFrame({"a": range(10)}), npartitions=2).to_parquet(target)
    lazy = dd.read_parquet(target)
    lazy.to_parquet(target, append=True)
    assert dd.read_parquet(target).a.sum().compute() == 90
    assert lazy.a.sum().compute() == 45


def test_newer_parquet_files_have_more_columns_and_wider_types(tmp_path: Path, regime: str) -> None:
    parts = [
        pd.DataFrame({"n": np.array([1, 2], "int32"), "x": [1, 2]}),
        pd.DataFrame({"n": [1 << 40, 3], "x": [0.5, 1.5], "new": ["u", "v"]}),
        pd.DataFrame({"new": ["w"], "n": [5], "x": [7]}),
    ]
    for number, part in enumerate(parts):
        part.to_parquet(tmp_path / f"{number}.parquet")
    got = dd.read_parquet(str(tmp_path / "*.parquet")).compute()
    wanted = pd.concat(parts)
    assert list(got.columns) == ["n", "x", "new"]
    assert got.n.tolist() == wanted.n.tolist()
    assert got.x.tolist() == wanted.x.tolist()
    assert got.new.isna().tolist() == wanted.new.isna().tolist()
    assert got.new.dropna().tolist() == ["u", "v", "w"]


def test_newer_csv_files_have_more_columns(tmp_path: Path, regime: str) -> None:
    (tmp_path / "1.csv").write_text("a,b\n1,x\n2,y\n")
    (tmp_path / "2.csv").write_text("c,a,b\n1.5,3,z\n")
    (tmp_path / "3.csv").write_text("a,b\n4,w\n")
    wanted = pd.concat([pd.read_csv(path) for path in sorted(tmp_path.glob("*.csv"))])
    assert_same(dd.read_csv(str(tmp_path / "*.csv")), wanted)
    (tmp_path / "4.csv").write_text("a\n4\n")
    with pytest.raises(ValueError, match=r"4.csv.*'b'"):
        dd.read_csv(str(tmp_path / "*.csv")).compute()


def _wide_rows(rows: int) -> pd.DataFrame:
    columns = {f"c{i:02}": np.arange(rows) * (i + 1) for i in range(40)}
    return pd.DataFrame({**columns, "text": [f"{i:0500}" for i in range(rows)]})


@pytest.mark.parametrize("partition_on", [None, "k"])
def test_row_groups_larger_than_memory_are_written(tmp_path: Path, partition_on: str | None) -> None:
    data = _wide_rows(8_000).assign(k=lambda frame: frame.c00 % 7)
    data.to_parquet(tmp_path / "wide.parquet", row_group_size=500)
    lazy = dd.read_parquet(str(tmp_path / "wide.parquet"))
    contents = []
    for number, memory in enumerate(["4 MiB", "1 GiB"]):
        target = tmp_path / f"out{number}"
        with treadle.config.set({"working_memory": memory, "num_workers": 1 + number}):
            lazy.to_parquet(str(target), partition_on=partition_on)
        contents.append({path.relative_to(target): path.read_bytes() for path in target.rglob("*.parquet")})
    assert contents[0] == contents[1]
    got = pd.concat([pq.read_table(path).to_pandas() for path in sorted((tmp_path / "out0").rglob("*.parquet"))])
    assert got.sort_values("c00").text.tolist() == data.text.tolist()


def test_thousands_of_partition_values_are_written_in_little_memory(tmp_path: Path) -> None:
    rows = 24_000
    data = pd.DataFrame({"k": np.arange(rows) % 1000, "v": np.arange(rows), "t": [f"{i:060}" for i in range(rows)]})
    data.to_parquet(tmp_path / "in.parquet", row_group_size=4000)
    contents = []
    for number, memory in enumerate(["4 MiB", "1 GiB"]):
        target = tmp_path / f"out{number}"
        with treadle.config.set({"working_memory": memory, "num_workers": 2}):
            dd.read_parquet(str(tmp_path / "in.parquet")).to_parquet(str(target), partition_on="k")
        contents.append({path.relative_to(target): path.read_bytes() for path in target.rglob("*.parquet")})
    assert len(contents[0]) == 1000
    assert contents[0] == contents[1]
    assert dd.read_parquet(str(tmp_path / "out0")).v.sum().compute() == data.v.sum()
