"""Collections over different rows, brought together by their indexes as pandas aligns objects before it computes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from treadle.dataframe.collection import Collection, new_collection
from treadle.dataframe.rows import ROW_NUMBER


def aligned(operands: Sequence[Any], how: str, task: str) -> list[Any]:
    """The operands, of which those that are lazy come back over one root.

    ``how`` is ``outer`` (all labels, in their order) or ``left`` (the first collection's rows, to each of which the
    others have at most one). ``task`` is what errors say could not be done.
    """
    groups = _by_root([one for one in operands if isinstance(one, Collection)])
    if len(groups) < 2:
        return list(operands)
    levels = {len(group[0]._index) for group in groups}
    for group in groups:
        _check_index(group[0], task, len(levels) == 1)
    whole = _side_by_side(groups[0], 0)
    places = {id(one): i for i, one in enumerate(_columns_of(groups[0]))}
    for group in groups[1:]:
        start = whole._meta.shape[1]
        other = _side_by_side(group, start)
        places.update({id(one): start + i for i, one in enumerate(_columns_of(group))})
        # On the left, a label finds one row at most: pandas reindexes the others, which takes different labels.
        promise = {} if how == "outer" else {"validate": "m:1"}
        whole = whole.merge(other, how=how, left_index=True, right_index=True, **promise)
    return [_from(whole, one, places) if isinstance(one, Collection) else one for one in operands]


def _by_root(collections: Sequence[Collection]) -> list[list[Collection]]:
    groups: list[list[Collection]] = []
    for one in collections:
        for group in groups:
            if group[0]._rows.fits(one._rows):
                group.append(one)
                break
        else:
            groups.append([one])
    return groups


def _columns_of(group: Sequence[Collection]) -> list[Any]:
    return [column for one in group for column in one._columns]


def _check_index(collection: Collection, task: str, same_levels: bool) -> None:
    """NotImplementedError for an index by which rows cannot be found."""
    numbered = collection._index[0].node.references() == [ROW_NUMBER] and collection.npartitions > 1
    if not same_levels or any(level.pickled for level in collection._index) or numbered:
        raise NotImplementedError(
            f"{task}: the operands have other rows than each other, and no index by which these find each other; "
            "bring them together by merge() or join(), or compute() one of them"
        )


def _side_by_side(group: Sequence[Collection], start: int) -> Any:
    """The columns of collections over one root as a frame whose labels are numbers."""
    rows = group[0]._rows
    for one in group[1:]:
        rows = rows.merged(one._rows)
    metas = [one._meta if isinstance(one._meta, pd.DataFrame) else one._meta.to_frame() for one in group]
    meta = pd.concat(metas, axis=1) if len(metas) > 1 else metas[0].copy()
    meta.columns = range(start, start + meta.shape[1])
    return new_collection(rows, group[0]._index, _columns_of(group), meta)


def _from(whole: Any, one: Collection, places: dict[int, int]) -> Any:
    columns = [whole._columns[places[id(column)]] for column in one._columns]
    return new_collection(whole._rows, whole._index, columns, one._meta.set_axis(whole._meta.index, axis=0))
