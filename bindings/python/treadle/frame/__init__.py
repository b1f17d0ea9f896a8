"""Polars' way to frames: expressions, lazy and eager frames. ``import treadle as tl`` has all of it at its top."""
