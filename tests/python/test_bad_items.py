"""What bags, delayed calls and futures say of bad input: where it is, and what was expected."""

# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

import json
import threading
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import pytest
import treadle
import treadle.bag as db
from treadle import delayed
from treadle.distributed import Client, as_completed, wait
from treadle.errors import CycleError, InvalidArgument, ParseError

MILLION = 1_000_000


def not_the_last(x):
    if x == MILLION - 1:
        raise ZeroDivisionError("the last one")
    return x


@pytest.mark.parametrize("scheduler", ["sync", "threads", "processes"])
def test_the_millionth_item_is_shown(scheduler):
    bag = db.range(MILLION, 4).map(not_the_last)
    with pytest.raises(ZeroDivisionError, match="the last one") as raised:
        bag.sum().compute(scheduler=scheduler, num_workers=2)
    assert "item 249999 of partition 3: 999999" in raised.value.__notes__


def test_an_item_of_native_text_is_shown_as_well(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("1\n2\nthree\n")
    numbers = db.read_text(tmp_path / "x.txt").str.strip().map(int)
    with pytest.raises(ValueError, match="invalid literal") as raised:
        numbers.compute()
    assert "item 2 of partition 0: 'three'" in raised.value.__notes__


@pytest.mark.parametrize(
    ("step", "note"),
    [
        (lambda bag: bag.filter(lambda x: 1 / x), "item 0 of partition 0: 0"),
        (lambda bag: bag.remove(lambda x: 1 / (x - 3)), "item 1 of partition 1: 3"),
        (lambda bag: bag.map(lambda x: x / 0 if x == 1 else x).filter(bool), "item 1 of partition 0: 1"),
        (lambda bag: db.zip(bag, bag).starmap(lambda x, y: 1 / (x - 2)), "item 0 of partition 1: (2, 2)"),
        (
            lambda bag: db.zip(bag, bag).starmap(lambda x, y, z: 1 / (x - 3 - z), z=bag.min()),
            "item 1 of partition 1: (3, 3)",
        ),
        (lambda bag: bag.map(lambda x, y: x / (y - 3), bag), "item 1 of partition 1: (3, 3)"),
        (lambda bag: bag.fold(lambda total, x: 1 / (x - 3), initial=0), "item 1 of partition 1: 3"),
        (lambda bag: bag.accumulate(lambda total, x: 1 / (x - 3)), "item 1 of partition 1: 3"),
        (lambda bag: bag.topk(1, key=lambda x: 1 / (x - 2)), "item 0 of partition 1: 2"),
        (lambda bag: bag.distinct(key=lambda x: 1 / x), "item 0 of partition 0: 0"),
        (lambda bag: bag.groupby(lambda x: 1 / (x - 1)), "item 1 of partition 0: 1"),
        (lambda bag: bag.foldby(lambda x: 1 / (x - 1), max, 0), "item 1 of partition 0: 1"),
        (lambda bag: bag.foldby(lambda x: 0, lambda total, x: 1 / (x - 3), 0), "item 1 of partition 1: 3"),
        (lambda bag: bag.join([5], lambda x: 1 / (x - 2)), "item 0 of partition 1: 2"),
        (lambda bag: bag.join([5, 6], bool, lambda x: 1 / (x - 6)), "item 1 of the other side: 6"),
        (lambda bag: bag.map_partitions(lambda part: [1 / (x - 2) for x in part]), "partition 1"),
        (lambda bag: bag.reduction(lambda part: 1 / (part[0] - 2), sum), "partition 1"),
    ],
)
def test_every_step_shows_its_item(step, note):
    with pytest.raises(ZeroDivisionError) as raised:
        step(db.range(4, 2)).compute()
    assert note in raised.value.__notes__


@pytest.mark.parametrize(
    "ask",
    [
        lambda bag: bag.flatten(),
        lambda bag: bag.sum(),
        lambda bag: bag.max(),
        lambda bag: bag.mean(),
        lambda bag: bag.var(),
        lambda bag: bag.str.upper(),
        lambda bag: bag.filter(lambda x: x is not None).topk(3),
        lambda bag: bag.filter(lambda x: x is not None).map(lambda x: [x]).frequencies(),
    ],
)
def test_an_item_of_another_kind_is_shown(ask):
    with pytest.raises((TypeError, AttributeError)) as raised:
        ask(db.from_sequence([1, 2, "three", None], npartitions=1)).compute()
    assert "item " in raised.value.__notes__[0]
    assert "of partition 0: " in raised.value.__notes__[0]


# U+00E9 in Latin-1, a lonely continuation, an overlong slash, half a surrogate pair, a text that ends too early.
@pytest.mark.parametrize("bad", [b"\xe9", b"\x80", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf0\x9f\x98"])
def test_bad_utf_8_is_an_error_or_replaced_or_left_out(tmp_path: Path, bad: bytes) -> None:
    path = tmp_path / "bad.txt"
    content = b"good\nab" + bad + b"cd\nend"
    path.write_bytes(content)
    with pytest.raises(ParseError, match=rf"bad.txt:2: expected text .*found the byte {bad[0]:#x} at offset 7"):
        db.read_text(path).compute()
    for errors in ("replace", "ignore"):
        found = db.read_text(path, errors=errors).compute()
        assert found == content.decode(errors=errors).splitlines(keepends=True)


def test_bad_json_names_file_and_line_wherever_it_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    lines = [json.dumps({"n": i}) for i in range(5_000)]
    lines[4_321] = '{"n": '
    path.write_text("\n".join(lines))
    for blocksize in (None, 4_000):
        with pytest.raises(json.JSONDecodeError, match="Expecting value") as raised:
            db.read_text(path, blocksize=blocksize).map(json.loads).pluck("n").sum().compute()
        notes = raised.value.__notes__
        assert (f"line 4322 of {path}" if blocksize is None else f"a line of {path}") in notes
        assert any("'{\"n\": \\n'" in note for note in notes)


def test_empty_files_and_bags(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "b.txt").write_text("")
    for bag in (db.read_text(tmp_path / "*.txt"), db.from_sequence([]), db.range(10, 3).filter(lambda x: x > 10)):
        assert bag.compute() == []
        assert bag.count().compute() == 0
        assert bag.frequencies().compute() == []
        assert bag.frequencies().topk(3, key=1).compute() == []
        assert bag.distinct().compute() == []
        assert bag.topk(2).compute() == []
        assert bag.groupby(lambda x: x).compute() == []
        assert bag.foldby(lambda x: x, lambda a, b: a, 0).compute() == []
        assert bag.map(str).flatten().compute() == []
        with pytest.warns(UserWarning, match="Insufficient elements"):
            assert bag.take(1, npartitions=-1) == ()
        with pytest.raises(ValueError):
            bag.max().compute()
        with pytest.raises((ZeroDivisionError, ValueError)):  # as Dask has it, of one partition and of several
            bag.mean().compute()


def test_what_needs_itself_is_an_error():
    arguments: list[object] = []
    call = delayed(sum)
    arguments.append(arguments)
    with pytest.raises((ValueError, RecursionError, CycleError)):
        call(arguments).compute()
    with pytest.raises(CycleError, match=r"a.*b|b.*a"):
        treadle.get({"a": (abs, "b"), "b": (abs, "a")}, "a")
    with pytest.raises(CycleError, match="'b' -> 'b'"):  # wherever it is
        treadle.get({"a": 1, "b": (1, "b")}, "a")
    assert treadle.get({0: 0}, 0) == 0


def test_what_hangs_on_a_cancelled_future_is_cancelled():
    gate = threading.Event()
    with Client(n_workers=1, threads_per_worker=1, set_as_default=False) as client:
        running = client.submit(gate.wait, 30, pure=False)
        queued = client.submit(abs, -1, pure=False)
        after = client.submit(abs, queued, pure=False)
        queued.cancel()
        for one in (queued, after):
            with pytest.raises(CancelledError, match=one.key):
                one.result(timeout=30)
        assert wait([queued, after]).done == {queued, after}
        assert {one.status for one in as_completed([queued, after])} == {"cancelled"}
        running.cancel()  # its thread is given to the next call, though the function goes on
        assert client.submit(abs, -3).result(timeout=30) == 3
        gate.set()


def test_a_lost_future_says_what_became_of_its_client():
    gate = threading.Event()
    client = Client(n_workers=1, threads_per_worker=1, set_as_default=False)
    lost = client.submit(gate.wait, 30, pure=False)
    queued = client.submit(abs, -1, pure=False)
    done = client.scatter(5)
    client.close()
    gate.set()
    for one in (lost, queued):
        assert one.status == "lost"
        with pytest.raises(CancelledError, match="the client was closed before its result was there"):
            one.result()
    assert done.result() == 5
    for act in (lambda: client.submit(abs, -1), lambda: client.map(abs, [1]), lambda: client.scatter(1)):
        with pytest.raises(InvalidArgument, match="expected an open client; this one was closed"):
            act()
    with pytest.raises(ValueError, match=r"expected an open client|closed"):
        delayed(abs)(-1).compute(scheduler=client)


def test_functions_that_are_none():
    three: Any = 3
    with pytest.raises(TypeError, match="callable"):
        db.range(3, 1).map(three).compute()
    with Client(n_workers=1, set_as_default=False) as client:
        for act in (lambda: client.submit(three), lambda: client.map(three, [1])):
            with pytest.raises(TypeError, match="must be a callable function"):
                act()


def test_unknown_ways_out_of_bad_text_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(b"x")
    with pytest.raises(LookupError, match="never"):
        db.read_text(tmp_path / "x.txt", errors="never")
