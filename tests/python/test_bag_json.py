"""JSON lines: what is read, kept and picked without Python is what Python would keep and pick."""

import json
import math
import operator
import pickle
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import cloudpickle
import pytest
import treadle
import treadle.bag as db
from treadle.bag.simple_functions import tree_of

LEAST = 3
RECORDS: list[Any] = [
    {"a": 1, "s": "x", "user": {"name": "Ann", "tags": [1, 2, 3]}, "none": None, "ok": True},
    {"a": 3.5, "s": "é", "user": {"name": "Bob", "tags": []}, "none": None, "ok": False},
    {"a": True, "s": "", "user": {"name": "", "tags": [None]}, "none": 0, "ok": True},
    {"a": -(2**63), "s": "\U0001f600", "user": {"name": "é", "tags": ["x"]}, "none": None, "ok": 1},
    {"a": 2**53 + 1, "s": "z\u0000", "user": {"name": "Z", "tags": [1.0]}, "none": "", "ok": 0.0},
    {"a": 9007199254740992.0, "s": "\uffff", "user": {"name": "x", "tags": [[]]}, "none": [], "ok": -0.0},
]


@pytest.fixture
def path(tmp_path: Path) -> str:
    for i in range(3):
        lines = (json.dumps(one, ensure_ascii=i % 2 == 0) for one in RECORDS[i:] + RECORDS[:i])
        (tmp_path / f"{i}.json").write_text("\n".join(lines), encoding="utf-8")
    return str(tmp_path / "*.json")


def defined(record: Any) -> bool:
    """A function that is no lambda."""
    return record["a"] != 1  # type: ignore[no-any-return]


def closure(least: Any) -> Callable[[Any], Any]:
    return lambda record: record["a"] >= least


SIMPLE: dict[str, Callable[[Any], Any]] = {
    "equal text": lambda r: r["s"] == "é",
    "unequal number": lambda r: r["a"] != 1,
    "a bool is a number": lambda r: r["a"] == True,  # noqa: E712
    "less": lambda r: r["a"] < 3,
    "integers beyond floats": lambda r: r["a"] > 9007199254740992,
    "texts by code points": lambda r: r["s"] >= "\ufffe",
    "chained": lambda r: 0 < r["a"] <= 3.5,
    "and": lambda r: r["ok"] and r["a"] > 1,
    "or": lambda r: r["none"] or r["a"] > 1,
    "both": lambda r: (r["ok"] or r["none"]) and not (r["a"] == 1 and r["s"] == "x"),
    "condition": lambda r: r["a"] if r["ok"] else r["s"],
    "deep": lambda r: r["user"]["name"] == "Ann",
    "is none": lambda r: r["none"] is None,
    "is not none": lambda r: r["none"] is not None,
    "equals none": lambda r: r["none"] == None,  # noqa: E711
    "in": lambda r: r["s"] in ("x", "é", None),
    "not in": lambda r: r["a"] not in [1, 2, 3.5],
    "in a set": lambda r: r["s"] in {"x", "z\u0000"},
    "has": lambda r: "a" in r,
    "has not": lambda r: "b" not in r["user"],
    "get": lambda r: r.get("b") is None,
    "get with default": lambda r: r.get("b", 4) > LEAST,
    "get of get": lambda r: r.get("user").get("name"),
    "truth of a list": lambda r: r["user"]["tags"],
    "truth": lambda r: r["ok"],
    "variable": lambda r: r["a"] > LEAST,
    "closure": closure(3.5),
    "text above all": closure(math.inf),
    "constant": lambda r: True,
    "function": defined,
}
PYTHON_S: dict[str, Callable[[Any], Any]] = {
    "called": lambda r: len(r["s"]) == 1,
    "method": lambda r: r["s"].startswith("x"),
    "arithmetic": lambda r: r["a"] + 1 > 3,
    "list": lambda r: [r["a"]],
    "type": lambda r: isinstance(r, dict) and r["a"] == 1,
    "loop": lambda r: any(one for one in r["user"]["tags"]),
}


@pytest.mark.parametrize("name", [*SIMPLE, *PYTHON_S])
def test_filters_are_those_of_python(path: str, name: str, regime: str) -> None:
    predicate = {**SIMPLE, **PYTHON_S}[name]
    expected = [one for i in range(3) for one in RECORDS[i:] + RECORDS[:i] if predicate(one)]
    loaded = db.read_text(path).map(json.loads)
    assert loaded.filter(predicate).compute() == expected
    assert loaded.filter(predicate).pluck("user").pluck("name").compute() == [one["user"]["name"] for one in expected]
    assert loaded.remove(predicate).count().compute() == 3 * len(RECORDS) - len(expected)


@pytest.mark.parametrize("name", SIMPLE)
def test_simple_functions_are_read(name: str) -> None:
    read = tree_of(SIMPLE[name])
    assert read is not None


@pytest.mark.parametrize("name", PYTHON_S)
def test_other_functions_are_python_s(name: str) -> None:
    assert tree_of(PYTHON_S[name]) is None


