"""Random tables with what makes readers and group-bys stumble: nulls, quotes, wide ranges, repeats."""

from __future__ import annotations

import numpy as np
import pandas as pd

WORDS = [
    "alpha",
    "beta",
    "gamma",
    'say "hi"',
    "comma, here",
    "two\nlines",
    "straße",
    "日本",
    "Null",
    " padded ",
    "x" * 300,
]


def table(seed: int, num_rows: int, num_groups: int = 50) -> pd.DataFrame:
    """Of word, whole and number one value in twenty is missing."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "id": np.arange(num_rows),
            "key": random.integers(0, num_groups, num_rows),
            "word": random.choice(WORDS, num_rows),
            "whole": pd.array(random.integers(-(2**40), 2**40, num_rows), dtype="Int64"),
            "number": np.round(random.normal(0, 1000, num_rows), 3),
            "flag": random.random(num_rows) < 0.5,
            "day": pd.to_datetime("2020-01-01") + pd.to_timedelta(random.integers(0, 2000, num_rows), unit="D"),
            "time": pd.to_datetime("2020-01-01") + pd.to_timedelta(random.integers(0, 10**8, num_rows), unit="s"),
        }
    )
    for column in ("word", "whole", "number"):
        frame.loc[random.random(num_rows) < 0.05, column] = None
    return frame


def write_csv(frame: pd.DataFrame, path: str) -> None:
    days = frame.assign(day=frame["day"].dt.strftime("%Y-%m-%d"), time=frame["time"].dt.strftime("%Y-%m-%dT%H:%M:%S"))
    days.to_csv(path, index=False)
