#!/usr/bin/env python3
"""Measures the main job against its peers and prints the tables of bench/README.md.

    bench/main_job.py [--repetitions 5] [--problems csv_groupby,...] [--large] [--write]

Every measurement is a fresh process; in each repetition all programs take their turn, so whatever disturbs the machine
disturbs all of them. Answers are compared before anything is reported.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from measure import Measurement, ProgramFailed, measure

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
DATA = ROOT / "data" / "bench"
PEERS = ROOT / ".venv-bench" / "bin" / "python"
if not PEERS.exists():
    PEERS = Path(sys.executable)
RELEASE = ROOT / "build" / "release"
# In bench/README.md: what follows is written by write_results().
RESULTS = "## Results"


@dataclass
class Contender:
    """One program on one problem."""

    name: str
    command: list[str]
    measurements: list[Measurement] = field(default_factory=list)
    failure: str | None = None

    @property
    def seconds(self) -> float:
        return statistics.median(m.seconds for m in self.measurements)

    @property
    def peak_megabytes(self) -> float:
        return statistics.median(m.peak_bytes for m in self.measurements) / 1e6

    @property
    def spread(self) -> float:
        times = [m.seconds for m in self.measurements]
        return (max(times) - min(times)) / self.seconds


@dataclass
class Problem:
    name: str
    title: str
    contenders: list[Contender]
    # What must be the same for everyone, from a program's output.
    answer_of: Callable[[str], object]
    before_each: Callable[[], None] = lambda: None
    # Read instead of the output where the answer is on disk.
    check_command: list[str] | None = None


def peer(problem: str, name: str, *arguments: str) -> list[str]:
    return [str(PEERS), str(BENCH / problem / f"{name}_peer.py"), *arguments]


def treadle_job(problem: str, source: str, target: str = "") -> list[str]:
    """The committed job with this run's paths in it."""
    job = (BENCH / problem / "job.json").read_text().replace("SOURCE", source).replace("TARGET", target)
    path = DATA / f"{problem}.json"
    path.write_text(job)
    return [str(RELEASE / "treadle"), "run", str(path), "--threads", "2"]


def from_python(problem: str, *arguments: str) -> list[str]:
    """The same from Python, start and imports included, by the package as it is built."""
    package = DATA / "package"
    install = ["cmake", "--install", str(RELEASE), "--component", "python", "--prefix", str(package)]
    subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
    script = str(BENCH / problem / "treadle_python.py")
    return ["env", f"PYTHONPATH={package}", str(ROOT / ".venv" / "bin" / "python"), script, *arguments]


def groups_of(output: str) -> object:
    """[[category, count, mean], ...] from a peer's line, or from the table in Treadle's JSON object."""
    answer = json.loads(output)
    if isinstance(answer, dict):
        answer = sorted(answer["sinks"][0]["rows"])
    return answer


def groupby(name: str, title: str, source: Path) -> Problem:
    path = str(source)
    contenders = [
        Contender("treadle", treadle_job("csv_groupby", path)),
        Contender("treadle, Python", from_python("csv_groupby", path)),
        Contender("polars", peer("csv_groupby", "polars", path, "in-memory")),
        Contender("polars streaming", peer("csv_groupby", "polars", path, "streaming")),
        *(Contender(n, peer("csv_groupby", n, path)) for n in ("duckdb", "datafusion", "pyarrow", "pandas", "dask")),
    ]
    return Problem(name, title, contenders, groups_of)


def ingest(source: Path) -> Problem:
    path = str(source)
    contenders = [
        Contender("treadle", [str(RELEASE / "bench" / "csv_ingest"), path]),
        *(
            Contender(n, peer("csv_ingest", n, path))
            for n in ("polars", "duckdb", "datafusion", "pyarrow", "pandas", "dask")
        ),
    ]
    return Problem(
        "csv_ingest", "all five columns into memory, times parsed", contenders, lambda output: output.split()
    )


def to_parquet(source: Path) -> Problem:
    pattern, target = str(source / "part-*.csv"), DATA / "out"
    names = ("polars", "duckdb", "datafusion", "pyarrow", "pandas", "dask")
    contenders = [
        Contender("treadle", treadle_job("csv_to_parquet", pattern, str(target))),
        *(Contender(n, peer("csv_to_parquet", n, pattern, str(target))) for n in names),
    ]
    return Problem(
        "csv_to_parquet",
        "ten files, filter, Parquet (snappy)",
        contenders,
        lambda output: output.strip(),
        before_each=lambda: shutil.rmtree(target, ignore_errors=True),
        check_command=[str(PEERS), str(BENCH / "csv_to_parquet" / "check_output.py"), str(target)],
    )


def same(left: object, right: object) -> bool:
    """Equal, where floating-point numbers may differ by the order in which they were added."""
    if isinstance(left, float) or isinstance(right, float):
        return (
            isinstance(left, int | float) and isinstance(right, int | float) and math.isclose(left, right, rel_tol=1e-9)
        )
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    return left == right


