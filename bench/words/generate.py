#!/usr/bin/env python3
"""Writes the data of the benchmarks of bags: the same bytes on every machine.

    bench/words/generate.py FOLDER

words/0.txt ... 9.txt: 61 MB each, lines of 4 to 20 words of a vocabulary of 50,000 whose frequencies follow Zipf's law,
some of them with a capital letter. json/0.json ... 9.json: 100,000 records each.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy

NUM_FILES = 10
FILE_BYTES = 60_800_000
VOCABULARY = 50_000
RECORDS = 100_000
LETTERS = numpy.array(list("etaoinshrdlucmfwypvbgkqjxz"))


def vocabulary() -> list[str]:
    random = numpy.random.Generator(numpy.random.PCG64(1))
    sizes = numpy.minimum(2 + random.poisson(4, VOCABULARY), 24)
    letters = LETTERS[numpy.minimum(random.exponential(6, int(sizes.sum())).astype(int), 25)]
    ends = numpy.cumsum(sizes)
    return ["".join(letters[end - size : end]) for size, end in zip(sizes, ends, strict=True)]


def write_words(path: Path, words: list[str], seed: int) -> None:
    random = numpy.random.Generator(numpy.random.PCG64(seed))
    choices = numpy.array([*words, *(word.capitalize() for word in words)], dtype=object)
    written = 0
    with path.open("w", newline="") as file:
        while written < FILE_BYTES:
            numbers = numpy.minimum(random.zipf(1.15, 200_000), VOCABULARY) - 1
            numbers += VOCABULARY * (random.random(len(numbers)) < 0.1)
            text = " ".join(choices[numbers].tolist())
            # Every 50 to 110 characters a line ends.
            cuts = numpy.cumsum(random.integers(50, 110, len(text) // 50))
            made = bytearray(text, "ascii")
            for cut in cuts[cuts < len(made)].tolist():
                place = made.find(b" ", cut)
                if place >= 0:
                    made[place] = 10
            made += b"\n"
            file.write(made.decode("ascii"))
            written += len(made)


def write_records(path: Path, seed: int) -> None:
    random = numpy.random.Generator(numpy.random.PCG64(1000 + seed))
    status = random.choice(["paid", "open", "late"], RECORDS).tolist()
    amount = random.integers(0, 100_000, RECORDS).tolist()
    user = random.integers(0, 10_000, RECORDS).tolist()
    with path.open("w", newline="") as file:
        for i, (s, a, u) in enumerate(zip(status, amount, user, strict=True)):
            tags = [f"t{(i + k) % 17}" for k in range(i % 4)]
            record = {"id": seed * RECORDS + i, "user": {"id": u, "name": f"user {u}"}, "status": s, "amount": a / 100}
            file.write(json.dumps(record | {"tags": tags}) + "\n")


def main() -> None:
    folder = Path(sys.argv[1])
    words = vocabulary()
    for name in ("words", "json"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for i in range(NUM_FILES):
        if not (folder / "words" / f"{i}.txt").exists():
            write_words(folder / "words" / f"{i}.txt", words, i)
        if not (folder / "json" / f"{i}.json").exists():
            write_records(folder / "json" / f"{i}.json", i)


if __name__ == "__main__":
    main()
