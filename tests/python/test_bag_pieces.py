"""One partition in pieces: what frequencies(), distinct() and foldby() answer with, beyond memory."""

from __future__ import annotations

import heapq
import operator
import pickle
import re
import statistics
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import cloudpickle
import dask
import dask.bag
import pandas as pd
import pytest
import treadle
import treadle.bag as db

dask_bag: Any = dask.bag
ITEMS = [(i * 7) % 61 for i in range(400)] + [61, 62, 5]
PAIRS = list(Counter(ITEMS).items())
ONE_BY_ONE = operator.itemgetter(1)


def bag_of(m: Any, npartitions: int = 20) -> Any:
    return m.from_sequence(ITEMS, npartitions=npartitions)


def add_count(total: int, pair: tuple[int, int]) -> int:
    return total + pair[1]


def is_seventh(pair: tuple[int, int]) -> bool:
    return pair[0] % 7 == 0


def with_itself(pair: tuple[int, int]) -> list[Any]:
    return [pair, pair[0]]


def tens(pair: tuple[int, int]) -> int:
    return pair[0] // 10


def sorted_list(part: Any) -> list[Any]:
    return sorted(part)


# What comes next, the same for Dask; each over pairs of items and how often they occur.
NEXT: dict[str, Callable[[Any], Any]] = {
    "nothing": lambda b: b,
    "map": lambda b: b.map(ONE_BY_ONE),
    "starmap": lambda b: b.starmap(operator.mul),
    "filter": lambda b: b.filter(is_seventh),
    "remove": lambda b: b.remove(is_seventh).pluck(0),
    "flatten": lambda b: b.map(with_itself).flatten(),
    "count": lambda b: b.count(),
    "count of some": lambda b: b.filter(is_seventh).count(),
    "sum": lambda b: b.pluck(1).sum(),
    "largest": lambda b: b.max(),
    "mean": lambda b: b.pluck(1).mean(),
    "any": lambda b: b.pluck(0).any(),
    "top": lambda b: b.topk(7, key=1),
    "top of some": lambda b: b.filter(is_seventh).topk(3, key=1),
    "fold of one partition": lambda b: b.fold(add_count, initial=0),
    "fold that begins once": lambda b: b.pluck(1).fold(operator.add, initial=1000),
    "fold without initial": lambda b: b.pluck(1).fold(operator.add),
    "foldby of one partition": lambda b: b.foldby(tens, add_count, 0),
    "running sums": lambda b: b.pluck(1).accumulate(operator.add),
    "running sums from a value": lambda b: b.pluck(1).accumulate(operator.add, initial=5),
    "frequencies again": lambda b: b.pluck(1).frequencies(),
    "distinct": lambda b: b.distinct(key=1),
    "the partition as a list": lambda b: b.map_partitions(sorted_list),
    "a reduction of the partition": lambda b: b.reduction(len, sum),
    "some at random": lambda b: b.random_sample(0.4, random_state=3),
    "joined": lambda b: b.join([1, 2, 70], 0, operator.pos),
    "the other side of a join": lambda b: bag_of(db if isinstance(b, db.Bag) else dask_bag).join(b, operator.pos, 0),
    "beside itself": lambda b: b.map(operator.add, b),
    "in three": lambda b: b.repartition(npartitions=3),
    "all nothing": lambda b: b.filter(lambda pair: False),
}


@pytest.mark.parametrize("name", NEXT)
def test_what_follows_is_as_of_one_partition(name: str, regime: str) -> None:
    make = NEXT[name]
    ours, theirs = make(bag_of(db).frequencies()), make(bag_of(dask_bag).frequencies())
    with dask.config.set(scheduler="sync"):
        expected = theirs.compute()
    assert ours.compute() == expected
    assert getattr(ours, "npartitions", None) == getattr(theirs, "npartitions", None)
    assert cloudpickle.loads(cloudpickle.dumps(ours)).compute() == expected


