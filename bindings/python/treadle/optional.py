"""Packages that only parts of Treadle need: an error that says what to install."""

from __future__ import annotations

from importlib.util import find_spec


def needed(package: str, by: str, install: str | None = None) -> None:
    """ImportError if a package is missing: who needs it, and what to install (by default the package itself)."""
    if find_spec(package) is None:
        raise ImportError(f"{by} needs {package}: pip install {install or package}", name=package)
