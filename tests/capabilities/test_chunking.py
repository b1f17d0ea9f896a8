"""Read, process, accumulate, next: a piece at a time, and the same without writing the loop."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import treadle as tl
import treadle.dataframe as dd
from conftest import Script
from pandas.testing import assert_series_equal

ROWS = 60_000


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty thousand rows; one value is seen only at the very end."""
    path = tmp_path_factory.mktemp("numbers") / "numbers.csv"
    chance = np.random.default_rng(5)
    kinds = chance.choice(["p", "q", "r"], ROWS)
    kinds = np.append(kinds[:-1], ["late"])
    pd.DataFrame({"id": range(ROWS), "kind": kinds, "value": chance.normal(size=ROWS).round(4)}).to_csv(
        path, index=False
    )
    return path


def test_read_csv_in_chunks_of_rows(numbers: Path) -> None:
    """for chunk in read_csv(chunksize=10_000): six pandas frames, the same total as pandas' loop."""
    total, sizes = 0.0, []
    for chunk in dd.read_csv(numbers, chunksize=10_000):
        assert type(chunk) is pd.DataFrame
        total += chunk.value.sum()
        sizes.append(len(chunk))
    assert sizes == [10_000] * 6
    assert total == sum(chunk.value.sum() for chunk in pd.read_csv(numbers, chunksize=10_000))


def test_chunks_carry_on_their_index_and_types(numbers: Path) -> None:
    """Chunk after chunk the index runs on and the types are the same, as in pandas."""
    ours, theirs = dd.read_csv(numbers, chunksize=25_000), pd.read_csv(numbers, chunksize=25_000)
    for mine, other in zip(ours, theirs, strict=True):
        pd.testing.assert_frame_equal(mine, other)


def test_a_process_with_state_sees_chunks_in_order(numbers: Path) -> None:
    """A function that keeps state between chunks gets all of them, first to last."""
    seen = Counter[str]()
    ids = []
    for chunk in dd.read_csv(numbers, chunksize=7_000):
        seen.update(chunk.kind)
        ids.append(int(chunk.id.iloc[0]))
    assert ids == sorted(ids)
    assert seen["late"] == 1
    assert seen.total() == ROWS


def test_value_counts_of_chunks_and_of_the_whole(numbers: Path) -> None:
    """Counts joined by add(fill_value=0) equal value_counts() over partitions; a value seen late is counted."""
    joined: pd.Series = pd.Series(dtype=float)
    for chunk in dd.read_csv(numbers, chunksize=10_000):
        joined = joined.add(chunk.kind.value_counts(), fill_value=0)
    joined = joined.sort_values(ascending=False)
    counts = dd.read_csv(numbers, blocksize=200_000).kind.value_counts().compute()
    assert joined.astype(int).to_dict() == counts.to_dict()
    assert counts["late"] == 1
    assert_series_equal(counts, pd.read_csv(numbers).kind.value_counts())


def test_both_ways_all_at_once_or_one_after_the_other(numbers: Path) -> None:
    """Partitions computed together on all cores, or taken one by one, give the same."""
    lazy = dd.read_csv(numbers, blocksize=300_000)
    at_once = lazy.value.sum().compute()
    one_by_one = sum(part.value.sum().compute() for part in lazy.partitions)
    delayed = tl.compute(*[tl.delayed(lambda frame: frame.value.sum())(part) for part in lazy.to_delayed()])
    assert at_once == pytest.approx(one_by_one)
    assert sum(delayed) == pytest.approx(at_once)


def test_looping_holds_one_chunk_at_a_time(script: Script) -> None:
    """The memory that a loop adds does not grow with the file."""
    ran = script(
        """
        import json
        import treadle.dataframe as dd
        from measuring import AddedMemory
        row = "1,some text here,0.125\\n"
        sizes = {}
        for n in (200_000, 2_000_000):
            with open("n.csv", "w") as file:
                file.write("a,b,c\\n" + row * n)
            if not sizes:
                next(iter(dd.read_csv("n.csv", chunksize=100_000)))  # what is loaded once
            with AddedMemory() as added:
                rows = sum(len(chunk) for chunk in dd.read_csv("n.csv", chunksize=100_000))
            assert rows == n
            sizes[n] = added.bytes
        print(json.dumps(list(sizes.values())))
        """
    )
    small, large = ran.answer
    assert large < small + (25 << 20), (small, large)
