#!/usr/bin/env python3
"""Runs the examples in Markdown documents: what they show has to work.

    tools/check_documents.py --prefix INSTALLED DOCUMENT...

A ```cpp block with a main() is compiled against the installed copy of Treadle and run; a ```sh block whose lines call
`treadle` runs as a script; a ```python block that prints runs with the interpreter that runs this (those that assert
run in tests/python). They run in a scratch folder that sees data/ and examples/, one document's blocks after the
other in the same folder. A ```text block that follows is what the example prints. Blocks of other kinds are prose.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(\w*)\s*$")
ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Block:
    document: Path
    line: int
    language: str
    text: str
    expected: str | None = None

    @property
    def place(self) -> str:
        return f"{self.document}:{self.line}"

    @property
    def runs(self) -> bool:
        if self.language == "cpp":
            return "int main(" in self.text
        if self.language == "python":
            return "print(" in self.text
        return self.language == "sh" and re.search(r"^(cat .*\| )?treadle ", self.text, re.MULTILINE) is not None


def fenced_blocks(document: Path) -> Iterator[Block]:
    block: Block | None = None
    for number, line in enumerate(document.read_text().splitlines(), 1):
        fence = FENCE.match(line)
        if block is None and fence:
            block = Block(document, number, fence[1], "")
        elif block is not None and line == "```":
            yield block
            block = None
        elif block is not None:
            block.text += line + "\n"
    if block is not None:
        sys.exit(f"{block.place}: the code block has no end")


def examples(document: Path) -> list[Block]:
    """The blocks that run, each with the output that the document says it has."""
    found: list[Block] = []
    previous: Block | None = None
    for block in fenced_blocks(document):
        if block.language == "text" and previous is not None and previous.runs:
            previous.expected = block.text
        if block.runs:
            found.append(block)
        previous = block
    return found


def command_of(block: Block, prefix: Path, folder: Path) -> list[str]:
    if block.language == "sh":
        return ["bash", "-euo", "pipefail", "-c", block.text]
    if block.language == "python":
        return [sys.executable, "-c", block.text]
    source, program = folder / f"example_{block.line}.cpp", folder / f"example_{block.line}"
    source.write_text(block.text)
    compiler = os.environ.get("CXX", "c++")
    library = prefix / "lib"
    options = ["-std=c++20", "-O1", "-Wall", "-Wextra", "-Werror", f"-I{prefix / 'include'}", f"-L{library}"]
    command = [compiler, *options, str(source), "-ltreadle", f"-Wl,-rpath,{library}", "-o", str(program)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        raise ExampleFailed(block, "does not compile", built.stderr)
    return [str(program)]


class ExampleFailed(Exception):
    def __init__(self, block: Block, what: str, output: str):
        super().__init__(f"{block.place}: {what}\n{output}")


def trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def run(block: Block, prefix: Path, folder: Path) -> None:
    command = command_of(block, prefix, folder)
    environment = {**os.environ, "PATH": f"{prefix / 'bin'}:{os.environ['PATH']}"}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300)
    if ran.returncode != 0:
        raise ExampleFailed(block, f"exit code {ran.returncode}", ran.stdout + ran.stderr)
    if block.expected is not None and trimmed(ran.stdout) != trimmed(block.expected):
        raise ExampleFailed(block, "prints something else than the document says", ran.stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--prefix", type=Path, required=True, help="where Treadle is installed")
    parser.add_argument("documents", type=Path, nargs="+")
    arguments = parser.parse_args()
    failures = 0
    for document in arguments.documents:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            (folder / "data").mkdir()
            (folder / "data" / "flights").symlink_to(ROOT / "data" / "flights")
            (folder / "examples").symlink_to(ROOT / "examples")
            blocks = examples(document)
            for block in blocks:
                try:
                    run(block, arguments.prefix.resolve(), folder)
                except ExampleFailed as failure:
                    failures += 1
                    print(failure)
            print(f"documents: {document}: {len(blocks)} examples", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
