"""Text that is no proper CSV, or not of the type that it should be."""

from __future__ import annotations

import pytest
from conftest import OUT_OF_MEMORY, USAGE, Treadle


def test_a_ragged_row(treadle: Treadle) -> None:
    for bad in ("1\n", "1,2,3\n"):
        treadle.write("in.csv", "a,b\n1,2\n" + bad + "3,4\n")
        answer = treadle.read("in.csv")
        assert answer.code == USAGE
        assert answer.error()["kind"] == "ParseError"
        assert "in.csv:3" in answer.error()["message"]
        assert treadle.rows("in.csv", bad_rows="skip") == [[1, 2], [3, 4]]


def test_an_unterminated_quote(treadle: Treadle) -> None:
    treadle.write("in.csv", 'a,b\n1,2\n3,"never ended\n4,5\n')
    answer = treadle.read("in.csv")
    assert answer.code == USAGE
    assert "in.csv:3" in answer.error()["message"]


def test_invalid_utf8(treadle: Treadle) -> None:
    treadle.write("in.csv", b"a,b\n1,x\n2,\xff\xfe\n3,z\n")
    answer = treadle.read("in.csv")
    assert answer.code == USAGE
    assert "in.csv:3" in answer.error()["message"]
    assert treadle.rows("in.csv", bad_rows="skip") == [[1, "x"], [3, "z"]]
    # A column that nobody reads is not looked at.
    assert treadle.call("sql", "SELECT sum(a) AS s FROM 'in.csv'", "--format", "csv").stdout == "s\n6\n"


def test_nul_bytes(treadle: Treadle) -> None:
    treadle.write("in.csv", b"a,b\n1,x\0y\n")
    answer = treadle.read("in.csv")
    assert answer.code in (0, USAGE)
    if answer.code == 0:
        assert treadle.rows("in.csv") == [[1, "x\0y"]]
    treadle.write("in.csv", b"\0" * 1000)
    assert treadle.read("in.csv").code in (0, USAGE)


def test_200_megabytes_in_one_line(treadle: Treadle) -> None:
    with (treadle.folder / "in.csv").open("wb") as file:
        file.write(b"a,b\n1,")
        for _ in range(200):
            file.write(b"x" * 1_000_000)
        file.write(b"\n2,y\n")
    answer = treadle.call("sql", "SELECT a, length(b) AS n FROM 'in.csv'", "--format", "csv", "--errors", "json")
    assert answer.code in (0, USAGE, OUT_OF_MEMORY), answer
    if answer.code == 0:
        assert answer.stdout == "a,n\n1,200000000\n2,1\n"
    else:
        assert "in.csv" in answer.error()["message"] or "row" in answer.error()["message"]
    (treadle.folder / "in.csv").unlink()


def test_20_000_columns(treadle: Treadle) -> None:
    names = ",".join(f"c{i}" for i in range(20_000))
    row = ",".join(str(i) for i in range(20_000))
    treadle.write("in.csv", f"{names}\n" + f"{row}\n" * 20)
    answer = treadle.call(
        "sql", "SELECT sum(c7) AS s, max(c19999) AS m, count(*) AS n FROM 'in.csv'", "--format", "csv"
    )
    assert answer.stdout == "s,m,n\n140,19999,20\n"
    assert len(treadle.rows("in.csv")[0]) == 20_000


def test_duplicate_names(treadle: Treadle) -> None:
    treadle.write("in.csv", "a,b,a\n1,2,3\n")
    answer = treadle.read("in.csv")
    assert answer.code in (0, USAGE)
    if answer.code != 0:
        assert '"a"' in answer.error()["message"]


@pytest.mark.parametrize(
    ("text", "type_name"), [("99999999999999999999", "int64"), ("300", "int8"), ("-1", "uint16"), ("x", "float64")]
)
def test_a_value_that_its_explicit_type_does_not_take(treadle: Treadle, text: str, type_name: str) -> None:
    treadle.write("in.csv", f"a,b\n1,1\n2,{text}\n")
    answer = treadle.read("in.csv", dtypes={"b": type_name})
    assert answer.code == USAGE, answer
    message = answer.error()["message"]
    assert "in.csv:3" in message
    assert text in message
    assert "b" in message


def test_numbers_too_large_become_the_nearest_that_there_is(treadle: Treadle) -> None:
    treadle.write("in.csv", "a,b\n1e308,9223372036854775807\n-1e308,9223372036854775808\n")
    assert treadle.rows("in.csv") == [[1e308, float(2**63)], [-1e308, float(2**63)]]


def test_an_explicit_type_for_no_column(treadle: Treadle) -> None:
    treadle.write("in.csv", "a,b\n1,2\n")
    answer = treadle.read("in.csv", dtypes={"c": "int64"})
    assert answer.code == USAGE
    assert '"c"' in answer.error()["message"]


def test_a_predicate_that_means_nothing_for_the_wider_type(treadle: Treadle) -> None:
    rows = [str(i) for i in range(2_000_000)]
    rows[1_234_567] = "odd"
    treadle.write("in.csv", "a\n" + "\n".join(rows) + "\n")
    answer = treadle.call("sql", "SELECT count(*) AS n FROM 'in.csv' WHERE a > 5", "--errors", "json")
    assert answer.code == USAGE, answer
    message = answer.error()["message"]
    for part in ("in.csv", "1234569", "odd", "dtypes"):
        assert part in message
