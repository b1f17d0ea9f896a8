"""LazyFrame: a table that is yet to be computed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

from treadle import _core, config
from treadle.frame import whole
from treadle.frame.expr import col
from treadle.frame.grouping import GroupBy, group_by
from treadle.frame.sinks import check_compression, file_path
from treadle.frame.verbs import Verbs

if TYPE_CHECKING:
    from treadle.frame.eager import DataFrame


class LazyFrame(Verbs):
    """A plan over files or memory. No data is read before ``collect()`` or a ``sink_...()``."""

    def __init__(
        self,
        data: Any = None,
        schema: Any = None,
        *,
        schema_overrides: Any = None,
        strict: bool = True,
        orient: Any = None,
    ) -> None:
        if isinstance(data, _core.DataFrame):
            self._held = data
            return
        from treadle.frame.construct import table_of

        self._held = _core.from_table(table_of(data, schema, schema_overrides, orient, strict))

    def _plan(self) -> _core.DataFrame:
        return self._held

    def _from(self, plan: _core.DataFrame) -> Self:
        return type(self)(plan)

    def lazy(self) -> Self:
        return self

    def clone(self) -> Self:
        return self

    def cache(self) -> Self:
        """The same plan: what several results share is computed once by ``collect_all``."""
        return self

    def __repr__(self) -> str:
        names = ", ".join(f"{name}: {kind!r}" for name, kind in self.collect_schema().items())
        return f"<LazyFrame [{names}] at 0x{id(self):X}>"

    def __str__(self) -> str:
        return "naive plan: (run LazyFrame.explain() to see the optimized plan)\n\n" + self.explain(optimized=False)

    def _repr_html_(self) -> str:
        from treadle.frame.table_html import draw_plan

        return draw_plan(self.collect_schema(), self.explain(optimized=False))

    def __bool__(self) -> bool:
        raise TypeError("a LazyFrame is neither true nor false before collect()")

    def __len__(self) -> int:
        raise TypeError("the length of a LazyFrame is not known before collect(); use select(len()).collect().item()")

    def __getitem__(self, item: Any) -> Any:
        raise TypeError("a LazyFrame has no rows before collect(); use select(), filter(), head() or slice()")

    def explain(self, *, optimized: bool = True, format: str = "plain", streaming: bool = False, **unused: Any) -> str:
        """The plan; with ``optimized`` also after optimization, with what it will need."""
        text = self._held.explain(config.options())
        return text if optimized else text.split("optimized plan:")[0].removeprefix("plan:\n").rstrip("\n")

    def group_by(self, *by: Any, maintain_order: bool = True, **named_by: Any) -> GroupBy[Self]:
        """Rows with equal keys together; null is a key. Groups come by first appearance."""
        return group_by(self, by, named_by)

    # Rows by place: what counts from the end is a step over all rows at once.

    def slice(self, offset: int, length: int | None = None) -> Self:
        """``length`` rows from ``offset`` on; a negative offset counts from the end."""
        check_length("slice", length)
        if offset >= 0:
            return self._from(self._held.slice(offset, length))
        return self._from(whole.map_whole(self._held, lambda rows: whole.cut(rows, offset, length), "slice"))

    def tail(self, n: int = 5) -> Self:
        """The last ``n`` rows."""
        check_length("tail", n)
        return self._from(whole.map_whole(self._held, lambda rows: whole.cut(rows, -n, n) if n else rows[:0], "tail"))

    def last(self) -> Self:
        return self.tail(1)

    def reverse(self) -> Self:
        """The rows in the opposite order."""
        return self._from(whole.map_whole(self._held, whole.reverse, "reverse"))

    # What runs the plan.

    def collect(self, *, engine: Any = "auto", **options: Any) -> DataFrame:
        """Runs the plan. Every engine of Polars' names means the same here: parallel and out of core."""
        from treadle.frame.eager import DataFrame

        check_engine(engine)
        return DataFrame._of(_core.compute([self._held], config.options(**run_options(options)))[0])

    def collect_batches(self, **options: Any) -> Iterator[DataFrame]:
        """The result piece by piece, in order, in bounded memory."""
        from treadle.frame.eager import DataFrame

        for table in _core.batches(self._held, config.options(**run_options(options))):
            yield DataFrame._of(table)

    def fetch(self, n_rows: int = 500, **options: Any) -> DataFrame:
        """The first rows of the result."""
        return self.head(n_rows).collect(**options)

    def profile(self, **options: Any) -> tuple[DataFrame, DataFrame]:
        """The result, and when each task of the run began and ended, in microseconds since the first one."""
        from treadle.diagnostics import Profiler
        from treadle.frame.eager import DataFrame

        with Profiler() as profiler:
            rows = self.collect(**options)
        found = profiler.results
        start = min((one.start_time for one in found), default=0.0)
        times = {
            "node": [one.task for one in found],
            "start": [int((one.start_time - start) * 1e6) for one in found],
            "end": [int((one.end_time - start) * 1e6) for one in found],
        }
        return rows, DataFrame(times, schema={"node": "utf8", "start": "uint64", "end": "uint64"})

    def describe(self, percentiles: Any = (0.25, 0.5, 0.75)) -> DataFrame:
        return self.collect().describe(percentiles)

    def show(self, limit: int = 5) -> None:
        print(self.head(limit).collect())

    # Sinks: files appear whole or not at all.

    def sink_parquet(
        self,
        path: str | os.PathLike[str],
        *,
        compression: str = "zstd",
        row_group_size: int | None = None,
        mkdir: bool = False,
        partition_by: Any = None,
        engine: Any = "auto",
        **unused: Any,
    ) -> None:
        """Writes one Parquet file, or with ``partition_by`` a directory of them, without holding the result."""
        check_engine(engine)
        target, options = file_path(path, mkdir), config.options()
        kind = check_compression(compression)
        if partition_by is not None:
            keys = [partition_by] if isinstance(partition_by, str) else list(partition_by)
            self._check(keys)
            _core.write_parquet(self._held, target, options, keys, kind, True)
            return
        _core.write_parquet_file(self._held, target, options, kind, row_group_size or 131072)

    def sink_csv(
        self,
        path: str | os.PathLike[str],
        *,
        include_header: bool = True,
        separator: str = ",",
        date_format: str | None = None,
        datetime_format: str | None = None,
        null_value: str | None = None,
        mkdir: bool = False,
        engine: Any = "auto",
        **unused: Any,
    ) -> None:
        """Writes a CSV file without holding the result; dates by ``strftime``'s formats, nulls as ``null_value``."""
        check_engine(engine)
        for name in unused:
            raise NotImplementedError(f"sink_csv({name}=) is not there yet; collect().to_polars() writes so")
        if date_format is not None or datetime_format is not None:
            shown = self._with_dates_as_text(date_format, datetime_format)
            shown.sink_csv(path, include_header=include_header, separator=separator, null_value=null_value, mkdir=mkdir)
            return
        if len(separator.encode()) != 1:
            raise ValueError(f"separator: expected one byte, found {separator!r}")
        target, options = file_path(path, mkdir), config.options()
        if null_value is None:
            _core.write_csv(self._held, target, options, separator, include_header)
            return
        _core.write_pandas_csv(self._held, target, options, separator, include_header, self.columns, null_value)

    def _with_dates_as_text(self, date_format: str | None, datetime_format: str | None) -> Self:
        formats = {"date": date_format, "timestamp": datetime_format}
        found = {
            name: formats.get(kind.core.split("[")[0])
            for name, kind in self.collect_schema().items()
            if formats.get(kind.core.split("[")[0]) is not None
        }
        return self.with_columns([col(name).dt.strftime(str(one)) for name, one in found.items()]) if found else self

    def sink_ndjson(self, path: str | os.PathLike[str], *, mkdir: bool = False, engine: Any = "auto") -> None:
        """Writes an object a line without holding the result."""
        check_engine(engine)
        _core.write_json(self._held, file_path(path, mkdir), config.options(), True)


