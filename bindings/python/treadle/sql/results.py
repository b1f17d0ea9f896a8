"""What a query answers with: a lazy frame with the endings that DuckDB's results have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from treadle.frame.lazy import LazyFrame


class Query(LazyFrame):
    """The result of a query, not yet computed.

    ``fetchone`` and ``fetchmany`` go on where the last of them ended, and run the query piece by piece; ``df``, ``pl``,
    ``arrow`` have all rows.
    """

    _rows: Iterator[tuple[Any, ...]] | None = None

    def df(self) -> Any:
        """As a pandas frame."""
        return self.collect().to_pandas()

    fetchdf = df
    fetch_df = df
    to_df = df

    def arrow(self) -> Any:
        """As a pyarrow table."""
        return self.collect().to_arrow()

    fetch_arrow_table = arrow
    to_arrow_table = arrow

    def pl(self) -> Any:
        """As a Polars frame."""
        return self.collect().to_polars()

    def _cursor(self) -> Iterator[tuple[Any, ...]]:
        if self._rows is None:
            self._rows = (row for batch in self.collect_batches() for row in batch.rows())
        return self._rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows that were not fetched yet."""
        return list(self._cursor())

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row, or None."""
        return next(self._cursor(), None)

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        """The next rows, at most so many."""
        if size < 0:
            raise ValueError(f"fetchmany: expected a number of rows of at least 0, found {size}")
        return [row for _, row in zip(range(size), self._cursor(), strict=False)]

    def fetchnumpy(self) -> dict[str, Any]:
        """A NumPy array a column."""
        return {series.name: series.to_numpy() for series in self.collect()}

    @property
    def description(self) -> list[tuple[Any, ...]]:
        """Names and types, as Python's database interface has them."""
        types = self.collect_schema()
        return [(name, str(kind), None, None, None, None, None) for name, kind in types.items()]
