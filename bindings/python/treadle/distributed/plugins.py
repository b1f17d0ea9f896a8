"""Base classes of plugins: what a client calls when it opens and closes them."""

from __future__ import annotations

from typing import Any


class WorkerPlugin:
    """``client.register_plugin(plugin)`` calls ``setup()`` with each worker; unregistering it, or closing the client,
    ``teardown()``."""

    name: str | None = None

    def setup(self, worker: Any) -> Any:
        """The plugin is in force; ``worker``: what get_worker() answers with in its tasks."""

    def teardown(self, worker: Any) -> Any:
        """It is no more."""


class NannyPlugin(WorkerPlugin):
    """The same: worker processes have no others that watch them."""


class SchedulerPlugin:
    """``start()`` when it is registered, ``close()`` when the client closes. Transitions of tasks are not told."""

    name: str | None = None

    async def start(self, scheduler: Any) -> Any:
        """The plugin is in force."""

    async def close(self) -> Any:
        """It is no more."""
