"""Methods of expressions on numbers: angles, roots, moments, missing numbers between others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from treadle.frame.nodes import Node

if TYPE_CHECKING:
    from treadle.frame.expr import Expr

_DEGREES = 57.29577951308232


class NumberMethods:
    """What ``Expr`` has of them."""

    __slots__ = ()
    _node: Node

    def _self(self) -> Expr:
        from treadle.frame.expr import Expr

        return Expr(self._node)

    def sin(self) -> Expr:
        """Of angles in radians, as all that follow."""
        return self._self()._call("sin")

    def cos(self) -> Expr:
        return self._self()._call("cos")

    def tan(self) -> Expr:
        return self._self()._call("tan")

    def cot(self) -> Expr:
        return 1.0 / self.tan()

    def arcsin(self) -> Expr:
        return self._self()._call("arcsin")

    def arccos(self) -> Expr:
        return self._self()._call("arccos")

    def arctan(self) -> Expr:
        return self._self()._call("arctan")

    def sinh(self) -> Expr:
        return self._self()._call("sinh")

    def cosh(self) -> Expr:
        return self._self()._call("cosh")

    def tanh(self) -> Expr:
        return self._self()._call("tanh")

    def arcsinh(self) -> Expr:
        return self._self()._call("arcsinh")

    def arccosh(self) -> Expr:
        return self._self()._call("arccosh")

    def arctanh(self) -> Expr:
        return self._self()._call("arctanh")

    def degrees(self) -> Expr:
        return self._self() * _DEGREES

    def radians(self) -> Expr:
        return self._self() / _DEGREES

    def cbrt(self) -> Expr:
        return self._self()._call("cbrt")

    def log1p(self) -> Expr:
        """The logarithm of 1 and the value."""
        return self._self()._call("log1p")

    def expm1(self) -> Expr:
        """The exponential less 1."""
        return self._self()._call("expm1")

    def is_close(self, other: Any, *, abs_tol: float = 0.0, rel_tol: float = 1e-9, nans_equal: bool = False) -> Expr:
        """Whether two numbers differ by little: by ``abs_tol``, or by ``rel_tol`` of the larger one."""
        from treadle.frame.expr import as_expr, choose, max_horizontal

        one, two = self._self().cast(float), as_expr(other, names=True).cast(float)
        room = max_horizontal(one.abs(), two.abs()) * rel_tol
        near = (one - two).abs() <= max_horizontal(room, as_expr(abs_tol))
        same = choose(one.is_finite() & two.is_finite(), near, one == two)
        nans = one.is_nan() & two.is_nan()
        return (same | nans if nans_equal else same & ~nans).alias_like(self._self())

    def bitwise_and(self, other: Any) -> Expr:
        return self._self()._call("bit.and", other)

    def bitwise_or(self, other: Any) -> Expr:
        return self._self()._call("bit.or", other)

    def bitwise_xor(self, other: Any) -> Expr:
        return self._self()._call("bit.xor", other)

    def drop_nans(self) -> Expr:
        """Without NaNs; an aggregate has to follow, or it stands alone in a ``select``."""
        return self._self().filter(self._self().is_not_nan().fill_null(True))

    def nan_max(self) -> Expr:
        """The largest value, or NaN if there is one."""
        from treadle.frame.expr import choose, lit

        return choose(self._has_nan(), lit(float("nan")), self._self().max()).alias_like(self._self())

    def nan_min(self) -> Expr:
        from treadle.frame.expr import choose, lit

        return choose(self._has_nan(), lit(float("nan")), self._self().min()).alias_like(self._self())

    def _has_nan(self) -> Expr:
        return self._self().is_nan().any()

    def dot(self, other: Any) -> Expr:
        """The sum of the products."""
        from treadle.frame.expr import as_expr

        return (self._self() * as_expr(other, names=True)).sum()

    def approx_n_unique(self) -> Expr:
        """How many different values there are; here exactly."""
        return self._self().n_unique()

    def interpolate(self, method: str = "linear") -> Expr:
        """Nulls between two values as numbers on the line between them; those at the ends stay."""
        from treadle.frame.expr import as_expr, choose, int_range
        from treadle.frame.expr import len as rows

        if method not in ("linear", "nearest"):
            raise ValueError(f'interpolate: expected method "linear" or "nearest", found {method!r}')
        one = self._self()
        number: Expr = int_range(rows())
        value = one.cast(float) if method == "linear" else one
        place = choose(one.is_not_null(), number, as_expr(None))
        before, behind = value.forward_fill(), value.backward_fill()
        start, end = place.forward_fill(), place.backward_fill()
        if method == "nearest":
            found = choose((number - start) * 2 < end - start, before, behind)
        else:
            found = before + (behind - before) * ((number - start) / (end - start))
        return choose(one.is_not_null(), value, found).alias_like(one)

    def peak_max(self) -> Expr:
        """Whether a value is larger than those beside it; beyond the ends there are zeros, as in Polars."""
        one = self._self()
        return (
            ((one > one.shift(1, fill_value=0)) & (one > one.shift(-1, fill_value=0))).fill_null(False).alias_like(one)
        )

    def peak_min(self) -> Expr:
        one = self._self()
        return (
            ((one < one.shift(1, fill_value=0)) & (one < one.shift(-1, fill_value=0))).fill_null(False).alias_like(one)
        )

    def rle_id(self) -> Expr:
        """The number of the run of equal values that a row belongs to."""
        from treadle.frame.expr import int_range
        from treadle.frame.expr import len as rows

        one = self._self()
        begins: Expr = one.ne_missing(one.shift(1)) & (int_range(rows()) > 0)
        return begins.cast("int64").cum_sum().cast("uint32").alias_like(one)

    def search_sorted(self, element: Any, side: str = "any", *, descending: bool = False) -> Expr:
        """Before how many of the values, which are in order, nulls first, another one belongs."""
        from treadle.frame.expr import as_expr

        if side not in ("any", "left", "right"):
            raise ValueError(f'search_sorted: expected side "any", "left" or "right", found {side!r}')
        if isinstance(element, (list, tuple)) or hasattr(element, "to_list"):
            raise NotImplementedError("search_sorted() of several values is not there yet; use join_asof()")
        one, other = self._self(), as_expr(element, names=False)
        before = one > other if descending else one < other
        beside = before | (one == other) if side == "right" else before
        return (beside.sum() + one.null_count()).cast("uint32").alias_like(one)

    # Moments: of what lies around the mean, so that large values far from 0 lose no digits.

    def _centred(self) -> Expr:
        one = self._self().cast(float)
        return one - one.mean()

    def skew(self, *, bias: bool = True) -> Expr:
        """How lopsided the values are around their mean."""
        away, count = self._centred(), self._self().count()
        found = (away**3).mean() / (away**2).mean() ** 1.5
        if bias:
            return found
        return (count * (count - 1)).sqrt() / (count - 2) * found

    def kurtosis(self, *, fisher: bool = True, bias: bool = True) -> Expr:
        """How heavy the tails are; by ``fisher`` 0 for the normal distribution."""
        away, count = self._centred(), self._self().count()
        found = (away**4).mean() / (away**2).mean() ** 2
        if not bias:
            found = ((count**2 - 1) * found - 3 * (count - 1) ** 2) / ((count - 2) * (count - 3)) + 3
        return found - 3.0 if fisher else found

    def entropy(self, base: float = 2.718281828459045, *, normalize: bool = True) -> Expr:
        """Of shares: minus the sum of each times its logarithm."""
        one = self._self().cast(float)
        share = one / one.sum() if normalize else one
        return -(share * share.log(base)).sum()

    # Over rows that end in each row.

    def rolling_var(
        self, window_size: int, *, min_samples: int | None = None, center: bool = False, ddof: int = 1
    ) -> Expr:
        """The variance over the last ``window_size`` rows."""
        from treadle.frame.expr import as_expr, choose

        # Around the mean of all, so that the squares stay small.
        away = self._centred()
        options: dict[str, Any] = {"window_size": window_size, "center": center, "min_samples": 1}
        count = self._self().is_not_null().cast("int64").rolling_sum(**options)
        total, squares = away.rolling_sum(**options), (away**2).rolling_sum(**options)
        least = window_size if min_samples is None else min_samples
        spread = squares - total * total / count
        positive = choose(spread < 0.0, as_expr(0.0), spread)
        enough = (count >= least) & (count > ddof)
        return choose(enough, positive / (count - ddof), as_expr(None)).alias_like(self._self())

    def rolling_std(
        self, window_size: int, *, min_samples: int | None = None, center: bool = False, ddof: int = 1
    ) -> Expr:
        return self.rolling_var(window_size, min_samples=min_samples, center=center, ddof=ddof).sqrt()


def corr(a: Any, b: Any, *, method: str = "pearson", ddof: int | None = None, propagate_nans: bool = False) -> Expr:
    """The correlation of two columns, of their ranks if ``method`` is "spearman"."""
    if method not in ("pearson", "spearman"):
        raise ValueError(f'corr: expected method "pearson" or "spearman", found {method!r}')
    x, y = _pair(a, b)
    if method == "spearman":
        x, y = x.rank(), y.rank()
    x, y = x.cast(float), y.cast(float)
    one, two = x - x.mean(), y - y.mean()
    return ((one * two).sum() / ((one**2).sum() * (two**2).sum()).sqrt()).alias_like(_expr(a))


def cov(a: Any, b: Any, ddof: int = 1) -> Expr:
    """The covariance of two columns."""
    x, y = _pair(a, b)
    x, y = x.cast(float), y.cast(float)
    away = (x - x.mean()) * (y - y.mean())
    return (away.sum() / (away.count() - ddof)).alias_like(_expr(a))


def _expr(value: Any) -> Expr:
    from treadle.frame.expr import as_expr

    return as_expr(value, names=True)


def _pair(a: Any, b: Any) -> tuple[Expr, Expr]:
    """Both, null where one of them is."""
    from treadle.frame.expr import as_expr, choose

    x, y = _expr(a), _expr(b)
    both = x.is_not_null() & y.is_not_null()
    return choose(both, x, as_expr(None)), choose(both, y, as_expr(None))


def arctan2(y: Any, x: Any) -> Expr:
    """The angle of the point (x, y) in radians."""
    return _expr(y)._call("arctan2", _expr(x))


__all__ = ["NumberMethods", "arctan2", "corr", "cov"]
