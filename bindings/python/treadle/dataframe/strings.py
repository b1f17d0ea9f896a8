"""Text methods of a series: ``series.str``."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import pandas as pd

from treadle import _core
from treadle.dataframe import arithmetic, fallback, patterns
from treadle.dataframe.rows import Column

_NO_END = _core.literal(None, "null").cast("int64")
_WHITE_SPACE = _core.literal(None, "null").cast("utf8")


def _whole(value: int) -> _core.Expression:
    return _core.literal(int(value), "int64")


class StringMethods:
    """``series.str``: pandas' methods, in the core where it has the same meaning."""

    def __init__(self, series: Any) -> None:
        dtype = series._meta.dtype
        if not (
            arithmetic.is_text(dtype) or getattr(dtype, "kind", "") == "O" or isinstance(dtype, pd.CategoricalDtype)
        ):
            raise AttributeError("Can only use .str accessor with string values, which use object or str dtype")
        self._series = series

    def _native(self, function: str, *arguments: _core.Expression, meta: Any = None) -> Any:
        series = self._series
        node = _core.call(function, [series._columns[0].node, *arguments])
        return series._like(series._rows, [Column(node)], series._meta if meta is None else meta)

    def _text(self) -> bool:
        return arithmetic.is_text(self._series._meta.dtype)

    def _mask(self, function: str, *arguments: _core.Expression) -> Any:
        """A test of text: False where the text is missing."""
        series = self._series
        test = _core.call(function, [series._columns[0].node, *arguments])
        if self._knows_missing():
            return series._like(series._rows, [Column(test)], series._meta.isna().astype("boolean"))
        exact = test.fill_null(_core.literal(False, "bool"))
        return series._like(series._rows, [Column(exact, test=test)], series._meta.isna())

    def _knows_missing(self) -> bool:
        """Whether results have pandas' NA where text is missing, not NaN: those of ``dtype="string"``."""
        return self._series._meta.dtype.na_value is pd.NA

    def _pandas(self, name: str, *args: Any, meta: Any = None, **kwargs: Any) -> Any:
        def call(part: Any) -> Any:
            result = getattr(part.str, name)
            result = result(*args, **kwargs) if callable(result) else result
            wide = isinstance(result, pd.DataFrame) and len(part) == 0 and isinstance(known, pd.DataFrame)
            return result.reindex(columns=known.columns) if wide else result

        call.__name__ = f"str.{name}"
        known = meta
        known = fallback.infer_meta(call, self._series._meta) if meta is None else meta
        return self._series._beside(call, known, f"str.{name}")

    def startswith(self, pat: Any, na: Any = None) -> Any:
        """Whether the text starts so."""
        if self._text() and isinstance(pat, str) and na is None:
            return self._mask("str.starts_with", _core.literal(pat, "utf8"))
        return self._pandas("startswith", pat, **({} if na is None else {"na": na}))

    def endswith(self, pat: Any, na: Any = None) -> Any:
        """Whether the text ends so."""
        if self._text() and isinstance(pat, str) and na is None:
            return self._mask("str.ends_with", _core.literal(pat, "utf8"))
        return self._pandas("endswith", pat, **({} if na is None else {"na": na}))

    def contains(self, pat: Any, case: bool = True, flags: int = 0, na: Any = None, regex: bool = True) -> Any:
        """Whether the pattern occurs."""
        if self._text() and case and not flags and na is None and isinstance(pat, str):
            if not regex:
                return self._mask("str.contains", _core.literal(pat, "utf8"), _core.literal(True, "bool"))
            known = patterns.translated(pat)
            if known is not None:
                return self._mask("str.contains", _core.literal(known, "utf8"))
        return self._pandas("contains", pat, case=case, flags=flags, regex=regex, **({} if na is None else {"na": na}))

    def match(self, pat: Any, case: bool = True, flags: int = 0, na: Any = None) -> Any:
        """Whether the text starts with the pattern."""
        return self._anchored("match", r"\A(?:{})", pat, case, flags, na)

    def fullmatch(self, pat: Any, case: bool = True, flags: int = 0, na: Any = None) -> Any:
        """Whether the whole text is as the pattern says."""
        return self._anchored("fullmatch", r"\A(?:{})\z", pat, case, flags, na)

    def _anchored(self, name: str, shape: str, pat: Any, case: bool, flags: int, na: Any) -> Any:
        if self._text() and case and not flags and na is None and isinstance(pat, str):
            known = patterns.translated(pat, name == "fullmatch")
            if known is not None:
                return self._mask("str.contains", _core.literal(shape.replace("{}", known), "utf8"))
        return self._pandas(name, pat, case=case, flags=flags, **({} if na is None else {"na": na}))

    def replace(
        self, pat: Any, repl: Any = None, n: int = -1, case: Any = None, flags: int = 0, regex: bool = False
    ) -> Any:
        """Other text for what the pattern finds."""
        simple = isinstance(pat, str) and pat and isinstance(repl, str) and n in (-1, 1) and case is None
        if self._text() and simple and not flags:
            known = patterns.replacing(pat, repl) if regex else (pat, repl)
            if known is not None:
                arguments = [_core.literal(one, "utf8") for one in known]
                literal = [] if regex else [_core.literal(True, "bool")]
                return self._native("str.replace_all" if n < 0 else "str.replace", *arguments, *literal)
        return self._pandas("replace", pat, repl, n=n, case=case, flags=flags, regex=regex)

    def slice(self, start: int | None = None, stop: int | None = None, step: int | None = None) -> Any:
        """The characters from ``start`` to before ``stop``."""
        bounds = all(one is None or isinstance(one, int) for one in (start, stop))
        if not self._text() or step not in (None, 1) or not bounds:
            return self._pandas("slice", start, stop, step)
        return self._native("str.range", _whole(start or 0), _NO_END if stop is None else _whole(stop))

    def get(self, i: Any) -> Any:
        """One character, or one of the parts of a split; what is beyond the ends is missing."""
        if type(i) is int and self._text():
            return self._native("str.at", _whole(i))
        split = self._series._split
        if type(i) is int and split is not None:
            source, name, pat, n = split
            methods = StringMethods(source)
            return source._like(source._rows, [methods._part(name, pat, n, i)], source._meta.astype(object))
        return self._pandas("get", i)

    def strip(self, to_strip: str | None = None) -> Any:
        """Without white space, or these characters, at both ends."""
        return self._stripped("strip", "str.strip", to_strip)

    def lstrip(self, to_strip: str | None = None) -> Any:
        """Without white space, or these characters, at the start."""
        return self._stripped("lstrip", "str.strip_start", to_strip)

    def rstrip(self, to_strip: str | None = None) -> Any:
        """Without white space, or these characters, at the end."""
        return self._stripped("rstrip", "str.strip_end", to_strip)

    def _stripped(self, name: str, function: str, to_strip: str | None) -> Any:
        if not self._text() or to_strip == "":
            return self._pandas(name, to_strip)
        return self._native(function, *([] if to_strip is None else [_core.literal(to_strip, "utf8")]))

    def lower(self) -> Any:
        """Lower case."""
        return self._native("str.to_lower") if self._text() else self._pandas("lower")

    def len(self) -> Any:
        """How many characters there are."""
        if not self._text():
            return self._pandas("len")
        return self._native("str.length", meta=self._series._meta.astype("Int64" if self._knows_missing() else "int64"))

    def cat(self, others: Any = None, sep: Any = None, na_rep: Any = None, join: str = "left") -> Any:
        """Texts beside each other, or (without ``others``) all as one."""
        from treadle.dataframe.elementwise import together

        if others is None:
            return (
                self._series._map_partitions(
                    lambda part: pd.Series([part.str.cat(sep=sep, na_rep=na_rep)]),
                    pd.Series([], dtype="str"),
                    "str.cat",
                    True,
                )
                .compute()
                .iloc[0]
            )
        series = others if isinstance(others, (list, tuple)) else [others]

        def call(first: Any, *rest: Any) -> Any:
            return first.str.cat(list(rest), sep=sep, na_rep=na_rep)

        return together(call, self._series._meta, "str.cat", self._series, *series)

    def split(self, pat: Any = None, n: int = -1, expand: bool = False, regex: Any = None) -> Any:
        """The parts between separators: lists, or (``expand``, with ``n``) columns."""
        return self._split("split", pat, n, expand, {} if regex is None else {"regex": regex})

    def rsplit(self, pat: Any = None, n: int = -1, expand: bool = False) -> Any:
        """As split(), from the right."""
        return self._split("rsplit", pat, n, expand, {})

    def _split(self, name: str, pat: Any, n: int, expand: bool, more: dict[str, Any]) -> Any:
        native = self._text() and _separates(pat, more.get("regex"))
        series = self._series
        if not expand:
            empty = pd.Series([], dtype=object, name=series._meta.name, index=series._meta.index)
            parts = self._pandas(name, pat, n=n, meta=empty, **more)
            parts._split = (series, name, pat, n) if native else None
            return parts
        if n < 0:
            raise NotImplementedError(
                "To use the expand parameter you must specify the number of expected splits with the n= parameter."
            )
        labels = range(n + 1)
        meta = pd.DataFrame({i: pd.Series([], dtype=series._meta.dtype) for i in labels}, index=series._meta.index)
        if native and n > 0:
            return series._like(series._rows, [self._part(name, pat, n, i) for i in labels], meta)

        def call(part: Any) -> Any:
            return getattr(part.str, name)(pat, n=n, expand=True, **more).reindex(columns=labels)

        return series._beside(call, meta, f"str.{name}")

    def _part(self, name: str, pat: str | None, n: int, number: int) -> Column:
        """One part of a split at plain text, or at white space."""
        separator = _WHITE_SPACE if pat is None else _core.literal(pat, "utf8")
        side = _whole(name == "rsplit")
        node = self._series._columns[0].node
        return Column(_core.call("str.part", [node, separator, _whole(n), _whole(number), side]))

    def extractall(self, pat: str, flags: int = 0) -> Any:
        """All matches of a pattern's groups, a row each."""
        raise NotImplementedError("str.extractall gives an index of several levels; use str.findall()")

    def get_dummies(self, sep: str = "|", dtype: Any = None) -> Any:
        """A column for each part that occurs: only known when the text is computed."""
        raise NotImplementedError(
            "str.get_dummies has columns that only the values tell; use get_dummies() of a categorized column, "
            "or .compute().str.get_dummies()"
        )

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self.slice(index.start, index.stop, index.step)
        return self.get(index)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not hasattr(pd.Series([], dtype="str").str, name):
            near = [] if name.startswith("_") else get_close_matches(name, dir(pd.Series([], dtype="str").str), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise AttributeError(f"'StringMethods' object has no attribute {name!r}{hint}")
        return _Method(self, name)


def _separates(pat: Any, regex: bool | None) -> bool:
    """Whether a text is split at plain text or white space, not by a regular expression."""
    if pat is None:
        return True
    if not isinstance(pat, str) or not pat:
        return False
    if regex is None:
        regex = len(pat) > 1
    return not regex or not any(sign in pat for sign in "\\^$.|?*+()[]{}")


class _Method:
    """A method that pandas does on partitions."""

    def __init__(self, methods: StringMethods, name: str) -> None:
        self._methods = methods
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        meta = None
        if self._name in ("findall", "join"):
            series = self._methods._series._meta
            dtype = object if self._name == "findall" else "str"
            meta = pd.Series([], dtype=dtype, name=series.name, index=series.index)
        return self._methods._pandas(self._name, *args, meta=meta, **kwargs)
