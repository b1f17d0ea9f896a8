"""Methods of expressions that take values in the order of others, or by their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from treadle.frame import steps
from treadle.frame.nodes import Node
from treadle.frame.rearranged import Rearrangement

if TYPE_CHECKING:
    from treadle.frame.expr import Expr
    from treadle.frame.lazy import LazyFrame


class OrderMethods:
    """What ``Expr`` has of them. They stand alone in a ``select``; ``sort_by().first()`` also in ``agg``."""

    __slots__ = ()
    _node: Node

    def sort_by(self, by: Any, *more_by: Any, descending: Any = False, nulls_last: Any = False, **unused: Any) -> Expr:
        """The values in the order of other ones."""
        from treadle.frame.expr import Expr, as_expr, flatten

        keys = [as_expr(one, names=True)._node for one in flatten([by, *more_by])]
        down, last = _each(descending, len(keys)), _each(nulls_last, len(keys))

        def change(frame: LazyFrame) -> LazyFrame:
            names = frame.columns
            return frame.sort(names[1:], descending=list(down), nulls_last=list(last)).select(names[0])

        return Expr(Node("rearranged", (self._node, *keys), SortBy("sort_by", change, "", down, last)))

    def top_k_by(self, by: Any, k: int = 5, *, reverse: Any = False) -> Expr:
        """The values that belong to the ``k`` largest ones of ``by``, the largest first."""
        return self.sort_by(by, descending=not reverse, nulls_last=True).head(k)

    def bottom_k_by(self, by: Any, k: int = 5, *, reverse: Any = False) -> Expr:
        return self.sort_by(by, descending=bool(reverse), nulls_last=True).head(k)

    def max_by(self, by: Any) -> Expr:
        """The value that belongs to the largest one of ``by``."""
        return self.sort_by(by, descending=True, nulls_last=True).first()

    def min_by(self, by: Any) -> Expr:
        return self.sort_by(by, nulls_last=True).first()

    # Numbers of rows.

    def _numbers(self, name: str, choose: Any) -> Expr:
        def change(frame: LazyFrame) -> LazyFrame:
            value = frame.columns[0]
            chosen: LazyFrame = choose(frame.with_row_index("row number"), value)
            return chosen.select(_row_number().alias(value))

        return self._changed(name, change)

    def _changed(self, name: str, change: Any, arguments: str = "", of_lists: Any = None) -> Expr:
        from treadle.frame.expr import Expr

        return Expr(Node("rearranged", (self._node,), Rearrangement(name, change, arguments, of_lists)))

    def arg_sort(self, *, descending: bool = False, nulls_last: bool = False) -> Expr:
        """The numbers of the rows in the order of their values."""
        return self._numbers(
            "arg_sort", lambda frame, value: frame.sort(value, descending=descending, nulls_last=nulls_last)
        )

    def arg_true(self) -> Expr:
        """The numbers of the rows that are true."""
        return self._numbers("arg_true", lambda frame, value: frame.filter(value))

    def arg_unique(self) -> Expr:
        """The number of the first row of each different value."""
        return self._numbers("arg_unique", lambda frame, value: frame.unique(value))

    def index_of(self, element: Any) -> Expr:
        """The number of the first row with this value; null if there is none."""
        from treadle.frame.expr import Expr, choose, int_range
        from treadle.frame.expr import len as rows

        found = Expr(self._node).eq_missing(element)
        return choose(found, int_range(rows()), _null()).min().cast("uint32").alias_like(Expr(self._node))

    def get(self, index: int, *, null_on_oob: bool = False) -> Expr:
        """The value in a row, from the end if negative."""
        if not isinstance(index, int):
            raise NotImplementedError(
                "get(): by an expression is not there yet; sort_by(), max_by() or min_by() may do"
            )

        def change(frame: LazyFrame) -> LazyFrame:
            return frame.slice(index, 1)

        return self._changed("get", change, str(index), lambda one: one.list.slice(index, 1)).first()

    def gather(self, indices: Any, *, null_on_oob: bool = False) -> Expr:
        """The values in these rows."""
        places = [indices] if isinstance(indices, int) else list(indices)

        def change(frame: LazyFrame) -> LazyFrame:
            from treadle.frame.eager import DataFrame

            value = frame.columns[0]
            numbered = frame.with_row_index("row number").with_columns(_row_number().cast("int64"))
            if any(place < 0 for place in places):
                raise NotImplementedError("gather(): of places from the end is not there yet; use reverse() first")
            wanted = DataFrame({"row number": places}, schema={"row number": "int64"}).lazy()
            return wanted.join(numbered, on="row number", how="left", maintain_order="left").select(value)

        return self._changed("gather", change, repr(places))

    def explode(self) -> Expr:
        """The items of lists as rows."""
        return self._changed("explode", lambda frame: frame.explode(frame.columns[0]))

    def implode(self) -> Expr:
        """All values as one list, in ``agg`` those of each group."""
        return self._changed("implode", lambda frame: frame._imploded(), of_lists=lambda one: one)

    def rechunk(self) -> Expr:
        """The same values."""
        from treadle.frame.expr import Expr

        return Expr(self._node)

    def set_sorted(self, *, descending: bool = False) -> Expr:
        """The same values: nothing here depends on the promise."""
        from treadle.frame.expr import Expr

        return Expr(self._node)


class TextJoin(Rearrangement):
    """A ``str.join`` with its separator, for ``agg``."""

    def __init__(self, delimiter: str, ignore_nulls: bool) -> None:
        super().__init__("str.join", lambda frame: frame._joined(self), repr(delimiter), self._of_groups)
        object.__setattr__(self, "delimiter", delimiter)
        object.__setattr__(self, "ignore_nulls", ignore_nulls)

    delimiter: str
    ignore_nulls: bool

    def _of_groups(self, texts: Expr) -> Expr:
        from treadle.frame.expr import Expr

        return Expr(steps.step(texts._node, self.name, self.joined, steps.always("string")))

    def joined(self, values: Any) -> Any:
        """The texts of each list as one."""
        import pyarrow as pa

        return pa.array([self._text(one) for one in values.to_pylist()], pa.string())

    def _text(self, texts: list[str | None] | None) -> str | None:
        kept = [one for one in texts or [] if one is not None]
        if not self.ignore_nulls and len(kept) != len(texts or []):
            return None
        return self.delimiter.join(kept)


class SortBy(Rearrangement):
    """A ``sort_by`` with its directions, for ``agg``."""

    def __init__(self, name: str, change: Any, arguments: str, down: tuple[bool, ...], last: tuple[bool, ...]) -> None:
        super().__init__(name, change, arguments, self._of_groups)
        object.__setattr__(self, "descending", down)
        object.__setattr__(self, "nulls_last", last)

    descending: tuple[bool, ...]
    nulls_last: tuple[bool, ...]

    def _of_groups(self, values: Expr, *keys: Expr) -> Expr:
        from treadle.frame.expr import Expr

        made = steps.Step(self.name, self._in_order, lambda kind, *_: kind)
        return Expr(Node("step", (values._node, *(key._node for key in keys)), made))

    def _in_order(self, values: Any, *keys: Any) -> Any:
        import pyarrow as pa

        rows = zip(values.to_pylist(), *(key.to_pylist() for key in keys), strict=True)
        return pa.array([self._sorted(*row) for row in rows], values.type)

    def _sorted(self, values: list[Any], *keys: list[Any]) -> list[Any]:
        places = list(range(len(values)))
        # By the last key first: sorting is stable.
        for key, down, last in reversed(list(zip(keys, self.descending, self.nulls_last, strict=True))):
            known = sorted((one for one in places if key[one] is not None), key=key.__getitem__, reverse=down)
            nulls = [one for one in places if key[one] is None]
            places = known + nulls if last else nulls + known
        return [values[place] for place in places]


def _each(flags: Any, count: int) -> tuple[bool, ...]:
    found = tuple(flags) if isinstance(flags, (list, tuple)) else (bool(flags),) * count
    if len(found) != count:
        raise ValueError(f"sort_by: expected {count} directions, one for each key, found {len(found)}")
    return found


def _row_number() -> Expr:
    from treadle.frame.expr import col

    return col("row number")


def _null() -> Expr:
    from treadle.frame.expr import as_expr

    return as_expr(None)
