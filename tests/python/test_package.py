"""The package as such: what importing it loads, its version, its errors."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pyarrow as pa
import pytest
import treadle
from treadle import _core, errors

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "bindings" / "python" / "treadle"
INSTALLED = Path(treadle.__file__).parent


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
frame = _core.read_parquet([{str(tmp_path)!r} + "/out"], False, 1 << 20)
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


def test_what_is_installed_is_whole() -> None:
    sources = [path for kind in ("*.py", "*.pyi", "py.typed") for path in SOURCES.rglob(kind)]
    assert {SOURCES / "py.typed", SOURCES / "_core.pyi", SOURCES / "dataframe" / "frame.py"} <= set(sources)
    for path in sources:
        assert (INSTALLED / path.relative_to(SOURCES)).read_bytes() == path.read_bytes(), path


def test_every_library_of_the_package_finds_those_it_links() -> None:
    libraries = [path for path in INSTALLED.iterdir() if ".so" in path.suffixes]
    targets = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["scikit-build"]["build"]["targets"]
    wanted = {"libtreadle.so.0", *(f"lib{target}.so.0" for target in targets if target != "treadle_python")}
    assert {"libtreadle_parquet.so.0"} < wanted < {path.name for path in libraries}
    for path in libraries:
        done = subprocess.run(["ldd", path], capture_output=True, text=True, check=True)
        found = dict(line.split(" => ") for line in done.stdout.replace("\t", "").splitlines() if " => " in line)
        assert not [line for line in found.values() if "not found" in line], done.stdout
        for name, place in found.items():
            if name.startswith("libtreadle"):
                assert Path(place.split(" (")[0]).parent == INSTALLED
            if name.startswith(("libarrow", "libparquet")):
                assert Path(place.split(" (")[0]).parent.name == "pyarrow"


def stub_of_the_core() -> ast.Module:
    return ast.parse((INSTALLED / "_core.pyi").read_text())


def test_every_frame_of_the_core_keeps_the_call_that_made_it() -> None:
    frame = next(one for one in stub_of_the_core().body if isinstance(one, ast.ClassDef) and one.name == "DataFrame")
    for owner, body in ((_core, stub_of_the_core().body), (_core.DataFrame, frame.body)):
        for one in body:
            if isinstance(one, ast.FunctionDef) and one.returns is not None and ast.unparse(one.returns) == "DataFrame":
                # What records a call takes any arguments. Blocks are work of this process: frames over them stay in it.
                # Frames that were persisted travel as their tables.
                recorded = "*args, **kwargs" in getattr(owner, one.name).__doc__
                assert recorded or one.name in ("frame_of_blocks", "persist_frame"), one.name


def test_the_stub_of_the_core_names_what_the_core_has() -> None:
    stub = stub_of_the_core()
    classes = {node.name: node for node in stub.body if isinstance(node, ast.ClassDef)}
    functions = {node.name for node in stub.body if isinstance(node, ast.FunctionDef)}
    assert functions | set(classes) == {name for name in dir(_core) if not name.startswith("_")}
    for name, node in classes.items():
        declared = {member.name for member in node.body if isinstance(member, ast.FunctionDef)}
        declared |= {
            one.target.id for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        }
        public = {member for member in vars(getattr(_core, name)) if not member.startswith("_")}
        assert {member for member in declared if not member.startswith("_")} == public, name
