"""Groups that only pandas can compute on: all rows of a group come into one partition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from treadle import _core
from treadle.dataframe import arrow, fallback, running
from treadle.dataframe.grouping import NATIVE, Keyed, Request, aggregates_of
from treadle.dataframe.rows import Column, Extension, new_name
from treadle.dataframe.series import Series


class WholeGroups(Keyed):
    """Steps over groups: by pandas on partitions of whole groups, or beside each row by plans."""

    def _exchanged(self, plan: _core.DataFrame, order: list[_core.Expression], count: int) -> _core.DataFrame:
        """The rows sorted by these keys, each group in one partition."""
        names = [f"__order_{i}__" for i in range(len(order))]
        plan = plan.with_columns([node.alias(name) for node, name in zip(order, names, strict=True)])
        plan = plan.sort([(name, False, False) for name in names])
        return plan.repartition_together(count, names) if count > 1 else plan

    def _by_key(self, function: Callable[[Any], Any], name: str, meta: Any = None) -> Any:
        """``function`` of pandas' groups, whose result is in the order of the keys: on partitions of whole groups."""
        if (
            not self._natural_keys()
            or self._all_categories()
            or self._options.get("sort") is False
            or self._options.get("group_keys") is False
        ):
            return self._by_pandas(function, name, meta)
        frame, regroup = self._as_pandas()
        known = self._known_meta(function, regroup, frame._meta, meta)
        order = self._order([key._columns[0] for key in self._keys])
        named = frame._named()
        keys = [(f"__key_{i}__", node) for i, node in enumerate(order)]
        plan = frame._rows.build([*named, *keys], self._present())
        plan = self._exchanged(plan, [_core.col(name) for name, _ in keys], frame.npartitions)
        over = frame._over(plan.select([_core.col(name) for name, _ in named]))

        def call(part: pd.DataFrame) -> Any:
            return function(regroup(part)) if len(part) else known

        return over._map_partitions(call, known, f"groupby {name}")

    def _known_meta(self, function: Any, regroup: Any, before: Any, meta: Any) -> Any:
        def call(part: pd.DataFrame) -> Any:
            return function(regroup(part))

        call.__name__ = fallback.function_name(function)
        return fallback.infer_meta(call, before) if meta is None else self._given_meta(call, before, meta)

    def _by_pandas(self, function: Callable[[Any], Any], name: str, meta: Any = None) -> Any:
        """``function`` of pandas' groups over all rows at once."""
        frame, regroup = self._as_pandas()

        def call(part: pd.DataFrame) -> Any:
            return function(regroup(part))

        call.__name__ = name
        known = fallback.infer_meta(call, frame._meta) if meta is None else self._given_meta(call, frame._meta, meta)
        return frame._map_partitions(call, known, f"groupby {name}", whole=True)

    def _given_meta(self, call: Callable[[Any], Any], before: Any, meta: Any) -> Any:
        """A user's meta: columns as it says, the index as groups have it."""
        given = fallback.make_meta(meta)
        if isinstance(meta, (pd.DataFrame, pd.Series)):
            return given
        if not isinstance(given.index, pd.RangeIndex) and given.index.name is not None:
            return given
        try:
            index = fallback.infer_meta(call, before).index
        except ValueError:
            keys = [pd.Index(key._meta.array, name=label) for key, label in zip(self._keys, self._labels, strict=True)]
            index = keys[0] if len(keys) == 1 else pd.MultiIndex.from_arrays(keys)
        return given.set_axis(index[:0], axis=0)

    def _aligned(self, method: str, *args: Any, meta: Any = None, **kwargs: Any) -> Any:
        """A method whose result has the rows of the input, by pandas on partitions of whole groups."""
        frame, regroup = self._as_pandas()

        def call(part: pd.DataFrame) -> Any:
            return getattr(regroup(part), method)(*args, **kwargs) if len(part) else known

        call.__name__ = method
        known: Any = None
        known = fallback.infer_meta(call, frame._meta) if meta is None else fallback.make_meta(meta, frame._meta)
        if not self._natural_keys() or self._all_categories():
            return frame._beside(call, known, f"groupby {method}", whole=True)
        order = self._order([key._columns[0] for key in self._keys])
        takes = [new_name("key") for _ in order]

        def within(plan: _core.DataFrame, step: Callable[[_core.DataFrame], _core.DataFrame]) -> _core.DataFrame:
            count = plan.num_partitions
            plan = plan.with_columns([node.alias(take) for node, take in zip(order, takes, strict=True)])
            nodes = [_core.col(take) for take in takes]
            return running.in_order(plan, lambda rows: step(self._exchanged(rows, nodes, count)))

        rows, columns = fallback.extend_rows(
            frame._rows,
            (*frame._index, *frame._columns),
            call,
            frame._meta,
            known,
            f"groupby {method}",
            False,
            within,
            [reference for node in order for reference in node.references()],
        )
        return frame._like(rows, columns, known)

    def _spread(self, how: str) -> Any:
        """An aggregate of each group beside each of its rows; None if it is not the core's."""
        measured = self._measured()
        if how not in NATIVE or how == "size" or not self._natural_keys() or not len(measured.columns):
            return None
        frame, regroup = self._as_pandas()
        meta = fallback.infer_meta(lambda part: regroup(part).transform(how), frame._meta)
        targets = arrow.column_dtypes(meta)
        inputs = [(new_name("key"), key._columns[0].clean()) for key in self._keys]
        keys = [name for name, _ in inputs]
        requests: list[Request] = [
            (how, label, measured._columns[i], measured._meta.dtypes.iloc[i], {})
            for i, label in enumerate(measured.columns)
        ]
        aggregates = aggregates_of(requests, inputs)
        if aggregates is None or len(targets) != len(requests):
            return None
        names = [new_name("spread") for _ in requests]
        partition = new_name("partition")

        def apply(plan: _core.DataFrame) -> _core.DataFrame:
            kept = [_core.col(name) for name in plan.schema.names]
            plan = plan.with_columns([node.alias(name) for name, node in inputs])
            groups = plan.group_by([_core.col(key) for key in keys], aggregates)
            groups = groups.select(
                [_core.col(key).alias(f"{key}g") for key in keys]
                + [_core.col(f"value_{i}").alias(name) for i, name in enumerate(names)]
            )
            count = plan.num_partitions
            if count > 1:
                plan = plan.with_running([("partition", "", partition, 0)])
            left, right = [_core.col(key) for key in keys], [_core.col(f"{key}g") for key in keys]
            joined = plan.join(groups, "left", left, right, nulls_equal=True, coalesce=False)
            return running.cut_at_partitions(joined, partition, count).select([*kept, *[_core.col(n) for n in names]])

        present, rows = self._present(), self._rows(measured)
        used = [node for _, node in inputs]
        needed = frozenset(reference for node in used for reference in node.references())
        columns = []
        for name, (_, _, column, _, _) in zip(names, requests, strict=True):
            node = _core.col(name)
            if present is not None:
                node = _core.choose(present, node, _core.literal(None, "null"))
            columns.append(Column(node, pickled=how in ("first", "last") and column.pickled))
        values = self._values.to_frame() if isinstance(self._values, Series) else self._values
        return values._like(
            rows.extended(Extension(needed, frozenset(names), apply, name=how, by_partition=False)), columns, meta
        )

    def _run(self, method: str, periods: int = -1, meta: Any = None) -> Any:
        """A method that goes through the rows of each group in order."""
        frame, regroup = self._as_pandas()
        arguments = {"shift": {"periods": periods}}.get(method, {"limit": periods} if periods >= 0 else {})
        known = fallback.infer_meta(lambda part: getattr(regroup(part), method)(**arguments), frame._meta)
        native = None
        if self._natural_keys():
            keys = [key._columns[0].clean() for key in self._keys]
            measured = self._measured()
            if method == "cumcount":
                measured = measured._like(measured._rows, [Column(_core.literal(1, "int64"))], known.to_frame())
            native = running.running(measured, method, known, periods, self._rows(measured), keys, self._present())
        return self._aligned(method, meta=known, **arguments) if native is None else native
