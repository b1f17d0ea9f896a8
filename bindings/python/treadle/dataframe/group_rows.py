"""Rows of groups by their place in them, or by what a function says of the group."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import fallback, running
from treadle.dataframe.rows import Column, Rows, new_name
from treadle.dataframe.series import Series
from treadle.dataframe.whole_groups import WholeGroups
from treadle.errors import NotThereYet


def _number(value: int) -> _core.Expression:
    return _core.literal(value, "int64")


class GroupRows(WholeGroups):
    """Methods that pick rows of the groups, whose order stays, and what else there is to say of the groups."""

    def size(self, **kwargs: Any) -> Any:
        """How many rows each group has."""
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.size())

    @property
    def ngroups(self) -> int:
        """How many groups there are: computes them."""
        return len(self)

    @property
    def ndim(self) -> int:
        return int(self._values.ndim)

    def pipe(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What ``func`` makes of the groups."""
        return func(self, *args, **kwargs)

    def __iter__(self) -> Any:
        raise NotThereYet("groups are not handed out one by one; use apply(), get_group(), or iterate over compute()")

    def get_group(self, key: Any) -> Any:
        """The rows of one group."""
        keys = key if isinstance(key, tuple) else (key,)
        mask = self._keys[0] == keys[0]
        for series, value in zip(self._keys[1:], keys[1:], strict=True):
            mask = mask & (series == value)
        return self._values[mask]

    def head(self, n: int = 5) -> Any:
        """The first ``n`` rows of each group; all but the last ``-n`` if it is negative."""
        return self._picked([slice(None, int(n))])

    def tail(self, n: int = 5) -> Any:
        """The last ``n`` rows of each group; all but the first ``-n`` if it is negative."""
        return self._picked([slice(-int(n), None)] if n else [slice(0, 0)])

    @property
    def nth(self) -> Nth:
        """Rows by their place in the group: ``nth(2)``, ``nth([0, -1])``, ``nth[1:3]``."""
        return Nth(self)

    def filter(self, func: Callable[..., Any], dropna: bool = True, *args: Any, **kwargs: Any) -> Any:
        """The rows of the groups for which ``func`` is true; with ``dropna=False`` the others without values."""

        def keep(groups: Any) -> pd.Series:
            numbers = groups.ngroup()
            chosen = [i for i, (_, group) in enumerate(groups) if _is_chosen(func(group, *args, **kwargs))]
            return numbers.isin(chosen)

        mask = self._row_by_row(keep, f"filter {fallback.function_name(func)}", pd.Series([], dtype=bool))
        column = mask if isinstance(mask, Series) else mask.iloc[:, 0]
        if not dropna:
            return self._values.where(column)
        rows = self._rows(self._values).merged(column._rows)
        present = self._present()
        node = column._columns[0].node
        return self._values._kept(node if present is None else node & present, rows)

    def ngroup(self, ascending: bool = True) -> Any:
        """The number of each row's group, in the order of the groups."""
        frame, regroup = self._as_pandas()
        if self._all_categories():
            return self._row_by_row(lambda groups: groups.ngroup(ascending), "ngroup")
        meta = fallback.infer_meta(lambda part: regroup(part).ngroup(), frame._meta)
        inputs, number = self._key_inputs(), new_name("number")
        order = self._order([Column(_core.col(name)) for name, _ in inputs])
        by_key = self._options.get("sort") is not False

        def groups_of(plan: _core.DataFrame, keys: list[_core.Expression]) -> _core.DataFrame:
            present = [key.is_not_null() for key in keys] if self._present() is not None else []
            for test in present:
                plan = plan.filter(test)
            groups = plan.group_by(keys, [_core.count().alias("__rows__")])
            if by_key:
                groups = groups.with_columns([node.alias(f"__order_{i}__") for i, node in enumerate(order)])
                groups = groups.sort([(f"__order_{i}__", False, False) for i in range(len(order))])
            return groups.with_running([("number", "", number, 0)], [], not ascending)

        extension = self._beside_rows(inputs, groups_of, [number], "ngroup")
        return frame._like(self._rows().extended(extension), [Column(self._where_present(_core.col(number)))], meta)

    def _places(self, backward: bool) -> tuple[Rows, _core.Expression]:
        """The number of each row in its group, from its first or its last row."""
        keys = [by._columns[0].clean() for by in self._by]
        rows, nodes = running.run(self._rows(self._values), [("number", None, 0)], keys, backward)
        return rows, nodes[0]

    def _picked(self, places: list[int | slice]) -> Any:
        """The rows at these places of their groups."""
        wanted = [one if isinstance(one, slice) else _one_place(one) for one in places]
        # A count that no test looks at is not made.
        rows, front = self._places(False)
        back_rows, behind = self._places(True)
        rows = rows.merged(back_rows)
        test = None
        for one in wanted:
            chosen = _test_of(one, front, behind)
            test = chosen if test is None else test | chosen
        present = self._present()
        test = _core.literal(False, "bool") if test is None else test
        return self._values._kept(test if present is None else test & present, rows)


class Nth:
    """``groups.nth``, called or indexed."""

    def __init__(self, groups: GroupRows) -> None:
        self._groups = groups

    def __call__(self, n: Any, dropna: Any = None) -> Any:
        if dropna:
            raise NotImplementedError("nth(dropna=); leave the rows out by dropna() before groupby()")
        return self[n]

    def __getitem__(self, n: Any) -> Any:
        places = list(n) if isinstance(n, (list, tuple, set, np.ndarray)) else [n]
        for place in places:
            if not isinstance(place, (int, np.integer, slice)):
                raise TypeError(f"nth: expected an integer, a slice or a list of these, found {place!r}")
            if isinstance(place, slice) and (place.step or 1) != 1 and ((place.start or 0) < 0 or place.step < 0):
                raise ValueError(f"nth: expected a slice with a positive step from a place >= 0, found {place!r}")
        return self._groups._picked(places)


def _one_place(place: int) -> slice:
    return slice(int(place), int(place) + 1 if place != -1 else None)


def _test_of(place: slice, front: Any, behind: Any) -> _core.Expression:
    """Whether a row is in a slice of its group; ``front`` and ``behind`` count from its first and last row."""
    tests: list[_core.Expression] = []
    start, stop, step = place.start or 0, place.stop, place.step or 1
    if start < 0:
        tests.append(behind < _number(-start))
    elif start > 0 or stop is None:
        tests.append(front >= _number(start))
    if stop is not None:
        tests.append(front < _number(stop) if stop >= 0 else behind >= _number(-stop))
    if step > 1:
        tests.append((front - _number(start)) % _number(step) == _number(0))
    test = tests[0]
    for one in tests[1:]:
        test = test & one
    return test


def _is_chosen(answer: Any) -> bool:
    if isinstance(answer, (pd.Series, pd.DataFrame)):
        answer = answer.squeeze()
    if isinstance(answer, (bool, np.bool_)) or (pd.api.types.is_scalar(answer) and pd.isna(answer)):
        return bool(pd.notna(answer) and answer)
    raise TypeError(f"filter function returned a {type(answer).__name__}, but expected a scalar bool")
