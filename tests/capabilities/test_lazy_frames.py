"""Nothing happens before it is asked for; then all of it is planned as a whole."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import treadle as tl
import treadle.array as da
import treadle.bag as db
import treadle.dataframe as dd
from conftest import Script
from measuring import BytesRead
from pandas.testing import assert_series_equal

Sales = tuple[str, pd.DataFrame]


def test_reading_costs_a_sample_however_large_the_file_is(tmp_path: Path) -> None:
    """read_csv of a large file answers from its first block; head() does not read the rest either."""
    row = "2024-01-01 00:00:00,7,0.25\n"
    (tmp_path / "large.csv").write_text("when,n,x\n" + row * 2_000_000)
    with BytesRead() as read:
        frame = dd.read_csv(tmp_path / "large.csv", parse_dates=["when"])
        assert str(frame.when.dtype).startswith("datetime64")
        means = frame[frame.n > 3].groupby("n").x.mean()
        assert "Series" in repr(means)
    assert read.bytes < 4 << 20
    with BytesRead() as read:
        assert len(frame.head()) == 5
    assert read.bytes < 20 << 20


def test_no_function_is_called_before_compute() -> None:
    """map, apply, filter and delayed note the function; compute() calls it, once an item."""
    calls: list[Any] = []

    def noted(x: Any) -> Any:
        calls.append(x)
        return x + 1

    items = db.from_sequence(range(10), npartitions=3).map(noted).filter(lambda x: x % 2)
    call = tl.delayed(noted)(1)
    squares = da.arange(8, chunks=4).map_blocks(noted, dtype="int64")
    frame = dd.from_pandas(pd.DataFrame({"a": range(4)}), npartitions=2).a.map(noted, meta=("a", "int64"))
    assert calls == []
    assert items.compute() == [1, 3, 5, 7, 9]
    assert len(calls) == 10
    assert call.compute() == 2
    assert squares.sum().compute() == 36
    assert frame.compute().tolist() == [1, 2, 3, 4]


def test_everything_is_lazy_partitioned_and_parallel_with_nothing_set(script: Script, sales: Sales) -> None:
    """A script without a setting: several partitions, as many threads as the process may use."""
    ran = script(
        """
        import json, os, sys
        import treadle, treadle.dataframe as dd
        from treadle.diagnostics import Profiler
        frame = dd.read_csv(sys.argv[1])
        with Profiler() as profiler:
            total = frame.groupby("region").units.sum().compute()
        print(json.dumps({"partitions": frame.npartitions, "total": int(total.sum()),
                          "threads": treadle.config.get("num_workers", None) or len(os.sched_getaffinity(0)),
                          "seen": len({task.worker_id for task in profiler.results})}))
        """,
        sales[0],
    )
    assert ran.answer["partitions"] == 5
    assert ran.answer["total"] == sales[1].units.sum()
    assert 1 <= ran.answer["seen"] <= ran.answer["threads"]


def test_printing_does_not_compute(tmp_path: Path) -> None:
    """repr, str, HTML, dtypes, columns and npartitions are told from the plan: the file need not be there any more."""
    path = tmp_path / "gone.csv"
    path.write_text("a,b\n1,x\n2,y\n")
    frame, lazy = dd.read_csv(path), tl.scan_csv(path)
    path.unlink()
    shown = [repr(frame), str(frame.a + 1), frame._repr_html_(), repr(frame.a.sum()), repr(lazy), lazy._repr_html_()]
    assert all(shown)
    assert "a" in shown[0]
    assert list(frame.columns) == ["a", "b"]
    assert str(frame.dtypes["a"]) == "int64"
    with pytest.raises(FileNotFoundError, match=r"gone\.csv"):
        frame.compute()


def test_before_compute_it_is_ours_after_it_pandas(sales: Sales) -> None:
    """type() is the package's DataFrame, Series or Scalar before compute(), and exactly pandas' after it."""
    frame = dd.read_csv(sales[0])
    assert type(frame) is dd.DataFrame
    assert type(frame.units) is dd.Series
    assert type(frame.compute()) is pd.DataFrame
    assert type(frame.units.compute()) is pd.Series
    assert type(frame.head()) is pd.DataFrame
    assert isinstance(frame.units.sum().compute(), (int, np.integer))


def test_filter_group_mean_and_the_largest(sales: Sales) -> None:
    """A filter, a grouped mean and nlargest agree with pandas, the order of rows included."""
    frame, rows = dd.read_csv(sales[0]), pd.read_csv(sales[0].replace("*", "0"))
    one = dd.read_csv(sales[0].replace("*", "0"))
    wanted = rows[rows.units > 10].groupby("product").revenue.mean().nlargest(2)
    assert_series_equal(one[one.units > 10].groupby("product").revenue.mean().nlargest(2).compute(), wanted)
    got = frame.nlargest(10, "revenue").compute().revenue
    assert_series_equal(got.reset_index(drop=True), sales[1].nlargest(10, "revenue").revenue.reset_index(drop=True))


def test_the_whole_plan_is_optimised_before_it_runs(sales: Sales) -> None:
    """explain() shows that the filter and the choice of columns reached the scan."""
    for plan in (
        dd.read_csv(sales[0])
        .assign(twice=lambda f: f.revenue * 2)
        .query("units > 90")[["region", "revenue"]]
        .explain(),
        tl.scan_csv(sales[0])
        .with_columns((tl.col("revenue") * 2).alias("twice"))
        .filter(tl.col("units") > 90)
        .select("region", "revenue")
        .explain(),
    ):
        optimised = plan.split("optimized plan:")[1]
        scan = next(line for line in optimised.splitlines() if "Scan csv" in line)
        assert "units > 90" in scan, plan
        assert "region" in scan and "revenue" in scan, plan
        assert "product" not in scan and "twice" not in optimised, plan


def test_a_spoilt_column_that_nobody_asked_for_does_no_harm(tmp_path: Path) -> None:
    """Columns that no later step needs are not read: their bytes on disk may be anything."""
    import pyarrow.parquet as pq

    rows = pd.DataFrame({"a": range(10_000), "bad": np.random.default_rng(0).random(10_000)})
    path = tmp_path / "part.parquet"
    rows.to_parquet(path, compression="zstd")
    chunk = pq.ParquetFile(path).metadata.row_group(0).column(1)
    begin = min(filter(None, (chunk.dictionary_page_offset, chunk.data_page_offset)))
    with path.open("r+b") as file:
        file.seek(begin)
        file.write(os.urandom(chunk.total_compressed_size))
    assert dd.read_parquet(path).a.sum().compute() == rows.a.sum()
    assert dd.read_parquet(path).assign(c=lambda f: f.bad * 2)[["a"]].a.max().compute() == 9_999
    assert tl.scan_parquet(path).select(tl.col("a").max()).collect().item() == 9_999
    with pytest.raises((OSError, ValueError)):
        dd.read_parquet(path).bad.sum().compute()


def test_steps_that_two_results_share_run_once() -> None:
    """compute(a, b) calls a function that both need once a partition."""
    calls = []

    def noted(part: pd.DataFrame) -> pd.DataFrame:
        calls.append(len(part))
        return part.assign(b=part.a * 2)

    frame = dd.from_pandas(pd.DataFrame({"a": range(100)}), npartitions=4)
    dear = frame.map_partitions(noted, meta={"a": "int64", "b": "int64"})
    total, most = tl.compute(dear.b.sum(), dear.b.max())
    assert (total, most) == (9900, 198)
    assert len(calls) == 4


def test_mistakes_in_functions_show_when_they_run_as_the_users_own_exception(sales: Sales) -> None:
    """The user's exception, of the user's type, from the user's line; nothing at definition."""

    class MyError(Exception):
        pass

    def wrong(part: pd.DataFrame) -> pd.DataFrame:
        raise MyError("row 7 is odd")

    lazy = dd.read_csv(sales[0]).map_partitions(wrong, meta={"a": "int64"})
    with pytest.raises(MyError, match="row 7 is odd") as error:
        lazy.compute()
    assert error.traceback[-1].name == "wrong"
    with pytest.raises(KeyError, match="revenu"):
        _ = dd.read_csv(sales[0])[["revenu"]]


