"""How tables are printed: ``Config.set_tbl_rows(20)``, or ``with Config(tbl_rows=20): ...``."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from functools import wraps
from typing import Any, ClassVar, NoReturn, ParamSpec, Self, TypeVar


@dataclass(frozen=True)
class Display:
    """What a table shows."""

    tbl_rows: int = 10
    tbl_cols: int = 8
    fmt_str_lengths: int = 30
    float_precision: int | None = None
    tbl_hide_column_data_types: bool = False
    tbl_hide_column_names: bool = False
    tbl_hide_dataframe_shape: bool = False


_DEFAULTS = Display()
_current: ContextVar[Display] = ContextVar("display", default=_DEFAULTS)


def current() -> Display:
    return _current.get()


Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class _Options(type):
    def __getattr__(cls, name: str) -> NoReturn:
        _no_such_option(name)


class Config(metaclass=_Options):
    """Changes how tables are printed: for good, or, as a context manager or a decorator, within a block."""

    _names: ClassVar[list[str]] = [one.name for one in fields(Display)]

    def __init__(self, *, apply_on_context_enter: bool = False, **options: Any) -> None:
        self._options = _checked(options)
        self._before: Display | None = None
        if not apply_on_context_enter:
            self._before = current()
            _change(**self._options)

    def __enter__(self) -> Self:
        if self._before is None:
            self._before = current()
            _change(**self._options)
        return self

    def __exit__(self, *_: object) -> None:
        _current.set(self._before or _DEFAULTS)
        self._before = None

    def __call__(self, function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        @wraps(function)
        def within(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
            with Config(**self._options):
                return function(*args, **kwargs)

        return within

    @classmethod
    def restore_defaults(cls) -> type[Config]:
        _current.set(_DEFAULTS)
        return cls

    @classmethod
    def state(cls, *, if_set: bool = False, env_only: bool = False) -> dict[str, Any]:
        """The options as they are; ``if_set``: those that are not by default."""
        now, plain = current(), _DEFAULTS
        return {
            name: getattr(now, name) for name in cls._names if not if_set or getattr(now, name) != getattr(plain, name)
        }

    @classmethod
    def set_tbl_rows(cls, n: int) -> type[Config]:
        """How many rows are shown at most; all if negative."""
        return _set(cls, tbl_rows=n)

    @classmethod
    def set_tbl_cols(cls, n: int) -> type[Config]:
        """How many columns are shown at most; all if negative."""
        return _set(cls, tbl_cols=n)

    @classmethod
    def set_fmt_str_lengths(cls, n: int) -> type[Config]:
        """How many characters of a text are shown."""
        return _set(cls, fmt_str_lengths=n)

    @classmethod
    def set_float_precision(cls, precision: int | None = None) -> type[Config]:
        """With how many decimals floats are shown; None: as many as they need."""
        return _set(cls, float_precision=precision)

    @classmethod
    def set_tbl_hide_column_data_types(cls, active: bool = True) -> type[Config]:
        return _set(cls, tbl_hide_column_data_types=active)

    @classmethod
    def set_tbl_hide_column_names(cls, active: bool = True) -> type[Config]:
        return _set(cls, tbl_hide_column_names=active)

    @classmethod
    def set_tbl_hide_dataframe_shape(cls, active: bool = True) -> type[Config]:
        return _set(cls, tbl_hide_dataframe_shape=active)


def _no_such_option(name: str) -> NoReturn:
    if name.startswith("_"):
        raise AttributeError(name)
    known = ", ".join(f"set_{one}" for one in Config._names)
    raise NotImplementedError(f"Config.{name} is not there yet; there are {known}")


def _checked(options: dict[str, Any]) -> dict[str, Any]:
    named = {name.removeprefix("set_"): value for name, value in options.items()}
    for name, value in named.items():
        if name not in Config._names:
            _no_such_option(f"set_{name}")
        number = name in ("tbl_rows", "tbl_cols", "fmt_str_lengths") or (
            name == "float_precision" and value is not None
        )
        if number and (not isinstance(value, int) or isinstance(value, bool)):
            raise TypeError(f"Config: expected {name} as a number, found {value!r}")
    return named


def _change(**options: Any) -> None:
    _current.set(replace(current(), **options))


def _set(kind: type[Config], **options: Any) -> type[Config]:
    _change(**_checked(options))
    return kind
