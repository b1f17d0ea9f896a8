"""Data to try things on, made by chance: the same for a seed on every machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from treadle.optional import needed

needed("numpy", "treadle.datasets", "'treadle[dataframe]'")

import numpy as np

_NAMES = [
    "Ada",
    "Bo",
    "Carla",
    "Deniz",
    "Emil",
    "Fatima",
    "Goran",
    "Hanna",
    "Ivo",
    "Jun",
    "Kofi",
    "Lena",
    "Mateo",
    "Nora",
    "Omar",
    "Priya",
    "Quentin",
    "Rosa",
    "Sven",
    "Tomoko",
    "Uma",
    "Viktor",
    "Wanda",
    "Ximena",
    "Yusuf",
    "Zoe",
]
_SURNAMES = [
    "Abel",
    "Brandt",
    "Costa",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ito",
    "Jansen",
    "Kim",
    "Lopez",
    "Mori",
    "Nowak",
    "Okafor",
]
_OCCUPATIONS = [
    "baker",
    "chemist",
    "dancer",
    "electrician",
    "farmer",
    "geologist",
    "joiner",
    "librarian",
    "mason",
    "nurse",
    "painter",
    "weaver",
]
_CITIES = ["Aarhus", "Bergen", "Cork", "Dakar", "Essen", "Faro", "Ghent", "Haifa", "Izmir", "Jaipur", "Kyoto", "Lima"]

Maker = Callable[..., Any]


def _texts(chance: np.random.Generator, count: int) -> Any:
    return np.array(_NAMES, dtype=object)[chance.integers(len(_NAMES), size=count)]


def _categories(chance: np.random.Generator, count: int) -> Any:
    import pandas as pd

    return pd.Categorical.from_codes(chance.integers(len(_NAMES), size=count), _NAMES)


def _makers() -> dict[Any, Maker]:
    """What makes values of a type: ``(chance, count, **arguments)``."""
    return {
        float: lambda chance, count: chance.random(count) * 2 - 1,
        int: lambda chance, count, lam=1000: chance.poisson(lam, count),
        str: _texts,
        object: _texts,
        "string": _texts,
        "category": _categories,
    }


def timeseries(
    start: Any = "2000-01-01",
    end: Any = "2000-01-31",
    freq: str = "1s",
    partition_freq: str = "1D",
    dtypes: Any = None,
    seed: int | None = None,
    **kwargs: Any,
) -> Any:
    """A frame of columns by chance over regular times, a partition for each ``partition_freq``.

    ``dtypes``: a type for each column: ``float``, ``int``, ``str`` or ``"category"``; ``NAME_lam=`` the mean of an
    integer column.
    """
    import pandas as pd

    import treadle.dataframe as dd

    kinds = {"name": "string", "id": int, "x": float, "y": float} if dtypes is None else dict(dtypes)
    makers = _makers()
    for name, kind in kinds.items():
        if kind not in makers:
            raise ValueError(f"dtypes: expected float, int, str or 'category' for column {name!r}, found {kind!r}")
    arguments = {name: _of_column(name, kwargs) for name in kinds}
    given = {f"{name}_{key}" for name, own in arguments.items() for key in own}
    if set(kwargs) - given:
        raise TypeError(f"timeseries() got unexpected arguments {sorted(set(kwargs) - given)}")
    base = int(np.random.default_rng().integers(2**31)) if seed is None else int(seed)
    cuts = list(pd.date_range(start=start, end=end, freq=partition_freq))
    if len(cuts) < 2:
        raise ValueError(
            f"timeseries: expected an end at least {partition_freq} behind the start, found {start}, {end}"
        )

    def part(number: int) -> pd.DataFrame:
        chance = np.random.default_rng(np.random.SeedSequence([base, number]))
        index = pd.date_range(cuts[number], cuts[number + 1], freq=freq, inclusive="left", name="timestamp")
        columns = {name: makers[kind](chance, len(index), **arguments[name]) for name, kind in kinds.items()}
        return pd.DataFrame({name: pd.Series(values, index=index) for name, values in columns.items()})

    return dd.from_map(part, range(len(cuts) - 1), meta=part(0).iloc[:0], divisions=cuts, label="timeseries")


def _of_column(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {key[len(name) + 1 :]: value for key, value in arguments.items() if key.rpartition("_")[0] == name}


def make_people(
    npartitions: int = 10, records_per_partition: int = 1000, seed: int | None = None, **kwargs: Any
) -> Any:
    """A bag of records of people who do not exist."""
    import treadle.bag as db

    base = int(np.random.default_rng().integers(2**31)) if seed is None else int(seed)

    def people(numbers: Any) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        for number in numbers:
            chance = np.random.default_rng(np.random.SeedSequence([base, number]))
            made += [_person(chance) for _ in range(records_per_partition)]
        return made

    return db.from_sequence(range(npartitions), npartitions=npartitions).map_partitions(people)


def _person(chance: np.random.Generator) -> dict[str, Any]:
    def one(texts: list[str]) -> str:
        return texts[int(chance.integers(len(texts)))]

    def digits(count: int) -> str:
        return "".join(str(digit) for digit in chance.integers(10, size=count))

    return {
        "age": int(chance.integers(18, 80)),
        "name": (one(_NAMES), one(_SURNAMES)),
        "occupation": one(_OCCUPATIONS),
        "telephone": f"{digits(3)}-{digits(3)}-{digits(4)}",
        "address": {"address": f"{int(chance.integers(1, 999))} {one(_SURNAMES)} Street", "city": one(_CITIES)},
        "credit-card": {
            "number": " ".join(digits(4) for _ in range(4)),
            "expiration-date": f"{int(chance.integers(1, 13)):02d}/{int(chance.integers(26, 35))}",
        },
    }
