"""Records that are too short or too long, quoted spellings of missing values, blank lines, columns without values: CSV
text as pandas reads it."""

import gzip
import random
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
import treadle as tl
import treadle.dataframe as dd
import treadle.errors
from frames import assert_same

# Of a column's values, most are of one kind.
_KINDS = [
    ["1", "-20", "300", '"4"'],
    ["1.5", "-2", "1e3", '"0.25"'],
    ["true", "false", "True"],
    ["x", "a longer piece of text", '"a,b"', '"two\nlines"', '"with ""quotes"""', "NAN", " y"],
    [""],
]
_MISSING = ["", "NA", "null", "<NA>", '""', '"NA"', '"nan"', '"-1.#IND"']
_EMPTY_LINES = ["", "", "  ", "\t", " \t "]


def _text(chance: random.Random, separator: str = ",", rows: int = 60) -> str:
    """A table of which some records lack their last fields, among lines that say nothing."""
    width = chance.randrange(1, 5)
    # A file of blank lines alone is another matter.
    kinds = [chance.choice(_KINDS if width > 1 else _KINDS[:-1]) for _ in range(width)]
    end = chance.choice(["\n", "\n", "\r\n"])
    lines = [separator.join(f"c{i}" for i in range(len(kinds)))]
    holes, oddities, cuts = chance.choice([0, 0.1]), chance.choice([0, 0, 0.02]), chance.choice([0, 0.2, 1])
    for _ in range(rows):
        record = []
        for kind in kinds:
            value = chance.choice(chance.choice(_KINDS) if chance.random() < oddities else kind)
            record.append(chance.choice(_MISSING) if chance.random() < holes else value)
        if chance.random() < cuts:
            del record[chance.randrange(1, len(kinds) + 1) :]
        if chance.random() < 0.1:
            lines.append(chance.choice([line for line in _EMPTY_LINES if separator not in line]))
        lines.append(separator.join(record))
    return end.join(lines) + chance.choice(["", end])


