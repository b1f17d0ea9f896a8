"""treadle.delayed against dask.delayed: the same script under both, and what only Treadle promises."""

# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

import collections
import dataclasses
import itertools
import operator
import pickle
from typing import Any

import cloudpickle
import pytest
import treadle
from treadle import delayed
from treadle.delayed import Delayed

Pair = collections.namedtuple("Pair", "a b")

dask: Any = pytest.importorskip("dask")


@dataclasses.dataclass
class Point:
    x: Any
    y: Any = 0


def inc(x):
    return x + 1


def add(a, b=0):
    return a + b


def collect(*args, **kwargs):
    return args, kwargs


class Counter:
    def __init__(self, start=0):
        self.count = start

    def plus(self, n, times=1):
        return Counter(self.count + n * times)

    def __eq__(self, other):
        return isinstance(other, Counter) and other.count == self.count

    __hash__ = None  # type: ignore[assignment]


# Each is run under Treadle's delayed and under Dask's; the results must be equal.
CASES: dict[str, Any] = {
    "call": lambda d: d(inc)(1),
    "nested": lambda d: d(add)(d(inc)(1), b=d(inc)(2)),
    "list": lambda d: d(sum)([d(inc)(i) for i in range(10)]),
    "dict": lambda d: d(collect)({"a": d(inc)(1), d(inc)(2): 3}),
    "containers": lambda d: d(collect)((d(inc)(1),), {d(inc)(2)}, slice(d(inc)(0), None, 2), [[[d(inc)(3)]]]),
    "named tuple": lambda d: d(collect)(Pair(d(inc)(1), 2)),
    "data class": lambda d: d(collect)(Point(d(inc)(1))),
    "value": lambda d: d([1, 2, 3]),
    "lazy list": lambda d: d([d(inc)(1), (2, {"k": d(inc)(2)})]),
    "attribute": lambda d: d(Counter)(3).count,
    "method": lambda d: d(Counter)(3).plus(d(inc)(1), times=2),
    "method of a value": lambda d: d("a-b").upper().split("-"),
    "item": lambda d: d({"a": [1, 2]})["a"][d(inc)(0)],
    "slice": lambda d: d(list)(range(10))[2:8:3],
    "operators": lambda d: ((d(3) + 2) * d(4) - 1) ** 2 // 7 % 5,
    "reflected": lambda d: 10 - d(3) + 2 * d(4) / d(2),
    "bits": lambda d: ((d(6) & 3) | (8 ^ d(1))) << 2 >> 1,
    "comparison": lambda d: d(collect)(d(1) < 2, d(1) >= 2, d(1) == 1, d(1) != 1),
    "unary": lambda d: d(collect)(-d(1), +d(1), abs(d(-4)), ~d(5)),
    "divmod": lambda d: d(divmod)(7, 2),
    "call of a result": lambda d: d(operator.methodcaller)("upper")("abc"),
    "unpacked": lambda d: operator.add(*d(divmod, nout=2)(17, 5)),
    "decorated": lambda d: d(pure=True)(inc)(4),
    "keyword only": lambda d: d(collect)(z=d(inc)(1), a=2),
    "untouched": lambda d: d(collect)([1, {"a": (2, 3)}], None, "text"),
}


@pytest.mark.parametrize("case", CASES)
def test_like_dask(case, regime):
    ours = CASES[case](treadle.delayed)
    assert isinstance(ours, Delayed)
    assert ours.compute() == CASES[case](dask.delayed).compute(scheduler="sync")


@pytest.mark.parametrize(
    "bad",
    {
        "truth": lambda d: bool(d(1)),
        "iteration": lambda d: list(d(inc)(1)),
        "length": lambda d: len(d(inc)(1)),
        "item assignment": lambda d: operator.setitem(d([1]), 0, 2),
        "attribute assignment": lambda d: setattr(d([1]), "a", 2),
        "private attribute": lambda d: d(1)._private,
        "nout": lambda d: d(inc, nout=-1),
        "nout as text": lambda d: d(inc, nout="2"),
    }.items(),
    ids=lambda item: item[0],
)
def test_refuses_as_dask_does(bad):
    with pytest.raises(Exception) as theirs:
        bad[1](dask.delayed)
    with pytest.raises(type(theirs.value)) as ours:
        bad[1](treadle.delayed)
    if bad[0] != "private attribute":
        assert str(ours.value) == str(theirs.value)


def test_nothing_runs_before_compute():
    calls: list[int] = []
    lazy = delayed(calls.append)(1)
    assert calls == []
    lazy.compute()
    assert calls == [1]


