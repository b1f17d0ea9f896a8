"""What the tests share: the program, and what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

# Exit codes by kind of error.
USAGE, IO_ERROR, OUT_OF_MEMORY, CANCELLED = 2, 3, 4, 130


@dataclass
class Answer:
    code: int
    stdout: str
    stderr: str

    def error(self) -> dict[str, Any]:
        """The error that --errors json wrote last."""
        error = json.loads(self.stderr.strip().splitlines()[-1])["error"]
        assert error["exit_code"] == self.code
        assert isinstance(error, dict)
        return error


@dataclass
class Treadle:
    program: Path
    folder: Path

    def call(self, *arguments: str, text: str | None = None, **options: Any) -> Answer:
        command = [str(self.program), *arguments]
        ran = subprocess.run(
            command, input=text, cwd=self.folder, capture_output=True, text=True, check=False, timeout=300, **options
        )
        assert ran.returncode >= 0, f"{command} ended by signal {-ran.returncode}: {ran.stderr}"
        return Answer(ran.returncode, ran.stdout, ran.stderr)

    def fails(self, *arguments: str, code: int, kind: str, says: Sequence[str] = (), text: str | None = None) -> str:
        """The message of a call that fails with this exit code and kind of error and names all of `says`."""
        answer = self.call(*arguments, "--errors", "json", text=text)
        assert answer.code == code, answer
        error = answer.error()
        assert error["kind"] == kind, error
        for part in says:
            assert part in error["message"], error
        return str(error["message"])

    def read(self, name: str, **options: Any) -> Answer:
        """Reads a CSV file whole by way of a job."""
        return self.run_job({"source": {"csv": name, **options}, "sinks": [{"table": "t"}]})

    def rows(self, name: str, **options: Any) -> list[list[Any]]:
        answer = self.read(name, **options)
        assert answer.code == 0, answer
        rows = json.loads(answer.stdout)["sinks"][0]["rows"]
        assert isinstance(rows, list)
        return rows

    def run_job(self, job: dict[str, Any], *options: str) -> Answer:
        return self.call("run", "-", "--errors", "json", *options, text=json.dumps(job))

    def write(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    def left_behind(self) -> list[str]:
        """Files beside those that tests write: inputs are called in*."""
        return sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*") if not p.name.startswith("in"))

    def start_big_job(self, *options: str) -> subprocess.Popen[str]:
        """A job that reads in.csv into the data set `out`, stopped as soon as it has read a good part of it."""
        job = {
            "source": {"csv": "in.csv"},
            "steps": [{"filter": "x >= 0"}],
            "sinks": [{"parquet": {"directory": "out", "compression": "zstd"}}],
        }
        (self.folder / "in-job.json").write_text(json.dumps(job))
        command = [str(self.program), "run", "in-job.json", "--threads", "1", "--errors", "json", *options]
        process = subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        wanted = (self.folder / "in.csv").stat().st_size // 3
        while process.poll() is None and bytes_read(process.pid) < wanted:
            time.sleep(0.0005)
        if process.poll() is None:
            process.send_signal(signal.SIGSTOP)
        return process


def bytes_read(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/io").read_text().split()
    except OSError:
        return 0
    return int(fields[1])


@pytest.fixture
def treadle(tmp_path: Path) -> Treadle:
    program = Path(os.environ.get("TREADLE", ROOT / "build" / "release" / "treadle")).resolve()
    return Treadle(program, tmp_path)


@pytest.fixture(scope="session")
def big_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some 90 MB: enough for a run to be caught in the middle."""
    path = tmp_path_factory.mktemp("big") / "in.csv"
    block = "".join(f"{i},{i * 0.25},text {i * 7919 % 100_003},{i % 17}\n" for i in range(100_000))
    with path.open("w") as file:
        file.write("id,x,word,group\n")
        for _ in range(36):
            file.write(block)
    return path
