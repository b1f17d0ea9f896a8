"""Jobs, expressions, SQL and command lines that are wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import USAGE, Treadle


@pytest.fixture(autouse=True)
def table(treadle: Treadle) -> None:
    treadle.write("in.csv", "name,delay,day\nAA,5,2024-01-31\nUA,0,2024-02-01\n")


def job(**parts: Any) -> dict[str, Any]:
    return {"source": {"csv": "in.csv"}, "sinks": [{"table": "t"}], **parts}


def step_error(treadle: Treadle, step: dict[str, Any]) -> dict[str, Any]:
    answer = treadle.run_job(job(steps=[step]))
    assert answer.code == USAGE, answer
    # Standard output holds the same, as its one JSON object.
    assert json.loads(answer.stdout)["error"] == answer.error()
    return answer.error()


def test_an_unknown_column_names_the_nearest(treadle: Treadle) -> None:
    error = step_error(treadle, {"filter": "delya > 0"})
    assert error["kind"] == "NotFound"
    assert error["pointer"] == "/steps/0/filter"
    assert 'did you mean "delay"' in error["message"]
    treadle.fails(
        "sql", "SELECT delya FROM 'in.csv'", code=USAGE, kind="NotFound", says=["delya", '"delay"', "column 8"]
    )


@pytest.mark.parametrize("expression", ["name > 5", "delay AND true", "upper(delay)", "day + name", "sum(name) > 1"])
def test_types_that_do_not_go_together(treadle: Treadle, expression: str) -> None:
    error = step_error(treadle, {"with_columns": {"x": expression}})
    assert error["kind"] in ("TypeError", "InvalidArgument"), error
    assert error["pointer"].startswith("/steps/0/with_columns")


def test_division_by_zero_is_the_answer_of_its_dialect(treadle: Treadle) -> None:
    treadle.fails("sql", "SELECT 1 / delay AS q FROM 'in.csv'", code=USAGE, kind="InvalidArgument", says=["zero"])
    answer = treadle.run_job(job(steps=[{"select": ["1 / delay AS q", "delay % delay AS m"]}]))
    # Polars: an infinity, which JSON has no number for, and a null.
    assert json.loads(answer.stdout)["sinks"][0]["rows"] == [[0.2, 0], [None, None]]


@pytest.mark.parametrize(
    ("change", "pointer", "says"),
    [
        ({"steps": [{"fliter": "delay > 0"}]}, "/steps/0/fliter", '"filter"'),
        ({"steps": [{"filter": "delay > 0", "hed": 3}]}, "/steps/0/hed", '"head"'),
        ({"stps": []}, "/stps", '"steps"'),
        ({"sinks": [{"tabel": "t"}]}, "/sinks/0/tabel", '"table"'),
        ({"settings": {"thread": 2}}, "/settings/thread", '"threads"'),
        ({"source": {"csv": "in.csv", "delimeter": ";"}}, "/source/delimeter", '"delimiter"'),
        ({"source": {"csv": "in.csv", "parquet": "x"}}, "/source", "one of the keys"),
        ({"steps": [{"head": "many"}]}, "/steps/0/head", "whole number"),
        ({"steps": {"head": 1}}, "/steps", "a list"),
        ({"sinks": []}, "/sinks", "at least one sink"),
        ({"sinks": [{"after": "late", "table": "t"}]}, "/sinks/0/after", '"late"'),
    ],
)
def test_unknown_keys_and_wrong_values_in_a_job(
    treadle: Treadle, change: dict[str, Any], pointer: str, says: str
) -> None:
    answer = treadle.run_job(job(**change))
    assert answer.code == USAGE, answer
    assert answer.error()["pointer"] == pointer
    assert says in answer.error()["message"]


@pytest.mark.parametrize("text", ["", "{", "nonsense", '{"source": 1, "source": 2}', "[1]", '{"a": "\\ud800"}', "null"])
def test_text_that_is_no_job(treadle: Treadle, text: str) -> None:
    answer = treadle.call("run", "-", "--errors", "json", text=text)
    assert answer.code == USAGE, answer
    assert json.loads(answer.stdout)["status"] == "error"


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("SELEC name FROM 'in.csv'", 1, 1),
        ("SELECT name FROM", 1, 17),
        ("SELECT name\nFROM 'in.csv'\nWHERE delay >> > 3", 3, 16),
        ("SELECT 'never ended FROM 'in.csv'", 1, 33),
        ("SELECT name FROM 'in.csv'; SELECT 2", 1, 28),
        ("SELECT name, sum(delay) FROM 'in.csv'", 1, 8),
        ("SELECT name FROM 'in.csv' a JOIN 'in.csv' b ON true", 1, 8),
    ],
)
def test_bad_sql_shows_its_position(treadle: Treadle, query: str, line: int, column: int) -> None:
    answer = treadle.call("sql", query, "--errors", "json")
    assert answer.code == USAGE
    error = answer.error()
    assert error["kind"] == "ParseError"
    assert (error["position"]["line"], error["position"]["column"]) == (line, column), error
    assert "^" in error["message"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["run"],
        ["sql"],
        ["run", "none.json"],
        ["head", "in.csv", "-n", "-3"],
        ["head", "in.csv", "--format", "xml"],
        ["head", "in.csv", "--threads", "many"],
        ["head", "in.csv", "--memory-limit", "much"],
        ["head", "in.csv", "--memory-limit", "1MiB"],
        ["head", "in.csv", "--format", "parquet"],
        ["schema", "in.csv", "--format", "csv"],
        ["head", "in.xyz"],
    ],
)
def test_wrong_command_lines(treadle: Treadle, arguments: list[str]) -> None:
    answer = treadle.call(*arguments)
    assert answer.code == USAGE, answer
    assert answer.stderr.startswith("treadle: ")


def test_a_command_that_is_not_there_comes_with_the_nearest(treadle: Treadle) -> None:
    answer = treadle.call("hed", "in.csv")
    assert answer.code == USAGE, answer
    assert 'no command is named "hed"; did you mean "head"?' in answer.stderr
