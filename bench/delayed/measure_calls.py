"""What a trivial Python function costs as a task: Treadle, Dask and concurrent.futures, in turn, each in a process of
its own. ``measure_calls.py [--write]`` prints the table, or writes it into README.md.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
MARK = "## Results\n"


def inc(x: int) -> int:
    return x + 1


def wide(delayed: Callable[..., object], size: int) -> tuple[float, float]:
    """Calls that do not need one another, added up: seconds to build and to run."""
    begin = time.perf_counter()
    call = delayed(inc)
    total = delayed(sum)([call(i) for i in range(size)])  # type: ignore[operator]
    built = time.perf_counter()
    assert total.compute(num_workers=2) == size * (size + 1) // 2
    return built - begin, time.perf_counter() - built


def deep(delayed: Callable[..., object], size: int) -> tuple[float, float]:
    """Calls each of which needs the one before."""
    begin = time.perf_counter()
    call = delayed(inc)
    last = call(0)  # type: ignore[operator]
    for _ in range(size - 1):
        last = call(last)  # type: ignore[operator]
    built = time.perf_counter()
    assert last.compute(num_workers=2) == size
    return built - begin, time.perf_counter() - built


def treadle_wide() -> tuple[float, float]:
    import treadle

    return wide(treadle.delayed, 100_000)


def treadle_deep() -> tuple[float, float]:
    import treadle

    return deep(treadle.delayed, 100_000)


def treadle_futures() -> tuple[float, float]:
    from treadle.distributed import Client

    with Client(n_workers=1, threads_per_worker=2) as client:
        begin = time.perf_counter()
        futures = client.map(inc, range(20_000), pure=False)
        built = time.perf_counter()
        assert sum(client.gather(futures)) == 20_000 * 20_001 // 2
        return built - begin, time.perf_counter() - built


def dask_wide() -> tuple[float, float]:
    import dask

    return wide(dask.delayed, 10_000)  # type: ignore[attr-defined]


def dask_deep() -> tuple[float, float]:
    import dask

    return deep(dask.delayed, 2_000)  # type: ignore[attr-defined]


def dask_futures() -> tuple[float, float]:
    from distributed import Client

    with Client(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as client:
        begin = time.perf_counter()
        futures = client.map(inc, range(2_000), pure=False)
        built = time.perf_counter()
        assert sum(client.gather(futures)) == 2_000 * 2_001 // 2
        return built - begin, time.perf_counter() - built


def joblib_on(backend: str) -> tuple[float, float]:
    import joblib

    begin = time.perf_counter()
    with joblib.parallel_config(backend=backend, n_jobs=2):
        answers = joblib.Parallel()(joblib.delayed(inc)(i) for i in range(1_000_000))
    assert answers == list(range(1, 1_000_001))
    return 0.0, time.perf_counter() - begin


def treadle_joblib() -> tuple[float, float]:
    import treadle.joblib  # noqa: F401

    return joblib_on("treadle")


def loky_joblib() -> tuple[float, float]:
    return joblib_on("loky")


def executor() -> tuple[float, float]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        begin = time.perf_counter()
        futures = [pool.submit(inc, i) for i in range(100_000)]
        built = time.perf_counter()
        assert sum(future.result() for future in futures) == 100_000 * 100_001 // 2
        return built - begin, time.perf_counter() - built


CASES: dict[str, tuple[str, Callable[[], tuple[float, float]], int]] = {
    "treadle_wide": ("**treadle.delayed**, 100,000 wide", treadle_wide, 100_000),
    "treadle_deep": ("**treadle.delayed**, 100,000 deep", treadle_deep, 100_000),
    "treadle_futures": ("**treadle.distributed**, 20,000 futures", treadle_futures, 20_000),
    "executor": ("concurrent.futures, 100,000 wide", executor, 100_000),
    "dask_futures": ("dask.distributed, 2,000 futures", dask_futures, 2_000),
    "treadle_joblib": ("**treadle.joblib**, 1,000,000 calls", treadle_joblib, 1_000_000),
    "loky_joblib": ("joblib on loky, 1,000,000 calls", loky_joblib, 1_000_000),
    "dask_wide": ("dask.delayed, 10,000 wide", dask_wide, 10_000),
    "dask_deep": ("dask.delayed, 2,000 deep", dask_deep, 2_000),
}


def run_one(case: str) -> None:
    _, work, size = CASES[case]
    built, ran = work()
    print(json.dumps([built / size * 1e6, ran / size * 1e6]))


def measure(rounds: int) -> dict[str, list[list[float]]]:
    figures: dict[str, list[list[float]]] = {case: [] for case in CASES}
    for _ in range(rounds):
        for case, found in figures.items():
            done = subprocess.run([sys.executable, __file__, case], capture_output=True, text=True, check=True)
            found.append(json.loads(done.stdout))
    return figures


def table(figures: dict[str, list[list[float]]]) -> str:
    load = os.getloadavg()[0]
    lines = [
        f"{len(os.sched_getaffinity(0))} cores, load {load:.1f} while measuring; two threads each; medians of "
        f"{len(next(iter(figures.values())))}; {time.strftime('%Y-%m-%d')}.",
        "",
        "| program | build us a task | run us a task | both | to ours |",
        "|---|---|---|---|---|",
    ]
    both = {case: statistics.median(sum(one) for one in found) for case, found in figures.items()}
    for case, found in figures.items():
        build, run = (statistics.median(one[i] for one in found) for i in (0, 1))
        ratio = both[case] / both["treadle_wide"]
        lines.append(f"| {CASES[case][0]} | {build:.1f} | {run:.1f} | {both[case]:.1f} | {ratio:.1f}x |")
    return "\n".join(lines) + "\n"


def main() -> None:
    arguments = [argument for argument in sys.argv[1:] if argument != "--write"]
    if arguments:
        run_one(arguments[0])
        return
    text = table(measure(3))
    print(text)
    if "--write" in sys.argv:
        page = HERE / "README.md"
        page.write_text(page.read_text().split(MARK)[0] + MARK + "\n" + text)


if __name__ == "__main__":
    main()
