"""Profiles of stacks: how often functions were seen at work, under those that call them."""

from __future__ import annotations

import html
import linecache
import os
from pathlib import Path
from types import CodeType
from typing import Any

from treadle.diagnostics.profile import Page

# A node of a profile, in Dask's form: count, identifier, description, children by identifier.
Profile = dict[str, Any]

# Code and line of each function that is at work, the outermost first.
Stack = list[tuple[CodeType, int]]


def stack_lines(stack: Stack) -> tuple[str, ...]:
    """A stack as a traceback shows it."""
    lines = []
    for code, number in stack:
        text = linecache.getline(code.co_filename, number).strip()
        lines.append(f'  File "{code.co_filename}", line {number}, in {code.co_name}\n\t{text}')
    return tuple(lines)


def new_profile() -> Profile:
    description = {"filename": "", "name": "", "line_number": 0, "line": ""}
    return {"count": 0, "children": {}, "identifier": "root", "description": description}


def add_stack(profile: Profile, stack: Stack) -> None:
    """Counts a stack."""
    profile["count"] += 1
    for code, _ in stack:
        identifier = f"{code.co_name};{code.co_filename};{code.co_firstlineno}"
        below = profile["children"].get(identifier)
        if below is None:
            below = new_profile() | {"identifier": identifier}
            line = linecache.getline(code.co_filename, code.co_firstlineno).strip()
            below["description"] = {
                "filename": code.co_filename, "name": code.co_name, "line_number": code.co_firstlineno, "line": line,
            }  # fmt: skip
            profile["children"][identifier] = below
        below["count"] += 1
        profile = below


def merge_profile(total: Profile, one: Profile) -> None:
    """Adds one profile to another."""
    total["count"] += one["count"]
    for identifier, child in list(one["children"].items()):
        if identifier not in total["children"]:
            total["children"][identifier] = new_profile() | {key: child[key] for key in ("identifier", "description")}
        merge_profile(total["children"][identifier], child)


def profile_page(profile: Profile, filename: Any) -> Page:
    """A profile as bars, each as wide as its share of the samples, under those that call it; in a file unless None."""
    total = max(profile["count"], 1)

    def bar(node: Profile, seen: int) -> str:
        said = node["description"]
        place = f"{said['filename']}:{said['line_number']}"
        title = f"{said['name'] or 'all calls'} {place if said['name'] else ''} {node['count']} samples"
        inner = "".join(bar(child, node["count"]) for child in sorted(node["children"].values(), key=_by_count))
        width = 100 * node["count"] / max(seen, 1)
        return (
            f'<div class="n" style="width:{width:.4g}%" title="{html.escape(title, quote=True)}">'
            f"<span>{html.escape(said['name'] or 'all calls')} {100 * node['count'] / total:.3g}%</span>"
            f'<div class="c">{inner}</div></div>'
        )

    style = (
        ".n{box-sizing:border-box;overflow:hidden;min-width:0}.n>span{display:block;white-space:nowrap;overflow:hidden;"
        "background:#d9822b;border:1px solid #fff;font:12px sans-serif;padding:1px 3px}.c{display:flex}"
    )
    head = f'<!doctype html><meta charset="utf-8"><title>Profile</title><style>{style}</style>'
    text = f"{head}<p>{profile['count']} samples</p>{bar(profile, profile['count'])}\n"
    if filename is not None:
        Path(filename).write_text(text, encoding="utf-8")
    return Page(text, None if filename is None else os.fspath(filename))


def _by_count(node: Profile) -> int:
    return -int(node["count"])
