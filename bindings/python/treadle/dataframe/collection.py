"""What frames, series and indexes have in common: they are made of columns over rows, and computed on demand."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import pandas as pd
import pyarrow as pa

import treadle.config
from treadle import _core
from treadle.dataframe import arithmetic, arrow, fallback, protocol
from treadle.dataframe.blocks import tables_of
from treadle.dataframe.rows import ROW_NUMBER, Column, Rows
from treadle.errors import NotThereYet
from treadle.optional import needed

if TYPE_CHECKING:
    from treadle.dask_protocol import Tasks
    from treadle.dataframe.divisions import Divisions

# What pandas says of accessors that a column's type does not have.
_ACCESSORS = {"str": "string values", "dt": "datetimelike values", "cat": "a 'category' dtype"}


def options(arguments: Mapping[str, Any]) -> _core.ComputeOptions:
    """The engine's options from what compute() was given; what only other schedulers know is passed over."""
    known = {name: value for name, value in arguments.items() if name not in ("optimize_graph", "traverse")}
    known["optimize"] = arguments.get("optimize_graph")
    return treadle.config.options(**known)


class Lazy:
    """Something that one plan computes."""

    def __treadle_plan__(self) -> tuple[_core.DataFrame, Callable[[_core.Table], Any]]:
        """The plan, and what makes the result of its table."""
        raise NotImplementedError

    def __treadle_blocks__(self) -> tuple[_core.Blocks, Callable[[list[_core.Table]], Any]]:
        """The rows as one block of a graph that may hold other collections, too."""
        plan, finish = self.__treadle_plan__()
        return tables_of([plan]), lambda tables: finish(tables[0])

    def compute(self, **kwargs: Any) -> Any:
        """Runs the plan; the result is a pandas object, or a plain value."""
        plan, finish = self.__treadle_plan__()
        return finish(_core.compute([plan], options(kwargs))[0])

    def explain(self, **kwargs: Any) -> str:
        """The plan before and after optimisation; steps that run Python are marked ``python:``."""
        return self.__treadle_plan__()[0].explain(options(kwargs))

    def pprint(self) -> None:
        """Prints the plan."""
        print(self.explain())

    def visualize(self, filename: Any = "treadle", format: str | None = None, **kwargs: Any) -> Any:
        """A drawing of the tasks: see ``treadle.visualize``."""
        from treadle.drawing import visualize

        return visualize(self, filename=filename, format=format, **kwargs)

    # Lazy objects never change.
    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self

    # Dask's collection protocol: see protocol.py.
    @property
    def dask(self) -> Tasks:
        """A task for each partition, behind the engine's that it would run: keys to tasks."""
        return protocol.all_tasks_of(self)

    def __dask_graph__(self) -> Tasks:
        return self.dask

    def __dask_keys__(self) -> list[tuple[str, int]]:
        return list(protocol.graph_of(self))

    def __dask_layers__(self) -> tuple[str, ...]:
        return (self.__dask_keys__()[0][0],)

    def __dask_tokenize__(self) -> str:
        return protocol.token_of(self)

    def __dask_postcompute__(self) -> tuple[Callable[[Sequence[Any]], Any], tuple[()]]:
        return protocol.joined, ()

    def __dask_postpersist__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return protocol.rebuilt, (self, self.__dask_keys__())

    @staticmethod
    def __dask_optimize__(graph: Any, keys: Any, **kwargs: Any) -> Any:
        return graph

    @staticmethod
    def __dask_scheduler__(graph: Any, keys: Any, **kwargs: Any) -> Any:
        return protocol.run(graph, keys, **kwargs)


