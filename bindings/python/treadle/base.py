"""Tokens: the identity of a value by its content, and what collections of all kinds have, by Dask's names."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

import treadle.config
from treadle.optional import needed

# Types to functions that make plain values of them, whose tokens then stand for them.
_normalizers: dict[type, Callable[[Any], Any]] = {}

_PLAIN = (int, float, complex, str, bytes, bool, type(None), type(Ellipsis))


class _NormalizeToken:
    """``normalize_token(value)``; ``normalize_token.register(type, function)`` says how for one's own types."""

    def __call__(self, value: Any) -> Any:
        return _normal(value, False)

    def register(self, type_: Any, function: Callable[[Any], Any] | None = None) -> Any:
        """Has values of a type (or several) normalised by a function; also a decorator."""
        if function is None:
            return lambda decorated: self.register(type_, decorated)
        for one in type_ if isinstance(type_, tuple) else (type_,):
            _normalizers[one] = function
        return function


normalize_token = _NormalizeToken()


def tokenize(*args: Any, ensure_deterministic: bool | None = None, **kwargs: Any) -> str:
    """32 hexadecimal digits that equal arguments share, in every process.

    A value that no content describes (it cannot be pickled) gets a token of its own; with ``ensure_deterministic``
    it is an error.
    """
    if ensure_deterministic is None:
        ensure_deterministic = bool(treadle.config.get("tokenize.ensure-deterministic", False))
    normal = _normal(args, ensure_deterministic), _normal(kwargs, ensure_deterministic) if kwargs else ()
    return hashlib.blake2b(repr(normal).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _normal(value: Any, strict: bool) -> Any:
    """A value whose repr() tells its content."""
    kind = type(value)
    if kind in _PLAIN:
        return value if kind is not float else ("float", value.hex())
    if kind in (list, tuple):
        return (kind.__name__, [_normal(one, strict) for one in value])
    if kind is dict:
        return ("dict", sorted((repr(_normal(key, strict)), _normal(one, strict)) for key, one in value.items()))
    if kind in (set, frozenset):
        return (kind.__name__, sorted(repr(_normal(one, strict)) for one in value))
    for parent in kind.__mro__:
        if parent in _normalizers:
            return (kind.__qualname__, _normal(_normalizers[parent](value), strict))
    if not isinstance(value, type):
        for name in ("__dask_tokenize__", "__treadle_tokenize__"):
            method = getattr(kind, name, None)
            if method is not None:
                return (kind.__qualname__, _normal(method(value), strict))
    return (f"{kind.__module__}.{kind.__qualname__}", _pickled(value, strict))


def _pickled(value: Any, strict: bool) -> str:
    """A digest of the value's pickle: by cloudpickle, which writes what functions do."""
    needed("cloudpickle", "what names calls of functions")
    import cloudpickle

    try:
        return hashlib.blake2b(cloudpickle.dumps(value, protocol=5), digest_size=16).hexdigest()
    except Exception as error:
        if strict:
            raise RuntimeError(
                f"a {type(value).__name__} has no deterministic token: it cannot be pickled ({error}); give its class "
                "a method __dask_tokenize__"
            ) from error
        return uuid.uuid4().hex


def is_lazy(x: Any) -> bool:
    """Whether an object is a lazy collection: a frame, an array, a bag, a delayed value."""
    return not isinstance(x, type) and hasattr(type(x), "__treadle_blocks__")


is_dask_collection = is_lazy


def __getattr__(name: str) -> Any:
    # Dask has these here as well.
    if name in ("compute", "persist", "visualize", "optimize", "annotate", "get_annotations"):
        import treadle

        return getattr(treadle, name)
    raise AttributeError(f"module 'treadle.base' has no attribute {name!r}")