def test_what_dask_has_no_exact_answer_for() -> None:
    counts = bag_of(db).frequencies()
    assert counts.pluck(0).var().compute() == pytest.approx(statistics.pvariance(key for key, _ in PAIRS))
    some = counts.filter(is_seventh)
    few = [pair for pair in PAIRS if is_seventh(pair)]
    assert some.product(some).compute() == list(product(few, few))


@pytest.mark.parametrize(
    ("scheduler", "npartitions"),
    [*((one, count) for one in ("sync", "threads") for count in (1, 3, 20, 100)), ("processes", 5)],
)
def test_the_order_is_that_of_first_occurrence(scheduler: str, npartitions: int) -> None:
    counts = bag_of(db, npartitions).frequencies()
    assert counts.npartitions == 1
    bags = {
        "counts": (counts, PAIRS),
        "distinct": (bag_of(db, npartitions).distinct(), [key for key, _ in PAIRS]),
        "folded": (bag_of(db, npartitions).foldby(operator.pos, operator.add, 0, operator.add), None),
        "mapped": (counts.map(ONE_BY_ONE).filter(None), [count for _, count in PAIRS]),
        "taken": (counts.take(50, compute=False), PAIRS[:50]),
        "kept": (counts.persist(scheduler=scheduler).map(operator.itemgetter(0)), [key for key, _ in PAIRS]),
    }
    sums: dict[int, int] = {}
    for item in ITEMS:
        sums[item] = sums.get(item, 0) + item
    for name, (bag, expected) in bags.items():
        assert bag.compute(scheduler=scheduler) == (expected or list(sums.items())), name
    assert counts.take(3) == tuple(PAIRS[:3])


def native_words(folder: Path) -> tuple[Any, list[str]]:
    """A bag of native words, and the words: 40,000 of them in three files, half of them once."""
    words = [f"w{i * 7919 % 20_000}" if i % 2 else f"é{i}" for i in range(40_000)]
    for number in range(3):
        lines = words[number * 15_000 : (number + 1) * 15_000]
        (folder / f"{number}.txt").write_text("\n".join(lines) + "\n" + (" " * 99 + "\n") * 15_000)
    return db.read_text(str(folder / "*.txt")).str.split().flatten(), words


def test_native_words_are_cut_into_pieces_in_order(tmp_path: Path, regime: str) -> None:
    bag, words = native_words(tmp_path)
    plain = Counter(words)
    counts, distinct = bag.frequencies(), bag.distinct()
    assert counts.npartitions == distinct.npartitions == 1
    assert counts._pieces.num_blocks == 4  # a part a MiB of the files
    with treadle.config.set(working_memory="64 MiB"):  # the lists of all words are larger than the least of memory
        assert counts.compute() == list(plain.items())
        assert counts.map(operator.itemgetter(0)).compute() == distinct.map(str).compute() == list(plain)
    assert counts.filter(lambda pair: pair[1] > 1).count().compute() == sum(n > 1 for n in plain.values())
    assert distinct.count().compute() == counts.count().compute() == len(plain)
    assert counts.take(5) == tuple(plain.items())[:5]
    sizes = _core_lengths(counts)
    assert sum(sizes) == len(plain)
    assert max(sizes) < len(plain) / 2  # cut at the places of words of one part: about a quarter each
    again = cloudpickle.loads(cloudpickle.dumps(counts.map(operator.itemgetter(1))))
    assert again.compute() == list(plain.values())