class Collection(Lazy):
    """Columns over rows, with the empty pandas object, the meta, that says what they come back as."""

    _pandas: Any = pd.DataFrame  # whose names this class is meant to have

    def __init__(self, rows: Rows, index: Sequence[Column], columns: Sequence[Column], meta: Any) -> None:
        self._rows = rows
        self._index = tuple(index)
        self._columns = tuple(columns)
        self._meta = meta

    # Plans

    def _named(self) -> list[tuple[str, _core.Expression]]:
        """The columns of this collection's own plan, index first."""
        named = [(f"index_{i}", column.node) for i, column in enumerate(self._index)]
        return named + [(name, column.node) for name, column in zip(self._names(), self._columns, strict=True)]

    def _names(self) -> list[str]:
        """Names for the columns in a plan: their labels, if these are text and differ."""
        labels = list(self._meta.columns) if isinstance(self._meta, pd.DataFrame) else ["value"] * len(self._columns)
        if len(set(labels)) == len(labels) and all(isinstance(label, str) for label in labels):
            return [label if label not in ("index_0", "") else f"column_{i}" for i, label in enumerate(labels)]
        return [f"column_{i}" for i in range(len(labels))]

    def _has_plain_index(self) -> bool:
        """Whether the index is 0, 1, 2 ... because nothing was done to the rows of a single partition."""
        return (
            isinstance(arrow.index_of(self._meta), pd.RangeIndex)
            and self._rows.plain
            and len(self._index) == 1
            and self._index[0].node.references() == [ROW_NUMBER]
        )

    def __treadle_plan__(self) -> tuple[_core.DataFrame, Callable[[_core.Table], Any]]:
        named = self._named()
        pickled = [column.pickled for column in (*self._index, *self._columns)]
        width = len(self._index)
        if self._has_plain_index() and self._columns and not isinstance(self._meta, pd.Index):
            named, pickled, width = named[1:], pickled[1:], 0
        if not named:
            named, pickled = [("rows", _core.literal(1, "int64"))], [False]
        finish = partial(arrow.decode, meta=self._meta, pickled=pickled, index_width=width)
        return self._rows.build(named), finish

    def _table(self, **kwargs: Any) -> pa.Table:
        timed = self._with_times()
        return pa.table(_core.compute([timed._rows.build(timed._named())], options(kwargs))[0])

    def _with_times(self) -> Self:
        """The same, with times where the meta says so: of text that tells no time of day the core makes dates."""
        all_columns = (*self._index, *self._columns)
        dtypes = [*arrow.index_dtypes(arrow.index_of(self._meta)), *arrow.column_dtypes(self._meta)]
        if not any(arithmetic.is_time(dtype) for dtype in dtypes):
            return self
        kinds = self._rows.build([(f"c{i}", column.node) for i, column in enumerate(all_columns)]).schema.types
        columns = [
            column.cast(arrow.type_name(dtype)) if kind.name == "date" and arithmetic.is_time(dtype) else column
            for column, kind, dtype in zip(all_columns, kinds, dtypes, strict=True)
        ]
        width = len(self._index)
        result: Self = new_collection(self._rows, columns[:width], columns[width:], self._meta)
        return result

    def _like(self, rows: Rows, columns: Sequence[Column], meta: Any) -> Any:
        """Columns over the same rows, and the index that this collection has."""
        return new_collection(rows, self._index, columns, meta)

    def _kept(self, where: _core.Expression | None = None, rows: Rows | None = None) -> Self:
        """This collection over rows of its own: those for which ``where`` is true."""
        rows = rows or self._rows
        return self._over(rows.build(self._named(), where), rows.divisions)

    def _over(self, plan: _core.DataFrame, divisions: Divisions = None) -> Self:
        """This collection over a plan that has its columns by the names of ``_named()``."""
        names = [name for name, _ in self._named()]
        width = len(self._index)
        columns = [
            Column(_core.col(name), nan=old.nan, pickled=old.pickled, kind=old.kind)
            for name, old in zip(names, (*self._index, *self._columns), strict=True)
        ]
        rows = Rows(plan, divisions=divisions)
        result: Self = new_collection(rows, columns[:width], columns[width:], self._meta)
        return result

    # Python functions

    def _map_partitions(
        self, function: Callable[..., Any], meta: Any, name: str, whole: bool = False, with_partition: bool = False
    ) -> Any:
        pickled = [column.pickled for column in (*self._index, *self._columns)]
        rows, index, columns = fallback.map_rows(
            self._rows.build(self._named()), function, self._meta, pickled, meta, name, whole, with_partition
        )
        return new_collection(rows, index, columns, meta)

    def _beside(
        self, function: Callable[..., Any], meta: Any, name: str, whole: bool = False, with_partition: bool = False
    ) -> Any:
        """What ``function`` makes of this collection row by row, over the same rows."""
        rows, columns = fallback.extend_rows(
            self._rows,
            (*self._index, *self._columns),
            function,
            self._meta,
            meta,
            name,
            whole,
            with_partition=with_partition,
        )
        return new_collection(rows, self._index, columns, meta)

    def _by_pandas(self, name: str, *args: Any, whole: bool = False, meta: Any = None, **kwargs: Any) -> Any:
        """A method of pandas' that keeps the rows, on partitions, or on all rows at once."""

        def call(part: Any) -> Any:
            return getattr(part, name)(*args, **kwargs)

        call.__name__ = name
        meta = fallback.infer_meta(call, self._meta) if meta is None else meta
        return self._beside(call, meta, name, whole)

    def _all_by_pandas(self, name: str, *args: Any, meta: Any = None, **kwargs: Any) -> Any:
        """A method of pandas' on all rows at once, which may give other rows."""

        def call(part: Any) -> Any:
            return getattr(part, name)(*args, **kwargs)

        call.__name__ = name
        meta = fallback.infer_meta(call, self._meta) if meta is None else meta
        return self._map_partitions(call, meta, name, whole=True)

    # What every collection can say

    @property
    def npartitions(self) -> int:
        """How many partitions the rows come in."""
        return self._rows.npartitions

    @property
    def divisions(self) -> tuple[object, ...]:
        """The index values at which partitions begin, and the last; None where they are not known."""
        known = self._rows.divisions
        if known is not None and not isinstance(known, tuple):
            known = known.find()
        if known is not None and len(known) == self.npartitions + 1:
            return tuple(known)
        return (None,) * (self.npartitions + 1)

    @property
    def known_divisions(self) -> bool:
        late = self._rows.divisions is not None and not isinstance(self._rows.divisions, tuple)
        return self.npartitions > 0 and (late or self.divisions[0] is not None)

    def clear_divisions(self) -> Self:
        """The same rows, of whose index nothing is known."""
        return self._with_divisions(None)

    def _with_divisions(self, divisions: Divisions) -> Self:
        """The same rows, of whose index this is known."""
        rows = replace(self._rows, divisions=divisions)
        result: Self = new_collection(rows, self._index, self._columns, self._meta)
        return result

    @property
    def ndim(self) -> int:
        return int(self._meta.ndim)

    @property
    def partitions(self) -> PartitionIndexer:
        """Partitions by number: ``frame.partitions[0]``, ``[2:5]``, ``[[0, 3]]``."""
        return PartitionIndexer(self)

    def get_partition(self, n: int) -> Self:
        """One partition."""
        if not 0 <= n < self.npartitions:
            raise ValueError(f"n must be a partition's number, 0 <= n < {self.npartitions}, found {n}")
        return self._partitions([n])

    def _partitions(self, chosen: list[int]) -> Self:
        rows = self._rows.choose(chosen, [column.node for column in (*self._index, *self._columns)])
        result: Self = new_collection(rows, self._index, self._columns, self._meta)
        return result

    def __len__(self) -> int:
        plan = self._rows.build([("rows", self._counted())]).select([_core.count().alias("rows")])
        return int(pa.table(_core.compute([plan], options({}))[0]).column(0)[0].as_py())

    def _counted(self) -> _core.Expression:
        nodes = [column.node for column in (*self._columns, *self._index) if column.node.references()]
        return nodes[0] if nodes else _core.literal(1, "int64")

    @property
    def empty(self) -> bool:
        """Whether there are no rows: runs the plan."""
        return len(self) == 0

    def head(self, n: int = 5, npartitions: int = 1, compute: bool = True) -> Any:
        """The first rows, looked for in the first partitions (-1: all)."""
        from treadle.dataframe.divisions import brought_together

        count = self.npartitions if npartitions == -1 else npartitions
        if count > self.npartitions:
            raise ValueError(f"only {self.npartitions} partitions, head received {npartitions}")
        few = self if count == self.npartitions else self._partitions(list(range(count)))
        if n < 0:
            return few.compute().head(n)
        result = few._over(few._rows.build(few._named()).head(n), brought_together(few._rows.divisions, 1))
        if not compute:
            return result
        found = result.compute()
        if len(found) < n and count < self.npartitions:
            warnings.warn(
                f"Insufficient elements for `head`. {n} elements requested, only {len(found)} elements available. "
                "Try passing larger `npartitions` to `head`.",
                stacklevel=2,
            )
        return found

    def tail(self, n: int = 5, compute: bool = True) -> Any:
        """The last rows of the last partition."""
        last = self._partitions([self.npartitions - 1])
        if n < 0:
            return last.compute().tail(n)
        named = last._named()
        numbered = last._rows.build(named).with_running([("number", "", "__number__", 0)], [], True)
        few = numbered.filter(_core.col("__number__") < _core.literal(n, "int64"))
        divisions = last._rows.divisions if isinstance(last._rows.divisions, tuple) else None
        result = last._over(few.select([_core.col(name) for name, _ in named]), divisions)
        return result.compute() if compute else result

    def persist(self, **kwargs: Any) -> Self:
        """Computes the rows and keeps them, in as many partitions: in memory as far as ``memory_limit`` goes, else
        on disk."""
        from treadle.dataframe.divisions import LateDivisions, on_trust

        kept = _core.persist_frame(self._rows.build(self._named()), options(kwargs))
        known = self._rows.divisions
        if isinstance(known, LateDivisions):  # to be looked up in what is kept
            late = LateDivisions(kept, _core.col("index_0"), arrow.index_of(self._meta))
            known = late if known.ordered else on_trust(late)
        return self._over(kept, known)

    def repartition(
        self,
        divisions: Sequence[Any] | None = None,
        npartitions: int | None = None,
        partition_size: int | str | None = None,
        freq: Any = None,
        force: bool = False,
    ) -> Self:
        """The same rows in other partitions: so many, of so many bytes, or cut at index values or times."""
        from treadle.dataframe.divisions import bytes_of, cut_at, times_between

        given = [value is not None for value in (divisions, npartitions, partition_size, freq)]
        if sum(given) != 1:
            raise ValueError("expected one of divisions=, npartitions=, partition_size= and freq=")
        if partition_size is not None:
            npartitions = max(1, -(-bytes_of(self) // treadle.config.parse_bytes(partition_size)))
        if npartitions is not None:
            npartitions = int(npartitions)
            if npartitions < 1:
                raise ValueError(f"npartitions: expected at least 1, found {npartitions}")
            return self._in_partitions(npartitions)
        cuts = list(divisions) if divisions is not None else times_between(self, freq)
        cut: Self = cut_at(self, cuts, force or freq is not None)
        return cut

    def _in_partitions(self, npartitions: int) -> Self:
        """The rows in so many partitions: neighbours together if these are fewer, cut into equal shares if more."""
        from treadle.dataframe.divisions import LateDivisions, brought_together, is_ordered

        plan = self._rows.build(self._named())
        if npartitions <= self.npartitions or not self.known_divisions or len(self._index) != 1:
            together = brought_together(self._rows.divisions, npartitions)
            return self._over(plan.repartition(npartitions), together)
        # Rows in the order of their index stay so: equal labels in one partition.
        if not is_ordered(self._rows.divisions):
            plan = plan.sort([("index_0", False, False)])
        cut = plan.repartition_together(npartitions, ["index_0"])
        return self._over(cut, LateDivisions(cut, _core.col("index_0"), arrow.index_of(self._meta)))

    def map_partitions(
        self,
        func: Callable[..., Any],
        *args: Any,
        meta: Any = None,
        enforce_metadata: bool = True,
        transform_divisions: bool = True,
        clear_divisions: bool = False,
        align_dataframes: bool = True,
        **kwargs: Any,
    ) -> Any:
        """Each partition, a pandas object, through ``func``; ``meta`` says what that gives, else it is tried."""
        from treadle.dataframe.mapping import map_partitions

        how = {"clear_divisions": clear_divisions, "align_dataframes": align_dataframes}
        return map_partitions(func, self, *args, meta=meta, **how, **kwargs)

    def map_overlap(self, func: Callable[..., Any], before: Any, after: Any, *args: Any, **kwargs: Any) -> Any:
        """``func`` of each partition together with rows of its neighbours: see ``treadle.dataframe.map_overlap``."""
        from treadle.dataframe.overlap import map_overlap

        return map_overlap(func, self, before, after, *args, **kwargs)

    def reduction(
        self,
        chunk: Callable[..., Any],
        aggregate: Callable[..., Any] | None = None,
        combine: Any = None,
        meta: Any = None,
        token: Any = None,
        split_every: Any = None,
        chunk_kwargs: Mapping[str, Any] | None = None,
        aggregate_kwargs: Mapping[str, Any] | None = None,
        combine_kwargs: Any = None,
        **kwargs: Any,
    ) -> Any:
        """``chunk`` of each partition, then ``aggregate`` of all that these gave."""

        def of_part(part: Any) -> Any:
            result = chunk(part, **{**kwargs, **(chunk_kwargs or {})})
            if isinstance(result, pd.Series) and isinstance(self._meta, pd.DataFrame):
                return result.to_frame().T
            return result if isinstance(result, (pd.Series, pd.DataFrame)) else pd.Series([result])

        def of_all(parts: Any) -> Any:
            return (aggregate or chunk)(parts, **(aggregate_kwargs or {}))

        mapped = self._map_partitions(of_part, fallback.infer_meta(of_part, self._meta), fallback.function_name(chunk))
        known = fallback.infer_meta(of_all, mapped._meta) if meta is None else fallback.make_meta(meta)
        return mapped._map_partitions(of_all, known, fallback.function_name(aggregate or chunk), whole=True)

    def shuffle(self, on: Any = None, ignore_index: bool = False, npartitions: Any = None, **kwargs: Any) -> Self:
        """The rows with equal values of ``on`` (the index, if it is not given) in one partition."""
        from treadle.dataframe.alignment import aligned

        own, by = aligned([self, on], "left", "shuffle")
        if isinstance(by, Collection):
            columns, rows = list(by._columns or by._index), own._rows.merged(by._rows)
        else:
            labels = [] if by is None else ([by] if not isinstance(by, (list, pd.Index)) else list(by))
            columns, rows = [own._labelled(label) for label in labels] or list(own._index), own._rows
        keys = [(f"__key_{i}__", column.clean()) for i, column in enumerate(columns)]
        named, names = own._named(), [name for name, _ in keys]
        plan = rows.build([*named, *keys]).sort([(name, False, False) for name in names])
        plan = plan.repartition_together(int(npartitions or self.npartitions), names)
        return self._over(plan.select([_core.col(name) for name, _ in named]))

    def _labelled(self, label: Any) -> Column:
        """The column of a label; the index has one, too."""
        if label is not None and label == arrow.index_of(self._meta).name and label not in getattr(self, "columns", ()):
            return self._index[0]
        frame: Any = self
        column: Column = frame[label]._columns[0]
        return column

    def pipe(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        """``func(self, ...)``."""
        if isinstance(func, tuple):
            func, name = func
            return func(*args, **{**kwargs, name: self})
        return func(self, *args, **kwargs)

    def copy(self, deep: bool = False) -> Self:
        """The same columns: what is added to the copy is not added here."""
        result: Self = new_collection(self._rows, self._index, self._columns, self._meta)
        return result

    def __copy__(self) -> Self:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Self:
        # Rows and columns never change.
        return self.copy()

    def optimize(self, fuse: bool = True) -> Self:
        """Itself: plans are optimised when they run."""
        return self

    # Other forms

    def to_arrow(self, **kwargs: Any) -> pa.Table:
        """The columns, without the index, as a pyarrow table."""
        names = [name for name, _ in self._named()][len(self._index) :]
        return self._table(**kwargs).select(names)

    def to_polars(self, **kwargs: Any) -> Any:
        """The columns, without the index, as a Polars frame."""
        needed("polars", "to_polars()")
        import polars

        return polars.from_arrow(self.to_arrow(**kwargs))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def to_dask_array(self, lengths: Any = None, meta: Any = None, optimize: bool = True, **kwargs: Any) -> Any:
        """The values as a lazy ``treadle.array``, a block a partition. ``lengths``: how many rows each has, or True
        to count them now."""
        from treadle.dataframe.conversion import to_array

        return to_array(self, lengths)

    @property
    def values(self) -> Any:
        """The values as a lazy ``treadle.array``, whose length is unknown."""
        return self.to_dask_array()

    def to_bag(self, index: bool = False, format: str = "tuple") -> Any:
        """The rows as a ``treadle.bag``: see ``treadle.dataframe.to_bag``."""
        from treadle.dataframe.conversion import to_bag

        return to_bag(self, index, format)

    def to_records(self, index: bool = False, lengths: Any = None) -> Any:
        """The rows as a lazy array of NumPy records."""
        from treadle.dataframe.conversion import to_records

        return to_records(self, index, lengths)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        values = self.compute().to_numpy()
        return values if dtype is None else values.astype(dtype)

    def to_delayed(self, optimize_graph: bool = True) -> list[Any]:
        """A delayed pandas object for each partition, in one graph with whatever they are given to."""
        from treadle.dataframe.calls import to_delayed

        return to_delayed(self)

    def batches(self, **kwargs: Any) -> Iterator[Any]:
        """The result piece by piece, pandas objects in order, in bounded memory."""
        plan = self._rows.build(self._named())
        pickled = [column.pickled for column in (*self._index, *self._columns)]
        for table in _core.batches(plan, options(kwargs)):
            yield arrow.decode(table, self._meta, pickled, len(self._index))

    def _parts(self) -> Iterator[Any]:
        """The partitions as pandas objects, one after the other."""
        for number in range(self.npartitions):
            yield self._partitions([number]).compute()

    def __reduce__(self) -> tuple[Any, ...]:
        return new_collection, (self._rows, self._index, self._columns, self._meta)

    # Names

    def __getattr__(self, name: str) -> Any:
        if name in _ACCESSORS and not isinstance(self._meta, pd.DataFrame):
            raise AttributeError(f"Can only use .{name} accessor with {_ACCESSORS[name]}, found {self._meta.dtype}")
        if name.startswith("_") or not hasattr(self._pandas, name):
            near = [] if name.startswith("_") else self._nearest(name)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{hint}")
        raise NotThereYet(
            f"{type(self).__name__}.{name} is not there yet; use "
            f".map_partitions(lambda part: part.{name}(...)) on partitions or .compute().{name} on the result"
        )

    def _nearest(self, name: str) -> list[str]:
        labels = [str(label) for label in getattr(self._meta, "columns", [])]
        return get_close_matches(name, labels, n=1) or get_close_matches(name, dir(type(self)), n=1)

    # As text

    def _description(self) -> str:
        return f"treadle {type(self).__name__}, {self.npartitions} partitions"


class PartitionIndexer:
    """Picks partitions by number."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def __getitem__(self, item: Any) -> Any:
        count = self._collection.npartitions
        if isinstance(item, slice):
            chosen = list(range(count))[item]
        elif isinstance(item, (list, tuple)):
            chosen = [range(count)[i] for i in item]
        else:
            chosen = [range(count)[item]]
        return self._collection._partitions(chosen)

    def __len__(self) -> int:
        return self._collection.npartitions

    def __iter__(self) -> Iterator[Any]:
        return (self._collection._partitions([i]) for i in range(len(self)))


def new_collection(rows: Rows, index: Sequence[Column], columns: Sequence[Column], meta: Any) -> Any:
    """The collection that ``meta``, an empty pandas object, describes."""
    from treadle.dataframe.frame import DataFrame
    from treadle.dataframe.index import Index
    from treadle.dataframe.series import Series

    if isinstance(meta, pd.DataFrame):
        return DataFrame(rows, index, columns, meta)
    if isinstance(meta, pd.Series):
        return Series(rows, index, columns, meta)
    return Index(rows, index, (), meta)


def from_pandas_rows(data: Any, partition_rows: list[int], divisions: tuple[object, ...] | None) -> Any:
    """A collection over a pandas object, in partitions of so many rows."""
    meta = fallback.emptied(data)
    names, index, columns = fallback.result_columns(meta)
    table = arrow.table_of(arrow.encode(data, meta), names)
    return new_collection(Rows(_core.from_table(table, partition_rows), divisions=divisions), index, columns, meta)
