"""Futures: work that starts at once, on a client of this machine."""

import math
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import psutil
import pytest
import treadle
import treadle.array as da
import treadle.dataframe as dd
import treadle.joblib
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC
from treadle.distributed import Client, as_completed, get_worker, wait


def test_submit_map_gather_wait_cancel_as_completed() -> None:
    """The verbs of futures, by their names."""
    with Client(n_workers=2) as client:
        futures = client.map(lambda x: x**2, range(5))
        assert client.gather(futures) == [0, 1, 4, 9, 16]
        assert client.submit(sum, futures).result() == 30
        assert {future.result() for future in as_completed(futures)} == {0, 1, 4, 9, 16}
        done, rest = wait(futures)
        assert (len(done), len(rest)) == (5, 0)
        gate = threading.Event()
        late = client.submit(lambda opened: opened, client.submit(gate.wait, 60))
        client.cancel(late)
        gate.set()
        assert late.status == "cancelled"


def test_one_bad_file_spoils_one_future(tmp_path: Path) -> None:
    """map over files: results in the files' order, and the others are there though one cannot be read."""
    for number in range(4):
        (tmp_path / f"{number}.csv").write_text("a\n" + "1\n" * number if number != 2 else "a,b\n1\n\0,,,\n2,3,4,5\n")

    def rows(path: Path) -> int:
        return len(pd.read_csv(path))

    with Client(n_workers=2) as client:
        futures = client.map(rows, sorted(tmp_path.glob("*.csv")))
        wait(futures)
        assert [future.status for future in futures] == ["finished", "finished", "error", "finished"]
        assert client.gather(futures, errors="skip") == [0, 1, 3]
        with pytest.raises(pd.errors.ParserError):
            client.gather(futures)


def test_closures_classes_and_large_arrays_travel_to_processes() -> None:
    """What a worker process gets and answers with arrives unharmed; what cannot travel says so."""

    class Point:
        def __init__(self, x: float) -> None:
            self.x = x

    offset = 3

    with Client(n_workers=1, processes=True) as client:
        assert client.submit(lambda x: x + offset, 1).result() == 4
        assert client.submit(lambda point: Point(point.x * 2), Point(2.5)).result().x == 5.0
        values = np.arange(1_000_000.0)
        assert np.array_equal(client.submit(lambda a: a[::-1], values).result(), values[::-1])
        assert client.submit(os.getpid).result() != os.getpid()
        with pytest.raises(TypeError, match="a lock, cannot be pickled"):
            client.submit(lambda lock: lock, threading.Lock()).result()


def test_the_frame_computes_in_one_process_without_ports() -> None:
    """compute() alone starts no process and opens no port; there is no virtual machine of Java's."""
    dd.from_dict({"a": [1, 2, 3]}, npartitions=2).a.sum().compute()
    before = psutil.Process()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: da.ones(10, chunks=2).sum().compute()).result()
    assert not [one for one in before.net_connections() if one.status == "LISTEN"]
    assert "libjvm" not in Path("/proc/self/maps").read_text()


def test_work_goes_to_where_the_data_is() -> None:
    """A task on held data runs on a worker that holds it, and sees the very object: nothing is copied or moved."""

    def look(values: np.ndarray) -> tuple[str, int]:
        return get_worker().address, values.__array_interface__["data"][0]

    with Client(n_workers=2, threads_per_worker=1) as client:
        held = client.submit(np.arange, 1_000_000)
        place = held.result().__array_interface__["data"][0]
        looks = client.gather([client.submit(look, held, pure=False) for _ in range(20)])
        assert {address for address, _ in looks} <= set(client.who_has(held)[held.key])
        assert {where for _, where in looks} == {place}
        scattered = client.scatter(held.result())
        address, where = client.submit(look, scattered).result()
        assert address in client.who_has(scattered)[scattered.key]
        assert where == place


def test_joblib_runs_on_treadle_in_order() -> None:
    """joblib.Parallel(n_jobs=-1) over many tiny calls: all answers, in order."""
    with joblib.parallel_config(backend="treadle"):
        roots = joblib.Parallel(n_jobs=-1)(joblib.delayed(math.hypot)(x, 1) for x in range(20_000))
    assert roots == [math.hypot(x, 1) for x in range(20_000)]


def test_a_grid_search_gives_the_same_scores() -> None:
    """scikit-learn's search over parameters, through joblib's backend."""
    inputs, classes = load_iris(return_X_y=True)
    search = GridSearchCV(SVC(), {"C": [0.1, 1, 10]}, cv=3, n_jobs=-1)
    alone = GridSearchCV(SVC(), {"C": [0.1, 1, 10]}, cv=3).fit(inputs, classes).cv_results_["mean_test_score"]
    with joblib.parallel_config(backend="treadle"):
        together = search.fit(inputs, classes).cv_results_["mean_test_score"]
    assert np.array_equal(alone, together)


def test_monte_carlo() -> None:
    """A million points: the same estimate of pi for the same seed, whatever the chunks' order of work."""

    def estimate(workers: int) -> float:
        points = da.random.default_rng(1).random((1_000_000, 2), chunks=(100_000, 2))
        inside = ((points**2).sum(axis=1) < 1).mean() * 4
        return float(inside.compute(num_workers=workers))

    assert estimate(1) == estimate(4)
    assert estimate(2) == pytest.approx(math.pi, abs=0.01)


def test_a_client_needs_nothing_to_operate() -> None:
    """Client() alone: no service to start first, and nothing is left behind it."""
    children = len(psutil.Process().children())
    client = treadle.Client()
    assert sum(client.nthreads().values()) >= 1
    client.close()
    assert len(psutil.Process().children()) <= children