def test_persisted_native_words_stay_native_in_pieces(tmp_path: Path) -> None:
    bag, words = native_words(tmp_path)
    plain = Counter(words)
    kept, unique = bag.frequencies().persist(), bag.distinct().persist()
    for counts in (kept, pickle.loads(pickle.dumps(kept))):
        assert counts.npartitions == 1
        assert counts._pieces.num_blocks == 4
        assert counts.topk(9, key=1).compute() == heapq.nlargest(9, plain.items(), key=operator.itemgetter(1))
        assert counts.map(operator.itemgetter(1)).compute(scheduler="processes") == list(plain.values())
    assert "python" not in kept.topk(2, key=1).explain()
    assert unique.str.upper().npartitions == 1
    assert "python" not in unique.str.upper().explain()
    assert unique.str.upper().frequencies().compute() == list(Counter(word.upper() for word in plain).items())
    assert unique.str.upper().map_partitions(sorted_list).compute() == sorted(word.upper() for word in plain)


def test_a_frame_of_pieces_is_one_partition_with_one_index(regime: str) -> None:
    frame = bag_of(db).frequencies().to_dataframe(columns=["item", "n"])
    plain = pd.DataFrame(PAIRS, columns=["item", "n"])
    assert frame.npartitions == 1
    pd.testing.assert_frame_equal(frame.compute(), plain)
    pd.testing.assert_frame_equal(frame.head(40), plain.head(40))
    pd.testing.assert_frame_equal(frame.tail(4), plain.tail(4))
    assert frame.map_partitions(len, meta=("n", "int64")).compute().tolist() == [len(plain)]
    none = bag_of(db).frequencies().filter(lambda pair: False).to_dataframe(meta={"item": "int64", "n": "int64"})
    pd.testing.assert_frame_equal(none.compute(), plain.iloc[:0], check_index_type=False)


def test_groups_of_pieces_are_in_pieces() -> None:
    groups = bag_of(db).frequencies().groupby(tens)
    assert groups.npartitions == 1
    expected: dict[int, list[tuple[int, int]]] = {}
    for pair in PAIRS:
        expected.setdefault(tens(pair), []).append(pair)
    assert dict(groups.compute()) == expected
    assert groups.compute(scheduler="sync") == groups.compute(num_workers=8) == groups.compute(working_memory="1 MiB")
    assert dict(bag_of(db).frequencies().groupby(tens, npartitions=3).compute()) == expected
    assert bag_of(db).frequencies().groupby(tens, npartitions=3).npartitions == 3


def test_no_step_by_item_sees_more_than_a_few_partitions_have() -> None:
    """40 partitions of 50 new keys each: a piece has those of three or four partitions, whatever goes on from it."""
    many = db.range(2000, 40)
    for bag in (many.frequencies(), many.distinct(), many.foldby(operator.pos, operator.add, 0, operator.add)):
        for behind in (bag, bag.map(str), bag.filter(None).persist(), pickle.loads(pickle.dumps(bag))):
            assert behind.npartitions == 1
            sizes = _core_lengths(behind)
            assert sum(sizes) in (1999, 2000)
            assert max(sizes) <= 200
            assert len(behind.compute()) == sum(sizes)
    grouped = many.distinct().groupby(operator.pos)
    assert max(_core_lengths(grouped)) < 2 * 200


def _core_lengths(bag: Any) -> list[int]:
    """How many items each block has that tasks of steps by item get."""
    lengths = db.Bag._of(bag._pieces, "pieces").map_partitions(lambda part: [len(part)])
    return list(lengths.compute())


