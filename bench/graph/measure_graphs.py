#!/usr/bin/env python3
"""Measures what a task costs, ours and the peers', and writes the table of bench/graph/README.md.

    bench/graph/measure_graphs.py [--rounds 3] [--repetitions 5] [--write]

All programs take their turn, several rounds; answers are compared first. Processor time is what the whole process used,
all threads: it says more than the clock on a machine that others use, too.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = ROOT / "build" / "release" / "bench"
PEERS = ROOT / ".venv-bench" / "bin" / "python"
README = Path(__file__).resolve().parent / "README.md"
RESULTS = "## Results"
CASES = {
    "tree": "100,000 tasks and a tree of sums",
    "chain": "a chain of 10,000",
    "layers": "100 random layers, 1,000,000 tasks",
}
# What the sums come to; the random layers of Dask have other edges.
ANSWERS = {("tree", 199_999): 4_999_950_000, ("tree", 19_999): 49_995_000, ("chain", 10_000): 9_999}


@dataclass
class Contender:
    name: str
    command: list[str]
    rounds: list[dict[str, float]] = field(default_factory=list)

    def median(self, figure: str) -> float:
        return statistics.median(r[figure] for r in self.rounds)


def contenders(case: str) -> list[Contender]:
    tbb, dask = str(PROGRAMS / "graph_tbb"), str(Path(__file__).resolve().parent / "dask_peer.py")
    found = [Contender("treadle", [str(PROGRAMS / "graph_treadle"), case])]
    found.append(Contender("treadle, recorded", [str(PROGRAMS / "graph_treadle"), f"recorded:{case}"]))
    if Path(tbb).exists():
        found.append(Contender("oneTBB flow graph", [tbb, f"flow:{case}"]))
        if case != "layers":
            found.append(Contender("oneTBB task_group", [tbb, f"group:{case}"]))
    taskflow = PROGRAMS / "graph_taskflow"
    if taskflow.exists():
        found.append(Contender("Taskflow", [str(taskflow), case]))
    if PEERS.exists():
        found.append(Contender("Dask threaded", [str(PEERS), dask, "threaded", case]))
        found.append(Contender("dask.delayed", [str(PEERS), dask, "delayed", case]))
    return found


def measure(case: str, rounds: int, repetitions: int) -> list[Contender]:
    found = contenders(case)
    for _ in range(rounds):
        for contender in found:
            count = 1 if "dask" in contender.name.lower() else repetitions
            ran = subprocess.run([*contender.command, str(count)], capture_output=True, text=True, check=True)
            answer = json.loads(ran.stdout)
            expected = ANSWERS.get((case, answer["tasks"]), answer["answer"])
            if answer["answer"] != expected:
                sys.exit(f"{case}: {contender.name} answers {answer['answer']}, expected {expected}")
            contender.rounds.append(answer)
            print(f"{case}: {contender.name}: {ran.stdout.strip()}", file=sys.stderr)
    in_full = {c.rounds[0]["answer"] for c in found if c.rounds[0]["tasks"] == found[0].rounds[0]["tasks"]}
    if len(in_full) != 1:
        sys.exit(f"{case}: the answers differ: {in_full}")
    return found


def table(case: str, measured: list[Contender]) -> str:
    ours = measured[0].median("cpu_ns")
    lines = [
        f"### {CASES[case]}",
        "",
        "| program | tasks | build ns a task | run ns a task | processor ns a task | processor time to ours |",
        "|---|---|---|---|---|---|",
    ]
    for c in sorted(measured, key=lambda c: c.median("cpu_ns")):
        name = f"**{c.name}**" if c is measured[0] else c.name
        figures = " | ".join(f"{c.median(n):,.0f}" for n in ("build_ns", "run_ns", "cpu_ns"))
        lines.append(f"| {name} | {c.rounds[0]['tasks']:,} | {figures} | {c.median('cpu_ns') / ours:.1f}x |")
    return "\n".join(lines) + "\n"


def version_of(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def taskflow_version() -> str:
    cache = (ROOT / "build" / "release" / "CMakeCache.txt").read_text()
    folder = re.search(r"TASKFLOW_INCLUDE_DIR:\w+=(.*)", cache)
    header = Path(folder[1]) / "taskflow" / "taskflow.hpp" if folder else None
    number = re.search(r"#define TF_VERSION (\d+)", header.read_text()) if header else None
    if number is None:
        return "of unknown version"
    version = int(number[1])
    return f"{version // 100000}.{version // 100 % 1000}.{version % 100}"


def circumstances(rounds: int, repetitions: int) -> str:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    commit = version_of(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"])
    versions = [f"Treadle at {commit}"]
    if (PROGRAMS / "graph_tbb").exists():
        versions.append("oneTBB " + version_of(["dpkg-query", "-W", "-f", "${Version}", "libtbb-dev"]))
    if (PROGRAMS / "graph_taskflow").exists():
        versions.append("Taskflow " + taskflow_version())
    if PEERS.exists():
        versions.append("Dask " + version_of([str(PEERS), "-c", "import dask; print(dask.__version__)"]))
    return (
        f"{model[1] if model else 'unknown processor'}, {os.cpu_count()} cores, load {os.getloadavg()[1]:.1f} while "
        f"measuring; two threads each; medians of {rounds} rounds, of {repetitions} repetitions each (Dask: one); "
        f"{time.strftime('%Y-%m-%d', time.gmtime())}; {', '.join(versions)}.\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    arguments = parser.parse_args()
    tables = [table(case, measure(case, arguments.rounds, arguments.repetitions)) for case in CASES]
    text = "\n".join([circumstances(arguments.rounds, arguments.repetitions), *tables])
    print(text)
    if arguments.write:
        head, _ = README.read_text().split(RESULTS, 1)
        README.write_text(f"{head}{RESULTS}\n\n{text}")


if __name__ == "__main__":
    main()
