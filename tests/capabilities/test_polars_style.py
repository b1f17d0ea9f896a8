"""The same query eager and lazy, written in the style of Polars."""

from typing import Any

import pandas as pd
import pytest
import treadle as tl

ROWS = 1_000_000


@pytest.fixture(scope="module")
def numbers() -> tl.DataFrame:
    return tl.DataFrame(
        {
            "id": range(ROWS),
            "category": ["A", "B", "C", "D"] * (ROWS // 4),
            "value": [i * 0.1 for i in range(ROWS)],
        }
    )


def test_a_frame_from_a_dict_of_a_range_a_repeated_list_and_floats(numbers: tl.DataFrame) -> None:
    """DataFrame({...}) takes ranges and lists as they are."""
    assert numbers.shape == (ROWS, 3)
    assert numbers.schema == {"id": tl.Int64, "category": tl.String, "value": tl.Float64}
    assert numbers["value"][3] == 3 * 0.1


def test_an_eager_frame_answers_at_once(numbers: tl.DataFrame) -> None:
    """filter, group_by and sum give the rows without collect()."""
    answer = numbers.filter(tl.col("value") > 50).group_by("category").agg(tl.col("value").sum())
    assert isinstance(answer, tl.DataFrame)
    assert not hasattr(answer, "collect")
    assert answer.height == 4
    short = numbers.filter(tl.col("value") > 50).group_by("category").sum()
    assert short.columns == ["category", "id", "value"]


def recorded(frame: tl.DataFrame) -> Any:
    return (
        frame.lazy()
        .filter(tl.col("category") == "A")
        .with_columns((tl.col("value") * 1.0).alias("scaled"))
        .group_by("category")
        .agg([tl.col("scaled").mean().alias("mean_scaled"), tl.col("value").sum().alias("total")])
    )


def test_lazy_begins_a_recording_that_holds_no_rows(numbers: tl.DataFrame) -> None:
    """A LazyFrame has collect() and a schema, but no rows, length or values."""
    query = recorded(numbers)
    assert isinstance(query, tl.LazyFrame)
    assert query.collect_schema().names() == ["category", "mean_scaled", "total"]
    for name in ("shape", "height", "rows", "to_pandas", "item"):
        assert not hasattr(query, name), name
    with pytest.raises(TypeError):
        len(query)


def test_collect_runs_it_and_print_shows_it(numbers: tl.DataFrame) -> None:
    """One row of three columns, named as asked; shape, names, types and values in a box."""
    answer = recorded(numbers).collect()
    assert answer.shape == (1, 3)
    assert answer.columns == ["category", "mean_scaled", "total"]
    assert answer["mean_scaled"][0] == pytest.approx(49999.8)
    assert answer["total"][0] == pytest.approx(12499950000.0)
    shown = str(answer)
    assert "shape: (1, 3)" in shown
    for part in ("category", "mean_scaled", "total", "str", "f64", "│", "49999.8", "1.2500e10"):
        assert part in shown, shown


def test_the_eager_and_the_lazy_answer_agree(numbers: tl.DataFrame) -> None:
    """The same steps on an eager frame give the same table."""
    eager = (
        numbers.filter(tl.col("category") == "A")
        .with_columns((tl.col("value") * 1.0).alias("scaled"))
        .group_by("category")
        .agg([tl.col("scaled").mean().alias("mean_scaled"), tl.col("value").sum().alias("total")])
    )
    assert eager.equals(recorded(numbers).collect())
    assert eager.equals(recorded(numbers).collect(engine="streaming"))


def test_expressions_are_values_that_combine_and_rename(numbers: tl.DataFrame) -> None:
    """col("x").sum() is an object: it is passed on, combined, renamed, and seen by the optimiser."""
    total = tl.col("value").sum()
    share = (tl.col("value") / total).alias("share")
    assert isinstance(total, tl.Expr) and isinstance(share, tl.Expr)
    answer = numbers.select(share, (total - total).alias("nothing"), tl.col("id").name.suffix("_number"))
    assert answer.columns == ["share", "nothing", "id_number"]
    assert answer["share"].sum() == pytest.approx(1)
    plan = numbers.lazy().with_columns(share).select(tl.col("id").max()).explain()
    assert "share" not in plan.split("optimized plan:")[1]


def test_a_grouped_count_renamed_and_written_as_csv(tmp_path: Any) -> None:
    """scan_csv, group_by, agg(count.alias), collect, write_csv: what pandas reads back has the counts."""
    levels = ["INFO", "ERROR", "INFO", "WARN", "ERROR", "INFO"]
    pd.DataFrame({"level": levels, "id": range(6)}).to_csv(tmp_path / "log.csv", index=False)
    answer = tl.scan_csv(tmp_path / "log.csv").group_by("level").agg(tl.count("id").alias("events")).collect()
    answer.write_csv(tmp_path / "out.csv")
    back = pd.read_csv(tmp_path / "out.csv")
    assert list(back.columns) == ["level", "events"]
    assert dict(zip(back.level, back.events, strict=True)) == {"INFO": 3, "ERROR": 2, "WARN": 1}


def test_advanced_expressions_agree_with_pandas() -> None:
    """Conditions, text, dates, nulls, windows, sorting, joins and several aggregates give what pandas gives."""
    orders = pd.DataFrame(
        {
            "day": pd.to_datetime(["2024-01-31", "2024-02-01", "2024-02-01", "2024-03-05", "2024-03-05", "2024-03-06"]),
            "shop": ["North", "south ", "North", "South", "north", None],
            "price": [10.0, None, 30.0, 4.0, 6.0, 5.0],
            "pieces": [1, 2, 3, 4, 5, 6],
        }
    )
    shops = pd.DataFrame({"shop": ["north", "south"], "city": ["Oslo", "Rome"]})

    df = orders.assign(shop=orders.shop.str.strip().str.lower(), month=orders.day.dt.month)
    df = df.assign(price=df.price.fillna(0.0), size=df.price.gt(8).map({True: "large", False: "small"}))
    groups = df.groupby("shop", dropna=False)
    df = df.assign(
        share=df.price / groups.price.transform("sum"),
        place=groups.price.rank("min", ascending=False),
        so_far=groups.pieces.cumsum(),
        before=groups.price.shift(1),
        number=groups.cumcount() + 1,
        recent=df.pieces.rolling(2, min_periods=1).mean(),
    )
    df = df.merge(shops, on="shop", how="left").sort_values(["price", "pieces"], ascending=[False, True])
    wanted = df.groupby("city").agg(n=("pieces", "size"), most=("price", "max"), mean=("pieces", "mean"))

    shop = tl.col("shop")
    rows = (
        tl.from_pandas(orders)
        .lazy()
        .with_columns(shop.str.strip_chars().str.to_lowercase(), month=tl.col("day").dt.month())
        .with_columns(
            tl.col("price").fill_null(0.0),
            size=tl.when(tl.col("price") > 8).then(tl.lit("large")).otherwise(tl.lit("small")),
        )
        .with_columns(
            share=tl.col("price") / tl.col("price").sum().over("shop"),
            place=tl.col("price").rank("min", descending=True).over("shop"),
            so_far=tl.col("pieces").cum_sum().over("shop"),
            before=tl.col("price").shift(1).over("shop"),
            number=tl.int_range(1, tl.len() + 1).over("shop"),
            recent=tl.col("pieces").rolling_mean(2, min_samples=1),
        )
        .join(tl.from_pandas(shops).lazy(), on="shop", how="left")
        .sort("price", "pieces", descending=[True, False])
    )
    found = rows.collect().to_pandas()
    pd.testing.assert_frame_equal(found[df.columns], df.reset_index(drop=True), check_dtype=False)
    summary = rows.group_by("city").agg(n=tl.len(), most=tl.col("price").max(), mean=tl.col("pieces").mean())
    known = summary.filter(tl.col("city").is_not_null()).sort("city").collect().to_pandas().set_index("city")
    pd.testing.assert_frame_equal(known, wanted, check_dtype=False)
