"""Frames brought together: side by side by keys, or one below the other."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd

from treadle import _core
from treadle.dataframe import arithmetic, arrow
from treadle.dataframe.collection import Collection, new_collection
from treadle.dataframe.divisions import Claimed
from treadle.dataframe.frame import DataFrame
from treadle.dataframe.index_joins import IndexJoin
from treadle.dataframe.order import numbered
from treadle.dataframe.rows import Column, Rows, merge_rows
from treadle.dataframe.series import Series
from treadle.dataframe.validation import validated

_HOW = {"leftsemi": "semi", "leftanti": "anti"}


def _lazy_frame(value: Any) -> Any:
    if isinstance(value, Series):
        return value.to_frame()
    if isinstance(value, (pd.DataFrame, pd.Series)):
        from treadle.dataframe.read import from_pandas

        return from_pandas(value if isinstance(value, pd.DataFrame) else value.to_frame(), npartitions=1, sort=False)
    if not isinstance(value, DataFrame):
        raise TypeError(f"expected a frame, found {type(value).__name__}")
    return value


def _listed(keys: Any) -> list[Any]:
    return list(keys) if isinstance(keys, (list, tuple)) else [keys]


def _is_index(frame: Any, on: Any) -> bool:
    """Whether a key is the name of the frame's index, and of none of its columns."""
    label = on[0] if isinstance(on, (list, tuple)) and len(on) == 1 else on
    index = arrow.index_of(frame._meta)
    return isinstance(label, str) and index.nlevels == 1 and label == index.name and label not in frame.columns


def _keys(frame: Any, on: Any, by_index: bool) -> list[tuple[Any, Column, Any]]:
    """Label, column and type of each key."""
    if by_index:
        levels = arrow.index_of(frame._meta)
        return [(name, frame._index[i], arrow.index_dtypes(levels)[i]) for i, name in enumerate(levels.names)]
    keys = []
    for label in _listed(on):
        if isinstance(label, Series):
            keys.append((label.name, label._columns[0], label._meta.dtype))
        elif _is_index(frame, label):
            keys.append((label, frame._index[0], arrow.index_of(frame._meta).dtype))
        else:
            place = frame._place(label)
            keys.append((label, frame._columns[place], frame._meta.dtypes.iloc[place]))
    return keys


def merge(
    left: Any,
    right: Any,
    how: str = "inner",
    on: Any = None,
    left_on: Any = None,
    right_on: Any = None,
    left_index: bool = False,
    right_index: bool = False,
    sort: bool = False,
    suffixes: Any = ("_x", "_y"),
    copy: Any = None,
    indicator: bool = False,
    validate: Any = None,
    **unused: Any,
) -> Any:
    """Rows of two frames that belong together, as pandas' ``merge``; also ``leftsemi`` and ``leftanti``."""
    left, right = _lazy_frame(left), _lazy_frame(right)
    if how not in ("inner", "left", "right", "outer", "cross", "leftsemi", "leftanti", "semi", "anti"):
        raise ValueError(f"how: expected inner, left, right, outer, leftsemi, leftanti or cross, found {how!r}")
    if on is None and left_on is None and right_on is None and not left_index and not right_index and how != "cross":
        on = [label for label in left.columns if label in set(right.columns)]
        if not on:  # as Dask does, where pandas gives up
            on, left_index, right_index = None, True, True
    if on is not None:
        left_on = right_on = on
    if _is_index(left, left_on) and _is_index(right, right_on):
        left_on, right_on, left_index, right_index = None, None, True, True
    elif _is_index(left, left_on) and not right_index:
        # An index level beside a column of that name: the result has it as a column.
        left = left.reset_index()
    kind = _HOW.get(how, how)
    for side, keys, by_index in (("left", left_on, left_index), ("right", right_on, right_index)):
        if keys is None and not by_index and kind != "cross":
            raise pd.errors.MergeError(f'Must pass "{side}_on" OR "{side}_index".')
    if kind == "cross":
        left_keys, right_keys = [], []
    else:
        left_keys = _keys(left, left_on, left_index)
        right_keys = _keys(right, right_on, right_index)
    if len(left_keys) != len(right_keys):
        raise ValueError("len(right_on) must equal len(left_on)")
    if validate is not None:
        left, left_keys, right, right_keys = validated(validate, left, left_keys, right, right_keys)
    joined = _Joined(left, right, kind, left_keys, right_keys, left_index, right_index, suffixes, indicator)
    return joined.frame()


