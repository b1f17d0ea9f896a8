"""Rows of a frame by their order: indexes, sorts, first and last ones, chance."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from treadle import _core
from treadle.dataframe import arrow, fallback, running
from treadle.dataframe.alignment import aligned
from treadle.dataframe.collection import new_collection
from treadle.dataframe.divisions import Claimed, LateDivisions, on_trust
from treadle.dataframe.elementwise import Elementwise
from treadle.dataframe.rows import ROW_NUMBER, Column, Rows, merge_rows, new_name
from treadle.dataframe.series import Series
from treadle.dataframe.split_out import splits


class Ordered(Elementwise):
    """What frames do with the order of their rows."""

    def __getitem__(self, key: Any) -> Any:
        raise NotImplementedError

    def _place(self, label: Any) -> int:
        """The place of a column; NotFound naming the nearest if there is none."""
        raise NotImplementedError

    def reset_index(self, drop: bool = False, names: Any = None) -> Any:
        """The index as columns (``names``), or dropped; rows are then numbered from 0 on, through all partitions."""
        plain = pd.RangeIndex(0)
        levels = arrow.index_of(self._meta)
        columns, meta = list(self._columns), self._meta.set_axis(plain, axis=0)
        if not drop:
            dtypes = arrow.index_dtypes(levels)
            given = levels.names if names is None else names if isinstance(names, (list, tuple)) else [names]
            names = [
                name if name is not None else _level_name(i, len(dtypes), self._meta) for i, name in enumerate(given)
            ]
            for i, (name, dtype) in enumerate(zip(names, dtypes, strict=True)):
                label = (name, *[""] * (meta.columns.nlevels - 1)) if meta.columns.nlevels > 1 else name
                meta.insert(i, label, pd.Series([], dtype=dtype))
            columns = [*self._index, *columns]
        rows, number = numbered(self._rows)
        return new_collection(dataclasses.replace(rows, divisions=None), [number], columns, meta)

    def set_index(
        self,
        other: Any,
        drop: bool = True,
        sorted: bool = False,
        npartitions: Any = None,
        divisions: Any = None,
        sort: bool = True,
        shuffle_method: Any = None,
        upsample: float = 1.0,
        partition_size: Any = None,
        append: bool = False,
        **options: Any,
    ) -> Any:
        """A column as the index; rows are sorted by it unless they are already or need not be."""
        _refuse_inplace("set_index", options)
        if append or (isinstance(other, (list, tuple)) and len(other) != 1):
            raise NotImplementedError("an index of several levels; set one column, or use groupby() by several")
        if isinstance(other, (list, tuple)):
            other = other[0]
        series = other if isinstance(other, Series) else self[other]
        if type(series) is not Series:  # an index
            series = series._series()
        meta = self._meta
        columns = list(self._columns)
        if not isinstance(other, Series):
            place = self._place(other)
            if drop:
                columns.pop(place)
                meta = meta.iloc[:, [i for i in range(meta.shape[1]) if i != place]]
        index = pd.Index(series._meta.array, name=series._meta.name)
        if not self._rows.fits(series._rows):
            own, series = aligned([self, series], "left", "set_index")
            columns = list(own[list(meta.columns)]._columns)
            merged = own._rows
        else:
            merged = self._rows.merged(series._rows)
        rows = dataclasses.replace(merged, divisions=None)
        result = new_collection(rows, [series._columns[0]], columns, meta.set_axis(index, axis=0))
        if divisions is not None and sort and not sorted:
            return result.repartition(divisions=divisions, force=True)
        if divisions is not None:
            return result._divided(tuple(divisions))
        if not sort and not sorted:
            return result
        plan = result._rows.build(result._named())
        if not sorted:
            count = int(npartitions) if isinstance(npartitions, (int, np.integer)) else self.npartitions
            plan = plan.sort([("index_0", False, False)])
            plan = plan.repartition_together(count, ["index_0"]) if count > 1 else plan
        return result._over(plan, LateDivisions(plan, _core.col("index_0"), index))

    def _divided(self, divisions: tuple[object, ...]) -> Any:
        """The same rows, whose partitions are said to begin at these labels."""
        if len(divisions) != self.npartitions + 1:
            raise ValueError(f"divisions: expected {self.npartitions + 1} values, found {len(divisions)}")
        return self._over(self._rows.build(self._named()), Claimed(divisions))

    def sort_values(
        self,
        by: Any,
        npartitions: Any = None,
        ascending: Any = True,
        na_position: str = "last",
        partition_size: Any = None,
        sort_function: Any = None,
        sort_function_kwargs: Any = None,
        upsample: float = 1.0,
        ignore_index: bool = False,
        shuffle_method: Any = None,
        key: Any = None,
        kind: str = "stable",
        axis: Any = 0,
        **options: Any,
    ) -> Any:
        """The rows in the order of one or several columns; of what ``key`` makes of each. Always stable."""
        _refuse_others("sort_values", options)
        if axis not in (0, "index"):
            raise NotImplementedError("sort_values(axis=1): the order of columns; choose them by frame[labels]")
        labels = by if isinstance(by, list) else [by]
        ways = ascending if isinstance(ascending, (list, tuple)) else [ascending] * len(labels)
        if na_position not in ("first", "last"):
            raise ValueError("na_position must be either 'first' or 'last'")
        if len(ways) != len(labels):
            raise ValueError(f"Length of ascending ({len(ways)}) != length of by ({len(labels)})")
        result = self._sorted(labels, list(ways), na_position == "first", key)
        count = int(npartitions) if isinstance(npartitions, (int, np.integer)) else self.npartitions
        if count > 1:
            result = result.repartition(npartitions=count)
        return result.reset_index(drop=True) if ignore_index else result

    def sort_index(
        self, ascending: Any = True, na_position: str = "last", ignore_index: bool = False, **options: Any
    ) -> Any:
        """The rows in the order of the index."""
        _refuse_others("sort_index", options)
        way = ascending[0] if isinstance(ascending, (list, tuple)) else ascending
        if options.get("level") not in (None, 0) or options.get("axis", 0) not in (0, "index"):
            raise NotImplementedError("sort_index() sorts rows, by an index of one level")
        named = self._named()
        plan = self._rows.build(named).sort([("index_0", not way, na_position == "first")])
        if self.npartitions > 1:
            plan = plan.repartition_together(self.npartitions, ["index_0"])
        late = LateDivisions(plan, _core.col("index_0"), arrow.index_of(self._meta)) if way else None
        result = self._over(plan, late)
        return result.reset_index(drop=True) if ignore_index else result

    def _sorted(self, labels: list[Any], ascending: list[bool], nulls_first: bool, key: Any = None) -> Any:
        columns = [self[label] for label in labels]
        if key is not None:
            columns = [
                column._beside(key, fallback.infer_meta(key, column._meta), f"key {fallback.function_name(key)}")
                for column in columns
            ]
        rows = merge_rows([self._rows, *[column._rows for column in columns]])
        assert rows is not None
        named = self._named()
        keys = [(f"key_{i}", sort_value(column._columns[0], column.dtype)) for i, column in enumerate(columns)]
        plan = rows.build([*named, *keys])
        plan = plan.sort([(f"key_{i}", not up, nulls_first) for i, up in enumerate(ascending)])
        return self._over(plan.select([_core.col(name) for name, _ in named]))

    def nlargest(self, n: int = 5, columns: Any = None, split_every: Any = None) -> Any:
        """The rows with the largest values in columns."""
        return self._extreme(n, columns, False)

    def nsmallest(self, n: int = 5, columns: Any = None, split_every: Any = None) -> Any:
        """The rows with the smallest values in columns."""
        return self._extreme(n, columns, True)

    def _extreme(self, n: int, columns: Any, smallest: bool) -> Any:
        labels = columns if isinstance(columns, list) else [columns]
        for label in labels:
            dtype = self[label].dtype
            if dtype.kind not in "biufmM":
                method = "nsmallest" if smallest else "nlargest"
                raise TypeError(f"Column {label!r} has dtype {dtype}, cannot use method {method!r} with this dtype")
        ordered = self._sorted(labels, [smallest] * len(labels), False)
        return ordered._over(ordered._rows.build(ordered._named()).head(n))

    @splits
    def drop_duplicates(
        self,
        subset: Any = None,
        split_every: Any = None,
        split_out: Any = True,
        shuffle_method: Any = None,
        ignore_index: bool = False,
        keep: Any = "first",
    ) -> Any:
        """The first row of each different combination of values."""
        labels = list(self.columns) if subset is None else (subset if isinstance(subset, list) else [subset])
        places = [self._place(label) for label in labels]
        if keep not in ("first", "last", False):
            raise ValueError('keep must be either "first", "last" or False')
        names = self._names()
        named = [
            (name, column.clean())
            for name, column in zip([one for one, _ in self._named()], (*self._index, *self._columns), strict=True)
        ]
        plan = distinct_rows(self._rows.build(named), [names[place] for place in places], keep)
        kept = self._over(plan.repartition(self.npartitions) if self.npartitions > 1 else plan)
        return kept.reset_index(drop=True) if ignore_index else kept

    def sample(self, n: Any = None, frac: Any = None, replace: bool = False, random_state: Any = None) -> Any:
        """Rows by chance: a fraction of each partition, or ``n`` of all."""
        state = random_state if random_state is not None else int(np.random.default_rng().integers(2**31))
        if n is not None and not replace:
            return self._drawn(int(n), state)
        if n is not None:
            return self._drawn_again(int(n), state)

        def call(part: pd.DataFrame, partition: int) -> pd.DataFrame:
            return part.sample(frac=frac, replace=replace, random_state=chance_of(state, partition))

        drawn = self._map_partitions(call, self._meta, "sample", with_partition=True)
        # Rows change places, but not from one partition to another.
        drawn._rows = dataclasses.replace(drawn._rows, divisions=on_trust(self._rows.divisions))
        return drawn

    def _drawn(self, n: int, state: Any) -> Any:
        """The ``n`` rows with the smallest numbers of those that chance gives to each."""

        def draw(part: pd.DataFrame, partition: int) -> pd.Series:
            return pd.Series(chance_of(state, partition).random(len(part)), index=part.index)

        meta = pd.Series([], dtype="float64", index=arrow.index_of(self._meta))
        drawn = self._beside(draw, meta, "draw", with_partition=True)
        plan = drawn._rows.build([*self._named(), ("__chance__", drawn._columns[0].node)])
        plan = plan.sort([("__chance__", False, False)]).head(n)
        sampled = self._over(plan.select([_core.col(name) for name, _ in self._named()]))
        return sampled._map_partitions(partial(_all_drawn, n), self._meta, "sample", whole=True)

    def _drawn_again(self, n: int, state: Any) -> Any:
        """``n`` rows, each any of all: their numbers are drawn once it is known how many there are."""
        draw, number = new_name("draw"), new_name("number")
        named = self._named()
        plan = self._rows.build([*named, (ROW_NUMBER, self._counted())]).with_running([("number", "", number, 0)])
        schema = pa.table({draw: pa.nulls(0, pa.int64()), f"{number}d": pa.nulls(0, pa.int64())})

        def drawn(table: _core.Table, partition: int) -> pa.Table:
            count = pa.table(table).column(0)[0].as_py()
            if count == 0 and n:
                raise ValueError("a must be greater than 0 unless no samples are taken")
            chance = state if hasattr(state, "integers") or hasattr(state, "randint") else chance_of(state, 0)
            pick = chance.integers if hasattr(chance, "integers") else chance.randint
            return pa.table({draw: np.arange(n), f"{number}d": pick(0, max(count, 1), n).astype("int64")})

        count = plan.select([_core.count().alias("rows")])
        draws = count.map_partitions(drawn, "python: draw numbers of rows", schema, True)
        rows = draws.join(plan, "inner", [_core.col(f"{number}d")], [_core.col(number)], coalesce=False)
        return self._over(rows.sort([(draw, False, False)]).select([_core.col(name) for name, _ in named]))

    def random_split(self, frac: Any, random_state: Any = None, shuffle: bool = False) -> list[Any]:
        """Frames that get these fractions of the rows by chance."""
        state = random_state if random_state is not None else int(np.random.default_rng().integers(2**31))
        limits = np.cumsum(frac)
        if not np.isclose(limits[-1], 1):
            raise ValueError("frac should sum to 1")

        def piece(number: int) -> Any:
            def call(part: pd.DataFrame, partition: int) -> pd.DataFrame:
                drawn = np.random.default_rng(np.random.SeedSequence([int(state), partition])).random(len(part))
                chosen = np.searchsorted(limits[:-1], drawn, side="right") == number
                return part[chosen]

            return self._map_partitions(call, self._meta, "random_split", with_partition=True)

        return [piece(number) for number in range(len(frac))]


def chance_of(state: Any, partition: int) -> Any:
    """Random numbers of a partition: the same ones for a number as state, whenever it is computed."""
    if not isinstance(state, (int, np.integer)):
        return state
    return np.random.default_rng(np.random.SeedSequence([int(state), partition]))


# Arguments of pandas' that change nothing here, or are looked at one by one.
_OF_ORDER = frozenset({"axis", "level", "kind", "inplace", "sort_remaining"})


def _refuse_others(method: str, options: dict[str, Any]) -> None:
    _refuse_inplace(method, options)
    unknown = set(options) - {"inplace"} - _OF_ORDER
    if unknown:
        raise TypeError(f"{method}() got unexpected arguments {sorted(unknown)}")


def _refuse_inplace(method: str, options: dict[str, Any]) -> None:
    if options.get("inplace"):
        raise TypeError(f"{method}(inplace=True) is not there: a lazy frame is not changed, assign the result")


def _all_drawn(n: int, rows: Any) -> Any:
    if len(rows) < n:
        raise ValueError(
            f"Cannot take a larger sample than population when 'replace=False': sample(n={n}) of {len(rows)} rows"
        )
    return rows


def distinct_rows(plan: _core.DataFrame, keys: list[str], keep: Any) -> _core.DataFrame:
    """The first or last row of each combination of keys, or (``False``) the rows whose combination is the only one."""
    if keep == "first":
        return plan.unique(keys)
    names = plan.schema.names
    others = [name for name in names if name not in keys]
    selected = [_core.col(name) for name in names]
    if keep == "last":
        numbered = plan.with_running([("number", "", "__number__", 0)])
        lasts = [_core.col(name).last().alias(name) for name in [*others, "__number__"]]
        groups = numbered.group_by([_core.col(key) for key in keys], lasts)
        return groups.sort([("__number__", False, False)]).select(selected)
    sole = [*[_core.col(name).first().alias(name) for name in others], _core.count().alias("__rows__")]
    groups = plan.group_by([_core.col(key) for key in keys], sole)
    return groups.filter(_core.col("__rows__") == _core.literal(1, "int64")).select(selected)


def _level_name(level: int, count: int, meta: Any) -> str:
    if count > 1:
        return f"level_{level}"
    return "index" if "index" not in meta.columns else "level_0"


def sort_value(column: Column, dtype: Any) -> _core.Expression:
    """What rows are ordered by: a category by its place among the categories."""
    known = isinstance(dtype, pd.CategoricalDtype) and arrow.is_known(dtype)
    if known and not dtype.categories.is_monotonic_increasing:
        from treadle.dataframe.categories import code_of

        return code_of(column, dtype)
    return column.clean()


def numbered(rows: Rows) -> tuple[Rows, Column]:
    """The rows with a column of their numbers, from 0 on."""
    extended, nodes = running.run(rows, [("number", None, 0)])
    return extended, Column(nodes[0])
