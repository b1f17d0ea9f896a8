"""joblib's ``Parallel``, and with it scikit-learn's searches, on Treadle.

``with joblib.parallel_config(backend="treadle"): ...`` runs calls where computations run: on the workers of the client
in force, or of ``client=``, else on the threads of this process. joblib loads this module when the name is first used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from joblib.parallel import AutoBatchingMixin, ParallelBackendBase, register_parallel_backend

from treadle.default_client import default_client_or_none
from treadle.distributed.client import Client
from treadle.distributed.future import Future


class TreadleBackend(AutoBatchingMixin, ParallelBackendBase):  # type: ignore[misc]
    """Calls in batches, each a future of a client. Batches grow until one takes a while, so tiny calls cost little."""

    supports_retrieve_callback = True
    supports_return_generator = True
    supports_inner_max_num_threads = False
    default_n_jobs = -1

    def __init__(self, client: Any = None, n_jobs: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._given = client
        self._own: Client | None = None
        self._futures: set[Future] = set()

    @property
    def client(self) -> Client:
        """Where calls run: one of its own is made if there is none, and closed with the work."""
        found = self._given or default_client_or_none()
        if found is not None:
            client: Client = found
            return client
        if self._own is None:
            self._own = Client(set_as_default=False)
        return self._own

    @property
    def uses_threads(self) -> bool:
        """Whether calls share this process's memory."""
        return not self.client.cluster.processes

    supports_sharedmem = uses_threads

    def effective_n_jobs(self, n_jobs: int | None) -> int:
        """How many calls run at once; -1: as many as there are threads, -2: one less."""
        if n_jobs == 0:
            raise ValueError("n_jobs == 0 in Parallel has no meaning")
        threads = sum(self.client.nthreads().values())
        if n_jobs is None:
            return threads
        return max(1, threads + 1 + n_jobs) if n_jobs < 0 else min(n_jobs, threads)

    def configure(self, n_jobs: int = 1, parallel: Any = None, **kwargs: Any) -> int:
        """Called before work begins."""
        self.parallel = parallel
        return self.effective_n_jobs(n_jobs)

    def submit(self, func: Callable[[], Any], callback: Callable[[Future], Any] | None = None) -> Future:
        """Starts a batch of calls."""
        future = self.client.submit(func, pure=False)
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        if callback is not None:
            future.add_done_callback(callback)
        return future

    apply_async = submit  # its name before joblib 1.5

    def retrieve_result_callback(self, out: Future) -> Any:
        """The answers of a batch, or what one of its calls raised."""
        return out._get()

    def retrieve_result(self, out: Future, timeout: float | None = None) -> Any:
        """The same, waited for."""
        return out.result(timeout)

    def abort_everything(self, ensure_ready: bool = True) -> None:
        """A call raised: what is under way is given up."""
        for future in list(self._futures):
            future.cancel()
        self._futures.clear()

    def terminate(self) -> None:
        """Called when work has ended."""
        own, self._own = self._own, None
        if own is not None:
            own.close()


register_parallel_backend("treadle", TreadleBackend)
