"""What installing and importing promise."""

import tomllib

import treadle
from conftest import ROOT, Script


def test_one_import_of_all_modules(script: Script) -> None:
    """The line that tutorials begin with prints and ends with 0; a compiled core is loaded, and no peer."""
    ran = script(
        """
        import sys
        import treadle, treadle.array, treadle.bag, treadle.dataframe, treadle.distributed, treadle.diagnostics
        assert "treadle._core" in sys.modules
        print("ready", treadle.__version__, *[name for name in ("dask", "polars", "duckdb") if name in sys.modules])
        """
    )
    assert ran.code == 0, ran.stderr
    assert ran.stdout.split() == ["ready", treadle.__version__]


def test_the_extras_that_users_of_dask_ask_for() -> None:
    """pip install treadle[complete], [array], [dataframe], [distributed], [diagnostics], on Python 3.11 and later."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {"complete", "array", "dataframe", "distributed", "diagnostics"} <= set(project["optional-dependencies"])
    assert project["requires-python"] == ">=3.11"


def test_a_missing_library_is_named_and_the_rest_goes_on(script: Script) -> None:
    """Without pandas treadle.dataframe says what to install; expressions and SQL do without."""
    ran = script(
        """
        import sys

        class Blocked:
            def find_spec(self, name, path=None, target=None):
                if name.split(".")[0] == "pandas":
                    raise ModuleNotFoundError("No module named 'pandas'", name="pandas")

        sys.meta_path.insert(0, Blocked())
        import treadle as tl
        print(tl.DataFrame({"a": [1, 2]}).select(tl.col("a").sum()).item())
        try:
            import treadle.dataframe
        except ImportError as error:
            print(error)
        """
    )
    assert ran.code == 0, ran.stderr
    assert ran.stdout.splitlines()[0] == "3"
    assert "pandas" in ran.stdout.splitlines()[1]
