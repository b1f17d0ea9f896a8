"""Any Python function as a task: ``treadle.delayed(f)(x, y)`` is a call that is made when it is computed.

This module is itself the function: ``treadle.delayed(f)``, ``@treadle.delayed``, and ``from treadle.delayed import
delayed, Delayed`` as in Dask. Calls may take lazy objects of every kind, in containers of any depth; what several
results share is computed once.
"""

from __future__ import annotations

import operator
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from types import MethodType, ModuleType
from typing import Any

import treadle.config
from treadle import _core
from treadle.annotations import retries_now
from treadle.base import is_lazy, tokenize
from treadle.dask_protocol import OneTask, Tasks

__all__ = ["Delayed", "DelayedAttr", "DelayedLeaf", "delayed"]

_NO_DEFAULT = "__no__default__"
_call_one = _core.call_one
_set = object.__setattr__


def delayed(
    obj: Any = _NO_DEFAULT,
    name: str | None = None,
    pure: bool | None = None,
    nout: int | None = None,
    traverse: bool = True,
) -> Any:
    """A function whose calls are lazy, or any other value as a lazy one.

    ``pure``: equal calls give equal results, so that they are one task; ``nout``: how many items a call gives, so
    that it can be unpacked; ``name``: the key of the value; ``traverse=False``: containers are not looked into.
    """
    if isinstance(obj, str) and obj == _NO_DEFAULT:
        return partial(delayed, name=name, pure=pure, nout=nout, traverse=traverse)
    if isinstance(obj, Delayed):
        return obj
    if nout is not None and (not isinstance(nout, int) or isinstance(nout, bool) or nout < 0):
        raise ValueError(f"nout must be None or a non-negative integer, got {nout}")
    if is_lazy(obj) or (traverse and _holds_lazy(obj)):
        made = _call_one(_identity, (obj,), {}, type(obj).__name__, _token_of(name, pure, "value", obj))
        return _new(made, name, nout)
    return DelayedLeaf(obj, name, pure, nout)


def _identity(value: Any) -> Any:
    return value


def _holds_lazy(value: Any) -> bool:
    """Whether a container holds something lazy."""
    if type(value) in (list, tuple, set, frozenset):
        return any(is_lazy(one) or _holds_lazy(one) for one in value)
    if type(value) is dict:
        return any(is_lazy(one) or _holds_lazy(one) for item in value.items() for one in item)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return any(is_lazy(one) or _holds_lazy(one) for one in value)
    if not isinstance(value, type) and hasattr(value, "__dataclass_fields__"):
        fields = (getattr(value, name, None) for name in value.__dataclass_fields__)
        return any(is_lazy(one) or _holds_lazy(one) for one in fields)
    return False


def _token_of(name: str | None, pure: bool | None, *what: Any) -> str | None:
    """What makes equal work one task; None for work of its own."""
    if name is not None:
        return f"name {name}"
    if pure is None:
        pure = treadle.config.config.get("delayed_pure", False)
    return tokenize(*what) if pure else None


def _new(blocks: _core.Blocks, key: Any = None, length: int | None = None) -> Delayed:
    made = Delayed.__new__(Delayed)
    _set(made, "_blocks", blocks)
    _set(made, "_key", key)
    _set(made, "_length", length)
    return made


