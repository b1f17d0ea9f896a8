"""What goes wrong, and how it is said: names, types, meta, functions, memory, packages, the end of the process."""

import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import treadle as tl
import treadle.config
import treadle.dataframe as dd
from treadle import errors


@pytest.fixture
def lazy() -> Any:
    data = {"apple": np.arange(100), "kind": ["x", "y"] * 50, "time": pd.date_range("2020", periods=100)}
    return dd.from_pandas(pd.DataFrame(data), npartitions=4)


@pytest.mark.parametrize(
    "use",
    [
        lambda df: df["appel"],
        lambda df: df[["kind", "appel"]],
        lambda df: df.groupby("appel").kind.count(),
        lambda df: df.groupby("kind")["appel"].sum(),
        lambda df: df.groupby("kind").agg({"appel": "sum"}),
        lambda df: df.groupby("kind").agg(total=("appel", "sum")),
        lambda df: df.merge(df, on="appel"),
        lambda df: df.sort_values("appel"),
        lambda df: df.set_index("appel"),
        lambda df: df.drop(columns=["appel"]),
        lambda df: df.astype({"appel": "int8"}),
        lambda df: df.loc[:, "appel"],
        lambda df: df.nlargest(3, "appel"),
        lambda df: df.drop_duplicates(subset=["appel"]),
        lambda df: df.to_parquet("nowhere", partition_on="appel"),
        lambda df: tl.sql("SELECT appel FROM df", df=df),
    ],
)
def test_a_column_that_is_not_there_is_a_key_error_with_the_nearest(lazy: Any, use: Any) -> None:
    with pytest.raises(KeyError, match=r"appel.*did you mean ['\"]apple['\"]") as caught:
        use(lazy)
    assert isinstance(caught.value, errors.Error)


def test_an_attribute_that_is_not_there_comes_with_the_nearest(lazy: Any) -> None:
    with pytest.raises(AttributeError, match="'appel'; did you mean 'apple'"):
        _ = lazy.appel
    with pytest.raises(AttributeError, match="'appel'; did you mean 'apple'"):
        lazy.groupby("kind").appel.sum()
    with pytest.raises(AttributeError, match="'sumn'; did you mean 'sum'"):
        lazy.apple.sumn()
    assert not hasattr(lazy, "_nothing")


