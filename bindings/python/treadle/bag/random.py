"""Random items of bags, with and without replacement."""

from __future__ import annotations

import heapq
import math
import random as numbers
from collections.abc import Iterable
from functools import partial
from typing import Any

from treadle.bag.collection import Bag

__all__ = ["choices", "sample"]


def sample(population: Bag, k: int, split_every: int | None = None) -> Bag:
    """``k`` different items, each choice of them as likely as any other."""
    if k < 0:
        raise ValueError("Cannot take a negative number of samples")
    drawn = population._bag(partial(_keyed, k), partial(_least_keys, k), split_every, "sample")
    return drawn.map_partitions(_drawn, k)


def choices(population: Bag, k: int = 1, split_every: int | None = None) -> Bag:
    """``k`` items, each of them any item of the bag."""
    return population._bag(partial(_places, k), partial(_merged_places, k), split_every, "choices").map_partitions(
        _items_of_places
    )


# Without replacement: every item draws a number, and the items of the least numbers are taken.
def _keyed(k: int, items: Iterable[Any]) -> list[tuple[float, int, Any]]:
    return heapq.nsmallest(k, ((numbers.random(), i, item) for i, item in enumerate(items)), key=_first_two)


def _first_two(drawn: tuple[float, int, Any]) -> tuple[float, int]:
    return drawn[:2]


def _least_keys(k: int, parts: Iterable[list[tuple[float, int, Any]]]) -> list[tuple[float, int, Any]]:
    return heapq.nsmallest(k, (drawn for part in parts for drawn in part), key=_first_two)


def _drawn(drawn: list[tuple[float, int, Any]], k: int) -> list[Any]:
    if len(drawn) < k:
        raise ValueError("Sample larger than population")
    return [item for _, _, item in drawn]


# With replacement: each of k places holds an item, and gives way to one of n others with their share's probability.
def _places(k: int, items: Iterable[Any]) -> tuple[list[Any], int]:
    held: list[Any] = []
    following: list[int] = []
    count = 0
    for item in items:
        count += 1
        if count == 1:
            held = [item] * k
            following = [_next_taken(1) for _ in range(k)]
            continue
        for place in range(k):
            if following[place] == count:
                held[place] = item
                following[place] = _next_taken(count)
    return held, count


def _next_taken(count: int) -> int:
    """The number of the next item that takes a place which the item `count` holds."""
    return math.floor(count / (1.0 - numbers.random())) + 1


def _merged_places(k: int, parts: Iterable[tuple[list[Any], int]]) -> tuple[list[Any], int]:
    held: list[Any] = []
    total = 0
    for items, count in parts:
        total += count
        if not held:
            held = list(items)
        elif items:
            held = [
                mine if numbers.random() * total >= count else theirs for mine, theirs in zip(held, items, strict=True)
            ]
    return held, total


def _items_of_places(drawn: tuple[list[Any], int]) -> list[Any]:
    items, count = drawn
    if count == 0:
        raise IndexError("Cannot choose from an empty population")
    return items
