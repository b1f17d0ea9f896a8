"""What a collection's columns are computed from: a native plan, and columns added to it that keep its rows.

A collection is an expression a column over some ``Rows``. Two collections fit together, value by value, if their rows
have one root: then what was added for either is added for both.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from treadle import _core

if TYPE_CHECKING:
    from treadle.dataframe.divisions import Divisions

_numbers_lock = threading.Lock()
_next_number = 0

# The name of the number of a row in its partition; a name that starts so belongs to Treadle.
ROW_NUMBER = "__row__"
# The name of the number of its partition.
PARTITION = "__partition__"


def new_name(prefix: str) -> str:
    """A name that no other column of the process has."""
    global _next_number
    with _numbers_lock:
        _next_number += 1
        return f"__{prefix}_{_next_number - 1}__"


@dataclass(frozen=True, eq=False)
class Column:
    """A column as an expression over the plan of some rows."""

    node: _core.Expression
    # Whether a NaN may stand where pandas sees a missing value; nulls are that anyway.
    nan: bool = False
    # Of a mask: an expression that is true in the same rows, but may be null where the mask is false. Plans
    # understand it better.
    test: _core.Expression | None = None
    # Whether values are pickled Python objects.
    pickled: bool = False
    # What the values of an object column are where they are not pickled, as the core spells it: decimal128(15, 2).
    kind: str = ""

    def clean(self) -> _core.Expression:
        """The values with null for NaN."""
        if not self.nan:
            return self.node
        return _core.choose(self.node.is_nan(), _core.literal(None, "null"), self.node)

    def cast(self, type_name: str) -> Column:
        return replace(self, node=self.node.cast(type_name), test=None)


@dataclass(frozen=True, eq=False)
class Extension:
    """Columns that a step adds to each row of a plan without changing which rows there are or their order."""

    inputs: frozenset[str]
    outputs: frozenset[str]
    apply: Callable[[_core.DataFrame], _core.DataFrame]
    # Whether all rows become one partition.
    whole: bool = False
    name: str = "step"
    # Whether a partition's rows are all that its new columns depend on.
    by_partition: bool = True

    def __reduce__(self) -> tuple[Any, ...]:
        from treadle.pickling import dump_function

        apply = dump_function(self.apply, self.name)
        plain = (self.whole, self.name, self.by_partition)
        return _extension_from, (self.inputs, self.outputs, apply, plain, _next_number)


def _extension_from(
    inputs: frozenset[str], outputs: frozenset[str], apply: Any, plain: tuple[bool, str, bool], next_number: int
) -> Extension:
    """An extension of another process: names that are made from now on differ from those in it."""
    global _next_number
    with _numbers_lock:
        _next_number = max(_next_number, next_number)
    return Extension(inputs, outputs, apply.load(), *plain)


@dataclass(frozen=True, eq=False)
class Rows:
    """A plan, the root, and extensions of it, in the order in which they build on each other."""

    root: _core.DataFrame
    extensions: tuple[Extension, ...] = field(default=())
    # Index values at which partitions begin, and the last one; None where not known.
    divisions: Divisions = None
    # Whether the rows are those of a single partition as it is stored, all of them and in order.
    plain: bool = False

    @property
    def npartitions(self) -> int:
        if any(extension.whole for extension in self.extensions):
            return 1
        return self.root.num_partitions

    def extended(self, extension: Extension) -> Rows:
        return replace(self, extensions=(*self.extensions, extension))

    def choose(self, partitions: list[int], nodes: Sequence[_core.Expression]) -> Rows:
        """The rows of some partitions, for these expressions."""
        if any(extension.whole for extension in self.extensions):
            return self
        from treadle.dataframe.divisions import picked

        if not all(extension.by_partition for extension in self.extensions):
            plan = self._applied(nodes)
            return Rows(plan.partitions(partitions), divisions=picked(self.divisions, partitions))
        return Rows(self.root.partitions(partitions), self.extensions, picked(self.divisions, partitions))

    def fits(self, other: Rows) -> bool:
        return self.root is other.root

    def merged(self, other: Rows) -> Rows:
        """The same rows with what was added to either."""
        if self is other:
            return self
        own = {id(extension) for extension in self.extensions}
        more = [extension for extension in other.extensions if id(extension) not in own]
        return replace(self, extensions=(*self.extensions, *more)) if more else self

    def build(
        self,
        columns: Sequence[tuple[str, _core.Expression]],
        where: _core.Expression | None = None,
    ) -> _core.DataFrame:
        """A plan of these columns alone, of the rows for which ``where`` is true."""
        nodes = [node for _, node in columns]
        plan = self._applied([*nodes, *([where] if where is not None else [])])
        if where is not None:
            plan = plan.filter(where)
        return plan.select([node.alias(name) for name, node in columns])

    def _applied(self, nodes: Iterable[_core.Expression]) -> _core.DataFrame:
        needed: set[str] = set()
        for node in nodes:
            needed.update(node.references())
        used = []
        for extension in reversed(self.extensions):
            if extension.outputs & needed:
                used.append(extension)
                needed = (needed - extension.outputs) | extension.inputs
        plan = self.root
        if used and needed:
            # Steps that the plan cannot look into see what is needed and no more.
            plan = plan.select([_core.col(name) for name in plan.schema.names if name in needed])
        for extension in reversed(used):
            plan = extension.apply(plan)
        return plan


def merge_rows(all_rows: Iterable[Rows]) -> Rows | None:
    """The rows that all fit to; None if they do not fit to each other."""
    merged: Rows | None = None
    for rows in all_rows:
        if merged is None:
            merged = rows
        elif merged.fits(rows):
            merged = merged.merged(rows)
        else:
            return None
    return merged