def test_errors_name_the_piece() -> None:
    counts = bag_of(db).frequencies()
    with pytest.raises(ZeroDivisionError) as mapped:
        counts.map(lambda pair: 1 // (pair[0] - 62)).compute()
    assert any(note.startswith("item 1 of piece 15: (62, 1)") for note in mapped.value.__notes__)
    for failing in (counts.map(str).fold(operator.sub), counts.map(str).sum(), counts.join([1], tens, str.lower)):
        with pytest.raises(TypeError) as raised:
            failing.compute()
        assert any(re.match(r"item \d of (piece 0|the other side): ", note) for note in raised.value.__notes__)


def test_the_graph_of_one_partition_in_pieces_is_dasks() -> None:
    counts = bag_of(db).frequencies()
    assert counts.__dask_keys__() == [(counts.name, 0)]
    assert dask.threaded.get(counts.dask, [(counts.name, 0)]) == (PAIRS,)
    assert [part.compute() for part in counts.to_delayed()] == [PAIRS]
    assert treadle.delayed(len)(counts).compute() == len(PAIRS)
    assert counts.persist().name == counts.name


def long_key(number: int) -> str:
    return f"{number:06}" + "x" * 300


def test_a_whole_partition_beyond_memory_is_an_error_before_it_is_there() -> None:
    """6 MB of keys in one list: refused, for any number of threads, before a function gets them; a piece at a time
    they pass through half of it."""
    keys = db.range(15_000, 16).map(long_key)
    called = []

    def whole(part: Any) -> list[int]:
        called.append(len(part))
        return [len(part)]

    for bag in (keys.frequencies(), keys.distinct()):
        for workers in (1, 8):
            with treadle.config.set(working_memory="4 MiB", num_workers=workers):
                for all_of_it in (bag.map_partitions(whole), bag, bag.map(str)):
                    with pytest.raises(MemoryError, match=r"in one list needs .* MiB.*; or .*repartition\(npartitions"):
                        all_of_it.compute()
                assert called == []
                assert bag.map(str).map(len).count().compute() == 15_000
                assert len(bag.repartition(npartitions=4).map_partitions(whole).compute()) == 4
                called.clear()
        with treadle.config.set(working_memory="64 MiB"):
            assert bag.map_partitions(whole).compute() == [15_000]
            again = cloudpickle.loads(cloudpickle.dumps(bag.map_partitions(sorted_list)))
            assert again.count().compute() == 15_000
        called.clear()


def test_errors_of_running_folds_and_of_starmap_name_the_piece() -> None:
    counts = bag_of(db).frequencies()
    assert counts._pieces.num_blocks > 1

    def fails_late(total: Any, count: Any) -> Any:
        if count == PAIRS[-1]:
            raise ValueError("late")
        return count

    def unpacked_fails(item: int, count: int, by: int) -> int:
        if (item, count) == PAIRS[-1]:
            raise ValueError("late")
        return count * by

    [(piece, place)] = [(i, part.index(PAIRS[-1])) for i, part in enumerate(by_pieces(counts)) if PAIRS[-1] in part]
    assert piece > 0
    where = f"item {place} of piece {piece}: {PAIRS[-1]}"
    with pytest.raises(ValueError, match="late") as raised:
        counts.accumulate(fails_late, initial=0).compute()
    assert where in raised.value.__notes__
    with pytest.raises(ValueError, match="late") as raised:
        counts.starmap(unpacked_fails, by=treadle.delayed(2)).compute()
    assert where in raised.value.__notes__
    with pytest.raises(ValueError, match="late") as raised:
        db.from_sequence([PAIRS[0], PAIRS[-1]], npartitions=2).accumulate(fails_late).compute()
    assert any("of partition 1: " in note for note in raised.value.__notes__)


def by_pieces(bag: Any) -> list[list[Any]]:
    row = bag._pieces
    return [treadle.delayed(list)(db.Bag._of(row[i], "piece")).compute() for i in range(row.num_blocks)]


@pytest.mark.parametrize("workers", [1, 8])
def test_counts_are_sorted_piece_by_piece(workers: int) -> None:
    counts = bag_of(db).frequencies(sort=True)
    with treadle.config.set(num_workers=workers):
        assert counts.npartitions == 1
        assert counts.compute() == bag_of(dask_bag).frequencies(sort=True).compute()
        assert counts.map_partitions(list).compute() == counts.compute()
        sizes = [len(piece) for piece in by_pieces(counts)]
    assert len(sizes) > 8
    assert max(sizes) <= 3 * len(PAIRS) / len(sizes) + 3
    assert db.from_sequence([], npartitions=1).frequencies(sort=True).compute() == []
    assert db.range(40, 20).filter(bool_of_none).frequencies(sort=True).compute() == []
    assert db.range(40, 20).frequencies(sort=True).compute() == [(i, 1) for i in range(40)]


def bool_of_none(item: int) -> bool:
    return False


def test_sorted_counts_and_lines_of_one_partition_flow(tmp_path: Path) -> None:
    """6 MB of keys in one partition, under 4 MiB: sorted, and written into one file."""
    keys = db.range(30_000, 16).map(lambda i: long_key(i % 20_000))
    plain = Counter(long_key(i % 20_000) for i in range(30_000)).most_common()
    with treadle.config.set(working_memory="4 MiB", num_workers=2):
        counts = keys.frequencies(sort=True)
        assert counts.take(3) == tuple(plain[:3])
        assert counts.map(ONE_BY_ONE).compute() == [count for _, count in plain]
        for name in ("counts.txt", "counts.txt.gz", "counts.txt.bz2", "counts.txt.xz", "counts.txt.zst"):
            (path,) = counts.map(operator.itemgetter(0)).to_textfiles([tmp_path / name])
            assert db.read_text(path).map(str.strip).count().compute() == 20_000
    assert (tmp_path / "counts.txt").read_text() == "\n".join(key for key, _ in plain)
    (path,) = bag_of(db).distinct().map(str).to_textfiles([tmp_path / "ended"], last_endline=True)
    assert Path(path).read_text() == "".join(f"{item}\n" for item, _ in PAIRS)
    empty = [str(tmp_path / "empty.gz")]
    assert bag_of(db).distinct().filter(bool_of_none).map(str).to_textfiles(empty) == empty
    assert db.read_text(empty).compute() == []
    texts = db.from_sequence(["", "b", "", "a"] * 20, npartitions=20).distinct()
    (path,) = texts.to_textfiles([tmp_path / "with an empty line"])
    assert Path(path).read_text() == "\nb\na"


def test_a_partition_that_fails_half_way_leaves_no_file(tmp_path: Path) -> None:
    def fails(pair: tuple[int, int]) -> str:
        if pair == PAIRS[-1]:
            raise ValueError("late")
        return str(pair)

    written = bag_of(db).frequencies().map(fails)
    with pytest.raises(ValueError, match="late"):
        written.to_textfiles(tmp_path / "*.txt")
    with pytest.raises(TypeError, match="expected texts, found tuple"):
        bag_of(db).frequencies().to_textfiles(tmp_path / "*.txt")
    assert list(tmp_path.iterdir()) == []


class CountsCalls:
    """An executor that counts what it is asked for."""

    def __init__(self) -> None:
        self.executor = ThreadPoolExecutor(2)
        self.calls: Counter[str] = Counter()

    def submit(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        named = function
        while hasattr(named, "func"):
            named = named.func
        self.calls[getattr(named, "__name__", type(named).__name__)] += 1
        return self.executor.submit(function, *args, **kwargs)


def test_what_only_hands_pieces_on_is_no_call_of_a_worker() -> None:
    """Of 21 partitions and 16 parts: a call a partition, and three a part; not one a piece of a partition."""
    calls = CountsCalls()
    counts = bag_of(db).frequencies()
    assert bag_of(db).npartitions == 21
    parts = counts._pieces.num_blocks
    assert counts.compute(scheduler=calls) == PAIRS
    assert parts == 16
    assert sum(calls.calls.values()) <= 21 + 3 * parts, calls.calls
    calls.calls.clear()
    groups = bag_of(db).groupby(lambda item: item % 3)
    assert len(groups.compute(scheduler=calls)) == 3
    assert sum(calls.calls.values()) <= 2 * 21, calls.calls
    calls.calls.clear()
    assert bag_of(db).take(3, npartitions=-1) == tuple(ITEMS[:3])
    assert bag_of(db).repartition(5).count().compute(scheduler=calls) == len(ITEMS)
    assert sum(calls.calls.values()) <= 5 + 1, calls.calls
