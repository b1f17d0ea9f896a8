"""Random arrays. What the core draws depends on seed, call and place in the array only, not on how it is cut; for other
distributions each block has a stream of NumPy's of its own, told apart by seed, call and number. A seeded array is the
same for any number of threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.chunking import normalize_chunks
from treadle.array.collection import Array
from treadle.array.creation import asarray

# Distributions by the names of NumPy's Generator, and what each draw looks like.
_CONTINUOUS = [
    "beta",
    "chisquare",
    "dirichlet",
    "exponential",
    "f",
    "gamma",
    "gumbel",
    "laplace",
    "logistic",
    "lognormal",
    "multivariate_normal",
    "noncentral_chisquare",
    "noncentral_f",
    "normal",
    "pareto",
    "power",
    "rayleigh",
    "standard_cauchy",
    "standard_exponential",
    "standard_gamma",
    "standard_normal",
    "standard_t",
    "triangular",
    "uniform",
    "vonmises",
    "wald",
    "weibull",
]
_DISCRETE = [
    "binomial",
    "geometric",
    "hypergeometric",
    "logseries",
    "multinomial",
    "negative_binomial",
    "poisson",
    "zipf",
]


def _stream(entropy: Any, number: int) -> Any:
    """The generator of a block."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(entropy, spawn_key=(number,))))


def _draw(number: int, entropy: Any, name: str, shapes: Any, args: Any, kwargs: dict[str, Any], dtype: Any) -> Any:
    drawn = getattr(_stream(entropy, number), name)(*args, size=shapes[number], **kwargs)
    return np.asarray(drawn).astype(dtype, copy=False)


def _size(size: Any) -> tuple[int, ...]:
    if size is None:
        return ()
    return (int(size),) if isinstance(size, (int, np.integer)) else tuple(int(one) for one in size)


