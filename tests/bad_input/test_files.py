"""Files that are not there, cannot be read, or change while they are read."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import IO_ERROR, USAGE, Treadle


def test_no_file_matches(treadle: Treadle) -> None:
    for pattern in ("none.csv", "none/*.csv", "*.parquet"):
        treadle.fails("sql", f"SELECT * FROM '{pattern}'", code=IO_ERROR, kind="IoError", says=[pattern])


def test_a_directory_without_data(treadle: Treadle) -> None:
    (treadle.folder / "in").mkdir()
    answer = treadle.read("in")
    assert answer.code in (USAGE, IO_ERROR)
    assert "in" in answer.error()["message"]
    assert treadle.call("head", "in").code in (USAGE, IO_ERROR)


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root reads everything")
def test_an_unreadable_file(treadle: Treadle) -> None:
    treadle.write("in.csv", "a\n1\n")
    (treadle.folder / "in.csv").chmod(0)
    command = [str(treadle.program), "head", "in.csv", "--errors", "json"]
    if os.geteuid() == 0:
        for folder in treadle.folder.parents:
            if folder.stat().st_mode & 0o005 != 0o005 and folder.stat().st_uid == os.geteuid():
                folder.chmod(folder.stat().st_mode | 0o055)
        treadle.folder.chmod(0o755)
        as_nobody = ["setpriv", "--reuid=65534", "--clear-groups"]
        if subprocess.run([*as_nobody, command[0], "--version"], capture_output=True, check=False).returncode != 0:
            pytest.skip("nobody else may start the program where it lies")
        command = [*as_nobody, *command]
    treadle.program, arguments = Path(command[0] if "/" in command[0] else f"/usr/bin/{command[0]}"), command[1:]
    answer = treadle.call(*arguments)
    assert answer.code == IO_ERROR, answer
    assert "in.csv" in answer.error()["message"]


def test_an_empty_file(treadle: Treadle) -> None:
    treadle.write("in.csv", "")
    answer = treadle.read("in.csv")
    assert answer.code == USAGE
    assert "in.csv" in answer.error()["message"]


def test_a_header_alone_is_a_table_without_rows(treadle: Treadle) -> None:
    for text in ("a,b\n", "a,b", "a,b\r\n", "\ufeffa,b\n"):
        treadle.write("in.csv", text)
        assert treadle.rows("in.csv") == []


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write("1,2,x,3\n")


def replace(path: Path) -> None:
    other = path.with_name("in-other")
    other.write_text("id,x,word,group\n1,2,x,3\n")
    other.rename(path)


@pytest.mark.parametrize("change", [truncate, append, replace, Path.unlink])
def test_a_file_that_changes_while_it_is_read(treadle: Treadle, big_csv: Path, change: Callable[[Path], None]) -> None:
    shutil.copy(big_csv, treadle.folder / "in.csv")
    process = treadle.start_big_job()
    if process.poll() is not None:
        pytest.skip("the run was over before it could be stopped")
    change(treadle.folder / "in.csv")
    process.send_signal(signal.SIGCONT)
    _, errors = process.communicate(timeout=300)
    # A file that was open when its name went away can be read to its end; anything else is refused.
    if change in (replace, Path.unlink) and process.returncode == 0:
        return
    assert process.returncode in (USAGE, IO_ERROR), errors
    assert "in.csv" in errors
    assert treadle.left_behind() == []


def test_a_damaged_parquet_file(treadle: Treadle) -> None:
    treadle.write("in.csv", "a,b\n" + "1,x\n" * 1000)
    assert treadle.call("sql", "SELECT * FROM 'in.csv'", "--output", "in.parquet").code == 0
    (file,) = (treadle.folder / "in.parquet").glob("*.parquet")
    whole = file.read_bytes()
    for damaged in (b"", whole[:50], whole[:-10], b"no parquet at all", whole[:100] + b"\xff" * 100 + whole[200:]):
        file.write_bytes(damaged)
        answer = treadle.call("sql", "SELECT sum(a), max(b) FROM 'in.parquet'", "--errors", "json")
        assert answer.code in (0, USAGE, IO_ERROR), answer
        if answer.code != 0:
            assert file.name in answer.error()["message"]