class _Joined:
    """A join on its way: the plan, and which of its columns become which of pandas'."""

    def __init__(
        self,
        left: Any,
        right: Any,
        kind: str,
        left_keys: Any,
        right_keys: Any,
        left_index: bool,
        right_index: bool,
        suffixes: Any,
        indicator: Any = False,
    ) -> None:
        self.indicator = indicator if kind not in ("semi", "anti", "cross") else False
        self.left, self.right, self.kind = left, right, kind
        self.left_keys, self.right_keys = left_keys, right_keys
        self.left_index, self.right_index = left_index, right_index
        self.suffixes = suffixes
        self.meta = self._meta()
        self.by_index = IndexJoin.of(kind, left, right) if left_index and right_index else None

    def _meta(self) -> Any:
        if self.kind in ("semi", "anti"):
            return self.left._meta
        arguments: dict[str, Any] = {"how": self.kind, "suffixes": self.suffixes, "indicator": self.indicator}
        if self.kind != "cross":
            left, right = [key[0] for key in self.left_keys], [key[0] for key in self.right_keys]
            if left == right and not self.left_index and not self.right_index:
                arguments["on"] = left
            else:
                arguments.update({"left_index": True} if self.left_index else {"left_on": left})
                arguments.update({"right_index": True} if self.right_index else {"right_on": right})
        return self.left._meta.merge(self.right._meta, **arguments)

    def frame(self) -> Any:
        plan = self._plan()
        if self.kind in ("semi", "anti"):
            return self._left_over(self._cut(plan, "lk0"))
        values = self._values()
        by_label = not self.left_index and not self.right_index
        key_nodes = [self._key(i) for i in range(len(self.left_keys))]
        columns: list[Column] = []
        shared = (
            {label for label, _, _ in self.left_keys} & {label for label, _, _ in self.right_keys}
            if by_label
            else set()
        )
        taken_keys = {key[0]: i for i, key in enumerate(self.left_keys)}
        for side, frame, label_index, column in values:
            label = frame._meta.columns[label_index]
            if label in shared and side == "right":
                continue
            if label in shared or (by_label is False and self._is_other_key(side, label)):
                place = taken_keys.get(label) if label in shared else self._other_key(side, label)
                columns.append(
                    Column(key_nodes[place], nan=column.nan, pickled=column.pickled, kind=column.kind)
                    if place is not None
                    else column
                )
            else:
                columns.append(column)
        if self.left_index != self.right_index:
            # A key beside an index, of a name that both sides have: pandas shows it, too.
            keys = self.right_keys if self.left_index else self.left_keys
            for i, (label, _, _) in enumerate(keys):
                if label in self.left.columns and label in self.right.columns:
                    columns.insert(self.meta.columns.get_loc(label), Column(key_nodes[i]))
        if self.indicator:
            columns.append(Column(_side_of_row()))
        if self.kind == "outer" and key_nodes:
            plan, columns, key_nodes = self._ordered(plan, columns, key_nodes)
        key = {"outer": "key_0", "right": "rk0"}.get(self.kind, "lk0")
        return self._indexed(self._cut(plan, key), columns, key_nodes)

    def _cut(self, plan: _core.DataFrame, key: str) -> Rows:
        """As many partitions as the frame that has more, if not what indexes say."""
        if self.by_index is not None:
            plan, divisions = self.by_index.cut(plan, key)
            return Rows(plan, divisions=divisions)
        count = max(self.left.npartitions, self.right.npartitions)
        return Rows(plan.repartition(count) if count > 1 else plan)

    def _is_other_key(self, side: str, label: Any) -> bool:
        return self._other_key(side, label) is not None

    def _other_key(self, side: str, label: Any) -> int | None:
        """A key column beside an index: pandas fills it from the index."""
        keys, by_index = (self.left_keys, self.left_index) if side == "left" else (self.right_keys, self.right_index)
        if by_index or (label in self.left.columns and label in self.right.columns):
            return None
        for i, key in enumerate(keys):
            if key[0] == label:
                return i
        return None

    def _plan(self) -> _core.DataFrame:
        left: _core.DataFrame = self.left._rows.build(self._side("l", self.left, self.left_keys))
        right = self.right._rows.build(self._side("r", self.right, self.right_keys))
        if self.by_index is not None:
            left, right = self.by_index.marked(left, right)
        left_on = [_core.col(f"lk{i}") for i in range(len(self.left_keys))]
        right_on = [_core.col(f"rk{i}") for i in range(len(self.right_keys))]
        how = self.kind
        if how == "cross":
            return left.join(right, how, [], [])
        return left.join(right, how, left_on, right_on, nulls_equal=True, coalesce=False)

    def _side(self, prefix: str, frame: Any, keys: Any) -> list[tuple[str, _core.Expression]]:
        named = [(f"{prefix}{i}", column.node) for i, column in enumerate(frame._columns)]
        named += [(f"{prefix}i{i}", column.node) for i, column in enumerate(frame._index)]
        if self.indicator:
            named.append((f"{prefix}there", _core.literal(1, "int64")))
        other = self.right_keys if prefix == "l" else self.left_keys
        for i, (_, column, dtype) in enumerate(keys):
            node = column.clean()
            target = other[i][2]
            if arithmetic.is_plain(dtype) and arithmetic.is_plain(target) and dtype != target:
                import numpy as np

                node = node.cast(arrow.type_name(np.promote_types(dtype, target)))
            elif isinstance(dtype, pd.StringDtype) != isinstance(target, pd.StringDtype) and not _categories(
                dtype, target
            ):
                raise ValueError(
                    f"You are trying to merge on {dtype} and {target} columns for key {keys[i][0]!r}; "
                    "convert one by astype()"
                )
            named.append((f"{prefix}k{i}", node))
        return named

    def _values(self) -> list[tuple[str, Any, int, Column]]:
        values = []
        for side, frame in (("left", self.left), ("right", self.right)):
            for i, column in enumerate(frame._columns):
                node = _core.col(f"{side[0]}{i}")
                values.append((side, frame, i, Column(node, nan=column.nan, pickled=column.pickled, kind=column.kind)))
        return values

    def _key(self, i: int) -> _core.Expression:
        left, right = _core.col(f"lk{i}"), _core.col(f"rk{i}")
        if self.kind == "right":
            return right
        return left.fill_null(right) if self.kind == "outer" else left

    def _ordered(self, plan: _core.DataFrame, columns: list[Column], keys: list[_core.Expression]) -> Any:
        """pandas orders the rows of an outer join by the keys."""
        names = plan.schema.names
        extra = [(f"key_{i}", node) for i, node in enumerate(keys)]
        plan = plan.select([*[_core.col(name) for name in names], *[node.alias(name) for name, node in extra]])
        plan = plan.sort([(name, False, False) for name, _ in extra])
        return plan, columns, [_core.col(name) for name, _ in extra]

    def _left_over(self, rows: Rows) -> Any:
        left = self.left
        columns = [
            Column(_core.col(f"l{i}"), nan=one.nan, pickled=one.pickled, kind=one.kind)
            for i, one in enumerate(left._columns)
        ]
        index = [Column(_core.col(f"li{i}"), pickled=one.pickled, kind=one.kind) for i, one in enumerate(left._index)]
        return new_collection(rows, index, columns, left._meta)

    def _indexed(self, rows: Rows, columns: list[Column], keys: list[_core.Expression]) -> Any:
        meta = self.meta
        if self.left_index and self.right_index:
            index = meta.index
            if not isinstance(index, pd.MultiIndex):
                index = pd.Index([], dtype=self.left_keys[0][2], name=index.name)
            return new_collection(rows, [Column(key) for key in keys], columns, meta.set_axis(index, axis=0))
        if self.left_index or self.right_index:
            side, prefix = (self.left, "li") if self.right_index else (self.right, "ri")
            index = arrow.index_of(side._meta)
            kept = [Column(_core.col(f"{prefix}{i}")) for i in range(len(side._index))]
            return new_collection(rows, kept, columns, meta.set_axis(index, axis=0))
        rows, number = numbered(rows)
        return new_collection(rows, [number], columns, meta.set_axis(pd.RangeIndex(0), axis=0))


