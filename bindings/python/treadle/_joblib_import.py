"""Has joblib know the backend ``treadle``, whichever of the two is imported first, without importing joblib."""

from __future__ import annotations

import sys

# What `typing` calls so; importing it takes longer than everything here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_MODULE = "joblib.parallel"


def _tell(parallel: ModuleType) -> None:
    parallel.EXTERNAL_BACKENDS["treadle"] = lambda: __import__("treadle.joblib")


class _Finder:
    """Finds that module as Python would, and tells it about the backend once it is loaded."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """What an entry of ``sys.meta_path`` is asked for."""
        if name != _MODULE:
            return None
        from importlib.machinery import PathFinder

        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_tell(module: ModuleType) -> None:
                execute(module)
                _tell(module)

            spec.loader.exec_module = execute_and_tell  # type: ignore[method-assign]
        return spec


def watch() -> None:
    """Tells joblib now if it is loaded, else as soon as it is."""
    if _MODULE in sys.modules:
        _tell(sys.modules[_MODULE])
    else:
        sys.meta_path.insert(0, _Finder)
