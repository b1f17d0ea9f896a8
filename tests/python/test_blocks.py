"""The bridge between Python and the task graph: calls as blocks, values both ways."""

# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

import collections
import dataclasses
import gc
import pickle
import threading
import weakref

import numpy as np
import pandas as pd
import pytest
from treadle import _core


def compute(*rows, **options):
    return _core.compute_blocks(list(rows), _core.ComputeOptions(**options))


def call(function, *args, token=None, **kwargs):
    return _core.call_one(function, args, kwargs, getattr(function, "__name__", "f"), token)


class Lazy:
    """A lazy object of the simplest kind."""

    def __init__(self, row, finish=list):
        self.row, self.finish = row, finish

    def __treadle_blocks__(self):
        return self.row, self.finish


def echo(*args, **kwargs):
    return args, kwargs


@dataclasses.dataclass(frozen=True)
class Point:
    x: object
    y: object = 0


Pair = collections.namedtuple("Pair", "a b")


def test_lazy_values_are_found_in_containers_of_all_kinds():
    row = _core.keep_blocks([1, 2, 3])
    three = Lazy(row[2], lambda values: values[0])
    all_of_it = [three, (three,), {three: 1}, {"k": [three]}, slice(0, three), Pair(three, 5), Point(three), {three}]
    ((answer,),) = compute(call(echo, all_of_it, Lazy(row), k=three))
    assert answer == (([3, (3,), {3: 1}, {"k": [3]}, slice(0, 3), Pair(3, 5), Point(3), {3}], [1, 2, 3]), {"k": 3})
    assert isinstance(answer[0][0][5], Pair)


def test_what_holds_nothing_lazy_stays_the_same_object():
    constants = [1, {"a": (2, 3)}]
    assert compute(call(lambda x: x is constants, constants)) == [[True]]


def test_a_list_that_holds_itself_is_an_error():
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(RecursionError, match="lazy values"):
        call(echo, endless)


def test_equal_tokens_are_one_task_and_no_token_is_a_task_of_its_own():
    seen: list[int] = []
    twice = [call(seen.append, 1, token="same") for _ in range(2)]
    compute(*twice)
    assert seen == [1]
    compute(*[call(seen.append, 2) for _ in range(2)])
    assert seen == [1, 2, 2]


def test_calls_of_a_row_see_their_block_and_their_number():
    row = _core.call_each(lambda number, base: number * base, (10,), {}, 3, "times", numbered=True)
    both = _core.call_each(lambda a, b: (a, b), (row, row[1]), {}, 3, "both")
    assert compute(row, both) == [[0, 10, 20], [(0, 10), (10, 10), (20, 10)]]
    with pytest.raises(ValueError, match="rows of 4 blocks or of one, found 3"):
        _core.call_each(echo, (row,), {}, 4, "echo")


def test_blocks_are_joined_and_kept():
    row = _core.join_blocks([_core.keep_blocks(["a", "b"]), call(echo)])
    (kept,) = _core.persist_blocks([row], _core.ComputeOptions())
    assert compute(kept) == [["a", "b", ((), {})]]
    assert kept.num_blocks == 3


def test_what_a_function_raises_names_its_task():
    def fails():
        raise KeyError("x")

    with pytest.raises(KeyError) as caught:
        compute(call(fails))
    assert caught.value.__notes__[0].startswith("in the task fails-")
    assert caught.traceback[-1].name == "fails"


def test_functions_are_called_through_a_runner():
    names = []

    def runner(function, *args, **kwargs):
        names.append(function.__name__)
        return function(*args, **kwargs)

    numbers = _core.call_each(divmod, (3,), {}, 2, "divmod", numbered=True)
    row = call(echo, call(abs, -1), numbers, k=2)
    assert _core.compute_blocks([row], _core.ComputeOptions(), runner) == [[((1, [(0, 0), (0, 1)]), {"k": 2})]]
    assert sorted(names) == ["abs", "divmod", "divmod", "echo"]


def test_values_are_dropped_without_the_gil_and_in_the_end_freed():
    class Big:
        pass

    alive: list[weakref.ref[Big]] = []

    def make():
        big = Big()
        alive.append(weakref.ref(big))
        return big

    compute(call(lambda bigs: len(bigs), [Lazy(call(make), lambda v: v[0]) for _ in range(200)]))
    for _ in range(3):
        compute(call(echo))
        gc.collect()
    assert not any(ref() for ref in alive)


class Part:
    """Something large that says when it is written."""

    written = 0

    def __init__(self, data):
        self.data = data
        self.nbytes = len(data)

    def __reduce__(self):
        Part.written += 1
        return Part, (self.data,)


def test_values_spill_by_pickle():
    parts = [call(lambda i: Part(bytes([i]) * (1 << 20)), i) for i in range(40)]
    first = call(sum, [call(lambda part: part.nbytes, part) for part in parts])
    again = call(sum, [call(lambda part, first: part.data[-1] + first, part, first) for part in parts])
    assert compute(again, working_memory=16 << 20) == [[sum(range(40)) + 40 * (40 << 20)]]
    assert Part.written > 0


class Lent:
    """Lends its memory to the pickle."""

    def __init__(self, data):
        self.data = data
        self.nbytes = len(data)

    def __reduce_ex__(self, protocol):
        return Lent, (pickle.PickleBuffer(self.data),)


def test_memory_that_a_pickle_mentions_is_spilled_without_a_copy():
    parts = [call(lambda i: Lent(bytes([i]) * (1 << 20)), i) for i in range(40)]
    first = call(sum, [call(lambda part: part.nbytes, part) for part in parts])
    again = call(list, [call(lambda part, first: (type(part.data), part.data[-1]), part, first) for part in parts])
    (back,) = compute(again, working_memory=16 << 20)[0]
    assert [last for _, last in back] == list(range(40))
    # In the pickle it would have come back as bytes.
    assert {kind for kind, _ in back} == {bytes, memoryview}


def test_arrays_and_frames_come_back_as_they_were():
    def make(i):
        rows = np.arange(1 << 17, dtype="f8").reshape(2, -1) + i
        fixed = rows[0].copy()
        fixed.flags.writeable = False
        frame = pd.DataFrame({"x": rows[1], "text": ["é" * (i % 3)] * len(rows[1])})
        return rows, np.asfortranarray(rows), fixed, frame, np.ones((0, 3)), np.float32(i)

    def same(found, i, first):
        rows, columns, fixed, frame, none, number = found
        want = make(i)
        np.testing.assert_array_equal(rows, want[0])
        np.testing.assert_array_equal(columns, want[1])
        pd.testing.assert_frame_equal(frame, want[3])
        return bool(
            rows.flags.writeable
            and columns.flags.f_contiguous
            and not fixed.flags.writeable
            and none.shape == (0, 3)
            and number == i
        )

    parts = [call(make, i) for i in range(20)]
    first = call(len, [call(len, part) for part in parts])
    again = call(list, [call(same, part, i, first) for i, part in enumerate(parts)])
    assert compute(again, working_memory=16 << 20) == [[[True] * 20]]


def test_threads_may_compute_at_once():
    results: dict[int, object] = {}

    def work(i):
        results[i] = compute(call(sum, [Lazy(call(abs, -k), lambda v: v[0]) for k in range(i)]))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {i: [[sum(range(i))]] for i in range(8)}
