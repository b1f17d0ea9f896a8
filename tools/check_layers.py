#!/usr/bin/env python3
"""Checks the layer rule, fenced headers, file names and room READMEs that tools/layers.toml states.

    tools/check_layers.py [ROOT]

Prints one line for each fault ("FILE:LINE: what is wrong and what to do") and exits with 1 if there is any.
"""

from __future__ import annotations

import posixpath
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')
SOURCE_SUFFIXES = {".h", ".hpp", ".cpp", ".cc", ".c", ".inc"}
SOURCE_FOLDERS = ("src", "include", "apps", "bindings", "examples", "tests", "bench")
# C headers that the C++ standard library keeps under their old names, and what POSIX adds for every C++ program.
PUBLIC_SYSTEM_HEADER = re.compile(r"^[a-z_0-9]+$|^(stdint|stddef|stdbool)\.h$")


@dataclass(frozen=True)
class Include:
    line: int
    path: str
    quoted: bool


@dataclass(frozen=True)
class Rules:
    rooms: dict[str, list[str]]
    public_headers: dict[str, str]
    fenced: dict[str, dict[str, list[str]]]
    refused_names: frozenset[str]
    headings: list[str]
    readme_lines: int

    @staticmethod
    def load(path: Path) -> Rules:
        data = tomllib.loads(path.read_text())
        return Rules(
            rooms=data["rooms"],
            public_headers=data["public_headers"],
            fenced=data["fenced"],
            refused_names=frozenset(data["names"]["refused"]),
            headings=data["readme"]["headings"],
            readme_lines=data["readme"]["max_lines"],
        )


def includes_of(text: str) -> Iterator[Include]:
    for number, line in enumerate(text.splitlines(), 1):
        if match := INCLUDE.match(line):
            yield Include(number, match[2], match[1] == '"')


def matches(path: PurePosixPath, pattern: str) -> bool:
    """Whether `path` lies in `pattern`, where ** stands for any number of folders."""
    regex = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    return re.fullmatch(regex, str(path)) is not None


