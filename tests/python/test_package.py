"""The package as such: what importing it loads, its version, its errors."""

import subprocess
import sys

import pyarrow as pa
import pytest
import treadle
from treadle import _core, errors


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_treadle_loads_its_core_and_no_peer() -> None:
    code = (
        "import sys, treadle; print(*[m for m in ('pandas', 'numpy', 'pyarrow', 'treadle._core') if m in sys.modules])"
    )
    assert run_python(code).split() == ["treadle._core"]


def test_importing_treadle_does_not_load_what_a_bare_interpreter_lacks() -> None:
    code = "import sys; before = set(sys.modules); import treadle; print(len(set(sys.modules) - before))"
    assert int(run_python(code)) < 10


def test_parquet_finds_arrow_without_importing_pyarrow(tmp_path: object) -> None:
    code = f"""
import sys
from treadle import _core
options = _core.ComputeOptions()
with open({str(tmp_path)!r} + "/a.csv", "w") as file: file.write("a\\n1\\n")
frame = _core.read_csv([{str(tmp_path)!r} + "/a.csv"], _core.CsvOptions())
_core.write_parquet(frame, {str(tmp_path)!r} + "/out", options, [], "zstd", False)
frame = _core.read_parquet({str(tmp_path)!r} + "/out", False, 1 << 20)
print(_core.compute([frame], options)[0].num_rows, "pyarrow" in sys.modules)
"""
    assert run_python(code).split() == ["1", "False"]


def test_names_of_the_top_level_load_lazily() -> None:
    assert "compute" in dir(treadle)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = treadle.nonsense


def test_errors_are_the_built_in_ones_too() -> None:
    frame = _core.from_table(_core.Table.from_arrow(pa.table({"apple": [1]})))
    with pytest.raises(KeyError, match=r'no column is named "appel".*apple') as error:
        frame.select([_core.col("appel")])
    assert isinstance(error.value, errors.Error)
    assert not str(error.value).startswith('"')
    with pytest.raises(TypeError, match="predicate of type bool"):
        frame.filter(_core.col("apple"))
    with pytest.raises(FileNotFoundError, match="no-such-file"):
        _core.read_csv(["no-such-file.csv"], _core.CsvOptions())
    with pytest.raises(ValueError, match="threads"):
        _core.ComputeOptions(scheduler="hamsters")
