"""to_textfiles: an item a line, a file a partition."""

from __future__ import annotations

import os
import uuid
import warnings
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from treadle import _core
from treadle.bag.reductions import _Block
from treadle.optional import needed

if TYPE_CHECKING:
    from treadle.bag.collection import Bag

_BY_ENDING = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zst": "zstd"}


def to_textfiles(
    b: Bag,
    path: Any,
    name_function: Callable[[int], str] | None = None,
    compression: Any = "infer",
    encoding: Any = "utf-8",
    compute: bool = True,
    storage_options: Any = None,
    last_endline: bool = False,
    **kwargs: Any,
) -> Any:
    """Writes a bag of texts, a file a partition, and answers with the files' paths.

    ``path``: one with a ``*`` that the partition's number replaces (``name_function`` of it, if given), a folder, or
    a list of paths. What ends in .gz, .bz2, .xz or .zst is packed (``compression``). Each file appears whole or not at
    all.
    """
    from treadle.bag.collection import Bag

    paths = _paths(path, b.npartitions, name_function)
    lines = Lines(compression, encoding, last_endline)
    if b._in_pieces and compute:  # who computes it also removes what is left of the file when a later piece fails
        made, staged = _written_in_pieces(b._pieces, Path(paths[0]), lines)
    else:
        write = partial(_write, paths, lines)
        made = _core.call_each(write, (b._blocks,), {}, b.npartitions, "python: to-textfiles", None, True)
        staged = None
    written = Bag._of(made, "to-textfiles")
    if not compute:
        return written.to_delayed()
    try:
        written.compute(**kwargs)
    except BaseException:
        if staged is not None:
            staged.unlink(missing_ok=True)
        raise
    return paths


class Lines(NamedTuple):
    """How items become lines."""

    compression: Any
    encoding: Any
    last_endline: bool

    def kind(self, target: Path) -> Any:
        """How the file is packed."""
        return _BY_ENDING.get(target.suffix) if self.compression == "infer" else self.compression


def _written_in_pieces(pieces: _core.Blocks, target: Path, lines: Lines) -> tuple[_core.Blocks, Path]:
    """One block: a partition that lies in pieces, written one behind the other. Each call goes on where the one before
    has ended, the last one gives the file its name. And the file until then."""
    staged = target.with_name(f"{target.name}.{uuid.uuid4().hex}.incomplete")
    before: Any = Written(0, False)
    for i in range(pieces.num_blocks):
        row = _core.call_one(
            _write_piece, (staged, target, lines, _Block(pieces[i]), before), {}, "python: to-textfiles"
        )
        before = _Block(row)
    return _core.call_one(_finish, (staged, target, lines, before), {}, "python: to-textfiles"), staged


def _paths(path: Any, count: int, name_function: Callable[[int], str] | None) -> list[str]:
    if not isinstance(path, (str, PathLike)):
        paths = [_absolute(fspath(one)) for one in path]
        if len(paths) != count:
            raise ValueError(f"to_textfiles: expected {count} paths, one a partition, found {len(paths)}")
        return paths
    text = fspath(path)
    if "*" not in text:
        text = f"{text}/*.part"
    if text.count("*") > 1:
        raise ValueError(f"Output path spec must contain exactly one '*': {text}")
    digits = len(str(count - 1))
    names = [name_function(i) if name_function else f"{i:0{digits}}" for i in range(count)]
    if names != sorted(names):
        warnings.warn(
            f"to_textfiles: read again, partitions come in another order: name_function made {names[:5]}", stacklevel=4
        )
    return [_absolute(text.replace("*", name)) for name in names]


def _absolute(path: str) -> str:
    return str(Path.cwd() / Path(path).expanduser())


class Written(NamedTuple):
    """What of a file is there: where it ends, and whether items lie before that."""

    end: int
    any_items: bool


def _write_piece(staged: Path, target: Path, lines: Lines, piece: Iterable[Any], before: Written) -> Written:
    """Packed pieces are whole by themselves: such may follow each other in a file. What is behind the end was written
    by a call that failed and is made again."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with staged.open("r+b" if before.end else "wb") as whole:
        whole.truncate(before.end)
        whole.seek(before.end)
        with _packing(whole, lines.kind(target)) as file:
            wrote = _write_lines(file, piece, lines.encoding, before.any_items)
        return Written(whole.seek(0, os.SEEK_END), before.any_items or wrote)


def _finish(staged: Path, target: Path, lines: Lines, before: Written) -> list[None]:
    if lines.last_endline:
        _write_piece(staged, target, lines, [""], Written(before.end, True))
    staged.replace(target)
    return []


def _write(paths: list[str], lines: Lines, number: int, part: Iterable[Any]) -> list[None]:
    target = Path(paths[number])
    staged = target.with_name(f"{target.name}.{os.getpid()}.incomplete")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with staged.open("wb") as whole, _packing(whole, lines.kind(target)) as file:
            _write_lines(file, part, lines.encoding, False)
            if lines.last_endline:
                file.write("\n".encode(lines.encoding or "utf-8"))
        staged.replace(target)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
    return []


def _write_lines(file: Any, part: Iterable[Any], encoding: Any, goes_on: bool) -> bool:
    """Whether there were any."""
    codec = encoding or "utf-8"
    end = "\n".encode(codec)
    between = end if goes_on else b""
    wrote = False
    for item in part:
        if not isinstance(item, (str, bytes)):
            raise TypeError(
                f"to_textfiles: expected texts, found {type(item).__name__}: {str(item)[:100]}; map them first"
            )
        file.write(between + (item.encode(codec) if isinstance(item, str) else item))
        between = end
        wrote = True
    return wrote


def _packing(file: Any, kind: Any) -> Any:
    """What packs into a file that is open, and leaves it open."""
    if kind is None:
        return nullcontext(file)
    if kind in ("gzip", "gz"):
        import gzip

        return gzip.open(file, "wb")
    if kind == "bz2":
        import bz2

        return bz2.open(file, "wb")
    if kind in ("xz", "lzma"):
        import lzma

        return lzma.open(file, "wb")
    if kind in ("zstd", "zst"):
        needed("pyarrow", "to_textfiles(compression='zstd')")
        import pyarrow as pa

        return pa.CompressedOutputStream(pa.PythonFile(_LeftOpen(file), "w"), "zstd")
    raise ValueError(
        f"to_textfiles: compression: expected 'infer', 'gzip', 'bz2', 'xz', 'zstd' or None, found {kind!r}"
    )


class _LeftOpen:
    """A file for Arrow, which closes what it was given."""

    closed = False

    def __init__(self, file: Any) -> None:
        self.write = file.write
        self.flush = file.flush
        self.tell = file.tell

    def close(self) -> None:
        self.flush()
