"""Making bags, putting them together, cutting them: what changes partitions, not items."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain, islice, pairwise
from itertools import product as all_pairs
from random import Random
from typing import TYPE_CHECKING, Any

from treadle import _core
from treadle.bag import items
from treadle.base import is_lazy, tokenize
from treadle.optional import needed

if TYPE_CHECKING:
    from treadle.bag.collection import Bag


def _bag(blocks: _core.Blocks, name: str) -> Bag:
    from treadle.bag.collection import Bag

    return Bag._of(blocks, name)


def from_sequence(seq: Iterable[Any], partition_size: int | None = None, npartitions: int | None = None) -> Bag:
    """A bag of a sequence, in partitions of ``partition_size`` items, or about ``npartitions`` of them."""
    all_items = list(seq)
    size = partition_size
    if size is None and npartitions:
        few = len(all_items) <= 100
        size = math.ceil(len(all_items) / npartitions) if few else max(1, len(all_items) // npartitions)
    elif size is None:
        size = 1 if len(all_items) <= 100 else max(1, math.ceil(math.sqrt(len(all_items)) / 10))
    size = max(1, size)
    parts = [all_items[start : start + size] for start in range(0, len(all_items), size)] or [[]]
    return _bag(_core.keep_blocks(parts), "from_sequence")


def from_delayed(values: Any) -> Bag:
    """A bag whose partitions are delayed lists."""
    values = [values] if is_lazy(values) else list(values)
    for value in values:
        if not is_lazy(value):
            raise TypeError(f"from_delayed: expected delayed lists, found a {type(value).__name__}")
    rows = [
        _core.call_one(items.reify, (value,), {}, "from-delayed", tokenize("from-delayed", value)) for value in values
    ]
    return _bag(_core.join_blocks(rows) if rows else _core.keep_blocks([[]]), "bag-from-delayed")


def from_url(urls: str | Sequence[str]) -> Bag:
    """A bag of the lines, as bytes, behind URLs: a partition each."""
    rows = [
        _core.call_one(_lines_behind, (url,), {}, "from-url") for url in ([urls] if isinstance(urls, str) else urls)
    ]
    return _bag(_core.join_blocks(rows), "from_url")


def _lines_behind(url: str) -> list[bytes]:
    from urllib.request import urlopen

    with urlopen(url) as response:
        return list(response)


def bag_range(n: int, npartitions: int) -> Bag:
    """The numbers from 0 to ``n`` - 1."""
    size = max(1, n // npartitions)
    starts = list(range(0, n, size))[:npartitions]
    parts = [range(start, min(start + size, n)) for start in starts]
    if parts:
        parts[-1] = range(starts[-1], n)
    parts += [range(0)] * (npartitions - len(parts))
    return _bag(_core.keep_blocks(list(parts)), "range")


def bag_zip(*bags: Bag) -> Bag:
    """Tuples of the items at one place of bags of equal partitions."""
    counts = {bag.npartitions for bag in bags}
    if len(counts) != 1:
        raise ValueError(f"zip: expected bags of equally many partitions, found {[bag.npartitions for bag in bags]}")
    rows = tuple(bag._blocks for bag in bags)
    return _bag(_core.call_each(_zipped, rows, {}, counts.pop(), "zip", tokenize("zip", [r.key for r in rows])), "zip")


def _zipped(*columns: Iterable[Any]) -> list[Any]:
    return list(zip(*columns, strict=False))


def concat(bags: Iterable[Bag]) -> Bag:
    """The items of several bags, one bag after the other."""
    return _bag(_core.join_blocks([bag._blocks for bag in bags]), "concat")


def product(bag: Bag, other: Bag) -> Bag:
    pairs = [(i, j) for i in range(bag.npartitions) for j in range(other.npartitions)]
    left = _core.join_blocks([bag._blocks[i] for i, _ in pairs])
    right = _core.join_blocks([other._blocks[j] for _, j in pairs])
    token = tokenize("product", bag._blocks.key, other._blocks.key)
    return _bag(_core.call_each(_product, (left, right), {}, len(pairs), "product", token), "product")


def _product(left: Iterable[Any], right: Iterable[Any]) -> list[Any]:
    return list(all_pairs(left, right))


def take(bag: Bag, k: int, npartitions: int, warn: bool) -> Bag:
    if npartitions <= -1:
        npartitions = bag.npartitions
    if npartitions > bag.npartitions:
        raise ValueError(f"only {bag.npartitions} partitions, take received {npartitions}")
    rows = bag._pieces
    if not bag._in_pieces:
        rows = _core.join_blocks([rows[i] for i in range(npartitions)])
    token = tokenize("take", rows.key, k)
    firsts = _core.call_each(_first_of, (k, rows), {}, rows.num_blocks, "take-partial", token, stays_here=True)
    return _bag(_core.call_one(_taken, (k, _row(firsts), warn), {}, "take", f"{token} {warn}", stays_here=True), "take")


def _row(blocks: _core.Blocks) -> list[Any]:
    from treadle.bag.reductions import _Block

    return [_Block(blocks[i]) for i in range(blocks.num_blocks)]


def _first_of(k: int, part: Iterable[Any]) -> list[Any]:
    return list(islice(part, k))


def _taken(k: int, parts: list[list[Any]], warn: bool) -> list[Any]:
    found = list(islice(chain.from_iterable(parts), k))
    if len(found) != k and warn:
        warnings.warn(
            f"Insufficient elements for `take`. {k} elements requested, only {len(found)} elements available. Try "
            "passing larger `npartitions` to `take`.",
            stacklevel=2,
        )
    return found


def repartition(bag: Bag, npartitions: int) -> Bag:
    if npartitions < 1:
        raise ValueError(f"repartition: expected at least 1 partition, found {npartitions}")
    if npartitions == bag.npartitions:
        return bag
    if npartitions < bag.npartitions:
        ratio = bag.npartitions / npartitions
        return _gathered(bag, [int(i * ratio) for i in range(npartitions + 1)])
    each, more = divmod(npartitions, bag.npartitions)
    return _cut(bag, [each] * (bag.npartitions - 1) + [each + more])


def _gathered(bag: Bag, bounds: list[int]) -> Bag:
    """Neighbours put together: partitions from one bound to the next."""
    bounds = [0, *bounds[1:-1], bag.npartitions]
    rows = []
    for begin, end in pairwise(bounds):
        part = _core.join_blocks([bag._blocks[i] for i in range(begin, end)])
        rows.append(
            _core.call_one(_chained, (_row(part),), {}, "repartition", tokenize("gather", part.key), stays_here=True)
        )
    return _bag(_core.join_blocks(rows), "repartition")


_ADVICE = (
    "take the pieces one by one: map, filter, reductions, topk and to_dataframe do, and repartition(npartitions=...) "
    "makes partitions of them"
)


def put_together(pieces: _core.Blocks, name: str) -> _core.Blocks:
    """One block of the pieces that a bag lies in, once the memory for all of them is there."""
    if pieces.num_blocks == 1:
        return pieces
    token = tokenize("put together", pieces.key)
    return _core.call_one(_chained, (_row(pieces),), {}, name, token, if_inputs_do_not_fit=_ADVICE, stays_here=True)


def _chained(parts: list[Iterable[Any]]) -> list[Any]:
    return list(chain.from_iterable(parts))


def _cut(bag: Bag, pieces: list[int]) -> Bag:
    """Each partition in so many pieces."""
    plan = [(i, piece, count) for i, count in enumerate(pieces) for piece in range(count)]
    source = _core.join_blocks([bag._blocks[i] for i, _, _ in plan])
    token = tokenize("cut", bag._blocks.key, pieces)
    made = _core.call_each(partial(_piece, plan), (source,), {}, len(plan), "repartition", token, True, True)
    return _bag(made, "repartition")


def _piece(plan: list[tuple[int, int, int]], number: int, part: Iterable[Any]) -> list[Any]:
    _, piece, count = plan[number]
    whole = list(part)
    return whole[len(whole) * piece // count : len(whole) * (piece + 1) // count]


def repartition_by_size(bag: Bag, size: Any) -> Bag:
    """Computes how large the partitions are; cuts the large ones and puts small neighbours together."""
    from treadle.config import parse_bytes

    most = int(parse_bytes(size))
    if most < 1:
        raise ValueError(f"repartition: partition_size: expected at least 1 byte, found {size}")
    sizes = bag.map_partitions(_nbytes).compute()
    pieces = [1 + nbytes // most for nbytes in sizes]
    parts = [nbytes / count for nbytes, count in zip(sizes, pieces, strict=True) for _ in range(count)]
    bag = _cut(bag, pieces) if any(count > 1 for count in pieces) else bag
    bounds, held = [0], 0.0
    for i, nbytes in enumerate(parts):
        if held + nbytes > most and i > bounds[-1]:
            bounds.append(i)
            held = 0.0
        held += nbytes
    return _gathered(bag, [*bounds, len(parts)])


def _nbytes(part: Iterable[Any]) -> list[int]:
    from sys import getsizeof

    return [sum(map(getsizeof, part))]


def random_states(count: int, random: Random) -> list[Any]:
    """States of generators, one a partition, as Dask draws them."""
    needed("numpy", "random_sample()")
    import numpy as np

    drawn = np.random.default_rng(random.randint(0, 1 << 32)).bytes(624 * count * 4)
    rows = np.frombuffer(drawn, dtype=np.uint32).reshape((count, -1)).tolist()
    return [(3, (*row, 624), None) for row in rows]
