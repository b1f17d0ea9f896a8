"""A climatology and its anomalies over more readings than the job may hold: what waits lies on disk.

python examples/python/anomaly.py
"""

import treadle
import treadle.array as da

years, days, places = 12, 365, 2_000
rng = da.random.default_rng(2026)
season = 10 * da.sin(2 * da.pi * da.arange(days) / days)[:, None]
# Year, day, place: 70 MB, some weeks a chunk.
temperature = rng.normal(15, 3, size=(years, days, places), chunks=(1, 73, places)) + season

anomaly = temperature - temperature.mean(axis=0)
extreme = (abs(anomaly) > 2.5 * anomaly.std(axis=0)).sum()
hottest = anomaly.max(axis=(1, 2)).argmax()

with treadle.config.set(working_memory="24 MiB"):
    unusual, year = treadle.compute(extreme, hottest)
share = 24 * 2**20 / temperature.nbytes
print(f"{unusual} of {temperature.size} readings are unusual, the most so in year {year}; in {share:.0%} of their size")