def test_the_capability_list_s_loop_is_sixteen_tasks():
    def double(x):
        return x + 2

    output = []
    for x in range(5):
        a = delayed(inc)(x)
        b = delayed(double)(x)
        output.append(delayed(add)(a, b))
    total = delayed(sum)(output)
    assert total.visualize(filename=None, format="dot").content.count(b"label=") == 16
    assert total.compute() == 35


def test_results_share_what_both_need():
    calls: list[int] = []

    def load(x):
        calls.append(x)
        return x

    base = delayed(load)(7)
    assert treadle.compute(base + 1, base * 2) == (8, 14)
    assert calls == [7]


def test_pure_calls_are_one_task_and_impure_ones_are_many():
    calls: list[int] = []

    def note(x):
        calls.append(x)
        return x

    pure = delayed(note, pure=True)
    assert pure(1).key == pure(1).key != pure(2).key
    assert delayed(note)(1).key != delayed(note)(1).key
    assert delayed(sum)([pure(1), pure(1)]).compute() == 2
    assert calls == [1]
    with treadle.config.set(delayed_pure=True):
        assert delayed(note)(3).key == delayed(note)(3).key
    assert delayed(note)(3, pure=True).key == pure(3).key


def test_names_and_keys():
    assert delayed(inc)(1, dask_key_name="mine").key == "mine"
    assert delayed(5, name="five").key == "five"
    assert delayed(inc)(1).key.startswith("inc-")
    assert repr(delayed(inc)(1, dask_key_name="mine")) == "Delayed('mine')"
    assert delayed(inc).__name__ == "inc"
    assert delayed(inc).__wrapped__ is inc


def test_methods_may_be_decorated():
    class Model:
        factor = 3

        @delayed
        def times(self, x):
            return self.factor * x

    assert Model().times(4).compute() == 12


def test_compute_looks_into_containers_and_leaves_other_values_alone():
    lazy = delayed(inc)(1)
    assert treadle.compute(lazy, [lazy, {"a": (lazy, 5)}], "text", Pair(lazy, 0), Point(lazy)) == (
        2,
        [2, {"a": (2, 5)}],
        "text",
        Pair(2, 0),
        Point(2),
    )
    assert treadle.compute([lazy], traverse=False) == ([lazy],)


def test_containers_keep_their_kinds():
    lazy = delayed(inc)(1)
    ordered = collections.OrderedDict(b=lazy, a=1)
    grouped = collections.defaultdict(list, a=[lazy])
    found = treadle.compute(ordered, grouped, {lazy: 1}, iter([lazy, 3]), (x for x in [lazy]))
    assert found == ({"b": 2, "a": 1}, {"a": [2]}, {2: 1}, [2, 3], [2])
    assert isinstance(found[0], collections.OrderedDict)
    assert found[1]["new"] == []
    assert ordered["b"] is lazy
    assert treadle.compute(lazy, collections.Counter("aab")) == (2, {"a": 2, "b": 1})
    assert list(treadle.compute(iter([1, 2]))[0]) == [1, 2]


def test_keys_may_be_tuples():
    lazy = delayed(inc)(1, dask_key_name=("x", 0))
    assert lazy.key == ("x", 0)
    assert treadle.get(dict(lazy.dask), ("x", 0)) == 2


def test_persist_keeps_values():
    calls: list[int] = []

    def note(x):
        calls.append(x)
        return x

    first, second = treadle.persist(delayed(note)(1), delayed(note)(2))
    third = delayed(note)(3).persist()
    assert sorted(calls) == [1, 2, 3]
    assert (first + second + third).compute() == 6
    assert sorted(calls) == [1, 2, 3]


def test_a_chain_ten_thousand_deep():
    lazy = delayed(0)
    step = delayed(inc)
    for _ in range(10_000):
        lazy = step(lazy)
    assert lazy.compute() == 10_000
    del lazy  # without ten thousand nested destructors


def test_a_hundred_thousand_calls_wide():
    step = delayed(inc)
    assert delayed(sum)([step(i) for i in range(100_000)]).compute() == sum(range(1, 100_001))


def test_an_argument_that_holds_itself_is_an_error():
    endless: list[Any] = []
    endless.append([endless, delayed(inc)(1)])
    with pytest.raises(RecursionError):
        delayed(collect)(endless)


def test_errors_keep_their_type_their_line_and_name_the_task():
    def fails(x):
        raise KeyError(x)

    with pytest.raises(KeyError, match="missing") as caught:
        delayed(add)(delayed(fails)("missing"), 1).compute()
    assert caught.traceback[-1].name == "fails"
    assert caught.value.__notes__[0].startswith("in the task fails-")


def test_retries():
    left = [2]

    def flaky():
        if left[0]:
            left[0] -= 1
            raise OSError("not yet")
        return "there"

    with treadle.annotate(retries=2):
        lazy = delayed(flaky)()
    assert treadle.get_annotations() == {}
    assert lazy.compute() == "there"
    with pytest.raises(TypeError, match="retries"), treadle.annotate(retries=-1):
        pass