class _Source:
    """A seed, and how many arrays were drawn from it."""

    if TYPE_CHECKING:
        # The distributions, which are added below by their names.
        def __getattr__(self, name: str) -> Callable[..., Array]: ...

    def __init__(self, seed: Any = None) -> None:
        self._restart(seed)

    def _restart(self, seed: Any) -> None:
        if isinstance(seed, type) and issubclass(seed, np.random.BitGenerator):
            seed = None
        if isinstance(seed, np.random.SeedSequence):
            entropy: Any = seed.entropy
        elif seed is None or isinstance(seed, (int, np.integer)):
            entropy = np.random.SeedSequence(None if seed is None else int(seed)).entropy
        elif isinstance(seed, (np.random.BitGenerator, np.random.Generator, np.random.RandomState)):
            entropy = int(
                np.random.Generator(seed).integers(2**63)
                if isinstance(seed, np.random.BitGenerator)
                else (seed.integers(2**63) if isinstance(seed, np.random.Generator) else seed.randint(2**31))
            )
        else:
            entropy = [int(one) for one in np.atleast_1d(np.asarray(seed))]
        whole = isinstance(entropy, int) and 0 <= entropy < 2**64
        self._core = _core.Random(entropy if whole else None) if whole or seed is None else None
        self._entropy = list(np.atleast_1d(np.asarray(entropy, dtype=object)).tolist())
        self._calls = 0

    def _next(self) -> list[int]:
        """A new stream's seed."""
        self._calls += 1
        return [*self._entropy, self._calls]

    def _drawn(self, name: str, args: tuple[Any, ...], size: Any, chunks: Any, kwargs: dict[str, Any]) -> Array:
        dtype = kwargs.pop("as_dtype", kwargs.get("dtype"))
        arrays = [
            one
            for one in (*args, *kwargs.values())
            if isinstance(one, Array) or (isinstance(one, np.ndarray) and one.ndim)
        ]
        small = [np.ones((1,) * one.ndim, one.dtype) if isinstance(one, Array) else one for one in args]
        sample = np.asarray(getattr(np.random.default_rng(0), name)(*small, size=None, **kwargs))
        made = self._native(name, args, size, chunks, kwargs)
        if made is not None:
            return made
        extra = sample.ndim if name in ("dirichlet", "multinomial", "multivariate_normal") else 0
        dtype = np.dtype(dtype) if dtype is not None else sample.dtype
        if arrays and not extra:
            return self._with_arrays(name, args, size, chunks, kwargs, dtype)
        shape = _size(size)
        if any(length < 0 for length in shape):
            raise ValueError("negative dimensions are not allowed")
        cut = normalize_chunks(chunks, shape, dtype=dtype)
        shapes = [tuple(lengths[i] for lengths, i in zip(cut, place, strict=True)) for place in rows.grid(cut)]
        row = rows.call_numbered(_draw, [self._next(), name, shapes, args, kwargs, dtype], {}, rows.count(cut), name)
        tail = tuple((length,) for length in sample.shape[sample.ndim - extra :]) if extra else ()
        return Array(row, cut + tail, dtype, name)

    def _native(self, name: str, args: tuple[Any, ...], size: Any, chunks: Any, kwargs: dict[str, Any]) -> Array | None:
        """The core's draws; none if it has not the distribution, or parameters are arrays."""
        plain = all(isinstance(one, (int, float, np.number)) for one in args)
        if self._core is None or not plain or min(_size(size), default=1) < 0:
            return None
        dtype = np.dtype(kwargs.get("dtype", np.int64 if name == "integers" else np.float64))
        shape = _size(size)
        cut = normalize_chunks(chunks, shape, dtype=dtype)
        where = list(shape), native.lengths(cut)
        if name == "random":
            return native.wrap(self._core.random(*where, dtype.str), name)
        if name == "integers":
            low, high = (0, args[0]) if len(args) == 1 else args
            high = int(high) + bool(kwargs.get("endpoint"))
            if dtype.kind not in "iu" or high > 2**63 - 1 or int(low) < -(2**63):
                return None
            return native.wrap(self._core.integers(int(low), high, *where, dtype.str), name)
        defaults = _DEFAULTS.get(name)
        if defaults is None or set(kwargs) - set(_arguments(name)):
            return None
        given = dict(zip(_arguments(name), args, strict=False)) | kwargs
        values = [float(given.get(one, default)) for one, default in zip(_arguments(name), defaults, strict=True)]
        core_name, values = ("normal", [0.0, 1.0]) if name == "standard_normal" else (name, values)
        return native.wrap(self._core.distribution(core_name, values, *where), name)

    def _with_arrays(self, name: str, args: Any, size: Any, chunks: Any, kwargs: dict[str, Any], dtype: Any) -> Array:
        """Parameters that are arrays: block by block, as they broadcast."""
        from treadle.array.broadcasting import broadcast_to
        from treadle.array.elementwise import aligned, broadcast_chunks

        given = [asarray(one) if np.ndim(one) else one for one in args]
        grid, cut = broadcast_chunks([one for one in given if isinstance(one, Array)])
        if size is not None:
            wanted = (size,) if isinstance(size, (int, np.integer)) else tuple(size)
            cut = [broadcast_to(one, wanted, None if chunks == "auto" else chunks) for one in cut]
            grid, cut = broadcast_chunks(cut)
        following = iter(cut)
        ready = [aligned(next(following), grid) if isinstance(one, Array) else one for one in given]
        shapes = [tuple(lengths[i] for lengths, i in zip(grid, place, strict=True)) for place in rows.grid(grid)]
        row = rows.call_numbered(
            _draw_with, [self._next(), name, shapes, dtype, kwargs, *ready], {}, rows.count(grid), name
        )
        return Array(row, grid, dtype, name)

    def _chosen(self, a: Any, size: Any, replace: bool, p: Any, chunks: Any) -> Array:
        from treadle.array.indexing import take
        from treadle.array.rechunking import rechunk

        values = None if isinstance(a, (int, np.integer)) else asarray(a)
        length = int(a) if values is None else int(values.shape[0])
        if length <= 0:
            raise ValueError("a must be greater than 0 unless no samples are taken")
        if values is not None and values.ndim != 1:
            raise ValueError("a must be one dimensional")
        weights = None if p is None else np.asarray(p.compute() if isinstance(p, Array) else p, float)
        if weights is not None and (len(weights) != length or not np.isclose(weights.sum(), 1)):
            raise ValueError("p must have as many elements as a, and add up to one")
        shape = _size(size)
        cut = normalize_chunks(chunks, shape, dtype=np.int64)
        if not replace and rows.count(cut) > 1:
            cut = tuple((n,) for n in shape)
        shapes = [tuple(lengths[i] for lengths, i in zip(cut, place, strict=True)) for place in rows.grid(cut)]
        row = rows.call_numbered(_pick, [self._next(), length, shapes, replace, weights], {}, rows.count(cut), "choice")
        numbers = Array(row, cut, np.int64, "choice")
        return numbers if values is None else take(rechunk(values, -1), numbers, 0)

    def permutation(self, x: Any) -> Array:
        """A sequence, or a range of numbers, in random order."""
        from treadle.array.creation import arange
        from treadle.array.indexing import take

        x = arange(int(x), chunks="auto") if isinstance(x, (int, np.integer)) else asarray(x)
        order = _stream(self._next(), 0).permutation(int(x.shape[0]))
        return take(x, order, 0)


