"""Hints for tasks: ``with treadle.annotate(retries=3): ...`` holds for calls that are written down inside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_now: ContextVar[dict[str, Any] | None] = ContextVar("treadle annotations", default=None)


@contextmanager
def annotate(**annotations: Any) -> Iterator[None]:
    """Attaches hints to the delayed calls that are made inside.

    ``retries`` says how often a call that fails is tried again. Others (``priority``, ``workers``, ``resources``,
    ``allow_other_workers``, one's own) are checked and kept: one machine has no use for them.
    """
    _check(annotations)
    before = _now.get()
    token = _now.set({**(before or {}), **annotations})
    try:
        yield
    finally:
        _now.reset(token)


def _check(annotations: dict[str, Any]) -> None:
    retries = annotations.get("retries", 0)
    if not callable(retries) and (not isinstance(retries, int) or not 0 <= retries < 65536):
        raise TypeError(f"'retries' annotation must be a number from 0 to 65535, found {retries!r}")
    if not isinstance(annotations.get("priority", 0), (int, tuple)) and not callable(annotations["priority"]):
        raise TypeError(f"'priority' annotation must be a number, found {annotations['priority']!r}")
    workers = annotations.get("workers", "")
    if not isinstance(workers, (str, list, tuple, set)) and not callable(workers):
        raise TypeError(f"'workers' annotation must be a name or several, found {workers!r}")
    if not isinstance(annotations.get("resources", {}), dict) and not callable(annotations["resources"]):
        raise TypeError(f"'resources' annotation must be a dict, found {annotations['resources']!r}")


def get_annotations() -> dict[str, Any]:
    """The hints in force."""
    return dict(_now.get() or {})


def retries_now() -> int:
    """How often a call made now is to be tried again."""
    now = _now.get()
    if now is None:
        return 0
    retries = now.get("retries", 0)
    return retries if isinstance(retries, int) else 0
