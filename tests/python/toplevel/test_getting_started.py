"""The scripts of Polars' own first pages, run by both, and the steps that expressions take by way of Arrow."""

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import treadle as tl

from .conftest import same


def people(lib: Any) -> Any:
    return lib.DataFrame(
        {
            "name": ["Alice Archer", "Ben Brown", "Chloe Cooper", "Daniel Donovan"],
            "birthdate": [dt.date(1997, 1, 10), dt.date(1985, 2, 15), dt.date(1983, 3, 22), dt.date(1981, 4, 30)],
            "weight": [57.9, 72.5, 53.6, 83.1],
            "height": [1.56, 1.77, 1.65, 1.75],
        }
    )


def decade(lib: Any) -> Any:
    return (lib.col("birthdate").dt.year() // 10 * 10).alias("decade")


def selected(lib: Any, folder: Path) -> Any:
    return people(lib).select(
        lib.col("name"),
        lib.col("birthdate").dt.year().alias("birth_year"),
        (lib.col("weight") / (lib.col("height") ** 2)).alias("bmi"),
    )


def expanded(lib: Any, folder: Path) -> Any:
    return people(lib).select(lib.col("name"), (lib.col("weight", "height") * 0.95).round(2).name.suffix("-5%"))


def filtered(lib: Any, folder: Path) -> Any:
    return people(lib).filter(
        lib.col("birthdate").is_between(dt.date(1982, 12, 31), dt.date(1996, 1, 1)), lib.col("height") > 1.7
    )


def grouped(lib: Any, folder: Path) -> Any:
    return (
        people(lib)
        .group_by(decade(lib), maintain_order=True)
        .agg(
            lib.len().alias("sample_size"),
            lib.col("weight").mean().round(2).alias("avg_weight"),
            lib.col("height").max().alias("tallest"),
        )
    )


def more_complex(lib: Any, folder: Path) -> Any:
    return (
        people(lib)
        .with_columns(decade(lib), lib.col("name").str.split(by=" ").list.first())
        .select(lib.all().exclude("birthdate"))
        .group_by(lib.col("decade"), maintain_order=True)
        .agg(lib.col("name"), lib.col("weight", "height").mean().round(2).name.prefix("avg_"))
    )


def files(lib: Any, folder: Path) -> Any:
    people(lib).write_csv(folder / "output.csv")
    return lib.read_csv(folder / "output.csv", try_parse_dates=True)


def lazily(lib: Any, folder: Path) -> Any:
    people(lib).write_csv(folder / "output.csv")
    query = (
        lib.scan_csv(folder / "output.csv")
        .filter(lib.col("height") > 1.6)
        .group_by("name", maintain_order=True)
        .agg(lib.col("weight").sum())
    )
    assert query.explain()
    return query.collect(engine="streaming")


def combined(lib: Any, folder: Path) -> Any:
    siblings = lib.DataFrame({"name": ["Ben Brown", "Alice Archer"], "siblings": [1, 3]})
    more = people(lib).head(1).with_columns(name=lib.lit("Ethan Edwards"))
    return lib.concat([people(lib), more], how="vertical").join(siblings, on="name", how="left")


def pivoted(lib: Any, folder: Path) -> Any:
    frame = lib.DataFrame({"k": ["x", "y", "x"], "flag": [True, True, False], "n": [1, 2, 3]})
    return frame.pivot("flag", index="k", values="n")


PAGES = [selected, expanded, filtered, grouped, more_complex, files, lazily, combined, pivoted]


@pytest.mark.parametrize("page", PAGES)
def test_pages_run_as_they_are(page: Any, tmp_path: Path) -> None:
    same(page(tl, tmp_path), page(pl, tmp_path))


def rows(lib: Any) -> Any:
    return lib.DataFrame(
        {
            "i": [3, None, 1, 3, 2],
            "f": [0.5, 2.5, None, -1.0, 2.5],
            "s": ["a b", "", None, "c", "d e f"],
            "t": [dt.datetime(2020, 1, day) for day in (1, 3, 2, 9, 5)],
        }
    ).with_columns(small=lib.col("i").cast(lib.Int8))


@pytest.mark.parametrize(
    "make",
    [
        lambda lib: lib.col("i").shift(),
        lambda lib: lib.col("s").shift(-2),
        lambda lib: lib.col("i").shift(9, fill_value=0),
        lambda lib: lib.col("i").diff(),
        lambda lib: lib.col("f").diff(2),
        lambda lib: lib.col("t").diff(),
        lambda lib: lib.col("i").cum_sum(),
        lambda lib: lib.col("small").cum_sum(),
        lambda lib: lib.col("f").cum_max(),
        lambda lib: lib.col("f").cum_min(reverse=True),
        lambda lib: lib.col("i").cum_prod(),
        lambda lib: lib.col("f").cum_count(),
        lambda lib: lib.col("f").rank(),
        lambda lib: lib.col("f").rank("min"),
        lambda lib: lib.col("i").rank("dense", descending=True),
        lambda lib: lib.col("s").str.split(" "),
        lambda lib: lib.col("s").str.split(" ").list.first(),
        lambda lib: lib.col("s").str.split(" ").list.get(1, null_on_oob=True),
        lambda lib: lib.col("s").str.split(" ").list.last(),
        lambda lib: lib.col("s").str.split(" ").list.len(),
        lambda lib: lib.col("s").str.split(" ").list.join("-"),
        lambda lib: lib.col("f").map_elements(lambda value: value * 2, return_dtype=lib.Float64),
        lambda lib: lib.col("i").map_batches(lambda series: series + 1, return_dtype=lib.Int64),
        lambda lib: (lib.col("i").shift() + lib.col("i")).fill_null(0),
        lambda lib: lib.col("i").cum_sum().max().alias("most"),
        lambda lib: lib.col("f") - lib.col("f").shift().mean(),
        lambda lib: lib.col("i", "f").cum_sum().name.suffix("_total"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_steps_of_expressions(make: Any, regime: str) -> None:
    same(rows(tl).select(make(tl)), rows(pl).select(make(pl)))
    same(rows(tl).lazy().with_columns(make(tl)).collect(), rows(pl).with_columns(make(pl)))


def test_steps_stand_in_filters_keys_and_aggregates(regime: str) -> None:
    def run(lib: Any) -> list[Any]:
        frame = rows(lib)
        first = lib.col("s").str.split(" ").list.first()
        return [
            frame.filter(lib.col("i").cum_sum() > 3),
            frame.group_by(first.alias("k"), maintain_order=True).agg(
                lib.col("i").max(), first.n_unique(), lib.col("f")
            ),
            frame.group_by("i", maintain_order=True).agg(lib.col("s")),
        ]

    for ours, theirs in zip(run(tl), run(pl), strict=True):
        same(ours, theirs)


def test_steps_are_marked_in_plans_and_know_their_types() -> None:
    lazy = rows(tl).lazy().select(tl.col("i").cum_sum(), tl.col("s").str.split(" "))
    assert lazy.schema == tl.Schema({"i": tl.Int64, "s": tl.List(tl.String)})
    assert "sum(i)" in lazy.explain()
    assert "python: str.split" in lazy.explain()
    assert repr(tl.col("a").shift(2)) == 'col("a").shift(2)'
    with pytest.raises(ValueError, match="return_dtype"):
        tl.col("a").map_elements(lambda value: value)
    with pytest.raises(ValueError, match="rank: expected a method"):
        tl.col("a").rank("random")
    with pytest.raises(TypeError, match="expected lists, found int64"):
        rows(tl).select(tl.col("i").list.first())