def run(problem: Problem, repetitions: int) -> None:
    answers: dict[str, object] = {}
    for repetition in range(repetitions):
        for contender in problem.contenders:
            if contender.failure:
                continue
            problem.before_each()
            try:
                measured = measure(contender.command, ROOT)
                if repetition == 0:
                    output = measured.output
                    if problem.check_command:
                        output = subprocess.run(
                            problem.check_command, capture_output=True, text=True, check=True
                        ).stdout
                    answers[contender.name] = problem.answer_of(output)
                contender.measurements.append(measured)
                print(f"{problem.name}: {contender.name}: {measured.seconds:.3f} s", file=sys.stderr)
            except ProgramFailed as failure:
                contender.failure = str(failure).splitlines()[0]
                print(f"{problem.name}: {contender.name}: {failure}", file=sys.stderr)
    problem.before_each()
    check_answers(problem, answers)


def check_answers(problem: Problem, answers: dict[str, object]) -> None:
    reference_name, reference = next(iter(answers.items()))
    for name, answer in answers.items():
        if not same(answer, reference):
            sys.exit(f"{problem.name}: {name} answers {str(answer)[:300]}, {reference_name} {str(reference)[:300]}")


def table(problem: Problem) -> str:
    """Markdown: every contender with its time and memory as such and as a ratio to Treadle's."""
    ran = [c for c in problem.contenders if c.measurements]
    ours = next((c for c in ran if c.name == "treadle"), None)
    lines = [
        f"### {problem.name}: {problem.title}",
        "",
        "| program | s | spread | peak MB | time to ours | memory to ours |",
    ]
    lines.append("|---|---|---|---|---|---|")
    for c in sorted(ran, key=lambda c: c.seconds):
        ratios = f"{c.seconds / ours.seconds:.1f}x | {c.peak_megabytes / ours.peak_megabytes:.1f}x" if ours else "- | -"
        name = f"**{c.name}**" if c is ours else c.name
        lines.append(f"| {name} | {c.seconds:.3f} | {c.spread:.0%} | {c.peak_megabytes:.0f} | {ratios} |")
    lines += [f"| {c.name} | failed: {c.failure} | | | | |" for c in problem.contenders if c.failure]
    return "\n".join(lines) + "\n"


def lost_cases(measured: list[Problem]) -> str:
    """Where a peer is faster or smaller than Treadle, in words."""
    lines = []
    for problem in measured:
        ours = next(c for c in problem.contenders if c.name == "treadle")
        for c in problem.contenders:
            if c is ours or not c.measurements or not ours.measurements:
                continue
            if c.seconds < ours.seconds:
                lines.append(f"- {problem.name}: {c.name} takes {c.seconds:.3f} s, Treadle {ours.seconds:.3f}.")
            if c.peak_megabytes < ours.peak_megabytes:
                lines.append(
                    f"- {problem.name}: {c.name} holds {c.peak_megabytes:.0f} MB, Treadle {ours.peak_megabytes:.0f}."
                )
    return "### Lost cases\n\n" + ("\n".join(lines) if lines else "None in this run.") + "\n"


def circumstances(repetitions: int) -> str:
    """What the numbers depend on: the machine, its load, the versions of all programs."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return (
        f"{model[1] if model else 'unknown processor'}, {os.cpu_count()} cores, {memory:.0f} GiB; load "
        f"{os.getloadavg()[1]:.1f} while measuring; medians of {repetitions}; "
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, Treadle at {commit.stdout.strip()}; {versions()}.\n"
    )


def write_results(text: str) -> None:
    readme = BENCH / "README.md"
    head, _ = readme.read_text().split(RESULTS, 1)
    note = "Written by `bench/main_job.py --write`; nothing below is typed by hand."
    readme.write_text(f"{head}{RESULTS}\n\n{note}\n\n{text}")


def versions() -> str:
    names = ["polars", "duckdb", "datafusion", "pyarrow", "pandas", "dask", "numpy"]
    script = (
        "import importlib.metadata as m; have = {d.name: d.version for d in m.distributions()}; "
        f"print(', '.join(f'{{n}} {{have[n]}}' for n in {names} if n in have))"
    )
    return subprocess.run([str(PEERS), "-c", script], capture_output=True, text=True, check=True).stdout.strip()


def generate(what: str) -> None:
    subprocess.run([str(PEERS), str(BENCH / "generate.py"), str(DATA), what], check=True)


def problems(arguments: argparse.Namespace) -> list[Problem]:
    wanted = arguments.problems.split(",")
    found = []
    if "csv_groupby" in wanted or "csv_ingest" in wanted:
        generate("one")
    if "csv_groupby" in wanted:
        found.append(groupby("csv_groupby", "filter, group by, mean; 283 MB", DATA / "sales.csv"))
    if "csv_ingest" in wanted:
        found.append(ingest(DATA / "sales.csv"))
    if "csv_to_parquet" in wanted:
        generate("ten")
        found.append(to_parquet(DATA / "ten"))
    if arguments.large:
        generate("large")
        found.append(groupby("csv_groupby_large", "the same, ten times as large; 2.8 GB", DATA / "sales-large.csv"))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--problems", default="csv_groupby,csv_ingest,csv_to_parquet")
    parser.add_argument("--large", action="store_true", help="also the file of 2.8 GB, made on demand")
    parser.add_argument("--write", action="store_true", help="put the tables into bench/README.md")
    arguments = parser.parse_args()
    measured = problems(arguments)
    for problem in measured:
        run(problem, arguments.repetitions)
    tables = [table(problem) for problem in measured]
    text = "\n".join([circumstances(arguments.repetitions), *tables, lost_cases(measured)])
    print(text)
    if arguments.write:
        write_results(text)


if __name__ == "__main__":
    main()
