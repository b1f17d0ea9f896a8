"""How work is run: settings by name, as ``dask.config`` has them.

``treadle.config.set(scheduler="synchronous", num_workers=2)`` holds from then on; in a ``with`` statement, until its
end. ``TREADLE_NUM_WORKERS`` and the like in the environment come first in a new process.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

from treadle import _core, callbacks

no_default = "__no_default__"

_lock = threading.Lock()
config: dict[str, Any] = {}

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


def _flat(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        key = prefix + canonical_name(name)
        if isinstance(value, Mapping) and value:
            yield from _flat(value, key + ".")
        else:
            yield key, value


def collect_env(environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What variables ``TREADLE_...`` say; two underscores stand for the point between levels."""
    found = {}
    for name, value in (os.environ if environment is None else environment).items():
        if name.startswith("TREADLE_") and name not in ("TREADLE_CONFIG",):
            key = name[len("TREADLE_") :].lower().replace("__", ".")
            found[key] = int(value) if value.isdigit() else value
    return found


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


def update_defaults(new: Mapping[str, Any]) -> None:
    """Settings that hold unless something else is set."""
    with _lock:
        for key, value in _flat(new):
            config.setdefault(key, value)


def refresh() -> None:
    """Forgets what was set and reads the environment again."""
    with _lock:
        config.clear()
        config.update(collect_env())


def options(**overrides: Any) -> _core.ComputeOptions:
    """The engine's options from the settings and from what a call says."""
    from treadle.scheduling import options

    return options(**overrides)[0]


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


refresh()
