"""Settings in files: YAML in the folders of the system, the environment and the user, and ``$TREADLE_CONFIG``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from treadle.nested_settings import merge

_SUFFIXES = (".yaml", ".yml", ".json")


def search_paths() -> list[str]:
    """The folders and files that are looked into, those that have the last word behind."""
    found = [
        os.environ.get("TREADLE_ROOT_CONFIG", "/etc/treadle"),
        str(Path(sys.prefix) / "etc" / "treadle"),
        str(Path("~/.config/treadle").expanduser()),
    ]
    named = os.environ.get("TREADLE_CONFIG")
    return list(dict.fromkeys([*found, named] if named else found))


def _files(paths: Sequence[str | os.PathLike[str]]) -> Iterator[Path]:
    for path in map(Path, paths):
        if path.is_dir():
            yield from sorted(one for one in path.iterdir() if one.suffix.lower() in _SUFFIXES and one.is_file())
        elif path.exists():
            yield path


def _parsed(path: Path) -> Mapping[str, Any]:
    try:
        import yaml
    except ImportError as error:
        raise ImportError(f"{path}: settings in files are read by PyYAML: pip install pyyaml") from error
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: expected settings in YAML: {error}") from error
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        raise ValueError(f"{path}: expected names and values, found a {type(settings).__name__}")
    return settings


def collect_yaml(paths: Sequence[str | os.PathLike[str]], *, return_paths: bool = False) -> Any:
    """What the files say, one dictionary each; with ``return_paths``, pairs of the file's path and what it says.

    A file that may not be read is passed over. ValueError for one that is no YAML of names and values.
    """
    found = []
    for path in _files(paths):
        try:
            settings = _parsed(path)
        except PermissionError:
            continue
        found.append((path, settings) if return_paths else settings)
    return found


def collect_files(paths: Sequence[str | os.PathLike[str]]) -> dict[str, Any]:
    """What all files say together."""
    return merge(*collect_yaml(paths))
