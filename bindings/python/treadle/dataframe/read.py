"""Frames from files, pandas objects, Arrow tables and functions."""

from __future__ import annotations

import glob as globbing
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

import treadle.config
from treadle import _core
from treadle.dataframe import arrow, fallback
from treadle.dataframe.collection import from_pandas_rows, new_collection
from treadle.dataframe.divisions import Claimed
from treadle.dataframe.path_column import PathColumn, csv_rows_with_paths
from treadle.dataframe.rows import ROW_NUMBER, Column, Rows

DEFAULT_BLOCKSIZE = 128 << 20

# What pandas takes for missing.
_NULLS = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
]  # fmt: skip
# Arguments of pandas' read_csv that the core's scanner knows; others are pandas' to read.
_KNOWN = frozenset(
    {
        "sep", "delimiter", "header", "names", "usecols", "dtype", "parse_dates", "date_format", "na_values",
        "keep_default_na", "skiprows", "nrows", "comment", "quotechar", "escapechar", "encoding", "skip_blank_lines",
        "on_bad_lines", "low_memory", "engine", "memory_map", "cache_dates", "index_col", "na_filter", "doublequote",
    }
)  # fmt: skip
_ROWS_OF_SAMPLE = 1000


def local_paths(path: Any) -> list[str]:
    """Paths on this machine, of one or several with or without "file://"."""
    paths = [os.fspath(one) for one in (path if isinstance(path, (list, tuple)) else [path])]
    for one in paths:
        scheme, mark, _ = one.partition("://")
        if mark and scheme != "file":
            raise NotImplementedError(
                f"{one}: {scheme}:// is not there yet; from_map() over URLs with a function of pandas reads them"
            )
    return [one.removeprefix("file://") for one in paths]


def _first_file(paths: list[str]) -> str:
    for path in paths:
        found = sorted(globbing.glob(path, recursive=True)) if globbing.has_magic(path) else [path]
        if found:
            return found[0]
    return paths[0]


def block_size(blocksize: Any) -> int:
    if blocksize in ("default", None):
        return DEFAULT_BLOCKSIZE if blocksize == "default" else 1 << 62
    return treadle.config.parse_bytes(blocksize)


# Who loops over chunks holds little at a time.
_LOOPED_OVER = 4 << 20


def read_csv(
    urlpath: Any,
    blocksize: Any = "default",
    lineterminator: str | None = None,
    compression: Any = "infer",
    sample: Any = 256000,
    sample_rows: int = 10,
    enforce: bool = False,
    assume_missing: bool = False,
    storage_options: Any = None,
    include_path_column: bool | str = False,
    chunksize: int | None = None,
    **kwargs: Any,
) -> Any:
    """CSV files, by name or pattern, as a lazy frame; nothing is read yet but a sample.

    ``chunksize`` gives an iterator over pandas frames of so many rows instead.
    """
    paths = local_paths(urlpath)
    if not paths:
        raise ValueError("read_csv: expected the name of a file or several, found an empty list")
    if kwargs.get("engine") == "pyarrow":  # whose meaning is that of the default one, and which reads no samples
        kwargs = {name: value for name, value in kwargs.items() if name != "engine"}
    for name in ("iterator", "index_col", "nrows"):
        if kwargs.get(name) is not None and kwargs[name] is not False:
            hint = {"iterator": "chunksize=", "index_col": "set_index()", "nrows": "head()"}[name]
            raise ValueError(f"read_csv: {name}= is not supported; use {hint}")
    meta, all_labels, positions, without = _csv_meta(paths, kwargs, compression)
    files = PathColumn(include_path_column, _files_of(paths), meta.columns) if include_path_column else None
    unknown = set(kwargs) - _KNOWN
    archived = any(path.lower().endswith((".zip", ".tar", ".tar.gz", ".tgz")) for path in paths)
    if unknown or not _fits_core(kwargs, compression, archived) or _only_pandas_understands(paths, kwargs, compression):
        by_pandas = _csv_by_pandas(_files_of(paths), meta, {"compression": compression, **kwargs}, files)
        return _chunks(by_pandas, chunksize) if chunksize is not None else by_pandas
    options = _csv_options(kwargs, all_labels, meta)
    if chunksize is not None and blocksize == "default":
        blocksize = _LOOPED_OVER
    options.partition_bytes = block_size(blocksize)
    frame = _core.read_csv(paths, options)
    others = _types_of_pandas(frame.schema, meta, positions, kwargs.get("dtype"))
    others.update(_late_text(frame, positions, without, paths))
    if others:
        options.set_types(others)
        frame = _core.read_csv(paths, options)
    if kwargs.get("usecols") is None:
        newer = frame.schema.names[len(all_labels) :]
        if newer and kwargs.get("dtype") is not None:
            frame = _core.read_csv(paths, _with_types(options, newer, kwargs["dtype"]))
        meta = _with_newer_columns(meta, frame.schema, newer, kwargs.get("dtype"))
        positions = [*positions, *range(len(all_labels), len(frame.schema.names))]
    rows = None if files is None else csv_rows_with_paths(files, options, frame.schema)
    result = _from_scan(frame, meta, positions, all_labels, kwargs, assume_missing, rows)
    result = result if files is None else files.added_to(result)
    return _chunks(result, chunksize) if chunksize is not None else result