def check_length(verb: str, length: int | None) -> None:
    if length is not None and length < 0:
        raise ValueError(f"{verb}: expected a number of rows of at least 0, found {length}")


def check_engine(engine: Any) -> None:
    if engine not in ("auto", "streaming", "in-memory", "cpu"):
        raise ValueError(f'engine: expected "auto", "streaming" or "in-memory", found {engine!r}')


# Switches of Polars' optimizer and scheduler that mean nothing here.
_IGNORED = frozenset(
    [
        "type_coercion",
        "predicate_pushdown",
        "projection_pushdown",
        "simplify_expression",
        "slice_pushdown",
        "comm_subplan_elim",
        "comm_subexpr_elim",
        "cluster_with_columns",
        "collapse_joins",
        "no_optimization",
        "streaming",
        "optimizations",
        "background",
        "maintain_order",
        "chunk_size",
        "lazy",
    ]
)


def run_options(options: dict[str, Any]) -> dict[str, Any]:
    """Settings of a single run; others than Polars' and the engine's are mistakes."""
    known = ("scheduler", "num_workers", "working_memory", "spill_directory", "optimize")
    for name in options:
        if name not in known and name not in _IGNORED:
            raise TypeError(f"collect() has no option {name!r}; there are {', '.join(known)}")
    return {name: value for name, value in options.items() if name in known}
