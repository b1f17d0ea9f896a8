"""Bags: multisets of anything, from sequences and many text files."""

import json
import string
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import treadle.bag as db

LETTERS = "ABBABBABBB"
TEXT = "The quick brown Fox, jumped!\nÄpfel über the lazy dog; Straße. the the\n\nzebra zoo zulu\n"


@pytest.fixture
def texts(tmp_path: Path) -> str:
    """A pattern of eleven text files."""
    for number in range(11):
        (tmp_path / f"text-{number:02}.txt").write_text(TEXT * (20 + number), encoding="utf-8")
    return str(tmp_path / "text-*.txt")


def words(pattern: str) -> list[str]:
    folder, glob = pattern.rsplit("/", 1)
    return [word for path in sorted(Path(folder).glob(glob)) for word in path.read_text(encoding="utf-8").split()]


def test_letters_counted_one_by_one() -> None:
    """frequencies() and a fold of dicts count three A and seven B."""
    letters = db.from_sequence(LETTERS, npartitions=2)

    def count(counts: dict[str, int], letter: str) -> dict[str, int]:
        return {**counts, letter: counts.get(letter, 0) + 1}

    def add(a: dict[str, int], b: dict[str, int]) -> dict[str, int]:
        return {key: a.get(key, 0) + b.get(key, 0) for key in a | b}

    assert dict(letters.frequencies().compute()) == {"A": 3, "B": 7}
    assert letters.fold(count, add, initial={}).compute() == {"A": 3, "B": 7}


def test_each_half_counted_apart_then_added() -> None:
    """map_partitions sees one partition at a time; a fold with a combining function adds what they found."""
    halves = db.from_sequence(LETTERS, npartitions=2).map_partitions(
        lambda part: (lambda items: [(items.count("A"), items.count("B"))])(list(part))
    )
    assert halves.compute() == [(2, 3), (1, 4)]
    assert halves.fold(lambda a, b: (a[0] + b[0], a[1] + b[1])).compute() == (3, 7)


def test_records_from_a_list_and_from_text_files(tmp_path: Path) -> None:
    """A bag of dicts; map and distinct give each value once; JSON lines become dicts by map(json.loads)."""
    records = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}, {"a": 3, "b": "x"}, {"a": 4, "b": "z"}]
    assert db.from_sequence(records, npartitions=2).map(lambda item: item["b"]).distinct().compute() == ["x", "y", "z"]
    for number in range(3):
        (tmp_path / f"{number}.json").write_text("".join(json.dumps(record) + "\n" for record in records))
    read = db.read_text(tmp_path / "*.json").map(json.loads)
    assert read.npartitions == 3
    assert read.pluck("a").sum().compute() == 30
    assert read.pluck("b").distinct().compute() == ["x", "y", "z"]


def test_a_bag_keeps_repeats() -> None:
    """A multiset: what comes twice is counted twice, also across bags put together."""
    once = db.from_sequence(["a", "b"], npartitions=1)
    assert Counter(db.concat([once, once]).compute()) == Counter("aabb")
    assert sum(count for _, count in db.from_sequence([3, 1, 3, 2, 0, 3, 1, 1, 2, 2]).frequencies().compute()) == 10


def test_a_file_is_a_partition_or_blocks_of_bytes_are(texts: str) -> None:
    """Eleven files are eleven partitions; blocksize= cuts them further and loses nothing."""
    assert db.read_text(texts).npartitions == 11
    cut = db.read_text(texts, blocksize=500)
    assert cut.npartitions > 40
    assert cut.count().compute() == db.read_text(texts).count().compute() == sum(4 * (20 + i) for i in range(11))


@pytest.mark.parametrize("flatten", ["flatten", "concat"])
def test_the_ten_most_frequent_words(texts: str, flatten: str) -> None:
    """split, flatten (also by its older name concat), frequencies, topk: as collections.Counter has them."""
    lists = db.read_text(texts).str.split()
    top = getattr(lists, flatten)().frequencies().topk(10, key=lambda pair: pair[1])
    counted = Counter(words(texts))
    assert [count for _, count in top.compute()] == [count for _, count in counted.most_common(10)]
    assert dict(top.compute()).items() <= counted.items()


def test_words_without_punctuation_in_small_letters(texts: str) -> None:
    """translate with a table, lower, split: plain Python's answer, Unicode included."""
    table = str.maketrans("", "", string.punctuation)
    cleaned = db.read_text(texts).str.translate(table).str.lower().str.split().flatten().frequencies()
    assert dict(cleaned.compute()) == Counter(" ".join(words(texts)).translate(table).lower().split())
    assert {"straße", "über"} <= set(dict(cleaned.compute()))


def test_topk_of_pairs_goes_by_the_first(texts: str) -> None:
    """topk(3) without a key: the last words of the alphabet with their counts."""
    pairs = db.read_text(texts).str.split().flatten().frequencies()
    assert pairs.topk(3).compute() == sorted(Counter(words(texts)).items(), reverse=True)[:3]


def test_counts_become_a_table(texts: str) -> None:
    """to_dataframe(columns=...): named, typed columns, five rows by head(), a pandas frame by compute()."""
    frame = db.read_text(texts).str.split().flatten().frequencies().to_dataframe(columns=["word", "n"])
    assert list(frame.columns) == ["word", "n"]
    assert frame.dtypes["n"] == "int64"
    assert len(frame.head(n=5)) == 5
    computed = frame.compute()
    assert type(computed) is pd.DataFrame
    last = computed.sort_values("word", ascending=False).head(5)
    assert frame.sort_values("word", ascending=False).head(5).to_numpy().tolist() == last.to_numpy().tolist()


def test_functional_verbs_for_preparing_data() -> None:
    """map, filter, pluck, foldby, groupby, join agree with the same in plain Python."""
    records = [{"k": "ab"[i % 2], "v": i} for i in range(10)]
    bag = db.from_sequence(records, npartitions=3)
    assert bag.filter(lambda item: item["v"] > 6).pluck("v").compute() == [7, 8, 9]
    sums = bag.foldby("k", lambda total, item: total + item["v"], 0, lambda a, b: a + b)
    assert dict(sums.compute()) == {"a": 20, "b": 25}
    assert {key: len(group) for key, group in bag.groupby("k").compute()} == {"a": 5, "b": 5}
    joined = bag.join([("a", "first")], on_self="k", on_other=lambda pair: pair[0])
    assert joined.pluck(0).distinct().compute() == [("a", "first")]
    assert joined.count().compute() == 5
    assert bag.to_dataframe().groupby("k").v.sum().compute().to_dict() == {"a": 20, "b": 25}


def test_the_plan_tells_native_steps_from_python(texts: str) -> None:
    """explain() names native steps by themselves and marks functions of Python."""
    assert "python" not in db.read_text(texts).str.lower().str.split().flatten().frequencies().explain()
    assert "python: " in db.read_text(texts).map(str.swapcase).explain()


def test_the_function_is_called_once_an_item_and_an_error_names_the_item() -> None:
    """map calls a function once for each item; when it fails, a note tells which item it was."""
    seen: list[Any] = []
    db.from_sequence(range(20), npartitions=4).map(seen.append).compute(scheduler="sync")
    assert seen == list(range(20))
    with pytest.raises(ZeroDivisionError) as caught:
        db.from_sequence([2, 1, 0], npartitions=1).map(lambda item: 1 / item).compute()
    assert "item 2 of partition 0: 0" in caught.value.__notes__[0]