def _types_of_pandas(schema: _core.Schema, meta: pd.DataFrame, positions: list[int], dtypes: Any) -> dict[str, str]:
    """Columns that the core takes for numbers where pandas sees text, or numbers that only unsigned integers hold."""
    types = {}
    for label, position in zip(meta.columns, positions, strict=True):
        kind, dtype = schema.types[position], meta[label].dtype
        if dtypes is not None and (not isinstance(dtypes, dict) or label in dtypes):
            continue
        unlike = isinstance(dtype, pd.StringDtype) and kind.name != "utf8"
        # Truth values beside missing ones, of which the core's samples saw none.
        if unlike or (dtype == np.dtype("object") and kind.is_float):
            types[schema.names[position]] = "utf8"
        elif dtype == np.dtype("uint64") and kind.is_float:
            types[schema.names[position]] = "uint64"
    return types


# Files up to this size are looked through for text in columns of which the samples saw no value.
_LOOKED_THROUGH = 64 << 20


def _late_text(scan: _core.DataFrame, positions: list[int], without: list[int], paths: list[str]) -> dict[str, str]:
    """Columns of text among those that are floats for want of a value in the samples, if that is found out soon."""
    schema = scan.schema
    places = [positions[i] for i in without if schema.types[positions[i]].is_float]
    if not places or sum(map(os.path.getsize, _files_of(paths))) > _LOOKED_THROUGH:
        return {}
    largest = [_core.col(schema.names[place]).max().alias(schema.names[place]) for place in places]
    found = _core.compute([scan.select(largest)], treadle.config.options())[0].schema
    return {name: "utf8" for name, kind in zip(found.names, found.types, strict=True) if not kind.is_float}


def _files_of(paths: list[str]) -> list[str]:
    return [
        file
        for path in paths
        for file in (sorted(globbing.glob(path, recursive=True)) if globbing.has_magic(path) else [path])
    ]


def _csv_meta(
    paths: list[str], kwargs: dict[str, Any], compression: Any
) -> tuple[pd.DataFrame, list[Any], list[int], list[int]]:
    """What pandas makes of the first rows, all labels of the file, which of them are wanted, and which of the wanted
    have no value in these rows."""
    first = _first_file(paths)
    if not os.path.exists(first):
        from treadle.errors import FileNotFound

        raise FileNotFound(f"no file matches {paths[0]!r}")
    try:
        sample = {} if kwargs.get("skipfooter") else {"nrows": _ROWS_OF_SAMPLE}
        meta = pd.read_csv(first, compression=compression, **sample, **kwargs)
        if "usecols" in kwargs and kwargs["usecols"] is not None:
            bare = {
                name: kwargs[name]
                for name in ("sep", "delimiter", "header", "names", "skiprows", "comment", "quotechar", "encoding")
                if name in kwargs
            }
            labels = list(pd.read_csv(first, nrows=0, compression=compression, **bare).columns)
        else:
            labels = list(meta.columns)
    except pd.errors.EmptyDataError:
        raise pd.errors.EmptyDataError(f"{first}: no columns to parse from file") from None
    except pd.errors.ParserError as error:
        raise pd.errors.ParserError(f"{first}: {str(error).strip()}") from None
    except ValueError as error:
        if type(error) is not ValueError:
            raise
        raise ValueError(f"{first}: {_misfit(first, kwargs, compression) or error}") from None
    without = [int(place) for place in np.flatnonzero(meta.isna().all().to_numpy())]
    return meta.iloc[:0], labels, [labels.index(label) for label in meta.columns], without


