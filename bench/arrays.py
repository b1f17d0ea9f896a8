#!/usr/bin/env python3
"""Measures arrays against NumPy and Dask: a stencil, trigonometry, files, tall factors and a product.

    bench/arrays.py [--repetitions 3] [--questions stencil,trig,disk,qr,svd_compressed,matmul] [--files 100]

A fresh process for each program and question, all programs taking turns; inputs are made before the clock starts.
Treadle is the installed package (or that on PYTHONPATH), two threads; NumPy's products use two threads of OpenBLAS.
`disk`: mean and standard deviation of files of 80 MB, read through np.load(mmap_mode="r"). What ran before has pushed
some out of the page cache, so each program reads them once, plainly, before its clock starts.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import sys
from dataclasses import dataclass, field

from main_job import BENCH, DATA, PEERS, ROOT, circumstances
from measure import ENVIRONMENT, ProgramFailed, measure

QUESTIONS = ["stencil", "trig", "disk", "qr", "svd_compressed", "matmul"]
FOLDER = DATA / "array"


@dataclass
class Program:
    name: str
    command: list[str]
    seconds: dict[str, list[float]] = field(default_factory=dict)
    processor: dict[str, list[float]] = field(default_factory=dict)
    peak: dict[str, int] = field(default_factory=dict)
    answers: dict[str, list[float]] = field(default_factory=dict)

    def run(self, question: str) -> None:
        try:
            measured = measure([*self.command, question, str(FOLDER)], ROOT)
        except ProgramFailed as failure:
            print(f"{self.name}: {failure}", file=sys.stderr)
            return
        name, seconds, processor, *values = measured.output.split("\t")
        self.seconds.setdefault(name, []).append(float(seconds))
        self.processor.setdefault(name, []).append(float(processor))
        self.peak[name] = max(self.peak.get(name, 0), measured.peak_bytes)
        self.answers[name] = [float(value) for value in values]

    def cell(self, question: str) -> str:
        if question not in self.seconds:
            return "-"
        clock, processor = (statistics.median(one[question]) for one in (self.seconds, self.processor))
        return f"{clock:.2f} / {processor:.2f} / {self.peak[question] / 1e6:.0f}"


def make_files(number: int) -> None:
    """Made by another process: this one stays small (see measure.py)."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in FOLDER.glob("*.npy"):
        if int(path.stem) >= number:
            path.unlink()
    program = (
        "import sys, numpy as np\n"
        "from pathlib import Path\n"
        "for i in range(int(sys.argv[2])):\n"
        "    path = Path(sys.argv[1]) / f'{i:03}.npy'\n"
        "    if not path.exists(): np.save(path, np.random.default_rng(i).random(10_000_000))\n"
    )
    measure([str(PEERS), "-c", program, str(FOLDER), str(number)], ROOT)


def check(programs: list[Program], question: str) -> None:
    answered = [program for program in programs if question in program.answers]
    # A projection finds the largest singular value to some digits.
    tolerance = 1e-2 if question == "svd_compressed" else 1e-9
    for program in answered[1:]:
        pairs = zip(program.answers[question], answered[0].answers[question], strict=True)
        if not all(math.isclose(one, other, rel_tol=tolerance) for one, other in pairs):
            sys.exit(f"{question}: {[(program.name, program.answers[question]) for program in answered]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--questions", default=",".join(QUESTIONS))
    parser.add_argument("--files", type=int, default=100, help="8 GB")
    options = parser.parse_args()
    questions = options.questions.split(",")
    if "disk" in questions:
        make_files(options.files)
    ENVIRONMENT["OPENBLAS_NUM_THREADS"] = "2"
    python, folder = str(PEERS), BENCH / "array"
    programs = [
        Program("treadle", [sys.executable, str(folder / "lazy_program.py"), "treadle"]),
        Program("numpy", [python, str(folder / "numpy_program.py")]),
        Program("dask", [python, str(folder / "lazy_program.py"), "dask"]),
    ]
    for _ in range(options.repetitions):
        for question in questions:
            for program in programs:
                program.run(question)
    print(circumstances(options.repetitions))
    print(f"load {os.getloadavg()[0]:.1f}; seconds by the clock / of the processor / peak MB of the whole process\n")
    print(
        "| question | " + " | ".join(program.name for program in programs) + " |\n" + "|---" * (1 + len(programs)) + "|"
    )
    for question in questions:
        check(programs, question)
        print(f"| {question} | " + " | ".join(program.cell(question) for program in programs) + " |")


if __name__ == "__main__":
    main()