def test_what_is_no_plain_function_of_one_argument_is_python_s() -> None:
    def assigned(record: Any) -> Any:
        value = record["a"]
        return value > 1

    def guarded(record: Any) -> Any:
        try:
            return record["a"]
        except KeyError:
            return None

    def made(record: Any) -> Any:
        yield record["a"]

    class Called:
        def __call__(self, record: Any) -> Any:
            return record["a"]

    several = [assigned, guarded, made, Called(), lambda *r: r[0], lambda r, *, k=1: r["a"], str.upper, None]
    assert [tree_of(one) for one in several] == [None] * len(several)
    assert tree_of(operator.itemgetter("a")) == ("part", ("item",), "a")
    assert tree_of(operator.itemgetter("a", "b")) is None


def test_parts_are_picked(path: str, regime: str) -> None:
    rows = [one for i in range(3) for one in RECORDS[i:] + RECORDS[:i]]
    loaded = db.read_text(path).map(json.loads)
    assert loaded.pluck("a").compute() == [one["a"] for one in rows]
    assert list(map(type, loaded.pluck("a").compute())) == [type(one["a"]) for one in rows]
    assert loaded.map(lambda r: r["user"]["tags"]).compute() == [one["user"]["tags"] for one in rows]
    assert loaded.map(operator.itemgetter("user")).compute() == [one["user"] for one in rows]
    assert loaded.pluck("b", 1.0).compute() == [1.0] * len(rows)
    assert loaded.pluck("b", None).compute() == [None] * len(rows)
    assert loaded.pluck("b", math.nan).map(math.isnan).compute() == [True] * len(rows)
    assert loaded.pluck("user").pluck("tags").pluck(0, "-").compute() == [
        (one["user"]["tags"] or ["-"])[0] for one in rows
    ]
    assert loaded.pluck(["a", "s"]).compute() == [(one["a"], one["s"]) for one in rows]
    assert loaded.pluck("a").filter(lambda a: a > LEAST).max().compute() == max(one["a"] for one in rows)
    assert loaded.filter(lambda r: r["a"] == 1).map(len).compute() == [5, 5, 5, 5, 5, 5]


def test_plans_show_what_runs_without_python(path: str) -> None:
    loaded = db.read_text(path).map(json.loads)
    plan = loaded.filter(lambda r: r["a"] > LEAST).pluck("s").explain()
    assert "read_text -> json -> filter -> pick -> items" in plan
    assert "python:" not in plan
    assert "read_text -> keep json" in loaded.filter(lambda r: r["ok"]).explain()
    assert "json" not in loaded.explain()


def test_variables_are_read_when_it_is_computed(path: str) -> None:
    least = 100.0
    kept = db.read_text(path).map(json.loads).filter(lambda r: r["a"] > least).pluck("a")  # noqa: F821
    assert kept.compute() == [2**53 + 1, 9007199254740992.0] * 3
    least = math.inf
    assert kept.compute() == []
    least = 9007199254740992
    assert kept.compute() == [2**53 + 1] * 3
    del least
    with pytest.raises(NameError, match="least"):
        kept.compute()


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ('{"b": 1}', KeyError),
        ('{"a": null}', TypeError),
        ('{"a": "x"}', TypeError),
        ('{"a": [1]}', TypeError),
        ("[1]", TypeError),
        ("7", TypeError),
        ("{oops", json.JSONDecodeError),
        ("", json.JSONDecodeError),
        ('\ufeff{"a": 1}', json.JSONDecodeError),
    ],
)
def test_what_python_raises_is_raised_and_says_where(tmp_path: Path, line: str, error: type[Exception]) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"a": 1}\n' * 5000 + line + "\n", encoding="utf-8")
    loaded = db.read_text(str(path)).map(json.loads)
    for lazy in (
        loaded.filter(lambda r: r["a"] < 3),
        loaded.filter(lambda r: r["a"] < 3).pluck("a"),
        loaded.pluck("a").filter(lambda a: a < 3),
    ):
        with pytest.raises(error) as found:
            lazy.compute()
        assert "item 5000 of partition 0" in found.value.__notes__[0]
        if error is json.JSONDecodeError:
            assert f"line 5001 of {path}" in found.value.__notes__[1]


def test_what_only_python_reads_is_read_by_it(tmp_path: Path) -> None:
    lines = [
        '{"a": NaN}',
        '{"a": 123456789012345678901}',
        '{"a": 18446744073709551615}',
        '{"a": "\\ud800"}',
        '{"a": 1e999}',
    ]
    for line in lines:
        (tmp_path / "x.json").write_text(f'{{"a": 1}}\n{line}\n')
        (tmp_path / "y.json").write_text('{"a": 2}\n')
        loaded = db.read_text(str(tmp_path / "*.json")).map(json.loads)
        expected = [json.loads(line)["a"]]
        assert repr(loaded.pluck("a").compute()) == repr([1, *expected, 2])
        assert repr(loaded.filter(lambda r: r["a"] != 1).compute()) == repr([{"a": expected[0]}, {"a": 2}])


