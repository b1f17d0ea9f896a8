"""Settings: where they come from and how they are put together, against dask.config."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import treadle.config

dask_config: Any = pytest.importorskip("dask.config")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before, defaults = dict(treadle.config.config), list(treadle.config.defaults)
    yield
    treadle.config.config.clear()
    treadle.config.config.update(before)
    treadle.config.defaults[:] = defaults


OLD = {"a": 1, "b": {"c": 1, "d-e": 2}, "x": {"y": 1}, "n": None}
NEW = {"a": 5, "b": {"c": 7, "d_e": 3, "f": {"g": 1}}, "x": 3, "n": {"m": 1}, "new": {"z": 1}}


@pytest.mark.parametrize("priority", ["new", "old"])
def test_update(priority: str) -> None:
    ours, theirs = copy.deepcopy(OLD), copy.deepcopy(OLD)
    treadle.config.update(ours, NEW, priority=priority)
    dask_config.update(theirs, NEW, priority=priority)
    assert ours == theirs


def test_update_of_what_nobody_chose() -> None:
    old, defaults = {"a": 1, "b": {"c": 1, "d": 2}}, {"a": 1, "b": {"c": 0}}
    ours, theirs = copy.deepcopy(old), copy.deepcopy(old)
    new = {"a": 9, "b": {"c": 9, "d": 9, "e": 9}}
    treadle.config.update(ours, new, "new-defaults", defaults)
    dask_config.update(theirs, new, "new-defaults", defaults)
    assert ours == theirs == {"a": 9, "b": {"c": 1, "d": 2, "e": 9}}
    with pytest.raises(ValueError, match="priority: expected 'new', 'old' or 'new-defaults', found 'both'"):
        treadle.config.update({}, {}, priority="both")


def test_merge() -> None:
    assert treadle.config.merge(OLD, NEW) == dask_config.merge(OLD, NEW)
    assert treadle.config.merge() == {}


@pytest.mark.parametrize(
    "text", ["1", "1.5", "true", "False", "null", "None", "[1, 2]", "1,2", "abc", "64 MiB", "", "'x'"]
)
def test_interpret_value(text: str) -> None:
    assert treadle.config.interpret_value(text) == dask_config.interpret_value(text)


def test_expand_environment_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_FOLDER", "/somewhere")
    settings = {"a": "$SOME_FOLDER/x", "b": ["$SOME_FOLDER", 1], "c": {"d": ("${SOME_FOLDER}",)}, "e": 2}
    assert treadle.config.expand_environment_variables(settings) == dask_config.expand_environment_variables(settings)


def test_the_environment_has_the_last_word_and_ours_before_dask_s(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("num-workers: 3\narray:\n  chunk-size: 1MiB\nfolder: $HOME_OF_IT/x\n")
    (tmp_path / "b.yml").write_text("array: {rechunk: {threshold: 7}}\nscheduler: sync\n")
    (tmp_path / "empty.yaml").write_text("")
    (tmp_path / "not_ours.txt").write_text("scheduler: processes\n")
    env = {"DASK_NUM_WORKERS": "5", "TREADLE_NUM_WORKERS": "2", "DASK_ARRAY__SVG__SIZE": "60", "OTHER": "1"}
    found = treadle.config.collect([str(tmp_path)], env)
    assert found == {
        "num_workers": 2,
        "array.chunk_size": "1MiB",
        "array.rechunk.threshold": 7,
        "array.svg.size": 60,
        "folder": "$HOME_OF_IT/x",
        "scheduler": "sync",
    }


def test_refresh_forgets_what_was_set_but_no_defaults(tmp_path: Path) -> None:
    treadle.config.update_defaults({"mine": {"here": 1, "there": 2}})
    treadle.config.set({"mine.here": 5, "other": 1})
    assert treadle.config.get("mine.here") == 5
    (tmp_path / "c.yaml").write_text("mine: {there: 9}\n")
    treadle.config.refresh([str(tmp_path)], {})
    assert treadle.config.get("mine") == {"here": 1, "there": 9}
    with pytest.raises(KeyError):
        treadle.config.get("other")


def test_rename_and_pop() -> None:
    treadle.config.set({"an-old.name": 1, "gone": 2})
    found = treadle.config.rename({"an_old.name": "a-new.name", "gone": None, "never.set": "x"})
    assert found == {"an_old.name": "a-new.name", "gone": None}
    assert treadle.config.pop("a_new.name") == 1
    assert treadle.config.pop("a_new.name", 3) == 3
    with pytest.raises(KeyError):
        treadle.config.pop("gone")


@pytest.mark.parametrize(
    ("text", "says"),
    [("- 1\n- 2\n", "expected names and values, found a list"), ("a: [1\n", "expected settings in YAML")],
)
def test_a_file_that_says_nothing_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=says) as raised:
        treadle.config.collect_yaml([tmp_path])
    assert str(path) in str(raised.value)


def test_collect_yaml_says_where_from(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x: 1\n")
    assert treadle.config.collect_yaml([tmp_path / "a.yaml"], return_paths=True) == [(tmp_path / "a.yaml", {"x": 1})]
    assert treadle.config.collect_yaml([tmp_path / "none"]) == []


def test_a_new_process_begins_with_what_the_file_says(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("num_workers: 3\n")
    code = "import treadle.config as c; print(c.get('num_workers'), c.get('array.svg.size'))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TREADLE_CONFIG": str(tmp_path), "DASK_ARRAY__SVG__SIZE": "9"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "3 9\n"
