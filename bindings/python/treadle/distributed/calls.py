"""Calls and values of a client as futures: submit, map, scatter; and their results: gather."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import treadle.config
from treadle import _core
from treadle.base import tokenize
from treadle.distributed.demands import Demand, checked_resources
from treadle.distributed.future import Future, _ready, brought_together, flat
from treadle.distributed.in_task import CallHere
from treadle.distributed.starting import Starting
from treadle.errors import InvalidArgument
from treadle.processes import function_name


class Calls(Starting):
    """That part of a client."""

    def submit(
        self,
        func: Callable[..., Any],
        *args: Any,
        key: str | None = None,
        workers: Any = None,
        resources: Any = None,
        retries: int | None = None,
        priority: int = 0,
        fifo_timeout: Any = None,
        allow_other_workers: bool = False,
        actor: bool = False,
        actors: bool = False,
        pure: bool | None = None,
        **kwargs: Any,
    ) -> Future:
        """Calls ``func`` as soon as the futures among its arguments are there.

        Equal calls share a future that is alive (``pure=False``: they do not). Of calls that wait for a thread the one
        with the highest ``priority`` is next. One with ``workers`` or ``resources`` waits until one of these workers
        has a thread, or any worker so much, that no other such call holds. ``actor``: what the call makes stays where
        it is, and its methods are called one after the other.
        """
        if not callable(func):
            raise TypeError("First input to submit must be a callable function")
        name = _short_name(func)
        if actor or actors:
            return self._submit_actor(func, args, kwargs, name)
        if key is None:
            pure = treadle.config.get("delayed_pure", True) if pure is None else pure
            key = f"{name}-{tokenize(tokenize(func, kwargs), args)}" if pure else self._new_key(name)
        demand = self._demand("submit", workers, resources, allow_other_workers)
        return self._call(func, args, kwargs, name, key, retries, priority, demand)

    def _demand(self, where: str, workers: Any, resources: Any, allow_other_workers: bool) -> Demand | None:
        """What a call asks of workers. InvalidArgument for what the cluster never has."""
        if not workers and not resources:
            return None
        known: dict[Any, int] = {address: number for number, address in self.cluster.workers.items()}
        known |= {number: number for number in self.cluster.workers}
        asked = [workers] if isinstance(workers, (str, int)) else list(workers or ())
        if not all(one in known for one in asked):
            raise InvalidArgument(f"{where}: workers: expected some of {list(known)}, found {workers!r}")
        named = () if allow_other_workers else tuple(sorted({known[one] for one in asked}))
        demand = Demand(named, tuple(sorted(checked_resources(resources, where).items())))
        if demand == Demand((), ()):
            return None
        if self.cluster.supplies.most_at_once(demand) == 0:
            raise InvalidArgument(
                f"{where}: resources: expected what a worker has, found {resources!r} for a cluster of "
                f"{self.cluster.supplies.describe()}: give LocalCluster(resources=...) more"
            )
        return demand

    def _submit_actor(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], name: str
    ) -> Future:
        from treadle.distributed.actor import Actor

        key = f"{name}-{uuid.uuid4().hex}"

        def make(*args: Any, **kwargs: Any) -> Actor:
            return Actor(func(*args, **kwargs), key)

        def start(options: _core.ComputeOptions, runner: CallHere) -> _core.FutureState:
            return _core.submit_call(make, args, kwargs, name, options)

        return self._start(start, key)

    def map(
        self,
        func: Callable[..., Any],
        *iterables: Any,
        key: Any = None,
        workers: Any = None,
        retries: int | None = None,
        resources: Any = None,
        priority: int = 0,
        allow_other_workers: bool = False,
        fifo_timeout: Any = None,
        actor: bool = False,
        actors: bool = False,
        pure: bool | None = None,
        batch_size: int | None = None,
        **kwargs: Any,
    ) -> list[Future]:
        """A call for the items of the iterables side by side: their futures, in order."""
        if not callable(func):
            raise TypeError("First input to map must be a callable function")
        if iterables and all(hasattr(one, "get") and hasattr(one, "qsize") for one in iterables):
            raise TypeError("Queues are no longer supported in map: submit their items")
        rows = list(zip(*iterables, strict=False))
        if isinstance(key, list) and len(key) != len(rows):
            raise ValueError(f"key: expected one for each of {len(rows)} calls, found {len(key)}")
        if actor or actors:
            return [self.submit(func, *row, actor=True, **kwargs) for row in rows]
        name = _short_name(func)
        keys = self._keys_of_calls(func, rows, kwargs, name if key is None else key, pure)
        demand = self._demand("map", workers, resources, allow_other_workers)
        return [
            self._call(func, row, kwargs, name, own, retries, priority, demand)
            for row, own in zip(rows, keys, strict=True)
        ]

    def _keys_of_calls(
        self,
        func: Callable[..., Any],
        rows: list[tuple[Any, ...]],
        kwargs: dict[str, Any],
        key: str | list[str],
        pure: bool | None,
    ) -> Iterator[str]:
        """The keys if they are given, else what begins with ``key`` and tells equal calls."""
        if isinstance(key, list):
            return iter(key)
        if treadle.config.get("delayed_pure", True) if pure is None else pure:
            token = tokenize(func, kwargs)  # once: a function's costs more than its arguments'
            return (f"{key}-{tokenize(token, row)}" for row in rows)
        return (self._new_key(key) for _ in rows)

    def gather(self, futures: Any, errors: str = "raise", direct: Any = None, asynchronous: bool | None = None) -> Any:
        """The results in the places of the futures, in containers of any depth; of an iterator, one after the other.
        ``errors="skip"`` leaves out, of lists, those that failed; elsewhere None is in their places."""
        if errors not in ("raise", "skip"):
            raise ValueError(f"errors: expected 'raise' or 'skip', found {errors!r}")
        if isinstance(futures, Iterator):
            return (self.gather(one, errors, direct, asynchronous) for one in futures)
        if self.asynchronous if asynchronous is None else asynchronous:
            return self._gather_later(futures, errors)
        for future in flat(futures):
            future._state.wait()
        return self._gathered(futures, errors, _from_disk(futures))

    async def _gather_later(self, futures: Any, errors: str) -> Any:
        for future in flat(futures):
            await future._ended()
        return self._gathered(futures, errors, _from_disk(futures))

    def _gathered(self, value: Any, errors: str, there: dict[str, Any]) -> Any:
        if isinstance(value, Future):
            if value.key in there:
                return there[value.key]
            return None if errors == "skip" and _failed(value) else value._get()
        if isinstance(value, dict):
            return {key: self._gathered(one, errors, there) for key, one in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            kept = [one for one in value if errors == "raise" or not _failed(one)]
            gathered = [self._gathered(one, errors, there) for one in kept]
            return value._make(gathered) if hasattr(value, "_make") else type(value)(gathered)
        return value

    def scatter(
        self,
        data: Any,
        workers: Any = None,
        broadcast: bool = False,
        direct: Any = None,
        hash: bool = True,
        timeout: Any = None,
        asynchronous: bool | None = None,
    ) -> Any:
        """Values as futures that are finished: of a list, set or dict, one for each item."""
        self._compute_options({})  # open?
        if type(data) is dict:
            made: Any = {key: self._scattered(value, hash, str(key)) for key, value in data.items()}
        elif type(data) in (list, tuple, set, frozenset):  # others are values as a whole: named tuples, own types
            made = type(data)(self._scattered(value, hash) for value in data)
        elif isinstance(data, (range, Iterator)):
            made = [self._scattered(value, hash) for value in data]
        else:
            made = self._scattered(data, hash)
        return _ready(made) if self.asynchronous else made

    def _scattered(self, value: Any, by_content: bool, key: str | None = None) -> Future:
        if isinstance(value, Future):
            return value
        name = key or f"{type(value).__name__}-{tokenize(value) if by_content else uuid.uuid4().hex}"
        known = self._known(name) if key is None else None
        return known or self._start(lambda options, runner: _core.finished_future(value, options), name)


def _from_disk(futures: Any) -> dict[str, Any]:
    """The results of all that went well by key, if some have to be brought to memory: they must fit there together."""
    ended = {future.key: future for future in flat(futures)}
    there = {key: future for key, future in ended.items() if future.status == "finished"}
    if all(future._state.in_memory for future in there.values()):
        return {}
    return dict(zip(there, brought_together(list(there.values())), strict=True))


def _short_name(func: Callable[..., Any]) -> str:
    return function_name(func).rsplit(".", 1)[-1].replace("<lambda>", "lambda")


def _failed(value: Any) -> bool:
    return isinstance(value, Future) and value.status in ("error", "cancelled", "lost")
