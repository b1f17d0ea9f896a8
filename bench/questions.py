#!/usr/bin/env python3
"""Measures the problems that ask several questions of the same data, against the peers, in one run.

    bench/questions.py {groupby,join,tpch,out_of_core} [--rows N] [--scale S] [--repetitions 3] [--programs duckdb,...]

One process a program and repetition answers all questions in order (out_of_core: one process a question, with its peak
memory); in each repetition all programs take their turn. Row counts and sums, or first rows, are compared before
anything is printed. Data is made on first use, in data/bench.
"""

from __future__ import annotations

import argparse
import math
import statistics
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field

from main_job import BENCH, DATA, PEERS, RELEASE, ROOT, circumstances
from measure import ProgramFailed, measure

Value = float | str


@dataclass
class Program:
    """Seconds by question, one of each repetition, and the answers of the first."""

    name: str
    command: list[str]
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, list[Value]] = field(default_factory=dict)
    peak_bytes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    cpu_seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def median(self, question: str) -> float:
        return statistics.median(self.seconds[question])


def value_of(text: str) -> Value:
    """Numbers as such, so that 1.50 is 1.5, also those that a text spells; other texts without their quotes."""
    bare = text.strip('"')
    try:
        return float(bare)
    except ValueError:
        return bare


def read_lines(program: Program, output: str) -> list[str]:
    questions = []
    for line in output.splitlines():
        question, seconds, *values = line.split("\t")
        program.seconds[question].append(float(seconds))
        program.answers.setdefault(question, [value_of(value) for value in values])
        questions.append(question)
    return questions


def run_once(program: Program, questions: list[str]) -> None:
    """All questions in a process, or, where they are given, a process for each."""
    cpu_seconds = 0.0
    for question in questions or [""]:
        if question and any(failure.startswith(question) for failure in program.failures):
            continue
        command = program.command + ([question] if question else [])
        try:
            measured = measure(command, ROOT, limit_seconds=600)
        except ProgramFailed as failure:
            text = str(failure).strip()
            program.failures.append(f"{question} {text.splitlines()[0]}: {text.splitlines()[-1]}".strip())
            print(f"{program.name}: {failure}", file=sys.stderr)
            continue
        cpu_seconds += measured.cpu_seconds
        for answered in read_lines(program, measured.output):
            program.peak_bytes[answered] = max(program.peak_bytes[answered], measured.peak_bytes)
    program.cpu_seconds.append(cpu_seconds)
    total = sum(seconds[-1] for seconds in program.seconds.values())
    print(f"{program.name}: {total:.3f} s for {len(program.seconds)} questions", file=sys.stderr)


def same(left: Value, right: Value) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-6) or (math.isnan(left) and math.isnan(right))
    return left == right


def check_answers(programs: list[Program]) -> None:
    for question in {q for program in programs for q in program.answers}:
        answered = [program for program in programs if question in program.answers]
        reference = answered[-1].answers[question]
        for program in answered:
            answer = program.answers[question]
            if len(answer) != len(reference) or not all(map(same, answer, reference)):
                sys.exit(f"{question}: {program.name} answers {answer}, {answered[-1].name} {reference}")


def cell(program: Program, ours: Program, question: str) -> str:
    if question not in program.answers:
        return "-"
    if program is ours or question not in ours.answers:
        return f"{program.median(question):.3f}"
    return f"{program.median(question):.3f} ({program.median(question) / ours.median(question):.2f}x)"


def table(programs: list[Program]) -> str:
    """Markdown: a row a question, the peers' times as such and as a ratio to ours (above 1: we are faster)."""
    ours = programs[0]
    questions = sorted({q for program in programs for q in program.answers}, key=lambda q: (len(q), q))
    lines = ["| question | " + " | ".join(program.name for program in programs) + " |"]
    lines.append("|---" * (1 + len(programs)) + "|")
    lines += ["| " + " | ".join([q, *(cell(p, ours, q) for p in programs)]) + " |" for q in questions]
    common = [q for q in questions if all(q in program.answers for program in programs)]
    totals = [sum(program.median(q) for q in common) for program in programs]
    sums = [f"{totals[0]:.3f}", *(f"{total:.3f} ({total / totals[0]:.2f}x)" for total in totals[1:])]
    lines.append(f"| {len(common)} that all answer | " + " | ".join(sums) + " |")
    processor = [statistics.median(program.cpu_seconds) for program in programs]
    processor_cells = [f"{seconds:.2f} ({seconds / processor[0]:.2f}x)" for seconds in processor]
    lines.append("| CPU s, reading the data included | " + " | ".join(processor_cells) + " |")
    peaks = [f"{max(program.peak_bytes.values(), default=0) / 1e6:.0f}" for program in programs]
    lines.append("| peak MB | " + " | ".join(peaks) + " |")
    lines += [f"\n{program.name}: {failure}" for program in programs for failure in program.failures]
    return "\n".join(lines)


def programs_of(problem: str, *arguments: str) -> list[Program]:
    def peer(name: str) -> list[str]:
        return [str(PEERS), str(BENCH / problem / f"{name}_peer.py"), *arguments]

    return [
        Program("treadle", [str(RELEASE / "bench" / problem), *arguments]),
        Program("duckdb", peer("duckdb")),
        Program("polars", [*peer("polars"), "in-memory"]),
        Program("polars streaming", [*peer("polars"), "streaming"]),
        Program("dask", peer("dask")),
    ]


def generated(problem: str, size: float) -> str:
    """The folder with the problem's data. Made by another process: this one stays small (see measure.py)."""
    folder = DATA / f"{problem}_{size:.15g}"
    subprocess.run([str(PEERS), str(BENCH / "generate_tables.py"), problem, str(folder), f"{size:.15g}"], check=True)
    return str(folder)


def programs(options: argparse.Namespace) -> list[Program]:
    if options.problem == "tpch":
        return programs_of("tpch", generated("tpch", options.scale), str(BENCH / "tpch"))[:-1]  # Dask has no SQL
    folder = generated(options.problem, options.rows)
    if options.problem != "out_of_core":
        return programs_of(options.problem, folder)
    treadle, duckdb, polars, streaming, dask = programs_of("out_of_core", folder, str(options.megabytes))
    # Without its budget Polars has no limit: it is measured for the time that memory can buy.
    return [treadle, duckdb, streaming, Program("polars budget", [*polars.command[:-1], "budget"]), dask]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem", choices=["groupby", "join", "tpch", "out_of_core"])
    parser.add_argument("--rows", type=int, help="10,000,000; out_of_core 8,000,000 (its full size is 80,000,000)")
    parser.add_argument("--scale", type=float, default=1, help="TPC-H's scale factor")
    parser.add_argument("--megabytes", type=int, default=250, help="out_of_core: memory limit (full size: 1000)")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--programs", help="treadle and these peers only, such as duckdb,polars")
    options = parser.parse_args()
    if options.rows is None:
        options.rows = 8_000_000 if options.problem == "out_of_core" else 10_000_000
    measured = programs(options)
    if options.programs:
        measured = [p for p in measured if p.name in {"treadle", *options.programs.split(",")}]
    questions = ["groupby", "join", "sort"] if options.problem == "out_of_core" else []
    for _ in range(options.repetitions):
        for program in measured:
            run_once(program, questions)
    check_answers(measured)
    print(circumstances(options.repetitions))
    print(table(measured))


if __name__ == "__main__":
    main()
