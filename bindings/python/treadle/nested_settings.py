"""Settings as dictionaries of dictionaries: how two are put together, by ``dask.config``'s rules."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from typing import Any


def same_key(key: str, settings: Mapping[str, Any]) -> str:
    """The spelling of a key that is in use, ``-`` and ``_`` being alike."""
    for spelling in (key, key.replace("_", "-"), key.replace("-", "_")):
        if spelling in settings:
            return spelling
    return key


def update(
    old: dict[str, Any], new: Mapping[str, Any], priority: str = "new", defaults: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Puts new settings into old ones, level by level, and answers with those.

    ``priority``: which of two values holds, the ``"new"`` or the ``"old"`` one; ``"new-defaults"``: the new one where
    the old one is what ``defaults`` has, as nobody chose it.
    """
    if priority not in ("new", "old", "new-defaults"):
        raise ValueError(f"update: priority: expected 'new', 'old' or 'new-defaults', found {priority!r}")
    for name, value in new.items():
        key = same_key(name, old)
        below = None if defaults is None else defaults.get(same_key(name, defaults))
        if isinstance(value, Mapping):
            if not isinstance(old.get(key), dict):
                if key in old and old[key] is not None and priority == "old":
                    continue
                old[key] = {}
            update(old[key], value, priority, below if isinstance(below, Mapping) else None)
        elif _takes_over(key, old, priority, below):
            old[key] = value
    return old


def _takes_over(key: str, old: Mapping[str, Any], priority: str, default: Any) -> bool:
    if priority == "new" or key not in old:
        return True
    return priority == "new-defaults" and default is not None and old[key] == default


def merge(*settings: Mapping[str, Any]) -> dict[str, Any]:
    """One dictionary of several; the last one that has a value is right."""
    merged: dict[str, Any] = {}
    for one in settings:
        update(merged, one)
    return merged


def interpret_value(text: str) -> Any:
    """What the text of an environment variable says: a number, a list, a truth value, else the text."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return {"none": None, "null": None, "false": False, "true": True}.get(text.lower().strip(), text)


def expand_environment_variables(settings: Any) -> Any:
    """The same with ``$NAME`` in texts filled in, at any depth."""
    if isinstance(settings, Mapping):
        return {key: expand_environment_variables(value) for key, value in settings.items()}
    if isinstance(settings, str):
        return os.path.expandvars(settings)
    if isinstance(settings, (list, tuple, frozenset)) or type(settings) is set:
        return type(settings)(expand_environment_variables(one) for one in settings)
    return settings
