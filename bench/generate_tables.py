"""Writes the Parquet files of the problems with several questions: db-benchmark's tables by their public definitions
(G1_1e7_1e2_0_0, J1_1e7), the tables of the out-of-core problem, and TPC-H's by tpchgen-cli. The same on every machine.

    bench/generate_tables.py {groupby,join,out_of_core,tpch} FOLDER ROWS
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy
import pyarrow
import pyarrow.compute
import pyarrow.parquet

SEED = 108
# Rows made and written at once: what bounds the memory of this program, and the row group.
CHUNK = 1_000_000


def texts(numbers: numpy.ndarray, digits: int = 0) -> pyarrow.Array:
    """id017 and so on."""
    words = pyarrow.array(numbers).cast(pyarrow.string())
    if digits:
        words = pyarrow.compute.utf8_lpad(words, digits, "0")
    return pyarrow.compute.binary_join_element_wise("id", words, "")


def write(path: Path, tables: Iterator[pyarrow.Table]) -> None:
    """The file appears complete or not at all."""
    print(f"generate: {path}", file=sys.stderr)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    first = next(tables)
    with pyarrow.parquet.ParquetWriter(partial, first.schema) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)
    partial.rename(path)


def groupby_tables(rows: int, groups: int) -> Iterator[pyarrow.Table]:
    """G1: three texts and three integers as keys, of which id3 and id6 have rows / groups distinct values."""
    random = numpy.random.default_rng(SEED)
    many = max(1, rows // groups)
    for start in range(0, rows, CHUNK):
        count = min(CHUNK, rows - start)
        yield pyarrow.table(
            {
                "id1": texts(random.integers(1, groups + 1, count), 3),
                "id2": texts(random.integers(1, groups + 1, count), 3),
                "id3": texts(random.integers(1, many + 1, count), 10),
                "id4": random.integers(1, groups + 1, count),
                "id5": random.integers(1, groups + 1, count),
                "id6": random.integers(1, many + 1, count),
                "v1": random.integers(1, 6, count),
                "v2": random.integers(1, 16, count),
                "v3": numpy.round(random.random(count) * 100, 6),
            }
        )


def keys_of(random: numpy.random.Generator, count: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Keys of the left and of the right side: `count` each, nine of ten in both."""
    own = max(1, count // 10)
    every = random.permutation(numpy.arange(1, count + own + 1))
    return every[:count], numpy.concatenate([every[: count - own], every[count:]])


def column_of(random: numpy.random.Generator, keys: numpy.ndarray, rows: int) -> numpy.ndarray:
    """Each key at least once if there is room, in any order."""
    more = random.choice(keys, max(0, rows - len(keys)))
    return random.permutation(numpy.concatenate([keys, more]))[:rows]


def join_table(
    random: numpy.random.Generator, ids: dict[str, numpy.ndarray], rows: int, value: str
) -> Iterator[pyarrow.Table]:
    """id1 to id3 as numbers; id4 to id6 the same as texts."""
    columns = {name: column_of(random, keys, rows) for name, keys in ids.items()}
    columns[value] = numpy.round(random.random(rows) * 100, 6)
    for start in range(0, rows, CHUNK):
        part = {name: column[start : start + CHUNK] for name, column in columns.items()}
        words = {f"id{int(name[2:]) + 3}": texts(part[name]) for name in ids}
        yield pyarrow.table({**{name: part[name] for name in ids}, **words, value: part[value]})


def generate_groupby(folder: Path, rows: int) -> None:
    if not (folder / "groupby.parquet").exists():
        write(folder / "groupby.parquet", groupby_tables(rows, 100))


def generate_join(folder: Path, rows: int) -> None:
    if (folder / "left.parquet").exists():
        return
    random = numpy.random.default_rng(SEED)
    sizes = {"id1": max(10, rows // 1_000_000), "id2": max(10, rows // 1_000), "id3": rows}
    pairs = {name: keys_of(random, count) for name, count in sizes.items()}
    for name, names in (("small", ["id1"]), ("medium", ["id1", "id2"]), ("big", ["id1", "id2", "id3"])):
        keys = {one: pairs[one][1] for one in names}
        write(folder / f"{name}.parquet", join_table(random, keys, sizes[names[-1]], "v2"))
    left = {name: pair[0] for name, pair in pairs.items()}
    write(folder / "left.parquet", join_table(random, left, rows, "v1"))


def wide_tables(rows: int, seed: int, value: str) -> Iterator[pyarrow.Table]:
    """48 bytes a row in memory; `key` takes rows / 8 values, each row's `id` is its own."""
    random = numpy.random.default_rng(seed)
    for start in range(0, rows, CHUNK):
        count = min(CHUNK, rows - start)
        yield pyarrow.table(
            {
                "id": numpy.arange(start, start + count),
                "key": random.integers(0, max(1, rows // 8), count),
                "text": texts(random.integers(0, 1_000_000, count), 8),
                value: random.random(count),
            }
        )


def generate_out_of_core(folder: Path, rows: int) -> None:
    """A table of so many rows, and one of a quarter whose keys are the numbers that the first one's keys take."""
    if (folder / "rows.parquet").exists():
        return
    random = numpy.random.default_rng(SEED)
    keys = random.permutation(max(1, rows // 8))

    def partners() -> Iterator[pyarrow.Table]:
        for start in range(0, len(keys), CHUNK):
            part = keys[start : start + CHUNK]
            yield pyarrow.table({"key": part, "label": texts(part, 8), "weight": random.random(len(part))})

    write(folder / "partners.parquet", partners())
    write(folder / "rows.parquet", wide_tables(rows, SEED, "value"))


def generate_tpch(folder: Path, scale: str) -> None:
    if (folder / "lineitem.parquet").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    program = Path(sys.executable).with_name("tpchgen-cli")
    print(f"generate: {folder}, TPC-H of scale factor {scale}", file=sys.stderr)
    subprocess.run([str(program), "parquet", "-s", scale, "--output-dir", str(folder)], check=True)


def main(problem: str, folder: Path, size: str) -> None:
    if problem == "tpch":
        generate_tpch(folder, size)
    else:
        {"groupby": generate_groupby, "join": generate_join, "out_of_core": generate_out_of_core}[problem](
            folder, int(size)
        )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