class Delayed(OneTask):
    """A lazy value: its attributes and items, calls of it and operators on it are lazy, too."""

    __slots__ = ("__weakref__", "_blocks", "_key", "_length")
    _blocks: _core.Blocks
    _key: str | None
    _length: int | None

    def __init__(self, key: str, dsk: Any, length: int | None = None, layer: Any = None) -> None:
        from treadle.graphs import blocks_of_graph

        _set(self, "_blocks", blocks_of_graph(dsk, key))
        _set(self, "_key", key)
        _set(self, "_length", length)

    def __treadle_blocks__(self) -> tuple[_core.Blocks, Callable[[list[Any]], Any] | None]:
        return self._blocks, None

    @property
    def key(self) -> str:
        """The name of this value: that of its function, and what makes it this call."""
        if self._key is None:
            _set(self, "_key", f"{self._blocks.kind}-{self._blocks.key}")
        return self._key  # type: ignore[return-value]

    @property
    def dask(self) -> Tasks:
        """All that makes the value, as a graph of Dask's form: keys to tasks."""
        from treadle.delayed_graph import graph_of

        return Tasks(graph_of(self._blocks, [self.key]), self._computed)

    def compute(self, **kwargs: Any) -> Any:
        """Computes the value."""
        from treadle.computing import compute

        return compute(self, traverse=False, **kwargs)[0]

    def persist(self, **kwargs: Any) -> Delayed:
        """Computes the value now and keeps it; the answer is lazy as before."""
        from treadle.computing import persist

        kept: Delayed = persist(self, traverse=False, **kwargs)[0]
        return kept

    def visualize(
        self, filename: str | None = "mydask", format: str | None = None, optimize_graph: bool = False, **kwargs: Any
    ) -> Any:
        """Draws the tasks: see ``treadle.visualize``."""
        from treadle.drawing import visualize

        return visualize(self, filename=filename, format=format, optimize_graph=optimize_graph, **kwargs)

    def __repr__(self) -> str:
        return f"Delayed({self.key!r})"

    def __hash__(self) -> int:
        return hash(self.key)

    def __dir__(self) -> list[str]:
        return sorted({*dir(type(self)), "key", "compute", "persist", "visualize"})

    def __getattr__(self, attr: str) -> Any:
        if attr.startswith("_"):
            raise AttributeError(f"Attribute {attr} not found")
        if attr == "visualise":
            warnings.warn("dask.delayed objects have no `visualise` method; use visualize()", stacklevel=2)
        return DelayedAttr(self, attr)

    def __setattr__(self, attr: str, value: Any) -> None:
        raise TypeError("Delayed objects are immutable")

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError("Delayed objects are immutable")

    def __iter__(self) -> Iterator[Any]:
        if self._length is None:
            raise TypeError("Delayed objects of unspecified length are not iterable")
        for i in range(self._length):
            yield self.__getitem__(i)

    def __len__(self) -> int:
        if self._length is None:
            raise TypeError("Delayed objects of unspecified length have no len()")
        return self._length

    def __bool__(self) -> bool:
        raise TypeError("Truth of Delayed objects is not supported")

    def __call__(
        self, *args: Any, pure: bool | None = None, dask_key_name: str | None = None, **kwargs: Any
    ) -> Delayed:
        token = _token_of(dask_key_name, pure, "call", self, args, kwargs)
        return _new(_call_one(_call, (self, *args), kwargs, "call", token), dask_key_name)

    def __get__(self, instance: Any, cls: Any) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __copy__(self) -> Delayed:
        return self

    def __deepcopy__(self, memo: Any) -> Delayed:
        return self

    def __reduce__(self) -> Any:
        from treadle.steps import pack

        return _unpacked, (pack(self._blocks), self.key, self._length)

    def __treadle_tokenize__(self) -> str:
        return self.key

    def __dask_keys__(self) -> list[str]:
        return [self.key]


def _unpacked(packed: Any, key: str, length: int | None) -> Delayed:
    from treadle.steps import unpack

    return _new(unpack(packed), key, length)


def _call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return function(*args, **kwargs)


class DelayedLeaf(Delayed):
    """A function, or another value that is there already."""

    __slots__ = ("_name", "_nout", "_obj", "_pure")
    _obj: Any
    _name: str
    _pure: bool | None
    _nout: int | None

    def __init__(self, obj: Any, key: str | None = None, pure: bool | None = None, nout: int | None = None) -> None:
        _set(self, "_obj", obj)
        _set(self, "_key", key)
        _set(self, "_name", _readable_name(obj))
        _set(self, "_pure", pure)
        _set(self, "_nout", nout)
        _set(self, "_length", nout if not callable(obj) else None)

    def __treadle_blocks__(self) -> tuple[_core.Blocks, None]:
        return self._blocks, None

    def __getattr__(self, attr: str) -> Any:
        if attr == "_blocks":  # made when it is first asked for: the calls of a function do not need it
            token = _token_of(self._key, self._pure, "value", self._obj)
            name = self._name if callable(self._obj) else type(self._obj).__name__
            _set(self, "_blocks", _call_one(partial(_identity, self._obj), (), {}, name, token))
            return self._blocks
        return super().__getattr__(attr)

    def __call__(self, *args: Any, **kwargs: Any) -> Delayed:
        pure, key = self._pure, None
        if kwargs:
            key = kwargs.pop("dask_key_name", None)
            pure = kwargs.pop("pure", pure)
        if key is None and not pure and (pure is not None or not treadle.config.config.get("delayed_pure", False)):
            token = None
        else:
            token = _token_of(key, True, self._obj, args, kwargs)
        return _new(_call_one(self._obj, args, kwargs, self._name, token, retries_now()), key, self._nout)

    def __repr__(self) -> str:
        return f"Delayed({self.key!r})"

    @property
    def __name__(self) -> str:
        name: str = self._obj.__name__
        return name

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        doc: str | None = self._obj.__doc__
        return doc

    @property
    def __wrapped__(self) -> Any:
        return self._obj

    def __reduce__(self) -> Any:
        return DelayedLeaf, (self._obj, self._key, self._pure, self._nout)


