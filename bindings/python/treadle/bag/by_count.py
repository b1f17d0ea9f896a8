"""frequencies(sort=True): pairs in the order of their counts, the largest first; of equals the one that came first.

Of a partition in pieces each piece is sorted by itself. What is taken of them here and there says between which pairs
the order of all is cut into as many pieces again, so that no task sees all pairs.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from functools import partial
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from treadle import _core
from treadle.bag.by_key import exchanged
from treadle.base import tokenize

if TYPE_CHECKING:
    from treadle.bag.collection import Bag

# So many of each piece say where the cuts are.
_SAMPLED = 64

# Where a pair is in the order of all: its count, less than zero, its piece, its place there.
Rank = tuple[int, int, int]
Ranked = tuple[Rank, Any]


def sorted_by_count(counts: Bag) -> Bag:
    from treadle.bag.collection import Bag

    row = counts._pieces
    if row.num_blocks == 1:
        return counts.map_partitions(_sorted)
    token = tokenize("by count", row.key)
    count = row.num_blocks
    ranked = _core.call_each(_ranked, (row,), {}, count, "sorted-piece", f"{token} ranked", True)
    samples = _core.call_each(_sample, (ranked,), {}, count, "sorted-sample", f"{token} sample", stays_here=True)
    cuts = _core.call_one(partial(_cuts, count), (samples,), {}, "sorted-cuts", f"{token} cuts", stays_here=True)
    ranges = _core.call_each(_cut, (ranked, cuts), {}, count, "sorted-range", f"{token} cut")
    return Bag._of(exchanged(ranges, count, _merged, "sorted", token), "sorted", in_pieces=True)


def _sorted(counts: list[tuple[Any, int]]) -> list[tuple[Any, int]]:
    return sorted(counts, key=itemgetter(1), reverse=True)


def _ranked(number: int, counts: list[tuple[Any, int]]) -> list[Ranked]:
    return sorted(((-pair[1], number, place), pair) for place, pair in enumerate(counts))


def _sample(ranked: list[Ranked]) -> list[Rank]:
    step = max(1, len(ranked) // _SAMPLED)
    return [rank for rank, _ in ranked[step // 2 :: step]]


def _cuts(count: int, samples: list[list[Rank]]) -> list[Rank]:
    """The first ranks of all pieces but the first."""
    ranks = sorted(rank for sample in samples for rank in sample)
    if not ranks:
        return [(0, 0, 0)] * (count - 1)
    return [ranks[len(ranks) * i // count] for i in range(1, count)]


def _cut(ranked: list[Ranked], cuts: list[Rank]) -> list[list[Ranked]]:
    bounds = [0, *(bisect_left(ranked, cut, key=itemgetter(0)) for cut in cuts), len(ranked)]
    return [ranked[begin:end] for begin, end in pairwise(bounds)]


def _merged(ranges: list[list[Ranked]]) -> list[tuple[Any, int]]:
    return [pair for _, pair in heapq.merge(*ranges, key=itemgetter(0))]