def _side_of_row() -> _core.Expression:
    """Which sides a row comes from."""
    one_side = _core.choose(
        _core.col("lthere").is_null(), _core.literal("right_only", "utf8"), _core.literal("left_only", "utf8")
    )
    both = _core.col("lthere").is_not_null() & _core.col("rthere").is_not_null()
    return _core.choose(both, _core.literal("both", "utf8"), one_side)


def _categories(*dtypes: Any) -> bool:
    return any(isinstance(dtype, pd.CategoricalDtype) for dtype in dtypes)


def join(left: Any, other: Any, on: Any, how: str, lsuffix: str, rsuffix: str) -> Any:
    """Rows of ``other`` whose index is ``left``'s index, or its column ``on``."""
    if isinstance(other, list):
        for one in other:
            left = join(left, one, None, how, lsuffix, rsuffix)
        return left
    right = _lazy_frame(other)
    common = set(left.columns) & set(right.columns)
    if common and not lsuffix and not rsuffix:
        raise ValueError(f"columns overlap but no suffix specified: {sorted(map(str, common))}")
    by = {"left_index": True} if on is None else {"left_on": on}
    return merge(left, right, how=how, right_index=True, suffixes=(lsuffix or None, rsuffix or None), **by)


def concat(
    dfs: Any,
    axis: Any = 0,
    join: str = "outer",
    ignore_unknown_divisions: bool = False,
    ignore_order: bool = False,
    interleave_partitions: bool = False,
    ignore_index: bool = False,
    keys: Any = None,
    sort: bool = False,
    copy: Any = None,
) -> Any:
    """Frames or series one below the other, or (``axis=1``) side by side."""
    if keys is not None:
        raise NotImplementedError("concat(keys=) gives an index of several levels; assign() a column to each instead")
    if isinstance(dfs, (Collection, pd.DataFrame, pd.Series, str)):
        raise TypeError(f"dfs must be a list of frames or series, found {type(dfs).__name__}")
    parts = [part if isinstance(part, Collection) else _from_pandas(part) for part in dfs]
    if not parts:
        raise ValueError("No objects to concatenate")
    if join not in ("inner", "outer"):
        raise ValueError(f"'join' must be 'inner' or 'outer', found {join!r}")
    if axis in (1, "columns"):
        return _side_by_side(parts, join) if len(parts) > 1 else parts[0]
    if axis not in (0, "index"):
        raise ValueError(f"No axis named {axis!r}")
    overlap = interleave_partitions and _one_behind_the_other(parts) is None
    if overlap and all(isinstance(part._rows.divisions, tuple) for part in parts):
        below = _interleaved(parts, sorted({label for part in parts for label in part.divisions}), join)
    else:
        below = _below(parts, join) if len(parts) > 1 else parts[0]
    if sort and isinstance(below, DataFrame):
        below = below[sorted(below.columns)]
    return below.reset_index(drop=True) if ignore_index else below


