"""The lazy array: blocks of NumPy arrays in a grid, and what they come together to."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array.chunking import Chunks, is_unknown, shape_of
from treadle.dask_protocol import Tasks
from treadle.engine_graph import with_engine_tasks


class Array:
    """A lazy n-dimensional array cut into chunks. Nothing is computed before ``compute()``."""

    __slots__ = ("__weakref__", "_blocks", "_chunks", "_core", "_dtype", "_given_name", "_masked", "_name")
    __array_priority__ = 11

    def __init__(
        self, blocks: _core.Blocks, chunks: Chunks, dtype: Any, name: str = "array", masked: bool = False
    ) -> None:
        self._blocks = blocks
        self._chunks = tuple(tuple(axis) for axis in chunks)
        self._dtype = np.dtype(dtype)
        self._name = name
        self._core: _core.Array | None = None
        # Chunks are NumPy's masked arrays, which the core does not have.
        self._masked = masked
        self._given_name: str | None = None

    if TYPE_CHECKING:  # operators are made at run time, below

        def __add__(self, other: Any) -> Array: ...
        def __radd__(self, other: Any) -> Array: ...

        def __sub__(self, other: Any) -> Array: ...
        def __rsub__(self, other: Any) -> Array: ...

        def __mul__(self, other: Any) -> Array: ...
        def __rmul__(self, other: Any) -> Array: ...

        def __truediv__(self, other: Any) -> Array: ...
        def __rtruediv__(self, other: Any) -> Array: ...

        def __floordiv__(self, other: Any) -> Array: ...
        def __rfloordiv__(self, other: Any) -> Array: ...

        def __mod__(self, other: Any) -> Array: ...
        def __rmod__(self, other: Any) -> Array: ...

        def __pow__(self, other: Any) -> Array: ...
        def __rpow__(self, other: Any) -> Array: ...

        def __and__(self, other: Any) -> Array: ...
        def __rand__(self, other: Any) -> Array: ...

        def __or__(self, other: Any) -> Array: ...
        def __ror__(self, other: Any) -> Array: ...

        def __xor__(self, other: Any) -> Array: ...
        def __rxor__(self, other: Any) -> Array: ...

        def __lshift__(self, other: Any) -> Array: ...
        def __rlshift__(self, other: Any) -> Array: ...

        def __rshift__(self, other: Any) -> Array: ...
        def __rrshift__(self, other: Any) -> Array: ...

        def __matmul__(self, other: Any) -> Array: ...
        def __rmatmul__(self, other: Any) -> Array: ...

        def __divmod__(self, other: Any) -> tuple[Array, Array]: ...
        def __rdivmod__(self, other: Any) -> tuple[Array, Array]: ...
        def __lt__(self, other: Any) -> Array: ...
        def __le__(self, other: Any) -> Array: ...
        def __gt__(self, other: Any) -> Array: ...
        def __ge__(self, other: Any) -> Array: ...
        def __eq__(self, other: Any) -> Array: ...  # type: ignore[override]
        def __ne__(self, other: Any) -> Array: ...  # type: ignore[override]
        def __neg__(self) -> Array: ...
        def __pos__(self) -> Array: ...
        def __abs__(self) -> Array: ...
        def __invert__(self) -> Array: ...

    # What it is

    @property
    def chunks(self) -> Chunks:
        """The lengths of the blocks along each axis; NaN where they are unknown."""
        return self._chunks

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements."""
        return self._dtype

    @property
    def shape(self) -> tuple[Any, ...]:
        """The lengths of the axes; NaN where they are unknown."""
        return shape_of(self._chunks)

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self._chunks)

    @property
    def size(self) -> Any:
        """How many elements there are."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> Any:
        """Bytes of all elements."""
        return self.size * self.itemsize

    def __treadle_result_bytes__(self) -> int:
        """What the computed array takes in memory, as far as it is known."""
        return 0 if np.isnan(self.nbytes) else int(self.nbytes)

    @property
    def itemsize(self) -> int:
        """Bytes of an element."""
        return self._dtype.itemsize

    @property
    def numblocks(self) -> tuple[int, ...]:
        """Blocks along each axis."""
        return tuple(len(axis) for axis in self._chunks)

    @property
    def npartitions(self) -> int:
        """Blocks in all."""
        return math.prod(self.numblocks)

    @property
    def chunksize(self) -> tuple[Any, ...]:
        """The lengths of the largest block."""
        return tuple(max(axis) for axis in self._chunks)

    @property
    def name(self) -> str:
        """The name of its steps in the graph."""
        return self._given_name or f"{self._name}-{self._blocks.key}"

    def _called(self, name: Any, label: str | None = None) -> Array:
        """This array, just made: under a name that the caller gave, if it is text."""
        self._name = label or self._name
        self._given_name = name if isinstance(name, str) else None
        return self

    @property
    def _meta(self) -> Any:
        none = np.empty((0,) * self.ndim, dtype=self._dtype)
        return np.ma.masked_array(none) if self._masked else none

    def __len__(self) -> int:
        if not self._chunks:
            raise TypeError("len() of unsized object")
        if is_unknown(self.shape[0]):
            raise ValueError("the length is unknown: compute_chunk_sizes() finds it out")
        return int(self.shape[0])

    def __repr__(self) -> str:
        shape = ", ".join("nan" if is_unknown(length) else str(length) for length in self.shape)
        size = ", ".join("nan" if is_unknown(length) else str(length) for length in self.chunksize)
        comma = "," if self.ndim == 1 else ""
        return (
            f"treadle.array<{self._name}, shape=({shape}{comma}), dtype={self._dtype}, "
            f"chunksize=({size}{comma}), chunktype=numpy.ndarray>"
        )

    def _repr_html_(self) -> str:
        from treadle.array.show import html

        return html(self)

    def to_svg(self, size: int = 500) -> str:
        """A drawing of the grid of chunks."""
        from treadle.array.show import svg

        return svg(self.chunks, size)

    def __array_namespace__(self, api_version: str | None = None) -> Any:
        import treadle.array

        return treadle.array

    # Work

    def __treadle_blocks__(self) -> tuple[_core.Blocks, Callable[[list[Any]], Any]]:
        chunks, dtype = self._chunks, self._dtype

        def finish(values: list[Any]) -> Any:
            result = rows.join(values, chunks, dtype)
            if not isinstance(result, np.ndarray):
                return result
            if result.ndim == 0:
                return result[()]
            # What the caller gets is the caller's alone.
            return result if result.flags.writeable else result.copy()

        return self._blocks, finish

    def compute(self, **kwargs: Any) -> Any:
        """Computes the array: a NumPy array, or a scalar if it has no axes."""
        from treadle.computing import compute

        return compute(self, **kwargs)[0]

    def persist(self, **kwargs: Any) -> Array:
        """Computes the blocks and keeps them, in memory as far as ``memory_limit`` goes, else on disk; lazy to the
        user."""
        from treadle.computing import persisted

        kept = persisted([self._blocks], **kwargs)[0]
        return Array(kept, self._chunks, self._dtype, self._name, self._masked)

    def visualize(self, filename: str | None = "treadle", format: str | None = None, **kwargs: Any) -> Any:
        """Draws the graph of its tasks."""
        from treadle import visualize

        return visualize(self, filename=filename, format=format, **kwargs)

    def compute_chunk_sizes(self) -> Array:
        """Finds out unknown lengths of blocks by computing them; changes and returns this array."""
        from treadle.array.conversion import known_chunks

        self._chunks, self._core = known_chunks(self), None
        return self

    def to_delayed(self, optimize_graph: bool = True) -> Any:
        """An object array of delayed values, one for each block."""
        from treadle.array.conversion import to_delayed

        return to_delayed(self)

    def __copy__(self) -> Array:
        # Blocks never change; an array does, by assignment to a part of it.
        return Array(self._blocks, self._chunks, self._dtype, self._name, self._masked)

    def __deepcopy__(self, memo: Any) -> Array:
        return self.__copy__()

    def __reduce__(self) -> Any:
        from treadle.computing import check_results_fit
        from treadle.steps import pack_or_compute

        check_results_fit([self], {})
        return _unpacked, (pack_or_compute(self._blocks), self._chunks, self._dtype, self._name, self._masked)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        result = np.asarray(self.compute())
        return result.astype(dtype, copy=False) if dtype is not None else result

    def __array_ufunc__(self, numpy_ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        from treadle.array.elementwise import apply_ufunc

        return apply_ufunc(numpy_ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        from treadle.array.numpy_functions import dispatch

        return dispatch(func, types, args, kwargs)

    def _scalar(self) -> Any:
        if self.size != 1:
            raise TypeError("only length-1 arrays can be converted to Python scalars")
        return np.asarray(self.compute()).reshape(())[()]

    def __bool__(self) -> bool:
        if is_unknown(self.size) or self.size > 1:
            raise ValueError(
                f"the truth value of a {type(self).__name__} with more than one element is ambiguous; "
                "use a.any() or a.all()"
            )
        return bool(self.compute())

    def __int__(self) -> int:
        return int(self._scalar())

    def __float__(self) -> float:
        return float(self._scalar())

    def __complex__(self) -> complex:
        return complex(self._scalar())

    def __index__(self) -> int:
        return self._scalar().__index__()

    def __iter__(self) -> Iterator[Any]:
        for i in range(len(self)):
            yield self[i]

    def __hash__(self) -> int:
        return id(self)

    # Parts

    def __getitem__(self, key: Any) -> Any:
        from treadle.array.indexing import getitem

        return getitem(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        from treadle.array.assignment import setitem

        changed = setitem(self, key, value)
        self._become(changed)

    def _become(self, other: Array) -> None:
        """Stands for another array from now on."""
        self._blocks, self._chunks, self._dtype = other._blocks, other._chunks, other._dtype
        self._name, self._core, self._masked = other._name, other._core, other._masked

    @property
    def blocks(self) -> Any:
        """The array indexed by block numbers instead of elements."""
        from treadle.array.indexing import BlockView

        return BlockView(self)

    @property
    def partitions(self) -> Any:
        """As ``blocks``."""
        return self.blocks

    @property
    def vindex(self) -> Any:
        """Pointwise indexing by several index arrays."""
        from treadle.array.indexing import PointView

        return PointView(self)

    @property
    def T(self) -> Array:
        """The transposed array."""
        return self.transpose()

    @property
    def A(self) -> Array:
        """The array itself."""
        return self

    @property
    def real(self) -> Any:
        """The real part."""
        return _module().real(self)

    @property
    def imag(self) -> Any:
        """The imaginary part."""
        return _module().imag(self)

    @property
    def flat(self) -> Array:
        """The elements one behind the other."""
        return self.ravel()

    # Dask's collection protocol: a task for each block, which Treadle's scheduler runs together.

    @property
    def dask(self) -> Tasks:
        """A task for each block, behind the engine's that it would run: keys to tasks."""
        return Tasks(with_engine_tasks(self._computed(), self), self._computed)

    def __dask_graph__(self) -> Tasks:
        return self.dask

    def _computed(self) -> dict[tuple[str, int], Any]:
        from treadle.dataframe.protocol import ComputePart

        return {(self.name, i): (ComputePart(part),) for i, part in enumerate(self.blocks.ravel())}

    def __dask_keys__(self) -> list[tuple[str, int]]:
        return [(self.name, i) for i in range(self.npartitions)]

    def __dask_layers__(self) -> tuple[str, ...]:
        return (self.name,)

    def __dask_tokenize__(self) -> str:
        return self.name

    def __dask_postcompute__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _joined, (self._chunks, self._dtype)

    def __dask_postpersist__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self._rebuilt, ()

    def _rebuilt(self, graph: Any, **kwargs: Any) -> Array:
        kept = [rows.as_block(value) for _, value in sorted(graph.items())]
        return Array(_core.keep_blocks(kept), self._chunks, self._dtype, self._name, self._masked)

    @staticmethod
    def __dask_optimize__(graph: Any, keys: Any, **kwargs: Any) -> Any:
        return graph

    @staticmethod
    def __dask_scheduler__(graph: Any, keys: Any, **kwargs: Any) -> Any:
        from treadle.dataframe import protocol

        return protocol.run(graph, keys, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in (self.dtype.names or ()):
            return self[name]
        raise AttributeError(
            f"'Array' has no attribute {name!r}; compute() gives a NumPy array, map_blocks() takes any function"
        )


def _joined(results: Sequence[Any], chunks: Chunks, dtype: Any) -> Any:
    """What Dask makes of the values of all blocks."""
    whole = rows.join(list(results), chunks, dtype)
    return whole[()] if np.ndim(whole) == 0 else whole


def _module() -> Any:
    import treadle.array

    return treadle.array


# Methods that are functions of the module with the array in front.
_METHODS = """
all any argmax argmin argtopk choose clip conj cumprod cumsum dot map_blocks map_overlap max mean min moment
nonzero prod ravel rechunk repeat round shuffle squeeze std store sum swapaxes
to_hdf5 to_npy_stack to_zarr topk trace var astype copy flatten reshape transpose view to_dask_dataframe
"""


def _method(name: str) -> Any:
    def method(self: Array, *args: Any, **kwargs: Any) -> Any:
        from treadle.array import methods

        return getattr(methods, name)(self, *args, **kwargs)

    method.__name__ = name
    method.__qualname__ = f"Array.{name}"
    method.__doc__ = f"See ``treadle.array.{name}``."
    return method


for _name in _METHODS.split():
    setattr(Array, _name, _method(_name))


def _binary(name: str, reverse: bool) -> Any:
    ufunc = getattr(np, name)

    def operator(self: Array, other: Any) -> Any:
        from treadle.array.elementwise import apply_ufunc, is_operand, same_everywhere

        if not is_operand(other):
            return NotImplemented
        try:
            return apply_ufunc(ufunc, "__call__", (other, self) if reverse else (self, other), {})
        except TypeError:
            if name not in ("equal", "not_equal"):
                raise
            # Elements of types that cannot be compared are not equal.
            return same_everywhere(name == "not_equal", self, other)

    return operator


_OPERATORS = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "true_divide",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "pow": "power",
    "and": "bitwise_and",
    "or": "bitwise_or",
    "xor": "bitwise_xor",
    "lshift": "left_shift",
    "rshift": "right_shift",
    "divmod": "divmod",
}
for _symbol, _ufunc in _OPERATORS.items():
    setattr(Array, f"__{_symbol}__", _binary(_ufunc, False))
    setattr(Array, f"__r{_symbol}__", _binary(_ufunc, True))
for _symbol, _ufunc in {
    "eq": "equal",
    "ne": "not_equal",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
}.items():
    setattr(Array, f"__{_symbol}__", _binary(_ufunc, False))


def _unary(name: str) -> Any:
    ufunc = getattr(np, name)

    def operator(self: Array) -> Any:
        from treadle.array.elementwise import apply_ufunc

        return apply_ufunc(ufunc, "__call__", (self,), {})

    return operator


for _symbol, _ufunc in {"neg": "negative", "pos": "positive", "abs": "absolute", "invert": "invert"}.items():
    setattr(Array, f"__{_symbol}__", _unary(_ufunc))


def _matmul(self: Array, other: Any) -> Any:
    return _module().matmul(self, other)


def _rmatmul(self: Array, other: Any) -> Any:
    return _module().matmul(other, self)


setattr(Array, "__matmul__", _matmul)  # noqa: B010
setattr(Array, "__rmatmul__", _rmatmul)  # noqa: B010


def _unpacked(packed: Any, chunks: Chunks, dtype: Any, name: str, masked: bool) -> Array:
    from treadle.steps import unpack

    return Array(unpack(packed), chunks, dtype, name, masked)
