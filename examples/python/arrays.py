"""The days that were out of the ordinary: a climatology and its anomaly over files that are mapped, not read.

python examples/python/arrays.py
"""

import numpy as np
import treadle
import treadle.array as da

days, places = 365, 2_000
years = []
for year in range(4):  # a file a year, as a model would leave them
    rng = np.random.default_rng(year)
    season = 10 * np.sin(2 * np.pi * np.arange(days) / days)[:, None]
    np.save(f"temperature_{year}.npy", season + rng.normal(15, 3, (days, places)))
    years.append(da.from_array(np.load(f"temperature_{year}.npy", mmap_mode="r"), chunks=(73, places)))

temperature = da.stack(years)  # year, day, place
anomaly = temperature - temperature.mean(axis=0)
extreme = (abs(anomaly) > 3 * anomaly.std(axis=0)).sum() + (abs(anomaly) > 8).sum()
warmest = temperature.mean(axis=(0, 2)).argmax()

unusual, day = treadle.compute(extreme, warmest)
print(f"{unusual} of {temperature.size} readings are unusual; day {day + 1} is the warmest")