def test_pickled_values_are_the_same_work():
    lazy = delayed(add)(delayed(inc, pure=True)(1), b=[delayed(5).persist()][0])
    for library in (pickle, cloudpickle):
        again = library.loads(library.dumps(lazy))
        assert again.key == lazy.key
        assert again.compute() == 7
    leaf = pickle.loads(pickle.dumps(delayed(inc)))
    assert leaf(1).compute() == 2


def test_what_stands_on_frames_is_pickled_uncomputed(tmp_path):
    import treadle.dataframe as dd

    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    frame = dd.read_csv(path)
    parts = frame.to_delayed()
    whole = delayed(len)(frame[frame.a > 1])
    for lazy, answer in ((parts[0].b.sum(), 6), (whole, 1)):
        again = cloudpickle.loads(cloudpickle.dumps(lazy))
        assert again.key == lazy.key
        assert again.compute() == answer


def test_dask_computes_ours():
    assert dask.is_dask_collection(delayed(inc)(1))
    assert dask.compute(delayed(inc)(1), dask.delayed(inc)(2), scheduler="sync") == (2, 3)


def test_tokens_tell_content():
    from treadle.base import normalize_token, tokenize

    assert tokenize([1, {"a": 2.5}], x=1) == tokenize([1, {"a": 2.5}], x=1)
    assert tokenize(1) != tokenize(1.0) != tokenize("1")
    assert tokenize({1, 2}) == tokenize({2, 1})
    assert tokenize(lambda x: x + 1) != tokenize(lambda x: x + 2)

    class Own:
        def __init__(self, n):
            self.n = n

    normalize_token.register(Own, lambda own: own.n)
    assert tokenize(Own(1)) == tokenize(Own(1)) != tokenize(Own(2))
    import threading

    with pytest.raises(RuntimeError, match="lock"):
        tokenize(threading.Lock(), ensure_deterministic=True)


def test_frames_and_calls_in_one_graph():
    pd = pytest.importorskip("pandas")
    dd = pytest.importorskip("treadle.dataframe")
    frame = dd.from_pandas(pd.DataFrame({"a": [1, 2, 3]}), npartitions=2)
    assert treadle.compute(frame.a.sum(), delayed(len)(frame), delayed(inc)(frame.a.max())) == (6, 3, 4)


def test_the_graph_of_a_value_has_all_its_tasks():
    one, two = delayed(inc)(1), delayed(inc)(2)
    last = delayed(collect)(
        one, [two, {"k": (one, {"text"})}], "text", ["inc", 1], (len, "abc"), slice(one, None), name=two, plain="name"
    )
    assert set(last.dask) == {last.key, one.key, two.key}
    expected = last.compute()
    assert expected[0][2:5] == ("text", ["inc", 1], (len, "abc"))
    assert treadle.get(last.dask, last.key) == expected
    assert dask.get(last.dask, last.key) == expected
    assert treadle.multiprocessing.get(last.dask, last.key) == expected


def test_the_graph_of_named_tuples_and_data_classes():
    one = delayed(inc)(1)
    last = delayed(collect)(Pair(one, "x"), Point(one), {one})
    assert dask.get(last.dask, last.key) == treadle.get(last.dask, last.key) == last.compute()
    named = delayed(inc)(5, dask_key_name="six")
    assert list(named.dask) == ["six"]
    assert delayed(7).dask


def test_the_graph_of_what_collections_make():
    import treadle.array as da
    import treadle.bag as db

    bag = db.range(6, npartitions=3).map(inc)
    total = delayed(sum)(bag)
    assert len(total.dask) >= 4
    assert dask.get(total.dask, total.key) == treadle.get(total.dask, total.key) == 21
    part = bag.to_delayed()[1]
    assert list(dask.get(part.dask, part.key)) == [3, 4]
    array = delayed(lambda values: values.sum())(da.arange(6, chunks=2))
    assert dask.get(array.dask, array.key) == 15


@pytest.mark.parametrize("kind", [list, tuple, set])
def test_iterators_of_containers_are_looked_into(kind: Any) -> None:
    parts = [delayed(1), delayed(2)]
    total = delayed(sum)(iter(kind(parts)))
    assert total.compute() == 3
    assert total.compute() == 3  # what the iterator had is still there
    begun = iter([delayed(5), 6, 7])
    next(begun)
    assert delayed(list)(begun).compute() == [6, 7]
    assert delayed(type)(iter(kind(parts))).compute() is kind


def test_generators_are_handed_on_as_they_are() -> None:
    numbers = (i for i in itertools.count())
    assert delayed(next)(numbers).compute() == 0
    assert next(numbers) == 1