def _from_pandas(part: Any) -> Any:
    from treadle.dataframe.read import from_pandas

    return from_pandas(part, npartitions=1, sort=False)


def _below(parts: list[Any], how: str) -> Any:
    from treadle.dataframe.fallback import sample_of

    meta = pd.concat([sample_of(part._meta) for part in parts], join=how).iloc[:0]
    frames = isinstance(meta, pd.DataFrame)
    labels = list(meta.columns) if frames else [meta.name]
    dtypes = list(meta.dtypes) if frames else [meta.dtype]
    plans = []
    pickled = [arrow.is_pickled(dtype) for dtype in dtypes]
    for part in parts:
        own = (
            list(part._meta.columns)
            if isinstance(part._meta, pd.DataFrame)
            else [part._meta.name if frames else labels[0]]
        )
        named = [(f"index_{i}", column.node) for i, column in enumerate(part._index)]
        for i, (label, dtype) in enumerate(zip(labels, dtypes, strict=True)):
            kind = arrow.type_name(dtype)
            if label not in own:
                named.append((f"value_{i}", _core.literal(None, "null").cast(kind)))
                continue
            column = part._columns[own.index(label)]
            if pickled[i] and not column.pickled:
                part_frame = part.astype({label: object}) if isinstance(part, DataFrame) else part.astype(object)
                part, column = part_frame, part_frame._columns[own.index(label)]
            plain = arithmetic.is_plain(dtype, "iufb")
            before = arrow.column_dtypes(part._meta)[own.index(label)]
            node = arithmetic.in_type(column.clean(), before, dtype) if plain else column.node
            named.append((f"value_{i}", node))
        plans.append(part._rows.build(named))
    plan = _core.concat(plans, "positions")
    names = plan.schema.names
    width = len(parts[0]._index)
    index = (
        meta.index if not isinstance(meta.index, pd.RangeIndex) else pd.Index([], dtype="int64", name=meta.index.name)
    )
    columns = [Column(_core.col(name), pickled=flag) for name, flag in zip(names[width:], pickled, strict=True)]
    return new_collection(
        Rows(plan, divisions=_one_behind_the_other(parts)),
        [Column(_core.col(name)) for name in names[:width]],
        columns,
        meta.set_axis(index, axis=0),
    )