def _misfit(first: str, kwargs: dict[str, Any], compression: Any) -> str | None:
    """The first value of the sample that is no number where ``dtype`` says so."""
    types = kwargs.get("dtype")
    if types is None or isinstance(types, str):
        return None
    plain = {name: value for name, value in kwargs.items() if name not in ("dtype", "parse_dates")}
    texts = pd.read_csv(first, compression=compression, nrows=_ROWS_OF_SAMPLE, dtype=str, **plain)
    for name, dtype in types.items() if isinstance(types, dict) else ((name, types) for name in texts):
        if name in texts and pd.api.types.is_numeric_dtype(dtype):
            wrong = texts[name].notna() & pd.to_numeric(texts[name], errors="coerce").isna()
            if wrong.any():
                row = int(wrong.to_numpy().argmax())
                found = texts[name].iloc[row]
                return f"column {name!r}, row {row} of the data: expected {dtype}, as dtype says, found {found!r}"
    return None


def _fits_core(kwargs: dict[str, Any], compression: Any, archived: bool) -> bool:
    separator = kwargs.get("sep", kwargs.get("delimiter", ","))
    return (
        # The core looks at a file's first bytes.
        (compression in (None, "gzip", "zstd") or (compression == "infer" and not archived))
        and isinstance(separator, str)
        and len(separator) == 1
        and kwargs.get("header", "infer") in ("infer", 0, None)
        and isinstance(kwargs.get("skiprows") or 0, int)
        and kwargs.get("encoding") in (None, "utf-8", "utf8", "UTF-8")
        and not isinstance(kwargs.get("na_values"), dict)
        and kwargs.get("na_filter", True)
        and kwargs.get("on_bad_lines", "error") in ("error", "skip")
        and isinstance(kwargs.get("parse_dates") or [], (list, bool))
        and not callable(kwargs.get("date_format"))
    )


def _only_pandas_understands(paths: list[str], kwargs: dict[str, Any], compression: Any) -> bool:
    """Whether there are comments behind values, or names for those columns alone that are wanted."""
    names, wanted, comment = kwargs.get("names"), kwargs.get("usecols"), kwargs.get("comment")
    if names is not None and isinstance(wanted, (list, tuple)) and len(names) == len(wanted):
        return all(isinstance(one, (int, np.integer)) for one in wanted)
    if not comment:
        return False
    how = {"encoding": "utf-8", "errors": "replace", "compression": compression}
    with pd.io.common.get_handle(_first_file(paths), "r", **how) as handles:
        lines = itertools.islice(handles.handle, _ROWS_OF_SAMPLE)
        return any(comment in str(line).lstrip()[1:] for line in lines)


def _csv_options(kwargs: dict[str, Any], labels: list[Any], meta: pd.DataFrame) -> _core.CsvOptions:
    options = _core.CsvOptions()
    options.delimiter = kwargs.get("sep", kwargs.get("delimiter", ","))
    for name, own in (("comment", "comment"), ("quotechar", "quote"), ("escapechar", "escape")):
        if kwargs.get(name):
            setattr(options, own, kwargs[name])
    named = kwargs.get("names") is not None
    if named or kwargs.get("header", "infer") is None or not _are_bare(labels):
        options.names = [_text_name(label) for label in labels]
    options.header = kwargs.get("header", "infer") is not None and not (
        named and kwargs.get("header", "infer") == "infer"
    )
    options.skip_lines = int(kwargs.get("skiprows") or 0)
    options.skip_blank_lines = kwargs.get("skip_blank_lines", True)
    options.spaces_are_blank = options.fills_short_records = True
    # Of records that are too long, pandas complains only if all fields are wanted.
    options.cuts_long_records = kwargs.get("usecols") is not None
    extra = kwargs.get("na_values")
    extra = [] if extra is None else [extra] if isinstance(extra, (str, int, float)) else list(extra)
    options.null_values = [*(_NULLS if kwargs.get("keep_default_na", True) else []), *map(str, extra)]
    options.quoted_nulls = True
    # As missing values are, until another one is seen.
    options.type_without_values = "float64"
    options.infer_dates = False
    if kwargs.get("on_bad_lines") == "skip":
        options.skip_bad_rows()
    dates = [label for label in meta.columns if _is_date(meta[label].dtype)]
    options.parse_dates = [_text_name(label) for label in dates]
    options.date_format = kwargs.get("date_format") or ""
    types = {}
    dtypes = kwargs.get("dtype")
    for label in meta.columns:
        dtype = meta[label].dtype
        asked = label in dtypes if isinstance(dtypes, dict) else dtypes is not None
        if asked and label not in dates:
            kind = arrow.arrow_type(dtype)
            types[_text_name(label)] = "utf8" if pa.types.is_binary(kind) else arrow.core_type_name(kind)
    options.set_types(types)
    return options


