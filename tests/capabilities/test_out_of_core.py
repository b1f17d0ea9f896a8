"""More data than memory: the right answer, or one exception; never a killed process."""

import numpy as np
import pandas as pd
import pytest
from conftest import Script

MIB = 1 << 20


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, pd.DataFrame]:
    """Parquet files of 32 MB in all when read: keys, text, floats."""
    folder = tmp_path_factory.mktemp("wide") / "data"
    folder.mkdir()
    chance = np.random.default_rng(2)
    parts = []
    for number in range(8):
        rows = 125_000
        part = pd.DataFrame(
            {
                "region": chance.choice(["north", "south", "east", "west"], rows),
                "key": chance.integers(0, 1 << 40, rows),
                "revenue": chance.normal(100, 10, rows),
                "cost": chance.normal(50, 10, rows),
            }
        )
        part.to_parquet(folder / f"{number}.parquet", row_group_size=25_000)
        parts.append(part)
    return str(folder), pd.concat(parts, ignore_index=True)


def test_a_sort_and_a_join_beyond_the_memory_limit_are_right(script: Script, wide: tuple[str, pd.DataFrame]) -> None:
    """All rows sorted, and joined with themselves, in working memory that holds a fraction of them."""
    ran = script(
        """
        import json, sys
        import treadle, treadle.dataframe as dd
        frame = dd.read_parquet(sys.argv[1])
        with treadle.config.set(working_memory="12 MiB"):
            ordered = frame.sort_values("key")
            ordered.to_parquet("sorted", write_index=False)
            back = dd.read_parquet("sorted")
            keys = frame[["key", "revenue"]].merge(frame[["key", "cost"]], on="key")
            print(json.dumps({"rows": len(back), "sorted": bool((back.key.diff().fillna(0) >= 0).all().compute()),
                              "sum": float(back.revenue.sum().compute()), "joined": int(keys.cost.count().compute())}))
        """,
        wide[0],
    )
    rows = wide[1]
    assert ran.answer["rows"] == len(rows)
    assert ran.answer["sorted"]
    assert ran.answer["sum"] == pytest.approx(rows.revenue.sum())
    assert ran.answer["joined"] == int((rows.key.value_counts() ** 2).sum())


def test_what_cannot_fit_is_one_exception_and_the_process_lives(script: Script, wide: tuple[str, pd.DataFrame]) -> None:
    """A result larger than memory raises MemoryError that names a setting; the next question is answered."""
    ran = script(
        """
        import json, sys
        import treadle, treadle.dataframe as dd
        frame = dd.read_parquet(sys.argv[1])
        with treadle.config.set(working_memory="8 MiB"):
            try:
                frame.sort_values("key").compute()
                message = None
            except MemoryError as error:
                message = str(error)
            print(json.dumps({"message": message, "rows": len(frame)}))
        """,
        wide[0],
    )
    assert ran.answer["message"] is not None
    assert "memory" in ran.answer["message"]
    assert ran.answer["rows"] == len(wide[1])


def test_a_grouped_sum_adds_less_memory_than_the_columns_it_reads(
    script: Script, wide: tuple[str, pd.DataFrame]
) -> None:
    """A condition on text, groupby(region).revenue.sum(): bounded by a few morsels, not by the table."""
    ran = script(
        """
        import json, sys
        import treadle, treadle.dataframe as dd
        from measuring import AddedMemory
        frame = dd.read_parquet(sys.argv[1])
        frame.partitions[0].groupby("region").cost.sum().compute()  # what is loaded once
        with treadle.config.set(num_workers=2), AddedMemory() as added:
            sums = frame[frame.region != "east"].groupby("region").revenue.sum().compute()
        print(json.dumps({"sums": sums.to_dict(), "added": added.bytes}))
        """,
        wide[0],
    )
    rows = wide[1]
    wanted = rows[rows.region != "east"].groupby("region").revenue.sum()
    assert ran.answer["sums"] == pytest.approx(wanted.to_dict())
    assert ran.answer["added"] < rows[["region", "revenue"]].memory_usage(deep=True).sum()
    assert ran.answer["added"] < 24 * MIB