def _draw_with(
    number: int, entropy: Any, name: str, shapes: Any, dtype: Any, kwargs: dict[str, Any], *args: Any
) -> Any:
    drawn = getattr(_stream(entropy, number), name)(*args, size=shapes[number], **kwargs)
    return np.asarray(drawn).astype(dtype, copy=False)


def _pick(number: int, entropy: Any, length: int, shapes: Any, replace: bool, weights: Any) -> Any:
    return np.asarray(_stream(entropy, number).choice(length, shapes[number], replace=replace, p=weights))


def _distribution(name: str) -> Callable[..., Array]:
    def draw(self: _Source, *args: Any, size: Any = None, chunks: Any = "auto", **kwargs: Any) -> Array:
        positional = _arguments(name)
        if len(args) > len(positional):
            args, rest = args[: len(positional)], args[len(positional) :]
            size = rest[0]
            chunks = rest[1] if len(rest) > 1 else chunks
        return self._drawn(name, args, size, chunks, kwargs)

    draw.__name__ = name
    draw.__doc__ = f"Draws from NumPy's distribution ``{name}``."
    return draw


_PARAMETERS = {
    "beta": "a b", "binomial": "n p", "chisquare": "df", "dirichlet": "alpha", "exponential": "scale",
    "f": "dfnum dfden",
    "gamma": "shape scale", "geometric": "p", "gumbel": "loc scale", "hypergeometric": "ngood nbad nsample",
    "laplace": "loc scale", "logistic": "loc scale", "lognormal": "mean sigma", "logseries": "p",
    "multinomial": "n pvals",
    "multivariate_normal": "mean cov", "negative_binomial": "n p", "noncentral_chisquare": "df nonc",
    "noncentral_f": "dfnum dfden nonc", "normal": "loc scale", "pareto": "a", "poisson": "lam", "power": "a",
    "rayleigh": "scale", "standard_cauchy": "", "standard_exponential": "", "standard_gamma": "shape",
    "standard_normal": "", "standard_t": "df", "triangular": "left mode right", "uniform": "low high",
    "vonmises": "mu kappa", "wald": "mean scale", "weibull": "a", "zipf": "a",
}  # fmt: skip


# Of the distributions that the core has, what NumPy takes for parameters that are not given; NaN: they are needed.
_NEEDED = float("nan")
_DEFAULTS: dict[str, tuple[float, ...]] = {
    "beta": (_NEEDED, _NEEDED),
    "binomial": (_NEEDED, _NEEDED),
    "chisquare": (_NEEDED,),
    "exponential": (1,),
    "gamma": (_NEEDED, 1),
    "geometric": (_NEEDED,),
    "gumbel": (0, 1),
    "laplace": (0, 1),
    "logistic": (0, 1),
    "lognormal": (0, 1),
    "normal": (0, 1),
    "poisson": (1,),
    "rayleigh": (1,),
    "standard_gamma": (_NEEDED,),
    "standard_normal": (),
    "triangular": (_NEEDED, _NEEDED, _NEEDED),
    "uniform": (0, 1),
    "weibull": (_NEEDED,),
}


