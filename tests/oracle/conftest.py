"""What the oracle tests share: the program under test, and jobs whose results come back as pandas frames."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Treadle:
    program: Path
    folder: Path

    def call(self, *arguments: str, text: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = [str(self.program), *arguments]
        ran = subprocess.run(
            command, input=text, cwd=self.folder, capture_output=True, text=True, check=False, timeout=300
        )
        if check and ran.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: exit code {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return ran

    def run_job(self, source: dict[str, Any], steps: Sequence[dict[str, Any]], *options: str) -> pd.DataFrame:
        """The rows that a job leaves behind its last step."""
        out = self.folder / "result"
        sink = {"parquet": {"directory": str(out), "mode": "overwrite"}}
        job = json.dumps({"source": source, "steps": list(steps), "sinks": [sink]})
        self.call("run", "-", *options, text=job)
        return pd.read_parquet(out)

    def sql(self, query: str, *options: str) -> pd.DataFrame:
        out = self.folder / "result.parquet"
        if out.is_dir():
            shutil.rmtree(out)
        out.unlink(missing_ok=True)
        self.call("sql", query, "--format", "parquet", "--output", str(out), *options)
        return pd.read_parquet(out)


@pytest.fixture
def treadle(tmp_path: Path) -> Treadle:
    program = Path(os.environ.get("TREADLE", ROOT / "build" / "release" / "treadle"))
    return Treadle(program, tmp_path)
