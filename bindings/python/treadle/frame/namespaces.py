"""Operations of expressions by kind of value: ``.str``, ``.dt``, ``.name``."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from treadle.frame import steps
from treadle.frame.expr_order import TextJoin
from treadle.frame.literals import literal_node
from treadle.frame.nodes import Node, call
from treadle.frame.types import Date, Datetime, Duration, Int32, Int64, String, Time, as_type

if TYPE_CHECKING:
    from treadle.frame.expr import Expr


class _Namespace:
    _label = ""

    def __init__(self, node: Node, wrap: Callable[[Node], Expr]) -> None:
        self._node = node
        self._wrap = wrap

    def __getattr__(self, name: str) -> NoReturn:
        from difflib import get_close_matches

        near = get_close_matches(name, [one for one in dir(type(self)) if not one.startswith("_")], n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotImplementedError(
            f"Expr.{self._label}.{name}() is not there yet{hint}; else collect().to_polars() has it"
        )

    def _call(self, function: str, *parameters: Any) -> Expr:
        nodes = [getattr(one, "_node", None) or literal_node(one) for one in parameters]
        return self._wrap(call(f"{self._label}.{function}", self._node, *nodes))


class NameNamespace:
    """Names made from the names of the columns that an expression begins with."""

    def __init__(self, node: Node, wrap: Callable[[Node], Expr]) -> None:
        self._node = node
        self._wrap = wrap

    def _rename(self, text: str, function: Callable[[str], str]) -> Expr:
        return self._wrap(Node("rename", (self._node,), (text, function)))

    def keep(self) -> Expr:
        return self._rename("keep()", lambda name: name)

    def suffix(self, suffix: str) -> Expr:
        return self._rename(f"suffix({suffix!r})", lambda name: name + suffix)

    def prefix(self, prefix: str) -> Expr:
        return self._rename(f"prefix({prefix!r})", lambda name: prefix + name)

    def map(self, function: Callable[[str], str]) -> Expr:
        return self._rename("map(...)", function)

    def to_lowercase(self) -> Expr:
        return self._rename("to_lowercase()", str.lower)

    def to_uppercase(self) -> Expr:
        return self._rename("to_uppercase()", str.upper)


def _re2(value: str) -> str:
    """A replacement with ``$1`` or ``${1}`` for groups as RE2 spells it."""
    text = value.replace("\\", "\\\\")
    return re.sub(r"\$(?:(\$)|(\d+)|\{(\d+)\})", lambda found: "$" if found[1] else "\\" + (found[2] or found[3]), text)


class StringNamespace(_Namespace):
    """Operations on text; positions and lengths count code points."""

    _label = "str"

    def split(self, by: str, *, inclusive: bool = False) -> Expr:
        """The pieces between occurrences of ``by``, as a list."""
        if inclusive or not by:
            raise NotImplementedError("str.split(): with inclusive=True or without a separator is not there yet")
        return self._wrap(
            steps.step(self._node, "str.split", steps.split(by), steps.always_list("string"), arguments=repr(by))
        )

    def len_chars(self) -> Expr:
        return self._call("length")

    def len_bytes(self) -> Expr:
        return self._call("length_bytes")

    def to_lowercase(self) -> Expr:
        return self._call("to_lower")

    def to_uppercase(self) -> Expr:
        return self._call("to_upper")

    def strip_chars(self, characters: str | None = None) -> Expr:
        """Without these characters (by default white space) at both ends."""
        return self._call("strip", *_given(characters))

    def strip_chars_start(self, characters: str | None = None) -> Expr:
        return self._call("strip_start", *_given(characters))

    def strip_chars_end(self, characters: str | None = None) -> Expr:
        return self._call("strip_end", *_given(characters))

    def strip_prefix(self, prefix: str) -> Expr:
        rest = self._call("slice", len(prefix))
        return self._wrap(call("if_else", self.starts_with(prefix)._node, rest._node, self._node)).alias_like(
            self._wrap(self._node)
        )

    def strip_suffix(self, suffix: str) -> Expr:
        return self._call("replace", "(?s)" + re.escape(suffix) + r"\z", "", False)

    def contains(self, pattern: str, *, literal: bool = False, strict: bool = True) -> Expr:
        """Whether the regular expression (or the text, if ``literal``) occurs."""
        return self._call("contains", pattern, literal)

    def starts_with(self, prefix: str) -> Expr:
        return self._call("starts_with", prefix)

    def ends_with(self, suffix: str) -> Expr:
        return self._call("ends_with", suffix)

    def replace(self, pattern: str, value: str, *, literal: bool = False, n: int = 1) -> Expr:
        """The first occurrence of a pattern by another text; ``$1`` names a group."""
        if n < 0:
            return self.replace_all(pattern, value, literal=literal)
        if n != 1:
            name = "replace_substring" if literal else "replace_substring_regex"
            given = value if literal else _re2(value)
            return self._arrow("replace", steps.replace_some(name, pattern, given, n), "string", pattern, value)
        return self._call("replace", pattern, value if literal else _re2(value), literal)

    def replace_all(self, pattern: str, value: str, *, literal: bool = False) -> Expr:
        return self._call("replace_all", pattern, value if literal else _re2(value), literal)

    def _arrow(self, name: str, function: Callable[[Any], Any], kind: str, *arguments: Any) -> Expr:
        made = steps.always(kind)
        return self._wrap(
            steps.step(self._node, f"str.{name}", function, made, arguments=", ".join(map(repr, arguments)))
        )

    def extract(self, pattern: str, group_index: int = 1) -> Expr:
        """What a group of the first match has; null if nothing matches."""
        if not 0 <= group_index <= 8:
            raise ValueError(f"str.extract: expected a group from 0 to 8, found {group_index}")
        whole = f"(?s)^.*?((?-s)(?:{pattern}))(?s).*$"
        found = self._call("replace", whole, f"\\{group_index + 1}", False)
        chosen = call("if_else", self.contains(pattern)._node, found._node, literal_node(None))
        return self._wrap(chosen).alias_like(self._wrap(self._node))

    def contains_any(self, patterns: Any, *, ascii_case_insensitive: bool = False) -> Expr:
        """Whether one of these texts occurs."""
        words = [patterns] if isinstance(patterns, str) else list(patterns)
        return self.contains(("(?i)" if ascii_case_insensitive else "") + "|".join(map(re.escape, words)))

    def join(self, delimiter: str = "", *, ignore_nulls: bool = True) -> Expr:
        """All texts as one, in ``agg`` those of each group."""
        text = Node("cast", (self._node,), (String, True))
        return self._wrap(Node("rearranged", (text,), TextJoin(delimiter, ignore_nulls)))

    concat = join

    def count_matches(self, pattern: str, *, literal: bool = False) -> Expr:
        """How often a pattern occurs."""
        return self._arrow("count_matches", steps.count_matches(pattern, literal), "uint32", pattern)

    def find(self, pattern: str, *, literal: bool = False, strict: bool = True) -> Expr:
        """Before how many bytes a pattern first occurs; null if it does not."""
        return self._arrow("find", steps.find(pattern, literal), "uint32", pattern)

    def reverse(self) -> Expr:
        return self._call("reverse")

    def to_titlecase(self) -> Expr:
        return self._call("title")

    def pad_start(self, length: int, fill_char: str = " ") -> Expr:
        """Filled up at the start to so many code points."""
        return self._call("pad_start", length, fill_char)

    def pad_end(self, length: int, fill_char: str = " ") -> Expr:
        return self._call("pad_end", length, fill_char)

    def zfill(self, length: int) -> Expr:
        """Filled up by zeros, behind a sign."""
        return self._arrow("zfill", steps.zfill(length), "string", length)

    def _texts(self, name: str, function: Callable[[str], Any], kind: Any, *arguments: Any) -> Expr:
        """A function of each text by itself, in Python."""
        shown = ", ".join(map(repr, arguments))
        return self._wrap(steps.step(self._node, f"str.{name}", steps.of_texts(function, kind), kind, arguments=shown))

    def extract_all(self, pattern: str) -> Expr:
        """All matches of a pattern, as a list."""
        found = re.compile(pattern)
        return self._texts(
            "extract_all", lambda text: [one[0] for one in found.finditer(text)], steps.always_list("string"), pattern
        )

    def replace_many(self, patterns: Any, replace_with: Any = None, *, ascii_case_insensitive: bool = False) -> Expr:
        """Texts by others, all in one pass."""
        olds = list(patterns) if isinstance(patterns, (dict, list, tuple)) else [patterns]
        news = list(patterns.values()) if isinstance(patterns, dict) else replace_with
        pairs = dict(zip(olds, [news] * len(olds) if isinstance(news, str) else news, strict=True))
        flags = re.IGNORECASE if ascii_case_insensitive else re.NOFLAG
        any_of = re.compile("|".join(map(re.escape, olds)), flags)
        by = {old.lower(): new for old, new in pairs.items()} if ascii_case_insensitive else pairs

        def function(text: str) -> str:
            return any_of.sub(lambda one: by[one[0].lower() if ascii_case_insensitive else one[0]], text)

        return self._texts("replace_many", function, steps.always("string"), pairs)

    def escape_regex(self) -> Expr:
        """With a backslash before what means something in a pattern."""
        marks = re.compile(r"([\\.+*?()|\[\]{}^$#&\-~])")
        return self._texts("escape_regex", lambda text: marks.sub(r"\\\1", text), steps.always("string"))

    def encode(self, encoding: str) -> Expr:
        """The bytes of each text in "hex" or "base64"."""
        import base64

        ways = {
            "hex": lambda text: text.encode().hex(),
            "base64": lambda text: base64.b64encode(text.encode()).decode(),
        }
        if encoding not in ways:
            raise ValueError(f'encode: expected "hex" or "base64", found {encoding!r}')
        return self._texts("encode", ways[encoding], steps.always("string"), encoding)

    def decode(self, encoding: str, *, strict: bool = True) -> Expr:
        """The bytes that a text in "hex" or "base64" stands for; null for another text if not ``strict``."""
        if encoding not in ("hex", "base64"):
            raise ValueError(f'decode: expected "hex" or "base64", found {encoding!r}')
        return self._texts("decode", steps.decoded(encoding, strict), steps.always("binary"), encoding)

    def split_exact(self, by: str, n: int, *, inclusive: bool = False) -> Expr:
        """The first ``n + 1`` pieces between occurrences of ``by``, as fields ``field_0``, ``field_1`` ..."""
        if inclusive:
            raise NotImplementedError("str.split_exact(inclusive=True) is not there yet; use str.split()")
        return self._pieces("split_exact", lambda text: text.split(by), n + 1, by)

    def splitn(self, by: str, n: int) -> Expr:
        """As ``split_exact`` into ``n`` pieces, the last of which has all that is left."""
        return self._pieces("splitn", lambda text: text.split(by, n - 1), n, by)

    def _pieces(self, name: str, split: Callable[[str], list[str]], count: int, by: str) -> Expr:
        names = [f"field_{place}" for place in range(count)]
        shown = f"{by!r}, {count}"
        function, kind = steps.pieces(split, names), steps.structs_of_texts(names)
        return self._wrap(steps.step(self._node, f"str.{name}", function, kind, arguments=shown))

    def json_decode(self, dtype: Any, *, infer_schema_length: int | None = None) -> Expr:
        """The values that JSON texts stand for, of a given type."""
        import json

        from treadle.frame.construct import arrow_type

        kind = as_type(dtype)
        return self._texts("json_decode", json.loads, lambda _: arrow_type(kind), kind)

    def to_time(self, format: str | None = None, *, strict: bool = True) -> Expr:
        """Parses times of day; by default ``%H:%M:%S``."""
        day = self._wrap(call("str.concat", literal_node(""), literal_node("1970-01-01 "), self._node))
        time = day.str.to_datetime(f"%Y-%m-%d {format or '%H:%M:%S'}", strict=strict).cast(Time)
        return time.alias_like(self._wrap(self._node))

    def normalize(self, form: Any = "NFC") -> Expr:
        """With characters that look alike written alike: "NFC", "NFD", "NFKC" or "NFKD"."""
        import unicodedata

        if form not in ("NFC", "NFD", "NFKC", "NFKD"):
            raise ValueError(f'normalize: expected "NFC", "NFD", "NFKC" or "NFKD", found {form!r}')
        return self._texts("normalize", lambda text: unicodedata.normalize(form, text), steps.always("string"), form)

    def json_path_match(self, json_path: str) -> Expr:
        """What a path such as ``$.a.b[0]`` leads to in each JSON text, as text."""
        keys = [int(one[1]) if one[1] else one[0] for one in re.findall(r"\.(\w+)|\[(\d+)\]", json_path)]
        return self._texts("json_path_match", steps.at_json_path(keys), steps.always("string"), json_path)

    def slice(self, offset: int, length: int | None = None) -> Expr:
        """Code points from ``offset`` (from the end if negative) on."""
        return self._call("slice", offset, *_given(length))

    def head(self, n: int) -> Expr:
        # Below 0: all but the last ones.
        return self.slice(0, n) if n >= 0 else self._call("range", 0, n)

    def tail(self, n: int) -> Expr:
        if n < 0:
            return self.slice(-n)
        return self.slice(-n, n) if n else self.slice(0, 0)

    def to_date(self, format: str | None = None, *, strict: bool = True) -> Expr:
        """Parses dates; by default ISO 8601."""
        return self._call("to_date", format or "%Y-%m-%d", strict)

    def to_datetime(self, format: str | None = None, *, time_unit: str | None = None, strict: bool = True) -> Expr:
        """Parses dates with times; by default ISO 8601."""
        if format is None:
            node = Node("cast", (self._node,), (Datetime(time_unit or "us"), strict))
            return self._wrap(node)
        parsed = self._call("to_timestamp", format, strict)
        return parsed if time_unit in (None, "us") else parsed.cast(Datetime(time_unit))

    def strptime(self, dtype: Any, format: str | None = None, *, strict: bool = True) -> Expr:
        kind = as_type(dtype)
        if kind == Date:
            return self.to_date(format, strict=strict)
        if kind == Datetime:
            return self.to_datetime(format, strict=strict)
        raise TypeError(f"str.strptime: expected Date or Datetime, found {kind!r}")

    def to_integer(self, *, base: int = 10, dtype: Any = Int64, strict: bool = True) -> Expr:
        if base != 10:
            numbers = self._texts("to_integer", steps.whole_numbers(base, strict), steps.always("int64"), base)
            return numbers.cast(dtype, strict=strict)
        return self._wrap(Node("cast", (self._node,), (as_type(dtype), strict)))


def _given(parameter: Any) -> tuple[Any, ...]:
    return () if parameter is None else (parameter,)


_MONTHS = {"mo": 1, "q": 3, "y": 12}
_MICROSECONDS = {"w": 604_800_000_000, "d": 86_400_000_000, "h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000}
_MICROSECONDS |= {"ms": 1000, "us": 1}


def offset(by: str) -> tuple[int, datetime.timedelta]:
    """``"-1y2d3h"`` as months and a timedelta."""
    sign, text = (-1, by[1:]) if by.startswith("-") else (1, by)
    parts = re.findall(r"(\d+)([a-z]+)", text)
    known = _MONTHS.keys() | _MICROSECONDS.keys()
    if not parts or "".join(map("".join, parts)) != text or any(unit not in known for _, unit in parts):
        raise ValueError(f'expected an offset such as "1d", "-2h30m" or "1mo", found {by!r}')
    months = sum(int(count) * _MONTHS.get(unit, 0) for count, unit in parts)
    rest = sum(int(count) * _MICROSECONDS.get(unit, 0) for count, unit in parts)
    return sign * months, sign * datetime.timedelta(microseconds=rest)


class DateNamespace(_Namespace):
    """Operations on dates, times and durations; zoned times are read by their zone's clock."""

    _label = "dt"

    def year(self) -> Expr:
        return self._call("year")

    def quarter(self) -> Expr:
        return self._call("quarter")

    def month(self) -> Expr:
        return self._call("month")

    def week(self) -> Expr:
        """The week of ISO 8601."""
        return self._call("week")

    def weekday(self) -> Expr:
        """Monday is 1, Sunday 7."""
        return self._call("weekday")

    def day(self) -> Expr:
        return self._call("day")

    def ordinal_day(self) -> Expr:
        return self._call("ordinal_day")

    def hour(self) -> Expr:
        return self._call("hour")

    def minute(self) -> Expr:
        return self._call("minute")

    def second(self) -> Expr:
        return self._call("second")

    def millisecond(self) -> Expr:
        return self._call("millisecond")

    def microsecond(self) -> Expr:
        return self._call("microsecond")

    def nanosecond(self) -> Expr:
        return self._call("nanosecond")

    def date(self) -> Expr:
        return self._call("date")

    def iso_year(self) -> Expr:
        """The year that the week of ISO 8601 belongs to."""
        return self._call("iso_year")

    def days_in_month(self) -> Expr:
        return self._call("days_in_month")

    def is_leap_year(self) -> Expr:
        year = self.year().cast(Int64)
        return ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)

    def month_end(self) -> Expr:
        """The last day of the month, at the same time of day."""
        # Noon of the last day, whatever the zone's clock did in between, is in that day.
        noon = self.days_in_month().cast(Int64) * 86_400_000_000 - 43_200_000_000
        return self._at_this_time((self.truncate("1mo") + noon.cast(Duration("us"))).dt.truncate("1d"))

    def century(self) -> Expr:
        return (self.year().cast(Int64) - 1) // 100 + 1

    def timestamp(self, time_unit: str = "us") -> Expr:
        """How many units since 1970."""
        return self._wrap(Node("cast", (self._node,), (Datetime(time_unit), True))).cast(Int64)

    def epoch(self, time_unit: str = "us") -> Expr:
        """As ``timestamp``; also in seconds (``"s"``) and days (``"d"``)."""
        if time_unit == "d":
            return self._wrap(Node("cast", (self._node,), (Date, True))).cast(Int32)
        return self.timestamp("us") // 1_000_000 if time_unit == "s" else self.timestamp(time_unit)

    def offset_by(self, by: str) -> Expr:
        """Moved by "1d", "-2h30m", "3mo", "1y" ...: months end on their last day where they have no such day."""
        months, rest = offset(by)
        moved = self._wrap(self._node)
        if months:
            moved = self._wrap(call("sql.add_months", self._node, literal_node(months)))
        return moved if not rest else moved + rest

    def convert_time_zone(self, time_zone: str) -> Expr:
        """The same times by another zone's clock."""
        return self._wrap(Node("cast", (self._node,), (Datetime("us", time_zone), True)))

    def replace_time_zone(
        self, time_zone: str | None, *, ambiguous: str = "raise", non_existent: str = "raise"
    ) -> Expr:
        """The times at which a zone's clock shows the values; None: what the clock shows, without the zone."""
        if time_zone is None:
            return self._call("wall")
        words = {"raise": "raise", "earliest": "earlier", "latest": "later", "null": "null"}
        if ambiguous not in words or non_existent not in ("raise", "null"):
            raise ValueError(f"replace_time_zone: found {ambiguous=}, {non_existent=}")
        placed = Node("cast", (self._node,), (Datetime("us", time_zone), True))
        return self._wrap(call("dt.localize", placed, literal_node(words[ambiguous]), literal_node(non_existent)))

    def replace(self, **parts: int | None) -> Expr:
        """With other parts: ``year=``, ``month=``, ``day=``, ``hour=``, ``minute=``, ``second=``, ``microsecond=``."""
        known = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        wrong = [name for name in parts if name not in known]
        if wrong:
            raise TypeError(f"dt.replace: expected parts among {', '.join(known)}, found {wrong[0]!r}")
        given = {name: value for name, value in parts.items() if value is not None}
        for name, value in given.items():
            if not isinstance(value, int):
                raise NotImplementedError(f"dt.replace({name}=) of an expression is not there yet; use datetime()")
        shown = ", ".join(f"{name}={value}" for name, value in given.items())
        return self._wrap(steps.step(self._node, "dt.replace", steps.with_parts(given), steps.same, arguments=shown))

    def truncate(self, every: str) -> Expr:
        """The start of the period: "1y", "1q", "1mo", "1w", "1d", "1h", "15m", "1s" ..."""
        return self._call("truncate", every)

    def month_start(self) -> Expr:
        """The first day of the month, at the same time of day."""
        return self._at_this_time(self.truncate("1mo"))

    def _at_this_time(self, midnight: Expr) -> Expr:
        """Another day at the time that the zone's clock shows."""
        shown = self._call("shown")
        passed = shown - shown.dt.truncate("1d")
        late = midnight + passed  # but for hours that the clock skips or shows twice that day
        return late - (late.dt._call("shown") - (midnight.dt._call("shown") + passed))

    def round(self, every: str) -> Expr:
        """The start of the period, or of the next one from its middle on; periods of days and less."""
        months, rest = offset(every)
        if months:
            raise NotImplementedError("dt.round() to months is not there yet; use dt.truncate()")
        return (self._wrap(self._node) + rest / 2).dt.truncate(every)

    def time(self) -> Expr:
        """The time of day."""
        return self._wrap(Node("cast", (self._node,), (Time, True)))

    def datetime(self) -> Expr:
        """The date and time that the zone's clock shows."""
        return self.replace_time_zone(None)

    def combine(self, time: Any, time_unit: str = "us") -> Expr:
        """The date with another time of day."""
        from treadle.frame.expr import as_expr

        passed = as_expr(time, names=True).cast(Time).cast(Int64).cast(Duration("us"))
        return self.date().cast(Datetime(time_unit)) + passed

    def millennium(self) -> Expr:
        return (self.year().cast(Int64) - 1) // 1000 + 1

    def is_business_day(self, *, week_mask: Any = (True,) * 5 + (False,) * 2, holidays: Any = ()) -> Expr:
        """Whether the day is one of the week's days of work, and no holiday."""
        days = [number for number, works in enumerate(week_mask, 1) if works]
        return self.weekday().is_in(days) & ~self.date().is_in(list(holidays) or [datetime.date.max])

    def strftime(self, format: str) -> Expr:
        return self._call("strftime", format)

    def to_string(self, format: str | None = None) -> Expr:
        """As text; without a format, or by "iso", as ISO 8601 has it."""
        if format is None or format.startswith("iso"):
            text = self._wrap(Node("cast", (self._node,), (String, True)))
            if format == "iso:strict":
                return text.str.replace(" ", "T", literal=True)
            # Times of a zone have a T already; that of durations stays.
            return text.str.replace(r"(\d)T(\d)", "${1} ${2}")
        return self._call("strftime", format)

    def _total(self, unit: str, microseconds: float, fractional: bool) -> Expr:
        if not fractional:
            return self._call(f"total_{unit}")
        ticks = Node("cast", (self._node,), (Duration("us"), True))
        return self._wrap(ticks).cast(Int64) / microseconds

    def total_days(self, *, fractional: bool = False) -> Expr:
        return self._total("days", 8.64e10, fractional)

    def total_hours(self, *, fractional: bool = False) -> Expr:
        return self._total("hours", 3.6e9, fractional)

    def total_minutes(self, *, fractional: bool = False) -> Expr:
        return self._total("minutes", 6e7, fractional)

    def total_seconds(self, *, fractional: bool = False) -> Expr:
        return self._total("seconds", 1e6, fractional)

    def total_milliseconds(self, *, fractional: bool = False) -> Expr:
        return self._total("milliseconds", 1e3, fractional)

    def total_microseconds(self, *, fractional: bool = False) -> Expr:
        return self._total("microseconds", 1.0, fractional)

    def total_nanoseconds(self, *, fractional: bool = False) -> Expr:
        return self._total("nanoseconds", 1e-3, fractional)

    def cast_time_unit(self, time_unit: str) -> Expr:
        """The same times, or durations, counted in another unit."""
        return self._wrap(call("dt.cast_time_unit", self._node, literal_node(time_unit)))