def _readable_name(obj: Any) -> str:
    """What the tasks of a function are called."""
    while hasattr(obj, "func"):
        obj = obj.func
    if isinstance(obj, MethodType):
        return obj.__func__.__name__
    name = getattr(obj, "__name__", None)
    if not isinstance(name, str):
        name = type(obj).__name__
    return "lambda" if name == "<lambda>" else name


class DelayedAttr(Delayed):
    """An attribute of a lazy value; calling it calls a method of the value."""

    __slots__ = ("_attr", "_obj")
    _obj: Delayed
    _attr: str

    def __init__(self, obj: Delayed, attr: str) -> None:
        _set(self, "_obj", obj)
        _set(self, "_attr", attr)
        _set(self, "_key", None)
        _set(self, "_length", None)

    def __getattr__(self, attr: str) -> Any:
        if attr == "_blocks":
            token = tokenize("getattr", self._obj, self._attr)
            _set(self, "_blocks", _call_one(getattr, (self._obj, self._attr), {}, "getattr", token))
            return self._blocks
        return super().__getattr__(attr)

    def __call__(self, *args: Any, **kwargs: Any) -> Delayed:
        key = kwargs.pop("dask_key_name", None)
        token = _token_of(key, kwargs.pop("pure", None), "method", self._obj, self._attr, args, kwargs)
        method = _Method(self._attr)
        return _new(_call_one(method, (self._obj, *args), kwargs, self._attr, token), key)

    def __reduce__(self) -> Any:
        return DelayedAttr, (self._obj, self._attr)


class _Method:
    """Calls a method by its name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, obj: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(obj, self.name)(*args, **kwargs)

    def __reduce__(self) -> Any:
        return _Method, (self.name,)


def _operation(function: Callable[..., Any]) -> Callable[..., Delayed]:
    name = function.__name__.strip("_")

    def method(self: Delayed, *others: Any) -> Delayed:
        return _new(_call_one(function, (self, *others), {}, name, tokenize(name, self, others)))

    return method


def _reflected(function: Callable[[Any, Any], Any]) -> Callable[..., Delayed]:
    name = function.__name__.strip("_")

    def method(self: Delayed, other: Any) -> Delayed:
        return _new(_call_one(function, (other, self), {}, name, tokenize(name, other, self)))

    return method


_BOTH_WAYS = "add sub mul truediv floordiv mod divmod pow lshift rshift and or xor matmul"
_ONE_WAY = "lt le eq ne gt ge getitem neg pos abs invert"
for _name in _BOTH_WAYS.split():
    _function = divmod if _name == "divmod" else getattr(operator, f"__{_name}__")
    setattr(Delayed, f"__{_name}__", _operation(_function))
    setattr(Delayed, f"__r{_name}__", _reflected(_function))
for _name in _ONE_WAY.split():
    setattr(Delayed, f"__{_name}__", _operation(getattr(operator, f"__{_name}__")))
del _name, _function

_core.set_delayed_type(Delayed)


class CallableModule(ModuleType):
    """This module: calling it is calling ``delayed``."""

    def __call__(
        self,
        obj: Any = _NO_DEFAULT,
        name: str | None = None,
        pure: bool | None = None,
        nout: int | None = None,
        traverse: bool = True,
    ) -> Any:
        return delayed(obj, name, pure, nout, traverse)


sys.modules[__name__].__class__ = CallableModule
