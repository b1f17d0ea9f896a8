"""SQL over files and frames, from Python and from the command line."""

import subprocess
from pathlib import Path

import pandas as pd
import pytest
import treadle as tl

ROOT = Path(__file__).parents[2]


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    pd.DataFrame({"team": ["a", "b", "a", "c"], "score": [1, 2, 3, 4]}).to_parquet(tmp_path / "scores.parquet")
    pd.DataFrame({"team": ["a", "b"], "city": ["Aachen", "Bonn"]}).to_csv(tmp_path / "teams.csv", index=False)
    (tmp_path / "events.json").write_text('{"team": "a", "n": 1}\n{"team": "b", "n": 2}\n')
    return tmp_path


def test_connect_execute_fetchdf(scores: Path) -> None:
    """The three calls: a connection, a query with a Parquet file in FROM, a pandas frame."""
    connection = tl.sql.connect()
    frame = connection.execute(
        f"SELECT team, avg(score) AS mean FROM '{scores}/scores.parquet' GROUP BY team ORDER BY team"
    ).fetchdf()
    assert type(frame) is pd.DataFrame
    assert frame.to_dict("list") == {"team": ["a", "b", "c"], "mean": [2.0, 2.0, 4.0]}


def test_files_of_several_formats_meet_in_a_join(scores: Path) -> None:
    """Parquet, CSV and JSON lines in one query, named by quotes or by a function of the format."""
    rows = tl.sql(
        f"""SELECT t.city, sum(s.score) AS score, max(e.n) AS n
            FROM read_parquet('{scores}/scores.parquet') AS s
            JOIN read_csv('{scores}/teams.csv') AS t ON s.team = t.team
            JOIN '{scores}/events.json' AS e ON e.team = t.team
            GROUP BY t.city ORDER BY t.city"""
    ).fetchall()
    assert rows == [("Aachen", 4, 1), ("Bonn", 2, 2)]


def test_frames_in_variables_are_tables() -> None:
    """A pandas frame and one of treadle's, by the names of their variables."""
    first = pd.DataFrame({"k": [1, 2], "x": [10, 20]})
    second = tl.DataFrame({"k": [2, 3], "y": [5, 6]})
    joined = "SELECT x, y FROM first JOIN second USING (k)"
    assert tl.sql(joined, first=first, second=second).fetchall() == tl.sql(joined).fetchall() == [(20, 5)]


def test_a_missing_file_and_a_fault_in_the_text(scores: Path) -> None:
    """FileNotFoundError names the file; a fault names line and column and shows the line."""
    with pytest.raises(FileNotFoundError, match="no-such"):
        tl.sql(f"SELECT * FROM '{scores}/no-such.parquet'")
    with pytest.raises(ValueError, match="line 1, column 26"):
        tl.sql("SELECT a FROM t GROUP BY WHERE")


def test_the_command_line_asks_files(scores: Path) -> None:
    """treadle sql, with the answer as CSV on standard output."""
    program = ROOT / "build" / "release" / "treadle"
    if not program.exists():
        pytest.skip("the command line is not built")
    query = f"SELECT count(*) AS n FROM '{scores}/*.parquet'"
    done = subprocess.run([program, "sql", query, "--format", "csv"], capture_output=True, text=True, check=True)
    assert done.stdout == "n\n4\n"