@pytest.mark.parametrize(
    ("use", "kind", "words"),
    [
        (lambda df: df.apple + object(), TypeError, "unsupported operand"),
        (lambda df: df.apple + df.kind, TypeError, "int64"),
        (lambda df: df.apple > "x", TypeError, "int64 and str"),
        (lambda df: df[df.apple], TypeError, "mask of type bool, found int64"),
        (lambda df: df.kind.mean(), TypeError, "mean"),
        (lambda df: df.apple.str.upper(), AttributeError, "Can only use .str accessor with string values, found int64"),
        (lambda df: df.kind.dt.year, AttributeError, "Can only use .dt accessor with datetimelike values, found str"),
        (lambda df: df.apple.cat.codes, AttributeError, "Can only use .cat accessor with a 'category' dtype"),
        (lambda df: df.repartition(npartitions=0), ValueError, "at least 1, found 0"),
        (lambda df: df.get_partition(4), ValueError, "0 <= n < 4, found 4"),
        (lambda df: df.apple.sum().compute(scheduler="hamsters"), ValueError, "hamsters"),
        (lambda df: df.apple.sum().compute(num_workers=-1), ValueError, "num_workers.*-1"),
        (lambda df: df.apple.sum().compute(memory_limit="1 MB"), ValueError, "memory_limit"),
        (lambda df: df.apple.sum().compute(working_memory="much"), ValueError, "number of bytes.*much"),
        (lambda df: dd.from_pandas([1], npartitions=1), TypeError, "pandas DataFrame or Series"),
        (lambda df: tl.sql("SELEC 1"), ValueError, "line 1, column 1"),
    ],
)
def test_wrong_types_and_values(lazy: Any, use: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        use(lazy)


def test_names_that_are_not_there_yet_say_what_to_use(lazy: Any) -> None:
    with pytest.raises(NotImplementedError, match=r"read_orc is not there yet; use from_map"):
        dd.read_orc("x.orc")
    with pytest.raises(NotImplementedError, match=r"to_xarray is not there yet; use .*compute"):
        lazy.to_xarray()


@pytest.mark.parametrize(
    ("function", "kind", "words"),
    [
        (lambda part: part.rename(columns={"apple": "pear"}), ValueError, r"expected columns .*apple.*found .*pear"),
        (lambda part: part.assign(apple="x"), TypeError, "column 'apple' does not fit its meta, int64: .*x"),
        (lambda part: part.assign(more=1), ValueError, "expected columns .*found .*more"),
        (lambda part: part.set_index(["kind", "time"]), ValueError, "as meta says"),
        (lambda part: None, ValueError, "expected a DataFrame, as meta says, found None"),
    ],
)
def test_what_does_not_fit_its_meta(lazy: Any, function: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        lazy.map_partitions(function, meta=lazy._meta).compute()


def test_values_that_do_not_fit_their_meta(lazy: Any) -> None:
    with pytest.raises(TypeError, match="column 'apple' does not fit its meta, int64"):
        lazy.apple.map(lambda value: "x", meta=("apple", "int64")).compute()
    with pytest.raises(TypeError, match="meta: expected a pandas object"):
        lazy.map_partitions(lambda part: part, meta=object())
    with pytest.raises(ValueError, match=r"meta of <lambda> cannot be found.*ZeroDivisionError.*give meta="):
        lazy.map_partitions(lambda part: 1 / 0)


class Trouble(Exception):
    """Takes what no other exception takes."""

    def __init__(self, place: str, *, code: int) -> None:
        super().__init__(place)
        self.code = code


def troubled(part: Any) -> Any:
    raise Trouble("here", code=7)


@pytest.mark.parametrize("scheduler", ["threads", "synchronous"])
def test_what_a_function_of_ones_own_raises_arrives_as_it_is(lazy: Any, scheduler: str, tmp_path: Path) -> None:
    for run in (
        lambda: lazy.map_partitions(troubled, meta=lazy).compute(scheduler=scheduler),
        lambda: lazy.apple.map(troubled, meta=("apple", "int64")).compute(scheduler=scheduler),
        lambda: lazy.map_partitions(troubled, meta=lazy).to_parquet(str(tmp_path / "out")),
        lambda: list(lazy.map_partitions(troubled, meta=lazy).batches()),
    ):
        with pytest.raises(Trouble, match="here") as caught:
            run()
        assert caught.value.code == 7
        innermost = traceback.extract_tb(caught.value.__traceback__)[-1]
        assert (innermost.name, Path(innermost.filename).name) == ("troubled", Path(__file__).name)
    assert not list(tmp_path.iterdir())


def test_a_result_that_does_not_fit_is_a_memory_error_and_the_session_lives() -> None:
    lazy = dd.from_pandas(pd.DataFrame({"a": np.arange(3_000_000)}), npartitions=8)
    wide = (lazy.a * 2).sort_values().to_frame().assign(s="some long text " * 3)
    for _ in range(2):
        with pytest.raises(MemoryError, match=r"working_memory.*write_parquet\(\).*batches\(\)"):
            wide.compute(working_memory="8 MiB")
        assert lazy.a.max().compute(working_memory="8 MiB") == 2_999_999
    # What the message suggests works.
    with treadle.config.set(working_memory="16 MiB"):
        assert sum(len(batch) for batch in lazy.batches()) == 3_000_000


def run_python(code: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, **options)


def without(package: str) -> str:
    """Code that hides a package and imports Treadle."""
    return f"""
import sys, importlib.abc, importlib.util
class Hide(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] == {package!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == {package!r} else find(name, *rest)
sys.meta_path.insert(0, Hide())
import treadle as tl
"""


@pytest.mark.parametrize(
    ("missing", "use", "words"),
    [
        ("pandas", "import treadle.dataframe", "treadle.dataframe needs pandas: pip install 'treadle[dataframe]'"),
        ("polars", "tl.DataFrame({'a': [1]}).to_polars()", "pip install polars"),
        ("numpy", "import treadle.array", "treadle.array needs numpy: pip install 'treadle[array]'"),
        ("numpy", "tl.DataFrame({'a': [[1]]}).explode('a')", "explode() needs numpy: pip install numpy"),
        ("pandas", "tl.sql('SELECT 1 AS x').fetchdf()", "to_pandas() needs pandas: pip install pandas"),
        ("pandas", "tl.bag.from_sequence([{'a': 1}]).to_dataframe()", "pip install 'treadle[dataframe]'"),
        ("loky", "tl.delayed(sum)([1]).compute(scheduler='processes')", "pip install 'treadle[distributed]'"),
        ("cloudpickle", "tl.bag.from_sequence([1]).map(str).sum()", "pip install cloudpickle"),
        (
            "polars",
            "import treadle.dataframe as dd; dd.from_dict({'a': [1]}, npartitions=1).to_polars()",
            "pip install polars",
        ),
        (
            "cloudpickle",
            "import treadle.dataframe as dd, pickle; f = lambda part: part\\n"
            "df = dd.from_dict({'a': [1]}, npartitions=1); pickle.dumps(df.map_partitions(f, meta=df))",
            "pip install cloudpickle",
        ),
    ],
)
def test_a_package_that_is_missing_is_named_with_what_to_install(missing: str, use: str, words: str) -> None:
    done = run_python(without(missing) + use.replace("\\n", "\n"))
    assert done.returncode == 1
    assert words in done.stderr.splitlines()[-1]


def make_guarded() -> Any:
    lock = threading.Lock()

    def guarded(value: Any) -> Any:
        with lock:
            return value

    return guarded


@pytest.mark.parametrize(
    "use",
    [
        lambda df, guarded: df.map_partitions(guarded, meta=df),
        lambda df, guarded: df.apple.map(guarded, meta=("apple", "int64")),
        lambda df, guarded: df.apple.apply(guarded, meta=("apple", "int64")),
        lambda df, guarded: df.apply(guarded, axis=1, meta=df),
        lambda df, guarded: df.groupby("kind").apple.apply(guarded, meta=("apple", "int64")),
        lambda df, guarded: tl.delayed(guarded)(1),
        lambda df, guarded: tl.bag.from_sequence([1, 2], npartitions=2).map(guarded),
        lambda df, guarded: tl.bag.from_sequence([1, 2], npartitions=2).filter(guarded),
        lambda df, guarded: tl.array.ones(4, chunks=2).map_blocks(guarded, dtype=float),
    ],
)
def test_a_function_that_cannot_be_pickled_is_named(lazy: Any, use: Any) -> None:
    with pytest.raises(TypeError, match=r"the function make_guarded\S*guarded cannot be pickled, which a worker"):
        use(lazy, make_guarded()).compute(scheduler="processes", num_workers=1)


def test_samples_that_do_not_fit_are_told_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3,x\n")
    with pytest.raises(ValueError, match=r"a\.csv: column 'b', row 1 of the data: expected int64, .* found 'x'"):
        dd.read_csv(tmp_path / "a.csv", dtype={"b": "int64"})
    with pytest.raises(ValueError, match=r"a\.csv: Usecols do not match"):
        dd.read_csv(tmp_path / "a.csv", usecols=["aa"])
    (tmp_path / "a.json").write_text('{"a": 1}\n{"a": }\n')
    with pytest.raises(ValueError, match=r"a\.json, line 2, column 7: Expected"):
        dd.read_json(tmp_path / "a.json", lines=True)


def test_modules_name_the_nearest() -> None:
    for module, wrong, right in (
        (dd, "read_cvs", "read_csv"),
        (tl.array, "arrange", "arange"),
        (tl, "scan_cvs", "scan_csv"),
    ):
        with pytest.raises(AttributeError, match=f"did you mean '{right}'"):
            getattr(module, wrong)


def test_without_pandas_frames_of_the_top_level_work() -> None:
    code = """
print(tl.DataFrame({"k": ["x", "y", "x"], "a": [1, 2, 3]}).group_by("k").agg(tl.col("a").sum())["a"].to_list())
"""
    done = run_python(without("pandas") + code)
    assert done.stdout == "[4, 2]\n", done.stderr


def test_what_was_closed_says_so(lazy: Any) -> None:
    connection = tl.sql.connect()
    connection.close()
    with pytest.raises(ValueError, match="closed"):
        connection.execute("SELECT 1")
    batches = lazy.batches()
    next(batches)
    batches.close()
    assert list(batches) == []


EXIT = """
import os, signal, sys, threading, time
import pandas as pd, treadle.dataframe as dd
how, seconds = sys.argv[1], float(sys.argv[2])
lazy = dd.from_pandas(pd.DataFrame({"a": range(100)}), npartitions=8)
started = threading.Event()
def slow(part):
    started.set()
    time.sleep(seconds)
    return part
work = lazy.map_partitions(slow, meta=lazy)
if how == "interrupted":
    threading.Thread(target=lambda: (started.wait(), os.kill(os.getpid(), signal.SIGINT)), daemon=True).start()
    try:
        work.compute(num_workers=4)
    except KeyboardInterrupt:
        pass
elif how == "batches":
    batches = work.batches(num_workers=4)
    threading.Thread(target=lambda: next(batches), daemon=True).start()
    started.wait()
else:
    threading.Thread(target=lambda: work.compute(num_workers=4), daemon=True).start()
    started.wait()
print("over", flush=True)
sys.exit(3)
"""


@pytest.mark.parametrize("how", ["interrupted", "batches", "daemon"])
@pytest.mark.parametrize("seconds", ["1000", "0.15", "0.01"])
def test_the_interpreter_ends_with_tasks_that_do_not(how: str, seconds: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EXIT, how, seconds], capture_output=True, text=True, check=False, timeout=300
    )
    assert (done.returncode, done.stdout) == (3, "over\n"), done.stderr
    assert "Fatal" not in done.stderr


def test_a_fork_while_work_runs_computes_in_the_child() -> None:
    code = """
import os, threading, time
import pandas as pd, treadle.dataframe as dd
lazy = dd.from_pandas(pd.DataFrame({"a": range(100)}), npartitions=8)
started, go_on = threading.Event(), threading.Event()
def slow(part):
    started.set()
    go_on.wait()
    return part
thread = threading.Thread(target=lambda: lazy.map_partitions(slow, meta=lazy).compute(num_workers=2))
thread.start()
started.wait()
child = os.fork()
if child == 0:
    os._exit(0 if lazy.a.sum().compute() == 4950 else 1)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
go_on.set()
thread.join()
print(code, lazy.a.sum().compute())
"""
    done = run_python(code, timeout=300)
    assert done.stdout == "0 4950\n", done.stderr


def test_threads_of_ones_own_compute_at_the_same_time(lazy: Any) -> None:
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(lazy.apple.sum().compute())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [4950] * 8


BAD_VALUES: dict[str, tuple[Any, type[Exception], str]] = {
    "nothing to fill with": (lambda df: df.x.fillna(), TypeError, "value"),
    "nothing to fill a frame with": (lambda df: df.fillna(), TypeError, "value"),
    "rows dropped in a way nobody knows": (lambda df: df.dropna(how="some"), ValueError, "some"),
    "bounds of a kind nobody knows": (lambda df: df.x.between(1, 2, inclusive="left-ish"), ValueError, "Inclusive"),
    "one value in place of several": (lambda df: df.x.isin(3), TypeError, "list-like"),
    "the largest of text": (lambda df: df.nlargest(1, "s"), TypeError, "'s' has dtype str"),
    "the smallest of text": (lambda df: df.nsmallest(1, "s"), TypeError, "nsmallest"),
    "text where meta says numbers": (
        lambda df: df.x.map_partitions(lambda part: part.astype(str), meta=("x", "float64")).compute(),
        TypeError,
        "'x' does not fit its meta, float64",
    ),
}


@pytest.mark.parametrize("case", BAD_VALUES)
def test_values_that_mean_nothing_are_told(case: str) -> None:
    call, kind, words = BAD_VALUES[case]
    frame = dd.from_pandas(pd.DataFrame({"x": [1.5, 2.5], "s": ["a", "b"]}), npartitions=2)
    with pytest.raises(kind, match=words):
        call(frame)
