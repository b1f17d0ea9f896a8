"""Ways to run a test: each engine, several numbers of threads, so little memory that operators spill."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest
import treadle.config

REGIMES: dict[str, dict[str, Any]] = {
    "one": {"scheduler": "threads", "num_workers": 1},
    "two": {"scheduler": "threads", "num_workers": 2},
    "eight": {"scheduler": "threads", "num_workers": 8},
    "synchronous": {"scheduler": "synchronous"},
    "little-memory": {"scheduler": "threads", "num_workers": 2, "working_memory": "4 MiB"},
}


@pytest.fixture(scope="session", autouse=True)
def _interrupts() -> None:
    """A script that starts the tests in the background has them, and the programs they start, ignore interrupts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(params=REGIMES)
def regime(request: pytest.FixtureRequest) -> Iterator[str]:
    with treadle.config.set(REGIMES[request.param]):
        yield request.param
