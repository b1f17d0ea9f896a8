"""Frames to files. A data set appears complete or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from treadle import _core
from treadle.dataframe import arrow
from treadle.dataframe.collection import options
from treadle.dataframe.read import local_paths
from treadle.dataframe.rows import ROW_NUMBER
from treadle.dataframe.write_objects import described, has_objects, with_values
from treadle.dataframe.write_text import csv_text, json_columns
from treadle.errors import InvalidArgument

_NUMBERED = re.compile(r"part-(\d{5,})((?:_.*)?\.parquet)")


def _says_nothing(index: pd.Index, append: bool) -> bool:
    """Whether an index only numbers the rows: of rows to append, from whichever number on."""
    counts = isinstance(index, pd.RangeIndex) and index.step == 1 and index.name is None
    return counts and (append or index.start == 0)


def _delayed(work: Callable[[], Any], compute: bool) -> Any:
    if compute:
        return work()
    from treadle.delayed import delayed  # type: ignore[import-not-found,unused-ignore]

    return delayed(work)()


def to_parquet(
    df: Any,
    path: Any,
    compression: Any = "snappy",
    write_index: bool = True,
    append: bool = False,
    overwrite: bool = False,
    ignore_divisions: bool = False,
    partition_on: Any = None,
    storage_options: Any = None,
    custom_metadata: Any = None,
    write_metadata_file: bool | None = None,
    compute: bool = True,
    compute_kwargs: Any = None,
    schema: Any = "infer",
    name_function: Any = None,
    filesystem: Any = None,
    engine: Any = None,
    **kwargs: Any,
) -> Any:
    """Writes Parquet files into a directory; columns in ``partition_on`` become directories.

    ``name_function(number)`` names the file of a partition, once all of them are there.

    Columns of Python objects are written as pandas writes them: ``schema``, a mapping of labels to pyarrow types or
    a schema, says as what; otherwise what all their values have in common.

    ``compression``: a method, or one for each of some columns; others are not compressed then.

    ``append``: the files join those that are there, of the same columns; all of them appear at once. Otherwise a data
    set that is there is replaced.

    ``write_metadata_file``: whether a file ``_metadata`` tells of the row groups of all files; by default if the data
    set that is appended to has one.
    """
    if append and overwrite:
        raise ValueError("cannot use both overwrite=True and append=True")
    by = [partition_on] if isinstance(partition_on, str) else list(partition_on or [])
    for label in by:
        df._place(label)
    if not all(isinstance(label, str) for label in df.columns) or not df.columns.is_unique:
        raise ValueError("parquet must have string column names, each once")
    target = local_paths(path)[0]
    method, others = _compressions(df, compression)
    given = _given_metadata(custom_metadata)
    if name_function is not None:
        if not callable(name_function):
            raise ValueError("``name_function`` must be a callable with one argument.")
        _check_names([name_function(number) for number in range(df.npartitions)])

    def work() -> None:
        typed, objects = (df, {}) if not has_objects(df) else with_values(df, schema, dict(compute_kwargs or {}))
        typed = typed._with_times()
        named = _written(typed, write_index, append)
        plan = typed._rows.build(named)
        metadata = {**given, **_metadata(df, [name for name, _ in named], by, objects)}
        categories = _categories(typed, [name for name, _ in named], by)
        replace = not append and (overwrite or _holds_only_a_data_set(target))
        run = options(compute_kwargs or {})
        before = _files_below(target) if append else set()
        gathers = os.path.join(target, "_metadata") in before if write_metadata_file is None else write_metadata_file
        _core.write_parquet(plan, target, run, by, method, replace, metadata, append, categories, others)
        if name_function is not None:
            _rename(target, before, name_function)
        if gathers:
            _gather_footers(target)

    return _delayed(work, compute)


def _compressions(df: Any, compression: Any) -> tuple[str, dict[str, str]]:
    """The method of columns, and that of those which have another."""
    of_columns = compression if isinstance(compression, dict) else {}
    methods = of_columns.values() if isinstance(compression, dict) else [compression]
    if not all(isinstance(method, (str, type(None))) for method in methods):
        raise ValueError(f"compression: expected a name, or one by column, found {compression!r}")
    for label in of_columns:
        if label not in arrow.index_of(df._meta).names:
            df._place(label)
    others = {label: (method or "none").lower() for label, method in of_columns.items()}
    return ("none" if isinstance(compression, dict) else (compression or "none").lower()), others


def _given_metadata(custom: Any) -> dict[str, str]:
    given = {_text(key): _text(value) for key, value in (custom or {}).items()}
    if "pandas" in given:
        raise ValueError("custom_metadata: the key 'pandas' is Treadle's to write")
    return given


def _metadata(df: Any, names: list[str], by: list[str], objects: dict[str, pa.DataType]) -> dict[str, str]:
    """What pandas and Dask look for in a file: which columns are the index, and the types that Parquet lacks."""
    meta = df._meta.drop(columns=by)
    written = len(names) > len(df.columns)
    schema = pa.Schema.from_pandas(meta, preserve_index=written)
    found = (schema.metadata or {}).get(b"pandas")
    if found is None:
        return {}
    written_by_pandas = json.loads(found)
    for column in written_by_pandas["columns"]:
        if column["name"] in objects:
            column.update(described(objects[column["name"]]))
    return {"pandas": json.dumps(written_by_pandas)}


def _categories(df: Any, names: list[str], by: list[str]) -> dict[str, tuple[list[str] | None, bool]]:
    """Columns that readers are to take for categories: which, where they are known, and whether they are ordered."""
    dtypes = [*arrow.index_dtypes(arrow.index_of(df._meta)), *arrow.column_dtypes(df._meta)][-len(names) :]
    return {
        name: ([str(one) for one in dtype.categories] if arrow.is_known(dtype) else None, bool(dtype.ordered))
        for name, dtype in zip(names, dtypes, strict=True)
        if isinstance(dtype, pd.CategoricalDtype) and name not in by and arrow.arrow_type(dtype) == pa.string()
    }


def _text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _holds_only_a_data_set(directory: str) -> bool:
    """Whether a directory may be replaced: there is nothing in it that a data set does not have."""
    if not os.path.isdir(directory):
        return False
    return all("=" in name or name.endswith((".parquet", "_metadata")) for name in os.listdir(directory))


def _written(df: Any, write_index: bool, append: bool) -> list[tuple[str, _core.Expression]]:
    """The columns of the files: the default index says nothing and is left out."""
    labels = list(df.columns)
    named = [(label, column.node) for label, column in zip(labels, df._columns, strict=True)]
    if not write_index or _says_nothing(arrow.index_of(df._meta), append):
        return named
    names = arrow.index_of(df._meta).names
    index = []
    for i, (name, column) in enumerate(zip(names, df._index, strict=True)):
        if name is None and str(column.node) == str(_core.col(ROW_NUMBER)):
            continue
        index.append((name if isinstance(name, str) and name not in labels else f"__index_level_{i}__", column.node))
    return [*index, *named]


def _files(df: Any, filename: Any, name_function: Any, suffix: str) -> list[str]:
    """A file for each partition: a list, a pattern with ``*``, or a directory."""
    count = df.npartitions
    if isinstance(filename, (list, tuple)):
        if len(filename) != count:
            raise ValueError(f"expected a file name for each of {count} partitions, found {len(filename)}")
        return local_paths(filename)
    path = local_paths(filename)[0]
    if path.count("*") > 1:
        raise ValueError(f"expected one * in the name, where the partition's number stands, found {filename!r}")
    width = len(str(max(count - 1, 0)))
    naming = name_function or (lambda number: str(number).zfill(width))
    if "*" not in path:
        path = os.path.join(path, "*" + suffix)
    names = [naming(number) for number in range(count)]
    _check_names(names)
    return [path.replace("*", name) for name in names]


def _check_names(names: list[Any]) -> None:
    """ValueError unless a name_function gave texts that differ, without folders."""
    for name in names:
        if not isinstance(name, str) or not name or os.path.basename(name) != name:
            raise ValueError(f"name_function: expected the name of a file, found {name!r}")
    if len(set(names)) != len(names):
        raise ValueError("name_function: expected a name of its own for each partition, found one twice")


def _rename(target: str, before: set[str], name_function: Callable[[int], str]) -> None:
    """Gives the files that a data set did not have before the names that a function has for their partitions."""
    written = [(file, _NUMBERED.fullmatch(os.path.basename(file))) for file in _files_below(target) - before]
    numbered = [(file, int(found[1]), found[2]) for file, found in written if found]
    taken = {os.path.basename(file) for file in before}
    # Behind those of an earlier call, which may have other names.
    shift = max(len(taken) - min((number for _, number, _ in numbered), default=0), 0)
    moves = []
    for file, number, rest in numbered:
        name = name_function(number + shift).removesuffix(".parquet") + rest
        beside = os.path.join(os.path.dirname(file), f".{name}.writing")  # a name may be another file's old one
        os.replace(file, beside)
        moves.append((beside, os.path.join(os.path.dirname(file), name)))
    for beside, file in moves:
        os.replace(beside, file)


def _gather_footers(target: str) -> None:
    """Writes ``_metadata``, what the footers of all files say. The core has taken away an older one."""
    path = os.path.join(target, "_metadata")
    gathered = None
    for file in sorted(_files_below(target), key=_by_number):
        if not file.endswith(".parquet") or os.path.basename(file).startswith((".", "_")):
            continue
        footer = pq.read_metadata(file)
        footer.set_file_path(os.path.relpath(file, target))
        if gathered is None:
            gathered = footer
        else:
            gathered.append_row_groups(footer)
    if gathered is None:
        return
    beside = path + ".writing"
    try:
        gathered.write_metadata_file(beside)
        os.replace(beside, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)


def _by_number(file: str) -> list[str | int]:
    """Orders ``part.10`` behind ``part.9``."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", file)]


