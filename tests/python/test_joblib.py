"""joblib's Parallel and scikit-learn's searches on Treadle, against joblib's own backends."""

# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import Any

import pytest

joblib: Any = pytest.importorskip("joblib")

import treadle.joblib
from treadle.distributed import Client


def square(x):
    return x * x


def run(function, items, backend="treadle", n_jobs=-1, **options):
    with joblib.parallel_config(backend=backend, n_jobs=n_jobs, **options):
        return joblib.Parallel()(joblib.delayed(function)(i) for i in items)


@pytest.mark.parametrize("order", ["joblib, treadle", "treadle, joblib", "sklearn.utils.parallel, treadle, joblib"])
def test_the_backend_is_known_whichever_is_imported_first(order):
    program = (
        f"import {order}, sys\n"
        "assert 'treadle.joblib' not in sys.modules\n"
        "with joblib.parallel_config(backend='treadle'):\n"
        "    print(joblib.Parallel(n_jobs=2)(joblib.delayed(abs)(-i) for i in range(3)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[0, 1, 2]\n"


def test_like_joblib_itself():
    assert run(square, range(50)) == run(square, range(50), backend="sequential", n_jobs=1)


class Counting(Client):
    """A client that counts what is submitted."""

    submitted = 0

    def submit(self, *args: Any, **kwargs: Any) -> Any:
        self.submitted += 1
        return super().submit(*args, **kwargs)


def test_tiny_calls_are_batched():
    with Counting(n_workers=1, threads_per_worker=2, set_as_default=False) as client:
        assert run(square, range(50_000), client=client) == [i * i for i in range(50_000)]
        assert client.submitted < 5_000


def test_calls_run_on_the_client_in_force():
    with Client(n_workers=2, threads_per_worker=1):
        threads = set(run(lambda _: threading.get_ident(), range(20)))
        assert threading.get_ident() not in threads
        with joblib.parallel_config(backend="treadle"):
            assert joblib.effective_n_jobs(-1) == 2
            assert joblib.effective_n_jobs(100) == 2


def test_calls_run_in_worker_processes():
    with Client(n_workers=2, threads_per_worker=1, processes=True):
        assert os.getpid() not in run(lambda _: os.getpid(), range(4))


def test_errors_come_back():
    with pytest.raises(ZeroDivisionError):
        run(lambda x: 1 // x, range(-5, 5))
    assert run(square, [3]) == [9]


def test_results_as_they_come():
    with joblib.parallel_config(backend="treadle"):
        made = joblib.Parallel(n_jobs=2, return_as="generator")(joblib.delayed(square)(i) for i in range(10))
        assert list(made) == [i * i for i in range(10)]


def test_parallel_within_parallel():
    def outer(i):
        return sum(joblib.Parallel(n_jobs=2)(joblib.delayed(square)(k) for k in range(i)))

    assert run(outer, range(6)) == [sum(k * k for k in range(i)) for i in range(6)]


def test_grid_search():
    sklearn: Any = pytest.importorskip("sklearn")
    import numpy as np
    from sklearn.datasets import load_iris
    from sklearn.model_selection import GridSearchCV
    from sklearn.tree import DecisionTreeClassifier

    assert sklearn
    x, y = load_iris(return_X_y=True)
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2, 3]}, cv=3, n_jobs=-1)
    with joblib.parallel_config(backend="treadle"):
        search.fit(x, y)
    scores = search.cv_results_["mean_test_score"].copy()
    with joblib.parallel_config(backend="sequential"):
        search.fit(x, y)
    np.testing.assert_array_equal(scores, search.cv_results_["mean_test_score"])


def test_a_client_makes_the_backend_known():
    script = """
import joblib
from treadle.distributed import Client
with Client(n_workers=1), joblib.parallel_config(backend="treadle"):
    print(joblib.Parallel(n_jobs=2)(joblib.delayed(abs)(-i) for i in range(3)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300, check=False)
    assert (done.stdout, done.stderr) == ("[0, 1, 2]\n", "")
    assert treadle.joblib.TreadleBackend.supports_retrieve_callback
