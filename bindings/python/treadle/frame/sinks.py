"""Where files go and how they are compressed."""

from __future__ import annotations

import os
from pathlib import Path

_COMPRESSIONS = {
    "uncompressed": "none",
    "none": "none",
    "snappy": "snappy",
    "gzip": "gzip",
    "lz4": "lz4",
    "zstd": "zstd",
}


def file_path(path: str | os.PathLike[str], mkdir: bool = False) -> str:
    target = Path(path).expanduser()
    if mkdir:
        target.parent.mkdir(parents=True, exist_ok=True)
    elif not target.parent.is_dir():
        raise FileNotFoundError(f"no such directory: {target.parent}; mkdir=True makes it")
    return str(target)


def check_compression(name: str) -> str:
    if name not in _COMPRESSIONS:
        raise ValueError(f"compression: expected one of {', '.join(_COMPRESSIONS)}, found {name!r}")
    return _COMPRESSIONS[name]
