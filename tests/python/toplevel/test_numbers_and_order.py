"""Angles, moments, values by the order of others, lists, periods of time: as in Polars."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
import treadle as tl

from toplevel.conftest import agree, same

VALUES: dict[str, Any] = {
    "sin": lambda lib: lib.col("x").sin(),
    "cos": lambda lib: lib.col("x").cos(),
    "tan": lambda lib: lib.col("x").tan(),
    "arcsin": lambda lib: (lib.col("x") / 100).arcsin(),
    "arccos": lambda lib: (lib.col("x") / 100).arccos(),
    "arctan": lambda lib: lib.col("x").arctan(),
    "sinh": lambda lib: (lib.col("x") / 10).sinh(),
    "cosh": lambda lib: (lib.col("x") / 10).cosh(),
    "tanh": lambda lib: lib.col("x").tanh(),
    "degrees": lambda lib: lib.col("x").degrees(),
    "radians": lambda lib: lib.col("x").radians(),
    "cbrt": lambda lib: lib.col("x").cbrt(),
    "log1p": lambda lib: lib.col("x").abs().log1p(),
    "is_close": lambda lib: lib.col("x").is_close(lib.col("x") + 1e-12),
    "interpolate": lambda lib: lib.col("x").interpolate(),
    "peaks": lambda lib: lib.col("id").peak_max() | lib.col("id").peak_min(),
    "runs": lambda lib: lib.col("g").rle_id(),
    "rolling_var": lambda lib: lib.col("x").rolling_var(5, min_samples=2),
    "rolling_std": lambda lib: lib.col("x").rolling_std(4, min_samples=3),
    "not of numbers": lambda lib: lib.col("i").not_(),
    "xor of numbers": lambda lib: lib.col("i").xor(3),
    "and of numbers": lambda lib: lib.col("i") & 6,
    "around the mean": lambda lib: (lib.col("x") - lib.col("x").mean()) ** 2,
    "when by name": lambda lib: lib.when(g="a").then(1).otherwise(0),
    "joined without nulls": lambda lib: lib.concat_str(["g", "s"], separator="-", ignore_nulls=True),
    "from_epoch": lambda lib: lib.from_epoch(lib.col("id") * 86_400),
    "all but the last characters": lambda lib: lib.col("s").str.head(-1),
    "all but the first characters": lambda lib: lib.col("s").str.tail(-2),
    "some replaced": lambda lib: lib.col("s").str.replace("p", "q", n=2),
    "many replaced": lambda lib: lib.col("s").str.replace_many({"pe": "PE", "a": "b"}),
    "escaped": lambda lib: lib.col("s").str.escape_regex(),
    "hex": lambda lib: lib.col("s").str.encode("hex"),
    "base64": lambda lib: lib.col("s").str.encode("base64"),
    "time": lambda lib: lib.col("t").dt.time(),
    "rounded time": lambda lib: lib.col("t").dt.round("1h"),
    "combined": lambda lib: lib.col("d").dt.combine(dt.time(1, 2, 3)),
    "millennium": lambda lib: lib.col("d").dt.millennium(),
    "business day": lambda lib: lib.col("d").dt.is_business_day(),
    "hours": lambda lib: (lib.col("t") - dt.datetime(2013, 1, 1)).dt.total_hours(fractional=True),
    "strict replacement": lambda lib: lib.col("g").replace_strict({"a": 1, "b": 2, "c": 3, "d": 4, None: 0}),
    "split and joined": lambda lib: lib.col("s").str.split("p").list.reverse().list.join("-"),
    "matches": lambda lib: lib.col("s").str.extract_all("[a-z]").list.len(),
}


@pytest.mark.parametrize("name", VALUES)
def test_values(frame: pl.DataFrame, name: str) -> None:
    make = VALUES[name]
    agree(lambda lib, f: f.select(make(lib).alias("w")), frame)


AGGREGATES: dict[str, Any] = {
    "skew": lambda lib: lib.col("x").skew(),
    "kurtosis": lambda lib: lib.col("x").kurtosis(),
    "corr": lambda lib: lib.corr("x", "i"),
    "cov": lambda lib: lib.cov("x", "i"),
    "dot": lambda lib: lib.col("i").dot("id"),
    "squares around the mean": lambda lib: ((lib.col("x") - lib.col("x").mean()) ** 2).sum(),
    "share of the largest": lambda lib: (lib.col("x") / lib.col("x").max()).mean(),
    "any, nulls unknown": lambda lib: (lib.col("i") > 1000).any(ignore_nulls=False),
    "all, nulls unknown": lambda lib: (lib.col("i") < 1000).all(ignore_nulls=False),
    "first in an order": lambda lib: lib.col("s").sort_by("id", descending=True).first(),
    "last in an order": lambda lib: lib.col("s").sort_by("i", "id").last(),
    "max_by": lambda lib: lib.col("id").max_by("x"),
    "min_by": lambda lib: lib.col("id").min_by("x"),
    "texts": lambda lib: lib.col("s").str.join("|"),
    "entropy": lambda lib: lib.col("x").abs().entropy(),
}


@pytest.mark.parametrize("name", AGGREGATES)
def test_aggregates(frame: pl.DataFrame, name: str) -> None:
    make = AGGREGATES[name]
    whole = frame.drop_nulls("x").filter(pl.col("x").is_unique())
    agree(lambda lib, f: f.select(make(lib).alias("w")), whole)
    agree(lambda lib, f: f.group_by("g").agg(make(lib).alias("w")).sort("g"), whole)


PROGRAMS: dict[str, Any] = {
    "corr of ranks": lambda lib, f: f.select(lib.corr("x", "id", method="spearman")),
    "sort_by": lambda lib, f: f.select(lib.col("s").sort_by("x", "id", descending=[True, False])),
    "top_k_by": lambda lib, f: f.drop_nulls().select(lib.col("id").top_k_by("id", 3).sort()),
    "arg_sort": lambda lib, f: f.select(lib.col("id").arg_sort(descending=True)),
    "arg_true": lambda lib, f: f.select((lib.col("i") > 40).arg_true()),
    "arg_unique": lambda lib, f: f.select(lib.col("g").arg_unique().sort()),
    "index_of": lambda lib, f: f.select(lib.col("s").index_of("pear")),
    "get": lambda lib, f: f.select(lib.col("id").get(7)),
    "gather": lambda lib, f: f.select(lib.col("s").gather([5, 0, 5])),
    "implode": lambda lib, f: f.select(lib.col("id").implode()).select(lib.col("id").list.len()),
    "explode": lambda lib, f: f.select(lib.col("s").str.split("p").explode()),
    "frame of items": lambda lib, f: f.select("id", lib.col("s").str.split("p").alias("p")).explode("p"),
    "each second row": lambda lib, f: f.select("id", "s").gather_every(2, 1),
    "having": lambda lib, f: f.group_by("g").having(lib.len() > 1000).agg(lib.col("i").sum()).sort("g"),
    "months": lambda lib, f: (
        f.drop_nulls("t").sort("t").group_by_dynamic("t", every="1mo").agg(lib.col("i").sum(), n=lib.len())
    ),
    "weeks of groups": lambda lib, f: (
        f.drop_nulls(["t", "g"])
        .sort("t")
        .group_by_dynamic("t", every="1w", group_by="g", label="right")
        .agg(n=lib.len())
        .sort("g", "t")
    ),
    "interpolated": lambda lib, f: f.select("i", "x").interpolate(),
    "nested fields": lambda lib, f: f.select("id").with_columns(q=lib.col("id")).drop("q"),
}
LISTS = pl.DataFrame({"id": [1, 2, 3, 4], "l": [[3, 1, None], [7], [], None]})
OF_LISTS = [
    "sum",
    "mean",
    "min",
    "max",
    "median",
    "len",
    "first",
    "last",
    "sort",
    "reverse",
    "unique",
    "n_unique",
    "drop_nulls",
    "arg_max",
    "arg_min",
]


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(frame: pl.DataFrame, name: str) -> None:
    agree(PROGRAMS[name], frame)


@pytest.mark.parametrize("name", OF_LISTS)
def test_lists(name: str) -> None:
    agree(lambda lib, f: f.select("id", w=getattr(lib.col("l").list, name)()), LISTS.filter(pl.col("id") < 3))


def test_lists_by_places_and_items() -> None:
    def program(lib: Any, f: Any) -> Any:
        lists = lib.col("l").list
        return f.select(
            head=lists.head(1), tail=lists.tail(1), slice=lists.slice(1, 1), there=lists.contains(7), diff=lists.diff()
        )

    agree(program, LISTS)
    same(tl.from_arrow(LISTS).explode("l"), LISTS.explode("l"))
    with pytest.raises(TypeError, match="expected lists in column 'id'"):
        tl.from_arrow(LISTS).explode("id")
    two = pl.DataFrame({"a": [[1, 2]], "b": [[1]]})
    with pytest.raises(ValueError, match="same lengths"):
        tl.from_arrow(two).explode("a", "b")


def test_structs_become_columns() -> None:
    nested = pl.DataFrame({"id": [1, 2], "q": [{"a": 1, "b": "x"}, {"a": None, "b": "y"}]})
    same(tl.from_arrow(nested).unnest("q"), nested.unnest("q"))
    same(tl.from_arrow(nested).lazy().unnest("q").collect(), nested.unnest("q"))


def test_frames_of_frames(frame: pl.DataFrame) -> None:
    few = frame.select("id", "j", "g").head(20)
    ours = tl.from_arrow(few)
    newer = pl.DataFrame({"id": [1, 3], "j": [100, None]})
    same(ours.update(tl.from_arrow(newer), on="id"), few.update(newer, on="id"))
    same(ours.to_dummies("g"), few.to_dummies("g"))
    same(ours.select("id", "j").transpose(include_header=True), few.select("id", "j").transpose(include_header=True))
    assert ours.is_unique().to_list() == few.is_unique().to_list()
    assert ours.select("g").is_duplicated().to_list() == few.select("g").is_duplicated().to_list()
    assert [one.height for one in ours.iter_slices(8)] == [8, 8, 4]
    assert {key for key, _ in ours.group_by("g")} == {key for key, _ in few.group_by("g")}
    same(ours["id", "g"], few["id", "g"])
    same(ours.lazy().map_batches(lambda rows: rows.head(3)).collect(), few.head(3))
    heads = ours.group_by("g").map_groups(lambda rows: rows.head(1))
    same(heads, few.group_by("g", maintain_order=True).map_groups(lambda rows: rows.head(1)), by="id")


def test_mistakes_that_were_silent() -> None:
    letters = tl.DataFrame({"g": ["a", "b", "c"]})
    with pytest.raises(TypeError, match=r"c is not listed in replace_strict\(\)"):
        letters.select(tl.col("g").replace_strict({"a": 1, "b": 2}))
    with pytest.raises(NotImplementedError, match="inside of another"):
        letters.group_by("g").agg(tl.corr(tl.col("g").len(), tl.col("g").len(), method="spearman"))
    with pytest.raises(TypeError, match="list of bools"):
        letters.lazy().filter([True, False, True])
    with pytest.raises(NotImplementedError, match="semi"):
        tl.col("g").is_in(tl.col("h"))
    with pytest.raises(NotImplementedError, match="closed="):
        letters.lazy().group_by_dynamic("g", every="1d", closed="right")
    assert tl.Series("a", [1, 2, 3]).quantile(0.5) == 2.0


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (tl.col("a"), "ewm_std"),
        (tl.col("a").str, "extract_groups"),
        (tl.col("a").dt, "dst_offset"),
        (tl.col("a").list, "eval"),
        (tl.DataFrame({"a": [1]}), "rolling"),
        (tl.LazyFrame({"a": [1]}), "sink_ipc"),
        (tl.Series([1]), "reshape"),
        (tl, "read_excel"),
    ],
)
def test_names_of_polars_that_are_not_there_name_another_way(owner: Any, name: str) -> None:
    with pytest.raises(NotImplementedError, match="not there yet"):
        getattr(owner, name)
    with pytest.raises((AttributeError, NotImplementedError)):
        _ = owner.no_such_name_at_all
