"""Expressions as text: what pandas makes of them, by the core as far as they are operators."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
import treadle.dataframe as dd
from frames import assert_same, generated

DATA = generated(600, seed=5)
lowest, names, moment = 10, ["p", "q"], pd.Timestamp("2020-01-10")


@pytest.fixture
def lazy() -> Any:
    return dd.from_pandas(DATA, npartitions=4)


@pytest.mark.parametrize(
    "expression",
    [
        "a > 10",
        "a > 10 & b < 0",
        "a > @lowest and k == 'p'",
        "10 < a <= 20",
        "k in ['p', 'r']",
        "k not in @names",
        "k == ['p', 'q']",
        "k != @names",
        "not a > 10",
        "~(a > 10)",
        "a + b * 2 > 3 | c == 'x'",
        "a % 2 == 0",
        "t > '2020-01-10'",
        "t >= @moment",
        "-a < -20",
        "(a > 10) | (b > 0) & (k == 'p')",
        "b != b",
    ],
)
def test_a_query_is_operators_of_columns(lazy: Any, expression: str) -> None:
    picked = lazy.query(expression)
    assert "python" not in picked.explain()
    assert_same(picked, DATA.query(expression))


@pytest.mark.parametrize("expression", ["`a` > 10", "k.str.upper() == 'P'", "index > 100", "a.isin([1, 2])"])
def test_what_else_a_query_says_is_pandas_to_evaluate(lazy: Any, expression: str) -> None:
    assert_same(lazy.query(expression), DATA.query(expression))


def test_expressions_are_evaluated(lazy: Any, regime: str) -> None:
    for expression in ("a + b", "a * 2 - b / 3", "z = a + b", "z = a > b"):
        value = lazy.eval(expression)
        assert "python" not in value.explain()
        assert_same(value, DATA.eval(expression))
    assert_same(lazy.eval("y = a\nz = y + b"), DATA.eval("y = a\nz = y + b"))
    assert_same(lazy.query("a > @least", local_dict={"least": 40}), DATA[DATA.a > 40])


def test_names_that_are_not_there_are_told_before_anything_runs(lazy: Any) -> None:
    for use, expression in ((lazy.query, "aa > 3"), (lazy.eval, "z = aa + 1")):
        with pytest.raises(pd.errors.UndefinedVariableError, match="'aa' is not defined; did you mean 'a'"):
            use(expression)
    with pytest.raises(pd.errors.UndefinedVariableError, match="nowhere"):
        lazy.query("a > @nowhere")
    with pytest.raises(AttributeError, match="'uper'; did you mean 'upper'"):
        lazy.c.str.uper()
    with pytest.raises(AttributeError, match="'yeer'; did you mean 'year'"):
        _ = lazy.t.dt.yeer


@pytest.mark.parametrize(
    ("aggregates", "words"),
    [
        ("sumn", "named 'sumn'; did you mean 'sum'"),
        ({"a": ["sum", "meen"]}, "named 'meen'; did you mean 'mean'"),
        (["sum", "nothing of it"], "named 'nothing of it'$"),
    ],
)
def test_aggregates_that_are_not_there_come_with_the_nearest(lazy: Any, aggregates: Any, words: str) -> None:
    with pytest.raises(AttributeError, match=words):
        lazy.groupby("k").agg(aggregates)


CLIPPED: list[Callable[[Any], Any]] = [
    lambda d: d.a.clip(10, 20),
    lambda d: d.b.clip(-0.5),
    lambda d: d.b.clip(upper=0),
    lambda d: d.a.clip(1.5, 3.5),
    lambda d: d[["a", "b"]].clip(0, 1),
    lambda d: d.a.clip(float("nan"), 20),
]


@pytest.mark.parametrize("case", range(len(CLIPPED)))
def test_values_are_clipped_by_the_core(lazy: Any, case: int) -> None:
    clipped = CLIPPED[case](lazy)
    assert "python" not in clipped.explain()
    assert_same(clipped, CLIPPED[case](DATA))
