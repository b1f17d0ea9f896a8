"""read_text: the lines of files."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from functools import partial
from io import BytesIO, TextIOWrapper
from itertools import chain
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from treadle import _core
from treadle.bag.collection import Bag
from treadle.bag.combine import _gathered
from treadle.bag.read_zip import read_zips
from treadle.errors import FileNotFound, NoFiles

_NATIVE_ENCODINGS = ("utf-8", "ascii", "iso8859-1", "utf-16", "utf-16-le", "utf-16-be")
_NATIVE_ERRORS = ("strict", "replace", "ignore")
_NEWLINES = (None, "", "\n", "\r", "\r\n")
_WITH_STATES = ("iso2022", "hz", "utf-7", "utf_7")  # encodings in which a byte means what those before it say
_AS_BYTES = "iso8859-1"  # every byte is a character: lines of it are bytes that Python decodes behind the cut


def read_text(
    urlpath: str | PathLike[str] | Sequence[str | PathLike[str]],
    blocksize: int | str | None = None,
    compression: str | None = "infer",
    encoding: str = "utf-8",
    errors: str = "strict",
    linedelimiter: str | None = None,
    collection: bool = True,
    storage_options: dict[str, Any] | None = None,
    files_per_partition: int | None = None,
    include_path: bool = False,
) -> Any:
    """The lines of text files, their ends included: a partition a file, or a block of ``blocksize`` bytes.

    Paths may be patterns. gzip, bzip2, xz and zstd are told by the files' first bytes, zip by the ending; of a zip
    archive the only file is read. ``collection=False`` gives delayed lists; ``include_path``: pairs of a line and its
    file's path.
    """
    if blocksize is not None and files_per_partition is not None:
        raise ValueError("Only one of blocksize or files_per_partition can be set")
    paths = [fspath(path) for path in ([urlpath] if isinstance(urlpath, (str, PathLike)) else urlpath)]
    if not paths:
        raise ValueError("No files found", urlpath)
    per_partition = 1 if include_path else files_per_partition or 1
    read = partial(
        _read, [_local(path) for path in paths], compression, linedelimiter, _bytes(blocksize), per_partition
    )
    try:
        bag = read(encoding, errors)
    except FileNotFound as error:
        raise NoFiles(str(error)) from None
    if include_path:
        bag = bag._then(partial(_with_path, list(bag._files)), "read_text")
        if files_per_partition:
            bag = _gathered(bag, [*range(0, bag.npartitions, files_per_partition), bag.npartitions])
    return bag if collection else bag.to_delayed()


def _bytes(blocksize: int | str | None) -> int | None:
    from treadle.config import parse_bytes

    return None if blocksize is None else int(parse_bytes(blocksize))


def _local(path: str) -> str:
    scheme, found, rest = path.partition("://")
    if not found:
        return str(Path(path).expanduser()) if path.startswith("~") else path
    if scheme in ("file", "local"):
        return rest
    raise NotImplementedError(
        f"read_text: expected a local path, found {path!r}: stores of objects are not read as text"
    )


def _read(
    paths: list[str],
    compression: str | None,
    ends: str | None,
    blocksize: int | None,
    per_partition: int,
    encoding: str,
    errors: str,
) -> Bag:
    name = codecs.lookup(encoding).name
    codecs.lookup_error(errors)
    if compression == "zip" or (compression == "infer" and all(path.endswith(".zip") for path in paths)):
        if blocksize is not None:
            raise ValueError("read_text: blocksize: a packed file is read as a whole; leave it out")
        return read_zips(paths, ends, per_partition, encoding, errors)
    if name in _NATIVE_ENCODINGS and errors in _NATIVE_ERRORS and _says(name, ends):
        blocks = _core.bag_read_text(paths, name, errors, compression, ends, blocksize, per_partition)
        bag = Bag._of(blocks, "read_text", "texts")
        bag._files = tuple(_core.bag_paths(blocks)) if per_partition == 1 else ()
        bag._made_by = _read, (paths, compression, ends, blocksize, per_partition, encoding, errors)
        return bag
    if blocksize is None:
        return _read_whole(paths, compression, ends, per_partition, encoding, errors)
    codec = "utf-8" if name == "utf-8-sig" else encoding  # without a mark in front of each
    if not _says(codec, ends):
        raise ValueError(f"read_text: linedelimiter: expected characters that {encoding} has, found {ends!r}")
    if "\n".encode(codec) != b"\n" or not (ends in _NEWLINES or _stands_apart(name, ends)):
        raise NotImplementedError(
            f"read_text: encoding {encoding!r} by these line ends is not read in blocks: leave blocksize out"
        )
    cut = ends if ends is None else ends.encode(codec).decode(_AS_BYTES)
    blocks = _core.bag_read_text(paths, _AS_BYTES, "strict", compression, cut, blocksize, per_partition)
    bag = Bag._of(blocks, "read_text")
    bag._files = tuple(_core.bag_paths(blocks))
    bag._made_by = _read_bytes, (paths, compression, cut, blocksize, per_partition)
    if name == "utf-8-sig":
        starts = [i for i, path in enumerate(bag._files) if i == 0 or path != bag._files[i - 1]]
        return bag._then(partial(_decoded_without_mark, frozenset(starts), errors), "read_text")
    return bag.map(partial(_decoded, encoding, errors))


def _says(encoding: str, ends: str | None) -> bool:
    try:
        (ends or "").encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _stands_apart(name: str, ends: str | None) -> bool:
    """Whether a line end's bytes are never those of other characters, nor of a part of one."""
    if name.startswith(_WITH_STATES):
        return False
    if len(bytes(range(128, 256)).decode(name, "replace")) == 128:
        return True  # every character is a byte
    # Else of ASCII alone, if no character of two, three or four bytes ends with it.
    beginnings = [[lead] for lead in range(128, 256)] + [[0x8F, lead] for lead in range(128, 256)]
    beginnings += [[0x81, 0x30, 0x81], [0x81]]
    return str(ends).isascii() and not any(
        _is_part(name, bytes(beginning), end) for end in str(ends) for beginning in beginnings
    )


