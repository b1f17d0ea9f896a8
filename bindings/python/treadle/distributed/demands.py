"""What calls demand of workers: some of them by name, and resources, which are numbers that a cluster was told.

A call with a demand is made once a worker has all of it, and holds it meanwhile. Workers share their memory, and any
thread may make a call: what a demand means is how many calls that share it are under way at once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

from treadle.errors import InvalidArgument

if TYPE_CHECKING:
    from treadle.distributed.cluster import LocalCluster


class Demand(NamedTuple):
    workers: tuple[int, ...]  # any of these; of all if there are none
    resources: tuple[tuple[str, float], ...]


def checked_resources(resources: Any, where: str) -> dict[str, float]:
    """Names and amounts. InvalidArgument for anything else."""
    if resources is None:
        return {}
    if not isinstance(resources, dict) or not all(_is_resource(*item) for item in resources.items()):
        raise InvalidArgument(
            f'{where}: resources: expected names and amounts such as {{"GPU": 1}}, found {resources!r}'
        )
    return {name: float(amount) for name, amount in resources.items()}


def _is_resource(name: Any, amount: Any) -> bool:
    return isinstance(name, str) and isinstance(amount, Real) and not isinstance(amount, bool) and float(amount) >= 0


class Supplies:
    """What the workers of a cluster have left for calls with demands. Thread-safe."""

    def __init__(self, cluster: LocalCluster, resources: dict[str, float]) -> None:
        self._cluster = cluster
        self._resources = resources  # of each worker
        self._taken: list[tuple[int, Demand]] = []
        self._changed = threading.Condition()

    def most_at_once(self, demand: Demand) -> int:
        """How many calls with this demand may be under way at once; 0: the cluster never has it."""
        most = float(self._cluster.threads_per_worker)
        for name, amount in demand.resources:
            if amount:
                most = min(most, self._resources.get(name, 0) // amount)
        return int(most) * len(self._workers(demand))

    def describe(self) -> str:
        """What each worker has, for messages."""
        return f"{self._cluster._n_workers} workers with {self._resources or 'no resources'} each"

    @contextmanager
    def taken(self, demand: Demand) -> Iterator[int]:
        """Waits for a worker that has all, which is its number."""
        with self._changed:
            while (number := self._free_worker(demand)) is None:
                self._changed.wait()
            taken = number, demand
            self._taken.append(taken)
        try:
            yield number
        finally:
            with self._changed:
                self._taken.remove(taken)
                self._changed.notify_all()

    def _workers(self, demand: Demand) -> list[int]:
        numbers = range(self._cluster._n_workers)
        return [number for number in demand.workers if number in numbers] if demand.workers else list(numbers)

    def _free_worker(self, demand: Demand) -> int | None:
        # Workers that are gone by now: whichever is there.
        for number in self._workers(demand) or [0]:
            under_way = [one for worker, one in self._taken if worker == number]
            if len(under_way) >= self._cluster.threads_per_worker:
                continue
            left = dict(self._resources)
            for one in under_way:
                for name, amount in one.resources:
                    left[name] -= amount
            if all(left.get(name, 0) >= amount for name, amount in demand.resources):
                return number
        return None
