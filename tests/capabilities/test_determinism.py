"""The same bytes every time, whatever the threads do."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import treadle as tl
import treadle.array as da
import treadle.dataframe as dd
from pandas.testing import assert_frame_equal


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("deterministic")
    chance = np.random.default_rng(11)
    for number in range(6):
        pd.DataFrame(
            {
                "k": chance.choice([f"key{i}" for i in range(300)], 5_000),
                "x": chance.normal(size=5_000) * 10.0 ** chance.integers(-8, 8, 5_000),
            }
        ).to_csv(folder / f"{number}.csv", index=False)
    return str(folder / "*.csv")


def as_bytes(frame: Any) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


QUESTIONS: dict[str, Callable[[dd.DataFrame], Any]] = {
    "grouped sums": lambda f: f.groupby("k").x.sum().to_frame(),
    "grouped statistics": lambda f: f.groupby("k").agg({"x": ["mean", "std", "median"]}),
    "distinct": lambda f: f.drop_duplicates("k"),
    "joined": lambda f: f.merge(f.groupby("k").x.max().rename("most").reset_index(), on="k"),
    "counts": lambda f: f.k.value_counts().to_frame(),
    "sorted": lambda f: f.sort_values("x"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_any_number_of_threads_gives_the_same_bytes_unsorted(files: str, question: str) -> None:
    """1, 2, 3 and 5 threads, one without any, and little memory: no row moves and no bit differs."""
    lazy = QUESTIONS[question](dd.read_csv(files, blocksize=40_000))
    settings: list[dict[str, Any]] = [{"num_workers": n} for n in (1, 2, 3, 5)]
    settings += [{"scheduler": "synchronous"}, {"working_memory": "4 MiB"}]
    answers = []
    for one in settings:
        with tl.config.set(one):
            answers.append(as_bytes(lazy.compute()))
    assert len(set(answers)) == 1


def test_five_runs_on_threads_and_one_without(files: str) -> None:
    """Repeated runs agree to the last byte, files written included."""
    written = set()
    for scheduler in ["threads"] * 5 + ["synchronous"]:
        with tl.config.set(scheduler=scheduler):
            answer = dd.read_csv(files).groupby("k").x.agg(["mean", "sum"]).compute()
            written.add(answer.to_csv())
    assert len(written) == 1


def test_files_are_written_with_the_same_bytes(files: str, tmp_path: Path) -> None:
    """A data set written twice, with other threads, has equal files."""
    contents = []
    for n in (1, 3):
        with tl.config.set(num_workers=n):
            dd.read_csv(files).to_parquet(tmp_path / str(n))
        contents.append([path.read_bytes() for path in sorted((tmp_path / str(n)).rglob("*.parquet"))])
    assert contents[0] == contents[1]


def test_sorting_the_index_before_saving(files: str) -> None:
    """sort_index().reset_index() on the answer, lazily and on pandas' object."""
    sums = dd.read_csv(files).groupby("k").x.sum()
    after = sums.compute().sort_index().reset_index()
    assert after.k.is_monotonic_increasing
    assert_frame_equal(sums.reset_index().sort_values("k").compute().reset_index(drop=True), after)


def test_random_numbers_depend_on_the_seed_alone() -> None:
    """Arrays and samples of one seed are the same for any threads; other seeds differ."""
    answers = set()
    for n in (1, 4):
        with tl.config.set(num_workers=n):
            x = da.random.default_rng(42).normal(size=(500, 500), chunks=(100, 100))
            rows = dd.from_pandas(pd.DataFrame({"a": range(1000)}), npartitions=4).sample(frac=0.1, random_state=1)
            answers.add((x.sum().compute(), tuple(rows.compute().a)))
    assert len(answers) == 1
    assert da.random.default_rng(43).normal(size=(500, 500), chunks=100).sum().compute() != next(iter(answers))[0]