def _are_bare(labels: list[Any]) -> bool:
    """Whether labels are what a header says: then the core finds columns by name in each file."""
    known = set(labels)
    if not all(isinstance(label, str) and not label.startswith("Unnamed:") for label in labels):
        return False
    return not any(stem and stem in known for stem in (label.rpartition(".")[0] for label in labels))


def _with_types(options: _core.CsvOptions, names: list[str], dtypes: Any) -> _core.CsvOptions:
    types = {}
    for name in names:
        dtype = dtypes.get(name) if isinstance(dtypes, dict) else dtypes
        if dtype is not None:
            kind = arrow.arrow_type(pd.Series([], dtype=dtype).dtype)
            types[name] = "utf8" if pa.types.is_binary(kind) else arrow.core_type_name(kind)
    options.set_types(types)
    return options


def _with_newer_columns(meta: pd.DataFrame, schema: _core.Schema, names: list[str], dtypes: Any) -> pd.DataFrame:
    """The columns that newer files have more, as pandas holds them with missing values in the rows of older ones."""
    newer = {}
    for name in names:
        kind = schema.type_of(name)
        asked = dtypes.get(name) if isinstance(dtypes, dict) else dtypes
        if asked is not None and not (kind.is_integer and not pd.api.types.is_extension_array_dtype(asked)):
            newer[name] = pd.Series([], dtype=asked)
        elif kind.is_integer or kind.is_float:
            newer[name] = pd.Series([], dtype="float64")
        elif kind.name == "bool":
            newer[name] = pd.Series([], dtype="object")
        else:
            newer[name] = pd.Series([], dtype=pd.StringDtype(na_value=np.nan))
    return meta.assign(**newer)


def _text_name(label: Any) -> str:
    return label if isinstance(label, str) else f"column_{label}"


def _is_date(dtype: Any) -> bool:
    return getattr(dtype, "kind", "") == "M"


def _from_scan(
    frame: _core.DataFrame,
    meta: pd.DataFrame,
    positions: list[int],
    labels: list[Any],
    kwargs: dict[str, Any],
    missing: bool,
    numbered: _core.DataFrame | None = None,
) -> Any:
    """A frame over files; types are the wider of what pandas' and the core's samples say.

    ``numbered``: the same columns and the rows' numbers, if these do not simply follow ``frame``.
    """
    numbered = frame.with_row_numbers(ROW_NUMBER) if numbered is None else numbered
    schema = frame.schema
    dtypes = kwargs.get("dtype")
    nothing_missing = not kwargs.get("keep_default_na", True) and kwargs.get("na_values") is None
    parts, columns = {}, []
    for i, (label, position) in enumerate(zip(meta.columns, positions, strict=True)):
        kind, name = schema.types[position], schema.names[position]
        asked = label in dtypes if isinstance(dtypes, dict) else dtypes is not None
        dtype = meta.dtypes.iloc[i]
        if isinstance(dtype, pd.CategoricalDtype) and _finds_categories(dtypes, label):
            # Those of the sample are not all.
            dtype = pd.CategoricalDtype([arrow.UNKNOWN], ordered=dtype.ordered)
        keeps_empty = nothing_missing and kind.name == "utf8" and isinstance(dtype, pd.StringDtype)
        if not asked:
            dtype = _wider(dtype, kind, missing)
        parts[i] = pd.Series([], dtype=dtype)
        column = _typed(name, kind, dtype)
        columns.append(Column(column.node.fill_null(_core.literal("", "utf8"))) if keeps_empty else column)
    typed = pd.DataFrame(parts, index=pd.RangeIndex(0))
    typed.columns = meta.columns
    rows = Rows(numbered, plain=numbered.num_partitions == 1)
    return new_collection(rows, [Column(_core.col(ROW_NUMBER))], columns, typed)


