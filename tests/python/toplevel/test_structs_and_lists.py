"""Structs and lists made of columns, what groups make of their values as lists, bins, counts, series in verbs."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import treadle as tl

from toplevel.conftest import Program, agree, generated, same

SMALL = {
    "g": ["x", "y", "x", "y", "x", None],
    "a": [3, 1, 2, None, 5, 1],
    "i": [1, 2, 3, 4, 5, 6],
    "s": ["pear", "fig", None, "kiwi", "plum", "fig"],
    "l": [[1, 2], [], None, [3, None], [4], [5, 5, 1]],
    "w": [["a", "b"], [], None, ["c", None], ["d"], ["e"]],
}

COLUMNS: dict[str, Program] = {
    "structs": lambda m, f: f.select(m.struct("i", "s").alias("both")),
    "structs of all": lambda m, f: f.select(m.struct(m.all().exclude("t")).alias("row")),
    "structs of expressions": lambda m, f: f.select(q=m.struct(m.col("i") + 1, twice=m.col("x") * 2)),
    "fields": lambda m, f: f.with_columns(m.struct("i", "s").alias("both")).select(
        m.col("both").struct.field("s"), m.col("both").struct.field("i").alias("number")
    ),
    "fields back as columns": lambda m, f: f.select(m.struct("i", "s", "t").alias("both")).unnest("both"),
    "other names of fields": lambda m, f: f.select(m.struct("i", "s").struct.rename_fields(["u", "v"])),
    "structs as JSON": lambda m, f: f.select(m.struct("i", "s").struct.json_encode()),
    "structs of groups": lambda m, f: f.group_by("g", maintain_order=True).agg(m.struct("i", "s").alias("rows")),
    "lists": lambda m, f: f.select(m.concat_list("i", "j", m.col("x").round(0).cast(int)).alias("all")),
    "lists of several types": lambda m, f: f.select(m.concat_list("i", "x").alias("all")),
    "lists of literals": lambda m, f: f.select("i", items=m.lit([1, 2])),
    "counts as structs": lambda m, f: f.select(m.col("g").value_counts(sort=True)).unnest("g"),
    "shares as structs": lambda m, f: f.select(m.col("g").value_counts(sort=True, normalize=True)).unnest("g"),
    "counts of what is known": lambda m, f: f.select(m.col("j").drop_nulls().value_counts(sort=True)).unnest("j"),
    "runs": lambda m, f: f.select(m.col("j").rle()).unnest("j"),
    "bins": lambda m, f: f.select("i", bin=m.col("i").cut([-10, 0.5, 25])),
    "bins closed on the left": lambda m, f: f.select("i", bin=m.col("i").cut([-10, 25], left_closed=True)),
    "labelled bins": lambda m, f: f.select("i", bin=m.col("i").cut([0], labels=["low", "high"])),
    "bins and their ends": lambda m, f: f.select(m.col("i").cut([0, 10], include_breaks=True).alias("b")).unnest("b"),
    "bins of what is no number": lambda m, f: f.select(
        m.when(m.col("i") > 30).then(float("nan")).otherwise(m.col("x")).cut([0]).alias("b"),
        m.when(m.col("i") > 30).then(float("nan")).otherwise(m.col("x")).qcut(3).alias("q"),
    ),
    "bins of equal shares": lambda m, f: f.select("x", bin=m.col("x").qcut(3)),
    "bins of given shares": lambda m, f: f.select("x", bin=m.col("x").qcut([0.1, 0.9], labels=["a", "b", "c"])),
    "rolling medians": lambda m, f: f.select(m.col("x").rolling_median(4, min_samples=2)),
    "rolling medians around": lambda m, f: f.select(m.col("i").rolling_median(5, center=True, min_samples=1)),
    "rolling quantiles": lambda m, f: f.select(m.col("x").rolling_quantile(0.3, "linear", 6, min_samples=3)),
    "rolling functions": lambda m, f: f.select(
        m.col("i").fill_null(0).rolling_map(lambda part: part.max() - part.min(), 3)
    ),
    "fading means": lambda m, f: f.select(m.col("x").ewm_mean(span=5)),
    "fading means, recursive": lambda m, f: f.select(m.col("x").ewm_mean(alpha=0.3, adjust=False, min_samples=3)),
    "fading means by half-life": lambda m, f: f.select(m.col("x").ewm_mean(half_life=2, ignore_nulls=True)),
    "repeated": lambda m, f: f.select(m.col("s").repeat_by("j")),
    "places of rows": lambda m, f: f.select(m.arg_where(m.col("i") > 40)),
    "places in order": lambda m, f: f.select(m.arg_sort_by("g", "id")),
    "first and last columns": lambda m, f: f.select(m.first(), m.last()),
    "ends of columns": lambda m, f: f.select(m.head("i", 3)),
    "texts with values": lambda m, f: f.select(m.format("{}:{}", m.col("s"), m.col("i"))),
    "first of some": lambda m, f: f.select(
        m.col("s").filter(m.col("i") > 30).first(), m.col("t").filter(m.col("i") > 30).last()
    ),
    "means for nulls": lambda m, f: f.select(
        m.col("i").fill_null(strategy="mean"),
        m.col("x").fill_null(strategy="mean"),
        m.col("j").fill_null(strategy="max"),
    ),
    "means of groups for nulls": lambda m, f: f.select(m.col("i").fill_null(strategy="mean").over("g")),
    "times as text": lambda m, f: f.select(m.col("t").cast(m.String), m.concat_str("s", "t", separator="@").alias("c")),
    "times as text of other units": lambda m, f: f.select(m.col("t").cast(m.Datetime("ms")).cast(m.String)),
    "times in ISO 8601": lambda m, f: f.select(
        m.col("t").dt.to_string("iso"), strict=m.col("t").dt.to_string("iso:strict")
    ),
    "durations in ISO 8601": lambda m, f: f.select(
        m.duration(days=1, hours="i").dt.to_string().alias("d"),
        strict=m.duration(hours="i").dt.to_string("iso:strict"),
    ),
    "bytes of text": lambda m, f: f.select(m.col("s").str.encode("hex").str.decode("hex")),
    "pieces": lambda m, f: f.select(m.col("s").str.split_exact("p", 1)).unnest("s"),
    "pieces and the rest": lambda m, f: f.select(m.col("s").str.splitn("l", 2)).unnest("s"),
    "hexadecimal numbers": lambda m, f: f.select(m.lit("ff").str.to_integer(base=16).alias("n"), m.col("i").max()),
    "times of day": lambda m, f: f.select(m.col("t").dt.strftime("%H:%M:%S").str.to_time()),
    "normal forms": lambda m, f: f.select(m.col("s").str.normalize("NFD").str.len_chars()),
    "JSON": lambda m, f: f.select(
        m.concat_str(m.lit('{"a": '), m.col("i"), m.lit("}")).str.json_decode(m.Struct({"a": m.Int64})).alias("j")
    ).unnest("j"),
    "other years": lambda m, f: f.select(m.col("t").dt.replace(year=2000, hour=3), m.col("d").dt.replace(day=1)),
    "steps of aggregates": lambda m, f: f.select(m.lit("a-b-a").str.count_matches("a"), m.col("i").max().alias("most")),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns(frame: pl.DataFrame, name: str) -> None:
    agree(COLUMNS[name], frame.head(700))


def test_a_sorted_column_is_searched() -> None:
    for m in (pl, tl):
        ordered = m.DataFrame({"i": [None, 1, 3, 3, 7]})
        found = [ordered.select(m.col("i").search_sorted(value, side)).item() for value in (0, 3, 9) for side in SIDES]
        assert found == [1, 1, 2, 4, 5, 5]


SIDES = ("left", "right")

# A group's values worked on as a list, and one value of that.
GROUPS: dict[str, Callable[[Any], Any]] = {
    "first ones": lambda m: m.col("a").head(2),
    "last ones": lambda m: m.col("i").tail(2),
    "in order": lambda m: m.col("a").sort(),
    "in falling order": lambda m: m.col("i").sort(descending=True),
    "the other way": lambda m: m.col("i").reverse(),
    "different ones": lambda m: m.col("a").unique().sort(),
    "how many different ones": lambda m: m.col("a").unique().len(),
    "known ones": lambda m: m.col("a").drop_nulls(),
    "some": lambda m: m.col("i").filter(m.col("a") > 1),
    "the first known one": lambda m: m.col("a").drop_nulls().first(),
    "the last of some": lambda m: m.col("s").filter(m.col("i") > 2).last(),
    "the largest": lambda m: m.col("i").top_k(1),
    "by place": lambda m: m.col("i").get(0),
    "each second one": lambda m: m.col("i").gather_every(2),
    "the sum of the first two": lambda m: m.col("i").head(2).sum(),
    "the spread of the last two": lambda m: m.col("i").tail(2).std(),
    "a piece": lambda m: m.col("i").slice(1, 1),
    "in the order of others": lambda m: m.col("s").sort_by("a", descending=True, nulls_last=True),
    "the first two in the order of others": lambda m: m.col("i").sort_by("a").head(2),
    "a sum of aggregates": lambda m: m.col("i").unique().len() + m.col("i").sum(),
    "texts put together": lambda m: m.col("s").drop_nulls().str.join("+"),
    "lists of lists": lambda m: m.col("l"),
}


@pytest.mark.parametrize("name", GROUPS)
def test_groups_make_lists(name: str) -> None:
    make = GROUPS[name]
    frame = pl.DataFrame(SMALL)
    wanted = frame.group_by("g", maintain_order=True).agg(v=make(pl), n=pl.len())
    same(tl.DataFrame(SMALL).group_by("g").agg(v=make(tl), n=tl.len()), wanted)
    same(tl.DataFrame(SMALL).lazy().group_by("g").agg(v=make(tl)).collect(), wanted.drop("n"))


@pytest.mark.parametrize("column", ["a", "i", "s"])
@pytest.mark.parametrize("name", ["top_k", "bottom_k"])
def test_the_first_values_of_groups_in_an_order(name: str, column: str) -> None:
    for count in (0, 1, 2, 9):
        wanted = pl.DataFrame(SMALL).group_by("g", maintain_order=True).agg(getattr(pl.col(column), name)(count))
        found = tl.DataFrame(SMALL).group_by("g").agg(getattr(tl.col(column), name)(count))
        same(found.with_columns(tl.col(column).list.sort()), wanted.with_columns(pl.col(column).list.sort()))


def test_rows_that_no_group_wants_are_not_sorted() -> None:
    frame = tl.DataFrame(SMALL).lazy()
    place = tl.col("i").rank("ordinal", descending=True).over("g")
    for few in (
        frame.group_by("g").head(2),
        frame.group_by("g").agg(tl.col("i").top_k(2)),
        frame.filter(place <= 2),
        frame.with_columns(place=place).filter(tl.col("place") < 3).select("i"),
    ):
        assert ": at least 2 rows for each g" in few.explain()
    for rows in (frame.group_by("g").tail(2), frame.filter(place > 2), frame.group_by("g").agg(tl.col("i").head(2))):
        assert "rows for each" not in rows.explain()
    first = pl.DataFrame(SMALL).group_by("g", maintain_order=True)
    for count in (1, 2, 9):
        same(tl.DataFrame(SMALL).group_by("g").head(count), first.head(count))
    assert tl.DataFrame(SMALL).group_by("g").head(0).height == 0


LISTS: dict[str, Callable[[Any], Any]] = {
    "spread": lambda m: m.col("l").list.std(),
    "variance": lambda m: m.col("l").list.var(ddof=0),
    "each second": lambda m: m.col("l").list.gather_every(2),
    "by a column": lambda m: m.col("l").list.get(m.col("i") - 1, null_on_oob=True),
    "has the value of a column": lambda m: m.col("l").list.contains(m.col("i")),
    "texts": lambda m: m.col("w").list.join(","),
    "whole texts": lambda m: m.col("w").list.join(",", ignore_nulls=False),
}


@pytest.mark.parametrize("name", LISTS)
def test_lists(name: str) -> None:
    same(tl.DataFrame(SMALL).select(LISTS[name](tl)), pl.DataFrame(SMALL).select(LISTS[name](pl)))


def test_rows_are_told_apart_beside_lists_and_structs() -> None:
    ways: list[Any] = ["first", "last", "none"]
    for keep in ways:
        wanted = pl.DataFrame(SMALL).unique("g", keep=keep, maintain_order=True)
        same(tl.DataFrame(SMALL).unique("g", keep=keep), wanted, by="i")


def test_a_pivot_keeps_the_first_and_the_last_value() -> None:
    data = {"k": ["a", "a", "a", "b"], "c": ["x", "x", "y", "y"], "v": [9, 1, None, 4]}
    ways: list[Any] = ["first", "last"]
    for way in ways:
        wanted = pl.DataFrame(data).pivot("c", index="k", values="v", aggregate_function=way)
        same(tl.DataFrame(data).pivot("c", index="k", values="v", aggregate_function=way), wanted)


def test_series_stand_beside_expressions() -> None:
    frame, numbers = tl.DataFrame(SMALL), tl.Series("n", [1, 2, 3, 4, 5, 6])
    assert frame.select(frame["i"] * 2)["i"].to_list() == [2, 4, 6, 8, 10, 12]
    assert frame.select("g", numbers, twice=numbers * 2).columns == ["g", "n", "twice"]
    assert frame.filter([True, False, True, False, False, False])["i"].to_list() == [1, 3]
    with pytest.raises(TypeError, match="frame in memory"):
        frame.lazy().filter([True, False, True, False, False, False])


def test_series_by_themselves() -> None:
    one = tl.Series([1, 2, None])
    assert (one.sum(), one.mean(), one.cum_sum().to_list()) == (3, 1.5, [1, 3, None])
    assert tl.Series("x", [3, 1, 3]).value_counts(sort=True).rows() == [(3, 2), (1, 1)]
    assert tl.Series("x", [3, 1, 3, 3]).value_counts(normalize=True).columns == ["x", "proportion"]
    numbers = tl.Series("x", [3, 1, 2])
    assert numbers.zip_with([True, False, True], [0, 0, 0]).to_list() == [3, 0, 2]
    assert (numbers.is_sorted(), numbers.sort().is_sorted()) == (False, True)
    assert numbers.extend_constant(9, 2).to_list() == [3, 1, 2, 9, 9]
    assert numbers.cut([1.5]).to_list() == ["(1.5, inf]", "(-inf, 1.5]", "(1.5, inf]"]
    assert sorted(numbers.shuffle(seed=1).to_list()) == [1, 2, 3]
    assert numbers.sample(2, seed=5).to_list() == numbers.sample(2, seed=5).to_list()
    assert tl.Series("x", [True, None]).to_dummies().columns == ["x_null", "x_true"]


def test_samples_of_frames() -> None:
    frame = tl.DataFrame({"i": range(100)})
    assert frame.sample().height == 1
    assert frame.sample(10, seed=3)["i"].is_sorted()
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=3)["i"]
    assert not shuffled.is_sorted() and shuffled.sort().to_list() == list(range(100))
    with pytest.raises(ValueError, match="found both"):
        frame.sample(3, fraction=0.5)


def test_numbers_by_themselves() -> None:
    same(tl.int_range(0, 9, 2, eager=True).to_frame(), pl.int_range(0, 9, 2, eager=True).to_frame())
    data = {"a": [1.0, 2.0, 4.0], "b": [3.0, -1.0, 0.5]}
    same(tl.DataFrame(data).corr(), pl.DataFrame(data).corr())
    assert tl.DataFrame(data).fold(lambda one, two: one + two).to_list() == [4.0, 1.0, 4.5]


def test_arrow_files_and_databases(tmp_path: Path) -> None:
    import sqlite3

    frame = tl.DataFrame(SMALL)
    for compression in ("uncompressed", "lz4", "zstd"):
        frame.write_ipc(tmp_path / "a.arrow", compression=compression)
        assert tl.read_ipc(tmp_path / "a.arrow").equals(frame)
        same(
            tl.read_ipc(tmp_path / "a.arrow", columns=["i", "g"]), pl.read_ipc(tmp_path / "a.arrow", columns=["i", "g"])
        )
    with pytest.raises(ValueError, match="zip"):
        frame.write_ipc(tmp_path / "a.arrow", compression="zip")
    assert [one.name for one in tmp_path.iterdir()] == ["a.arrow"]
    (tmp_path / "b.arrow").write_bytes(b"rubbish that is no file")
    with pytest.raises(ValueError, match=r"b\.arrow"):
        tl.read_ipc(tmp_path / "b.arrow")
    frame.select("i", "s").write_parquet(tmp_path / "a.parquet")
    assert tl.read_parquet_schema(tmp_path / "a.parquet") == {"i": tl.Int64, "s": tl.String}
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a INTEGER, b TEXT)")
    connection.executemany("INSERT INTO t VALUES (?, ?)", [(1, "x"), (2, None)])
    assert tl.read_database("SELECT b, a FROM t ORDER BY a", connection).rows() == [("x", 1), (None, 2)]


def test_texts_that_stand_for_nothing() -> None:
    texts = tl.DataFrame({"s": ["0g"]})
    mistakes: list[Callable[[Any], Any]] = [
        lambda one: one.str.decode("hex"),
        lambda one: one.str.to_integer(base=16),
    ]
    for make in mistakes:
        with pytest.raises(ValueError, match="'0g'"):
            texts.select(make(tl.col("s")))
    assert texts.select(tl.col("s").str.to_integer(base=16, strict=False)).item() is None
    with pytest.raises(TypeError, match="found 'years'"):
        tl.col("s").dt.replace(years=1)


def test_times_are_described() -> None:
    data = {"day": [dt.date(2024, 1, 31), dt.date(2023, 12, 1), None, dt.date(2024, 2, 29)], "l": [[1], [], None, [2]]}
    ours, theirs = tl.DataFrame(data).describe(), pl.DataFrame(data).describe()
    assert ours["l"].to_list() == theirs["l"].to_list()
    places = [0, 1, 4, 8]
    assert [ours["day"].to_list()[place] for place in places] == [theirs["day"].to_list()[place] for place in places]
    assert [one[:10] for one in ours["day"].to_list()[5:8]] == [one[:10] for one in theirs["day"].to_list()[5:8]]


def test_what_structs_and_bins_do_not_take() -> None:
    frame = tl.DataFrame(SMALL)
    both = frame.select(tl.struct("i", "s").alias("both"))
    with pytest.raises(KeyError, match=r"no field is named 'ss'; did you mean 's'"):
        both.select(tl.col("both").struct.field("ss"))
    with pytest.raises(TypeError, match="expected structs, found int64"):
        frame.select(tl.col("i").struct.field("s"))
    with pytest.raises(ValueError, match="expected 2 names, found 1"):
        both.select(tl.col("both").struct.rename_fields(["u"]))
    with pytest.raises(ValueError, match="two fields would be named 'i'"):
        frame.select(tl.struct("i", tl.col("i") + 1))
    with pytest.raises(TypeError, match="expected columns of one type"):
        frame.select(tl.concat_list("i", "s"))
    with pytest.raises(ValueError, match="breaks that rise"):
        tl.col("i").cut([2, 1])
    with pytest.raises(ValueError, match="expected 2 labels for 1 breaks, found 1"):
        tl.col("i").cut([2], labels=["low"])
    with pytest.raises(ValueError, match="one of com, span, half_life and alpha"):
        tl.col("i").ewm_mean()
    with pytest.raises(NotImplementedError, match="rows of its own"):
        frame.group_by("g").agg(tl.col("i").sort() * 2)


def test_the_same_bytes_for_any_number_of_threads() -> None:
    frame = tl.from_arrow(generated(7)).lazy()
    query = frame.group_by("g").agg(
        tl.col("i").sort().head(9), tl.col("s").unique().len(), tl.struct("i", "x").alias("r")
    )
    answers = [query.collect(num_workers=threads) for threads in (1, 2, 8)]
    assert answers[0].equals(answers[1]) and answers[0].equals(answers[2])