def test_a_simulated_table_of_which_partitions_are_made_on_demand(script: Script) -> None:
    """from_map makes partitions as they are needed and drops them: added memory is under a third of the table."""
    ran = script(
        """
        import json
        import numpy as np, pandas as pd
        import treadle, treadle.dataframe as dd
        from measuring import AddedMemory

        ROWS = 100_000
        made = []

        def partition(number):
            made.append(number)
            chance = np.random.default_rng(number)
            return pd.DataFrame({"k": chance.integers(0, 10, ROWS), "x": chance.random(ROWS), "y": chance.random(ROWS)})

        table = dd.from_map(partition, range(40), meta={"k": "int64", "x": "float64", "y": "float64"})
        assert made == []
        table.partitions[0].groupby("k").x.mean().compute()
        made.clear()
        with treadle.config.set(num_workers=2), AddedMemory() as added:
            means = table[table.y > 0.5].groupby("k").x.mean().compute()
        print(json.dumps({"added": added.bytes, "table": 40 * ROWS * 24, "made": len(made), "groups": len(means)}))
        """
    )
    answer = ran.answer
    assert answer["made"] == 40
    assert answer["groups"] == 10
    assert answer["added"] < answer["table"] / 3


def test_ten_times_the_file_adds_hardly_more(script: Script) -> None:
    """A CSV file goes through memory block by block: a file of ten times the size peaks at about the same."""
    ran = script(
        """
        import json
        import treadle, treadle.dataframe as dd
        from measuring import AddedMemory
        peaks = []
        for n in (300_000, 3_000_000):
            with open("n.csv", "w") as file:
                file.write("k,t,x\\n" + "1,some text,0.5\\n2,more text,0.25\\n" * (n // 2))
            frame = dd.read_csv("n.csv", blocksize="2 MiB")
            if not peaks:
                frame.groupby("k").x.sum().compute()
            with treadle.config.set(num_workers=2), AddedMemory() as added:
                sums = frame[frame.t != "x"].groupby("k").x.sum().compute()
            assert sums.to_dict() == {1: 0.25 * n, 2: 0.125 * n}
            peaks.append(added.bytes)
        print(json.dumps(peaks))
        """
    )
    small, large = ran.answer
    assert large < small + 16 * MIB, (small, large)


def test_the_plan_tells_its_memory_beforehand(script: Script, wide: tuple[str, pd.DataFrame]) -> None:
    """explain() names what each stage may need."""
    ran = script(
        """
        import json, sys
        import treadle.dataframe as dd
        print(json.dumps(dd.read_parquet(sys.argv[1]).sort_values("key").explain()))
        """,
        wide[0],
    )
    assert "working memory" in ran.answer
    assert "sort" in ran.answer


KEEPS = """
    import json, sys
    from pathlib import Path

    LIMIT = int(sys.argv[1]) << 20

    def status(name):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name + ":"))

    def peak():
        return status("VmHWM")

    def say(**answer):
        print(json.dumps(answer | {"peak": peak(), "limit": LIMIT}))
"""


def test_a_frame_of_twice_the_memory_limit_is_persisted(script: Script) -> None:
    """df.persist() of twice memory_limit: spilled, not killed, the process below it, and the rows as they were."""
    ran = script(
        KEEPS
        + """
    import numpy as np, pandas as pd
    import treadle, treadle.dataframe as dd

    ROWS = 62_500  # 4 MB a partition

    def partition(number):
        chance = np.random.default_rng(number)
        return pd.DataFrame({name: chance.integers(0, 1 << 40, ROWS) for name in "abcdefgh"})

    names = dict.fromkeys("abcdefgh", "int64")
    with treadle.config.set(memory_limit=LIMIT, num_workers=2):
        kept = dd.from_map(partition, range(2 * LIMIT // (64 * ROWS)), meta=names).persist()
        persisted = peak()
        sums = [kept.a.sum().compute() for _ in range(2)]
        tail = kept.partitions[1].h.sum().compute()
    say(sums=[int(one) for one in sums], tail=int(tail), partitions=kept.npartitions, persisted=persisted)
        """,
        "360",
    )
    answer = ran.answer
    assert answer["persisted"] < answer["limit"]
    first = [np.random.default_rng(n).integers(0, 1 << 40, 62_500) for n in range(answer["partitions"])]
    assert answer["sums"] == [sum(int(column.sum()) for column in first)] * 2
    chance = np.random.default_rng(1)
    assert answer["tail"] == int([chance.integers(0, 1 << 40, 62_500) for _ in "abcdefgh"][-1].sum())


