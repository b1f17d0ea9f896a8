"""to_textfiles: an item a line, a file a partition."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from treadle import _core
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
    paths = _paths(path, b.npartitions, name_function)
    write = partial(_write, paths, compression, encoding, last_endline)
    made = _core.call_each(write, (b._blocks,), {}, b.npartitions, "python: to-textfiles", None, True)
    from treadle.bag.collection import Bag

    written = Bag._of(made, "to-textfiles")
    if not compute:
        return written.to_delayed()
    written.compute(**kwargs)
    return paths


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


def _write(
    paths: list[str], compression: Any, encoding: Any, last_endline: bool, number: int, part: Iterable[Any]
) -> list[None]:
    target = Path(paths[number])
    staged = target.with_name(f"{target.name}.{os.getpid()}.incomplete")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _opened(staged, target, compression) as file:
            _write_lines(file, part, encoding, last_endline)
        staged.replace(target)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
    return []


def _write_lines(file: Any, part: Iterable[Any], encoding: Any, last_endline: bool) -> None:
    codec = encoding or "utf-8"
    between = b""
    for item in part:
        if not isinstance(item, (str, bytes)):
            raise TypeError(
                f"to_textfiles: expected texts, found {type(item).__name__}: {str(item)[:100]}; map them first"
            )
        file.write(between + (item.encode(codec) if isinstance(item, str) else item))
        between = "\n".encode(codec)
    if last_endline:
        file.write("\n".encode(codec))


def _opened(path: Path, target: Path, compression: Any) -> Any:
    kind = compression
    if kind == "infer":
        kind = _BY_ENDING.get(target.suffix)
    if kind is None:
        return path.open("wb")
    if kind in ("gzip", "gz"):
        import gzip

        return gzip.open(path, "wb")
    if kind == "bz2":
        import bz2

        return bz2.open(path, "wb")
    if kind in ("xz", "lzma"):
        import lzma

        return lzma.open(path, "wb")
    if kind in ("zstd", "zst"):
        needed("pyarrow", "to_textfiles(compression='zstd')")
        import pyarrow as pa

        return pa.CompressedOutputStream(str(path), "zstd")
    raise ValueError(
        f"to_textfiles: compression: expected 'infer', 'gzip', 'bz2', 'xz', 'zstd' or None, found {kind!r}"
    )
