"""A column that says of each row which file it comes from: each file has a plan of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from treadle import _core
from treadle.dataframe.collection import new_collection
from treadle.dataframe.rows import ROW_NUMBER, Column, new_name
from treadle.pickling import csv_options_with


class PathColumn:
    """The label of the column, and what it says of each file: a category. ValueError for a label that files have."""

    def __init__(
        self, label: Any, files: Sequence[str], labels: Iterable[Any], shown: Sequence[Any] | None = None
    ) -> None:
        self.label = "path" if label is True else label
        if self.label in set(labels):
            raise ValueError(
                f"Files already contain the column name: {self.label}, so the path column cannot use this name."
            )
        self.files = list(files)
        self._shown = dict(zip(files, files if shown is None else shown, strict=True))
        self._dtype = pd.CategoricalDtype(list(dict.fromkeys(self._shown.values())))
        self._name = new_name("path")

    @property
    def is_text(self) -> bool:
        """Whether the core can say it."""
        return all(isinstance(one, str) for one in self._shown.values())

    def beside(self, part: pd.DataFrame, file: str | None = None) -> pd.DataFrame:
        """The rows of a file, or no rows, with the column."""
        said = [] if file is None else [self._shown[file]] * len(part)
        return part.assign(**{self.label: pd.Categorical(said, dtype=self._dtype)})

    def concatenated(self, frames: Sequence[_core.DataFrame]) -> _core.DataFrame:
        """The rows of all files, numbered from 0 in each partition, with what the column says."""
        plans = [
            frame.with_columns([_core.literal(self._shown[file], "utf8").alias(self._name)])
            for frame, file in zip(frames, self.files, strict=True)
        ]
        return _core.concat(plans)

    def added_to(self, frame: Any) -> Any:
        """A frame over ``concatenated()`` rows, with the column."""
        column = Column(_core.col(self._name))
        return new_collection(frame._rows, frame._index, [*frame._columns, column], self.beside(frame._meta))


def csv_rows_with_paths(paths: PathColumn, options: _core.CsvOptions, schema: _core.Schema) -> _core.DataFrame:
    """Rows of CSV files that have the columns and types of ``schema``, those of all of them together."""
    types = {name: str(kind) for name, kind in zip(schema.names, schema.types, strict=True)}
    frames = []
    for file in paths.files:
        own = set(_core.read_csv([file], csv_options_with(options, {}, [])).schema.names)
        dates = [name for name in options.parse_dates if name in own]
        frame = _core.read_csv([file], csv_options_with(options, {n: types[n] for n in types if n in own}, dates))
        missing = [_core.literal(None, "null").cast(types[name]).alias(name) for name in types if name not in own]
        numbered = frame.with_row_numbers(ROW_NUMBER)
        all_columns = [_core.col(name) for name in (*types, ROW_NUMBER)]
        frames.append(numbered.with_columns(missing).select(all_columns) if missing else numbered)
    return paths.concatenated(frames)
