"""docs/coverage.md says which of Dask's and Polars' names there are; this test makes it.

TREADLE_WRITE_COVERAGE=1 writes it anew.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
import treadle
import treadle.array as da
import treadle.bag as db
import treadle.bag.random
import treadle.callbacks
import treadle.config
import treadle.dataframe as dd
import treadle.dataframe.utils
import treadle.diagnostics
import treadle.dot
from treadle import distributed
from treadle.dataframe import collection

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "coverage.md"
NAMES = Path(__file__).parent / "names"

HEAD = """# Coverage: which of Dask's and Polars' names there are

Made by `tests/python/test_coverage.py` from `tests/python/names/`. Tier 1: in common tutorials; 2: regularly used;
3: rare. What is not there raises `NotImplementedError` that names an alternative.
"""


def dataframe_samples() -> dict[str, object]:
    data = {"a": [1], "s": ["x"], "t": [pd.Timestamp(0, tz="UTC")], "d": [pd.Timedelta(0)]}
    frame = dd.from_pandas(pd.DataFrame(data), npartitions=1)
    category = frame.s.astype(pd.CategoricalDtype(["x"]))
    return {
        "": dd,
        "DataFrame": frame,
        "Series": frame.a,
        "Index": frame.index,
        "Scalar": frame.a.sum(),
        "Series.str": frame.s.str,
        "Series.dt": (frame.t.dt, frame.d.dt),
        "Series.cat": category.cat,
        "GroupBy": frame.groupby("a"),
        "SeriesGroupBy": frame.groupby("a").t,
        "utils": treadle.dataframe.utils,
    }


def bag_samples() -> dict[str, object]:
    bag = db.from_sequence(["a"])
    return {"": db, "Bag": bag, "Item": bag.count(), "random": treadle.bag.random, "Bag.str": bag.str}


def array_samples() -> dict[str, object]:
    return {
        "": da,
        "Array": da.ones(3),
        "fft": da.fft,
        "image": da.image,
        "lib.stride_tricks": da.lib.stride_tricks,
        "ma": da.ma,
        "overlap": da.overlap,
        "linalg": da.linalg,
        "random": da.random,
        "random.Generator": da.random.default_rng(0),
        "random.RandomState": da.random.RandomState(0),
        "stats": da.stats,
    }


def delayed_samples() -> dict[str, object]:
    from treadle.delayed import Delayed

    names = ("delayed", "threaded", "multiprocessing", "local", "base", "datasets")
    modules = {name: getattr(treadle, name) for name in names}
    return {"": treadle, **modules, "delayed.Delayed": Delayed}


def distributed_samples() -> dict[str, object]:
    with distributed.Client(n_workers=1, set_as_default=False) as client:
        future = client.submit(len, "")
        actor = client.submit(list, actor=True).result()
        names = ("Lock", "MultiLock", "Event", "Queue", "Variable", "Semaphore")
        shared = {name: getattr(distributed, name)(client=client) for name in names}
        completed = distributed.as_completed([future])
        return {
            "": distributed,
            "Client": client,
            "Future": future,
            "LocalCluster": client.cluster,
            "as_completed": completed,
            "Actor": actor,
            **shared,
        }


def config_samples() -> dict[str, object]:
    return {"": treadle.config}


def diagnostics_samples() -> dict[str, object]:
    classes = {
        f"diagnostics.{name}": kind for name, kind in vars(treadle.diagnostics).items() if isinstance(kind, type)
    }
    return {"diagnostics": treadle.diagnostics, "callbacks": treadle.callbacks, "dot": treadle.dot, **classes}


def frame_samples() -> dict[str, object]:
    expression = treadle.col("a")
    frame = treadle.DataFrame({"a": [1]})
    return {
        "": treadle,
        "DataFrame": frame,
        "LazyFrame": frame.lazy(),
        "GroupBy": frame.group_by("a"),
        "Expr": expression,
        "Expr.str": expression.str,
        "Expr.dt": expression.dt,
        "Expr.list": expression.list,
    }


# Each module's owners of names by what they are called in its list.
SAMPLES: dict[str, Callable[[], dict[str, object]]] = {
    "dataframe": dataframe_samples,
    "bag": bag_samples,
    "array": array_samples,
    "delayed": delayed_samples,
    "distributed": distributed_samples,
    "config": config_samples,
    "diagnostics": diagnostics_samples,
    "frame": frame_samples,
}


# What is no module of its own.
TITLES = {"frame": "`treadle`, as Polars"}


def is_there(owner: object, name: str) -> bool:
    if isinstance(owner, tuple):  # what one of several kinds has
        return any(is_there(one, name) for one in owner)
    if isinstance(owner, (collection.Collection, da.Array)):
        # On the class: asking the frame itself may run a plan.
        return hasattr(type(owner), name) or name in object.__dir__(owner)
    if hasattr(type(owner), name) or (isinstance(owner, ModuleType) and name in vars(owner)):
        return True  # newaxis is there, and is None
    try:
        return getattr(owner, name, None) is not None or hasattr(type(owner), name)
    except (NotImplementedError, AttributeError):
        return False


def rows(module: str) -> Iterator[tuple[str, str, int, bool]]:
    known = SAMPLES[module]()
    for line in (NAMES / f"{module}.tsv").read_text().splitlines():
        full, tier = line.split("\t")
        owner, _, name = full.rpartition(".")
        yield owner, name, int(tier), owner in known and is_there(known[owner], name)


def table(module: str) -> str:
    groups: dict[str, list[tuple[str, int, bool]]] = {}
    for owner, name, tier, there in rows(module):
        groups.setdefault(owner, []).append((name, tier, there))
    lines = [
        f"| {TITLES.get(module, f'`treadle.{module}`')} | tier 1 | tier 2 | tier 3 | not there yet, of tiers 1 and 2 |",
        "|---|---|---|---|---|",
    ]
    for owner, names in groups.items():
        shares = []
        for tier in (1, 2, 3):
            of_tier = [there for _, one, there in names if one == tier]
            shares.append(f"{sum(of_tier)} of {len(of_tier)}" if of_tier else "")
        missing = " ".join(f"`{name}`" for name, tier, there in names if not there and tier < 3)
        lines.append(f"| {owner or '(functions)'} | {' | '.join(shares)} | {missing} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    return "\n".join([HEAD, *map(table, SAMPLES)])


@pytest.mark.filterwarnings("ignore")
def test_the_coverage_table_is_up_to_date() -> None:
    if os.environ.get("TREADLE_WRITE_COVERAGE"):
        TABLE.write_text(page())
    assert TABLE.read_text() == page()


def test_what_is_not_there_names_an_alternative() -> None:
    with pytest.raises(NotImplementedError, match=r"read_orc.*from_map"):
        _ = dd.read_orc
    with pytest.raises(AttributeError, match="nonsense"):
        _ = dd.nonsense
