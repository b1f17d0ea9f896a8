"""Statistics of samples. Probabilities come from SciPy, which these functions need."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from treadle.array.collection import Array
from treadle.array.creation import asarray
from treadle.array.elementwise import elementwise

__all__ = [
    "chisquare",
    "f_oneway",
    "kurtosis",
    "kurtosistest",
    "moment",
    "normaltest",
    "power_divergence",
    "skew",
    "skewtest",
    "ttest_1samp",
    "ttest_ind",
    "ttest_rel",
]

Result = namedtuple("Result", ("statistic", "pvalue"))


def _propagates(nan_policy: str) -> None:
    if nan_policy != "propagate":
        raise NotImplementedError("`nan_policy` other than 'propagate' have not been implemented.")


def _probability(name: str, distribution: str, *args: Any) -> Array:
    from scipy import stats

    return elementwise(getattr(getattr(stats, distribution), name), *args, dtype=float, name="probability")


def _two_sided_normal(z: Any) -> Array:
    return 2 * _probability("sf", "norm", abs(z))


def moment(a: Any, moment: int = 1, axis: Any = 0, nan_policy: str = "propagate") -> Array:
    """The central moment of an order."""
    _propagates(nan_policy)
    return asarray(a).moment(moment, axis=axis)


def skew(a: Any, axis: Any = 0, bias: bool = True, nan_policy: str = "propagate") -> Array:
    """The skewness of a sample."""
    _propagates(nan_policy)
    a = asarray(a)
    n = a.size if axis is None else a.shape[axis]
    second, third = a.moment(2, axis=axis), a.moment(3, axis=axis)
    result = np.true_divide(third, second**1.5)
    if not bias and n > 2:
        result = result * (np.sqrt((n - 1.0) * n) / (n - 2.0))
    return result


def kurtosis(a: Any, axis: Any = 0, fisher: bool = True, bias: bool = True, nan_policy: str = "propagate") -> Array:
    """The kurtosis of a sample."""
    _propagates(nan_policy)
    a = asarray(a)
    n = a.size if axis is None else a.shape[axis]
    second, fourth = a.moment(2, axis=axis), a.moment(4, axis=axis)
    result = np.true_divide(fourth, second**2)
    if not bias and n > 3:
        result = 1.0 / (n - 2) / (n - 3) * ((n**2 - 1.0) * result - 3 * (n - 1) ** 2.0) + 3
    return result - 3 if fisher else result


def skewtest(a: Any, axis: Any = 0, nan_policy: str = "propagate") -> Any:
    """Whether the skewness is that of a normal distribution."""
    a = asarray(a)
    b2 = skew(a, axis, nan_policy=nan_policy)
    n = float(a.shape[axis])
    if n < 8:
        raise ValueError(f"skewtest is not valid with less than 8 samples; {int(n)} samples were given.")
    y = b2 * np.sqrt(((n + 1) * (n + 3)) / (6.0 * (n - 2)))
    beta2 = 3.0 * (n**2 + 27 * n - 70) * (n + 1) * (n + 3) / ((n - 2.0) * (n + 5) * (n + 7) * (n + 9))
    w2 = -1 + np.sqrt(2 * (beta2 - 1))
    delta = 1 / np.sqrt(0.5 * np.log(w2))
    alpha = np.sqrt(2.0 / (w2 - 1))
    z = delta * np.arcsinh(y / alpha)
    return Result(z, _two_sided_normal(z))


def kurtosistest(a: Any, axis: Any = 0, nan_policy: str = "propagate") -> Any:
    """Whether the kurtosis is that of a normal distribution."""
    a = asarray(a)
    n = float(a.shape[axis])
    b2 = kurtosis(a, axis, fisher=False, nan_policy=nan_policy)
    expected = 3.0 * (n - 1) / (n + 1)
    spread = 24.0 * n * (n - 2) * (n - 3) / ((n + 1) ** 2 * (n + 3) * (n + 5))
    x = (b2 - expected) / np.sqrt(spread)
    root = (
        6.0 * (n * n - 5 * n + 2) / ((n + 7) * (n + 9)) * np.sqrt((6.0 * (n + 3) * (n + 5)) / (n * (n - 2) * (n - 3)))
    )
    a_ = 6.0 + 8.0 / root * (2.0 / root + np.sqrt(1 + 4.0 / root**2))
    first = 1 - 2 / (9.0 * a_)
    denominator = 1 + x * np.sqrt(2 / (a_ - 4.0))
    second = np.sign(denominator) * np.cbrt((1 - 2.0 / a_) / abs(denominator))
    z = (first - second) / np.sqrt(2 / (9.0 * a_))
    return Result(z, _two_sided_normal(z))


def normaltest(a: Any, axis: Any = 0, nan_policy: str = "propagate") -> Any:
    """Whether a sample is of a normal distribution."""
    skewness, _ = skewtest(a, axis, nan_policy)
    tails, _ = kurtosistest(a, axis, nan_policy)
    k2 = skewness * skewness + tails * tails
    return Result(k2, _probability("sf", "chi2", k2, 2))


def _t_test(difference: Any, spread: Any, freedom: Any) -> Any:
    t = difference / np.sqrt(spread)
    return Result(t, 2 * _probability("sf", "t", abs(t), freedom))


def ttest_1samp(a: Any, popmean: Any, axis: Any = 0, nan_policy: str = "propagate") -> Any:
    """Whether the mean of a sample is a number."""
    _propagates(nan_policy)
    a = asarray(a)
    n = a.shape[axis]
    return _t_test(a.mean(axis=axis) - popmean, a.var(axis=axis, ddof=1) / float(n), n - 1)


def ttest_rel(a: Any, b: Any, axis: Any = 0, nan_policy: str = "propagate") -> Any:
    """Whether paired samples have the same mean."""
    _propagates(nan_policy)
    return ttest_1samp((asarray(a) - asarray(b)).astype(float), 0.0, axis)


def ttest_ind(a: Any, b: Any, axis: Any = 0, equal_var: bool = True) -> Any:
    """Whether independent samples have the same mean."""
    a, b = asarray(a), asarray(b)
    first, second = a.var(axis=axis, ddof=1), b.var(axis=axis, ddof=1)
    n, m = a.shape[axis], b.shape[axis]
    difference = a.mean(axis=axis) - b.mean(axis=axis)
    if equal_var:
        freedom = n + m - 2.0
        pooled = ((n - 1) * first + (m - 1) * second) / freedom
        return _t_test(difference, pooled * (1.0 / n + 1.0 / m), freedom)
    left, right = first / n, second / m
    freedom = (left + right) ** 2 / (left**2 / (n - 1) + right**2 / (m - 1))
    return _t_test(difference, left + right, freedom)


_LAMBDAS = {
    "pearson": 1,
    "log-likelihood": 0,
    "freeman-tukey": -0.5,
    "mod-log-likelihood": -1,
    "neyman": -2,
    "cressie-read": 2 / 3,
}


def power_divergence(f_obs: Any, f_exp: Any = None, ddof: int = 0, axis: Any = 0, lambda_: Any = None) -> Any:
    """Whether frequencies are those that were expected."""
    power = 1 if lambda_ is None else _LAMBDAS[lambda_] if isinstance(lambda_, str) else lambda_
    f_obs = asarray(f_obs).astype(float)
    expected: Any = asarray(f_exp).astype(float) if f_exp is not None else f_obs.mean(axis=axis, keepdims=True)
    if power == 1:
        terms = (f_obs - expected) ** 2 / expected
    elif power == 0:
        terms = 2.0 * f_obs * np.log(f_obs / expected)
    elif power == -1:
        terms = 2.0 * expected * np.log(expected / f_obs)
    else:
        terms = f_obs * ((f_obs / expected) ** power - 1) / (0.5 * power * (power + 1))
    statistic = terms.sum(axis=axis)
    number = f_obs.size if axis is None else f_obs.shape[axis]
    return Result(statistic, _probability("sf", "chi2", statistic, number - 1 - ddof))


def chisquare(f_obs: Any, f_exp: Any = None, ddof: int = 0, axis: Any = 0) -> Any:
    """Whether frequencies are those that were expected, by Pearson's test."""
    return power_divergence(f_obs, f_exp, ddof, axis, "pearson")


def f_oneway(*args: Any) -> Any:
    """Whether groups have the same mean."""
    groups = [asarray(one) for one in args]
    number, size = len(groups), sum(one.shape[0] for one in groups)
    from treadle.array.joining import concatenate

    middle = concatenate(groups).mean()
    between = sum(((one.mean() - middle) ** 2) * one.shape[0] for one in groups) / (number - 1)
    within = sum(((one - one.mean()) ** 2).sum() for one in groups) / (size - number)
    f: Any = between / within
    return Result(f, _probability("sf", "f", f, number - 1, size - number))