def test_an_array_of_twice_the_memory_limit_is_persisted(script: Script) -> None:
    """x.persist() of twice memory_limit, by threads and in a LocalCluster: spilled, the process below it."""
    ran = script(
        KEEPS
        + """
    import treadle, treadle.array as da
    from treadle.distributed import Client, LocalCluster

    items = 2 * LIMIT // 8
    numbers = da.arange(items, chunks=1 << 19)
    with treadle.config.set(memory_limit=LIMIT, num_workers=2):
        kept = (numbers + 1).persist()
        sums = [int(kept.sum().compute()), int(kept[-5:].compute().sum())]
    del kept
    with LocalCluster(n_workers=1, threads_per_worker=2, memory_limit=LIMIT) as cluster, Client(cluster):
        kept = (numbers + 2).persist()
        sums += [int(kept.sum().compute()), int(kept[:5].compute().sum())]
    say(sums=sums, items=items)
        """,
        "160",
    )
    answer = ran.answer
    items = answer["items"]
    assert answer["peak"] < answer["limit"]
    whole = items * (items - 1) // 2
    assert answer["sums"] == [whole + items, 5 * items - 10, whole + 2 * items, 20]


def test_futures_hold_twice_the_memory_limit(script: Script) -> None:
    """Results of map() and scattered values beyond LocalCluster(memory_limit=): spilled, and what tasks and result()
    get is what was made; once the futures are gone, so are their files."""
    ran = script(
        KEEPS
        + """
    import os
    import numpy as np
    from treadle.distributed import Client, LocalCluster, wait

    COUNT = 2 * LIMIT >> 21  # of 2 MiB each

    def made(number):
        return np.random.default_rng(number).integers(0, 1 << 40, 1 << 18)

    def text(number):
        return [str(number) * 1000] * 3 + ["x" * (1 << 20)]

    def spill_files():
        targets = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if
                   os.path.islink(f"/proc/self/fd/{fd}")]
        return sum("(deleted)" in target for target in targets)

    with LocalCluster(n_workers=1, threads_per_worker=2, memory_limit=LIMIT) as cluster, Client(cluster) as client:
        arrays = client.map(made, range(COUNT))
        wait(arrays)
        sums = [int(one) for one in client.gather(client.map(np.sum, arrays))]
        again = [int(arrays[number].result()[7]) for number in (0, COUNT - 1)]
        del arrays
        scattered = client.scatter([made(number) for number in range(4)])
        for number in range(4, COUNT):
            scattered.append(client.scatter(made(number)))
        more = [int(one.result().sum()) for one in scattered]
        files = spill_files()
        del scattered
        held = peak()
        objects = client.map(text, range(40))
        lengths = client.gather(client.map(len, objects))
        first = objects[3].result()[0][:2]
        del objects
        left = spill_files()
    say(sums=sums, again=again, more=more, files=files, left=left, lengths=lengths, first=first, held=held)
        """,
        "192",
    )
    answer = ran.answer
    assert answer["held"] < answer["limit"]
    rows = [np.random.default_rng(number).integers(0, 1 << 40, 1 << 18) for number in range(2 * 192 // 2)]
    assert answer["sums"] == [int(row.sum()) for row in rows]
    assert answer["more"] == answer["sums"]
    assert answer["again"] == [int(rows[0][7]), int(rows[-1][7])]
    assert answer["lengths"] == [4] * 40
    assert answer["first"] == "33"
    assert answer["files"] > 0
    assert answer["left"] == 0
