"""``bag.str``: what runs natively on texts of whole partitions, and what calls ``str`` item by item."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from operator import methodcaller
from typing import TYPE_CHECKING, Any

from treadle import _core

if TYPE_CHECKING:
    from treadle.bag.collection import Bag


class StringAccessor:
    """Methods of ``str`` on every item of a bag.

    On texts that were read, ``lower``, ``upper``, ``split``, ``strip``, ``lstrip``, ``rstrip``, ``replace``,
    ``translate`` and ``match`` run natively, together with the reading.
    """

    def __init__(self, bag: Bag) -> None:
        self._bag = bag

    def __reduce__(self) -> Any:
        return StringAccessor, (self._bag,)

    def __dir__(self) -> list[str]:
        return sorted({*dir(type(self)), *(name for name in dir(str) if not name.startswith("_"))})

    def __getattr__(self, name: str) -> Callable[..., Bag]:
        method = getattr(str, name, None)
        if method is None or name.startswith("_"):
            raise AttributeError(f"'str' has no method {name!r}")

        @wraps(method)
        def apply(*args: Any, **kwargs: Any) -> Bag:
            native = native_step(self._bag, name, args, kwargs)
            return native if native is not None else self._bag.map(methodcaller(name, *args, **kwargs))

        return apply

    def match(self, pattern: str) -> Bag:
        """The texts that match a shell's pattern, as ``fnmatch`` has it."""
        from fnmatch import fnmatchcase

        if _is_texts(self._bag) and isinstance(pattern, str):
            matching = _core.bag_match(self._bag._source, pattern)
            return self._bag._natively(matching, "match", "texts", StringAccessor.match, self, pattern)
        return self._bag.filter(partial(_matches, fnmatchcase, pattern))


def _matches(function: Callable[[str, str], bool], pattern: str, text: str) -> bool:
    return function(text, pattern)


def _is_texts(bag: Bag) -> bool:
    return bag._kind == "texts" and not bag._steps


def native_step(bag: Bag, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Bag | None:
    """The step as the core does it, if the bag holds native texts and the core knows the step by these arguments."""
    make = _NATIVE.get(name)
    if make is None or not _is_texts(bag):
        return None
    try:
        blocks = make(bag._source, *args, **kwargs)
    except (TypeError, UnicodeEncodeError):
        # Arguments of other types, or texts that UTF-8 lacks: what str says about them is said when it is called.
        return None
    kind = "lists" if name == "split" else "texts"
    return bag._natively(blocks, name, kind, _step_again, bag, name, args, kwargs)


def _step_again(bag: Bag, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Bag:
    """The step in another process."""
    made: Bag = getattr(StringAccessor(bag), name)(*args, **kwargs)
    return made


def known_function(bag: Bag, function: Callable[..., Any]) -> Bag | None:
    """``bag.map(str.lower)`` and the like."""
    name = getattr(function, "__name__", None)
    if isinstance(name, str) and name in _NATIVE and getattr(str, name) is function:
        return native_step(bag, name, (), {}) if name in _WITHOUT_ARGUMENTS else None
    return None


def _split(texts: _core.Blocks, sep: str | None = None, maxsplit: int = -1) -> _core.Blocks:
    if sep is not None and (not isinstance(sep, str) or not sep):
        raise TypeError("split() of this separator is not native")
    return _core.bag_split(texts, sep, maxsplit)


def _strip(texts: _core.Blocks, chars: str | None = None, /) -> _core.Blocks:
    return _core.bag_strip(texts, chars)


def _lstrip(texts: _core.Blocks, chars: str | None = None, /) -> _core.Blocks:
    return _core.bag_lstrip(texts, chars)


def _rstrip(texts: _core.Blocks, chars: str | None = None, /) -> _core.Blocks:
    return _core.bag_rstrip(texts, chars)


def _replace(texts: _core.Blocks, old: str, new: str, count: int = -1, /) -> _core.Blocks:
    return _core.bag_replace(texts, old, new, count)


def _translate(texts: _core.Blocks, table: Any, /) -> _core.Blocks:
    if type(table) is not dict or not all(isinstance(code, int) for code in table):
        raise TypeError("translate() by this table is not native")
    return _core.bag_translate(texts, [(code, _translation(to)) for code, to in table.items() if code >= 0])


def _translation(to: Any) -> str:
    if to is None:
        return ""
    if isinstance(to, int):
        return chr(to)
    if not isinstance(to, str):
        raise TypeError("translate() to this is not native")
    return to


_NATIVE: dict[str, Callable[..., _core.Blocks]] = {
    "lower": _core.bag_lower,
    "lstrip": _lstrip,
    "replace": _replace,
    "rstrip": _rstrip,
    "split": _split,
    "strip": _strip,
    "translate": _translate,
    "upper": _core.bag_upper,
}
_WITHOUT_ARGUMENTS = {"lower", "lstrip", "rstrip", "split", "strip", "upper"}
