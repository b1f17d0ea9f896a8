"""Several frames at once: below each other, side by side, computed together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from treadle import _core, config
from treadle.frame.eager import DataFrame
from treadle.frame.lazy import LazyFrame, check_engine, run_options
from treadle.frame.series import Series
from treadle.frame.verbs import Verbs

_HOW = ("align", "vertical", "vertical_relaxed", "diagonal", "diagonal_relaxed", "horizontal")


def concat(items: Iterable[Any], *, how: str = "vertical", rechunk: bool = False, parallel: bool = True) -> Any:
    """Frames (or series) below each other, or side by side (``how="horizontal"``)."""
    frames = list(items)
    if not frames:
        raise ValueError("concat: expected at least one frame, found none")
    if how not in _HOW:
        raise ValueError(f"how: expected one of {', '.join(_HOW)}, found {how!r}")
    if all(isinstance(one, Series) for one in frames):
        name = frames[0].name
        return concat([one.to_frame(name) for one in frames], how=how).to_series()
    kinds = {type(one) for one in frames}
    if len(kinds) != 1 or not isinstance(frames[0], Verbs):
        raise TypeError(f"concat: expected frames of one kind, found {', '.join(sorted(k.__name__ for k in kinds))}")
    if how == "align":
        return _aligned(frames)
    if how == "horizontal":
        return _side_by_side(frames)
    if how.startswith("vertical"):
        _check_same(frames, exact=how == "vertical")
    return frames[0]._from(_core.concat([one._plan() for one in frames]))


def _aligned(frames: list[Any]) -> Any:
    """Joined by the columns that all have, in their order."""
    keys = [name for name in frames[0].columns if all(name in one.columns for one in frames)]
    if not keys:
        raise ValueError('concat(how="align"): expected a column that all frames have, found none')
    joined = frames[0]
    for one in frames[1:]:
        joined = joined.join(one, on=keys, how="full", coalesce=True, suffix="_right")
    return joined.sort(keys)


def _side_by_side(frames: list[Any]) -> DataFrame:
    if not isinstance(frames[0], DataFrame):
        raise NotImplementedError('concat(how="horizontal") of lazy frames is not there yet; collect() them, or join')
    result = frames[0]
    for one in frames[1:]:
        result = result.hstack(one)
    return result


def _check_same(frames: list[Verbs], exact: bool) -> None:
    first = frames[0].collect_schema()
    for place, one in enumerate(frames[1:], 2):
        schema = one.collect_schema()
        if list(schema) != list(first):
            raise ValueError(
                f"concat: expected the columns {list(first)!r} in frame {place}, found {list(schema)!r}; "
                'how="diagonal" takes frames of different columns'
            )
        for name, kind in schema.items():
            if exact and kind != first[name] and "null" not in (kind.core, first[name].core):
                raise TypeError(
                    f"concat: expected column {name!r} of type {first[name]!r} in frame {place}, found {kind!r}; "
                    'how="vertical_relaxed" brings them to a common type'
                )


def collect_all(lazy_frames: Iterable[LazyFrame], *, engine: Any = "auto", **options: Any) -> list[DataFrame]:
    """Runs several plans together; what they share is computed once."""
    check_engine(engine)
    plans = [one._plan() for one in lazy_frames]
    tables = _core.compute(plans, config.options(**run_options(options))) if plans else []
    return [DataFrame._of(table) for table in tables]
