"""NumPy's ``lib``, as far as Dask has it."""

from __future__ import annotations

from types import SimpleNamespace

from treadle.array.overlap import sliding_window_view

stride_tricks = SimpleNamespace(sliding_window_view=sliding_window_view)
