"""The lines of files in zip archives: by Python, an archive of one file after the other."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Any

from treadle import _core
from treadle.bag.collection import Bag
from treadle.base import tokenize
from treadle.errors import IoError, NoFiles

_NEWLINES = {None: None, "": "", "\n": "\n", "\r": "\r", "\r\n": "\r\n"}


def read_zips(patterns: list[str], ends: str | None, per_partition: int, encoding: str, errors: str) -> Bag:
    """A bag of the lines of archives that hold a file each: a partition for ``per_partition`` of them."""
    paths = [path for pattern in patterns for path in _matching(pattern)]
    groups = [paths[start : start + per_partition] for start in range(0, len(paths), per_partition)]
    rows = [
        _core.call_one(_lines, (group, ends, encoding, errors), {}, "read_text", _token(group, ends, encoding, errors))
        for group in groups
    ]
    bag = Bag._of(_core.join_blocks(rows), "read_text")
    bag._files = tuple(paths) if per_partition == 1 else ()
    return bag


def _matching(pattern: str) -> list[str]:
    if not glob.has_magic(pattern):
        return [pattern]
    found = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 (a Path would drop "./")
    if not found:
        raise NoFiles(f"no file matches {pattern!r}")
    return found


def _token(paths: list[str], *options: Any) -> str:
    """Files that have changed are others."""
    states = [(path.absolute(), path.stat()) for path in map(Path, paths)]
    return tokenize("read_zip", [(str(path), state.st_mtime_ns, state.st_size) for path, state in states], options)


def _lines(paths: list[str], ends: str | None, encoding: str, errors: str) -> list[str]:
    return [line for path in paths for line in _lines_of(path, ends, encoding, errors)]


def _lines_of(path: str, ends: str | None, encoding: str, errors: str) -> list[str]:
    from io import TextIOWrapper
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if len(members) != 1:
                raise IoError(f"{path}: expected a zip archive of one file, found {len(members)} files in it")
            newline = _NEWLINES.get(ends, "")
            with TextIOWrapper(archive.open(members[0]), encoding, errors, newline) as file:
                return list(file) if ends in _NEWLINES else _cut(file.read(), ends)
    except (BadZipFile, EOFError) as error:
        raise IoError(f"{path}: expected a zip archive, found {error}") from error


def _cut(text: str, delimiter: Any) -> list[str]:
    *whole, last = text.split(delimiter)
    return [*(line + delimiter for line in whole), last]