def _finds_categories(dtypes: Any, label: Any) -> bool:
    """Whether categories are asked for without saying which there are."""
    asked = pd.api.types.pandas_dtype(dtypes.get(label) if isinstance(dtypes, dict) else dtypes)
    return isinstance(asked, pd.CategoricalDtype) and asked.categories is None


def _wider(dtype: Any, kind: _core.DataType, missing: bool) -> Any:
    if isinstance(dtype, np.dtype) and dtype.kind in "iu" and (kind.is_float or missing):
        return np.dtype("float64")
    if kind.name == "utf8" and isinstance(dtype, np.dtype) and dtype.kind != "M":
        return pd.StringDtype(na_value=np.nan)
    if isinstance(dtype, np.dtype) and dtype.kind == "O" and kind.name == "bool":
        return np.dtype(bool)
    if isinstance(dtype, np.dtype) and dtype.kind == "O":
        return pd.StringDtype(na_value=np.nan)
    return dtype


def _typed(name: str, kind: _core.DataType, dtype: Any) -> Column:
    """A column in the type that its meta says: integers that pandas holds as floats among them."""
    node = _core.col(name)
    if isinstance(dtype, np.dtype) and dtype.kind == "f" and kind.is_integer:
        return Column(node.cast("float64"))
    # No NaN comes from text: its spellings mean a missing value.
    return Column(node)


def _chunks(frame: Any, chunksize: int) -> Iterator[pd.DataFrame]:
    """The rows in frames of ``chunksize``, numbered through."""
    held: list[pd.DataFrame] = []
    count, begun = 0, 0
    for batch in frame.batches():
        held.append(batch)
        count += len(batch)
        while count >= chunksize:
            joined = pd.concat(held, ignore_index=True)
            chunk = joined.iloc[:chunksize]
            yield chunk.set_axis(pd.RangeIndex(begun, begun + chunksize))
            begun += chunksize
            held, count = [joined.iloc[chunksize:]], count - chunksize
    if count:
        rest = pd.concat(held, ignore_index=True)
        yield rest.set_axis(pd.RangeIndex(begun, begun + len(rest)))


def _csv_by_pandas(files: list[str], meta: pd.DataFrame, kwargs: dict[str, Any], paths: PathColumn | None) -> Any:
    def read(file: str) -> pd.DataFrame:
        part = pd.read_csv(file, **kwargs)
        return part if paths is None else paths.beside(part, file)

    read.__name__ = "read_csv"
    return from_map(read, files, meta=meta if paths is None else paths.beside(meta))


def read_table(urlpath: Any, **kwargs: Any) -> Any:
    """Files of values with tabs between them."""
    return read_csv(urlpath, **{"sep": "\t", **kwargs})


def read_fwf(urlpath: Any, blocksize: Any = "default", **kwargs: Any) -> Any:
    """Files of columns of fixed widths, read by pandas."""
    for name in (
        "lineterminator",
        "compression",
        "sample",
        "sample_rows",
        "enforce",
        "assume_missing",
        "storage_options",
    ):
        kwargs.pop(name, None)
    files = [file for path in local_paths(urlpath) for file in (sorted(globbing.glob(path)) or [path])]
    return from_map(lambda file: pd.read_fwf(file, **kwargs), files, meta=pd.read_fwf(files[0], nrows=50, **kwargs))