@pytest.mark.parametrize("seed", range(60))
def test_random_records_as_pandas_reads_them(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    path = tmp_path / "some.csv"
    path.write_bytes(_text(chance).encode())
    wanted = pd.read_csv(path)
    assert_same(dd.read_csv(path), wanted)
    for blocksize in (40, 300):
        assert_same(dd.read_csv(path, blocksize=blocksize).compute().reset_index(drop=True), wanted)
    chosen = chance.sample(list(wanted.columns), chance.randrange(1, len(wanted.columns) + 1))
    assert_same(dd.read_csv(path, blocksize=100)[chosen].count(), wanted[chosen].count())
    assert_same(dd.read_csv(path, usecols=chosen), pd.read_csv(path, usecols=chosen))
    whole = pd.concat(dd.read_csv(path, chunksize=7, blocksize=200))
    assert_same(whole.reset_index(drop=True).count(), wanted.count())


@pytest.mark.parametrize("seed", range(12))
def test_other_separators_and_packed_files(seed: int, tmp_path: Path) -> None:
    chance = random.Random(1000 + seed)
    text = _text(chance, "\t").encode()
    (tmp_path / "some.tsv").write_bytes(text)
    (tmp_path / "some.tsv.gz").write_bytes(gzip.compress(text))
    wanted = pd.read_table(tmp_path / "some.tsv")
    assert_same(dd.read_table(tmp_path / "some.tsv", blocksize=90).compute().reset_index(drop=True), wanted)
    assert_same(dd.read_table(tmp_path / "some.tsv.gz", blocksize=None), wanted)


SOME: dict[str, tuple[str, dict[str, Any]]] = {
    "the first record is short": ("a,b,c\n1\n4,5,6\n", {}),
    "all records are short": ("a,b,c\n1,x\n4,y\n", {}),
    "the last record has no newline": ("a,b,c\n1,2,3\n4", {}),
    "a quoted field and nothing else": ('a,b\n1,2\n""\n"x"\n', {}),
    "fields of quoted lines": ('a,b\n1,"x\ny"\n"q\nr"\n', {}),
    "no header": ("1,2\n3\n4,5\n", {"header": None}),
    "more names than fields": ("1,2\n3\n4,5\n", {"header": None, "names": ["a", "b", "c"]}),
    "blank lines are rows": ("a,b\nx,1\n\n  \ny\n", {"skip_blank_lines": False}),
    "comments are no records": ("a,b\n1,2\n#x\n3\n", {"comment": "#"}),
    "nothing is missing": ('a,b\nx,y\nz\n4,""\n', {"keep_default_na": False}),
    "a spelling of one's own": ('a,b\n1,x\n3,"-"\n4,"q"\n5,-\n', {"na_values": ["-"]}),
    "types that are known": ('a,b\n1,2\n"NA"\n3,""\n', {"dtype": {"a": "float32", "b": "Int64"}}),
    "text that is known": ('a,b\n1,2\n3\n"",x\n', {"dtype": str}),
    "dates": ('a,t\n1,2024-01-01\n2\n3,""\n', {"parse_dates": ["t"]}),
    "long records are passed over": ("a,b\n1,2\n3\n3,4,5\n6,7\n", {"on_bad_lines": "skip"}),
    "long records of which some fields are wanted": ("a,b\n1,2\n3,4,5\n6\n", {"usecols": ["b"]}),
    "lines of spaces in front": (" \n\t\na,b\n1,2\n", {}),
}


@pytest.mark.parametrize("blocksize", [8, 30, None])
@pytest.mark.parametrize("case", SOME)
def test_some_records_as_pandas_reads_them(case: str, blocksize: int | None, tmp_path: Path) -> None:
    text, arguments = SOME[case]
    path = tmp_path / "some.csv"
    path.write_text(text)
    got = dd.read_csv(path, blocksize=blocksize, **arguments).compute()
    assert_same(got.reset_index(drop=True), pd.read_csv(path, **arguments))


@pytest.fixture
def late(tmp_path: Path) -> Path:
    """A file whose only short record is behind all samples."""
    lines = ["a,b,c", *(f"{i},{i},x" for i in range(200_000))]
    lines[150_001] = "7"
    path = tmp_path / "late.csv"
    path.write_text("\n".join(lines))
    return path


def test_a_short_record_behind_the_samples(late: Path, regime: str) -> None:
    lazy, data = dd.read_csv(late, blocksize="256 KiB"), pd.read_csv(late)
    assert_same(lazy.compute().reset_index(drop=True), data)
    assert_same(lazy.b.sum(), data.b.sum())
    assert_same(lazy.b.max(), data.b.max())
    assert_same(lazy[lazy.c.isna()].compute().reset_index(drop=True).b, data[data.c.isna()].reset_index(drop=True).b)
    assert_same(lazy.groupby("c").b.count(), data.groupby("c").b.count())


def test_a_long_record_is_an_error_that_says_where(late: Path) -> None:
    lines = late.read_text().split("\n")
    lines[170_000] = "1,2,3,4"
    late.write_text("\n".join(lines))
    with pytest.raises(treadle.errors.ParseError, match=r"late\.csv:170001: expected 3 fields, found 4"):
        dd.read_csv(late).compute()
    skipped = dd.read_csv(late, on_bad_lines="skip").compute()
    assert_same(skipped, pd.read_csv(late, on_bad_lines="skip"))


def test_records_as_polars_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text('a,b,c\n1,x,2.5\n4\n5,"NA"\n6,"",3\n')
    assert tl.read_csv(path).to_dict(as_series=False) == pl.read_csv(path).to_dict(as_series=False)
    path.write_text("a,b\n1,x\n2,y,z\n3\n")
    with pytest.raises(treadle.errors.ParseError, match=r"some\.csv:3: expected 2 fields, found 3"):
        tl.read_csv(path)
    ours, theirs = tl.scan_csv(path, truncate_ragged_lines=True), pl.scan_csv(path, truncate_ragged_lines=True)
    assert ours.collect().to_dict(as_series=False) == theirs.collect().to_dict(as_series=False)


def _with_late(tmp_path: Path, value: str) -> Path:
    """A file with a column that holds no value, or one behind all samples."""
    lines = ["a,b", *(f"{i}," for i in range(200_000))]
    lines[150_001] += value
    path = tmp_path / "late.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(params=["of any size", "looked through"])
def large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a file is too large to be looked through for values that samples do not see."""
    if request.param == "of any size":
        monkeypatch.setattr("treadle.dataframe.read._LOOKED_THROUGH", 0)
    return bool(request.param == "of any size")


@pytest.mark.parametrize("value", ["", "7", "7.5", '"NA"'])
def test_a_column_without_values_in_the_samples_is_of_floats(value: str, large: bool, tmp_path: Path) -> None:
    path = _with_late(tmp_path, value)
    lazy, data = dd.read_csv(path, blocksize="200 KiB"), pd.read_csv(path)
    assert lazy.b.dtype == data.b.dtype == "float64"
    assert_same(lazy.compute().reset_index(drop=True), data)
    assert_same(lazy.b.sum(), data.b.sum())
    assert_same((lazy.b + 1).max(), (data.b + 1).max())
    assert_same(lazy.b.isna().sum(), data.b.isna().sum())


def test_text_behind_the_samples(large: bool, tmp_path: Path, regime: str) -> None:
    path = _with_late(tmp_path, "x7")
    lazy, data = dd.read_csv(path, blocksize="200 KiB"), pd.read_csv(path, low_memory=False)
    assert_same(lazy.compute().reset_index(drop=True), data)
    assert_same(lazy.b.count(), data.b.count())
    if not large:
        assert_same(lazy.b.str.upper().max(), "X7")
