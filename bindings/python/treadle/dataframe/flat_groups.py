"""Groups whose keys become columns: ``groupby(..., as_index=False)``."""

from __future__ import annotations

from typing import Any

# What gives rows of the input, or nothing that has keys: as it is with keys in the index.
_KEEPS_ROWS = frozenset(
    {
        "transform", "cumsum", "cumprod", "cummin", "cummax", "cumcount", "ngroup", "shift", "diff", "ffill", "bfill",
        "rank", "pct_change", "head", "tail", "nth", "filter", "sample", "get_group", "fillna", "compute", "ngroups",
        "groups", "indices", "ndim",
    }
)  # fmt: skip


class FlatGroups:
    """Groups by keys that stand before what is aggregated, the rows numbered from 0 on."""

    def __init__(self, groups: Any) -> None:
        self._groups = groups

    def __getitem__(self, key: Any) -> Any:
        return FlatGroups(self._groups[key])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self._groups, name)
        if name in _KEEPS_ROWS:
            return found
        if not callable(found):  # a column
            return FlatGroups(found)

        def method(*args: Any, **kwargs: Any) -> Any:
            result = found(*args, **kwargs)
            if name == "size":
                return result.rename("size").reset_index()
            return result.reset_index()

        method.__name__ = name
        return method

    def __len__(self) -> int:
        return len(self._groups)

    def __iter__(self) -> Any:
        return iter(self._groups)

    def __dir__(self) -> list[str]:
        return dir(self._groups)

    def __repr__(self) -> str:
        return repr(self._groups)
