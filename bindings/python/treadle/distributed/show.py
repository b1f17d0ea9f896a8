"""What a notebook shows of clients, clusters and futures."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from treadle.config import bytes_text

if TYPE_CHECKING:
    from treadle.distributed.client import Client
    from treadle.distributed.cluster import LocalCluster
    from treadle.distributed.future import Future


def client_html(client: Client) -> str:
    """Its name and state, and its cluster."""
    rows = {
        "Connection method": "Cluster object",
        "Cluster type": f"distributed.{type(client.cluster).__name__}",
        "Dashboard": client.dashboard_link or "none",
        "Status": client.status,
    }
    inner = cluster_html(client.cluster) if client.status == "running" else ""
    return _card(client.id, rows) + _folded("Cluster info", inner)


def cluster_html(cluster: LocalCluster) -> str:
    """Workers, threads and memory; a line for each worker behind a fold."""
    workers = cluster.scheduler_info["workers"]
    threads = sum(worker["nthreads"] for worker in workers.values())
    limits = [worker["memory_limit"] for worker in workers.values()]
    rows = {
        "Dashboard": cluster.dashboard_link or "none",
        "Workers": len(workers),
        "Total threads": threads,
        "Total memory": bytes_text(sum(limits)),
        "Status": cluster.status,
        "Using processes": cluster.processes,
    }
    listed = "".join(
        _table({"Worker": address, "Threads": worker["nthreads"], "Memory": bytes_text(worker["memory_limit"])})
        for address, worker in workers.items()
    )
    return _card(f"LocalCluster {cluster.name}", rows) + _folded("Workers", listed)


def future_html(future: Future) -> str:
    """Its state, the type of its result, its key."""
    rows = {"status": future.status, "type": _name_of_type(future.type), "key": future.key}
    said = ", ".join(f"<b>{name}:</b> {escape(value)}" for name, value in rows.items() if value)
    return f"<b>Future: {escape(future.key.rpartition('-')[0] or future.key)}</b> <span>{said}</span>"


def _name_of_type(kind: Any) -> str:
    return "" if kind is None else f"{kind.__module__}.{kind.__qualname__}"


def _card(title: str, rows: dict[str, Any]) -> str:
    return f"<div><h3 style='margin:0'>{escape(title)}</h3>{_table(rows)}</div>"


def _table(rows: dict[str, Any]) -> str:
    cells = "".join(
        f"<tr><th style='text-align:left'>{escape(name)}</th><td>{escape(str(value))}</td></tr>"
        for name, value in rows.items()
    )
    return f"<table>{cells}</table>"


def _folded(title: str, inner: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{inner}</details>" if inner else ""
