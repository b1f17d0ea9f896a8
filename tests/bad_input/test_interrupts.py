"""Runs that are interrupted: no partial output, and the next run is as the first."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pytest
from conftest import CANCELLED, Treadle, bytes_read

# What is read at once of a CSV file. A run stops at the next morsel, so it may begin one that it was about to read.
STRIP = 8 << 20


@pytest.mark.parametrize("interrupt", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_half_way_leaves_nothing(treadle: Treadle, big_csv: Path, interrupt: signal.Signals) -> None:
    (treadle.folder / "in.csv").symlink_to(big_csv)
    process = treadle.start_big_job()
    if process.poll() is not None:
        pytest.skip("the run was over before it could be stopped")
    before = bytes_read(process.pid)
    process.send_signal(interrupt)
    process.send_signal(signal.SIGCONT)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it can still be asked
    after = bytes_read(process.pid)
    output, errors = process.communicate(timeout=300)
    assert process.returncode == CANCELLED, errors
    assert 0 < before <= after < before + 2 * STRIP
    assert json.loads(output)["error"]["kind"] == "Cancelled"
    assert treadle.left_behind() == []


def test_kill_9_half_way_then_again(treadle: Treadle, big_csv: Path) -> None:
    (treadle.folder / "in.csv").symlink_to(big_csv)
    process = treadle.start_big_job()
    if process.poll() is not None:
        pytest.skip("the run was over before it could be stopped")
    process.kill()
    process.communicate()
    assert not (treadle.folder / "out").exists()
    again = treadle.call("run", "in-job.json", "--errors", "json")
    assert again.code == 0, again
    assert json.loads(again.stdout)["sinks"][0]["num_rows"] == 3_600_000
    assert [name for name in treadle.left_behind() if not name.startswith("out")] == []


def test_spill_files_go_with_an_interrupted_run(treadle: Treadle, big_csv: Path) -> None:
    (treadle.folder / "in.csv").symlink_to(big_csv)
    spill = treadle.folder / "in-spill"
    spill.mkdir()
    process = treadle.start_big_job("--spill-directory", str(spill), "--working-memory", "16MiB")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGCONT)
    process.communicate(timeout=300)
    assert list(spill.iterdir()) == []
    shutil.rmtree(spill)
