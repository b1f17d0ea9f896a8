"""What a computation did: progress, times of tasks, memory and processors. Dask's names.

with ProgressBar(), Profiler() as tasks, ResourceProfiler(dt=0.25) as resources:
    frame.groupby("k").x.mean().compute()
visualize([tasks, resources], filename="profile.html")
"""

from treadle.callbacks import Callback
from treadle.diagnostics.profile import CacheProfiler, Profiler, ResourceProfiler, visualize
from treadle.diagnostics.progress import ProgressBar

__all__ = ["CacheProfiler", "Callback", "Profiler", "ProgressBar", "ResourceProfiler", "visualize"]