def _is_part(name: str, beginning: bytes, end: str) -> bool:
    try:
        return not (beginning + end.encode("ascii")).decode(name).endswith(end)
    except UnicodeDecodeError:
        return False


def _read_bytes(*arguments: Any) -> Bag:
    return Bag._of(_core.bag_read_text(arguments[0], _AS_BYTES, "strict", *arguments[1:]), "read_text")


def _decoded(encoding: str, errors: str, line: str) -> str:
    return line.encode(_AS_BYTES).decode(encoding, errors)


def _decoded_without_mark(starts: frozenset[int], errors: str, number: int, lines: Any) -> Any:
    """UTF-8; files may begin with a mark that says so."""
    texts = (_decoded("utf-8", errors, line) for line in lines)
    if number not in starts:
        return texts
    first = next(texts, "").removeprefix("\ufeff")
    return chain([first] if first else [], texts)


def _read_whole(
    paths: list[str], compression: str | None, ends: str | None, per_partition: int, encoding: str, errors: str
) -> Bag:
    """Files that are decoded by Python, each as a whole: any encoding, whatever its line ends look like."""
    blocks = _core.bag_read_text(paths, _AS_BYTES, "strict", compression, "\n", None, 1)
    files = tuple(_core.bag_paths(blocks))
    raw = Bag._of(blocks, "read_text")
    raw._made_by = _read_bytes, (paths, compression, "\n", None, 1)
    step = partial(_lines_of, files, ends, encoding, errors)
    bag = Bag._of(raw._then(step, "read_text")._blocks, "read_text")
    bag._files = files
    if per_partition == 1:
        return bag
    return _gathered(bag, [*range(0, bag.npartitions, per_partition), bag.npartitions])


def _lines_of(
    files: tuple[str, ...], ends: str | None, encoding: str, errors: str, number: int, parts: Any
) -> list[str]:
    content = "".join(parts).encode(_AS_BYTES)
    try:
        text = content.decode(encoding, errors)
    except UnicodeDecodeError as error:
        line = content[: error.start].decode(encoding, "ignore").count("\n") + 1
        error.add_note(f"line {line} of {files[number]}")
        raise
    if ends in _NEWLINES:
        again = text.encode("utf-8", "surrogatepass")  # StringIO would translate line ends as text is written into it
        return list(TextIOWrapper(BytesIO(again), "utf-8", "surrogatepass", ends))
    *whole, last = text.split(ends)
    return [*(line + str(ends) for line in whole), last] if text else []


def _with_path(paths: list[str], number: int, lines: Any) -> Any:
    path = paths[number]
    return ((line, path) for line in lines)