def _files_below(target: str) -> set[str]:
    return {os.path.join(folder, name) for folder, _, names in os.walk(target) for name in names}


def _separable(df: Any) -> Any:
    """The same rows in partitions that can be had one by one."""
    try:
        df._partitions([0])
    except InvalidArgument:
        return df.persist()
    return df


def _write_parts(df: Any, files: list[str], write: Callable[[Any, str, int], None]) -> list[str]:
    """Writes each partition, a lazy one, under another name first: a failure leaves no new files."""
    for folder in {os.path.dirname(file) for file in files}:
        if folder:
            os.makedirs(folder, exist_ok=True)
    done: list[tuple[str, str]] = []
    try:
        for number, file in enumerate(files):
            beside = os.path.join(os.path.dirname(file), f".{os.path.basename(file)}.writing")
            done.append((beside, file))
            write(df._partitions([number]), beside, number)
    except BaseException:
        for beside, _ in done:
            if os.path.exists(beside):
                os.unlink(beside)
        raise
    for beside, file in done:
        os.replace(beside, file)
    return files


def to_csv(
    df: Any,
    filename: Any,
    single_file: bool = False,
    encoding: str = "utf-8",
    mode: str = "wt",
    name_function: Any = None,
    compression: Any = None,
    compute: bool = True,
    scheduler: Any = None,
    storage_options: Any = None,
    header_first_partition_only: bool | None = None,
    compute_kwargs: Any = None,
    **kwargs: Any,
) -> Any:
    """Writes a CSV file for each partition; ``*`` in the name is its number. ``single_file``: one of all."""
    if single_file and name_function is not None:
        raise ValueError("name_function is not supported under the single file mode")
    if single_file and header_first_partition_only is False:
        raise ValueError("header_first_partition_only cannot be False in the single file mode.")
    if "x" in mode and single_file and os.path.exists(local_paths(filename)[0]):
        raise FileExistsError(f"{filename}: the file is there already, and mode={mode!r} makes new ones only")
    frame = df if hasattr(df, "columns") and isinstance(df._meta, pd.DataFrame) else df.to_frame()
    header = kwargs.get("header", True)
    run = dict(compute_kwargs or {}, **({"scheduler": scheduler} if scheduler else {}))

    def write(part: Any, file: str, with_header: bool, mode: str = "w") -> None:
        text = None if mode == "a" else csv_text(part, encoding, compression, kwargs)
        if text is not None:
            text.write(part._rows.build(text.named), file, with_header and header is not False, options(run))
            return
        spelled = {**kwargs, "header": header if with_header else False}
        part.compute(**run).to_csv(file, mode=mode, encoding=encoding, compression=compression, **spelled)

    def several() -> list[str]:
        def write_one(part: Any, file: str, number: int) -> None:
            write(part, file, number == 0 or not header_first_partition_only)

        parts = _separable(frame)
        return _write_parts(parts, _files(parts, filename, name_function, ".part"), write_one)

    def one() -> list[str]:
        file = local_paths(filename)[0]
        beside = os.path.join(os.path.dirname(file), f".{os.path.basename(file)}.writing")
        going_on = "a" in mode and os.path.exists(file)
        try:
            if going_on:
                shutil.copyfile(file, beside)
            if not going_on and csv_text(frame, encoding, compression, kwargs) is not None:
                write(frame, beside, True)
            else:
                parts = _separable(frame)
                for number in range(parts.npartitions):
                    write(parts._partitions([number]), beside, number == 0, "a" if number or going_on else "w")
            os.replace(beside, file)
        finally:
            if os.path.exists(beside):
                os.unlink(beside)
        return [file]

    work = _delayed(one if single_file else several, compute)
    return work if compute else [work]


def to_json(
    df: Any,
    url_path: Any,
    orient: str = "records",
    lines: bool | None = None,
    storage_options: Any = None,
    compute: bool = True,
    encoding: str = "utf-8",
    errors: str = "strict",
    compression: Any = None,
    compute_kwargs: Any = None,
    name_function: Any = None,
    **kwargs: Any,
) -> Any:
    """Writes a JSON file for each partition; ``lines``: an object a line."""
    by_line = orient == "records" if lines is None else lines

    def write(part: Any, file: str, number: int) -> None:
        named = json_columns(part, orient, compression, kwargs)
        if named is not None:
            _core.write_json(part._rows.build(named), file, options(compute_kwargs or {}), by_line)
        else:
            whole = part.compute(**(compute_kwargs or {}))
            whole.to_json(file, orient=orient, lines=by_line, compression=compression, **kwargs)

    def several() -> list[str]:
        parts = _separable(df)
        return _write_parts(parts, _files(parts, url_path, name_function, ".part"), write)

    work = _delayed(several, compute)
    return work if compute else [work]
