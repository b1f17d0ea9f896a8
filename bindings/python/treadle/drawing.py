"""Pictures of what a computation would do: its tasks, or its plan. Drawn by Graphviz, if it is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from treadle import _core
from treadle.base import is_lazy

_FORMATS = ("png", "svg", "pdf", "dot")
_RANK_DIRECTIONS = ("BT", "TB", "LR", "RL")
# With more tasks than this, a box stands for all tasks of one kind.
_MOST_BOXES = 200


class Drawing(os.PathLike[str]):
    """A picture, and where it was written to, if anywhere; a notebook shows it."""

    def __init__(self, content: bytes, format: str, path: str | None) -> None:
        self.content = content
        self.format = format
        self.path = path

    def __fspath__(self) -> str:
        if self.path is None:
            raise ValueError("the drawing was not written to a file; give filename=")
        return self.path

    def __str__(self) -> str:
        return self.path or self.content.decode("utf-8", "replace")

    def __repr__(self) -> str:
        return f"<{self.format} drawing{f' in {self.path!r}' if self.path else ''}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        if self.format == "png":
            return {"image/png": self.content, "text/plain": repr(self)}
        if self.format == "svg":
            return {"image/svg+xml": self.content.decode("utf-8"), "text/plain": repr(self)}
        return {"text/plain": str(self)}


def visualize(
    *args: Any,
    filename: str | os.PathLike[str] | None = "mydask",
    format: str | None = None,
    traverse: bool = True,
    optimize_graph: bool = False,
    maxval: float | None = None,
    engine: str | None = None,
    rankdir: str = "BT",
    tasks: bool = True,
    **kwargs: Any,
) -> Drawing:
    """Draws the tasks of collections, into ``filename``, which ends in ``.png``, ``.svg``, ``.pdf`` or ``.dot``.

    ``optimize_graph``: the tasks as they will run; ``tasks=False``: the steps of the plan instead; ``rankdir``: which
    way arrows go; ``filename=None``: no file, the picture is the answer. Attributes of Graphviz' graphs may be given;
    Dask's ``color``, ``maxval`` and ``engine`` change nothing.
    """
    if rankdir not in _RANK_DIRECTIONS:
        raise ValueError(f"rankdir: expected one of {', '.join(_RANK_DIRECTIONS)}, found {rankdir!r}")
    found = [one for arg in args for one in _lazy_in(arg, traverse)]
    if not found:
        raise TypeError("visualize: expected lazy collections, found none")
    if all(hasattr(one, "__treadle_plan__") for one in found):
        plans = [one.__treadle_plan__()[0] for one in found]
        text = _core.graph_dot(plans, optimize_graph, _MOST_BOXES) if tasks else _plan_dot(plans)
    else:
        rows = [one.__treadle_blocks__()[0] for one in found]
        text = _core.draw_blocks(rows, optimize_graph, _MOST_BOXES)
    attributes = {"rankdir": rankdir, **{key: value for key, value in kwargs.items() if isinstance(value, (str, int))}}
    attributes.pop("color", None)
    return draw_dot(_with_attributes(text, attributes), filename, format)


def _lazy_in(value: Any, traverse: bool) -> list[Any]:
    if is_lazy(value):
        return [value]
    if traverse and isinstance(value, (list, tuple, set, frozenset)):
        return [found for one in value for found in _lazy_in(one, traverse)]
    if traverse and isinstance(value, dict):
        return [found for one in value.values() for found in _lazy_in(one, traverse)]
    return []


def _with_attributes(text: str, attributes: dict[str, Any]) -> str:
    """DOT text whose graph has these attributes, whatever it had by these names."""
    for name, value in attributes.items():
        text = re.sub(rf"^\s*{re.escape(name)}=[^;]*;\n?", "", text, flags=re.MULTILINE)
        text = text.replace("{\n", "{\n" + f'  {name}="{value}";\n', 1)
    return text


def _plan_dot(plans: list[_core.DataFrame]) -> str:
    """The plans as a graph: a box a step."""
    lines = ["digraph plan {", '  rankdir=BT;\n  node [shape=box, style=rounded, fontname="sans"];']
    number = 0
    for plan in plans:
        text = plan.explain(_core.ComputeOptions()).split("optimized plan:")[0]
        above: list[tuple[int, int]] = []
        for line in text.splitlines()[1:]:
            depth = len(line) - len(line.lstrip())
            label = line.strip()[:120].replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'  n{number} [label="{label}"];')
            while above and above[-1][0] >= depth:
                above.pop()
            if above:
                lines.append(f"  n{number} -> n{above[-1][1]};")
            above.append((depth, number))
            number += 1
    return "\n".join([*lines, "}"]) + "\n"


def draw_dot(text: str, filename: str | os.PathLike[str] | None, format: str | None) -> Drawing:
    """Draws DOT text. FileNotFoundError if the picture needs Graphviz and it is not there."""
    name = None if filename is None else os.fspath(filename)
    ending = "" if name is None else Path(name).suffix[1:].lower()
    kind = format or (ending if ending in _FORMATS else "png")
    if kind not in _FORMATS:
        raise ValueError(f"format: expected one of {', '.join(_FORMATS)}, found {kind!r}")
    path = None if name is None else name if ending == kind else f"{name}.{kind}"
    content = text.encode("utf-8") if kind == "dot" else _by_graphviz(content=text, kind=kind)
    if path is not None:
        Path(path).write_bytes(content)
    return Drawing(content, kind, path)


def _by_graphviz(content: str, kind: str) -> bytes:
    program = shutil.which("dot")
    if program is None:
        raise FileNotFoundError(
            'drawing a graph needs Graphviz, whose program "dot" was not found: install graphviz (Debian: '
            'apt-get install graphviz), or ask for format="dot"'
        )
    return subprocess.run(
        [program, f"-T{kind}"], input=content.encode("utf-8"), stdout=subprocess.PIPE, check=True
    ).stdout