def _arguments(name: str) -> list[str]:
    return _PARAMETERS[name].split()


for _name in [*_CONTINUOUS, *_DISCRETE]:
    setattr(_Source, _name, _distribution(_name))


class Generator(_Source):
    """Random arrays, by NumPy's Generator's names."""

    def __init__(self, bit_generator: Any = None) -> None:
        super().__init__(bit_generator)

    def random(
        self, size: Any = None, dtype: Any = np.float64, out: Any = None, chunks: Any = "auto", **kwargs: Any
    ) -> Array:
        """Uniform draws from [0, 1)."""
        return self._drawn(
            "random", (), size, chunks, {"dtype": np.dtype(dtype).type} if np.dtype(dtype) != float else {}
        )

    def integers(
        self,
        low: Any,
        high: Any = None,
        size: Any = None,
        dtype: Any = np.int64,
        endpoint: bool = False,
        chunks: Any = "auto",
        **kwargs: Any,
    ) -> Array:
        """Random integers in a half-open interval, or a closed one if ``endpoint``."""
        return self._drawn(
            "integers",
            (low, high) if high is not None else (low,),
            size,
            chunks,
            {"dtype": np.dtype(dtype).type, "endpoint": endpoint},
        )

    def choice(
        self,
        a: Any,
        size: Any = None,
        replace: bool = True,
        p: Any = None,
        axis: int = 0,
        shuffle: bool = True,
        chunks: Any = "auto",
    ) -> Array:
        """Random picks from an array or a range of numbers."""
        return self._chosen(a, size, replace, p, chunks)


class RandomState(_Source):
    """Random arrays, by the names of NumPy's older RandomState."""

    def __init__(self, seed: Any = None, RandomState: Any = None) -> None:
        super().__init__(seed)

    def seed(self, seed: Any = None) -> None:
        """Starts anew from a seed."""
        self._restart(seed)

    def random(self, size: Any = None, chunks: Any = "auto", **kwargs: Any) -> Array:
        """Uniform draws from [0, 1)."""
        return self._drawn("random", (), size, chunks, {})

    random_sample = random

    def randint(
        self, low: Any, high: Any = None, size: Any = None, chunks: Any = "auto", dtype: Any = "l", **kwargs: Any
    ) -> Array:
        """Random integers in a half-open interval."""
        return self._drawn(
            "integers", (low, high) if high is not None else (low,), size, chunks, {"dtype": np.dtype(dtype).type}
        )

    def random_integers(
        self, low: Any, high: Any = None, size: Any = None, chunks: Any = "auto", **kwargs: Any
    ) -> Array:
        """Random integers in a closed interval."""
        low, high = (1, low) if high is None else (low, high)
        return self.randint(low, high + 1, size, chunks)

    def tomaxint(self, size: Any = None, chunks: Any = "auto", **kwargs: Any) -> Array:
        """Random integers that are not negative."""
        return self.randint(0, np.iinfo(np.int64).max, size, chunks)

    def choice(self, a: Any, size: Any = None, replace: bool = True, p: Any = None, chunks: Any = "auto") -> Array:
        """Random picks from an array or a range of numbers."""
        return self._chosen(a, size, replace, p, chunks)


def default_rng(seed: Any = None) -> Generator:
    """A Generator, seeded if asked."""
    return seed if isinstance(seed, Generator) else Generator(seed)


# The functions of the module draw from one state.
_STATE = RandomState()


def seed(seed: Any = None) -> None:
    """Seeds what the functions of this module draw from."""
    _STATE.seed(seed)


def __getattr__(name: str) -> Any:
    if name.startswith("_") or not hasattr(_STATE, name):
        raise AttributeError(f"module 'treadle.array.random' has no attribute {name!r}")
    return getattr(_STATE, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *(name for name in dir(_STATE) if not name.startswith("_"))})
