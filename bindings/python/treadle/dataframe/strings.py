"""Text methods of a series: ``series.str``."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import pandas as pd

from treadle import _core
from treadle.dataframe import arithmetic, fallback
from treadle.dataframe.rows import Column


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

    def _mask(self, function: str, pattern: str) -> Any:
        """A test of text: False where the text is missing."""
        series = self._series
        test = _core.call(function, [series._columns[0].node, _core.literal(pattern, "utf8")])
        exact = test.fill_null(_core.literal(False, "bool"))
        return series._like(series._rows, [Column(exact, test=test)], series._meta.isna())

    def _pandas(self, name: str, *args: Any, meta: Any = None, **kwargs: Any) -> Any:
        def call(part: Any) -> Any:
            result = getattr(part.str, name)
            return result(*args, **kwargs) if callable(result) else result

        call.__name__ = f"str.{name}"
        known = fallback.infer_meta(call, self._series._meta) if meta is None else meta
        return self._series._beside(call, known, f"str.{name}")

    def startswith(self, pat: Any, na: Any = None) -> Any:
        """Whether the text starts so."""
        if self._text() and isinstance(pat, str) and na is None:
            return self._mask("str.starts_with", pat)
        return self._pandas("startswith", pat, **({} if na is None else {"na": na}))

    def endswith(self, pat: Any, na: Any = None) -> Any:
        """Whether the text ends so."""
        if self._text() and isinstance(pat, str) and na is None:
            return self._mask("str.ends_with", pat)
        return self._pandas("endswith", pat, **({} if na is None else {"na": na}))

    def contains(self, pat: str, case: bool = True, flags: int = 0, na: Any = None, regex: bool = True) -> Any:
        """Whether the pattern occurs."""
        plain = not any(sign in pat for sign in "\\^$.|?*+()[]{}") if isinstance(pat, str) else False
        if self._text() and case and not flags and na is None and isinstance(pat, str) and (not regex or plain):
            series = self._series
            literal = [_core.literal(pat, "utf8"), _core.literal(True, "bool")]
            test = _core.call("str.contains", [series._columns[0].node, *literal])
            exact = test.fill_null(_core.literal(False, "bool"))
            return series._like(series._rows, [Column(exact, test=test)], series._meta.isna())
        return self._pandas("contains", pat, case=case, flags=flags, regex=regex, **({} if na is None else {"na": na}))

    def lower(self) -> Any:
        """Lower case."""
        return self._native("str.to_lower") if self._text() else self._pandas("lower")

    def len(self) -> Any:
        """How many characters there are."""
        if not self._text():
            return self._pandas("len")
        return self._native("str.length", meta=self._series._meta.str.len().astype("int64"))

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
        if not expand:
            empty = pd.Series([], dtype=object, name=self._series._meta.name, index=self._series._meta.index)
            return self._pandas(name, pat, n=n, meta=empty, **more)
        if n < 0:
            raise NotImplementedError(
                "To use the expand parameter you must specify the number of expected splits with the n= parameter."
            )
        labels = range(n + 1)
        meta = pd.DataFrame(
            {i: pd.Series([], dtype=self._series._meta.dtype) for i in labels}, index=self._series._meta.index
        )

        def call(part: Any) -> Any:
            return getattr(part.str, name)(pat, n=n, expand=True, **more).reindex(columns=labels)

        return self._series._beside(call, meta, f"str.{name}")

    def extractall(self, pat: str, flags: int = 0) -> Any:
        """All matches of a pattern's groups, a row each."""
        raise NotImplementedError("str.extractall gives an index of several levels; use str.findall()")

    def __getitem__(self, index: Any) -> Any:
        return self._pandas("__getitem__", index)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not hasattr(pd.Series([], dtype="str").str, name):
            near = [] if name.startswith("_") else get_close_matches(name, dir(pd.Series([], dtype="str").str), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise AttributeError(f"'StringMethods' object has no attribute {name!r}{hint}")
        return _Method(self, name)


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