class Checker:
    def __init__(self, root: Path, rules: Rules):
        self.root = root
        self.rules = rules
        self.faults: list[str] = []

    def run(self) -> list[str]:
        self.check_rules()
        for path in self.sources():
            self.check_name(path)
            self.check_includes(path)
        for room in self.existing_rooms():
            self.check_readme(room)
        self.check_header_table()
        return sorted(set(self.faults))

    def fault(self, place: PurePosixPath | str, message: str) -> None:
        self.faults.append(f"{place}: {message}")

    def sources(self) -> Iterator[PurePosixPath]:
        for folder in SOURCE_FOLDERS:
            for path in sorted((self.root / folder).rglob("*")):
                if path.suffix in SOURCE_SUFFIXES and path.is_file():
                    yield PurePosixPath(path.relative_to(self.root).as_posix())

    def existing_rooms(self) -> list[str]:
        source = self.root / "src"
        return sorted(p.name for p in source.iterdir() if p.is_dir()) if source.is_dir() else []

    def check_rules(self) -> None:
        """The table itself must be acyclic: a room includes only rooms that stand before it."""
        seen: set[str] = set()
        for room, allowed in self.rules.rooms.items():
            for other in allowed:
                if other not in seen:
                    self.fault("tools/layers.toml", f"{room} may not include {other}, which does not stand before it")
            seen.add(room)
        for room in self.existing_rooms():
            if room not in self.rules.rooms:
                self.fault(f"src/{room}", "a room that tools/layers.toml does not know: add it to [rooms]")

    def room_of_header(self, name: str) -> str | None:
        """The room that implements include/treadle/<name>.h; None if nothing says which."""
        if name in self.rules.public_headers:
            return self.rules.public_headers[name]
        homes = {p.parent.relative_to(self.root / "src").parts[0] for p in (self.root / "src").rglob(f"{name}.cpp")}
        return homes.pop() if len(homes) == 1 else None

    def room_of(self, path: PurePosixPath) -> str | None:
        """The room a file belongs to; None for apps, bindings, tests and examples, which may include every room."""
        if path.parts[0] == "src" and len(path.parts) > 2:
            return path.parts[1]
        if path.parts[:2] == ("include", "treadle"):
            return self.room_of_header(path.stem)
        return None

    def target_room(self, path: PurePosixPath, include: Include) -> str | None:
        """The room that an include leads to; None for a header that is not ours."""
        parts = PurePosixPath(include.path).parts
        if parts[0] == "treadle":
            return self.room_of_header(PurePosixPath(include.path).stem)
        beside = PurePosixPath(posixpath.normpath(path.parent / include.path))
        if include.quoted and (self.root / beside).is_file():
            return self.room_of(beside)  # which "../" may have left
        if not include.quoted and not (self.root / "src" / include.path).is_file():
            return None
        return parts[0] if parts[0] in self.rules.rooms else None

    def check_includes(self, path: PurePosixPath) -> None:
        is_public = path.parts[:2] == ("include", "treadle")
        room = self.room_of(path)
        if is_public and room is None:
            self.fault(path, "no room implements it: add it to [public_headers] in tools/layers.toml")
        text = (self.root / path).read_text(encoding="utf-8", errors="replace")
        for include in includes_of(text):
            place = f"{path}:{include.line}"
            self.check_fences(path, place, include)
            if is_public:
                self.check_public_include(path, place, include)
            # A test drives its room through whatever runs it, so the layers bind sources only.
            if room is not None and not path.stem.endswith("_test"):
                self.check_layer(room, place, include, self.target_room(path, include))

    def check_layer(self, room: str, place: str, include: Include, target: str | None) -> None:
        if target is None or target == room or target in self.rules.rooms.get(room, []):
            return
        allowed = ", ".join(self.rules.rooms.get(room, [])) or "nothing of ours"
        self.fault(place, f"{room} may not include {include.path} of {target}; it may include {allowed}")

    def check_fences(self, path: PurePosixPath, place: str, include: Include) -> None:
        for name, fence in self.rules.fenced.items():
            fenced = include.path.startswith(tuple(fence["includes"]))
            if fenced and not any(matches(path, pattern) for pattern in fence["allowed"]):
                self.fault(place, f"headers of {name} belong in {' or '.join(fence['allowed'])}: {include.path}")

    def check_public_include(self, path: PurePosixPath, place: str, include: Include) -> None:
        """Public headers see the standard library and each other, so that a caller needs nothing else."""
        if include.path.startswith("treadle/") or PUBLIC_SYSTEM_HEADER.match(include.path):
            return
        if any(include.path.startswith(tuple(f["includes"])) for f in self.rules.fenced.values()):
            return  # check_fences speaks about these
        self.fault(place, f"a public header includes the standard library and treadle/ only, not {include.path}")

    def check_name(self, path: PurePosixPath) -> None:
        for part in (*path.parent.parts, path.stem):
            refused = self.rules.refused_names.intersection(re.split(r"[_\-.]", part.lower()))
            if refused:
                self.fault(path, f"named for nothing ('{min(refused)}'): name the file for its subject")

    def check_readme(self, room: str) -> None:
        path = PurePosixPath("src", room, "README.md")
        if not (self.root / path).exists():
            self.fault(path, "missing: every room has one (" + ", ".join(self.rules.headings) + ")")
            return
        lines = (self.root / path).read_text().splitlines()
        if len(lines) > self.rules.readme_lines:
            self.fault(path, f"{len(lines)} lines; at most a screen, {self.rules.readme_lines}")
        headings = [line.lstrip("#* ") for line in lines if line.startswith(("##", "**"))]
        for wanted in self.rules.headings:
            if not any(heading.startswith(wanted) for heading in headings):
                self.fault(path, f"has no heading '{wanted}' ('## {wanted}' or '**{wanted}.**')")

    def check_header_table(self) -> None:
        table = self.root / "include" / "treadle" / "README.md"
        text = table.read_text() if table.exists() else ""
        for header in sorted((self.root / "include" / "treadle").glob("*.h")):
            if header.name not in text:
                self.fault("include/treadle/README.md", f"does not name {header.name}")


def main(arguments: list[str]) -> int:
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    faults = Checker(root, Rules.load(root / "tools" / "layers.toml")).run()
    for fault in faults:
        print(fault)
    print(f"layers: {len(faults)} faults" if faults else "layers: clean", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
