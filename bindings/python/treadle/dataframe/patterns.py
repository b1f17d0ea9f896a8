"""Regular expressions of Python as the core's (RE2), where both find the same."""

from __future__ import annotations

import re

# Of classes that RE2 only knows for ASCII: what they mean in Python.
_CLASSES = {"d": r"\p{Nd}", "w": r"\p{L}\p{N}_", "s": r"\t-\r\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}"
            r"\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"}  # fmt: skip
_TOKEN = re.compile(
    r"""(?P<set>\[\^?(?:\\[\]\[\\^.\-/+*?(){}|$"'# &~dwstnr]|[^\]\[\\&~|-]|-(?=\])|[^\]\[\\&~|-]-[^\]\[\\&~|-])+\])
      | \\(?P<class>[dwsDWS])
      | (?P<escaped>\\[^0-9A-Za-z]|\\[tnrfv])
      | (?P<group>\((?:\?:)?(?!\?)|\)|\|)
      | (?P<repeat>(?:[*+?]|\{\d{1,2}(?:,\d{0,2})?\})\??(?![*+?{]))
      | (?P<start>\^)
      | (?P<end>\$\Z)
      | (?P<plain>[^\\\[\](){}|*+?^$])""",
    re.VERBOSE | re.DOTALL,
)
_REPLACEMENT = re.compile(r"(?:[^\\]|\\[1-9](?!\d))*", re.DOTALL)


def _in_set(text: str) -> str | None:
    """A set of characters; None for one that RE2 reads otherwise."""
    if re.search(r"\\[DWS]", text):
        return None
    return re.sub(r"\\([dws])", lambda found: _CLASSES[found[1]], text)


def _one(found: re.Match[str]) -> str | None:
    if found["set"]:
        return _in_set(found["set"])
    if found["class"]:
        return f"[{'^' if found['class'].isupper() else ''}{_CLASSES[found['class'].lower()]}]"
    return found[0]


def _tokens(pattern: str) -> list[str] | None:
    made, at = [], 0
    while at < len(pattern):
        found = _TOKEN.match(pattern, at)
        token = None if found is None else _one(found)
        if found is None or token is None:
            return None
        made.append(token)
        at = found.end()
    return made


def translated(pattern: str, whole: bool = False) -> str | None:
    """The pattern for the core to search by; None if only Python understands it as it is meant.

    ``$`` stands for the end or the line break that ends the text, so the answer is for tests, not for replacing.
    ``whole``: all of the text is to match, the line break, too.
    """
    re.compile(pattern)
    tokens = _tokens(pattern)
    if tokens is None:
        return None
    if tokens and tokens[-1] == "$":
        tokens[-1] = r"\z" if whole else r"(?:\n?\z)"
    return "".join(tokens)


def replacing(pattern: str, by: str) -> tuple[str, str] | None:
    """A pattern and what replaces its matches for the core; None if only Python does the same."""
    compiled = re.compile(pattern)
    tokens = _tokens(pattern)
    # Matches of nothing: RE2 does not count one that follows another match.
    if tokens is None or compiled.search("") is not None or not _REPLACEMENT.fullmatch(by):
        return None
    groups = compiled.groups
    if any(int(number) > groups for number in re.findall(r"\\(\d)", by)):
        return None
    if tokens[-1] != "$":
        return "".join(tokens), by
    # The line break before the end is no part of the match: it is put back.
    if groups > 8 or "|" in tokens:
        return None
    return "".join(tokens[:-1]) + r"(\n?)\z", f"{by}\\{groups + 1}"
