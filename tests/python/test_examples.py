"""The examples in examples/python run, and print what their last line says they found."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples" / "python"

PRINTS = {
    "anomaly.py": "40739 of 8760000 readings are unusual, the most so in year 2; in 36% of their size\n",
    "arrays.py": "6189 of 2920000 readings are unusual; day 90 is the warmest\n",
    "bags.py": "2691 times ok; host b was slow for 21810 ms\n4000 times written\n",
    "dataframes.py": "18.4% are late; most often AA-JFK, 131 times\n",
    "delayed.py": "520 hours, 3.490 on average; the longest day has 20\n",
    "futures.py": "the least is at 3.00\n",
}


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_an_example_runs(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name)], capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == PRINTS.get(name, done.stdout)
    assert done.stdout
