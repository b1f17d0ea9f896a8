"""What a client keeps by name: data sets, which its cluster's clients share, metadata, events."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from treadle.distributed.cluster import LocalCluster


class SharedState:
    """That part of a client; data sets live as long as its cluster."""

    cluster: LocalCluster

    def __init__(self) -> None:
        self._metadata: dict[Any, Any] = {}
        self._events: dict[str, list[tuple[float, Any]]] = {}

    def publish_dataset(self, *args: Any, name: str | None = None, override: bool = False, **kwargs: Any) -> None:
        """Keeps collections under names: ``publish_dataset(x, name="x")`` or ``publish_dataset(x=x)``."""
        if args and (name is None or len(args) != 1):
            raise ValueError("If name is provided, expecting call signature like publish_dataset(df, name='ds')")
        named = {**kwargs, **({name: args[0]} if args and name is not None else {})}
        taken = [one for one in named if one in self._shared_datasets() and not override]
        if taken:
            raise KeyError(f"Dataset {taken[0]} already exists")
        self._shared_datasets().update(named)

    def _shared_datasets(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cluster.shared.setdefault(("datasets", ""), {})
        return found

    def unpublish_dataset(self, name: str, **kwargs: Any) -> None:
        self._shared_datasets().pop(name, None)

    def list_datasets(self, **kwargs: Any) -> tuple[str, ...]:
        return tuple(sorted(self._shared_datasets()))

    def get_dataset(self, name: str, default: Any = "__no_default__", **kwargs: Any) -> Any:
        """A published collection. KeyError if there is none and no default."""
        found = self._shared_datasets().get(name, default)
        if isinstance(found, str) and found == "__no_default__":
            raise KeyError(f"Dataset '{name}' not found")
        return found

    @property
    def datasets(self) -> dict[str, Any]:
        return dict(self._shared_datasets())

    def set_metadata(self, key: Any, value: Any) -> None:
        """Stores a value under a name, or a list of names, one below the other."""
        *above, last = key if isinstance(key, (list, tuple)) else [key]
        at = self._metadata
        for name in above:
            at = at.setdefault(name, {})
        at[last] = value

    def get_metadata(self, keys: Any, default: Any = "__no_default__") -> Any:
        at: Any = self._metadata
        for name in keys if isinstance(keys, (list, tuple)) else [keys]:
            if not isinstance(at, dict) or name not in at:
                if isinstance(default, str) and default == "__no_default__":
                    raise KeyError(keys)
                return default
            at = at[name]
        return at

    def log_event(self, topic: Any, msg: Any) -> None:
        """Notes an event under a topic, or several."""
        for one in topic if isinstance(topic, (list, tuple)) else [topic]:
            self._events.setdefault(one, []).append((time.time(), msg))

    def get_events(self, topic: str | None = None) -> Any:
        """Events of a topic, or of all by topic, with the times when they were noted."""
        return (
            tuple(self._events.get(topic, ())) if topic is not None else {k: tuple(v) for k, v in self._events.items()}
        )
