#!/usr/bin/env python3
"""Measures what bags are for against the peers: words of 608 MB of text, and the mean of filtered JSON lines.

    bench/bags.py [--repetitions 3] [--problems words,json]

As bench/main_job.py: fresh processes, all programs taking turns, answers compared. The table goes to standard output.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from main_job import BENCH, PEERS, RELEASE, ROOT, Contender
from measure import ProgramFailed, measure

DATA = ROOT / "data" / "bench" / "bags"


def contenders(problem: str) -> list[Contender]:
    folder = BENCH / problem
    pattern = str(DATA / problem / ("*.txt" if problem == "words" else "*.json"))
    found = [
        Contender("**treadle**", [str(RELEASE / "bench" / problem), pattern]),
        Contender("treadle in Python", [sys.executable, str(folder / "treadle_python.py"), pattern]),
    ]
    if problem == "words":
        files = sorted(str(path) for path in (DATA / problem).iterdir())
        found.append(Contender("plain C++ loop", [str(RELEASE / "bench" / "words_plain"), *files]))
    for peer in ("duckdb", "polars", "dask"):
        found.append(Contender(peer, [str(PEERS), str(folder / f"{peer}_peer.py"), pattern]))
    return found


def answer(output: str) -> list[tuple[str, float]]:
    lines = [line.rpartition(" ") for line in output.splitlines()]
    return sorted((word, round(float(number), 6)) for word, _, number in lines)


def run(problem: str, repetitions: int) -> str:
    all_of_them = contenders(problem)
    answers: dict[str, list[tuple[str, float]]] = {}
    for _ in range(repetitions):
        for one in all_of_them:
            if one.failure:
                continue
            try:
                measured = measure(one.command, ROOT)
            except ProgramFailed as error:
                one.failure = str(error).splitlines()[0]
                continue
            one.measurements.append(measured)
            answers[one.name] = answer(measured.output)
    expected = answers["**treadle**"]
    lines = [f"### {problem}", "", "| program | s | spread | peak MB | time to ours |", "|---|---|---|---|---|"]
    for one in all_of_them:
        if one.failure:
            lines.append(f"| {one.name} | {one.failure} | | | |")
            continue
        if answers[one.name] != expected:
            raise SystemExit(f"{one.name} answers {answers[one.name]}, not {expected}")
        ratio = one.seconds / all_of_them[0].seconds
        lines.append(f"| {one.name} | {one.seconds:.3f} | {one.spread:.0%} | {one.peak_megabytes:.0f} | {ratio:.1f}x |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--problems", default="words,json")
    arguments = parser.parse_args()
    subprocess.run([sys.executable, str(BENCH / "words" / "generate.py"), str(DATA)], check=True)
    print(f"load {os.getloadavg()[0]:.1f}; medians of {arguments.repetitions}\n")
    for problem in arguments.problems.split(","):
        print(run(problem, arguments.repetitions) + "\n")


if __name__ == "__main__":
    main()
