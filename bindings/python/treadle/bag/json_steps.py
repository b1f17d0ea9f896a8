"""JSON in texts: what of it is asked for without making objects of all.

    lines.map(json.loads).filter(lambda record: record["status"] == "paid").pluck("amount")

is read, judged and picked from by the core, by several threads at once; only the amounts become objects. That holds for
as many steps behind ``map(json.loads)`` as are parts of records or functions that ``simple_functions`` reads. A
partition in which Python would raise, or make what JSON does not have, goes through the steps themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

from treadle import _core
from treadle.bag import items
from treadle.bag.items import NO_DEFAULT, Step
from treadle.bag.simple_functions import ITEM, Tree, is_constant, is_key, part, part_or, picked_by, tree_of
from treadle.base import tokenize

if TYPE_CHECKING:
    from treadle.bag.collection import Bag

Use = tuple[bool, Tree]  # whether records are kept by it, else what is picked from them


def loaded(number: int, texts: Iterable[Any]) -> Iterable[Any]:
    """json.loads() by the core's parser where both agree."""
    return items.mapped(_core.JsonReader().loads, number, texts)


class Records(list[Any]):
    """Records, where other partitions have the texts of theirs."""


def _loaded_unless_records(number: int, texts: Iterable[Any]) -> Iterable[Any]:
    return texts if isinstance(texts, Records) else loaded(number, texts)


def planned(bag: Bag) -> tuple[_core.Blocks, tuple[Step, ...]] | None:
    """What the core makes of a bag's native texts by its first steps, and the steps that are left."""
    steps = bag._steps
    if bag._kind != "texts" or not steps or steps[0] is not loaded:
        return None
    uses: list[Use] = []
    for step in steps[1:]:
        use = _use_of(step)
        if use is None:
            break
        uses.append(use)
    if not uses:
        return None
    covered, rest = steps[: 1 + len(uses)], steps[1 + len(uses) :]
    token = tokenize(bag._source.key, covered, bag._files)
    if all(keeps for keeps, _ in uses):
        keep = reduce(_both, (tree for _, tree in uses))
        blocks = _core.bag_json_texts(bag._source, keep, partial(_records_of, covered, bag._files), token)
        rest = (_loaded_unless_records, *rest)
    else:
        blocks = _core.bag_json_items(bag._source, uses, partial(_items_of, covered, bag._files), token)
    return _core.made_blocks(blocks, (_planned_again, (bag._before_steps(), covered))), rest


def _planned_again(source: Bag, covered: tuple[Step, ...]) -> Bag:
    """A bag of the blocks that planned() made, in another process."""
    from treadle.bag.collection import Bag

    bag = source
    for step in covered:
        bag = bag._then(step, "json")
    found = planned(bag)
    return Bag._of(bag._pieces if found is None else found[0], "json")


def _use_of(step: Any) -> Use | None:
    """What a step does with records, if the core can do it."""
    if type(step) is not partial:
        return None
    tree: Tree | None
    if step.func in (items.kept, items.removed):
        tree = tree_of(step.args[0])
        if tree is None:
            return None
        return True, tree if step.func is items.kept else ("not", tree)
    tree = None
    if step.func is items.mapped:
        tree = picked_by(step.args[0])
    elif step.func is items.plucked:
        tree = _plucked(*step.args)
    return None if tree is None else (False, tree)


def _plucked(key: Any, default: Any) -> Tree | None:
    if not is_key(key):
        return None
    if isinstance(default, str) and default == NO_DEFAULT:
        return part(ITEM, key)
    return part_or(ITEM, key, default) if is_constant(default) else None


def _both(first: Tree, second: Tree) -> Tree:
    return ("if", first, second, ("constant", False))


def _items_of(steps: tuple[Step, ...], files: tuple[str, ...], number: int, texts: Any) -> Any:
    return items.run_steps(number, texts, steps, files)


def _records_of(steps: tuple[Step, ...], files: tuple[str, ...], number: int, texts: Any) -> Records:
    return Records(items.run_steps(number, texts, steps, files))
