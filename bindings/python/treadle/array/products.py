"""Products of arrays: sums over axes that they share, block by block."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.chunking import common, is_unknown
from treadle.array.collection import Array
from treadle.array.creation import asarray


def contract(
    kernel: Callable[..., Any], operands: Sequence[Array], labels: Sequence[str], output: str, dtype: Any, name: str
) -> Array:
    """The sum, over all letters that are not in ``output``, of products of blocks. ``kernel`` makes the product of
    one set of blocks, those letters summed over already."""
    from treadle.array.rechunking import rechunk

    cut: dict[str, tuple[Any, ...]] = {}
    for letter in dict.fromkeys("".join(labels)):
        lengths = [
            one.chunks[axis]
            for one, own in zip(operands, labels, strict=True)
            for axis, at in enumerate(own)
            if at == letter
        ]
        long = [one for one in lengths if one != (1,)]
        if len({sum(one) for one in long if not is_unknown(sum(one))}) > 1:
            shapes = ", ".join(str(one.shape) for one in operands)
            raise ValueError(f"{name}: the lengths of axes that go together differ: shapes {shapes}")
        cut[letter] = common(long) if long else (1,)
    arrays = [
        rechunk(
            one,
            tuple(lengths if lengths == (1,) else cut[letter] for lengths, letter in zip(one.chunks, own, strict=True)),
        )
        for one, own in zip(operands, labels, strict=True)
    ]
    inner = [letter for letter in cut if letter not in output]
    chunks = tuple(cut[letter] for letter in output)
    sums = list(itertools.product(*(range(len(cut[letter])) for letter in inner)))
    numbers: list[list[int]] = [[] for _ in arrays]
    for place in rows.grid(chunks):
        for step in sums:
            at = dict(zip(output, place, strict=True)) | dict(zip(inner, step, strict=True))
            for chosen, one, own in zip(numbers, arrays, labels, strict=True):
                index = [0 if len(one.chunks[axis]) == 1 else at[letter] for axis, letter in enumerate(own)]
                chosen.append(rows.number(index, one.chunks))
    given = [_core.choose_blocks(one._blocks, chosen) for one, chosen in zip(arrays, numbers, strict=True)]
    products = rows.call_each(kernel, given, {}, len(numbers[0]), name)
    masked = any(one._masked for one in operands)
    return Array(_summed(products, rows.count(chunks), len(sums), name, masked), chunks, dtype, name, masked)


def _summed(products: _core.Blocks, blocks: int, each: int, name: str, masked: bool) -> _core.Blocks:
    """Runs of ``each`` blocks added up, in order."""
    add: Callable[..., Any] = _add_masked if masked else np.add
    if each == 1:
        return products
    made = []
    for block in range(blocks):
        terms = [products[i] for i in range(block * each, (block + 1) * each)]
        total = terms[0]
        for term in terms[1:]:
            total = rows.call_one(add, (total, term), name)
        made.append(total)
    return made[0] if len(made) == 1 else _core.join_blocks(made)


def _add_masked(left: Any, right: Any) -> Any:
    """The sum of what is there; masked where neither is."""
    return np.ma.sum(np.ma.stack([left, right]), axis=0)


class _Einsum:
    def __init__(self, subscripts: str, dtype: Any, optimize: Any) -> None:
        self.subscripts = subscripts
        self.dtype = dtype
        self.optimize = optimize
        self.__name__ = "einsum"

    def __call__(self, *blocks: Any) -> Any:
        return np.asarray(np.einsum(self.subscripts, *blocks, dtype=self.dtype, optimize=self.optimize))


def einsum(*operands: Any, dtype: Any = None, optimize: Any = False, split_every: Any = None, **kwargs: Any) -> Array:
    """Sums of products written with letters, ``einsum("ij,jk->ik", a, b)``, or with numbers, ``einsum(a, [0, 1], b,
    [1, 2], [0, 2])``."""
    if not isinstance(operands[0], str):
        operands = _with_letters(operands)
    subscripts, given = str(operands[0]), operands[1:]
    arrays = [asarray(one) for one in given]
    inputs, output = _subscripts(subscripts.replace(" ", ""), [one.ndim for one in arrays])
    for one, own in zip(arrays, inputs, strict=True):
        if len(own) != one.ndim:
            raise ValueError(f"einsum: expected an operand of {len(own)} axes for {own!r}, found the shape {one.shape}")
    result = np.dtype(dtype) if dtype is not None else np.result_type(*(one.dtype for one in arrays))
    cores = native.cores(*(one.astype(result) for one in arrays))
    if cores is not None:
        return native.wrap(_core.array_einsum(",".join(inputs) + "->" + output, cores), "einsum")
    text = ",".join(inputs) + "->" + output
    return contract(_Einsum(text, result, optimize), arrays, inputs, output, result, "einsum")


def _with_letters(operands: Sequence[Any]) -> tuple[Any, ...]:
    """Operands that have lists of numbers behind them, with text before them instead."""
    arrays, lists = operands[: len(operands) // 2 * 2 : 2], list(operands[1::2])
    written = [_letters_of(one) for one in lists]
    text = ",".join(written)
    return (text + "->" + _letters_of(operands[-1]) if len(operands) % 2 else text, *arrays)


def _letters_of(numbers: Any) -> str:
    if any(one is not Ellipsis and not 0 <= one < len(_LETTERS) for one in numbers):
        raise ValueError(f"einsum: expected subscripts from 0 to {len(_LETTERS) - 1} or an ellipsis, found {numbers}")
    return "".join("..." if one is Ellipsis else _LETTERS[one] for one in numbers)


def _subscripts(text: str, ndims: list[int]) -> tuple[list[str], str]:
    """The letters of each operand and of the output, with letters for the ellipsis."""
    left, arrow, right = text.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(ndims):
        raise ValueError(f"einsum: expected {len(inputs)} operands for {text!r}, found {len(ndims)}")
    free = [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if letter not in text]
    longest = max(
        (ndim - len(own.replace("...", "")) for own, ndim in zip(inputs, ndims, strict=True) if "..." in own), default=0
    )
    dots = "".join(free[:longest])
    made = []
    for own, ndim in zip(inputs, ndims, strict=True):
        hidden = ndim - len(own.replace("...", ""))
        made.append(own.replace("...", dots[longest - hidden :] if hidden else ""))
    if arrow:
        return made, right.replace("...", dots)
    letters = "".join(own.replace("...", "") for own in inputs)
    single = sorted(letter for letter in set(letters) if letters.count(letter) == 1)
    return made, dots + "".join(single)


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class _Tensordot:
    def __init__(self, axes: Any) -> None:
        self.axes = axes
        self.__name__ = "tensordot"

    def __call__(self, left: Any, right: Any) -> Any:
        if not isinstance(left, np.ma.MaskedArray) and not isinstance(right, np.ma.MaskedArray):
            return np.tensordot(left, right, axes=self.axes)
        values = np.tensordot(np.ma.filled(left, 0), np.ma.filled(right, 0), axes=self.axes)
        first, second = ((~np.ma.getmaskarray(one)).astype(np.intp) for one in (left, right))
        return np.ma.masked_array(values, mask=np.tensordot(first, second, axes=self.axes) == 0)


def tensordot(lhs: Any, rhs: Any, axes: Any = 2) -> Array:
    """Sums of products over axes of two arrays."""
    lhs, rhs = asarray(lhs), asarray(rhs)
    if isinstance(axes, (int, np.integer)):
        left: Any = list(range(lhs.ndim - int(axes), lhs.ndim))
        right: Any = list(range(int(axes)))
    else:
        left, right = ([one] if isinstance(one, (int, np.integer)) else list(one) for one in axes)
    left, right = [one % lhs.ndim for one in left], [one % rhs.ndim for one in right]
    if len(left) != len(right) or any(
        lhs.shape[i] != rhs.shape[j] and not (is_unknown(lhs.shape[i]) or is_unknown(rhs.shape[j]))
        for i, j in zip(left, right, strict=True)
    ):
        raise ValueError(f"shape-mismatch for sum: shapes {lhs.shape} and {rhs.shape} over the axes {left} and {right}")
    cores = native.cores(lhs, rhs)
    if cores is not None:
        return native.wrap(_core.array_tensordot(cores[0], cores[1], left, right), "tensordot")
    first = _LETTERS[: lhs.ndim]
    fresh = iter(_LETTERS[lhs.ndim :])
    second = "".join(first[left[right.index(axis)]] if axis in right else next(fresh) for axis in range(rhs.ndim))
    output = "".join(one for axis, one in enumerate(first) if axis not in left)
    output += "".join(one for axis, one in enumerate(second) if axis not in right)
    dtype = np.result_type(lhs.dtype, rhs.dtype)
    return contract(_Tensordot((left, right)), [lhs, rhs], [first, second], output, dtype, "tensordot")


def dot(a: Any, b: Any) -> Array:
    """The matrix or inner product."""
    a, b = asarray(a), asarray(b)
    if a.ndim == 0 or b.ndim == 0:
        result: Array = a * b
        return result
    if not (a._masked or b._masked) and a.ndim <= 2 and b.ndim <= 2 and a.shape[-1] == b.shape[max(b.ndim - 2, 0)]:
        return matmul(a, b)
    return tensordot(a, b, axes=((a.ndim - 1,), (max(b.ndim - 2, 0),)))


def matmul(a: Any, b: Any) -> Array:
    """The matrix product, over leading axes that broadcast."""
    a, b = asarray(a), asarray(b)
    if a.ndim == 0 or b.ndim == 0:
        raise ValueError("`matmul` does not support scalars.")
    cores = native.cores(a, b) if a.shape[-1] == b.shape[max(b.ndim - 2, 0)] else None
    if cores is not None:
        return native.wrap(_core.array_matmul(cores[0], cores[1]), "matmul")
    vector_left, vector_right = a.ndim == 1, b.ndim == 1
    a, b = a[None] if vector_left else a, b[:, None] if vector_right else b
    inner = (a.shape[-1], b.shape[-2])
    if inner[0] != inner[1] and not any(map(is_unknown, inner)):
        raise ValueError(f"matmul: the last axis of {a.shape} and the last but one of {b.shape} differ")
    lead = _LETTERS[: max(a.ndim, b.ndim) - 2]
    i, j, k = list(_LETTERS[-3:])
    first = lead[len(lead) - a.ndim + 2 :] + i + k
    second = lead[len(lead) - b.ndim + 2 :] + k + j
    dtype = np.matmul(np.ones((1, 1), a.dtype), np.ones((1, 1), b.dtype)).dtype
    result = contract(np.matmul, [a, b], [first, second], lead + i + j, dtype, "matmul")
    if vector_left:
        result = result[..., 0, :]
    return result[..., 0] if vector_right else result


def vdot(a: Any, b: Any) -> Array:
    """The inner product of flattened arrays, the first one conjugated."""
    from treadle.array.elementwise import conj  # type: ignore[attr-defined]
    from treadle.array.reshaping import ravel

    a, b = asarray(a), asarray(b)
    return dot(conj(ravel(a)) if a.dtype.kind == "c" else ravel(a), ravel(b))


def outer(a: Any, b: Any) -> Array:
    """The products of all pairs."""
    from treadle.array.reshaping import ravel

    result: Array = ravel(asarray(a))[:, None] * ravel(asarray(b))[None, :]
    return result
