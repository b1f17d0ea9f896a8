"""How work is run: settings by name, as ``dask.config`` has them.

``treadle.config.set(scheduler="synchronous", num_workers=2)`` holds from then on; in a ``with`` statement, until its
end. A new process begins with what files say (``paths``), and the environment: ``TREADLE_NUM_WORKERS``,
``DASK_DATAFRAME__CONVERT_STRING`` and the like.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any

from treadle import _core, callbacks
from treadle.nested_settings import expand_environment_variables, interpret_value, merge, update
from treadle.settings_files import collect_files, collect_yaml, search_paths

no_default = "__no_default__"

_lock = threading.Lock()
config_lock = _lock
config: dict[str, Any] = {}
global_config = config
defaults: list[Mapping[str, Any]] = []
paths: list[str] = search_paths()

# Settings of the engine; others are kept and handed out, for programs that bring their own.
_ENGINE = ("scheduler", "num_workers", "working_memory", "memory_limit", "spill_directory", "optimize")
_BYTE_UNITS = {"b": 0, "kb": 1, "mb": 2, "gb": 3, "tb": 4, "kib": -1, "mib": -2, "gib": -3, "tib": -4}


def canonical_name(key: str) -> str:
    """The key with ``_`` for ``-``: both spellings mean one setting."""
    return key.replace("-", "_")


def parse_bytes(value: int | str) -> int:
    """``"4 MiB"`` or ``"100MB"`` as a number of bytes."""
    if isinstance(value, int):
        return value
    text = value.replace(" ", "")
    number = text.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    unit = text[len(number) :].lower() or "b"
    if unit not in _BYTE_UNITS or not number:
        raise ValueError(f'expected a number of bytes such as "64 MiB" or "1GB", found {value!r}')
    power = _BYTE_UNITS[unit]
    return int(float(number) * (1000**power if power >= 0 else 1024**-power))


def bytes_text(size: float) -> str:
    """A number of bytes as people read it: ``"1.50 MiB"``."""
    for unit in ("B", "kiB", "MiB", "GiB", "TiB"):
        if size < 1024:
            return f"{size:.0f} B" if unit == "B" else f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} PiB"


def _flat(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        key = prefix + canonical_name(name)
        if isinstance(value, Mapping) and value:
            yield from _flat(value, key + ".")
        else:
            yield key, value


def collect_env(env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What variables ``DASK_...`` and ``TREADLE_...`` say; two underscores stand for the point between levels."""
    variables = os.environ if env is None else env
    found = {}
    for prefix in ("DASK_", "TREADLE_"):  # ours have the last word
        for name, value in variables.items():
            if name.startswith(prefix) and name[len(prefix) :] not in _OF_FILES:
                key = name[len(prefix) :].lower().replace("__", ".")
                found[key] = interpret_value(value)
    return found


_OF_FILES = ("CONFIG", "ROOT_CONFIG", "INTERNAL_INHERIT_CONFIG")


def collect(paths: Sequence[str] | None = None, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What files and the environment say, by the settings' whole names."""
    files = collect_files(search_paths() if paths is None else paths)
    return {**dict(_flat(expand_environment_variables(files))), **collect_env(env)}


class set:
    """Sets settings: at once, and in a ``with`` statement until its end."""

    def __init__(self, arg: Mapping[str, Any] | None = None, lock: Any = None, **kwargs: Any) -> None:
        named = {name.replace("__", "."): value for name, value in kwargs.items()}
        changes = dict(_flat({**(arg or {}), **named}))
        self.config = config
        with _lock:
            self._before = {key: config.get(key, no_default) for key in changes}
            config.update(changes)

    def __enter__(self) -> dict[str, Any]:
        return config

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _lock:
            for key, value in self._before.items():
                if value == no_default:
                    config.pop(key, None)
                else:
                    config[key] = value


def get(key: str, default: Any = no_default, override_with: Any = None) -> Any:
    """The value of a setting; a prefix gives all settings below it."""
    if override_with is not None:
        return override_with
    name = canonical_name(key)
    if name in config:
        return config[name]
    below = {other[len(name) + 1 :]: value for other, value in config.items() if other.startswith(name + ".")}
    if below:
        return below
    if default == no_default:
        raise KeyError(f"no setting is named {key!r}")
    return default


def pop(key: str, default: Any = no_default) -> Any:
    """Takes a setting out and answers with its value. KeyError if it is not there and there is no default."""
    with _lock:
        if default == no_default:
            return config.pop(canonical_name(key))
        return config.pop(canonical_name(key), default)


def update_defaults(new: Mapping[str, Any]) -> None:
    """Settings that hold unless something else is set, also behind refresh()."""
    defaults.append(new)
    with _lock:
        for key, value in _flat(new):
            config.setdefault(key, value)


def rename(deprecations: Mapping[str, str | None], settings: dict[str, Any] | None = None) -> dict[str, str | None]:
    """Moves settings to new names; a name without a new one goes. Answers with those that were found."""
    at = config if settings is None else settings
    found: dict[str, str | None] = {}
    with _lock:
        for old, new in deprecations.items():
            name = next((one for one in (old, canonical_name(old)) if one in at), None)
            if name is None:
                continue
            found[name] = new
            value = at.pop(name)
            if new is not None:
                at[canonical_name(new) if at is config else new] = value
    return found


def refresh(paths: Sequence[str] | None = None, env: Mapping[str, str] | None = None) -> None:
    """Forgets what was set; reads defaults, files and the environment again."""
    found = collect(paths, env)
    with _lock:
        config.clear()
        for new in defaults:
            config.update(_flat(new))
        config.update(found)


def options(**overrides: Any) -> _core.ComputeOptions:
    """The engine's options from the settings and from what a call says; frames' Python functions are called where
    they say, too."""
    from treadle.scheduling import options

    chosen, runner = options(**overrides)
    return chosen if runner is None else _core.with_runner(chosen, runner)


def engine_options(**overrides: Any) -> _core.ComputeOptions:
    """The same where it is known already on which of the engines' threads; what is None holds as it is set."""
    values = {name: config[name] for name in _ENGINE if config.get(name) is not None}
    for name, value in overrides.items():
        if name in _ENGINE and value is not None:
            values[name] = value
    for name in ("working_memory", "memory_limit"):
        if name in values:
            values[name] = parse_bytes(values[name])
    workers = values.get("num_workers", 0)
    if not isinstance(workers, int) or workers < 0:
        raise ValueError(f"num_workers: expected a whole number, 0 for as many as there are, found {workers!r}")
    values["scheduler"] = overrides.get("scheduler") or "threads"
    return _core.ComputeOptions(**values, observer=callbacks.observer())


__all__ = [
    "canonical_name", "collect", "collect_env", "collect_yaml", "config", "config_lock", "defaults", "engine_options",
    "expand_environment_variables", "get", "global_config", "interpret_value", "merge", "options", "parse_bytes",
    "paths", "pop", "refresh", "rename", "set", "update", "update_defaults",
]  # fmt: skip

refresh()
