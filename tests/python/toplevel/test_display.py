"""How tables are printed is told by ``Config``, as in Polars."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
import treadle as tl

DATA = {
    "number": [0.5, 2.0, None] * 7,
    "text": ["x" * 40, "y", None] * 7,
    **{f"c{place}": range(21) for place in range(8)},
}

OPTIONS: dict[str, dict[str, Any]] = {
    "rows": {"tbl_rows": 4},
    "all rows": {"tbl_rows": -1},
    "columns": {"tbl_cols": 3},
    "texts": {"fmt_str_lengths": 5},
    "decimals": {"float_precision": 3},
    "no types": {"tbl_hide_column_data_types": True},
    "no names": {"tbl_hide_column_names": True},
    "no shape": {"tbl_hide_dataframe_shape": True},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_tables_are_drawn_as_asked(name: str) -> None:
    plain = str(tl.DataFrame(DATA))
    with tl.Config(**OPTIONS[name]), pl.Config(**OPTIONS[name]):
        assert str(tl.DataFrame(DATA)) == str(pl.DataFrame(DATA))
    assert str(tl.DataFrame(DATA)) == plain


def test_options_hold_until_they_are_restored() -> None:
    changes: list[Callable[[], Any]] = [lambda: tl.Config.set_tbl_rows(2), lambda: tl.Config(tbl_rows=2)]
    for change in changes:
        change()
        assert tl.Config.state(if_set=True) == {"tbl_rows": 2}
        assert str(tl.Series("x", [1, 2, 3])).count("\n") == 5 + 1
        tl.Config.restore_defaults()
        assert tl.Config.state(if_set=True) == {}


def test_options_hold_for_a_function() -> None:
    @tl.Config(apply_on_context_enter=True, tbl_rows=1)
    def shown() -> str:
        return str(tl.DataFrame(DATA))

    assert shown().count("│") < str(tl.DataFrame(DATA)).count("│")
    assert tl.Config.state(if_set=True) == {}


def test_options_that_are_not_there() -> None:
    with pytest.raises(NotImplementedError, match=r"set_tbl_formatting.*set_tbl_rows"):
        tl.Config.set_tbl_formatting("MARKDOWN")
    with pytest.raises(NotImplementedError, match="set_trim_decimal_zeros"):
        tl.Config(trim_decimal_zeros=True)
    with pytest.raises(TypeError, match="tbl_rows as a number"):
        tl.Config(tbl_rows="many")
