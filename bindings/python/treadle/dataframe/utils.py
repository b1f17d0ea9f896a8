"""Where Dask's scripts look for ``make_meta``: ``from dask.dataframe.utils import make_meta``."""

from treadle.dataframe.fallback import make_meta

__all__ = ["make_meta"]
