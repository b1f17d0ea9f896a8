"""Dask's collection protocol: a collection as a mapping of keys to tasks, one a partition, which any scheduler of
Dask's can run. Treadle's own is the one that Dask takes if nobody asks for another: it runs all partitions together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pandas.api.types import union_categoricals

from treadle.dask_protocol import Tasks
from treadle.engine_graph import with_engine_tasks

Key = tuple[str, int]


class ComputePart:
    """A task: what computes a partition, wherever it is called."""

    def __init__(self, part: Any) -> None:
        self.part = part

    @property
    def __name__(self) -> str:
        return f"compute_{type(self.part).__name__.lower()}"

    def __call__(self, *engine_tasks: Any) -> Any:
        return self.part.compute()

    def __repr__(self) -> str:
        return self.__name__


# What collections and scalars are made of.
_STATE = ("_rows", "_index", "_columns", "_meta", "_plan")


def token_of(collection: Any) -> str:
    """Equal for equal work without Python functions in it."""
    name, _ = next(iter(graph_of(collection)))
    return name.rpartition("-")[2]


def _new_token(collection: Any) -> str:
    """Of the plan's key, and what the result is made to look like."""
    plan, _ = collection.__treadle_plan__()
    shape = _shape(getattr(collection, "_meta", None))
    return hashlib.blake2b(f"{plan.key} {shape}".encode(), digest_size=16).hexdigest()


def _shape(meta: Any) -> str:
    if isinstance(meta, pd.DataFrame):
        return f"{list(meta.columns)} {list(meta.dtypes)} {meta.index.names}"
    return f"{getattr(meta, 'name', None)} {getattr(meta, 'dtype', None)}"


def graph_of(collection: Any) -> dict[Key, tuple[ComputePart]]:
    """A task for each partition.

    Made once for a state of the collection: steps that run Python have a new key each time they are planned.
    """
    state = tuple(vars(collection).get(name) for name in _STATE)
    known = vars(collection).get("_dask_graph_made")
    if known is not None and all(old is new for old, new in zip(known[0], state, strict=True)):
        graph: dict[Key, tuple[ComputePart]] = known[1]
        return graph
    name = f"{type(collection).__name__.lower()}-{_new_token(collection)}"
    graph = {(name, i): (ComputePart(part),) for i, part in enumerate(parts_of(collection))}
    vars(collection)["_dask_graph_made"] = (state, graph)
    return graph


def all_tasks_of(collection: Any) -> Tasks:
    """The same, behind the tasks of the engine that they would run."""
    parts = graph_of(collection)
    return Tasks(with_engine_tasks(dict(parts), collection), lambda: dict(parts))


def parts_of(collection: Any) -> list[Any]:
    """The partitions as collections; the collection itself if they are only known once all rows are."""
    count = getattr(collection, "npartitions", 1)
    return [collection] if count == 1 else [collection._partitions([i]) for i in range(count)]


def run(graph: Any, keys: Any, **kwargs: Any) -> Any:
    """A scheduler of Dask's: partitions of Treadle's are made together in one run, what is left by Dask's threads."""
    from dask._task_spec import DataNode  # a value in which Dask shall not look for tasks
    from dask.threaded import get

    from treadle.computing import compute

    tasks = dict(graph.__dask_graph__() if hasattr(graph, "__dask_graph__") else graph)
    ours = {key: call.part for key, task in tasks.items() if isinstance(call := _call(task), ComputePart)}
    tasks |= {key: DataNode(key, value) for key, value in zip(ours, compute(*ours.values()), strict=True)}
    return get(tasks, keys)


def _call(task: Any) -> Any:
    """What a task calls: Dask hands on tuples as they were made, or as objects of its own."""
    if isinstance(task, tuple):
        return task[0] if task else None
    return getattr(task, "func", None)


def joined(results: Sequence[Any]) -> Any:
    """The partitions as one object."""
    parts = list(results)
    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0], pd.Index):
        return parts[0].append(parts[1:])
    return pd.concat(_with_one_set_of_categories(parts))


def _with_one_set_of_categories(parts: list[Any]) -> list[Any]:
    """Categories that were found partition by partition are brought together: else the columns would lose them."""
    if isinstance(parts[0], pd.Series):
        if not isinstance(parts[0].dtype, pd.CategoricalDtype):
            return parts
        whole = union_categoricals(parts, ignore_order=True).dtype
        return [part.astype(whole) for part in parts]
    labels = [label for label, dtype in parts[0].dtypes.items() if isinstance(dtype, pd.CategoricalDtype)]
    if not labels or not parts[0].columns.is_unique:
        return parts
    wholes = {label: union_categoricals([part[label] for part in parts], ignore_order=True).dtype for label in labels}
    return [part.astype(wholes) for part in parts]


def rebuilt(graph: Mapping[Key, Any], collection: Any, keys: Sequence[Key]) -> Any:
    """The collection over results that are there."""
    from treadle.dataframe.collection import from_pandas_rows

    parts = [graph[key] for key in keys]
    if not isinstance(parts[0], (pd.DataFrame, pd.Series)):
        return collection
    return from_pandas_rows(joined(parts), [len(part) for part in parts], collection._rows.divisions)
