"""Ways to run a test: each engine, several numbers of threads, so little memory that operators spill."""

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


@pytest.fixture(params=REGIMES)
def regime(request: pytest.FixtureRequest) -> Iterator[str]:
    with treadle.config.set(REGIMES[request.param]):
        yield request.param
