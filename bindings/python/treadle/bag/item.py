"""Item: one lazy value of a bag; and what bags and their values have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from treadle import _core
from treadle.base import tokenize
from treadle.dask_protocol import OneTask, Tasks


def name_of(function: Any) -> str:
    """A readable name of what tasks call."""
    while isinstance(function, partial):
        function = function.func
    name = getattr(function, "__name__", type(function).__name__)
    return "lambda" if name == "<lambda>" else str(name)


class LazyValue(OneTask):
    """What bags and their values have in common."""

    def __treadle_blocks__(self) -> tuple[_core.Blocks, Callable[[list[Any]], Any] | None]:
        raise NotImplementedError

    def compute(self, **kwargs: Any) -> Any:
        """Runs what makes it; the answer is a list, or one value."""
        from treadle.computing import compute

        return compute(self, traverse=False, **kwargs)[0]

    def visualize(
        self, filename: Any = "mydask", format: str | None = None, optimize_graph: bool = False, **kwargs: Any
    ) -> Any:
        """Draws the tasks: see ``treadle.visualize``."""
        from treadle.drawing import visualize

        return visualize(self, filename=filename, format=format, optimize_graph=optimize_graph, **kwargs)

    def explain(self) -> str:
        """The steps as they are written down and as they run; those that call Python say so."""
        return _core.bag_explain(self.__treadle_blocks__()[0])

    # Lazy objects never change.
    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self

    def __treadle_tokenize__(self) -> str:
        return self.__treadle_blocks__()[0].key


class Item(LazyValue):
    """One lazy value of a bag."""

    def __init__(self, blocks: _core.Blocks, name: str) -> None:
        self._blocks = blocks
        self.name = name

    @property
    def key(self) -> str:
        """The name of this value: that of its function, and what makes it this call."""
        return f"{self.name}-{self._blocks.key}"

    @property
    def dask(self) -> Tasks:
        """All that makes the value, as a graph of Dask's form: keys to tasks."""
        from treadle.delayed_graph import graph_of

        return Tasks(graph_of(self._blocks, [self.key]), self._computed)

    def __treadle_blocks__(self) -> tuple[_core.Blocks, None]:
        return self._blocks, None

    @staticmethod
    def from_delayed(value: Any) -> Item:
        """The lazy value of a delayed one."""
        return Item(value.__treadle_blocks__()[0], "from-delayed")

    def apply(self, func: Callable[[Any], Any]) -> Item:
        """A function of the lazy value."""
        token = tokenize("apply", self.key, func)
        return Item(_core.call_one(func, (self,), {}, name_of(func), token), name_of(func))

    def persist(self, **kwargs: Any) -> Item:
        """Computes the value now and keeps it."""
        from treadle.computing import persisted

        return Item(persisted([self._blocks], **kwargs)[0], self.name)

    def to_delayed(self, optimize_graph: bool = True) -> Any:
        """The value as a delayed one."""
        from treadle.delayed import _new

        return _new(self._blocks)

    def __repr__(self) -> str:
        return f"Item<{self.name}>"

    def __reduce__(self) -> Any:
        from treadle.steps import pack_or_compute

        return _item_from, (pack_or_compute(self._blocks), self.name)

    def __int__(self) -> int:
        return int(self.compute())

    def __float__(self) -> float:
        return float(self.compute())

    def __complex__(self) -> complex:
        return complex(self.compute())

    def __bool__(self) -> bool:
        return bool(self.compute())


def _item_from(packed: Any, name: str) -> Item:
    from treadle.steps import unpack

    return Item(unpack(packed), name)
