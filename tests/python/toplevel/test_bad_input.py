"""Mistakes end in errors of Python's own kinds that say what was expected."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import treadle as tl


@pytest.fixture
def frame() -> tl.DataFrame:
    return tl.DataFrame({"apple": [1, 2], "pear": ["x", "y"], "fig": [1.5, None]})


MISTAKES: dict[str, tuple[Callable[[tl.DataFrame], Any], type[Exception], str]] = {
    "unknown column": (lambda f: f.select("appel"), KeyError, "appel.*apple"),
    "unknown column in a filter": (lambda f: f.filter(tl.col("pera") == "x"), KeyError, "pera.*pear"),
    "unknown column to drop": (lambda f: f.drop("appel"), KeyError, "appel.*apple"),
    "unknown column to rename": (lambda f: f.rename({"figs": "x"}), KeyError, "figs.*fig"),
    "unknown column to sort by": (lambda f: f.sort("figs"), KeyError, "figs.*fig"),
    "unknown key": (lambda f: f.group_by("appel").len(), KeyError, "appel.*apple"),
    "unknown series": (lambda f: f["appel"], KeyError, "appel.*apple"),
    "unknown join key": (lambda f: f.join(f, on="appel"), KeyError, "appel.*apple"),
    "text plus number": (lambda f: f.select(tl.col("pear") + 1), TypeError, "add"),
    "filter by a number": (lambda f: f.filter(tl.col("apple")), TypeError, "bool"),
    "text operation on numbers": (lambda f: f.select(tl.col("apple").str.to_uppercase()), TypeError, "takes text"),
    "cast that fails": (lambda f: f.select(tl.col("pear").cast(tl.Int64)), TypeError, 'found "x"'),
    "truth of an expression": (
        lambda f: f.filter(tl.col("apple") > 1 and tl.col("fig") > 1),
        TypeError,
        "use & for and",
    ),
    "truth of a frame": (lambda f: bool(f), TypeError, "is_empty"),
    "misspelt method": (lambda f: tl.col("apple").summ(), AttributeError, "'sum'"),
    "misspelt verb": (lambda f: f.fliter("x"), AttributeError, "'filter'"),
    "misspelt text operation": (lambda f: tl.col("pear").str.to_upercase(), NotImplementedError, "to_uppercase"),
    "not there yet": (lambda f: f.join_asof(f, on="apple", strategy="nearest"), NotImplementedError, "backward"),
    "expression not there yet": (lambda f: tl.col("apple").ewm_std(), NotImplementedError, "map_batches"),
    "two columns of a name": (lambda f: f.select("apple", tl.col("fig").alias("apple")), ValueError, "twice"),
    "columns of two lengths": (lambda f: tl.DataFrame({"a": [1], "b": [1, 2]}), ValueError, "'a': expected 2"),
    "values of two types": (lambda f: tl.DataFrame({"a": [1, "x"]}), TypeError, "'a'"),
    "value that is none": (lambda f: tl.lit(object()), TypeError, "object"),
    "type that is none": (lambda f: tl.col("apple").cast("integr"), ValueError, "integr"),
    "join of another thing": (lambda f: f.join({"a": 1}, on="apple"), TypeError, "dict"),
    "join kind": (lambda f: f.join(f, on="apple", how="iner"), ValueError, "iner"),
    "join without keys": (lambda f: f.join(f), ValueError, "expected on"),
    "keys of two numbers": (lambda f: f.join(f, left_on=["apple", "fig"], right_on="fig"), ValueError, "2 and 1"),
    "no predicate": (lambda f: f.filter(), ValueError, "predicate"),
    "no key": (lambda f: f.group_by(), ValueError, "key"),
    "flags of another number": (lambda f: f.sort("apple", "fig", descending=[True]), ValueError, "descending"),
    "filter beside other rows": (
        lambda f: f.select("pear", tl.col("fig").filter(tl.col("apple") > 1)),
        NotImplementedError,
        "rows of its own",
    ),
    "filter without an aggregate": (
        lambda f: f.with_columns(tl.col("fig").filter(tl.col("apple") > 1)),
        ValueError,
        "aggregate behind filter",
    ),
    "engine": (lambda f: f.lazy().collect(engine="gpu"), ValueError, "gpu"),
    "option of collect": (lambda f: f.lazy().collect(worker=2), TypeError, "worker"),
    "item of many": (lambda f: f.item(), ValueError, re.escape("(2, 3)")),
    "row that is not there": (lambda f: f.row(5), IndexError, "below 2, found 5"),
    "length of a lazy frame": (lambda f: len(f.lazy()), TypeError, "collect"),
    "concat of other columns": (lambda f: tl.concat([f, f.drop("fig")]), ValueError, "diagonal"),
    "concat of nothing": (lambda f: tl.concat([]), ValueError, "at least one"),
    "concat of other types": (
        lambda f: tl.concat([f.select("apple"), f.select(tl.col("pear").alias("apple"))]),
        TypeError,
        "relaxed",
    ),
    "file that is not there": (lambda f: tl.scan_csv("no-such-file.csv"), FileNotFoundError, "no-such-file"),
    "option that is not there": (lambda f: tl.scan_csv("a.csv", seperator=";"), TypeError, "seperator"),
    "separator of two letters": (lambda f: tl.scan_csv("a.csv", separator=";;"), ValueError, "separator"),
    "folder that is not there": (lambda f: f.write_csv("no/such/folder/a.csv"), FileNotFoundError, "mkdir"),
    "compression": (lambda f: f.write_parquet("a.parquet", compression="zip"), ValueError, "zip"),
    "path that is none": (lambda f: tl.read_parquet(3), TypeError, "int"),
    "name of the top level": (lambda f: tl.scan_cvs, AttributeError, "scan_csv"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake(name: str, frame: tl.DataFrame) -> None:
    make, kind, message = MISTAKES[name]
    with pytest.raises(kind, match=message):
        make(frame)


def test_a_line_that_does_not_parse_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3,4,5\n")
    with pytest.raises(ValueError, match=r"a\.csv.*3"):
        tl.read_csv(tmp_path / "a.csv")
