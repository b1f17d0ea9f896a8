"""Workers on this machine: groups of the engine's threads."""

from __future__ import annotations

import difflib
import itertools
import os
import threading
from typing import Any

import treadle.config
from treadle import _core
from treadle.distributed.closing import Closing
from treadle.distributed.demands import Supplies, checked_resources
from treadle.distributed.sharing import Sharing
from treadle.distributed.worker import Scheduler, Worker
from treadle.errors import InvalidArgument
from treadle.scheduling import Runner, num_cpus

_numbers = itertools.count(1)


# Arguments of Dask's cluster, of its scheduler and of its workers that say nothing to threads of one process.
_PASSED_OVER = frozenset(
    """
    blocked_handlers contact_address dashboard_address data death_timeout diagnostics_port env
    heartbeat_interval host interface ip lifetime lifetime_restart lifetime_stagger listen_address
    loop nanny port preload preload_argv preload_nanny preload_nanny_argv protocol
    scheduler_kwargs scheduler_port scheduler_sync_interval security service_kwargs services shutdown_on_exit
    silence_logs start timeout transfer_limit worker_class worker_dashboard_address worker_port
    worker_services
    """.split()  # noqa: SIM905
)

_KNOWN = (
    "name", "n_workers", "threads_per_worker", "processes", "memory_limit", "local_directory", "resources",
    "asynchronous",
)  # fmt: skip


