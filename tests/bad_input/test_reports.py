"""What is recorded of a run: profile, trace, page and event log, and what is left of a run that was killed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import IO_ERROR, USAGE, Treadle

QUERY = "SELECT a, count(*) AS n FROM 'in.csv' GROUP BY a ORDER BY a"


def write_small(treadle: Treadle) -> None:
    (treadle.folder / "in.csv").write_text("a,b\n1,x\n2,y\n1,z\n")


def test_a_run_leaves_what_was_asked_for(treadle: Treadle) -> None:
    write_small(treadle)
    answer = treadle.call(
        "sql", QUERY, "--profile", "--trace", "in-trace.json", "--report", "in-page.html", "--event-log", "in-logs/"
    )
    assert answer.code == 0, answer
    assert json.loads(answer.stdout) == [{"a": 1, "n": 2}, {"a": 2, "n": 1}]
    assert "scan" in answer.stderr
    events = json.loads((treadle.folder / "in-trace.json").read_text())["traceEvents"]
    assert any(event["ph"] == "X" and event["name"] == "scan" for event in events)
    assert any(event["ph"] == "C" and event["name"] == "memory" for event in events)
    assert "</html>" in (treadle.folder / "in-page.html").read_text()

    # The log, replayed, shows what the run itself showed.
    again = treadle.call("report", "in-logs", "--trace", "in-again.json", "--report", "in-again.html")
    assert again.code == 0, again
    profile = json.loads(again.stdout)
    assert profile["title"] == QUERY
    assert profile["outcome"] == "finished"
    assert not profile["truncated"]
    assert sum(kind["tasks"] for kind in profile["kinds"]) == sum(event["ph"] == "X" for event in events)
    for live, replayed in (("in-trace.json", "in-again.json"), ("in-page.html", "in-again.html")):
        assert (treadle.folder / live).read_bytes() == (treadle.folder / replayed).read_bytes()


def test_a_run_that_fails_leaves_its_reports(treadle: Treadle) -> None:
    (treadle.folder / "in.csv").write_text("a\n" + "1\n" * 10 + '"x\n')
    message = treadle.fails("sql", QUERY, "--event-log", "in.events", code=USAGE, kind="ParseError")
    profile = json.loads(treadle.call("report", "in.events").stdout)
    assert profile["outcome"] != "finished"
    assert message.splitlines()[0][:40] in profile["outcome"] or profile["outcome"] in message


def test_a_killed_run_can_be_replayed(treadle: Treadle, big_csv: Path) -> None:
    (treadle.folder / "in.csv").symlink_to(big_csv)
    process = treadle.start_big_job("--event-log", "in.events")
    if process.poll() is not None:
        pytest.skip("the run was over before it could be killed")
    process.kill()
    process.communicate()
    answer = treadle.call("report", "in.events", "--report", "in-page.html")
    assert answer.code == 0, answer
    assert json.loads(answer.stdout)["outcome"] == "still running, or killed"
    assert "</html>" in (treadle.folder / "in-page.html").read_text()


def test_what_exists_is_kept_unless_said(treadle: Treadle) -> None:
    write_small(treadle)
    for option in ("--trace", "--report", "--event-log"):
        treadle.fails("sql", QUERY, option, "in.csv", code=IO_ERROR, kind="IoError", says=["in.csv", "overwrite"])
    assert (treadle.folder / "in.csv").read_text().startswith("a,b")
    assert treadle.call("sql", QUERY, "--trace", "in-trace.json").code == 0
    assert treadle.call("sql", QUERY, "--trace", "in-trace.json", "--overwrite").code == 0


def test_files_that_cannot_be_made_end_the_command_before_it_runs(treadle: Treadle) -> None:
    write_small(treadle)
    for option in ("--trace", "--report", "--event-log"):
        treadle.fails("sql", QUERY, option, "missing/x", code=IO_ERROR, kind="IoError", says=["missing/x"])


def test_what_is_no_event_log(treadle: Treadle) -> None:
    write_small(treadle)
    treadle.fails("report", "in.csv", code=IO_ERROR, kind="IoError", says=["in.csv", "event log"])
    treadle.fails("report", "missing.events", code=IO_ERROR, kind="IoError", says=["missing.events"])
    (treadle.folder / "in-empty").mkdir()
    treadle.fails("report", "in-empty", code=USAGE, kind="NotFound", says=["in-empty", ".events"])