def test_of_fields_of_one_name_the_last_counts(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"a": 1, "b": 0, "a": 2}\n')
    loaded = db.read_text(str(tmp_path / "x.json")).map(json.loads)
    assert loaded.filter(lambda r: r["a"] == 2).compute() == [{"a": 2, "b": 0}]
    assert loaded.pluck("a").compute() == [2]


@pytest.mark.parametrize("dumps", [pickle.dumps, cloudpickle.dumps])
def test_json_steps_travel(path: str, dumps: Callable[[Any], bytes]) -> None:
    lazy = db.read_text(path).map(json.loads).filter(defined).pluck("s")
    again = pickle.loads(dumps(lazy))
    assert again.compute() == lazy.compute()
    assert again.explain() == lazy.explain()
    counted = treadle.delayed(len)(lazy)
    assert pickle.loads(dumps(counted)).compute() == len(lazy.compute())


def test_persisted_texts_go_on_natively(path: str) -> None:
    lazy = db.read_text(path).persist().map(json.loads).pluck("s")
    assert lazy.compute() == db.read_text(path).map(json.loads).map(lambda r: str(r["s"])).compute()
    assert "json -> pick -> items" in lazy.explain()


def test_they_run_under_every_scheduler(path: str) -> None:
    lazy = db.read_text(path).map(json.loads).filter(lambda r: r["a"] > LEAST).pluck("s")
    expected = lazy.compute(scheduler="sync")
    assert lazy.compute(scheduler="processes", num_workers=2) == expected
    assert lazy.compute(num_workers=8, working_memory="4 MiB") == expected


def random_value(random: Random, depth: int = 0) -> str:
    """An expression in ``r``."""
    kind = random.randrange(4 if depth > 2 else 6)
    if kind == 0:
        return random.choice(["1", "0", "2.5", "-3", "'x'", "''", "True", "None", "LEAST"])
    if kind < 4:
        of = "r" if random.random() < 0.8 else "r['o']"
        key = random.choice(["a", "b", "c", "o", "l", "zz"])
        if random.random() < 0.1:
            return f"r['l'][{random.choice([0, -1, 7])}]"
        default = random.choice(["", "", ", 1", ", 'x'"])
        return f"{of}.get({key!r}{default})" if random.random() < 0.4 else f"{of}[{key!r}]"
    if kind == 4:
        return f"({random_test(random, depth + 1)})"
    tests = random_value(random, depth + 1), random_test(random, depth + 1), random_value(random, depth + 1)
    return f"({tests[0]} if {tests[1]} else {tests[2]})"


def random_test(random: Random, depth: int = 0) -> str:
    kind = random.randrange(4 if depth > 2 else 7)
    left, right = random_value(random, depth + 1), random_value(random, depth + 1)
    if kind < 2:
        return f"{left} {random.choice(['==', '!=', '<', '<=', '>', '>='])} {right}"
    if kind == 2:
        return f"{left} {random.choice(['is', 'is not'])} None"
    if kind == 3:
        return random.choice([f"{left} in (1, 'x', None)", f"{left} not in {{1, 'x'}}", "'a' in r", "'zz' not in r"])
    if kind == 4:
        return f"not ({random_test(random, depth + 1)})"
    if kind == 5:
        return f"1 < {left} <= {right}"
    return f"({random_test(random, depth + 1)}) {random.choice(['and', 'or'])} ({random_test(random, depth + 1)})"


def answer_of(compute: Callable[[], Any]) -> Any:
    try:
        return repr(compute())
    except Exception as error:
        return type(error), str(error)


def kept_by(function: Callable[[Any], Any], records: list[Any]) -> list[Any]:
    return [record.get("a") for record in records if function(record)]


@pytest.mark.filterwarnings("ignore::SyntaxWarning")  # a constant "is None"
@pytest.mark.parametrize("seed", range(4))
def test_random_functions_do_what_python_does(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    values: list[Any] = [None, True, False, 0, 1, -3, 2.5, 1.0, "", "x", "y", [1], [], {}, {"a": 1, "b": "x"}, 2**62]
    read = 0
    for _ in range(40):
        records: list[Any] = [{key: random.choice(values) for key in random.sample("abcl", 3)} for _ in range(3)]
        for record in records:
            record["o"] = {key: random.choice(values) for key in random.sample("abc", 2)}
        (tmp_path / "x.json").write_text("\n".join(map(json.dumps, records)))
        source = f"lambda r: {random_test(random)}"
        function = eval(source, {"LEAST": 3})
        read += tree_of(function) is not None
        kept = db.read_text(str(tmp_path / "x.json")).map(json.loads).filter(function).map(lambda r: r.get("a"))
        expected = answer_of(partial(kept_by, function, records))
        assert answer_of(partial(kept.compute, scheduler="sync")) == expected, (seed, source, records)
    assert read > 35
