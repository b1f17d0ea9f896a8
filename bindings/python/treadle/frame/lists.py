"""Operations of expressions on lists: ``.list``. Steps in Python, partition by partition."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from treadle.frame import later, steps
from treadle.frame.nodes import Node

if TYPE_CHECKING:
    from treadle.frame.expr import Expr


def _known(values: list[Any]) -> list[Any]:
    return [one for one in values if one is not None]


def _distinct(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def _sorted(values: list[Any], descending: bool, nulls_last: bool) -> list[Any]:
    known = sorted(_known(values), reverse=descending)
    nulls = [None] * (len(values) - len(known))
    return known + nulls if nulls_last else nulls + known


def _place_of(values: list[Any], choose: Callable[[Any], Any]) -> int | None:
    known = _known(values)
    return values.index(choose(known)) if known else None


def _median(values: list[Any]) -> float | None:
    import statistics

    known = _known(values)
    return float(statistics.median(known)) if known else None


def _spread(values: list[Any], ddof: int, power: float) -> float | None:
    """The variance to a power."""
    import math

    known = _known(values)
    if len(known) <= ddof:
        return None
    mean = math.fsum(known) / len(known)
    return float((math.fsum((one - mean) ** 2 for one in known) / (len(known) - ddof)) ** power)


def _most_frequent(values: list[Any]) -> list[Any]:
    from collections import Counter

    counts = Counter(values)
    most = max(counts.values(), default=0)
    return [one for one, count in counts.items() if count == most]


def _item_at(values: list[Any], place: int | None) -> Any:
    return values[place] if place is not None and -len(values) <= place < len(values) else None


def _summed_kind(kind: Any) -> Any:
    import pyarrow as pa

    item = steps.item_kind(kind)
    small = pa.types.is_boolean(item) or pa.types.is_integer(item)
    return pa.int64() if small else item


class ListNamespace:
    """Operations on lists."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        later.check("Expr.list", name)
        raise AttributeError(f"Expr.list has no method {name!r}")

    def _step(self, name: str, function: Any, kind: Any, arguments: str = "") -> Expr:
        from treadle.frame.expr import Expr

        return Expr(steps.step(self._node, f"list.{name}", function, kind, arguments=arguments))

    def _each(self, name: str, function: Callable[[list[Any]], Any], kind: Any, *arguments: Any) -> Expr:
        return self._step(name, steps.of_lists(function, kind), kind, ", ".join(map(repr, arguments)))

    def _with(self, name: str, function: Callable[[list[Any], Any], Any], kind: Any, other: Any) -> Expr:
        """A function of each list and the value of an expression in its row."""
        from treadle.frame.expr import Expr

        def run(values: Any, others: Any) -> Any:
            import pyarrow as pa

            pairs = zip(values.to_pylist(), others.to_pylist(), strict=True)
            found = [None if one is None else function(one, two) for one, two in pairs]
            return pa.array(found, kind(values.type))

        return Expr(Node("step", (self._node, other._node), steps.Step(f"list.{name}", run, lambda one, _: kind(one))))

    # Items.

    def get(self, index: Any, *, null_on_oob: bool = True) -> Expr:
        """The item at a place, from the end if negative; null where a list is shorter."""
        if hasattr(index, "_node"):
            return self._with("get", _item_at, steps.item_kind, index)
        return self._step("get", steps.list_get(index), steps.item_kind, str(index))

    def first(self) -> Expr:
        return self.get(0)

    def last(self) -> Expr:
        return self.get(-1)

    def contains(self, item: Any) -> Expr:
        """Whether a value is among the items."""
        if hasattr(item, "_node"):
            return self._with("contains", lambda values, one: one in values, steps.always("bool_"), item)
        return self._each("contains", lambda values: item in values, steps.always("bool_"), item)

    def count_matches(self, element: Any) -> Expr:
        return self._each("count_matches", lambda values: values.count(element), steps.always("uint32"), element)

    def explode(self) -> Expr:
        """The items as rows; stands alone in a ``select``."""
        from treadle.frame.expr import Expr

        return Expr(self._node).explode()

    # One value of each list.

    def len(self) -> Expr:
        """How many items each list has."""
        return self._step("len", steps.list_length, steps.always("uint32"))

    def join(self, separator: str, *, ignore_nulls: bool = True) -> Expr:
        """The texts of each list as one; null where one of them is, unless ``ignore_nulls``."""
        function = steps.list_join(separator, ignore_nulls)
        return self._step("join", function, steps.always("string"), repr(separator))

    def sum(self) -> Expr:
        return self._each("sum", lambda values: sum(_known(values)), _summed_kind)

    def mean(self) -> Expr:
        def mean(values: list[Any]) -> float | None:
            known = _known(values)
            return sum(known) / len(known) if known else None

        return self._each("mean", mean, steps.always("float64"))

    def median(self) -> Expr:
        return self._each("median", _median, steps.always("float64"))

    def std(self, ddof: int = 1) -> Expr:
        return self._each("std", lambda values: _spread(values, ddof, 0.5), steps.always("float64"), ddof)

    def var(self, ddof: int = 1) -> Expr:
        return self._each("var", lambda values: _spread(values, ddof, 1.0), steps.always("float64"), ddof)

    def min(self) -> Expr:
        return self._each("min", lambda values: min(_known(values), default=None), steps.item_kind)

    def max(self) -> Expr:
        return self._each("max", lambda values: max(_known(values), default=None), steps.item_kind)

    def arg_min(self) -> Expr:
        return self._each("arg_min", lambda values: _place_of(values, min), steps.always("uint32"))

    def arg_max(self) -> Expr:
        return self._each("arg_max", lambda values: _place_of(values, max), steps.always("uint32"))

    def n_unique(self) -> Expr:
        return self._each("n_unique", lambda values: len(set(values)), steps.always("uint32"))

    def any(self) -> Expr:
        return self._each("any", lambda values: any(_known(values)), steps.always("bool_"))

    def all(self) -> Expr:
        return self._each("all", lambda values: all(_known(values)), steps.always("bool_"))

    # A list of each list.

    def sort(self, *, descending: bool = False, nulls_last: bool = False) -> Expr:
        return self._each("sort", lambda values: _sorted(values, descending, nulls_last), steps.same)

    def reverse(self) -> Expr:
        return self._each("reverse", lambda values: values[::-1], steps.same)

    def unique(self, *, maintain_order: bool = False) -> Expr:
        """Each item once, by first appearance."""
        return self._each("unique", _distinct, steps.same)

    def mode(self) -> Expr:
        """The items that are there most often."""
        return self._each("mode", _most_frequent, steps.same)

    def gather_every(self, n: int, offset: int = 0) -> Expr:
        """Each ``n``-th item."""
        return self._each("gather_every", lambda values: values[offset::n], steps.same, n, offset)

    def drop_nulls(self) -> Expr:
        return self._each("drop_nulls", _known, steps.same)

    def head(self, n: int = 5) -> Expr:
        return self._each("head", lambda values: values[:n], steps.same, n)

    def tail(self, n: int = 5) -> Expr:
        return self._each("tail", lambda values: values[-n:] if n else [], steps.same, n)

    def slice(self, offset: int, length: int | None = None) -> Expr:
        def cut(values: list[Any]) -> list[Any]:
            start = max(len(values) + offset, 0) if offset < 0 else offset
            return values[start : None if length is None else start + length]

        return self._each("slice", cut, steps.same, offset, length)

    def gather(self, indices: Any, *, null_on_oob: bool = False) -> Expr:
        """The items at these places."""
        places = [indices] if isinstance(indices, int) else list(indices)

        def take(values: list[Any]) -> list[Any]:
            there = range(-len(values), len(values))
            if not null_on_oob and any(place not in there for place in places):
                raise IndexError(f"list.gather: expected places within {len(values)} items, found {places}")
            return [values[place] if place in there else None for place in places]

        return self._each("gather", take, steps.same, places)

    def diff(self, n: int = 1) -> Expr:
        """The differences to the items ``n`` places before."""

        def differences(values: list[Any]) -> list[Any]:
            pairs = zip(values[n:], values[:-n], strict=True)
            return [None] * min(n, len(values)) + [None if a is None or b is None else a - b for a, b in pairs]

        return self._each("diff", differences, steps.same, n)

    def concat(self, other: Any) -> Expr:
        """Each list and then these items."""
        items = list(other) if isinstance(other, (list, tuple)) else [other]
        return self._each("concat", lambda values: values + items, steps.same, items)

    def set_union(self, other: Any) -> Expr:
        """The items of each list and these, each once."""
        return self._each("set_union", lambda values: _distinct([*values, *other]), steps.same, other)

    def set_intersection(self, other: Any) -> Expr:
        return self._each(
            "set_intersection", lambda values: [one for one in _distinct(values) if one in other], steps.same, other
        )

    def set_difference(self, other: Any) -> Expr:
        return self._each(
            "set_difference", lambda values: [one for one in _distinct(values) if one not in other], steps.same, other
        )
