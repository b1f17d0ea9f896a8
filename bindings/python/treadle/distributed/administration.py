"""What a client does with its workers beside the tasks: functions, files, plugins, fewer or new workers."""

from __future__ import annotations

import importlib
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from treadle.distributed.future import _ready
from treadle.distributed.inspection import Inspection
from treadle.distributed.worker import call_here


class Administration(Inspection):
    """That part of a client."""

    def __init__(self) -> None:
        super().__init__()
        self._plugins: dict[str, Any] = {}

    def run(
        self,
        function: Callable[..., Any],
        *args: Any,
        workers: Any = None,
        wait: bool = True,
        nanny: bool = False,
        on_error: str = "raise",
        **kwargs: Any,
    ) -> Any:
        """Calls a function once for each worker, here: its answers by worker. One that takes ``dask_worker`` gets the
        worker."""
        answers = {}
        known = self.cluster.scheduler.workers
        for address in self._chosen(workers):
            try:
                answers[address] = call_here(function, args, kwargs, dask_worker=known[address])
            except Exception as error:
                if on_error == "raise":
                    raise
                if on_error == "return":
                    answers[address] = error
        return _ready(answers) if self.asynchronous else answers

    def run_on_scheduler(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Calls a function here. One that takes ``dask_scheduler`` gets the scheduler."""
        answer = call_here(function, args, kwargs, dask_scheduler=self.cluster.scheduler)
        return _ready(answer) if self.asynchronous else answer

    def upload_file(self, filename: str, load: bool = True) -> Any:
        """Makes a file of Python importable in tasks: ``.py``, ``.zip``, ``.egg``."""
        path = Path(filename).resolve()
        if not path.exists():
            raise FileNotFoundError(f"upload_file: no file {filename!r}")
        folder = str(path.parent if path.suffix == ".py" else path)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        if load and path.suffix == ".py":
            module = sys.modules.get(path.stem)
            importlib.invalidate_caches()
            importlib.reload(module) if module is not None else importlib.import_module(path.stem)
        answers = {address: {"status": "OK"} for address in self.cluster.workers.values()}
        return _ready(answers) if self.asynchronous else answers

    def register_plugin(self, plugin: Any, name: str | None = None) -> dict[str, Any]:
        """Calls a plugin's ``setup()`` with each worker, or ``start()`` with the scheduler; its ``teardown()`` or
        ``close()`` when the client closes."""
        called = name or getattr(plugin, "name", None) or f"{type(plugin).__name__}-{uuid.uuid4().hex}"
        self._plugins[called] = plugin
        self._call_hooks(plugin, "setup", "start")
        return {"status": "OK"}

    def register_worker_callbacks(self, setup: Callable[[], Any] | None = None) -> Any:
        """Calls a function once for each worker."""
        return self.run(setup) if setup is not None else {}

    def unregister_worker_plugin(self, name: str, nanny: Any = None) -> dict[str, Any]:
        plugin = self._plugins.pop(name, None)
        if plugin is None:
            raise ValueError(f"The worker plugin {name} does not exist")
        self._call_hooks(plugin, "teardown", "close")
        return {"status": "OK"}

    unregister_scheduler_plugin = unregister_worker_plugin

    def restart_workers(self, workers: Any, timeout: Any = None, raise_for_error: bool = True) -> Any:
        """New worker processes in the places of these; threads go on as they are."""
        chosen = self._chosen(workers)
        if self.cluster._workers is not None:
            self.cluster._workers.close()
        answers = dict.fromkeys(chosen, "OK")
        return _ready(answers) if self.asynchronous else answers

    def retire_workers(self, workers: Any = None, close_workers: bool = True, **kwargs: Any) -> Any:
        """Fewer workers: those that are named go, all but the last one if none is."""
        known = list(self.cluster.workers.values())
        gone = known[1:] if workers is None else self._chosen(workers)
        self.cluster.scale_down(gone)
        answers = {address: {"status": "OK"} for address in gone}
        return _ready(answers) if self.asynchronous else answers

    def _call_hooks(self, plugin: Any, of_worker: str, of_scheduler: str) -> None:
        """Calls the hook of a worker's plugin for each, or that of a scheduler's."""
        if hasattr(plugin, of_worker):
            for worker in self.cluster.worker_objects():
                call_here(getattr(plugin, of_worker), (worker,), {})
        elif hasattr(plugin, of_scheduler):
            known = (self.cluster.scheduler,) if of_scheduler == "start" else ()
            call_here(getattr(plugin, of_scheduler), known, {})