def from_pandas(data: Any, npartitions: int | None = None, sort: bool = True, chunksize: int | None = None) -> Any:
    """A lazy collection over a pandas frame or series, cut into partitions; sorted by its index unless told not to."""
    if not isinstance(data, (pd.DataFrame, pd.Series)):
        raise TypeError("Input must be a pandas DataFrame or Series.")
    if isinstance(data.index, pd.MultiIndex):
        raise NotImplementedError("from_pandas: an index of several levels; use reset_index() first")
    if npartitions is not None and chunksize is not None:
        raise ValueError("Exactly one of npartitions and chunksize must be specified.")
    if sort and not data.index.is_monotonic_increasing:
        data = data.sort_index()
    sort = sort or data.index.is_monotonic_increasing
    length = len(data)
    count = npartitions if npartitions is not None else (-(-length // chunksize) if chunksize else 1)
    if count < 1 or not isinstance(count, (int, np.integer)):
        raise ValueError(f"npartitions: expected a whole number of at least 1, found {npartitions!r}")
    starts = _starts(data.index, int(max(count, 1)), chunksize, sort)
    shares = [after - before for before, after in zip(starts, [*starts[1:], length], strict=True)]
    divisions = (*[data.index[start] for start in starts], data.index[-1]) if sort and length else None
    return from_pandas_rows(data, shares, divisions)


def _starts(index: pd.Index, count: int, chunksize: int | None, sort: bool) -> list[int]:
    """Where partitions begin: none is empty, and equal labels stay together where the index is sorted."""
    length = len(index)
    if length == 0:
        return [0]
    parts = min(count, length)
    step = chunksize if chunksize else -(-length // parts)
    wanted = list(range(0, length, int(step)))
    if not chunksize and (sort or len(wanted) != parts):
        share, more = divmod(length, parts)
        wanted = [number * share + min(number, more) for number in range(parts)]
    if not sort or index.is_unique:
        return wanted
    return sorted({int(index.searchsorted(index[start], side="left")) for start in wanted})


def from_dict(
    data: Any,
    npartitions: int,
    orient: str = "columns",
    dtype: Any = None,
    columns: Any = None,
    constructor: Any = pd.DataFrame,
) -> Any:
    """A frame from a mapping of labels to values."""
    return from_pandas(constructor.from_dict(data, orient, dtype, columns), npartitions)


def from_arrow(table: Any, npartitions: int = 1) -> Any:
    """A frame over a table of pyarrow, Polars, DuckDB or whatever else has an Arrow stream."""
    core = _core.Table.from_arrow(table)
    shares = [len(core) // npartitions + (i < len(core) % npartitions) for i in range(npartitions)]
    frame = _core.from_table(core, shares)
    from treadle.dataframe.read_parquet import frame_of

    return frame_of(frame, index=False)


def from_array(arr: Any, chunksize: int = 50000, columns: Any = None, meta: Any = None) -> Any:
    """A frame or series over a NumPy array, or a lazy one."""
    if hasattr(arr, "__treadle_blocks__") or hasattr(arr, "__dask_graph__"):
        from treadle.dataframe.conversion import from_dask_array

        return from_dask_array(arr, columns=columns, meta=meta)
    values = np.asarray(arr)
    data: Any = pd.Series(values, name=columns) if values.ndim == 1 else pd.DataFrame(values, columns=columns)
    return from_pandas(data, chunksize=chunksize)


def from_map(
    func: Callable[..., Any],
    *iterables: Iterable[Any],
    args: Sequence[Any] | None = None,
    meta: Any = None,
    divisions: Any = None,
    label: Any = None,
    enforce_metadata: bool = False,
    **kwargs: Any,
) -> Any:
    """A partition for each item: what ``func`` makes of it when the frame is computed."""
    items = list(zip(*[list(iterable) for iterable in iterables], strict=True))
    if not items:
        raise ValueError("from_map: expected at least one item, found none")
    known = fallback.emptied(func(*items[0], *(args or ()), **kwargs)) if meta is None else fallback.make_meta(meta)
    names, index, columns = fallback.result_columns(known)
    numbers = _core.Table.from_arrow(pa.table({"item": pa.array(range(len(items)), pa.int64())}))
    parts = _core.from_table(numbers, [1] * len(items))
    before = pd.Series([], dtype="int64", name="item")

    def call(part: pd.Series) -> Any:
        return func(*items[int(part.iloc[0])], *(args or ()), **kwargs)

    call.__name__ = fallback.function_name(func) if label is None else str(label)
    inner = fallback.PandasCall(call, before, known, [False], names)

    def produce(table: _core.Table, partition: int) -> pa.Table:
        return inner.call_on(pd.Series(pa.table(table).column(0).to_pandas()))

    plan = parts.map_partitions(produce, f"python: {call.__name__}", fallback.arrow_schema(known, names), False)
    return new_collection(
        Rows(plan, divisions=None if divisions is None else Claimed(divisions)), index, columns, known
    )