class LocalCluster(Closing):
    """``n_workers`` workers of ``threads_per_worker`` threads each, and what they share.

    ``memory_limit`` is what each worker may hold, ``local_directory`` where results go that do not fit;
    ``processes=True`` has Python functions run in ``n_workers`` worker processes, ``resources={"GPU": 1}`` is what each
    worker has for calls that ask for it. Addresses, protocols and dashboards
    of Dask's are passed over: there is one process.
    """

    dashboard_link: None = None

    def __init__(
        self,
        name: str | None = None,
        n_workers: int | None = None,
        threads_per_worker: int | None = None,
        processes: bool | None = None,
        memory_limit: Any = "auto",
        local_directory: str | os.PathLike[str] | None = None,
        resources: dict[str, float] | None = None,
        asynchronous: bool = False,
        **others: Any,
    ) -> None:
        _check_names(others)
        if others.get("security") is not None:
            raise InvalidArgument(
                "LocalCluster: security: expected None, as nothing leaves this process; found a "
                f"{type(others['security']).__name__}"
            )
        _check_port(others.get("scheduler_port", 0), others.get("dashboard_address"))
        for what, value in (("n_workers", n_workers), ("threads_per_worker", threads_per_worker)):
            if value is not None and (not isinstance(value, int) or value < (what == "threads_per_worker")):
                raise InvalidArgument(f"{what}: expected a number of at least 1, found {value!r}")
        self.name = name or f"treadle-{next(_numbers)}"
        self.asynchronous = asynchronous
        self.processes = bool(processes)
        if n_workers is None:
            n_workers = (
                max(1, num_cpus() // threads_per_worker) if threads_per_worker else num_cpus() if processes else 1
            )
        self.threads_per_worker = threads_per_worker or max(1, num_cpus() // max(1, n_workers))
        self._memory_limit = _memory_limit(memory_limit)
        self._local_directory = "" if local_directory is None else os.fspath(local_directory)
        self.supplies = Supplies(self, checked_resources(resources, "LocalCluster"))
        self._lock = threading.Lock()
        self._clients: list[Any] = []
        self._known_workers: list[Worker] = []
        self.shared: dict[tuple[str, str], Any] = {}  # named locks, events, queues ... of this cluster
        self._sharing = Sharing(self.shared) if self.processes else None
        self.status = "running"
        self._open(max(1, n_workers))

    def _open(self, n_workers: int) -> None:
        from treadle.processes import Workers

        self._n_workers = n_workers
        self._engine: _core.Engine | None = _core.Engine(n_workers * self.threads_per_worker)
        self._workers = None if self._sharing is None else Workers(n_workers, self._sharing.home)

    @property
    def scheduler_address(self) -> str:
        """``inproc://`` and the name: there is nothing to connect to from elsewhere."""
        return f"inproc://{self.name}"

    @property
    def workers(self) -> dict[int, str]:
        """The workers' addresses by number."""
        return {i: f"{self.scheduler_address}/{i}" for i in range(self._n_workers)}

    def worker_objects(self) -> list[Worker]:
        """What plugins and tasks know of the workers, by number."""
        with self._lock:
            known = self._known_workers
            known[self._n_workers :] = []
            known.extend(Worker(self, number) for number in range(len(known), self._n_workers))
            return list(known)

    @property
    def scheduler(self) -> Scheduler:
        """What there is to know of the engine: its address, its workers."""
        return Scheduler(self)

    def worker_of(self, place: int) -> int:
        """The worker that the thread of this number counts to."""
        return place // self.threads_per_worker % self._n_workers

    @property
    def nthreads(self) -> dict[str, int]:
        return dict.fromkeys(self.workers.values(), self.threads_per_worker)

    @property
    def scheduler_info(self) -> dict[str, Any]:
        """What the scheduler knows of itself and of its workers."""
        limit = self._memory_limit or _core.memory_limit() // self._n_workers
        return {
            "type": "Scheduler",
            "id": f"Scheduler-{self.name}",
            "address": self.scheduler_address,
            "services": {},
            "workers": {
                address: {
                    "type": "Worker",
                    "id": number,
                    "name": number,
                    "host": "127.0.0.1",
                    "nthreads": self.threads_per_worker,
                    "memory_limit": limit,
                }
                for number, address in self.workers.items()
            },
        }

    def compute_options(
        self, settings: dict[str, Any], observer: _core.RunObserver | None = None
    ) -> tuple[_core.ComputeOptions, Runner | None]:
        """How work runs here, and what observes it. InvalidArgument once it is closed."""
        if self._engine is None:
            raise InvalidArgument(f"the cluster {self.name} is closed")
        limit = None if self._memory_limit is None else self._memory_limit * self._n_workers
        options = _core.ComputeOptions(
            engine=self._engine,
            num_workers=settings.get("most_at_once") or self._n_workers * self.threads_per_worker,
            memory_limit=limit,
            working_memory=None if limit else _bytes(settings.get("working_memory")),
            spill_directory=settings.get("spill_directory")
            or self._local_directory
            or treadle.config.get("spill_directory", ""),
            optimize=settings.get("optimize") is not False,
            observer=observer,
            retries=settings.get("retries") or 0,
        )
        return options, self._workers

    def inside_task(self) -> bool:
        return self._engine is not None and self._engine.inside_task

    def scale(self, n: int = 0, memory: Any = None, cores: int | None = None) -> None:
        """Has so many workers from now on; what is under way ends where it is."""
        wanted = -(-cores // self.threads_per_worker) if cores else n
        self._check_open()
        if wanted < 1:
            raise InvalidArgument(f"scale: expected at least one worker, found {wanted}")
        if wanted != self._n_workers:
            self._open(wanted)

    scale_up = scale

    def scale_down(self, workers: Any) -> None:
        """Fewer workers: those that are named go."""
        gone = len(list(workers))
        self.scale(max(1, self._n_workers - gone))

    def adapt(self, *, minimum: int = 0, maximum: Any = None, **kwargs: Any) -> LocalCluster:
        """As many workers as may be wanted: threads that have nothing to do cost nothing."""
        if isinstance(maximum, int) and maximum >= 1:
            self.scale(maximum)
        return self

    def wait_for_workers(self, n_workers: int, timeout: Any = None) -> None:
        """TimeoutError if there are not so many."""
        self._check_open()
        if n_workers > self._n_workers:
            raise TimeoutError(f"only {self._n_workers} of {n_workers} workers are there; scale({n_workers}) adds some")

    def get_client(self) -> Any:
        from treadle.distributed.client import Client

        return Client(self)

    def get_logs(self, cluster: bool = True, scheduler: bool = True, workers: bool = True) -> dict[str, str]:
        """Nothing is logged: errors are raised."""
        return {"Cluster": "", "Scheduler": "", **dict.fromkeys(self.workers.values(), "")}

    def _check_open(self) -> None:
        if self.status != "running":
            raise InvalidArgument(f"the cluster {self.name} is closed")

    def restart(self) -> None:
        """New workers; what was under way is given up."""
        self._check_open()
        if self._workers is not None:
            self._workers.close()
        self._open(self._n_workers)

    def close(self, timeout: Any = None) -> Any:
        """Ends the threads and processes; futures that are pending are lost."""
        from treadle.distributed.future import _ready

        if self.status == "running":
            self.status = "closed"
            for client in list(self._clients):
                client._forget()
            if self._engine is not None:
                engine, self._engine = self._engine, None
                if not engine.inside_task:
                    engine.close()
            if self._workers is not None:
                self._workers.close()
            if self._sharing is not None:
                self._sharing.close()
        return _ready(None) if self.asynchronous else None

    def __await__(self) -> Any:
        async def me() -> LocalCluster:
            return self

        return me().__await__()

    def __repr__(self) -> str:
        threads = self._n_workers * self.threads_per_worker
        return f"LocalCluster({self.name!r}, workers={self._n_workers}, threads={threads}, status={self.status!r})"

    def _repr_html_(self) -> str:
        from treadle.distributed.show import cluster_html

        return cluster_html(self)


def _bytes(value: Any) -> int | None:
    return None if value is None else treadle.config.parse_bytes(value)


def _memory_limit(limit: Any) -> int | None:
    """Bytes a worker; None: as much as the process may have."""
    if limit is None or limit == "auto" or limit == 0:
        return None
    try:
        in_percent = isinstance(limit, str) and limit.endswith("%")
        share = float(limit[:-1]) / 100 if in_percent else limit
        if isinstance(share, float) and 0 < share <= 1:
            found = int(share * _core.machine_memory())
        elif in_percent:
            found = -1
        else:
            found = treadle.config.parse_bytes(int(share) if isinstance(share, float) else share)
    except (ValueError, TypeError, AttributeError, OverflowError):
        found = -1
    if found < 0:
        raise InvalidArgument(
            'memory_limit: expected bytes of a worker such as "2GB", a share of the machine\'s memory such as 0.5, '
            f'"auto" or None, found {limit!r}'
        )
    return found or None


def _check_names(arguments: dict[str, Any]) -> None:
    for name in arguments.keys() - _PASSED_OVER:
        known = (*_PASSED_OVER, *_KNOWN)
        nearest = difflib.get_close_matches(name, known, 1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise TypeError(f"LocalCluster() got an unexpected keyword argument {name!r}{hint}")


def _check_port(*addresses: Any) -> None:
    """A port that was asked for by number must be free, though nothing listens there yet."""
    import socket

    for address in addresses:
        text = str(address or "").rsplit(":", 1)[-1]
        port = int(text) if text.isdigit() else 0
        if port == 0 or port == 8787:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise OSError(error.errno, f"port {port} is taken: {error.strerror}") from None
