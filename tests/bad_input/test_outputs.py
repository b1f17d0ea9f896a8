"""Outputs that cannot be written: nothing half-made stays."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import IO_ERROR, Treadle


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A file system of 1 MiB, or nothing where that is not allowed."""
    folder = tmp_path / "in-small"
    folder.mkdir()
    mounted = os.geteuid() == 0 and shutil.which("mount") is not None
    if mounted:
        command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    yield folder if mounted else None
    if mounted:
        subprocess.run(["umount", str(folder)], check=True)


def limit_file_size() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


@pytest.mark.parametrize("output", ["out.parquet", "out.csv", "out.json"])
@pytest.mark.parametrize("limit", ["disk", "file size"])
def test_a_full_disk(treadle: Treadle, big_csv: Path, small_disk: Path | None, output: str, limit: str) -> None:
    if limit == "disk" and small_disk is None:
        pytest.skip("needs to mount a small file system")
    folder = small_disk if limit == "disk" and small_disk is not None else treadle.folder
    options: dict[str, Any] = {"preexec_fn": limit_file_size} if limit == "file size" else {}
    query = f"SELECT * FROM '{big_csv}'"
    answer = treadle.call("sql", query, "--output", str(folder / output), "--errors", "json", **options)
    assert answer.code == IO_ERROR, answer
    assert "out" in answer.error()["message"]
    assert list(folder.glob("*out*")) == []
    assert [name for name in treadle.left_behind() if "in-small" not in name] == []


def test_an_output_that_exists(treadle: Treadle) -> None:
    treadle.write("in.csv", "a\n1\n")
    for output in ("out.parquet", "out.csv", "out.json"):
        arguments = ["sql", "SELECT * FROM 'in.csv'", "--output", output]
        assert treadle.call(*arguments).code == 0
        before = sorted((p, p.stat().st_mtime_ns) for p in treadle.folder.rglob("*"))
        treadle.fails(*arguments, code=IO_ERROR, kind="IoError", says=[output, "overwrite"])
        assert sorted((p, p.stat().st_mtime_ns) for p in treadle.folder.rglob("*")) == before
        assert treadle.call(*arguments, "--overwrite").code == 0


def test_an_output_in_a_folder_that_is_not_there(treadle: Treadle) -> None:
    treadle.write("in.csv", "a\n1\n")
    answer = treadle.call("sql", "SELECT * FROM 'in.csv'", "--output", "none/out.csv", "--errors", "json")
    assert answer.code == IO_ERROR
    assert "none" in answer.error()["message"]


def test_standard_output_that_is_full(treadle: Treadle) -> None:
    treadle.write("in.csv", "a\n1\n")
    with Path("/dev/full").open("w") as full:
        command = [str(treadle.program), "head", "in.csv"]
        ran = subprocess.run(command, cwd=treadle.folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == IO_ERROR
    assert "standard output" in ran.stderr


def test_a_reader_that_has_seen_enough_is_no_error(treadle: Treadle, big_csv: Path) -> None:
    command = f"'{treadle.program}' sql \"SELECT * FROM '{big_csv}'\" --format csv | head -n 2; echo ${{PIPESTATUS[0]}}"
    ran = subprocess.run(
        ["bash", "-c", command], cwd=treadle.folder, capture_output=True, text=True, check=True, timeout=300
    )
    assert ran.stdout.splitlines() == ["id,x,word,group", "0,0.0,text 0,0", "0"]
    assert ran.stderr == ""
