"""Partitions that begin at values of the index."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from treadle import _core
from treadle.dataframe import arithmetic, arrow
from treadle.dataframe.rows import Rows


class LateDivisions:
    """Divisions of rows that are in the order of their index, found by computing when someone asks."""

    # Whether rows are in order within partitions, too.
    ordered = True

    def __init__(self, plan: _core.DataFrame, index: _core.Expression, meta: pd.Index) -> None:
        self._plan = plan
        self._index = index
        self._meta = meta
        self._found: tuple[object, ...] | None = None

    def find(self) -> tuple[object, ...]:
        """First labels of the partitions, and the last label; an empty partition begins where the next one does."""
        if self._found is None:
            edges = _edges(self._plan, self._index, self._meta)
            self._found = _begun_at(edges, self._plan.num_partitions)
        return self._found


# The number of each partition that has labels, its least label and its greatest.
_Edges = list[tuple[int, Any, Any]]


def _edges(plan: _core.DataFrame, index: _core.Expression, meta: pd.Index) -> _Edges:
    from treadle.dataframe.collection import options

    plan = plan.select([index.alias("index")])
    plan = plan.with_running([("partition", "", "partition", 0)]).filter(_core.col("index").is_not_null())
    bounds = [_core.col("index").min().alias("low"), _core.col("index").max().alias("high")]
    table = pa.table(_core.compute([plan.group_by([_core.col("partition")], bounds)], options({}))[0])
    low, high = (list(pd.Index(arrow.decode_values(table.column(i), meta.dtype, False))) for i in (1, 2))
    return sorted(zip(table.column(0).to_pylist(), low, high, strict=True))


def _begun_at(edges: _Edges, count: int) -> tuple[object, ...]:
    if not edges:
        return (None,) * (count + 1)
    first = {partition: low for partition, low, _ in edges}
    found: list[object] = [max(high for _, _, high in edges)]
    for partition in reversed(range(count)):
        found.insert(0, first.get(partition, found[0]))
    return tuple(found)


def found_divisions(collection: Any) -> Claimed | None:
    """The divisions of rows in any order, looked for in their index; None unless partitions lie behind one another."""
    levels = arrow.index_dtypes(arrow.index_of(collection._meta))
    if len(levels) != 1 or collection._index[0].pickled or isinstance(levels[0], pd.CategoricalDtype):
        return None
    plan = collection._rows.build([("index_0", collection._index[0].node)])
    edges = _edges(plan, _core.col("index_0"), arrow.index_of(collection._meta))
    if not edges or any(before[2] >= behind[1] for before, behind in itertools.pairwise(edges)):
        return None
    return Claimed(_begun_at(edges, collection.npartitions))


class Claimed(tuple[object, ...]):
    """Divisions that are taken on trust, such as of what a function of one's own made of partitions: rows lie between
    them, in whatever order they have within a partition. Elsewhere rows are in the order of their index."""


# None: not known.
Divisions = tuple[object, ...] | LateDivisions | None


def on_trust(divisions: Divisions) -> Divisions:
    """The same, of rows that may have been moved within their partitions."""
    if isinstance(divisions, tuple):
        return Claimed(divisions)
    if divisions is not None:
        divisions = copy(divisions)
        divisions.ordered = False
    return divisions


def is_ordered(divisions: Divisions) -> bool:
    """Whether rows are known to be in the order of their index."""
    return divisions.ordered if isinstance(divisions, LateDivisions) else type(divisions) is tuple


def cut_at(collection: Any, divisions: list[Any], force: bool) -> Any:
    """The rows in partitions ``[d0, d1), [d1, d2) ... [dn-1, dn]`` of the index."""
    if len(divisions) < 2 or any(a > b for a, b in itertools.pairwise(divisions)):
        raise ValueError(f"divisions: expected values in ascending order, at least two, found {divisions}")
    if len(collection._index) != 1 or collection._index[0].pickled:
        raise NotImplementedError("divisions of an index of several levels or of objects; set_index() one column")
    known = collection.divisions
    if collection.known_divisions and not force and (divisions[0] != known[0] or divisions[-1] != known[-1]):
        raise ValueError(f"left side of old and new divisions are different: {known[0]}..{known[-1]}; use force=True")
    plan = collection._rows.build(collection._named()).sort([("index_0", False, False)])
    cut = collection._over(plan.repartition_at("index_0", bounds_of(divisions, arrow.index_of(collection._meta))))
    cut._rows = Rows(cut._rows.root, divisions=tuple(divisions))
    return cut


def bounds_of(divisions: Sequence[Any], meta: pd.Index) -> _core.Table:
    """All divisions but the outer ones, as a column beside the index."""
    inner = pd.Index(list(divisions[1:-1]))
    if arithmetic.is_time(meta.dtype):
        inner = pd.DatetimeIndex(inner).as_unit(getattr(meta.dtype, "unit", None) or np.datetime_data(meta.dtype)[0])
    values = pa.array(inner, from_pandas=True) if len(inner) else pa.nulls(0, arrow.arrow_type(meta.dtype))
    return _core.Table.from_arrow(pa.table({"bounds": values}))


def times_between(collection: Any, freq: Any) -> list[Any]:
    """The first label, the times after it at which periods of length ``freq`` begin, and the last label."""
    first, last = collection.index.min().compute(), collection.index.max().compute()
    times = list(pd.date_range(start=pd.Timestamp(first).ceil(freq), end=last, freq=freq))
    if not times or times[0] != first:
        times.insert(0, first)
    if times[-1] < last or len(times) == 1:
        times.append(last)
    return times


def bytes_of(collection: Any) -> int:
    """How many bytes the columns have in memory: counted, not kept. Objects count as 64."""
    from treadle.dataframe.collection import options

    named = collection._named()
    plan = collection._rows.build(named)
    fields = list(zip(plan.schema.names, plan.schema.types, strict=True))
    texts = [name for name, kind in fields if kind.name == "utf8"]
    aggregates = [_core.count().alias("rows")]
    for i, name in enumerate(texts):
        length = _core.call("str.length_bytes", [_core.col(name)])
        aggregates.append(length.sum().alias(f"text_{i}"))
    row = pa.table(_core.compute([plan.select(aggregates)], options({}))[0]).to_pylist()[0]
    width = sum(4 if name in texts else _width(kind) for name, kind in fields)
    return int(row["rows"] * width + sum(row[f"text_{i}"] for i in range(len(texts))))


def _width(kind: Any) -> int:
    name = kind.name
    digits = "".join(letter for letter in name if letter.isdigit())
    if name in ("bool", "binary"):
        return 1 if name == "bool" else 64
    return int(digits) // 8 if digits else 8


class PickedDivisions(LateDivisions):
    """Those of some partitions of rows whose divisions are found when someone asks."""

    def __init__(self, divisions: LateDivisions, chosen: Sequence[int]) -> None:
        self._all, self._chosen, self.ordered = divisions, list(chosen), divisions.ordered

    def find(self) -> tuple[object, ...]:
        found = picked(self._all.find(), self._chosen)
        return found if isinstance(found, tuple) else (None,) * (len(self._chosen) + 1)


def picked(divisions: Divisions, chosen: Sequence[int]) -> Divisions:
    """The divisions of some partitions in ascending order; None where these are not known."""
    if divisions is None or not chosen or any(b <= a for a, b in itertools.pairwise(chosen)):
        return None
    if not isinstance(divisions, tuple):
        return PickedDivisions(divisions, chosen)
    if chosen[-1] + 1 >= len(divisions):
        return None
    return type(divisions)((*[divisions[number] for number in chosen], divisions[chosen[-1] + 1]))


def brought_together(divisions: Any, npartitions: int) -> tuple[object, ...] | None:
    """The divisions of rows whose neighbouring partitions became fewer, the first of them of more; None if unknown."""
    if not isinstance(divisions, tuple) or npartitions >= len(divisions):
        return None
    share, more = divmod(len(divisions) - 1, npartitions)
    starts = [number * share + min(number, more) for number in range(npartitions)]
    return type(divisions)((*[divisions[start] for start in starts], divisions[-1]))
