"""Bag: partitions of items."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from random import Random
from typing import Any

from treadle import _core
from treadle.bag import by_count, by_key, combine, grouping, items, json_steps, native, reductions
from treadle.bag.item import Item, LazyValue, name_of
from treadle.bag.items import NO_DEFAULT, Step
from treadle.base import tokenize
from treadle.dask_protocol import Computed, Tasks, first
from treadle.optional import needed


class Bag(LazyValue):
    """A lazy multiset of Python objects in partitions, which are computed apart from each other.

    Steps on items of one partition are put together: each item passes through all of them before the next one does.

    What ``frequencies``, ``distinct`` and ``foldby`` answer with is one partition, as in Dask, whose items lie in
    pieces: what goes item by item takes these, and only what asks for the partition as one list puts them together.
    """

    _given_name: builtins.str | None

    def __init__(self, dsk: Any, name: builtins.str, npartitions: int) -> None:
        from treadle.graphs import blocks_of_graph

        rows = [blocks_of_graph(dict(dsk), (name, i)) for i in range(npartitions)]
        self._take_over(_core.join_blocks(rows), name, None, (), False)
        self._given_name = name

    def _take_over(
        self,
        source: _core.Blocks,
        name: builtins.str,
        kind: builtins.str | None,
        steps: tuple[Step, ...],
        in_pieces: builtins.bool,
    ) -> None:
        self._source = source
        self._kind = kind  # what the source's native partitions hold: "texts", "lists", "counts"; None: anything
        self._steps = steps  # on items of the source's partitions, not yet a task
        self._source_in_pieces = in_pieces  # its blocks are those of one partition, in the order of its items
        self._cut: _core.Blocks | None = None  # of a native source of one block: the same in pieces
        self._made: _core.Blocks | None = None
        self._whole: _core.Blocks | None = None
        self._files: tuple[builtins.str, ...] = ()  # of lines that were read: what each partition lies in
        # What makes a native source again, in another process: a function of this package, and its arguments.
        self._made_by: tuple[Callable[..., Bag], tuple[Any, ...]] | None = None
        self._kept: _core.Blocks | None = None  # of a persisted native source: the same, as it travels
        self._by_keys: tuple[_core.Blocks, Callable[[Any, Any], Any]] | None = None  # what _by_key() joined
        self._label = name  # what it does, for people
        self._given_name = None
        self.npartitions = 1 if in_pieces else source.num_blocks

    @classmethod
    def _of(
        cls,
        source: _core.Blocks,
        name: builtins.str,
        kind: builtins.str | None = None,
        steps: tuple[Step, ...] = (),
        in_pieces: builtins.bool = False,
    ) -> Bag:
        made = cls.__new__(cls)
        made._take_over(source, name, kind, steps, in_pieces)
        return made

    @property
    def _blocks(self) -> _core.Blocks:
        """The partitions, behind all steps."""
        if self._whole is None:
            if not self._source_in_pieces:
                self._whole = self._behind_steps()
            else:
                self._whole = combine.put_together(self._behind_steps(), self._label)
        return self._whole

    @property
    def _in_pieces(self) -> builtins.bool:
        """Whether ``_pieces`` are those of one partition."""
        return self._source_in_pieces or self._cut is not None

    @property
    def _pieces(self) -> _core.Blocks:
        """All items in their order, behind all steps: for what goes item by item."""
        return (self if self._cut is None else self._cut_up())._behind_steps()

    @property
    def _of_items(self) -> Callable[..., Any]:
        """What calls a function on the items of a block of ``_pieces``, and names the block in errors."""
        return items.of_items_of_piece if self._in_pieces else items.of_items

    def _behind_steps(self) -> _core.Blocks:
        if self._made is not None:
            return self._made
        source = self._source
        if self._kept is not None:
            source = self._kept
        elif self._made_by is not None:
            made_by = (_pieces_again, self._made_by) if self._source_in_pieces else self._made_by
            source = _core.made_blocks(source, made_by)
        steps, files = self._steps, self._files
        found = json_steps.planned(self)
        if found is not None:
            source, steps = found
            files = ()
        self._made = source
        if steps:
            self._made = _core.call_each(
                items.run_steps,
                (source, steps, files, "piece" if self._source_in_pieces else "partition"),
                {},
                source.num_blocks,
                f"python: {self._label}",
                tokenize(self._source.key, self._steps),
                True,
            )
        return self._made

    def __treadle_blocks__(self) -> tuple[_core.Blocks, Callable[[list[Any]], Any]]:
        return self._blocks, _joined

    @property
    def name(self) -> builtins.str:
        """What it does, and what tells it from others that do the same."""
        if self._given_name is None:
            self._given_name = f"{self._label}-{self._blocks.key}"
        return self._given_name

    # To Dask, a task a partition.

    def __dask_keys__(self) -> list[Any]:
        return [(self.name, i) for i in range(self.npartitions)]

    def _computed(self) -> dict[Any, Any]:
        return {key: (Computed(part),) for key, part in zip(self.__dask_keys__(), self.to_delayed(), strict=True)}

    def __dask_layers__(self) -> tuple[builtins.str, ...]:
        return (self.name,)

    def __dask_postcompute__(self) -> tuple[Callable[[Any], Any], tuple[()]]:
        return _chained, ()

    @property
    def dask(self) -> Tasks:
        """All that makes the partitions, as a graph of Dask's form: those are ``(name, number)`` in it."""
        from treadle.delayed_graph import graph_of

        return Tasks(graph_of(self._blocks, self.__dask_keys__()), self._computed)

    def _then(self, step: Step, name: builtins.str) -> Bag:
        if self._cut is not None:
            return self._cut_up()._then(step, name)
        made = Bag._of(self._source, name, self._kind, (*self._steps, step), self._source_in_pieces)
        made._files = self._files
        made._made_by, made._kept = self._made_by, self._kept
        return made

    def _cut_up(self) -> Bag:
        """The same bag, its native source in pieces."""
        assert self._cut is not None
        made = Bag._of(self._cut, self._label, self._kind, (), True)
        made._made_by = _cut_again, (self,)
        return made

    def _together(self) -> Bag:
        """The same bag, its blocks its partitions: for steps that know their partition."""
        return Bag._of(self._blocks, self._label) if self._in_pieces else self

    def _before_steps(self) -> Bag:
        """The bag of the source alone."""
        made = Bag._of(self._source, self._label, self._kind, (), self._source_in_pieces)
        made._files = self._files
        made._made_by, made._kept = self._made_by, self._kept
        return made

    def _natively(
        self,
        blocks: _core.Blocks,
        name: builtins.str,
        kind: builtins.str | None,
        make: Callable[..., Bag],
        *arguments: Any,
    ) -> Bag:
        """A bag of native partitions that ``make(*arguments)`` makes, too."""
        in_pieces = self._source_in_pieces and blocks.num_blocks == self._source.num_blocks
        made = Bag._of(blocks, name, kind, (), in_pieces)
        made._made_by = make, arguments
        return made

    def persist(self, **kwargs: Any) -> Bag:
        """Computes the partitions now and keeps them: native ones as they are."""
        from treadle.computing import persisted

        (kept,) = persisted([self._pieces], **kwargs)
        native = not self._steps and self._kind in ("texts", "counts")
        if native:
            made = Bag._of(_core.bag_of_blocks(kept), self._label, self._kind, (), self._in_pieces)
            made._kept = kept
        else:
            made = Bag._of(kept, self._label, in_pieces=self._source_in_pieces)
        made._given_name = self.name
        return made

    def __repr__(self) -> builtins.str:
        return f"dask.bag<{self._label}, npartitions={self.npartitions}>"

    def __iter__(self) -> Iterator[Any]:
        return iter(self.compute())

    @property
    def str(self) -> native.StringAccessor:
        """Methods of ``str`` on every item."""
        return native.StringAccessor(self)

    # Item by item

    def map(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Bag:
        """``func(item, ...)`` of each item; further bags give an item each, other arguments are the same for all."""
        from treadle.bag.elementwise import bag_map

        return bag_map(func, self, *args, **kwargs)

    def starmap(self, func: Callable[..., Any], **kwargs: Any) -> Bag:
        """``func(*item)`` of each item."""
        from treadle.bag.elementwise import starmap

        return starmap(func, self, kwargs)

    def filter(self, predicate: Callable[[Any], Any] | None) -> Bag:
        """The items for which ``predicate`` is true; those that are true themselves if it is None."""
        if predicate is None:
            predicate = bool
        return self._then(partial(items.kept, predicate), f"filter-{name_of(predicate)}")

    def remove(self, predicate: Callable[[Any], Any]) -> Bag:
        """The items for which ``predicate`` is false."""
        return self._then(partial(items.removed, predicate), f"remove-{name_of(predicate)}")

    def map_partitions(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Bag:
        """``func(items, ...)`` of each partition, an iterable in and one out."""
        from treadle.bag.elementwise import map_partitions

        return map_partitions(func, self, *args, **kwargs)

    def pluck(self, key: Any, default: Any = NO_DEFAULT) -> Bag:
        """A key or place of each item, or the tuple of several in a list; ``default`` where an item lacks it."""
        return self._then(partial(items.plucked, key, default), "pluck")

    def unzip(self, n: int) -> tuple[Bag, ...]:
        """``n`` bags of the places of tuples."""
        return tuple(self.pluck(i) for i in range(n))

    def flatten(self) -> Bag:
        """The items of items, one level."""
        if self._kind == "lists" and not self._steps:
            return self._natively(_core.bag_flatten(self._source), "flatten", "texts", Bag.flatten, self)
        return self._then(items.flattened, "flatten")

    def concat(self) -> Bag:
        """The name that ``flatten`` had before."""
        return self.flatten()

    def random_sample(self, prob: float, random_state: Any = None) -> Bag:
        """Each item with probability ``prob``; the same ones for the same ``random_state``."""
        if not 0 <= prob <= 1:
            raise ValueError("prob must be a number in the interval [0, 1]")
        if not isinstance(random_state, Random):
            random_state = Random(random_state)
        states = combine.random_states(self.npartitions, random_state)
        return self._together()._then(partial(items.sampled, states, prob), "random-sample")

    def accumulate(self, binop: Callable[[Any, Any], Any], initial: Any = NO_DEFAULT) -> Bag:
        """A running fold over all items, in their order."""
        return reductions.accumulate(self, binop, initial)

    # All items

    def reduction(
        self,
        perpartition: Callable[..., Any],
        aggregate: Callable[..., Any],
        split_every: int | bool | None = None,
        out_type: Any = Item,
        name: builtins.str | None = None,
    ) -> Any:
        """``perpartition`` of each partition, ``aggregate`` of lists of up to ``split_every`` (8) results."""
        name = name or name_of(aggregate)
        made = reductions.reduce(self._blocks, items.of_partition, perpartition, aggregate, split_every, name)
        return Item(*made) if out_type is Item else Bag._of(*made)

    # What takes items one after the other, and does not mind which partition they are of.

    def _item(self, perpartition: Any, aggregate: Any, split_every: Any, name: builtins.str) -> Item:
        return Item(*self._reduced(perpartition, aggregate, split_every, name))

    def _bag(self, perpartition: Any, aggregate: Any, split_every: Any, name: builtins.str) -> Bag:
        return Bag._of(*self._reduced(perpartition, aggregate, split_every, name))

    def _reduced(
        self, perpartition: Any, aggregate: Any, split_every: Any, name: builtins.str
    ) -> tuple[_core.Blocks, builtins.str]:
        return reductions.reduce(self._pieces, self._of_items, perpartition, aggregate, split_every, name)

    def fold(
        self,
        binop: Callable[[Any, Any], Any],
        combine: Callable[[Any, Any], Any] | None = None,
        initial: Any = NO_DEFAULT,
        split_every: int | None = None,
        out_type: Any = Item,
    ) -> Any:
        """A fold of each partition by ``binop``, and of what they give by ``combine``."""
        if self._in_pieces:  # one partition: each of its items is for binop
            made = reductions.fold_pieces(self._pieces, binop, initial)
        else:
            of_part = partial(reductions.folded, binop, initial)
            of_parts = partial(reductions.folded, combine or binop, NO_DEFAULT)
            made = self._reduced(of_part, of_parts, split_every, "fold")
        return Item(*made) if out_type is Item else Bag._of(*made)

    def frequencies(self, split_every: int | None = None, sort: bool = False) -> Bag:
        """Pairs of each different item and how often it occurs, in the order of first occurrence."""
        if self._kind == "texts" and not self._steps:
            counts = _core.bag_frequencies(self._source)
            made = self._natively(counts, "frequencies", "counts", Bag.frequencies, self)
            made._cut = _core.bag_frequencies_in_pieces(self._source)
        else:
            made = self._by_key(reductions.counted, reductions.counts_merged, reductions.pair, "frequencies")
        return by_count.sorted_by_count(made) if sort else made

    def topk(self, k: int, key: Any = None, split_every: int | None = None) -> Bag:
        """The ``k`` largest items, by ``key`` if one is given: a function, or what the item is asked for."""
        if self._kind == "counts" and not self._steps and reductions.is_second(key):
            top = _core.bag_top_counts(self._source, k)
            return self._natively(top, "topk-aggregate", "counts", Bag.topk, self, k, 1)
        if self._by_keys is not None and not self._steps:
            parts, finish = self._by_keys
            return Bag._of(by_key.largest(k, reductions.key_of(key), finish, parts, "topk"), "topk-aggregate")
        largest = reductions.largest(k, key)
        return self._bag(largest, partial(reductions.of_joined, largest), split_every, "topk-aggregate")

    def distinct(self, key: Any = None) -> Bag:
        """Each item once, or the first of each ``key``, in the order of first occurrence."""
        if key is None and self._kind == "texts" and not self._steps:
            different = _core.bag_distinct(self._source)
            made = self._natively(different, "distinct-aggregate", "texts", Bag.distinct, self)
            made._cut = _core.bag_distinct_in_pieces(self._source)
            return made
        firsts = partial(reductions.first_of_each, key)
        return self._by_key(firsts, reductions.first_merged, reductions.value_alone, "distinct-aggregate")

    def sum(self, split_every: int | None = None) -> Item:
        """The sum of all items."""
        return self._item(sum, sum, split_every, "sum-aggregate")

    def max(self, split_every: int | None = None) -> Item:
        """The largest item."""
        return self._item(max, max, split_every, "max-aggregate")

    def min(self, split_every: int | None = None) -> Item:
        """The smallest item."""
        return self._item(min, min, split_every, "min-aggregate")

    def any(self, split_every: int | None = None) -> Item:
        """Whether some item is true."""
        return self._item(any, any, split_every, "any-aggregate")

    def all(self, split_every: int | None = None) -> Item:
        """Whether all items are true."""
        return self._item(all, all, split_every, "all-aggregate")

    def count(self, split_every: int | None = None) -> Item:
        """The number of items."""
        if self._kind in ("texts", "lists") and not self._steps:
            return _native_count(self if self._cut is None else self._cut_up()).apply(first)
        if self._by_keys is not None and not self._steps:
            return Item(by_key.counted(self._by_keys[0]), "count-aggregate")
        made = reductions.reduce(
            self._pieces, items.of_partition, reductions.length, sum, split_every, "count-aggregate"
        )
        return Item(*made)

    def mean(self) -> Item:
        """The arithmetic mean of all items."""
        return self._item(reductions.mean_part, reductions.mean_of, False, "mean-aggregate")

    def var(self, ddof: int = 0) -> Item:
        """The variance of all items."""
        return self._item(reductions.variance_part, partial(reductions.variance_of, ddof), False, "var-aggregate")

    def std(self, ddof: int = 0) -> Item:
        """The standard deviation of all items."""
        return self.var(ddof=ddof).apply(math.sqrt)

    # By key

    def _by_key(self, of_part: Any, merge: Any, finish: Callable[[Any, Any], Any], name: builtins.str) -> Bag:
        """A bag of one partition with ``finish(key, value)`` of each key, in pieces; what goes on from it without their
        order takes it by parts."""
        row = self._pieces
        parts = by_key.parts_by_key(row, of_part, merge, name)
        made = Bag._of(by_key.in_order(parts, row.num_blocks, finish, name), name, in_pieces=True)
        made._by_keys = parts, finish
        return made

    def foldby(
        self,
        key: Any,
        binop: Callable[[Any, Any], Any],
        initial: Any = NO_DEFAULT,
        combine: Callable[[Any, Any], Any] | None = None,
        combine_initial: Any = NO_DEFAULT,
        split_every: int | bool | None = None,
    ) -> Bag:
        """Pairs of each key and the fold of its items: ``binop`` within partitions, ``combine`` over them."""
        return grouping.foldby(self._together(), key, binop, initial, combine, combine_initial)

    def groupby(
        self,
        grouper: Any,
        method: Any = None,
        npartitions: int | None = None,
        blocksize: int = 2**20,
        max_branch: int | None = None,
        shuffle: Any = None,
    ) -> Bag:
        """Pairs of each key and the list of its items. What is large goes to disk by itself."""
        if method is not None:
            raise Exception("The method= keyword has been moved to shuffle=")
        if shuffle not in (None, "disk", "tasks"):
            raise NotImplementedError("Shuffle must be 'disk' or 'tasks'")
        return grouping.groupby(self, grouper, npartitions)

    def join(self, other: Any, on_self: Any, on_other: Any = None) -> Bag:
        """Pairs (item of ``other``, item) of equal keys; ``other`` is small: each partition sees all of it."""
        return grouping.join(self, other, on_self, on_other)

    def product(self, other: Bag) -> Bag:
        """All pairs with the items of another bag."""
        return combine.product(self, other)

    # Partitions

    def take(self, k: int, npartitions: int = 1, compute: bool = True, warn: bool = True) -> Any:
        """The first ``k`` items of the first ``npartitions`` partitions (-1: of all)."""
        taken = combine.take(self, k, npartitions, warn)
        return tuple(taken.compute()) if compute else taken

    def repartition(self, npartitions: int | None = None, partition_size: Any = None) -> Bag:
        """The same items in another number of partitions, or in partitions of at most so many bytes."""
        if (npartitions is None) == (partition_size is None):
            raise ValueError("Please provide exactly one ``npartitions`` or ``partition_size`` keyword arguments")
        if npartitions == self.npartitions:
            return self
        bag = Bag._of(self._pieces, self._label) if self._in_pieces else self
        if npartitions is not None:
            return combine.repartition(bag, npartitions)
        return combine.repartition_by_size(bag, partition_size)

    def to_delayed(self, optimize_graph: bool = True) -> list[Any]:
        """The partitions as delayed lists."""
        from treadle.delayed import _new

        return [_new(self._blocks[i], (self.name, i)) for i in range(self.npartitions)]

    def to_dataframe(self, meta: Any = None, columns: Sequence[Any] | None = None, optimize_graph: bool = True) -> Any:
        """A ``treadle.dataframe`` of records, tuples or plain values; names and types are those of the first item,
        or of ``meta``."""
        needed("pandas", "to_dataframe()", "'treadle[dataframe]'")
        from treadle.bag.frames import to_dataframe

        return to_dataframe(self, meta, columns)

    def to_textfiles(
        self,
        path: Any,
        name_function: Callable[[int], builtins.str] | None = None,
        compression: Any = "infer",
        encoding: Any = "utf-8",
        compute: bool = True,
        storage_options: Any = None,
        last_endline: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Writes a file a partition, an item a line: see ``treadle.bag.to_textfiles``."""
        from treadle.bag.write import to_textfiles

        return to_textfiles(
            self, path, name_function, compression, encoding, compute, storage_options, last_endline, **kwargs
        )

    def to_avro(self, *args: Any, **kwargs: Any) -> Any:
        """Not there: Avro files are not written."""
        raise NotImplementedError("to_avro: write JSON lines by map(json.dumps).to_textfiles(), or to_dataframe()")

    def __reduce__(self) -> Any:
        from treadle.steps import pack

        if self._kept is not None:
            return _unpacked, (pack(self._kept), self._label, self._steps, self._source_in_pieces)
        if self._made_by is not None:
            return _made_again, (*self._made_by, self._label, self._steps)
        return _unpacked, (pack(self._source), self._label, self._steps, self._in_pieces)


def _native_count(bag: Bag) -> Item:
    """A list of the number of items, which the core counts."""
    counted = _core.bag_count(bag._source)
    return Item(_core.made_blocks(counted, (_native_count, (bag,))), "count")


def _unpacked(packed: Any, name: str, steps: tuple[Step, ...], in_pieces: bool = False) -> Bag:
    from treadle.steps import unpack

    return Bag._of(unpack(packed), name, None, steps, in_pieces)


def _cut_again(bag: Bag) -> Bag:
    return bag._cut_up()


def _pieces_again(make: Callable[..., Bag], arguments: tuple[Any, ...]) -> Bag:
    """A bag whose partitions are the pieces of another."""
    return Bag._of(make(*arguments)._pieces, "pieces")


def _made_again(make: Callable[..., Bag], arguments: tuple[Any, ...], name: str, steps: tuple[Step, ...]) -> Bag:
    made = make(*arguments)
    if not steps:
        return made
    for step in steps:
        made = made._then(step, name)
    return made


def _joined(partitions: list[Iterable[Any]]) -> list[Any]:
    """All items of all partitions, which it takes out of their list as it gets on: none lies there twice. What
    functions made of whole partitions, if that is no row of items."""
    if partitions and not isinstance(partitions[0], Iterable):
        return partitions
    joined: list[Any] = []
    for i, part in enumerate(partitions):
        joined.extend(part)
        partitions[i] = ()
    return joined


def _chained(partitions: Iterable[Any]) -> list[Any]:
    """The same of partitions that others hold."""
    return _joined(list(partitions))
