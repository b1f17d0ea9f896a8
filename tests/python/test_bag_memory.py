"""Results of Python objects that are larger than memory: one MemoryError before the memory is taken, or the answer.

What a process holds at most is looked at in processes of their own, under a ``memory_limit``.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import treadle
import treadle.bag as db

LIMIT = 200_000_000
# What a partition's objects take while a function makes them, their pickles on the way to disk, and what the allocator
# keeps of both: nobody reserves it.
ALLOWANCE = 60_000_000

_MEASURED = """
    import re
    import treadle
    import treadle.bag as db
    from treadle.distributed import Client, wait

    LIMIT = {limit}

    def record(i):
        return {{"id": i, "name": f"name {{i}}", "values": [i, i + 0.5]}}

    def refused(compute):
        try:
            compute()
        except MemoryError as error:
            assert re.search("to_textfiles.*to_delayed", str(error)), error
        else:
            raise AssertionError("expected a MemoryError")

    def peak():
        return int(re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1]) * 1024

    treadle.config.set(memory_limit=LIMIT, num_workers=2).__enter__()
    {body}
    assert treadle.delayed(sum)([1, 2]).compute() == 3  # the session lives on
    print(peak())
"""


def peak_of(body: str, tmp_path: Path) -> int:
    script = textwrap.dedent(_MEASURED).format(limit=LIMIT, body=textwrap.dedent(body).strip())
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout.splitlines()[-1])


BEYOND = "bag = db.range(1_000_000, 100).map(record)  # 450 MB"

REFUSED = {
    "a bag": "refused(bag.compute)",
    "iterated": "refused(lambda: list(bag))",
    "its values together": "refused(lambda: treadle.compute(bag.count(), bag, bag.map(str)))",
    "delayed values": "refused(lambda: treadle.compute(*bag.to_delayed()))",
    "a call that takes all": "refused(treadle.delayed(len)(bag).compute)",
    "what was persisted": "kept = bag.persist()\nrefused(kept.compute)\nassert kept.count().compute() == 1_000_000",
    "in one thread": "refused(lambda: bag.compute(scheduler='sync'))",
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_a_bag_beyond_memory_is_refused_before_it_is_there(body: str, tmp_path: Path) -> None:
    assert peak_of(f"{BEYOND}\n{body}", tmp_path) < LIMIT + ALLOWANCE


FUTURES = {
    "gather": "refused(lambda: client.gather(futures))",
    "gather one by one": "assert sum(map(len, client.gather(iter(futures)))) == 1_000_000",
    "result": "assert sum(len(future.result()) for future in futures) == 1_000_000",
    "the whole as one": "refused(lambda: client.submit(len, client.compute(bag)).result())",
}


@pytest.mark.parametrize("body", FUTURES.values(), ids=FUTURES)
def test_results_of_futures_beyond_memory(body: str, tmp_path: Path) -> None:
    """What the client holds lies on disk in part. To ask for it takes no more than what fits."""
    script = f"""
{BEYOND}
client = Client(n_workers=1, threads_per_worker=2, memory_limit=LIMIT)
futures = client.compute(bag.to_delayed())
wait(futures)
before = peak()
{body}
assert peak() < max(before, LIMIT) + {ALLOWANCE // 2}, (before, peak())
client.close()
"""
    assert peak_of(script, tmp_path) != 0


def test_what_flows_is_answered_beyond_memory(tmp_path: Path) -> None:
    body = f"""
{BEYOND}
assert bag.count().compute() == 1_000_000
assert bag.pluck("id").sum().compute() == sum(range(1_000_000))
assert bag.take(1)[0] == record(0)
assert len(bag.map(str).to_textfiles("lines")) == 100
"""
    assert peak_of(body, tmp_path) < LIMIT + ALLOWANCE


def test_native_lines_beyond_memory_as_objects_of_python(tmp_path: Path) -> None:
    """40 MB of short lines are some 400 MB as texts of Python."""
    for number in range(8):
        lines = (f"{number}{line:x}\n" for line in range(700_000))
        (tmp_path / f"{number}.txt").write_text("".join(lines))
    body = """
lines = db.read_text("*.txt")
refused(lines.compute)
refused(lines.persist().compute)
assert lines.count().compute() == 5_600_000
"""
    assert peak_of(body, tmp_path) < LIMIT + ALLOWANCE


def test_one_partition_of_lines_for_python_is_reserved(tmp_path: Path) -> None:
    """A function of a whole partition gets its list once there is room for it, and else is not called."""
    path = tmp_path / "x.txt"
    path.write_text("".join(f"{line}\n" for line in range(100_000)))  # 7 MB of texts
    called = []

    def whole(part: list[str]) -> list[int]:
        called.append(1)
        return [len(part)]

    with treadle.config.set(working_memory="4 MiB", num_workers=2):
        for one in (db.read_text(path), db.read_text(path).frequencies(), db.read_text(path).str.split()):
            with pytest.raises(MemoryError, match=r"needs .*iB more"):
                one.map_partitions(whole).compute()
        assert called == []
        assert db.read_text(path, blocksize="100 kB").map_partitions(whole).sum().compute() == 100_000


def test_results_that_fit_come_back_from_disk() -> None:
    """Half of the memory is taken by what is not asked for: results were spilled and come back."""
    numbers = db.range(40_000, 16).map(lambda i: f"{i:050}")
    with treadle.config.set(working_memory="8 MiB", num_workers=2):
        assert numbers.compute() == [f"{i:050}" for i in range(40_000)]
        assert numbers.map(lambda text: text * 2).map(len).compute() == [100] * 40_000
        with pytest.raises(MemoryError, match=r"the results take .* so far, but working_memory is 8 MiB"):
            numbers.map(lambda text: text * 4).compute()


def test_values_that_many_share_count_once() -> None:
    """A list of one text many times is small, though a sum of its items' sizes is 100 MB."""
    text = "x" * 1000
    with treadle.config.set(working_memory="8 MiB", num_workers=2):
        assert db.range(100_000, 4).map(lambda i: text).compute() == [text] * 100_000
        assert db.range(100_000, 4).map(lambda i: None).compute() == [None] * 100_000


class Record:
    def __init__(self, number: int) -> None:
        self.payload = f"{number:0200}"


def test_attributes_of_instances_count() -> None:
    with (
        treadle.config.set(working_memory="4 MiB", num_workers=2),
        pytest.raises(MemoryError, match="the results take"),
    ):
        db.range(30_000, 16).map(Record).compute()  # 12 MB


def test_items_that_are_not_like_the_first_ones_count() -> None:
    def mixed(number: int) -> str:
        return f"{number:01000}" if number % 1000 > 20 else ""

    with (
        treadle.config.set(working_memory="4 MiB", num_workers=2),
        pytest.raises(MemoryError, match="the results take"),
    ):
        db.range(16_000, 16).map(mixed).compute()


def test_gather_from_disk_within_memory(tmp_path: Path) -> None:
    body = """
client = Client(n_workers=1, threads_per_worker=2, memory_limit=LIMIT)
futures = client.map(lambda i: [f"{i}-{j:040}" for j in range(20_000)], range(100))  # 200 MB in all
wait(futures)
assert not all(future._state.in_memory for future in futures)
assert sum(len(client.gather(futures[i : i + 4])[0]) for i in range(0, 100, 4)) == 25 * 20_000
assert futures[0].result()[0] == f"0-{0:040}"
assert client.gather({"a": futures[:2]})["a"][1][1] == f"1-{1:040}"
failed = client.submit(len, 3)
assert client.gather([*futures[:3], failed], errors="skip")[2][0] == f"2-{0:040}"
client.close()
"""
    assert peak_of(body, tmp_path) < LIMIT + ALLOWANCE
