"""Arrays written to a disk that is full half-way: an error that names the file, and nothing half-written."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = """
    import json, resource, shutil, sys
    from pathlib import Path
    import numpy as np
    import treadle.array as da

    folder, limit = Path(sys.argv[1]), sys.argv[2]
    small = da.arange(16.0, chunks=8)
    # Four megabytes of noise: with one thread, some chunks are written before there is no more room.
    x = da.random.default_rng(0).random((1024, 512), chunks=(128 if limit == "disk" else 512, 512))
    path = str(folder / "out")
    writers = {
        "to_hdf5": lambda: x.to_hdf5(path + ".h5", "/x"),
        "to_zarr": lambda: x.to_zarr(path),
        "to_zarr into a group": lambda: x.to_zarr(path, component="x"),
        "to_npy_stack": lambda: x.to_npy_stack(path),
        "to_npy": lambda: da.to_npy(path + ".npy", x),
    }

    def files():
        return {str(one.relative_to(folder)): one.stat().st_size for one in folder.rglob("*") if one.is_file()}

    def tried(writer, there):
        if there and "hdf5" in writer:
            small.to_hdf5(path + ".h5", "/there")
        elif there and "group" in writer:
            small.to_zarr(path, component="there")
        before = files()
        try:
            writers[writer]()
            message = "no error"
        except OSError as error:
            message = str(error)
        same = files() == before
        names = sorted(one.name for one in folder.iterdir())
        values = None
        if there and "hdf5" in writer:
            values = da.from_hdf5(path + ".h5", "/there").compute().tolist()
        elif there and "group" in writer:
            values = da.from_zarr(path, component="there").compute().tolist()
        for one in folder.iterdir():
            shutil.rmtree(one) if one.is_dir() else one.unlink()
        return {"writer": writer, "there": there, "message": message, "same": same, "names": names, "values": values}

    if limit == "file size":
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    print(json.dumps([tried(writer, there) for writer in writers for there in (False, True)]))
"""


@pytest.fixture(params=["disk", "file size"])
def limited(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder on a file system of 1 MiB, or one whose files the program may not make long."""
    folder = tmp_path / "small"
    folder.mkdir()
    if request.param == "file size":
        yield folder, request.param
        return
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("needs to mount a small file system")
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("needs to mount a small file system")
    yield folder, request.param
    subprocess.run(["umount", str(folder)], check=True)


def test_what_finds_no_room_leaves_what_was_there(limited: tuple[Path, str]) -> None:
    folder, limit = limited
    program = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(folder), limit]
    ran = subprocess.run(program, capture_output=True, text=True, check=True, timeout=300)
    tries = json.loads(ran.stdout)
    assert len(tries) == 10
    for one in tries:
        assert "No space left" in one["message"] or "File too large" in one["message"], one
        assert str(folder / "out") in one["message"] or str(folder / ".out") in one["message"], one
        assert one["same"], one
        assert not [name for name in one["names"] if name.startswith(".")], one
        assert one["values"] is None or one["values"] == [float(i) for i in range(16)], one
