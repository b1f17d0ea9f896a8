"""Runs a program as a fresh process: seconds from start to end, peak resident memory, what it printed.

Standard library only: the kernel counts the memory of the process that forks as the child's first peak, so this one
stays small. That floor (some 15 MB) stands in every figure.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

NUM_THREADS = 2
# Two threads for everyone, by each library's own variable; DuckDB and DataFusion take it in their programs.
ENVIRONMENT = {
    "ARROW_IO_THREADS": "2",
    "DASK_NUM_WORKERS": "2",
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "2",
}


@dataclass(frozen=True)
class Measurement:
    seconds: float
    peak_bytes: int
    # Of all its threads: what other work on the machine disturbs least.
    cpu_seconds: float
    output: str


class ProgramFailed(Exception):
    pass


def measure(command: list[str], folder: Path, limit_seconds: float = 200) -> Measurement:
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | ENVIRONMENT, stdout=output, stderr=errors, process_group=0
        )
        status, usage = wait_with_usage(process.pid, began + limit_seconds)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            why = f"over {limit_seconds:.0f} s" if seconds >= limit_seconds else f"exit code {process.returncode}"
            raise ProgramFailed(f"{why}: {' '.join(command)}\n{errors.read()[-2000:]}")
        return Measurement(seconds, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime, output.read())


def wait_with_usage(pid: int, deadline: float) -> tuple[int, os.struct_rusage]:  # type: ignore[name-defined]
    """wait4() with a deadline, at which the process and those it started end."""
    try:
        while time.perf_counter() < deadline:
            found, status, usage = os.wait4(pid, os.WNOHANG)
            if found:
                return status, usage
            time.sleep(0.0005)
    except KeyboardInterrupt:
        os.killpg(pid, signal.SIGKILL)
        raise
    os.killpg(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    return status, usage