ONE_SCRIPT = """
import json, sys, traceback
import numpy as np, pandas as pd
import treadle, treadle.dataframe as dd
from treadle.distributed import Client

class MyError(Exception):
    pass

def weighted(part):
    return part.assign(total=part.price * part.pieces)

def wrong(part):
    raise MyError("row 7 is odd")

def question():
    sales = dd.read_csv("sales.csv", blocksize=2_000)
    totals = sales[sales.pieces > 1].map_partitions(weighted).groupby("shop").total.sum()
    try:
        sales.map_partitions(wrong, meta={"a": "int64"}).compute()
    except MyError as error:
        shown = "".join(traceback.format_exception(error))
        return [totals.compute().to_dict(), str(error), 'raise MyError("row 7 is odd")' in shown]

if __name__ == "__main__":
    numbers = np.random.default_rng(5)
    shops, pieces = np.array(["north", "south", "west"])[numbers.integers(0, 3, 600)], numbers.integers(0, 9, 600)
    pd.DataFrame({"shop": shops, "price": numbers.random(600), "pieces": pieces}).to_csv("sales.csv", index=False)
    where = sys.argv[1]
    if where == "cluster":
        with Client(n_workers=2, threads_per_worker=1):
            print(json.dumps(question()))
    else:
        with treadle.config.set(scheduler=where, num_workers=2):
            print(json.dumps(question()))
"""


def test_one_script_gives_one_answer_on_threads_processes_and_a_cluster(script: Script) -> None:
    """The same bits, and the same exception with the user's line, wherever the script says that it runs."""
    answers = [script(ONE_SCRIPT, where).answer for where in ("synchronous", "threads", "processes", "cluster")]
    assert answers[0][1:] == ["row 7 is odd", True]
    assert sorted(answers[0][0]) == ["north", "south", "west"]
    assert answers.count(answers[0]) == 4