def _interleaved(parts: list[Any], divisions: list[Any], how: str) -> Any:
    """Parts that overlap, cut at the same divisions: a partition has the rows of all of them between two."""
    count = len(divisions) - 1
    below = _below([part.repartition(divisions=divisions, force=True) for part in parts], how)
    mixed = below._partitions([part * count + number for number in range(count) for part in range(len(parts))])
    return mixed._over(mixed._rows.build(mixed._named()).repartition(count), Claimed(divisions))


def _one_behind_the_other(parts: list[Any]) -> tuple[object, ...] | None:
    """The divisions of all parts, if these are known and do not overlap."""
    known = [part._rows.divisions for part in parts]
    if not all(
        isinstance(one, tuple) and len(one) == part.npartitions + 1 for one, part in zip(known, parts, strict=True)
    ):
        return None
    if any(None in one for one in known) or any(a[-1] >= b[0] for a, b in itertools.pairwise(known)):
        return None
    kind = Claimed if any(isinstance(one, Claimed) for one in known) else tuple
    return kind((*[label for one in known for label in one[:-1]], known[-1][-1]))


def _side_by_side(parts: list[Any], how: str) -> Any:
    meta = pd.concat([part._meta for part in parts], axis=1)
    rows = merge_rows(part._rows for part in parts)
    if rows is not None:
        columns = [column for part in parts for column in part._columns]
        return new_collection(rows, parts[0]._index, columns, meta.set_axis(arrow.index_of(parts[0]._meta), axis=0))
    frames = [part.to_frame() if isinstance(part, Series) else part for part in parts]
    result = frames[0]
    for i, frame in enumerate(frames[1:]):
        result = merge(result, frame, how=how, left_index=True, right_index=True, suffixes=(None, f"__{i}"))
    return result._like(result._rows, result._columns, meta.set_axis(arrow.index_of(result._meta), axis=0))
