"""The same graphs on Dask, two threads: `dask_peer.py threaded|delayed tree|chain|layers REPETITIONS`.

A tenth to a fiftieth as large as ours: a task of Dask's takes so much longer that the cost a task is the same.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Hashable
from typing import Any

import dask
import dask.threaded
from dask import delayed

Adder = Callable[..., Any]
# Adds a task of a number and inputs; answers with what stands for it.
AddTask = Callable[[int, list[Any]], Any]


def add(number: int, *inputs: int) -> int:
    return number + sum(inputs)


def tree(add_task: AddTask) -> Any:
    level = [add_task(i, []) for i in range(10_000)]
    while len(level) > 1:
        pairs = [add_task(0, level[i : i + 2]) for i in range(0, len(level) - 1, 2)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def chain(add_task: AddTask) -> Any:
    last = add_task(0, [])
    for _ in range(9_999):
        last = add_task(1, [last])
    return last


def layers(add_task: AddTask) -> Any:
    choose = random.Random(2026).choice
    before = [add_task(i, []) for i in range(200)]
    for layer in range(1, 100):
        before = [add_task(200 * layer + i, [choose(before), choose(before)]) for i in range(200)]
    return add_task(0, before)


def threaded(build: Callable[[AddTask], Any]) -> tuple[int, int, float, float]:
    began = time.perf_counter()
    graph: dict[Hashable, Any] = {}

    def add_task(number: int, inputs: list[Any]) -> int:
        key = len(graph)
        graph[("add", key)] = (add, number, *(("add", i) for i in inputs))
        return key

    last = build(add_task)
    built = time.perf_counter()
    answer = dask.threaded.get(graph, ("add", last), num_workers=2)
    return len(graph), answer, built - began, time.perf_counter() - built


def with_delayed(build: Callable[[AddTask], Any]) -> tuple[int, int, float, float]:
    began = time.perf_counter()
    count = 0
    lazy = delayed(add, pure=True)

    def add_task(number: int, inputs: list[Any]) -> Any:
        nonlocal count
        count += 1
        return lazy(number, *inputs)

    last = build(add_task)
    built = time.perf_counter()
    answer = dask.compute(last, scheduler="threads", num_workers=2)[0]
    return count, answer, built - began, time.perf_counter() - built


def main() -> None:
    way, case, repetitions = sys.argv[1:]
    run = {"threaded": threaded, "delayed": with_delayed}[way]
    build = {"tree": tree, "chain": chain, "layers": layers}[case]
    figures: dict[str, list[float]] = {"build_ns": [], "run_ns": [], "cpu_ns": []}
    for _ in range(int(repetitions)):
        cpu = time.process_time()
        tasks, answer, build_seconds, run_seconds = run(build)
        for name, seconds in zip(figures, (build_seconds, run_seconds, time.process_time() - cpu), strict=True):
            figures[name].append(seconds * 1e9 / tasks)
    print(json.dumps({"tasks": tasks, "answer": answer} | {n: statistics.median(v) for n, v in figures.items()}))


if __name__ == "__main__":
    main()
