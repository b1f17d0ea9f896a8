"""Where the time and the memory go: this package's own records, and the tools that users have."""

import json
import sys
from pathlib import Path

import pandas as pd
import treadle.dataframe as dd
from conftest import Script, start
from treadle.diagnostics import Profiler

CODE = """
    import pandas as pd
    import treadle.dataframe as dd

    {decorator}
    def double(part):
        return part.assign(b=part.a * 2)

    def main():
        frame = dd.from_pandas(pd.DataFrame({{"a": range(40)}}), npartitions=4)
        return frame.map_partitions(double, meta={{"a": "int64", "b": "int64"}}).compute(scheduler="synchronous")

    if __name__ == "__main__":
        assert main().b.sum() == 1560
"""


def test_a_profile_of_tasks() -> None:
    """Profiler records key, worker, start and end of each task."""
    frame = dd.from_pandas(pd.DataFrame({"a": range(1000)}), npartitions=4)
    with Profiler() as profiler:
        frame.a.sum().compute()
    assert profiler.results
    for task in profiler.results:
        assert task.key is not None
        assert task.worker_id is not None
        assert task.start_time <= task.end_time


def test_cprofile_counts_calls_of_the_users_functions(script: Script) -> None:
    """python -m cProfile names the function, called once a partition with the synchronous scheduler."""
    ran = script(CODE.format(decorator=""), python=("-m", "cProfile"))
    assert ran.code == 0, ran.stderr
    (line,) = [line for line in ran.stdout.splitlines() if line.endswith("(double)")]
    assert line.split()[0] == "4"


def test_line_profiler_counts_lines_that_the_engine_runs(script: Script) -> None:
    """kernprof -l -v prints hits of the lines of a function of partitions."""
    ran = script(CODE.format(decorator="@profile"), python=("-m", "kernprof", "-l", "-v"))
    assert ran.code == 0, ran.stderr
    (line,) = [line for line in ran.stdout.splitlines() if line.endswith("return part.assign(b=part.a * 2)")]
    assert line.split()[1] == "4"


def test_memory_profiler_gives_lines_figures(script: Script) -> None:
    """@profile of memory_profiler over a read and describe()."""
    ran = script(
        """
        import pandas as pd
        import treadle.dataframe as dd
        from memory_profiler import profile

        @profile
        def describe():
            frame = dd.from_pandas(pd.DataFrame({"a": range(100)}), npartitions=2)
            return frame.describe().compute()

        assert describe().a["count"] == 100
        """
    )
    assert ran.code == 0, ran.stderr
    assert [line for line in ran.stdout.splitlines() if "describe().compute()" in line and "MiB" in line]


def test_pytest_benchmark_measures_a_computation(tmp_path: Path) -> None:
    """pytest --benchmark-only over a computation: it runs, and writes its figures."""
    (tmp_path / "test_speed.py").write_text(
        "import treadle.array as da\n\n\n"
        "def test_mean(benchmark):\n"
        "    x = da.arange(10_000.0, chunks=1_000)\n"
        "    assert benchmark(x.mean().compute) == 4_999.5\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "--benchmark-only", "--benchmark-json=figures.json"]
    options = ["--benchmark-min-rounds=3", "--benchmark-max-time=0.01", "-p", "no:cacheprovider", "test_speed.py"]
    ran = start([*command, *options], tmp_path)
    assert ran.code == 0, ran.stdout + ran.stderr
    (figures,) = json.loads((tmp_path / "figures.json").read_text())["benchmarks"]
    assert figures["name"] == "test_mean"
    assert figures["stats"]["rounds"] >= 3
    assert 0 < figures["stats"]["min"] <= figures["stats"]["mean"]
