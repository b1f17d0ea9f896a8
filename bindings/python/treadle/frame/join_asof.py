"""Each row with the nearest row of another frame: ``join_asof``, by sorting both frames as one and filling."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import Any

from treadle import _core
from treadle.frame.expr import as_expr, col, flatten, when
from treadle.frame.lazy import LazyFrame
from treadle.frame.lower import new_name

_UNITS = {"w": 7 * 86400e6, "d": 86400e6, "h": 3600e6, "m": 60e6, "s": 1e6, "ms": 1e3, "us": 1.0}


def span(text: str) -> datetime.timedelta:
    """``"1h30m"`` as a timedelta; months and years have no length of their own."""
    parts = re.findall(r"(\d+)([a-z]+)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text or any(u not in _UNITS for _, u in parts):
        raise ValueError(f'expected a length of time such as "1d12h" or "30m", found {text!r}')
    return datetime.timedelta(microseconds=sum(int(number) * _UNITS[unit] for number, unit in parts))


class AsOf:
    """Which right row belongs to a left one: that with the nearest key before (or behind) among equal ``by``."""

    def __init__(self, strategy: str, tolerance: Any, exact: bool) -> None:
        if strategy == "nearest":
            raise NotImplementedError('join_asof(strategy="nearest") is not there yet; join "backward" and "forward"')
        if strategy not in ("backward", "forward"):
            raise ValueError(f'strategy: expected "backward" or "forward", found {strategy!r}')
        self.behind = strategy == "forward"
        self.tolerance = span(tolerance) if isinstance(tolerance, str) else tolerance
        self.exact = exact

    def join(
        self, left: LazyFrame, right: LazyFrame, keys: tuple[str, str], by: Any, right_by: Any, suffix: str
    ) -> Any:
        groups, right_groups = (
            flatten([by] if by is not None else []),
            flatten([right_by] if right_by is not None else []),
        )
        if len(groups) != len(right_groups):
            raise ValueError(f"join_asof: expected as many keys on both sides, found {groups} and {right_groups}")
        left._check([keys[0], *groups])
        right._check([keys[1], *right_groups])
        number = new_name("number")
        numbered = LazyFrame(_core.with_windows(right._plan(), [("number", "", number, None, 0, False, 1, False)]))
        found = self._found(left, numbered, number, keys, (groups, right_groups))
        taken = {*(keys[1:] if keys[0] == keys[1] else ()), *right_groups}
        names = {name: name + suffix if name in left.columns else name for name in right.columns if name not in taken}
        answers = numbered.select(number, *(col(name).alias(shown) for name, shown in names.items()))
        joined = found.join(answers, on=number, how="left")
        return joined.select([*left.columns, *names.values()])

    def _found(
        self, left: LazyFrame, right: LazyFrame, number: str, keys: tuple[str, str], by: tuple[list[Any], list[Any]]
    ) -> LazyFrame:
        """The left rows with the number of the right row of each."""
        key, side, there, found, at = (new_name(one) for one in ("key", "side", "there", "found", "at"))
        groups = [new_name("by") for _ in by[0]]

        def with_keys(one: str, names: Sequence[Any]) -> list[Any]:
            return [col(one).alias(key), *(col(a).alias(b) for a, b in zip(names, groups, strict=True))]

        # Of equal keys, right rows come where the way that is filled passes them before the left one, or does not.
        first = self.exact != self.behind
        lefts = left.with_columns(*with_keys(keys[0], by[0]), as_expr(1).alias(side))
        rights = right.filter(col(keys[1]).is_not_null()).select(
            number, *with_keys(keys[1], by[1]), as_expr(0 if first else 2).alias(side), col(keys[1]).alias(there)
        )
        fill = "fill_back" if self.behind else "fill"
        filled = LazyFrame(
            _core.with_windows(
                _core.concat([lefts._plan(), rights._plan()]),
                [(fill, one, to, None, 0, False, -1, False) for one, to in ((number, found), (there, at))],
                groups,
                [(key, False, True), (side, False, True)],
            )
        )
        belongs = col(key).is_not_null()
        if self.tolerance is not None:
            apart = col(at) - col(key) if self.behind else col(key) - col(at)
            belongs = belongs & (apart <= self.tolerance)
        for shown in groups:
            belongs = belongs & col(shown).is_not_null()
        rows = filled.filter(col(side) == 1)
        return rows.select([*left.columns, when(belongs).then(col(found)).otherwise(None).alias(number)])
