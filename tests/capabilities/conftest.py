"""What a user has at hand: a folder with data in it, and a Python to start scripts with."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass
class Ran:
    """How a program ended, and what it said."""

    code: int
    stdout: str
    stderr: str

    @property
    def answer(self) -> Any:
        """The JSON value that is all of standard output."""
        assert self.code == 0, self.stderr
        return json.loads(self.stdout)


def start(command: list[str], folder: Path, text: str | None = None, **environment: str) -> Ran:
    done = subprocess.run(
        command,
        input=text,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=os.environ | environment,
    )
    assert done.returncode >= 0, f"ended by signal {-done.returncode}: {done.stderr}"
    return Ran(done.returncode, done.stdout, done.stderr)


Script = Callable[..., Ran]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Runs a script as `python script.py ARGUMENTS` in a folder of its own; `measuring` can be imported there."""

    def run(code: str, *arguments: str, stdin: str | None = None, python: tuple[str, ...] = ()) -> Ran:
        path = tmp_path / "script.py"
        path.write_text(textwrap.dedent(code))
        paths = [str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])]
        command = [sys.executable, *python, str(path), *arguments]
        return start(command, tmp_path, stdin, PYTHONPATH=os.pathsep.join(paths))

    return run


@pytest.fixture(scope="session")
def program() -> Path:
    """The command line, built beside."""
    path = Path(os.environ.get("TREADLE", ROOT / "build" / "release" / "treadle"))
    if not path.exists():
        pytest.skip(f"{path} is not built")
    return path


@pytest.fixture(scope="session")
def sales(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, pd.DataFrame]:
    """A pattern of five CSV files of time stamps, keys, quoted text with missing values and floats; and their rows."""
    folder = tmp_path_factory.mktemp("sales")
    chance = np.random.default_rng(7)
    names = np.array(["plain, with comma", 'with "quotes"', "Ünïcode", None], dtype=object)
    parts = []
    for number in range(5):
        rows = 2_000
        part = pd.DataFrame(
            {
                "when": pd.date_range(f"2024-01-0{number + 1}", periods=rows, freq="s"),
                "region": chance.choice(["north", "south", "west"], rows),
                "product": chance.choice(names, rows),
                "units": chance.integers(0, 100, rows),
                "revenue": np.where(chance.random(rows) < 0.1, np.nan, chance.normal(100, 25, rows).round(3)),
            }
        )
        part.to_csv(folder / f"sales-{number}.csv", index=False)
        parts.append(part)
    return str(folder / "sales-*.csv"), pd.concat(parts)
