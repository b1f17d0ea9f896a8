"""Groups that only pandas can compute on: all rows of a group come into one partition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from treadle import _core
from treadle.dataframe import arrow, fallback, running
from treadle.dataframe.collection import new_collection
from treadle.dataframe.exact_values import plausible_frame
from treadle.dataframe.grouping import NATIVE, Keyed, Request, aggregates_of
from treadle.dataframe.rows import Column, Extension, Rows, new_name
from treadle.dataframe.series import Series


class WholeGroups(Keyed):
    """Steps over groups: by pandas on partitions of whole groups, or beside each row by plans."""

    def _exchanged(self, plan: _core.DataFrame, order: list[_core.Expression], count: int) -> _core.DataFrame:
        """The rows in the order of their groups, each group in one partition."""
        names = [f"__order_{i}__" for i in range(len(order))]
        plan = plan.with_columns([node.alias(name) for node, name in zip(order, names, strict=True)])
        if self._options.get("sort") is False:
            # Groups by first appearance: each row gets the number of the first row of its group.
            plan = plan.with_running([("number", "", "__number__", 0)]).sort([(name, False, False) for name in names])
            plan = plan.with_running([("min", "__number__", "__first__", 0)], names)
            names = ["__first__"]
        plan = plan.sort([(name, False, False) for name in names])
        return plan.repartition_together(count, names) if count > 1 else plan

    def _in_groups(self, frame: Any, more: Sequence[tuple[str, str]] = ()) -> _core.DataFrame:
        """The rows of ``_as_pandas()`` in partitions of whole groups, and running columns over all of them."""
        named = frame._named()
        order = self._order([by._columns[0] for by in self._by])
        keys = [(f"__key_{i}__", node) for i, node in enumerate(order)]
        plan = frame._rows.build([*named, *keys], self._present())
        if more:
            plan = plan.with_running([(kind, "", name, 0) for kind, name in more])
        plan = self._exchanged(plan, [_core.col(name) for name, _ in keys], frame.npartitions)
        return plan.select([*[_core.col(name) for name, _ in named], *[_core.col(name) for _, name in more]])

    def _by_key(self, function: Callable[[Any], Any], name: str, meta: Any = None) -> Any:
        """``function`` of pandas' groups, whose result is in the order of the groups: on partitions of whole groups."""
        if self._all_categories():
            return self._by_pandas(function, name, meta)
        frame, regroup = self._as_pandas()
        known = self._known_meta(function, regroup, plausible_frame(frame) if meta is None else frame._meta, meta)

        def call(part: pd.DataFrame) -> Any:
            return function(regroup(part)) if len(part) else known

        return frame._over(self._in_groups(frame))._map_partitions(call, known, f"groupby {name}")

    def _apply_without_keys(self, function: Callable[[Any], Any], name: str, meta: Any) -> Any:
        """``function`` of each group, without the keys as index: rows that keep their labels stay in their order."""
        frame, regroup = self._as_pandas()
        known = self._known_meta(lambda groups: groups.apply(function), regroup, frame._meta, meta)
        number, kept = new_name("number"), new_name("kept")
        names, index, columns = fallback.result_columns(known)
        pickled = [column.pickled for column in (*frame._index, *frame._columns)]
        encode = fallback.PandasCall(_itself, frame._meta, known, pickled, names)
        before, width = frame._meta, len(frame._index)

        def call(table: _core.Table, partition: int) -> pa.Table:
            rows = pa.table(table)
            part = arrow.decode(rows.drop_columns([number]), before, pickled, width)
            watched = _Watched(function)
            made = encode.call_on(regroup(part).apply(watched) if len(part) else known)
            in_order = watched.keeps_labels and made.num_rows == rows.num_rows
            return made.append_column(kept, rows.column(number) if in_order else pa.nulls(made.num_rows, pa.int64()))

        schema = fallback.arrow_schema(known, names).append_column(kept, pa.nulls(0, pa.int64()))
        mapped = self._in_groups(frame, [("number", number)]).map_partitions(
            call, f"python: groupby {name}", schema, False
        )
        node = _core.col(kept)
        all_kept = mapped.select([(node.size() == node.count()).alias("all_kept")])
        plan = mapped.join(all_kept, "cross", [], [])
        place = _core.choose(_core.col("all_kept"), node, _core.literal(None, "null"))
        plan = plan.with_columns([place.alias("place")]).sort([("place", False, False)])
        plan = plan.select([_core.col(one) for one in names])
        count = frame.npartitions
        return new_collection(Rows(plan.repartition(count) if count > 1 else plan), index, columns, known)

    def _known_meta(self, function: Any, regroup: Any, before: Any, meta: Any) -> Any:
        def call(part: pd.DataFrame) -> Any:
            return function(regroup(part))

        call.__name__ = fallback.function_name(function)
        known = fallback.infer_meta(call, before) if meta is None else self._given_meta(call, before, meta)
        return self._with_object_keys(known)

    def _with_object_keys(self, meta: Any) -> Any:
        """``meta`` with keys that are Python objects as such: pandas finds other types for those it was tried on."""
        index, count = arrow.index_of(meta), len(self._keys)
        if not any(key._columns[0].pickled for key in self._keys) or list(index.names)[:count] != self._labels:
            return meta
        levels = [index.get_level_values(i) for i in range(index.nlevels)]
        for i, key in enumerate(self._keys):
            levels[i] = levels[i].astype(object) if key._columns[0].pickled else levels[i]
        return meta.set_axis(pd.MultiIndex.from_arrays(levels) if len(levels) > 1 else levels[0], axis=0)

    def _by_pandas(self, function: Callable[[Any], Any], name: str, meta: Any = None) -> Any:
        """``function`` of pandas' groups over all rows at once: where categories that do not occur are groups."""
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

    def _aligned(self, name: str, /, *args: Any, meta: Any = None, **kwargs: Any) -> Any:
        """A method whose result has the rows of the input, by pandas on partitions of whole groups."""
        return self._row_by_row(lambda groups: getattr(groups, name)(*args, **kwargs), name, meta)

    def _row_by_row(self, function: Callable[[Any], Any], name: str, meta: Any = None) -> Any:
        """What ``function`` makes of pandas' groups, a row for each row, by pandas on partitions of whole groups."""
        frame, regroup = self._as_pandas()

        width, all_keys = len(self._keys), self._present() is None

        def call(part: pd.DataFrame) -> Any:
            has_keys = len(part) and (all_keys or part.iloc[:, -width:].notna().all(axis=1).any())
            result = function(regroup(part)) if has_keys else known
            # pandas gives no rows where no row has a key.
            if len(result) == len(part):
                return result
            return known.set_axis(pd.RangeIndex(0), axis=0).reindex(pd.RangeIndex(len(part)))

        call.__name__ = name
        known: Any = None
        if meta is None:
            known = fallback.infer_meta(lambda part: function(regroup(part)), frame._meta)
        else:
            known = fallback.make_meta(meta, frame._meta)
        order = self._order([by._columns[0] for by in self._by])
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
            f"groupby {name}",
            False,
            within,
            [reference for node in order for reference in node.references()],
        )
        return frame._like(rows, columns, known)

    def _beside_rows(
        self,
        inputs: list[tuple[str, _core.Expression]],
        groups_of: Callable[[_core.DataFrame, list[_core.Expression]], _core.DataFrame],
        names: list[str],
        name: str,
    ) -> Extension:
        """Columns ``names`` of groups beside each of their rows; ``inputs`` begin with the keys."""
        keys = [key for key, _ in inputs[: len(self._by)]]
        partition = new_name("partition")

        def apply(plan: _core.DataFrame) -> _core.DataFrame:
            kept = [_core.col(name) for name in plan.schema.names]
            plan = plan.with_columns([node.alias(name) for name, node in inputs])
            left, right = [_core.col(key) for key in keys], [_core.col(f"{key}g") for key in keys]
            groups = groups_of(plan, left).select(
                [*[_core.col(key).alias(f"{key}g") for key in keys], *[_core.col(one) for one in names]]
            )
            count = plan.num_partitions
            if count > 1:
                plan = plan.with_running([("partition", "", partition, 0)])
            joined = plan.join(groups, "left", left, right, nulls_equal=True, coalesce=False)
            return running.cut_at_partitions(joined, partition, count).select([*kept, *[_core.col(n) for n in names]])

        needed = frozenset(reference for _, node in inputs for reference in node.references())
        return Extension(needed, frozenset(names), apply, name=name, by_partition=False)

    def _where_present(self, node: _core.Expression) -> _core.Expression:
        present = self._present()
        return node if present is None else _core.choose(present, node, _core.literal(None, "null"))

    def _key_inputs(self) -> list[tuple[str, _core.Expression]]:
        return [(new_name("key"), by._columns[0].clean()) for by in self._by]

    def _spread(self, how: str) -> Any:
        """An aggregate of each group beside each of its rows; None if it is not the core's."""
        measured = self._measured()
        if how not in NATIVE or how == "size" or not len(measured.columns):
            return None
        frame, regroup = self._as_pandas()
        meta = fallback.infer_meta(lambda part: regroup(part).transform(how), frame._meta)
        targets = arrow.column_dtypes(meta)
        inputs = self._key_inputs()
        requests: list[Request] = [
            (how, label, measured._columns[i], measured._meta.dtypes.iloc[i], {})
            for i, label in enumerate(measured.columns)
        ]
        aggregates = aggregates_of(requests, inputs)
        if aggregates is None or len(targets) != len(requests):
            return None
        names = [new_name("spread") for _ in requests]
        renamed = [node.alias(name) for node, name in zip(aggregates, names, strict=True)]
        extension = self._beside_rows(inputs, lambda plan, keys: plan.group_by(keys, renamed), names, how)
        columns = [
            Column(self._where_present(_core.col(name)), pickled=how in ("first", "last") and column.pickled)
            for name, (_, _, column, _, _) in zip(names, requests, strict=True)
        ]
        values = self._values.to_frame() if isinstance(self._values, Series) else self._values
        return values._like(self._rows(measured).extended(extension), columns, meta)

    def _run(self, method: str, periods: int = -1, fill_value: Any = None) -> Any:
        """A method that goes through the rows of each group in order."""
        frame, regroup = self._as_pandas()
        arguments: dict[str, Any] = {"limit": periods} if periods >= 0 else {}
        if method == "shift":
            arguments = {"periods": periods, **({} if fill_value is None else {"fill_value": fill_value})}
        known = fallback.infer_meta(lambda part: getattr(regroup(part), method)(**arguments), frame._meta)
        keys = [by._columns[0].clean() for by in self._by]
        measured = self._measured()
        if method == "cumcount":
            measured = measured._like(measured._rows, [Column(_core.literal(1, "int64"))], known.to_frame())
        rows = self._rows(measured)
        wide = running.widened(known) if method in ("cumsum", "cumprod") else known
        native = running.running(measured, method, wide, periods, rows, keys, self._present(), fill_value)
        result = self._aligned(method, meta=wide, **arguments) if native is None else native
        return result._like(result._rows, result._columns, known)


class _Watched:
    """A function of groups that remembers whether all results had the labels of their groups."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function
        self.keeps_labels = True

    def __call__(self, group: Any) -> Any:
        result = self._function(group)
        # As pandas has it: a series that a frame becomes is no row for each of its rows.
        flat = isinstance(result, pd.Series) and isinstance(group, pd.DataFrame)
        alike = isinstance(result, (pd.DataFrame, pd.Series)) and not flat and result.index.equals(group.index)
        self.keeps_labels = self.keeps_labels and alike
        return result


def _itself(value: Any) -> Any:
    return value
